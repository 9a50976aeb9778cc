private import Cryptography
public import Inference

/// The keys that are known, for look-up: immutable, shared by all event loops, replaced as a whole on reload.
public final class KeyTable: Sendable {
    private struct Entry: Sendable {
        let record: APIKeyRecord
        let principal: Principal
    }

    // The place in the table depends on the first word of the digest of what was presented, which a caller can't choose; digests
    // themselves are compared in constant time, by `Digest32` and once more below.
    private let entries: [Digest32: Entry]

    /// Takes the keys; of two with the same digest the first counts.
    public init(_ records: [APIKeyRecord]) {
        entries = Dictionary(
            records.map { record in
                let principal = Principal(
                    kind: record.kind, name: record.principal, teams: record.teams, tenant: record.tenant,
                    method: .apiKey,
                    credential: record.id)
                return (record.digest, Entry(record: record, principal: principal))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// How many keys there are, those expired and revoked included.
    public var count: Int { entries.count }

    /// Whom the presented text of a key (UTF-8, nothing around it) stands for, at a time in seconds since 1970.
    public func identify(presented text: UnsafeRawBufferPointer, now: Int64) -> Result<Principal, IdentityFailure> {
        guard !text.isEmpty else { return .failure(.missing) }
        guard APIKey.isWellFormed(text) else { return .failure(.malformed) }
        let digest = SHA256.hash(text)
        guard let entry = entries[digest], constantTimeEqual(entry.record.digest, digest) else {
            return .failure(.unknown)
        }
        if let failure = entry.record.failure(at: now) { return .failure(failure) }
        return .success(entry.principal)
    }

    /// Whom a request's header fields stand for, at a time in seconds since 1970.
    ///
    /// - Parameters:
    ///   - authorization: The value of `Authorization`; only the scheme `Bearer` (in any case) carries a key.
    ///   - apiKey: The value of `x-api-key`; it wins if both came (`design/wire.md`, 4). Blank counts as absent.
    public func identify(authorization: String?, apiKey: String?, now: Int64) -> Result<Principal, IdentityFailure> {
        if var apiKey {
            let result = apiKey.withUTF8 { key -> Result<Principal, IdentityFailure>? in
                let key = Self.trimmed(UnsafeRawBufferPointer(key))
                return key.isEmpty ? nil : identify(presented: key, now: now)
            }
            if let result { return result }
        }
        guard var authorization else { return .failure(.missing) }
        return authorization.withUTF8 { value in
            let value = Self.trimmed(UnsafeRawBufferPointer(value))
            guard !value.isEmpty else { return .failure(.missing) }
            guard let key = Self.bearer(value) else { return .failure(.malformed) }
            return identify(presented: key, now: now)
        }
    }

    /// What follows the scheme `Bearer`; `nil` if the scheme is another (RFC 6750 §2.1, RFC 9110 §11.4).
    private static func bearer(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let scheme: StaticString = "bearer"
        guard value.count >= scheme.utf8CodeUnitCount else { return nil }
        for index in 0..<scheme.utf8CodeUnitCount where value[index] | 0x20 != scheme.utf8Start[index] { return nil }
        let rest = UnsafeRawBufferPointer(rebasing: value[scheme.utf8CodeUnitCount...])
        guard let first = rest.first else { return rest }
        return first == UInt8(ascii: " ") ? trimmed(rest) : nil
    }

    /// The bytes without spaces and tabs around them.
    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = bytes.startIndex
        var end = bytes.endIndex
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }
}
