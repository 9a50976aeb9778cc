internal import Cryptography

/// The algorithms by which tokens may be signed (RFC 7518 §3.1, RFC 8037 §3.1). Neither `none` nor a shared secret (`HS256` …) is
/// one: there is no key of ours that a caller could have.
public enum TokenAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    /// RSASSA-PSS with SHA-256.
    case ps256 = "PS256"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// ECDSA on P-384 with SHA-384.
    case es384 = "ES384"
    /// Ed25519.
    case edDSA = "EdDSA"

    /// Reads the value of `alg`, exactly as it is registered; RFC 9864's `Ed25519` is `EdDSA`. `nil` for all others.
    init?(header value: String) {
        // By bytes, not by canonical equivalence.
        guard value.utf8.count <= 16, value.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        if value == "Ed25519" { self = .edDSA } else { self.init(rawValue: value) }
    }

    var signature: SignatureKey.Algorithm {
        switch self {
        case .rs256: .rsaPKCS1SHA256
        case .ps256: .rsaPSSSHA256
        case .es256: .ecdsaP256SHA256
        case .es384: .ecdsaP384SHA384
        case .edDSA: .ed25519
        }
    }
}
