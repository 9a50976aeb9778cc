import Identity
import Inference
import Ledger
import Synchronization

/// Which keys the ledger knows of, so that what `sallyport keys` changed while no gateway served is recorded at the next start. Kept in
/// the ledger's folder (`keys.recorded`): a line `generation N`, and for each API key its identifier, with ` revoked` behind it.
///
/// It is written once the entries had time to become durable. Whatever stops the gateway before that, or loses the file, makes entries
/// come twice, never not at all.
final class KeyJournal: Sendable {
    private struct State: Equatable {
        var generation: Int?
        /// By identifier: whether it is known to be revoked.
        var keys: [String: Bool] = [:]
    }

    private struct Pending {
        var known: State
        var written: State
        /// Looks since the last change.
        var looks = 0
    }

    /// The file's name in the ledger's folder.
    static let fileName = "keys.recorded"

    private enum Bounds {
        /// Looks, one a second, after which an entry is durable unless the ledger says otherwise.
        static let looks = 3
    }

    private let path: String
    private let state: Mutex<Pending>

    /// Reads what the ledger in a folder knows; nothing where there is no such file, or none that can be read.
    init(directory: String) {
        path = "\(directory)/\(Self.fileName)"
        let known = Self.read(path)
        state = Mutex(Pending(known: known, written: known))
    }

    /// The entries that tell what changed since the last call.
    func changes(_ records: [APIKeyRecord], generation: Int, at time: LedgerTime) -> [LedgerEntry] {
        state.withLock { pending in
            var entries: [LedgerEntry] = []
            for record in records {
                let before = pending.known.keys[record.id]
                if before == nil { entries.append(.keyCreated(Self.change(record, since: record.created, time))) }
                if before != true, let revoked = record.revoked {
                    entries.append(.keyRevoked(Self.change(record, since: revoked, time)))
                }
                pending.known.keys[record.id] = record.revoked != nil
            }
            if let before = pending.known.generation, before != generation {
                entries.append(.keysRotated(LedgerEntry.KeyRotation(time: time, generation: generation)))
            }
            pending.known.generation = generation
            if pending.known != pending.written { pending.looks = 0 }
            return entries
        }
    }

    /// Writes what the ledger knows once its entries are durable. Call once a second while the ledger is well.
    func look() throws {
        try write { pending in
            pending.looks += 1
            return pending.looks >= Bounds.looks
        }
    }

    /// Writes what the ledger knows; once the ledger is closed.
    func close() throws {
        try write { _ in true }
    }

    private func write(_ isDue: (inout Pending) -> Bool) throws {
        let text: [UInt8]? = state.withLock { pending in
            guard pending.known != pending.written, isDue(&pending) else { return nil }
            pending.written = pending.known
            return Self.text(pending.known)
        }
        if let text { try KeyFile.replace(path, with: text) }
    }

    private static func change(_ record: APIKeyRecord, since: Int64, _ time: LedgerTime) -> LedgerEntry.KeyChange {
        LedgerEntry.KeyChange(
            time: time, keyID: record.id, kind: record.kind, name: record.principal, teams: record.teams,
            tenant: record.tenant, models: record.models.map(\.description),
            addresses: record.from.map(\.description), since: LedgerTime(milliseconds: since * 1_000),
            expires: record.expires.map { LedgerTime(milliseconds: $0 * 1_000) })
    }

    private static func read(_ path: String) -> State {
        var state = State()
        guard let text = try? ConfigurationFiles.read(path) else { return state }
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard let first = words.first else { continue }
            if first == "generation" {
                state.generation = words.count == 2 ? Int(words[1]) : nil
            } else {
                state.keys[String(first)] = words.dropFirst().first == "revoked"
            }
        }
        return state
    }

    private static func text(_ state: State) -> [UInt8] {
        var lines = state.generation.map { ["generation \($0)"] } ?? []
        for (id, isRevoked) in state.keys.sorted(by: { $0.key < $1.key }) {
            lines.append(isRevoked ? "\(id) revoked" : id)
        }
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }
}
