import Ledger
import LedgerStore
import Testing
import TransparencyLog

@Suite struct LedgerPruningTests {
    /// One entry a minute, from 10:00 on.
    private static func ledger(_ count: Int) throws -> SampleLedger {
        let ledger = try SampleLedger()
        try ledger.log(1) { log in for index in 0..<count { log.append(SampleLog.entry(index, minute: index)) } }
        return ledger
    }

    private static let now = LedgerTime(milliseconds: 1_795_000_000_000)

    private static func time(minute: Int) throws -> LedgerTime {
        try #require(
            LedgerTime("2026-11-23T10:00:00Z").map {
                LedgerTime(milliseconds: $0.milliseconds + Int64(minute) * 60_000)
            })
    }

    private static func signer(_ ledger: SampleLedger) -> (String) -> NoteSigner? {
        { origin in ledger.logs.values.first { $0.origin == origin }?.signer }
    }

    @Test func `whole bundles older than the moment go, and everything else is as before`() throws {
        let ledger = try Self.ledger(700)
        let receipt = try { () throws -> LogProof in
            var receipts = LedgerReceipts(source: try LedgerFolder(ledger.path))
            return try receipts.receipt(for: .init(log: 1, index: 3), entry: SampleLog.entry(3, minute: 3))
        }()
        #expect(try LedgerPruning(directory: ledger.path, before: Self.time(minute: 255)).parts.isEmpty)
        let pruning = try LedgerPruning(directory: ledger.path, before: Self.time(minute: 256))
        #expect(pruning.parts.map(\.before) == [256] && pruning.parts[0].bytes > 0)
        #expect(try LedgerReader(directory: ledger.path).facts(ofLog: 1).prunedBefore == 0)
        try pruning.prune(at: Self.now, signer: Self.signer(ledger))
        var verdict = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify()
        #expect(
            verdict.isIntact && verdict.logs[0].prunedBefore == 256 && verdict.logs[0].entries == 444,
            "\(verdict.damages)")
        #expect(verdict.logs[0].prunedAt == "\(Self.now)" && verdict.logs[0].strangers.isEmpty)
        try LedgerPruning(directory: ledger.path, before: Self.time(minute: 699)).prune(
            at: Self.now, signer: Self.signer(ledger))
        verdict = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify()
        #expect(verdict.isIntact && verdict.logs[0].prunedBefore == 512, "\(verdict.damages)")
        #expect(!ledger.files().contains("log-000001/tile/entries/000"))
        var first: LedgerPosition?
        try LedgerReader(directory: ledger.path).entries { position, _ in
            first = position
            return false
        }
        #expect(first == LedgerPosition(log: 1, index: 512))
        #expect(try LedgerReader(directory: ledger.path).entry(at: .init(log: 1, index: 3)) == nil)
        #expect(try LedgerReader(directory: ledger.path).lastEntries(1_000).count == 188)
        let trust = LedgerTrust(keys: [try #require(ledger.logs[1]?.signer.verifier)])
        #expect(try CheckedReceipt.check(receipt.bytes, by: trust).count == 1)
    }

    @Test func `the last, partial bundle stays, and later logs are pruned too`() throws {
        let ledger = try Self.ledger(300)
        try ledger.rotate()
        try ledger.log(2) { log in for index in 1..<600 { log.append(SampleLog.entry(index, minute: 0)) } }
        let pruning = try LedgerPruning(directory: ledger.path, before: Self.time(minute: 1_000))
        #expect(pruning.parts.map(\.before) == [256, 512])
        try pruning.prune(at: Self.now, signer: Self.signer(ledger))
        let verdict = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify()
        #expect(verdict.isIntact && verdict.logs.map(\.entries) == [44, 88], "\(verdict.damages)")
    }

    /// Two logs, of which the second is pruned twice.
    private static func continued() throws -> SampleLedger {
        let ledger = try Self.ledger(300)
        try ledger.rotate()
        try ledger.log(2) { log in for index in 1..<600 { log.append(SampleLog.entry(index, minute: index)) } }
        for minute in [260, 520] {
            let pruning = try LedgerPruning(directory: ledger.path, before: Self.time(minute: minute))
            try pruning.prune(at: Self.now, signer: Self.signer(ledger))
        }
        return ledger
    }

    @Test func `the link to the log before outlives the bundle in which it stood`() throws {
        let ledger = try Self.continued()
        let note = try PruningNote(parsing: ledger.read("log-000002/pruned"))
        #expect(note.before == 512 && note.continued == ledger.logs[2]?.entries[0])
        #expect(try PruningNote(parsing: ledger.read("log-000001/pruned")).continued == nil)
        #expect(try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().damages.isEmpty)
    }

    @Test func `another end of the log before is found though the link is pruned`() throws {
        let ledger = try Self.continued()
        // With the key: the log before goes on after its end.
        try ledger.log(1) { log in log.append(SampleLog.entry(300, minute: 300)) }
        let found = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().damages
        #expect(found.map(\.part) == [.link] && found.first?.first == LedgerPosition(log: 2, index: 0), "\(found)")
    }

    @Test func `a note that keeps another first entry is found, also when it is signed`() throws {
        let ledger = try Self.continued()
        let log = try #require(ledger.logs[2])
        let text = String(decoding: log.entries[0], as: UTF8.self)
        let other = Array(text.replacing("\"size\":300", with: "\"size\":301").utf8)
        #expect(other != log.entries[0])
        let note = try PruningNote(
            origin: log.origin, before: 512, time: "\(Self.now)", continued: other, signer: log.signer)
        try ledger.write(note.bytes, to: "log-000002/pruned")
        let found = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().damages
        #expect(found.first?.part == .link && found.first?.file.hasSuffix("pruned") == true, "\(found)")
        #expect(throws: LedgerPruning.Problem.self) {
            try LedgerPruning(directory: ledger.path, before: Self.time(minute: 600))
        }
    }

    @Test func `a note of an earlier version, without the link, is read as before`() throws {
        let ledger = try Self.continued()
        let log = try #require(ledger.logs[2])
        let note = try PruningNote(origin: log.origin, before: 512, time: "\(Self.now)", signer: log.signer)
        try ledger.write(note.bytes, to: "log-000002/pruned")
        #expect(try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().isIntact)
    }

    @Test func `what is missing without a signed word is no pruning`() throws {
        let ledger = try Self.ledger(700)
        try LedgerPruning(directory: ledger.path, before: Self.time(minute: 300)).prune(
            at: Self.now, signer: Self.signer(ledger))
        try ledger.remove("log-000001/tile/entries/001")
        #expect(try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().damages.first?.first?.index == 256)
        // By somebody without the key.
        let other = try SampleLedger(entries: 1, seed: 9)
        let note = try PruningNote(
            origin: ledger.logs[1]?.origin ?? "", before: 512, time: "x", signer: try #require(other.logs[1]?.signer))
        try ledger.write(note.bytes, to: "log-000001/pruned")
        let found = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify().damages
        #expect(found.first?.file.hasSuffix("pruned") == true && found.count == 3, "\(found)")
        // Nor does it hide entries from who only reads.
        #expect(throws: LedgerReadError.self) { try LedgerReader(directory: ledger.path).entries { _, _ in true } }
    }

    @Test(arguments: ["tile/entries/000", "tile/0/000", "tile/1/000.p/2", "tile/0/002.p/188", "checkpoint"])
    func `damage is not pruned away`(file: String) throws {
        let ledger = try Self.ledger(700)
        try ledger.change("log-000001/\(file)", at: 40)
        let files = ledger.files()
        #expect(throws: (any Error).self, "\(file)") {
            try LedgerPruning(directory: ledger.path, before: Self.time(minute: 600)).prune(
                at: Self.now, signer: Self.signer(ledger))
        }
        #expect(ledger.files() == files)
    }

    @Test func `what somebody without the key took out is not signed as pruned by the next pruning`() throws {
        let ledger = try Self.ledger(700)
        let other = try SampleLedger(entries: 1, seed: 9)
        let note = try PruningNote(
            origin: ledger.logs[1]?.origin ?? "", before: 256, time: "x", signer: try #require(other.logs[1]?.signer))
        try ledger.write(note.bytes, to: "log-000001/pruned")
        try ledger.remove("log-000001/tile/entries/000")
        #expect(throws: LedgerPruning.Problem.self) {
            try LedgerPruning(directory: ledger.path, before: Self.time(minute: 600)).prune(
                at: Self.now, signer: Self.signer(ledger))
        }
        #expect(try !LedgerVerifier(source: LedgerFolder(ledger.path)).verify().isIntact)
    }

    @Test func `another key cannot prune`() throws {
        let (ledger, other) = try (Self.ledger(300), SampleLedger(entries: 1, seed: 9))
        let pruning = try LedgerPruning(directory: ledger.path, before: Self.time(minute: 290))
        #expect(throws: LedgerPruning.Problem.self) { try pruning.prune(at: Self.now, signer: Self.signer(other)) }
        #expect(throws: LedgerPruning.Problem.self) {
            try pruning.prune(at: Self.now) { _ in other.logs[1]?.signer }
        }
        #expect(ledger.files().contains("log-000001/tile/entries/000"))
    }

    @Test func `a note with any byte changed is none, or not signed`() throws {
        let log = try #require(SampleLedger(entries: 1).logs[1])
        var dice = Dice(state: 1)
        let whole = try PruningNote(
            origin: log.origin, before: 512, time: "\(Self.now)", continued: Array("{}".utf8), signer: log.signer
        ).bytes
        #expect(try PruningNote(parsing: whole).isSigned(by: [log.signer.verifier]))
        for place in whole.indices {
            var bytes = whole
            bytes[place] ^= UInt8.random(in: 1...255, using: &dice)
            #expect((try? PruningNote(parsing: bytes))?.isSigned(by: [log.signer.verifier]) != true, "byte \(place)")
        }
    }
}
