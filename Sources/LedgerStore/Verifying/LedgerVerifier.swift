private import JSONText
private import Ledger
public import TransparencyLog

/// Checks a whole ledger: every entry, tile and checkpoint of each of its logs, the links between the logs, and
/// checkpoints that were kept elsewhere. It believes nothing but the keys and checkpoints that it is given.
///
/// Without a key that was kept elsewhere it takes the log's own word for which key is the log's; then whoever can write
/// to the whole folder can make a ledger of his own. Without an earlier checkpoint it cannot know of entries that were
/// cut off together with the checkpoint.
public struct LedgerVerifier: Sendable {
    private let source: any LedgerSource
    private let trust: LedgerTrust
    private let earlier: [EarlierCheckpoint]
    private let witnesses: [NoteVerifier]

    /// Takes a ledger, the public keys of its logs, if they were kept elsewhere, earlier checkpoints, and witnesses
    /// (c2sp.org/tlog-cosignature) each of whom must have cosigned the checkpoint of the last log.
    public init(
        source: any LedgerSource, keys: [NoteVerifier] = [], earlier: [EarlierCheckpoint] = [],
        witnesses: [NoteVerifier] = []
    ) {
        self.source = source
        trust = LedgerTrust(keys: keys)
        self.earlier = earlier
        self.witnesses = witnesses
    }

    /// Checks everything, on all cores; `progress` is told now and then how many entries of how many are done.
    public func verify(
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws(LedgerReadError) -> LedgerVerdict {
        var verdict = LedgerVerdict()
        var checks = try source.logNumbers().map { LogCheck(source, log: $0, trusted: trust) }
        // All heads first: nothing that is written later can be ahead of what is read after it.
        for index in checks.indices { checks[index].readHead() }
        let total = checks.reduce(0) { $0 + ($1.log.checkpoint?.checkpoint.size ?? 0) }
        var done: UInt64 = 0
        for index in checks.indices {
            checks[index].readTree { progress(done + $0, total) }
            done += checks[index].log.checkpoint?.checkpoint.size ?? 0
            for damage in checks[index].damages { verdict.add(damage) }
            verdict.logs.append(checks[index].log)
        }
        for damage in links(verdict.logs) { verdict.add(damage) }
        if !witnesses.isEmpty { cosignatures(&verdict) }
        for damage in try lost(verdict.logs) { verdict.add(damage) }
        for checkpoint in earlier {
            if let damage = history(verdict.logs, checkpoint) { verdict.add(damage) }
        }
        return verdict
    }

    // MARK: - Logs that are not there

    /// Logs behind the last one of which the write-ahead log has entries: each was there before the first of them was written.
    private func lost(_ logs: [LedgerVerdict.Log]) throws(LedgerReadError) -> [LedgerDamage] {
        let last = logs.last?.number ?? 0
        let later = try source.waitingLogs().filter { $0 > last }
        guard !later.isEmpty else { return [] }
        // A gateway may have begun it in the meantime.
        let now = try source.logNumbers()
        return later.filter { !now.contains($0) }.map { log in
            var (first, count) = (nil as UInt64?, 0)
            try? source.waitingEntries(ofLog: log, from: 0) { index, _ in
                first = first ?? index
                count += 1
                return true
            }
            return LedgerDamage(
                .waiting, file: source.place(of: "", inLog: log),
                first: first.map { LedgerPosition(log: log, index: $0) },
                "the log is not there, though the write-ahead log holds \(count) of its entries")
        }
    }

    // MARK: - Witnesses

    /// Looks for what the witnesses say of the last log's checkpoint. Those of closed logs are under no cosignature as a rule: the
    /// next log follows at once.
    private func cosignatures(_ verdict: inout LedgerVerdict) {
        let number = verdict.logs.last?.number ?? 1
        let file = source.place(of: "checkpoint", inLog: number)
        guard let checkpoint = verdict.logs.last?.checkpoint else {
            return verdict.add(
                .init(.checkpoint, file: file, "there is no checkpoint that witnesses could have cosigned"))
        }
        for witness in witnesses {
            do throws(NoteVerificationError) {
                let found = try checkpoint.signatures(by: witness)
                verdict.logs[verdict.logs.count - 1].cosignatures += found
            } catch .unsigned {
                verdict.add(.init(.checkpoint, file: file, "the witness `\(witness.name)` has not cosigned it"))
            } catch {
                verdict.add(.init(.checkpoint, file: file, "cosigned wrongly: \(error)"))
            }
        }
    }

    // MARK: - From log to log

    private func links(_ logs: [LedgerVerdict.Log]) -> [LedgerDamage] {
        var damages: [LedgerDamage] = []
        guard !source.isOneLog else { return [] }
        for (place, log) in logs.enumerated() where log.number > 1 {
            guard place > 0, case let before = logs[place - 1], before.number == log.number - 1 else {
                damages.append(
                    .init(
                        .link, file: source.place(of: "", inLog: log.number - 1),
                        "the log is missing, and \(LedgerFolder.name(ofLog: log.number)) goes on from it"))
                continue
            }
            if let damage = link(from: log, to: before) { damages.append(damage) }
        }
        return damages
    }

    private func link(from log: LedgerVerdict.Log, to before: LedgerVerdict.Log) -> LedgerDamage? {
        let position = LedgerPosition(log: log.number, index: 0)
        func damage(_ reason: String) -> LedgerDamage {
            LedgerDamage(.link, file: source.place(of: "", inLog: log.number), first: position, reason)
        }
        guard let end = before.checkpoint?.checkpoint else {
            // A log is closed with a checkpoint. One without, and without tiles, passes for a new one by itself.
            return damage(
                "it goes on after \(LedgerFolder.name(ofLog: before.number)), which has no checkpoint that holds")
        }
        // A note of an earlier version does not keep the entry; nothing tells then.
        guard log.prunedBefore == 0 || log.continued != nil else { return nil }
        guard let entry = log.continued ?? (try? LedgerReader(source: source).entry(at: position)) else { return nil }
        guard let link = LogLink(entry) else {
            guard (try? JSONDocument(parsing: entry)) != nil else { return nil }  // found before
            return damage("expected an entry `continued`, which names the end of the log before")
        }
        guard link.leads(to: end) else {
            return damage(
                "it goes on after entry \(link.size) of `\(TerminalText.harmless(link.origin))`, and the log before ends with "
                    + "\(end.size) of `\(String(decoding: end.origin, as: UTF8.self))`, or with another root")
        }
        return nil
    }

    // MARK: - From then to now

    private func history(_ logs: [LedgerVerdict.Log], _ earlier: EarlierCheckpoint) -> LedgerDamage? {
        func damage(_ reason: String, _ first: LedgerPosition? = nil, _ last: LedgerPosition? = nil) -> LedgerDamage {
            LedgerDamage(.history, file: earlier.place, first: first, last: last, reason)
        }
        let then = earlier.checkpoint.checkpoint
        guard let log = logs.first(where: { $0.key?.name.bytes == then.origin }) else {
            return damage(
                "the ledger has no log `\(TerminalText.harmless(earlier.origin))`, which this checkpoint is of")
        }
        guard let key = log.key, let now = log.checkpoint?.checkpoint else {
            return damage("\(log.place) has no checkpoint that this one could be compared with")
        }
        do {
            try earlier.checkpoint.verified(by: LogTrust(logKeys: [key], origin: key.name.description))
        } catch {
            return damage("this checkpoint is not signed by the key of \(log.place): \(error)")
        }
        guard then.size <= now.size else {
            return damage(
                "the log was cut or rolled back: these entries are missing at its end",
                LedgerPosition(log: log.number, index: now.size), LedgerPosition(log: log.number, index: then.size - 1))
        }
        let files = LogFiles(source: source, log: log.number)
        do {
            var reader = TileReader(size: now.size) { tile in
                guard let hashes = try files.hashes(of: tile) else {
                    throw LedgerReadError.missing(path: files.place(tile.path))
                }
                return HashTile.encode(hashes)
            }
            guard try reader?.root(at: then.size) == then.root else {
                return damage(
                    "the log was rewritten: its first \(then.size) entries have another root now than this checkpoint",
                    LedgerPosition(log: log.number, index: 0),
                    LedgerPosition(log: log.number, index: max(1, then.size) - 1))
            }
        } catch {
            return damage("the log's root at \(then.size) entries cannot be made: \(error)")
        }
        return nil
    }
}
