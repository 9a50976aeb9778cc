import Cryptography
import NIOHTTP1
import Testing

@testable import Gateway

/// What shows at the admin port that somebody can read the master key.
struct OperatorProofTests {
    private static let key = SymmetricKey([UInt8](repeating: 7, count: 32))
    private static let body = Array(#"{"name":"try","command":"hold"}"#.utf8)
    private static let now: Int64 = 1_790_000_000_000

    private let proof: OperatorProof
    private let proofs: OperatorProofs

    init() throws {
        proof = try OperatorProof(master: Self.key)
        proofs = OperatorProofs(proof, at: Self.now - 3_600_000)
    }

    private func take(
        _ text: String?, _ method: String = "POST", _ path: String = "/rollouts", _ body: [UInt8] = body,
        at time: Int64 = now
    ) -> Bool {
        proofs.take(text.map { ["authorization": $0] } ?? [:], method, path, body, at: time)
    }

    private func shown(at time: Int64 = now) throws -> String {
        try proof.text("POST", "/rollouts", Self.body, at: time)
    }

    @Test func `an order counts once`() throws {
        let text = try shown()
        #expect(take(text))
        #expect(!take(text))
        #expect(!take(text, at: Self.now + 59_999))
        #expect(try take(shown()))
    }

    @Test func `it proves that order and no other`() throws {
        let text = try shown()
        #expect(!take(text, "PUT"))
        #expect(!take(text, "POST", "/limits"))
        #expect(!take(text, "POST", "/rollouts", Array(#"{"name":"try","command":"stop"}"#.utf8)))
        let later = text.replacing("t=\(Self.now)", with: "t=\(Self.now + 1)")
        #expect(later != text && !take(later))
        #expect(take(text))
    }

    @Test(arguments: [-60_001, 60_001] as [Int64]) func `it counts for a minute`(_ away: Int64) throws {
        #expect(try !take(shown(), at: Self.now + away))
        #expect(try take(shown(), at: Self.now + away - away.signum()))
    }

    @Test func `what was shown to the gateway that was here before counts no more`() throws {
        let text = try shown()
        let later = OperatorProofs(proof, at: Self.now + 1)
        #expect(!later.take(["authorization": text], "POST", "/rollouts", Self.body, at: Self.now + 2))
        #expect(take(text))
    }

    @Test func `another key proves nothing`() throws {
        let other = try OperatorProof(master: SymmetricKey([UInt8](repeating: 8, count: 32)))
        #expect(try !take(other.text("POST", "/rollouts", Self.body, at: Self.now)))
    }

    @Test(arguments: [
        nil, "", "Bearer 00", "Sallyport-Operator", "Sallyport-Operator t=1,n=2", "Sallyport-Operator t=1,n=2,v1=zz",
        "Sallyport-Operator t=9999999999999999999999,n=0123456789abcdef0123456789abcdef,v1=00",
        "Sallyport-Operator t=1,n=0123456789abcdef0123456789abcdef,v1=",
    ]) func `what is no proof is refused`(_ text: String?) {
        #expect(!take(text))
    }

    @Test func `no more are remembered than there are orders`() throws {
        for _ in 0..<OperatorProofs.most { #expect(try take(shown())) }
        #expect(try !take(shown()))
        #expect(try take(shown(at: Self.now + 60_001), at: Self.now + 60_001))
    }
}
