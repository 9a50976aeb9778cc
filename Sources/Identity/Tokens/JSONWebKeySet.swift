public import Cryptography
private import JSONText

/// The keys of an issuer: a JWK Set (RFC 7517 §5), with those that can verify tokens, and why the others can't.
///
/// Keys of one identifier are all kept, since the RFC allows them to be of different types; which fits a token its `alg` decides.
public struct JSONWebKeySet: Sendable {
    /// A key that is passed over, and why.
    public struct Skipped: Hashable, Sendable {
        /// Its place in the set, from 0.
        public let index: Int
        /// Why, in words; no part of the key.
        public let reason: String
    }

    /// Why a text is no set of keys that can be used.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// The line, from 1, where it is known.
        public let line: Int?
        /// The column, from 1, where it is known.
        public let column: Int?
        /// Why, in words; no part of a key.
        public let description: String
    }

    /// A key that can verify tokens.
    struct Key: Sendable {
        let identifier: [UInt8]?
        /// The only algorithm it is for; `nil`: all that fit its type.
        let algorithm: TokenAlgorithm?
        let key: SignatureKey

        func fits(_ algorithm: TokenAlgorithm) -> Bool {
            (self.algorithm == nil || self.algorithm == algorithm) && key.fits(algorithm.signature)
        }
    }

    enum Bounds {
        static let bytes = 256 << 10
        static let keys = 256
        static let identifierBytes = 256
        /// Keys that are tried for one token.
        static let candidates = 4
    }

    /// Keys that are passed over.
    public let skipped: [Skipped]
    /// SHA-256 of the text, to tell whether a set is another.
    public let digest: Digest32
    let keys: [Key]

    /// How many keys can be used, at least one.
    public var count: Int { keys.count }

    /// Reads a set, at most 256 KiB of JSON with at most 256 keys; fails unless a key of it can be used.
    public init(parsing text: [UInt8]) throws(Fault) {
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            let limits = JSONLimits(maximumBytes: Bounds.bytes, maximumDepth: 8, maximumNodes: 1 << 15)
            document = try JSONDocument(parsing: text, limits: limits)
        } catch {
            // The error's own text repeats the place.
            let reason = error.description.drop { $0 != " " }.dropFirst()
            throw Fault(line: error.line, column: error.column, description: "not a JSON Web Key Set: \(reason)")
        }
        guard let list = document.root["keys"], list.kind == .array else {
            throw Fault("not a JSON Web Key Set: expected an object with the array `keys`")
        }
        guard list.count <= Bounds.keys else { throw Fault("more than \(Bounds.keys) keys") }
        var keys: [Key] = []
        var skipped: [Skipped] = []
        for (index, element) in list.elements.enumerated() {
            do throws(Unusable) {
                keys.append(try Self.key(element))
            } catch {
                skipped.append(Skipped(index: index, reason: error.reason))
            }
        }
        guard !keys.isEmpty else {
            let reasons = skipped.prefix(4).map { "key \($0.index + 1) \($0.reason)" }.joined(separator: "; ")
            throw Fault("no key can be used\(reasons.isEmpty ? ": there is none" : ": \(reasons)")")
        }
        self.keys = keys
        self.skipped = skipped
        digest = SHA256.hash(text)
    }

    /// The keys that a token may be signed with: those of its key identifier, or all where it has none, if they are for its algorithm.
    func candidates(_ identifier: [UInt8]?, _ algorithm: TokenAlgorithm) -> ArraySlice<Key> {
        keys.filter { (identifier == nil || $0.identifier == identifier) && $0.fits(algorithm) }
            .prefix(Bounds.candidates)
    }

    /// Whether a key has this identifier.
    func has(_ identifier: [UInt8]) -> Bool { keys.contains { $0.identifier == identifier } }

    private struct Unusable: Error {
        let reason: String
    }

    private static func key(_ value: JSONValue) throws(Unusable) -> Key {
        guard value.kind == .object else { throw Unusable(reason: "is no object") }
        if let use = value["use"], !use.equals("sig") { throw Unusable(reason: "is not for signatures (`use`)") }
        if let operations = value["key_ops"] {
            guard operations.kind == .array, operations.elements.contains(where: { $0.equals("verify") }) else {
                throw Unusable(reason: "is not for verifying (`key_ops`)")
            }
        }
        // Whoever reads the set could sign with it.
        guard value["d"] == nil, value["k"] == nil else { throw Unusable(reason: "is a secret, not a public key") }
        var algorithm: TokenAlgorithm?
        if let name = value["alg"] {
            algorithm = name.string.flatMap { TokenAlgorithm(header: $0) }
            if algorithm == nil { throw Unusable(reason: "is for an algorithm that is not supported (`alg`)") }
        }
        var identifier: [UInt8]?
        if let kid = value["kid"] {
            guard kid.kind == .string, kid.contentRange.count <= Bounds.identifierBytes else {
                throw Unusable(reason: "has no usable `kid`")
            }
            identifier = kid.decodedUTF8()
        }
        let key = try signatureKey(value)
        if let algorithm, !key.fits(algorithm.signature) { throw Unusable(reason: "is not of the type of its `alg`") }
        return Key(identifier: identifier, algorithm: algorithm, key: key)
    }

    private static func signatureKey(_ value: JSONValue) throws(Unusable) -> SignatureKey {
        let key: SignatureKey?
        switch (value["kty"]?.string, value["crv"]?.string) {
        case ("RSA", _):
            key = SignatureKey(rsaModulus: try bytes("n", of: value), exponent: try bytes("e", of: value))
            if key == nil { throw Unusable(reason: "is no RSA key of 2,048 to 8,192 bits") }
        case ("EC", "P-256"):
            key = SignatureKey(.p256, x: try bytes("x", of: value), y: try bytes("y", of: value))
        case ("EC", "P-384"):
            key = SignatureKey(.p384, x: try bytes("x", of: value), y: try bytes("y", of: value))
        case ("OKP", "Ed25519"):
            key = SignatureKey(ed25519: try bytes("x", of: value))
        default: throw Unusable(reason: "is of a type that is not supported (`kty`, `crv`)")
        }
        guard let key else { throw Unusable(reason: "is no point of its curve") }
        return key
    }

    private static func bytes(_ name: StaticString, of value: JSONValue) throws(Unusable) -> [UInt8] {
        guard let member = value[name], member.kind == .string, let bytes = Base64URL.decode(member.decodedUTF8())
        else {
            throw Unusable(reason: "has no base64url in `\(name)`")
        }
        return bytes
    }
}

extension JSONWebKeySet.Fault {
    fileprivate init(_ description: String) {
        self.init(line: nil, column: nil, description: description)
    }
}
