private import Cryptography
private import Inference

/// The keys that are known, for look-up: immutable, shared by all event loops, replaced as a whole on reload.
public final class KeyTable: Sendable {
    private struct Entry: Sendable {
        let record: APIKeyRecord
        let identity: ProvenIdentity
    }

    // The place in the table depends on the first word of the digest of what was presented, which a caller can't choose; digests
    // themselves are compared in constant time, by `Digest32` and once more below.
    private let entries: [Digest32: Entry]

    /// Takes the keys; of two with the same digest the first counts.
    public init(_ records: [APIKeyRecord]) {
        entries = Dictionary(
            records.map { record in
                let identity = ProvenIdentity(
                    kind: record.kind, name: record.principal, teams: record.teams, tenant: record.tenant,
                    attributes: record.attributes, models: record.models.isEmpty ? nil : ModelScope(record.models),
                    proof: Principal.Proof(.apiKey, record.id))
                return (record.digest, Entry(record: record, identity: identity))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// How many keys there are, those expired and revoked included.
    public var count: Int { entries.count }

    /// Whom the presented text of a key (nothing around it) stands for.
    ///
    /// - Parameters:
    ///   - address: The IP address that it was presented from, as text.
    ///   - now: The time in seconds since 1970.
    public func identify(
        presented text: String, from address: String, now: Int64
    ) -> Result<ProvenIdentity, IdentityFailure> {
        var text = text
        return text.withUTF8 { identify(presented: UnsafeRawBufferPointer($0), from: address, now: now) }
    }

    private func identify(
        presented text: UnsafeRawBufferPointer, from address: String, now: Int64
    ) -> Result<ProvenIdentity, IdentityFailure> {
        guard APIKey.isWellFormed(text) else { return .failure(.malformed) }
        let digest = SHA256.hash(text)
        guard let entry = entries[digest], constantTimeEqual(entry.record.digest, digest) else {
            return .failure(.unknown)
        }
        if let failure = entry.record.failure(at: now) { return .failure(failure) }
        guard entry.record.allows(address: address) else { return .failure(.elsewhere) }
        return .success(entry.identity)
    }
}
