import Glibc
import Ledger
import Testing

@testable import LedgerStore

@Suite struct TamperingTests {
    private static func verify(
        _ bytes: [UInt8], _ settings: LedgerStoreSettings, head: LedgerHead? = nil
    ) throws -> LedgerVerification {
        try Files.write(bytes, to: Fixtures.logPath(settings))
        return try LedgerAudit.verify(directory: settings.directory, head: head)
    }

    @Test func `any one byte flipped is found, at its line or the one after it`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        let lines = try Fixtures.lines(Fixtures.logPath(settings))
        let whole = lines.flatMap { $0 }
        #expect(try Self.verify(whole, settings).isIntact)
        var offset = 0
        for (index, line) in lines.enumerated() {
            for byte in line.indices {
                var changed = whole
                changed[offset + byte] ^= 1 << UInt8(byte % 8)
                let found = try #require(try Self.verify(changed, settings).firstProblem)
                #expect([index + 1, index + 2].contains(found.line))
                #expect(found.file == Fixtures.logPath(settings))
            }
            offset += line.count
        }
    }

    @Test func `a line taken out, doubled, swapped or put in is found where it stands`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 3)
        let lines = try Fixtures.lines(Fixtures.logPath(settings))
        for index in lines.indices.dropLast() {
            var (removed, doubled, swapped) = (lines, lines, lines)
            removed.remove(at: index)
            doubled.insert(lines[index], at: index)
            swapped.swapAt(index, index + 1)
            #expect(try Self.verify(removed.flatMap { $0 }, settings).firstProblem?.line == index + 1)
            #expect(try Self.verify(doubled.flatMap { $0 }, settings).firstProblem?.line == index + 2)
            #expect(try Self.verify(swapped.flatMap { $0 }, settings).firstProblem?.line == index + 1)
        }
        for inserted in ["\n", "{}\n", "not JSON\n"] {
            let bytes = lines[0] + Array(inserted.utf8) + lines[1...].flatMap { $0 }
            #expect(try Self.verify(bytes, settings).firstProblem?.line == 2)
        }
    }

    @Test func `lines missing at the end are found by the recorded head, or by one kept elsewhere`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 2)
        let lines = try Fixtures.lines(Fixtures.logPath(settings))
        let head = try #require(try Self.verify(lines.flatMap { $0 }, settings).head)
        for count in lines.indices {
            let cut = lines[..<count].flatMap { $0 }
            let found = try #require(try Self.verify(cut, settings).firstProblem)
            #expect(found.line == count + 1)
            #expect(found.problem == .cut(expected: head.sequence, last: count == 0 ? nil : UInt64(count - 1)))
        }
        // Whoever cuts the log and takes the recorded head away is found out only by a head kept elsewhere.
        #expect(unlink(Fixtures.headPath(settings)) == 0)
        let cut = lines.dropLast().flatMap { $0 }
        #expect(try Self.verify(cut, settings).isIntact)
        #expect(try Self.verify(cut, settings, head: head).firstProblem?.problem == .cut(expected: 5, last: 4))
    }

    @Test func `a log written anew from some line on is found by a head kept elsewhere`() async throws {
        let (directory, other) = (try TemporaryDirectory(), try TemporaryDirectory())
        let (settings, forged) = (Fixtures.settings(directory), Fixtures.settings(other))
        try await Fixtures.closedLedger(settings, intents: 2)
        let head = try #require(try LedgerAudit.verify(directory: settings.directory).head)
        try await Fixtures.closedLedger(forged, intents: 1)
        try await Fixtures.closedLedger(forged, intents: 0)
        #expect(try LedgerAudit.verify(directory: forged.directory).isIntact)
        let found = try LedgerAudit.verify(directory: forged.directory, head: head).firstProblem
        guard case .head(sequence: head.sequence, _, _)? = found?.problem else {
            Issue.record("found \(found.map { "\($0.problem)" } ?? "nothing")")
            return
        }
        #expect(found?.line == 6)
    }

    @Test func `a file missing, cut or in another's place is found`() async throws {
        let directory = try TemporaryDirectory()
        var settings = Fixtures.settings(directory)
        settings.rotationBytes = 500
        try await Fixtures.closedLedger(settings, intents: 4)
        let (second, third) = (Fixtures.logPath(settings, 2), Fixtures.logPath(settings, 3))
        let (secondBytes, thirdBytes) = (try Files.read(second), try Files.read(third))
        #expect(try LedgerAudit.verify(directory: settings.directory).isIntact)

        #expect(unlink(second) == 0)
        #expect(try LedgerAudit.verify(directory: settings.directory).firstProblem?.file == third)
        try Files.write(thirdBytes, to: second)
        try Files.write(secondBytes, to: third)
        #expect(try LedgerAudit.verify(directory: settings.directory).firstProblem?.file == second)
        try Files.write(Array(secondBytes.dropLast()), to: second)
        try Files.write(thirdBytes, to: third)
        #expect(try LedgerAudit.verify(directory: settings.directory).firstProblem?.problem == .unfinished)
        try Files.write(secondBytes, to: second)
        #expect(try LedgerAudit.verify(directory: settings.directory).isIntact)
    }

    @Test func `megabytes of rubbish are told, not read into memory`() async throws {
        let directory = try TemporaryDirectory()
        let settings = Fixtures.settings(directory)
        try await Fixtures.closedLedger(settings, intents: 1)
        let whole = try Files.read(Fixtures.logPath(settings))
        let rubbish = [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000)
        let told = try Self.verify(whole + rubbish + [UInt8(ascii: "\n")], settings)
        #expect(told.firstProblem?.problem == .tooLong(bytes: rubbish.count))
        #expect(told.firstProblem?.line == 5)
        #expect(try Self.verify(whole + rubbish, settings).unfinishedBytes == rubbish.count)
        #expect(try Self.verify(Array(rubbish) + [UInt8(ascii: "\n")] + whole, settings).firstProblem?.line == 1)
    }
}
