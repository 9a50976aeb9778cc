import Cryptography
import Inference
import Ledger
import LedgerVault
import Logging

/// Looks after the vault while the gateway serves: makes the next day's key in time, shreds what is older than the settings keep, and
/// records in the ledger what was done to the vault. Used on the main thread only.
struct VaultTending {
    /// Looks at the days once a minute.
    private static let secondsBetweenDays = 60

    private let vault: GatewayVault
    private let logger: Logger
    private var seconds = 0
    /// Acts handed to the ledger at the last look: by now they are on its disk, so that their notes can go.
    private var recorded: [String] = []
    private var lostAnswers = 0
    private var trouble: String?

    init(_ vault: GatewayVault, logger: Logger) {
        self.vault = vault
        self.logger = logger
    }

    /// Call once a second. Blocks.
    mutating func look(_ ledger: GatewayLedger, keeping milliseconds: Int64?) {
        let now = LedgerTime(milliseconds: Clock.epochMilliseconds())
        do throws(VaultError) {
            try vault.vault.prepare(at: now)
            if seconds % Self.secondsBetweenDays == 0 { try vault.vault.maintain(at: now, keeping: milliseconds) }
            try recordActs(ledger)
            trouble = nil
        } catch {
            // Once, not every second.
            if trouble != "\(error)" { logger.error("vault not in order", metadata: ["error": "\(error)"]) }
            trouble = "\(error)"
        }
        seconds += 1
        let lost = vault.vault.lostAnswers
        if lost > lostAnswers { logger.error("answers not sealed", metadata: ["count": "\(lost - lostAnswers)"]) }
        lostAnswers = lost
    }

    private mutating func recordActs(_ ledger: GatewayLedger) throws(VaultError) {
        let acts = VaultActs(directory: vault.directory)
        if ledger.trouble == nil {
            for name in recorded { try acts.remove(name) }
        }
        let done = recorded
        recorded = []
        for (name, act) in try acts.waiting() where !done.contains(name) {
            if ledger.append(Self.entry(act)) { recorded.append(name) }
        }
    }

    static func entry(_ act: VaultAct) -> LedgerEntry {
        switch act.kind {
        case .opened: .opened(LedgerEntry.Opening(time: act.time, request: act.request ?? ""))
        case .exported:
            .exported(
                LedgerEntry.DataExport(
                    time: act.time, user: act.user, format: act.format, filters: act.filters, requests: act.requests,
                    records: act.records, digest: act.digest == Digest32() ? nil : act.digest,
                    isComplete: act.isComplete && act.digest != Digest32()))
        case .shredded:
            .shredded(
                LedgerEntry.Shredding(
                    time: act.time, keys: act.keys, before: act.before,
                    subjects: act.subjects.compactMap { ValueFingerprint($0) }, requests: act.requests,
                    reason: act.reason?.rawValue ?? "", request: act.request, isComplete: act.isComplete))
        }
    }
}
