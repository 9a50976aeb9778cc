import Cryptography
import NIOHTTP1
import Synchronization

/// What shows at the admin port that somebody can read the master key: the HMAC-SHA-256, under a key derived from it, of one order's method,
/// path, time, nonce and body. Who hears it, a program that listens in the gateway's place say, can give that very order with it, and only to
/// a gateway that has not had it, within a minute.
struct OperatorProof: Sendable {
    /// What stands in `authorization` behind the scheme.
    struct Parts: Hashable {
        let milliseconds: Int64
        let nonce: String
    }

    static let scheme = "Sallyport-Operator"
    private static let nonceBytes = 16

    private let authenticator: HMACSHA256Authenticator

    init(master: SymmetricKey) throws {
        authenticator = HMACSHA256Authenticator(
            key: try HKDF.derive(master: master, salt: [], info: Array("sallyport admin port orders".utf8), count: 32))
    }

    /// The value of `authorization` for an order.
    func text(_ method: String, _ path: String, _ body: [UInt8], at milliseconds: Int64) throws -> String {
        let nonce = Hexadecimal.encode(try SecureRandom.bytes(Self.nonceBytes))
        let code = Hexadecimal.encode(self.code(method, path, body, milliseconds, nonce))
        return "\(Self.scheme) t=\(milliseconds),n=\(nonce),v1=\(code)"
    }

    /// Reads such a value, if it is one and its code is that of this order.
    func parts(of text: String, _ method: String, _ path: String, _ body: [UInt8]) -> Parts? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, words[0] == Self.scheme else { return nil }
        let fields = words[1].split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 3, fields[0].hasPrefix("t="), fields[1].hasPrefix("n="), fields[2].hasPrefix("v1="),
            let milliseconds = Int64(fields[0].dropFirst(2)),
            let code = Hexadecimal.decode(String(fields[2].dropFirst(3)))
        else { return nil }
        let nonce = String(fields[1].dropFirst(2))
        guard nonce.utf8.count == 2 * Self.nonceBytes,
            constantTimeEqual(code, self.code(method, path, body, milliseconds, nonce))
        else { return nil }
        return Parts(milliseconds: milliseconds, nonce: nonce)
    }

    private func code(
        _ method: String, _ path: String, _ body: [UInt8], _ milliseconds: Int64, _ nonce: String
    ) -> [UInt8] {
        // No part before the body has a line's end in it.
        let head = Array("\(method)\n\(path)\n\(milliseconds)\n\(nonce)\n".utf8)
        return authenticator.authenticate(head + body).bytes
    }
}

/// The proofs that this gateway was shown of late: each counts once.
final class OperatorProofs: Sendable {
    private let proof: OperatorProof
    /// What is older may have been shown to the gateway that was here before.
    private let began: Int64
    private let shown = Mutex<[String: Int64]>([:])

    /// How far a proof's time may be from now, in milliseconds.
    static let lifetimeMilliseconds: Int64 = 60_000
    /// Within that time there are no more orders; who gives more is refused.
    static let most = 10_000

    init(_ proof: OperatorProof, at now: Int64) {
        self.proof = proof
        began = now
    }

    /// Whether a request's head has a proof for this order that was not shown before.
    func take(
        _ headers: HTTPHeaders, _ method: String, _ path: String, _ body: [UInt8], at now: Int64
    ) -> Bool {
        let values = headers["authorization"]
        guard values.count == 1, let text = values.first, let parts = proof.parts(of: text, method, path, body),
            parts.milliseconds >= began,
            (now - Self.lifetimeMilliseconds...now + Self.lifetimeMilliseconds)
                .contains(parts.milliseconds)
        else { return false }
        return shown.withLock { shown in
            shown = shown.filter { $0.value >= now - Self.lifetimeMilliseconds }
            guard shown.count < Self.most, shown[parts.nonce] == nil else { return false }
            shown[parts.nonce] = parts.milliseconds
            return true
        }
    }
}
