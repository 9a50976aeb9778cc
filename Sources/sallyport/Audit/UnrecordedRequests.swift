import Inference
import Ledger
import LedgerStore
import LedgerVault

/// Requests of which something is sealed in the vault, and that have no intent in the ledger.
struct UnrecordedRequests {
    /// Those that are left.
    private(set) var requests: Set<RequestID>

    private static let intent = Array(#""kind":"intent""#.utf8)
    private static let request = Array(#""request":"req_"#.utf8)
    /// What is sealed waits for its intent no longer than the ledger's patience with a slow disk, of some seconds.
    private static let patience: Int64 = 300_000

    /// Takes what is sealed in the vault for long enough. Call before the ledger is read.
    init(sealed vault: VaultShredder, at now: LedgerTime) throws {
        requests = try vault.sealedRequests(before: LedgerTime(milliseconds: now.milliseconds - Self.patience))
    }

    /// Strikes out the request of an intent.
    mutating func strike(_ entry: UnsafeRawBufferPointer) {
        guard !requests.isEmpty, LedgerReader.holds(entry, Self.intent),
            let place = LedgerReader.place(of: Self.request, in: entry)
        else { return }
        let start = place + Self.request.count - 4
        guard start + 36 <= entry.count,
            let id = RequestID(String(decoding: entry[start..<(start + 36)], as: UTF8.self))
        else { return }
        requests.remove(id)
    }

    /// Strikes out the requests of all intents of a ledger.
    mutating func strike(all reader: LedgerReader) throws {
        guard !requests.isEmpty else { return }
        try reader.entries(holding: [Self.intent]) { _, entry in
            strike(entry)
            return !requests.isEmpty
        }
    }
}
