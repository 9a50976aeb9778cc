import Foundation
import GRDB
import Inference
import Ledger
import LedgerReport
import LedgerStore
import Synchronization
import Testing

@testable import LedgerIndex

/// A ledger in memory: all its entries wait in the write-ahead log.
final class MemoryLedger: LedgerSource {
    private let logs = Mutex<[Int: [String]]>([:])

    init(_ entries: [String] = []) { logs.withLock { $0[1] = entries } }

    func append(_ entry: String, log: Int = 1) { logs.withLock { $0[log, default: []].append(entry) } }
    func cut(to count: Int, log: Int = 1) { logs.withLock { $0[log] = Array(($0[log] ?? []).prefix(count)) } }
    func set(_ entries: [String], log: Int = 1) { logs.withLock { $0[log] = entries } }

    func place(of path: String, inLog log: Int) -> String { "memory \(log) \(path)" }
    func logNumbers() throws(LedgerReadError) -> [Int] { logs.withLock { $0.keys.sorted() } }
    func contents(of path: String, inLog log: Int) throws(LedgerReadError) -> [UInt8]? { nil }
    func waitingEntries(
        ofLog log: Int, from index: UInt64, _ body: (UInt64, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        let entries = logs.withLock { $0[log] ?? [] }
        for (number, entry) in entries.enumerated() where number >= index {
            guard try Array(entry.utf8).withUnsafeBytes({ try body(UInt64(number), $0) }) else { return }
        }
    }
}

/// Entries of version 3, as far as the index reads them.
enum Sample {
    static func request(_ number: Int) -> String { "req_" + String(format: "%032x", number) }
    static func fingerprint(_ letter: Character) -> String { String(repeating: letter, count: 21) + "A" }

    static func intent(
        _ number: Int, attempt: Int = 1, who: String = "ann", minute: Int = 0, model: String = "gpt",
        data: [(String, String, Int)] = [("email", "raw", 1)], values: [String] = []
    ) -> String {
        let lines = data.map {
            "{\"class\":\"\($0.0)\",\"count\":\($0.2),\"place\":\"user\",\"treatment\":\"\($0.1)\"}"
        }
        let exposed =
            values.isEmpty
            ? ""
            : "{\"class\":\"email\",\"treatment\":\"raw\",\"values\":[\(values.map { "\"\($0)\"" }.joined(separator: ","))]}"
        return """
            {"attempt":\(attempt),"client":"10.0.0.1","coverage":[{"count":1,"place":"user","reason":"image","verdict":"unscannable"}],\
            "data":[\(lines.joined(separator: ","))],"destination":{"internal":false,"model":"\(model)","provider":"openai"},\
            "exposed":[\(exposed)],"form":"raw","kind":"intent","model":"demo","operation":"chat","policies":["p1"],\
            "principal":{"kind":"user","name":"\(who)","teams":["blue"],"tenant":"t"},"request":"\(request(number))",\
            "stages_us":{"read":1,"treat":2},"time":"\(time(minute))","v":3}
            """
    }

    static func result(_ number: Int, attempt: Int = 1, outcome: String = "completed", minute: Int = 0) -> String {
        """
        {"attempt":\(attempt),"cost_nano_usd":7,"first_byte_us":10,"intent":0,"kind":"result","outcome":"\(outcome)","request":"\(request(number))",\
        "status":200,"time":"\(time(minute))","total_us":20,"usage":{"cached_input":1,"input":5,"output":3},"v":3}
        """
    }

    static func denied(_ number: Int, who: String = "bob", minute: Int = 0) -> String {
        """
        {"considered":[{"destination":{"model":"m","provider":"x"},"policies":["p9","p1"]}],"coverage":[],"data":[{"class":"card","count":2,"place":"user"}],\
        "kind":"denied","model":"demo","principal":{"kind":"user","name":"\(who)","teams":[],"tenant":"t"},"reason":"policy",\
        "request":"\(request(number))","status":403,"time":"\(time(minute))","v":3}
        """
    }

    static func exposure(_ number: Int, attempt: Int = 1, values: [String]) -> String {
        """
        {"attempt":\(attempt),"exposed":[{"class":"email","treatment":"raw","values":[\(values.map { "\"\($0)\"" }.joined(separator: ","))]}],\
        "kind":"exposure","part":1,"request":"\(request(number))","time":"\(time(0))","v":3}
        """
    }

    static func time(_ minute: Int) -> String {
        String(format: "2026-11-%02dT%02d:%02d:00.000Z", 1 + minute / 1_440, minute / 60 % 24, minute % 60)
    }
}

@Suite struct IndexTests {
    private let path = NSTemporaryDirectory() + "sallyport-index-\(UUID().uuidString).sqlite"

    private func index(_ ledger: MemoryLedger) throws -> LedgerIndex {
        try LedgerIndex(path: path, reader: LedgerReader(source: ledger), name: "test")
    }

    private func report(_ index: LedgerIndex, _ filter: LedgerFilter = LedgerFilter()) throws -> ExposureReport {
        var builder = ReportBuilder(filter)
        try index.add(to: &builder, filter)
        return builder.finish()
    }

    @Test func `figures come from intents, their results and denials`() throws {
        let ledger = MemoryLedger([
            Sample.intent(1, data: [("email", "raw", 2), ("name", "surrogate", 3)]), Sample.result(1), Sample.denied(2),
            Sample.intent(3, attempt: 1), Sample.result(3, outcome: "unreachable"), Sample.intent(3, attempt: 2),
            Sample.result(3, attempt: 2), "{\"kind\":\"reload\",\"time\":\"\(Sample.time(0))\"}",
            "{\"kind\":\"unidentified\",\"reasons\":{\"expired\":3},\"time\":\"\(Sample.time(0))\"}", "not JSON", "[]",
        ])
        let index = try index(ledger)
        #expect(try index.update() == 11)
        let report = try report(index)
        #expect(report.totals.requests == 2 && report.totals.attempts == 3 && report.totals.denied == 1)
        // An image in each attempt that left counts as unscannable.
        #expect(report.totals.rawValues == 5 && report.totals.treatedValues == 3)
        #expect(report.totals.input == 15 && report.totals.nanoUSD == 21 && report.totals.open == 0)
        #expect(report.exposure.map(\.dataClass) == ["email", "name", "unscannable"])
        #expect(report.policies.map(\.name) == ["p1", "p9"] && report.policies.map(\.permitted) == [3, 0])
        #expect(report.denials.map(\.name) == ["policy"] && report.unidentified.map(\.count) == [3])
        #expect(report.acts.map(\.name) == ["reload"] && report.gateway?.p50 == 3)
        #expect(report.ledgers.map(\.count) == [11])
    }

    @Test func `what was spent is told by destination, for attempts that began in the time asked for`() throws {
        let index = try index(
            MemoryLedger(
                [(1, 9, "a"), (2, 10, "a"), (3, 15, "b"), (4, 15, "a"), (5, 20, "a")].flatMap { number, minute, model in
                    [
                        Sample.intent(number, minute: minute, model: model),
                        Sample.result(number, minute: minute + 30),
                    ]
                } + [Sample.intent(6, minute: 15, model: "b")]))
        #expect(try index.update() == 11)
        func time(_ minute: Int) throws -> LedgerTime { try #require(LedgerTime(Sample.time(minute))) }
        let costs = try index.costs(from: time(10), before: time(20))
        let (a, b) = (
            Destination(provider: ProviderID("openai"), model: "a"),
            Destination(provider: ProviderID("openai"), model: "b")
        )
        #expect(costs == [a: Money(nanoUSD: 14), b: Money(nanoUSD: 7)])
    }

    @Test func `an answer from the cache is found by its outcome, and counts as nothing that left`() throws {
        let kept = Sample.intent(2, who: "bob", data: [("email", "raw", 4)])
            .replacing(#""kind":"intent""#, with: #""kind":"cached""#).replacing(#","treatment":"raw""#, with: "")
        let index = try index(MemoryLedger([Sample.intent(1), Sample.result(1), kept]))
        try index.update()
        let report = try report(index)
        #expect(report.totals.requests == 1 && report.totals.attempts == 1 && report.totals.cached == 1)
        // The value and the image of the first.
        #expect(report.totals.rawValues == 2 && report.totals.open == 0 && report.totals.nanoUSD == 7)
        #expect(report.callers.map(\.principal) == ["ann"] && report.policies.map(\.permitted) == [2])
        let events = try index.events(LedgerFilter(values: [.outcome: "cached"]), limit: 10)
        #expect(events.map(\.request) == [Sample.request(2)])
        #expect(events.first?.result?.nanoUSD == 0 && events.first?.result?.bytesSent == 0)
        #expect(events.first?.findings.contains { $0.dataClass == "email" && $0.treatment.isEmpty } == true)
    }

    @Test func `a row says by which strategy its destination was chosen, if its entry does`() throws {
        let route = #""route":{"passed_over":1,"reason":"as listed","strategy":"ordered"},"stages_us""#
        let intent = Sample.intent(1).split(separator: #""stages_us""#).joined(separator: route)
        let ledger = MemoryLedger([intent, Sample.intent(2), Sample.denied(3)])
        let index = try index(ledger)
        try index.update()
        let events = try index.events(LedgerFilter(), limit: 10).sorted { $0.request < $1.request }
        #expect(events.map(\.strategy) == ["ordered", "", ""])
        let texts = events.map { String(decoding: $0.json(), as: UTF8.self).contains(#""strategy":"ordered""#) }
        #expect(texts == [true, false, false])
    }

    @Test func `every filter holds, alone and with others`() throws {
        let ledger = MemoryLedger([
            Sample.intent(1, who: "ann", minute: 0), Sample.result(1, outcome: "cut"),
            Sample.intent(2, who: "bob", minute: 60, model: "opus", data: [("name", "mask", 1)]),
            Sample.denied(3, who: "ann", minute: 120),
        ])
        let index = try index(ledger)
        try index.update()
        func requests(_ values: [LedgerFilter.Field: String], _ change: (inout LedgerFilter) -> Void = { _ in }) throws
            -> [Int]
        {
            var filter = LedgerFilter(values: values)
            change(&filter)
            let found = try index.events(filter, limit: 10)
            let report = try report(index, filter)
            #expect(report.totals.attempts + report.totals.denied == found.count)
            return try found.map { try #require(Int($0.request.suffix(4), radix: 16)) }
        }
        #expect(try requests([:]) == [3, 2, 1])
        #expect(try requests([.principal: "ann"]) == [3, 1])
        #expect(try requests([.team: "blue"]) == [2, 1] && requests([.tenant: "t"]) == [3, 2, 1])
        #expect(try requests([.team: "b"]).isEmpty && requests([.tenant: "u"]).isEmpty)
        #expect(try requests([.model: "opus"]) == [2] && requests([.model: "demo"]) == [3, 2, 1])
        #expect(try requests([.provider: "openai"]) == [2, 1] && requests([.provider: "x"]).isEmpty)
        #expect(try requests([.dataClass: "email"]) == [1] && requests([.dataClass: "card"]) == [3])
        #expect(try requests([.treatment: "mask"]) == [2])
        #expect(try requests([.dataClass: "email", .treatment: "mask"]).isEmpty, "of the same values")
        #expect(try requests([.form: "raw"]) == [2, 1] && requests([.form: "redacted"]).isEmpty)
        #expect(try requests([.outcome: "cut"]) == [1] && requests([.outcome: "policy"]) == [3])
        #expect(
            try requests([.policy: "p9"]) == [3] && requests([.policy: "p1"]) == [3, 2, 1]
                && requests([.policy: "p"]).isEmpty)
        #expect(try requests([.request: Sample.request(2)]) == [2] && requests([.request: "nonsense"]).isEmpty)
        #expect(
            try requests([:]) { $0.decision = .denied } == [3] && requests([:]) { $0.decision = .permitted } == [2, 1])
        #expect(try requests([:]) { $0.since = LedgerTime(Sample.time(60)) } == [3, 2])
        #expect(try requests([:]) { $0.until = LedgerTime(Sample.time(60)) } == [1])
        #expect(try requests([.principal: "ann"]) { $0.until = LedgerTime(Sample.time(60)) } == [1])
        #expect(try index.events(LedgerFilter(), limit: 2).count == 2)
    }

    @Test func `what came since is taken in, and results find their intents in earlier transactions and logs`() throws {
        let ledger = MemoryLedger([Sample.intent(1)])
        let index = try index(ledger)
        #expect(try index.update() == 1)
        #expect(try index.update() == 0)
        ledger.append("{\"kind\":\"continued\",\"time\":\"\(Sample.time(1))\"}", log: 2)
        ledger.append(Sample.result(1), log: 2)
        // In memory nothing is under a checkpoint, so that a log may not be closed.
        #expect(throws: Never.self) { try index.update() }
        let other = try LedgerIndex(path: path, reader: LedgerReader(source: ledger), name: "test")
        try other.update()
        #expect(try other.events(LedgerFilter(), limit: 9).map(\.result?.outcome) == ["completed"])
    }

    @Test func `an index of a log that was cut or changed is made anew`() throws {
        let ledger = MemoryLedger([Sample.intent(1), Sample.intent(2), Sample.intent(3)])
        let index = try index(ledger)
        try index.update()
        ledger.cut(to: 2)
        #expect(try index.update() == 2)
        #expect(try index.events(LedgerFilter(), limit: 9).count == 2)
        ledger.set([Sample.intent(7), Sample.intent(8), Sample.intent(9)])
        #expect(try index.update() == 3)
        #expect(try index.events(LedgerFilter(), limit: 9).map(\.request) == [9, 8, 7].map(Sample.request))
        ledger.set([])
        #expect(try index.update() == 0)
        #expect(try report(index).span == nil)
    }

    @Test func `two processes feed the same index, and nothing comes twice`() async throws {
        let ledger = MemoryLedger((0..<2_000).map { Sample.intent($0) })
        let (one, two) = (try index(ledger), try index(ledger))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for index in [one, two] { group.addTask { try index.update() } }
            var count = 0
            for try await taken in group { count += taken }
            #expect(count == 2_000)
        }
        #expect(try report(one).totals.attempts == 2_000 && report(two).totals.attempts == 2_000)
    }

    @Test func `a file that is no database, or of another version, is made anew`() throws {
        try Data("nonsense, and long enough that it could be a header of sixteen bytes".utf8).write(
            to: URL(filePath: path))
        let ledger = MemoryLedger([Sample.intent(1)])
        #expect(try index(ledger).update() == 1)
        try index(ledger).queue.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        #expect(try index(ledger).update() == 1)
    }

    @Test func `what was not synced in an earlier run of the machine is not trusted, what was is`() throws {
        let ledger = MemoryLedger([Sample.intent(1)])
        let index = try index(ledger)
        try index.update()
        try index.queue.write { try $0.execute(sql: "UPDATE boot SET id = 'earlier'") }
        #expect(try self.index(ledger).update() == 1, "made anew")
        try self.index(ledger).sync()
        #expect(try self.index(ledger).queue.read { try String.fetchOne($0, sql: "SELECT id FROM boot") } == "")
        #expect(try self.index(ledger).update() == 0)
    }

    @Test func `a value's every attempt is found, also where its fingerprint stands beside the intent`() throws {
        let (known, other) = (Sample.fingerprint("k"), Sample.fingerprint("o"))
        let ledger = MemoryLedger([
            Sample.intent(1, values: [known, other]), Sample.result(1), Sample.intent(2, values: [other]),
            Sample.exposure(3, attempt: 2, values: [known]), Sample.intent(3, attempt: 1), Sample.intent(3, attempt: 2),
        ])
        let index = try index(ledger)
        try index.update()
        let value = try #require(ValueFingerprint(known))
        let found = try index.exposures(of: [value])
        #expect(found.map(\.request) == [Sample.request(1), Sample.request(3)] && found.map(\.attempt) == [1, 2])
        #expect(found.first?.outcome == "completed" && found.first?.ways.map(\.treatment) == ["raw"])
        #expect(try index.exposures(of: []).isEmpty)
    }

    @Test func `a request's entries are told by their places`() throws {
        let ledger = MemoryLedger([Sample.denied(9), Sample.intent(1), Sample.intent(2), Sample.result(1)])
        let index = try index(ledger)
        try index.update()
        #expect(try index.positions(ofRequest: Sample.request(1)).map(\.index) == [1, 3])
        #expect(try index.positions(ofRequest: "req_").isEmpty)
    }

    @Test func `a question ends when its time is over`() throws {
        let ledger = MemoryLedger((0..<5_000).map { Sample.intent($0) })
        let index = try index(ledger)
        try index.update()
        #expect(throws: LedgerIndexError.tookTooLong) {
            try index.events(LedgerFilter(), limit: .max) { throw LedgerIndexError.tookTooLong }
        }
        ledger.append(Sample.intent(9_999))
        ledger.append(Sample.intent(9_998))
        #expect(throws: LedgerIndexError.cancelled) { try index.update(limit: 1) { _ in false } }
        #expect(try index.entryCount() == 5_001, "what was taken in stays")
    }

    /// A source of what is under checkpoints: nothing yet.
    private struct Nothing: LedgerSource {
        func place(of path: String, inLog log: Int) -> String { path }
        func logNumbers() throws(LedgerReadError) -> [Int] { [1] }
        func contents(of path: String, inLog log: Int) throws(LedgerReadError) -> [UInt8]? { nil }
    }

    @Test func `who feeds from the tree alone leaves be what others took from the write-ahead log`() throws {
        let ledger = MemoryLedger([Sample.intent(1), Sample.intent(2)])
        let index = try index(ledger)
        try index.update()
        let feeder = try LedgerIndex(
            path: path, reader: LedgerReader(source: Nothing()), name: "test", isFedFromTreeOnly: true)
        #expect(try feeder.update() == 0)
        #expect(try index.events(LedgerFilter(), limit: 9).count == 2)
        #expect(feeder.isInPlace)
        try FileManager.default.removeItem(atPath: path)
        #expect(!feeder.isInPlace)
    }

    @Test func `a folder without a ledger is waited for, and fed once there is one`() async throws {
        let folder = path + ".d"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let feeder = IndexFeeder(directory: folder) { _ in }
        #expect(feeder.start())
        #expect(!feeder.condition.isUpToDate && feeder.condition.trouble == nil)
        try FileManager.default.createDirectory(atPath: folder + "/log-000001", withIntermediateDirectories: true)
        for _ in 0..<1_200 where !feeder.condition.isUpToDate { try await Task.sleep(for: .milliseconds(50)) }
        #expect(feeder.condition.isUpToDate)
        feeder.stop()
        #expect(FileManager.default.fileExists(atPath: folder + "/index.sqlite"))
    }
}
