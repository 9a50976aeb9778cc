internal import Cryptography

/// Tokens that were verified, by SHA-256 of their text, so that a token that comes again costs no signature. Only good tokens get in,
/// and not more than twice `capacity` / 2 are kept: when the younger half is full, the older one is dropped.
struct VerifiedTokens: ~Copyable {
    struct Entry {
        let identity: ProvenIdentity
        /// Whose it is, by place in the verifier's list.
        let issuer: Int
        /// The number of the keys that verified it.
        let keysVersion: UInt64
        let validity: TokenValidity
    }

    private let half: Int
    private var younger: [Digest32: Entry] = [:]
    private var older: [Digest32: Entry] = [:]

    init(capacity: Int) {
        half = max(1, capacity / 2)
    }

    var count: Int { younger.count + older.count }

    subscript(digest: Digest32) -> Entry? { younger[digest] ?? older[digest] }

    mutating func insert(_ entry: Entry, _ digest: Digest32) {
        if younger.count >= half, younger[digest] == nil {
            older = younger
            younger = [:]
        }
        younger[digest] = entry
    }
}
