public import TransparencyLog

/// Which public keys vouch for a ledger's logs. A ledger has one key, and each of its logs a name of its own: `name/1`,
/// `name/2`. Who has kept the public key of one log has those of all.
public struct LedgerTrust: Sendable {
    /// The keys as they were kept.
    public let keys: [NoteVerifier]

    /// Takes the public keys of one or several ledgers.
    public init(keys: [NoteVerifier]) { self.keys = keys }

    /// The key that vouches for a log, under that log's name; `nil` if none of those kept does.
    public func key(forLog origin: String) -> NoteVerifier? {
        guard let name = NoteKeyName(origin) else { return nil }
        let ledger = Self.ledger(origin[...])
        for key in keys where key.type == .ed25519 && Self.ledger("\(key.name)"[...]) == ledger {
            return NoteVerifier(name: name, type: key.type, publicKey: key.publicKey)
        }
        return nil
    }

    /// The ledger's part of a log's name: all but the number at its end.
    private static func ledger(_ origin: Substring) -> Substring {
        guard let slash = origin.lastIndex(of: "/"), let number = Int(origin[origin.index(after: slash)...]), number > 0
        else { return origin }
        return origin[..<slash]
    }
}
