import ArgumentParser
import Foundation
import Ledger
import LedgerRelay
import LedgerStore
import TransparencyLog

/// `sallyport audit verify`.
struct AuditVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that every entry is as it was written.",
        discussion: """
            Checks every entry, every hash and every signature, and names what is damaged: exit code 1. Ends with the \
            checkpoint, which signs all of it. Keep it where the gateway's user cannot write (--save), and give it with \
            --from-checkpoint next time: only so is it found when somebody who can write to the whole folder cuts off the \
            end. Keep the public key too (`sallyport audit key`), and give it with --key: only so is it found when somebody \
            makes a ledger of his own. With --witness it takes the word of others, too, that nobody was shown another history.

            Examples: sallyport audit verify --key ledger.vkey --from-checkpoint /mnt/audit/last --save /mnt/audit/last
                      sallyport audit verify --ledger var/ledger --ledger /srv/other/ledger --json
            """)

    @OptionGroup var ledger: LedgerOption
    @OptionGroup var remote: RemoteOption
    @OptionGroup var key: KeyOption
    @OptionGroup var witness: WitnessOption

    @Option(
        name: .customLong("from-checkpoint"),
        help: ArgumentHelp(
            "A checkpoint that was kept elsewhere: what was there then must be there now. May be given again.",
            valueName: "file"))
    var earlier: [String] = []

    @Option(help: ArgumentHelp("Keep the last checkpoint in this file, if nothing is damaged.", valueName: "file"))
    var save: String?

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    func run() throws {
        try ledger.configuration.reporting {
            let trust = try key.trust()
            let witnesses = try witness.keys()
            let ledgers = try AuditedLedger.all(ledger, remote, earlier)
            let meter = ProgressLine()
            var verdicts: [LedgerVerdict] = []
            for one in ledgers {
                let verifier = LedgerVerifier(
                    source: one.source, keys: trust.keys, earlier: one.earlier, witnesses: witnesses)
                verdicts.append(
                    try verifier.verify { done, total in meter.show("\(one.name): \(done) of \(total) entries") })
            }
            meter.clear()
            let checkpoints = verdicts.compactMap { $0.logs.last?.checkpoint }
            let isIntact = verdicts.allSatisfy(\.isIntact)
            if json {
                print(try JSONLine.text(VerificationReport(verdicts)))
            } else {
                show(verdicts, checkpoints)
            }
            guard isIntact else { throw ExitCode.failure }
            try keep(checkpoints)
        }
    }

    private func show(_ verdicts: [LedgerVerdict], _ checkpoints: [SignedCheckpoint]) {
        let logs = verdicts.flatMap(\.logs)
        for verdict in verdicts {
            for damage in verdict.damages { complain(TerminalText.harmless("\(damage)")) }
            let more = verdict.damageCount - verdict.damages.count
            if more > 0 { complain("… and \(more) more") }
        }
        let entries = logs.reduce(0) { $0 + $1.entries }
        let count = verdicts.reduce(0) { $0 + $1.damageCount }
        guard count == 0 else {
            complain(
                "\(count) \(count == 1 ? "thing is" : "things are") damaged; \(entries) entries are as they were written"
            )
            return
        }
        guard !logs.isEmpty else {
            return print("nothing is recorded yet: there is no log, and nothing waits in the write-ahead log")
        }
        print("\(entries) entries in \(logs.count) \(logs.count == 1 ? "log" : "logs") are as they were written")
        for log in logs {
            if log.prunedBefore > 0 {
                print(
                    "\(log.place): \(log.prunedBefore) entries before them were pruned, last at \(log.prunedAt ?? "?")")
            }
            if log.waiting > 0 {
                print("\(log.place): \(log.waiting) more are in the write-ahead log, under no checkpoint yet")
            }
            for cosignature in log.cosignatures {
                let time = LedgerTime(
                    milliseconds: Int64(clamping: cosignature.time ?? 0).multipliedReportingOverflow(by: 1_000)
                        .partialValue)
                print("\(log.place): its checkpoint was cosigned by \(cosignature.signature.name) at \(time)")
            }
            if !log.strangers.isEmpty {
                let names =
                    TerminalText.harmless(log.strangers.prefix(3).joined(separator: ", "))
                    + (log.strangers.count > 3 ? " …" : "")
                print(
                    "\(log.place): \(log.strangers.count) files are not of the log, or ahead of its checkpoint: \(names)"
                )
            }
        }
        if key.keys.isEmpty { print("by the logs' own keys: give the one that you kept with --key") }
        for checkpoint in checkpoints {
            print("\n\(String(decoding: checkpoint.bytes, as: UTF8.self))", terminator: "")
        }
    }

    private func keep(_ checkpoints: [SignedCheckpoint]) throws {
        guard let save else { return }
        guard checkpoints.count == 1 else {
            throw FileProblem("--save: expected one ledger, found \(checkpoints.count)")
        }
        try Data(checkpoints[0].bytes).write(to: URL(filePath: save), options: .atomic)
    }
}

/// A ledger to be checked, with the checkpoints of it that were kept elsewhere.
private struct AuditedLedger {
    let name: String
    let source: any LedgerSource
    var earlier: [EarlierCheckpoint] = []
    /// What its logs are called.
    let origins: Set<String>

    private init(_ name: String, _ source: any LedgerSource) {
        self.name = name
        self.source = source
        let keys = ((try? source.logNumbers()) ?? []).compactMap { try? source.contents(of: "vkey", inLog: $0) }
        origins = Set(keys.map { String(decoding: $0.prefix { $0 != UInt8(ascii: "+") }, as: UTF8.self) })
    }

    /// Those that options name. The gateway's own memory of its last checkpoint is an earlier checkpoint too.
    static func all(_ ledger: LedgerOption, _ remote: RemoteOption, _ files: [String]) throws -> [AuditedLedger] {
        var all: [AuditedLedger] = []
        for remote in try remote.ledgers(ledger.configuration) {
            all.append(AuditedLedger(remote.place(of: "", inLog: 1), remote))
        }
        if all.isEmpty || !ledger.folders.isEmpty {
            for (folder, remembered) in try ledger.remembering() {
                // First, so that it is not ahead of what is read after it.
                let earlier = try remembered.map { try EarlierCheckpoint(file: $0) }
                var one = AuditedLedger(folder, try LedgerFolder(folder))
                one.earlier = earlier.map { [$0] } ?? []
                all.append(one)
            }
        }
        for file in files {
            let earlier = try EarlierCheckpoint(file: file)
            // One that nobody knows is the first one's problem.
            let owner = all.firstIndex { $0.origins.contains(earlier.origin) } ?? 0
            all[owner].earlier.append(earlier)
        }
        return all
    }
}

/// What `audit verify --json` prints.
private struct VerificationReport: Encodable {
    struct Log: Encodable {
        let log: Int
        let place: String
        let origin, key, checkpoint: String?
        let size, entries, prunedBefore, waiting: UInt64
        let prunedAt: String?
        let strangers, cosignedBy: [String]

        init(_ log: LedgerVerdict.Log) {
            self.log = log.number
            place = log.place
            key = log.key?.text
            origin = log.key?.name.description
            checkpoint = log.checkpoint.map { String(decoding: $0.bytes, as: UTF8.self) }
            size = log.checkpoint?.checkpoint.size ?? 0
            (entries, prunedBefore, waiting) = (log.entries, log.prunedBefore, log.waiting)
            (prunedAt, strangers) = (log.prunedAt, log.strangers)
            cosignedBy = log.cosignatures.map { "\($0.signature.name)" }
        }
    }

    struct Damage: Encodable {
        let part, file, reason: String
        let first, last: String?

        init(_ damage: LedgerDamage) {
            (part, file, reason) = (damage.part.rawValue, damage.file, damage.reason)
            (first, last) = (damage.first?.description, damage.last?.description)
        }
    }

    let intact: Bool
    let entries: UInt64
    let damageCount: Int
    let damages: [Damage]
    let logs: [Log]

    init(_ verdicts: [LedgerVerdict]) {
        intact = verdicts.allSatisfy(\.isIntact)
        logs = verdicts.flatMap(\.logs).map { Log($0) }
        entries = logs.reduce(0) { $0 + $1.entries }
        damages = verdicts.flatMap(\.damages).map { Damage($0) }
        damageCount = verdicts.reduce(0) { $0 + $1.damageCount }
    }
}
