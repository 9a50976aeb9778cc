import Cryptography
import Foundation
import Ledger
import Testing
import TransparencyLog

@testable import LedgerStore

/// What a start refuses, and the words with which it does: a ledger that is not the one that was written may not be gone on with.
@Suite struct RefusedStartTests {
    /// The words of the error with which a ledger is not opened.
    private static func refusal(_ settings: LedgerStoreSettings) -> String? {
        do throws(LedgerStoreError) {
            try LedgerStore.open(settings, start: Fixtures.start).close(nil)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func expect(_ words: String..., in settings: LedgerStoreSettings) {
        let found = refusal(settings) ?? "it was opened"
        for word in words { #expect(found.contains(word), "\(found)") }
    }

    private static func copy(_ path: String, to other: String) throws {
        try? FileManager.default.removeItem(atPath: other)
        try FileManager.default.copyItem(atPath: path, toPath: other)
    }

    private static func signer(_ name: String, seed: UInt8 = 7) throws -> NoteSigner {
        let key = try #require(SigningKey(ed25519Seed: [UInt8](repeating: seed, count: 32)))
        let name = try #require(NoteKeyName(name))
        return try #require(NoteSigner(name: name, key: key))
    }

    // MARK: - Memory

    @Test func `a ledger that was put back to an earlier state is refused`() async throws {
        let directory = try TemporaryDirectory()
        let settings = try Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        try Self.copy(settings.directory, to: "\(directory.path)/before")
        try await Fixtures.closedLedger(settings, intents: 1)
        try Self.copy("\(directory.path)/before", to: settings.directory)
        Self.expect(
            "\(directory.path)/seen", "remembers 8 entries", "its checkpoint has 4: the ledger is older than it was",
            in: settings)
    }

    @Test(arguments: [1, 2])
    func `another tree in the place of the one that is remembered is refused, be it longer or not`(runs: Int)
        async throws
    {
        let (directory, other) = try (TemporaryDirectory(), TemporaryDirectory())
        try await Fixtures.closedLedger(Fixtures.settings(directory), intents: 2)
        for run in 0..<runs {
            // Other entries: another result's intent.
            let store = try LedgerStore.open(
                Fixtures.settings(other), start: .init(time: Fixtures.time, version: "other", policySet: "aa11"))
            for _ in 0..<4 { try store.append(Fixtures.reload) }
            store.close(run == 0 ? Fixtures.stop : nil)
        }
        try Self.copy("\(other.path)/ledger", to: "\(directory.path)/ledger")
        Self.expect(
            "\(directory.path)/seen", "remembers other first 6 entries", "not the one that was written",
            in: try Fixtures.settings(directory))
    }

    @Test func `a ledger that is gone though one is remembered is refused`() async throws {
        let directory = try TemporaryDirectory()
        let settings = try Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        try FileManager.default.removeItem(atPath: settings.directory)
        Self.expect("remembers 4 entries", "log-000001` is not there", "move this file away", in: settings)
    }

    @Test func `a memory of a ledger of another name, or that nobody can read, is refused`() async throws {
        let (directory, other) = try (TemporaryDirectory(), TemporaryDirectory())
        let settings = try Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        var others = try Fixtures.settings(other)
        others.signer = try Self.signer("test.example/other")
        try await Fixtures.closedLedger(others, intents: 1)
        try Self.copy("\(other.path)/seen", to: "\(directory.path)/seen")
        Self.expect(
            "remembers `test.example/other/1`, but the ledger is called `test.example/ledger`", in: settings)
        try Files.write(Array("no checkpoint".utf8), to: "\(directory.path)/seen")
        Self.expect("cannot be read", "remembers the ledger's last checkpoint", in: settings)
    }

    @Test func `a memory that somebody without the key has written is refused`() async throws {
        let (directory, other) = try (TemporaryDirectory(), TemporaryDirectory())
        try await Fixtures.closedLedger(Fixtures.settings(directory), intents: 1)
        var others = try Fixtures.settings(other)
        others.signer = try Self.signer("test.example/ledger", seed: 8)
        try await Fixtures.closedLedger(others, intents: 1)
        try Self.copy("\(other.path)/seen", to: "\(directory.path)/seen")
        Self.expect("\(directory.path)/seen: ", in: try Fixtures.settings(directory))
    }

    // MARK: - Key and name

    @Test func `a log of another key is refused, also without a memory`() async throws {
        let directory = try TemporaryDirectory()
        var settings = try Fixtures.settings(directory)
        settings.remembered = nil
        try await Fixtures.closedLedger(settings, intents: 1)
        settings.signer = try Self.signer("test.example/ledger", seed: 8)
        Self.expect("log-000001/vkey", "signed with another key than the one configured", in: settings)
    }

    @Test func `a log of another name is refused`() async throws {
        let directory = try TemporaryDirectory()
        var settings = try Fixtures.settings(directory)
        settings.remembered = nil
        try await Fixtures.closedLedger(settings, intents: 1)
        settings.signer = try Self.signer("test.example/elsewhere")
        Self.expect(
            "log-000001/vkey", "the log is called `test.example/ledger/1`, expected `test.example/elsewhere/1`",
            in: settings)
    }

    // MARK: - Write-ahead log

    /// A ledger as a killed process leaves it, with so many rounds of an intent each behind the first entry, in the write-ahead log only.
    private static func killed(_ rounds: Int) async throws -> (
        directory: TemporaryDirectory, settings: LedgerStoreSettings
    ) {
        let (running, left) = try (TemporaryDirectory(), TemporaryDirectory())
        var settings = try Fixtures.settings(running)
        settings.checkpointInterval = 1_000_000
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        // The first entry is put under a checkpoint while the next file is made; nothing behind it is.
        let folder = LedgerDirectory(path: settings.directory).writeAheadPath
        for _ in 0..<60_000 where TemporaryDirectory.names(folder).count(where: { $0.hasSuffix(".wal") }) < 2 {
            try await Task.sleep(for: .milliseconds(1))
        }
        let collector = Collector()
        for number in 0..<rounds {
            store.record(try Fixtures.intent(number), token: UInt64(number), to: collector)
            let count = try await collector.wait(for: number + 1).count
            try #require(count == number + 1)
        }
        for name in TemporaryDirectory.names(running.path) {
            try copy("\(running.path)/\(name)", to: "\(left.path)/\(name)")
        }
        store.close(nil)
        return (left, try Fixtures.settings(left))
    }

    /// What stands in the first file of the write-ahead log.
    private struct WriteAheadFile {
        let path: String
        var bytes: [UInt8]
        var records: [(offset: Int, record: WriteAheadRecord)] = []
        var mark: Int?

        init(_ settings: LedgerStoreSettings) throws {
            path = LedgerDirectory(path: settings.directory).writeAheadPath(1)
            bytes = try Files.read(path)
            var offset = 0
            while offset < bytes.count {
                let found = bytes.withUnsafeBytes { bytes in
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                    return (record: WriteAheadRecord(header: rest), mark: WriteAheadMark(rest))
                }
                if let record = found.record { records.append((offset, record)) }
                if found.mark != nil { mark = offset }
                offset += found.record?.recordBytes ?? 512
            }
        }

        mutating func erase(_ offset: Int, _ count: Int = 512) {
            bytes.replaceSubrange(offset..<(offset + count), with: repeatElement(0, count: count))
        }

        func write() throws { try Files.write(bytes, to: path) }
    }

    @Test func `a record that was confirmed and is damaged is refused, whichever it is and wherever`() async throws {
        let (directory, settings) = try await Self.killed(3)
        let whole = try WriteAheadFile(settings)
        try #require(whole.records.count == 4 && whole.mark != nil)
        for (round, found) in whole.records.enumerated().dropFirst() {
            for place in [9, 30, 40, 70, 600] {
                // A refusal changes nothing, so that the same folder serves again.
                var file = whole
                file.bytes[found.offset + place % found.record.recordBytes] ^= 4
                try file.write()
                Self.expect("entry \(round) is damaged or missing", in: settings)
                let source = try LedgerFolder(settings.directory)
                let damages = try LedgerVerifier(source: source).verify().damages
                #expect(damages.contains { $0.part == .waiting }, "round \(round), byte \(place): \(damages)")
            }
        }
        try whole.write()
        #expect(Self.refusal(settings) == nil)
        withExtendedLifetime(directory) {}
    }

    @Test func `a last record that was confirmed and is gone is refused`() async throws {
        let (directory, settings) = try await Self.killed(3)
        var file = try WriteAheadFile(settings)
        let last = file.records[3]
        file.erase(last.offset, last.record.recordBytes)
        try file.write()
        Self.expect("entry 3 is damaged or missing, though all before entry 4 were confirmed", in: settings)
        withExtendedLifetime(directory) {}
    }

    @Test func `a record is told to be damaged by the beginning of the next one, too`() async throws {
        let (directory, settings) = try await Self.killed(3)
        var file = try WriteAheadFile(settings)
        let (before, last) = (file.records[2], file.records[3])
        // The last one is torn, and no mark stands behind it; it was begun all the same.
        let mark = try #require(file.mark)
        file.erase(mark)
        file.bytes[before.offset + 70] ^= 1
        file.bytes[last.offset + 70] ^= 1
        try file.write()
        Self.expect("entry 2 is damaged or missing", "a later round, from entry 3 on, was begun", in: settings)
        withExtendedLifetime(directory) {}
    }

    @Test func `a last record that nobody confirmed is cut, and it is said where it stood`() async throws {
        let (directory, settings) = try await Self.killed(3)
        var file = try WriteAheadFile(settings)
        let last = file.records[3]
        let mark = try #require(file.mark)
        file.erase(mark)
        file.erase(last.offset + 512, last.record.recordBytes - 512)
        try file.write()
        let store = try LedgerStore.open(settings, start: Fixtures.start)
        #expect(store.cut == LedgerStore.Cut(place: "\(file.path):\(last.offset)", bytes: last.record.payloadBytes))
        store.close(nil)
        #expect(try Fixtures.kinds(settings) == ["start", "intent", "intent", "start"])
        let again = try LedgerStore.open(settings, start: Fixtures.start)
        #expect(again.cut == nil)
        again.close(nil)
        withExtendedLifetime(directory) {}
    }

    @Test func `marks of rounds that a checkpoint covers, in files that are written again, harm nothing`() async throws
    {
        let directory = try TemporaryDirectory()
        var settings = try Fixtures.settings(directory)
        settings.writeAhead = .init(fileBytes: 1 << 17, maximumFiles: 3)
        for _ in 0..<6 { try await Fixtures.closedLedger(settings, intents: 60) }
        #expect(try LedgerVerifier(source: LedgerFolder(settings.directory)).verify().isIntact)
        #expect(Self.refusal(settings) == nil)
    }
}
