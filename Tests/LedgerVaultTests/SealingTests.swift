import Cryptography
import Foundation
import Inference
import Ledger
import Testing

@testable import LedgerVault

@Suite struct SealingTests {
    @Test func `what was sealed opens with the master key, and stands nowhere in clear`() async throws {
        let test = TestVault()
        let vault = try test.open()
        let receipt = try await vault.sealed("the body as it left", original: "the body as it came", of: request(1))
        vault.append(
            answer: Array("the answer".utf8), isCut: true, isStream: false, at: TestVault.noon, to: receipt)
        vault.close()

        let records = try test.reader().records(of: request(1), near: TestVault.noon)
        #expect(records.map(\.kind) == [.request, .original, .answer])
        #expect(records.map(\.isCut) == [false, false, true])
        let opener = try test.opener()
        #expect(
            try records.map { try opener.open($0).string } == [
                "the body as it left", "the body as it came", "the answer",
            ])
        for text in ["the body", "the answer"] { #expect(try !test.has(text)) }
        #expect(try test.reader().records(of: request(2)).isEmpty)
    }

    @Test func `a sealed request's commitment has a salt of its own, which is sealed with it`() async throws {
        let test = TestVault()
        let vault = try test.open()
        let body = Array("the same".utf8)
        let first = try vault.seal(body, of: request(1), attempt: 1, at: TestVault.noon)
        let second = try vault.seal(body, of: request(1), attempt: 1, at: TestVault.noon)
        #expect(first.commitment != second.commitment)
        let receipt = try await vault.sealed("the same", of: request(2))
        let opened = try test.opener().open(try #require(test.records().first))
        #expect(receipt.record.requestID == request(2))
        #expect(opened.commitment == PromptCommitter.commitment(to: body, salt: opened.salt))
        vault.close()
    }

    @Test func `an unsealed request's commitment is told again from the day's key, and only there`() throws {
        let test = TestVault()
        let vault = try test.open()
        let body = Array("a body".utf8)
        let commitment = try vault.commitment(to: body, of: request(1), at: TestVault.noon)
        vault.close()
        // Another run of the same day has another key.
        let other = try test.open()
        #expect(try other.commitment(to: body, of: request(1), at: TestVault.noon) != commitment)
        other.close()
        let opener = try test.opener()
        #expect(try opener.verifies(body, of: request(1), at: TestVault.noon, is: commitment) == true)
        #expect(try opener.verifies(body + [0], of: request(1), at: TestVault.noon, is: commitment) == false)
        #expect(try opener.verifies(body, of: request(2), at: TestVault.noon, is: commitment) == false)
        let later = LedgerTime(milliseconds: TestVault.noon.milliseconds + 3 * TestVault.day)
        #expect(try opener.verifies(body, of: request(1), at: later, is: commitment) == nil)
    }

    @Test func `another master key opens nothing and is told from the right one`() async throws {
        let test = TestVault()
        let vault = try test.open()
        _ = try await vault.sealed("text", of: request(1))
        vault.close()
        let record = try #require(test.records().first)
        let other = SymmetricKey([UInt8](repeating: 1, count: 32))
        let opener = try test.opener(other)
        let error = #expect(throws: VaultError.self) { try opener.open(record) }
        guard case .otherMaster(_, let sealed, let given) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(sealed == VaultMaster.secret(test.key).fingerprint)
        #expect(given == VaultMaster.secret(other).fingerprint)
    }

    @Test func `each byte of a record is guarded`() async throws {
        let test = TestVault()
        let vault = try test.open()
        _ = try await vault.sealed("first", of: request(1))
        _ = try await vault.sealed("second", of: request(2))
        vault.close()
        let records = try test.records()
        let (name, whole) = try #require(try test.files().first { $0.key.hasSuffix(".sealed") })
        let url = URL(filePath: "\(test.folder)/\(name)")
        for index in 0..<records[0].end {
            var bytes = whole
            bytes[index] ^= 0x20
            try Data(bytes).write(to: url)
            var gaps: [VaultReader.Gap] = []
            var found: [VaultRecord] = []
            try test.reader().records(gap: { gaps.append($0) }) {
                found.append($0)
                return true
            }
            let opener = try test.opener()
            // A damaged header hides its record, and is told; what follows is found all the same.
            #expect(found.last?.requestID == request(2))
            #expect(try opener.open(try #require(found.last)).string == "second")
            if found.count == 2 {
                #expect(throws: VaultError.self) { try opener.open(found[0]) }
            } else {
                #expect(gaps.map(\.isDamage) == [true])
                #expect(gaps.map(\.bytes) == [records[0].end])
            }
        }
    }

    @Test func `a day's key that was changed, or put under another name, opens nothing`() async throws {
        let test = TestVault()
        let vault = try test.open()
        _ = try await vault.sealed("text", of: request(1))
        vault.close()
        try test.open().close()
        let record = try #require(test.records().first)
        let paths = ["0001", "0002"].map { "\(test.folder)/2026-11-23.\($0).key" }
        let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
        try texts[1].replacingOccurrences(of: ".0002", with: ".0001").write(
            toFile: paths[0], atomically: false, encoding: .utf8)
        #expect(throws: VaultError.self) { try test.opener().open(record) }
        try texts[0].write(toFile: paths[0], atomically: false, encoding: .utf8)
        #expect(try test.opener().open(record).string == "text")
    }

    @Test func `a file that ends anywhere holds whole payloads only`() async throws {
        let test = TestVault()
        let vault = try test.open()
        _ = try await vault.sealed("first", of: request(1))
        _ = try await vault.sealed("second", of: request(2))
        vault.close()
        let records = try test.records()
        let (name, whole) = try #require(try test.files().first { $0.key.hasSuffix(".sealed") })
        for length in 0..<whole.count {
            try Data(whole[..<length]).write(to: URL(filePath: "\(test.folder)/\(name)"))
            var rest = 0
            var found: [VaultRecord] = []
            try test.reader().records(gap: { rest += $0.isDamage ? 0 : $0.bytes }) {
                found.append($0)
                return true
            }
            #expect(found == records.filter { $0.end <= length })
            #expect(rest == length - (found.last?.end ?? 0))
        }
    }

    @Test func `a key for the next day is made ahead, and used from midnight on`() async throws {
        let test = TestVault()
        let vault = try test.open()
        let midnight = VaultDay(TestVault.noon).advanced(by: 1).start
        try vault.maintain(at: TestVault.noon)
        #expect(try test.reader().segments().map { "\($0.name)" } == ["2026-11-23.0001"])
        let late = LedgerTime(milliseconds: midnight.milliseconds - 60_000)
        try vault.maintain(at: late)
        try vault.maintain(at: late)
        #expect(try test.reader().segments().map { "\($0.name)" } == ["2026-11-23.0001", "2026-11-24.0001"])
        let receipt = try await vault.sealed("old", of: request(1), at: late)
        _ = try await vault.sealed("new", of: request(2), at: midnight)
        // Answers go with their requests, and clocks that are put back change nothing.
        vault.append(answer: [1], isCut: false, isStream: true, at: midnight, to: receipt)
        _ = try await vault.sealed("back", of: request(3), at: late)
        // Without anybody's foresight nothing is sealed, and no key is made on the caller's thread, until somebody has made it.
        let later = LedgerTime(milliseconds: midnight.milliseconds + 2 * TestVault.day)
        #expect(throws: VaultUnavailable.noKey("it is being made")) {
            try vault.commitment(to: [1], of: request(4), at: later)
        }
        #expect(try test.reader().segments().count == 2)
        try vault.prepare(at: later)
        _ = try await vault.sealed("later", of: request(4), at: later)
        vault.close()
        #expect(
            try test.records().map { "\($0.segment) \($0.kind)" } == [
                "2026-11-23.0001 request", "2026-11-23.0001 answer", "2026-11-24.0001 request",
                "2026-11-24.0001 request", "2026-11-26.0001 request",
            ])
    }

    @Test func `a day whose key can't be made seals nothing, says why, and goes on when it can`() async throws {
        let test = TestVault()
        let vault = try test.open()
        let late = LedgerTime(milliseconds: VaultDay(TestVault.noon).advanced(by: 1).start.milliseconds - 60_000)
        let next = LedgerTime(milliseconds: TestVault.noon.milliseconds + TestVault.day)
        let aside = test.folder + "-aside"
        try FileManager.default.moveItem(atPath: test.folder, toPath: aside)
        #expect(throws: VaultError.self) { try vault.prepare(at: late) }
        _ = try vault.seal([1], of: request(1), attempt: 1, at: late)
        #expect(throws: VaultError.self) { try vault.prepare(at: next) }
        do throws(VaultUnavailable) {
            _ = try vault.seal([1], of: request(2), attempt: 1, at: next)
            Issue.record("sealed without a key")
        } catch {
            #expect("\(error)".hasPrefix("the vault has no key for today: \(test.folder)"))
        }
        try FileManager.default.moveItem(atPath: aside, toPath: test.folder)
        try vault.prepare(at: next)
        _ = try await vault.sealed("two", of: request(2), at: next)
        vault.close()
        #expect(try test.records().map { "\($0.segment)" } == ["2026-11-24.0001"])
    }

    @Test func `in the hour before midnight a missing key of today is made before tomorrow's`() throws {
        let test = TestVault()
        let vault = try test.open()
        let late = LedgerTime(milliseconds: VaultDay(TestVault.noon).advanced(by: 3).start.milliseconds - 60_000)
        try vault.prepare(at: late)
        try vault.prepare(at: late)
        #expect(
            try test.reader().segments().map { "\($0.name)" } == [
                "2026-11-23.0001", "2026-11-25.0001", "2026-11-26.0001",
            ])
        _ = try vault.seal([1], of: request(1), attempt: 1, at: late)
        _ = try vault.seal([1], of: request(1), attempt: 1, at: LedgerTime(milliseconds: late.milliseconds + 60_000))
        vault.close()
    }

    @Test func `who holds the public half alone can seal, and not open`() async throws {
        let test = TestVault()
        try FileManager.default.createDirectory(atPath: test.folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "sh", "-c",
            "openssl genpkey -algorithm RSA -out key.pem 2>/dev/null && openssl pkey -in key.pem -pubout -out public.pem",
        ]
        process.currentDirectoryURL = URL(filePath: test.folder)
        try process.run()
        process.waitUntilExit()
        let pem = Array(try Data(contentsOf: URL(filePath: "\(test.folder)/public.pem")))
        var settings = test.settings
        settings.master = .publicKey(try #require(KeyTransportPublicKey(pem: pem)), .sha256)
        let vault = try LedgerVault.open(settings, at: TestVault.noon)
        _ = try await vault.sealed("text", of: request(1))
        vault.close()
        let record = try #require(test.records().first)
        let key = try KeyTransportPrivateKey(at: "\(test.folder)/key.pem")
        #expect(try VaultOpener(test.reader(), master: .privateKey(key)).open(record).string == "text")
        #expect(throws: VaultError.self) { try test.opener().open(record) }
    }

    @Test func `one gateway at a time writes to a vault`() throws {
        let test = TestVault()
        let vault = try test.open()
        #expect(throws: VaultError.inUse(directory: test.folder)) { try test.open() }
        vault.close()
        try test.open().close()
    }
}
