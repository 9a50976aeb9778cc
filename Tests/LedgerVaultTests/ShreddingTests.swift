import Cryptography
import Foundation
import Inference
import Ledger
import Testing

@testable import LedgerVault

@Suite struct ShreddingTests {
    /// Three days with two requests each, the first of which has an answer: 1, 2 on the 23rd, 3, 4 on the 24th, 5, 6 on the 25th.
    private func filled() async throws -> TestVault {
        let test = TestVault()
        let vault = try test.open()
        for number in 0..<6 {
            let time = LedgerTime(
                milliseconds: TestVault.noon.milliseconds + Int64(number / 2) * TestVault.day + Int64(number % 2)
                    * 1_000)
            try vault.prepare(at: time)
            let receipt = try await vault.sealed("request \(number + 1)", of: request(UInt64(number + 1)), at: time)
            if number % 2 == 0 {
                vault.append(
                    answer: Array("answer \(number + 1)".utf8), isCut: false, isStream: false, at: time, to: receipt)
            }
        }
        vault.close()
        return test
    }

    private func readable(_ test: TestVault) throws -> [String] {
        let opener = try test.opener()
        return try test.records().compactMap { record in
            do throws(VaultError) {
                return try opener.open(record).string
            } catch {
                guard case .shredded = error else { throw error }
                return nil
            }
        }
    }

    private func shredder(_ test: TestVault) throws -> VaultShredder { try VaultShredder(directory: test.folder) }

    private static let now = LedgerTime(milliseconds: TestVault.noon.milliseconds + 5 * TestVault.day)

    @Test func `a shredded request and its answer are gone, and nothing else is`() async throws {
        let test = try await filled()
        let before = try test.files()
        let records = try test.records()
        let plan = try shredder(test).plan(.requests([request(3)]))
        #expect(plan.requests == 1)
        #expect(plan.records.count == 2)
        #expect(try test.files() == before)
        let act = try shredder(test).carryOut(plan, by: .request, at: Self.now, request: request(3))
        #expect(act.isComplete)
        #expect(act.keys == 2)
        #expect(
            try readable(test).sorted() == [
                "answer 1", "answer 5", "request 1", "request 2", "request 4", "request 5", "request 6",
            ])
        // Neither the wrapped keys nor the texts are left anywhere.
        let after = try test.files()
        for record in records where record.requestID == request(3) {
            let old = try #require(before["\(record.segment).sealed"])
            for range in [record.slotRange, record.textRange] {
                #expect(!after.values.contains { Data($0).range(of: Data(old[range])) != nil })
            }
        }
        // Again there is nothing to do.
        #expect(try shredder(test).plan(.requests([request(3)])).isEmpty)
    }

    @Test func `with all files that are left and the master key, a shredded text can't be had`() async throws {
        let test = try await filled()
        let records = try test.records().filter { $0.requestID == request(1) }
        let old = try test.files()
        let shredder = try shredder(test)
        _ = try shredder.carryOut(try shredder.plan(.requests([request(1)])), by: .request, at: Self.now)
        // The sealed text itself, had it survived on the disk, is of no use without its key: put it back and try.
        let path = URL(filePath: "\(test.folder)/\(records[0].segment).sealed")
        var bytes = Array(try Data(contentsOf: path))
        let before = try #require(old["\(records[0].segment).sealed"])
        bytes.replaceSubrange(records[0].textRange, with: before[records[0].textRange])
        try Data(bytes).write(to: path)
        #expect(throws: VaultError.self) { try test.opener().open(records[0]) }
        // Nor is any key of another record one for it.
        for other in try test.records() where other.requestID != request(1) {
            var bytes = bytes
            bytes.replaceSubrange(
                records[0].slotRange, with: try #require(old["\(other.segment).sealed"])[other.slotRange])
            try Data(bytes).write(to: path)
            #expect(throws: VaultError.self) { try test.opener().open(records[0]) }
        }
        // And the wrapped key alone brings it back: so it is what has to go, from backups too.
        bytes.replaceSubrange(records[0].slotRange, with: before[records[0].slotRange])
        try Data(bytes).write(to: path)
        #expect(try test.opener().open(records[0]).string == "request 1")
    }

    @Test func `days that were over go with their keys, and of the day of the border what was before it`() async throws
    {
        let test = try await filled()
        let border = LedgerTime(milliseconds: TestVault.noon.milliseconds + TestVault.day + 500)
        let plan = try shredder(test).plan(.before(border))
        #expect(plan.segments.map { "\($0)" } == ["2026-11-23.0001"])
        #expect(plan.requests == 3)
        _ = try shredder(test).carryOut(plan, by: .before, at: Self.now)
        #expect(try readable(test) == ["request 4", "request 5", "answer 5", "request 6"])
        #expect(try !test.files().keys.contains { $0.hasPrefix("2026-11-23") })
        let acts = try VaultActs(directory: test.folder).waiting()
        #expect(acts.map(\.act.before) == [border])
        #expect(acts.map(\.act.reason) == [.before])
    }

    @Test func `with a day's key its salts are gone`() throws {
        let test = TestVault()
        let vault = try test.open()
        let commitment = try vault.commitment(to: [1], of: request(1), at: TestVault.noon)
        vault.close()
        let shredder = try shredder(test)
        let end = VaultDay(TestVault.noon).advanced(by: 1).start
        _ = try shredder.carryOut(try shredder.plan(.before(end)), by: .before, at: Self.now)
        #expect(try test.opener().verifies([1], of: request(1), at: TestVault.noon, is: commitment) == nil)
    }

    @Test func `days older than the settings keep go by themselves`() async throws {
        let test = try await filled()
        let time = LedgerTime(milliseconds: TestVault.noon.milliseconds + 2 * TestVault.day)
        let vault = try test.open(at: time)
        try vault.maintain(at: time, keeping: 3 * TestVault.day)
        #expect(try readable(test).count == 9)
        try vault.maintain(at: time, keeping: TestVault.day)
        #expect(try readable(test) == ["request 3", "answer 3", "request 4", "request 5", "answer 5", "request 6"])
        #expect(try VaultActs(directory: test.folder).waiting().map(\.act.reason) == [.retention])
        vault.close()
    }

    @Test func `an answer that comes after its request was shredded is not kept`() async throws {
        let test = TestVault()
        let vault = try test.open()
        let first = try await vault.sealed("one", of: request(1))
        let second = try await vault.sealed("two", of: request(2))
        let shredder = try shredder(test)
        _ = try shredder.carryOut(try shredder.plan(.requests([request(1)])), by: .request, at: Self.now)
        for receipt in [first, second] {
            vault.append(answer: Array("answer".utf8), isCut: false, isStream: false, at: TestVault.noon, to: receipt)
        }
        vault.close()
        #expect(
            try test.records().map { "\($0.kind) \($0.isShredded)" } == [
                "request true", "request false", "answer false",
            ])
        #expect(try test.records().last?.requestID == request(2))
    }

    @Test func `an answer that came between the plan and the deed goes too`() async throws {
        let test = TestVault()
        let vault = try test.open()
        let receipt = try await vault.sealed("one", of: request(1))
        let shredder = try shredder(test)
        let plan = try shredder.plan(.requests([request(1)]))
        vault.append(answer: Array("answer".utf8), isCut: false, isStream: false, at: TestVault.noon, to: receipt)
        vault.close()
        #expect(try shredder.carryOut(plan, by: .request, at: Self.now).keys == 2)
        #expect(try readable(test).isEmpty)
    }

    @Test func `a day whose shredding was broken off is shredded by the next one`() async throws {
        let test = try await filled()
        // Killed after the key was overwritten, or after its file was removed.
        let size = try #require(try test.files()["2026-11-23.0001.key"]).count
        try Data(count: size).write(to: URL(filePath: "\(test.folder)/2026-11-23.0001.key"))
        try FileManager.default.removeItem(atPath: "\(test.folder)/2026-11-24.0001.key")
        #expect(try readable(test) == ["request 5", "answer 5", "request 6"])
        let shredder = try shredder(test)
        let end = VaultDay(TestVault.noon).advanced(by: 2).start
        _ = try shredder.carryOut(try shredder.plan(.before(end)), by: .before, at: Self.now)
        #expect(try test.reader().segments().map { "\($0.name)" } == ["2026-11-25.0001"])
    }

    @Test func `an act under way is not recorded, one broken off is, as that`() throws {
        let test = TestVault()
        let acts = VaultActs(directory: test.folder)
        var act = VaultAct(
            .shredded, at: TestVault.noon, reason: .subject, requests: 9, keys: 9, subjects: ["AAAA", "BBBB"],
            isComplete: false)
        do {
            let open = try acts.begin(act)
            #expect(try acts.waiting().isEmpty)
            withExtendedLifetime(open) {}
        }
        #expect(try acts.waiting().map(\.act) == [act])
        let open = try acts.begin(act)
        (act.keys, act.isComplete) = (1_234, true)
        try open.end(act)
        try acts.add(VaultAct(.opened, at: TestVault.noon, request: "req_1"))
        try acts.remove(try #require(acts.waiting().first { !$0.act.isComplete }).name)
        _ = consume open
        #expect(try acts.waiting().map(\.act.kind).sorted { $0.rawValue < $1.rawValue } == [.opened, .shredded])
        #expect(try acts.waiting().contains { $0.act == act })
    }
}
