import Glibc
import Ledger
import Testing

@testable import LedgerStore

/// What a crash leaves, made by hand: a process killed in a write leaves any prefix of a batch, and the recorded head
/// of the batch before it.
@Suite struct RecoveryTests {
    /// A ledger of `start`, `intent`, `result`, `intent`, `result`, whose recorded head is the one of the entry before
    /// the last two.
    private func interrupted(_ settings: LedgerStoreSettings) async throws -> [[UInt8]] {
        try await Fixtures.closedLedger(settings, intents: 2)
        let lines = try Fixtures.lines(Fixtures.logPath(settings)).dropLast()  // the stop
        let head = try LedgerChecker.head(at: Array(lines[lines.count - 3].dropLast()))
        try Files.write(lines.flatMap { $0 }, to: Fixtures.logPath(settings))
        try Files.write(Array("\(head)\n".utf8), to: Fixtures.headPath(settings))
        return Array(lines)
    }

    @Test func `a log cut at any byte behind the recorded head goes on after its last whole line`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let lines = try await interrupted(settings)
        let head = try Files.read(Fixtures.headPath(settings))
        let whole = lines.flatMap { $0 }
        let kept = lines.dropLast(2).reduce(0) { $0 + $1.count }
        for cut in kept...whole.count {
            try Files.write(Array(whole[..<cut]), to: Fixtures.logPath(settings))
            try Files.write(head, to: Fixtures.headPath(settings))
            let lineEnd = whole[..<cut].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0

            let unfinished = try LedgerAudit.verify(directory: settings.directory)
            #expect(unfinished.isIntact)
            #expect(unfinished.unfinishedBytes == cut - lineEnd)

            try LedgerStore.open(settings, start: Fixtures.start).close(nil)
            let bytes = try Files.read(Fixtures.logPath(settings))
            #expect(bytes[..<lineEnd] == whole[..<lineEnd])
            let start = String(decoding: bytes[lineEnd...], as: UTF8.self)
            #expect(start.hasPrefix(#"{"cut_bytes":\#(cut - lineEnd),"#))
            #expect(try LedgerAudit.verify(directory: settings.directory).isIntact)
        }
    }

    @Test func `a log that ends before its recorded head is refused and left as it is`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let lines = try await interrupted(settings)
        for count in 0...(lines.count - 3) {
            let bytes = lines[..<count].flatMap { $0 }
            try Files.write(bytes, to: Fixtures.logPath(settings))
            #expect {
                try LedgerStore.open(settings, start: Fixtures.start)
            } throws: { error in
                guard case .broken(_, _, .cut(expected: 2, _))? = error as? LedgerStoreError else { return false }
                return true
            }
            #expect(try Files.read(Fixtures.logPath(settings)) == bytes)
        }
        #expect(unlink(Fixtures.logPath(settings)) == 0)
        #expect(throws: LedgerStoreError.self) { try LedgerStore.open(settings, start: Fixtures.start) }
    }

    @Test func `a changed line is refused at the start and left as it is`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let lines = try await interrupted(settings)
        for line in 0..<lines.count - 1 {
            var changed = lines
            changed[line][changed[line].count / 2] ^= 1
            try Files.write(changed.flatMap { $0 }, to: Fixtures.logPath(settings))
            #expect(throws: LedgerStoreError.self) { try LedgerStore.open(settings, start: Fixtures.start) }
            #expect(try Files.read(Fixtures.logPath(settings)) == changed.flatMap { $0 })
        }
    }

    @Test func `a change to the last line is refused at the start, by the recorded head`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        var bytes = try Files.read(Fixtures.logPath(settings))
        let reason = try #require(bytes.lastIndex(of: UInt8(ascii: "Z")))
        bytes[reason - 1] ^= 1  // a digit of the time
        try Files.write(bytes, to: Fixtures.logPath(settings))
        #expect {
            try LedgerStore.open(settings, start: Fixtures.start)
        } throws: { error in
            guard case .broken(_, 4, .head(sequence: 3, _, _))? = error as? LedgerStoreError else { return false }
            return true
        }
        #expect(try Files.read(Fixtures.logPath(settings)) == bytes)
    }

    @Test func `zeros that loss of power leaves behind the recorded head are cut, before it they are refused`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        let lines = try await interrupted(settings)
        let head = try Files.read(Fixtures.headPath(settings))
        // The middle of the last but one line was never written; the last line was.
        var torn = lines
        for index in 100..<300 { torn[lines.count - 2][index] = 0 }
        try Files.write(torn.flatMap { $0 }, to: Fixtures.logPath(settings))
        try LedgerStore.open(settings, start: Fixtures.start).close(nil)
        let verified = try LedgerAudit.verify(directory: settings.directory)
        #expect(verified.isIntact)
        #expect(try Fixtures.lines(Fixtures.logPath(settings)).dropLast() == Array(lines.dropLast(2)))

        var early = lines
        for index in 100..<300 { early[1][index] = 0 }
        try Files.write(early.flatMap { $0 }, to: Fixtures.logPath(settings))
        try Files.write(head, to: Fixtures.headPath(settings))
        #expect(throws: LedgerStoreError.self) { try LedgerStore.open(settings, start: Fixtures.start) }
        #expect(try Files.read(Fixtures.logPath(settings)) == early.flatMap { $0 })
    }

    @Test func `a new file that a crash left empty goes on after the file before it`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        for rest in ["", #"{"cut_by"#] {
            try Files.write(Array(rest.utf8), to: Fixtures.logPath(settings, 2))
            try LedgerStore.open(settings, start: Fixtures.start).close(nil)
            let verified = try LedgerAudit.verify(directory: settings.directory)
            #expect(verified.isIntact)
            #expect(verified.entries == 5)
            #expect(verified.files == 2)
            try Files.write(
                Array("\(try LedgerChecker.head(at: lastLine(settings)))\n".utf8), to: Fixtures.headPath(settings))
        }
    }

    private func lastLine(_ settings: LedgerStoreSettings) throws -> [UInt8] {
        Array(try #require(Fixtures.lines(Fixtures.logPath(settings)).last).dropLast())
    }

    @Test(arguments: ["x", "1", "1:00", "1:\(String(repeating: "g", count: 64))"])
    func `a recorded head that cannot be read is refused`(text: String) async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        try Files.write(Array(text.utf8), to: Fixtures.headPath(settings))
        #expect(throws: LedgerStoreError.self) { try LedgerStore.open(settings, start: Fixtures.start) }
        #expect(throws: LedgerStoreError.self) { try LedgerAudit.verify(directory: settings.directory) }
    }

    @Test func `a directory that cannot be made or written is refused with its path`() {
        for path in ["/proc/sallyport-ledger", "/nonexistent/sallyport/ledger"] {
            #expect {
                try LedgerStore.open(LedgerStoreSettings(directory: path), start: Fixtures.start)
            } throws: { error in
                "\(error)".contains(path)
            }
        }
    }
}
