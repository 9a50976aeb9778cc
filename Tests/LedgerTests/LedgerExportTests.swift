import Inference
import JSONText
import Testing

@testable import Ledger

@Suite struct LedgerExportTests {
    private static func export(
        _ entries: [LedgerEntry], _ format: LedgerExport.Format, since: LedgerTime? = nil, until: LedgerTime? = nil
    ) throws -> [String] {
        var export = LedgerExport(format, since: since, until: until)
        var output: [UInt8] = []
        LedgerExport.begin(format, into: &output)
        for line in try LedgerSamples.log(entries) {
            let isEntry = line.withUnsafeBytes { export.add(log: 3, $0, into: &output) }
            #expect(isEntry)
        }
        export.finish(into: &output)
        return output.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The result that belongs to the sample's intent.
    private static var result: LedgerEntry.Result {
        var result = LedgerSamples.result
        result.attempt = 1
        return result
    }

    private static func rows(_ lines: [String]) -> [[String: String]] {
        let cells = lines.map { line in
            line.split(separator: "\r")[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return cells.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(cells[0], $0)) }
    }

    @Test func `an attempt is one row, with its result, and a denial is one`() throws {
        let lines = try Self.export(
            [.intent(LedgerSamples.intent), .denied(LedgerSamples.denied), .result(Self.result)], .csv)
        let rows = Self.rows(lines)
        #expect(rows.count == 2)
        let (denial, attempt) = (rows[0], rows[1])
        #expect(attempt["decision"] == "permitted" && denial["decision"] == "denied")
        let expected = [
            "log": "3", "seq": "0", "result_seq": "2", "attempt": "1", "tenant": "acme", "principal": "support-bot",
            "teams": "support emea", "provider": "openai", "provider_model": "gpt", "region": "eu",
            "internal": "false", "form": "pseudonymised", "policies": "support-may-send",
            "data": "email:surrogate:2 phone:realistic:1", "findings": "3", "values": "2", "texts": "6",
            "unscannable": "1", "sealed": "true", "read_us": "11", "treat_us": "", "outcome": "completed",
            "status": "200", "input_tokens": "300", "cost_nano_usd": "123456", "total_us": "500000", "reason": "",
            "strategy": "weighted", "route_reason": "drawn", "passed_over": "2",
        ]
        for (name, value) in expected { #expect(attempt[name] == value, "\(name)") }
        #expect(
            denial["reason"] == "policy" && denial["status"] == "403" && denial["outcome"] == ""
                && denial["strategy"] == "")
        #expect(denial["policies"] == "no-health-out" && denial["data"] == "email:2 phone:1")
        #expect(lines.allSatisfy { $0.hasSuffix("\r") })
    }

    @Test func `an answer from the cache is a row of its own, and nothing of it left`() throws {
        let lines = try Self.export(
            [.intent(LedgerSamples.intent), .cached(LedgerSamples.cached), .result(Self.result)], .csv)
        let rows = Self.rows(lines)
        #expect(rows.count == 2)
        let expected = [
            "decision": "permitted", "seq": "1", "attempt": "2", "provider": "openai", "form": "pseudonymised",
            "policies": "support-may-send", "data": "email:2 phone:1", "values": "0", "outcome": "cached",
            "cost_nano_usd": "0", "bytes_sent": "0", "status": "", "result_seq": "",
        ]
        for (name, value) in expected { #expect(rows[0][name] == value, "\(name)") }
    }

    @Test func `what would be a formula or a line of its own is neither`() throws {
        var denied = LedgerSamples.denied
        denied.asked.model = ModelID("=cmd|' /C calc'!A0,\"x\"\r\ny")
        let text = try Self.export([.denied(denied)], .csv).joined(separator: "\n")
        #expect(text.contains(#","'=cmd|' /C calc'!A0,""x"""# + "\r\ny\","))
    }

    @Test func `fingerprints beside the intent are counted with it`() throws {
        let part = LedgerEntry.ExposurePart(
            time: LedgerSamples.time, requestID: LedgerSamples.requestID, attempt: 1, part: 1,
            values: LedgerSamples.exposure.values)
        let rows = Self.rows(try Self.export([.exposure(part), .intent(LedgerSamples.intent)], .csv))
        #expect(rows.map { $0["values"] } == ["4"])
        #expect(rows.map { $0["outcome"] } == [""])
    }

    @Test(arguments: [LedgerExport.Format.csv, .ocsf])
    func `an attempt without a result is told when the gateway starts again, once`(
        format: LedgerExport.Format
    ) throws {
        let start = LedgerEntry.start(.init(time: LedgerSamples.time, version: "1.0", policySet: "aa"))
        let lines = try Self.export([.intent(LedgerSamples.intent), start, .result(Self.result)], format)
        #expect(lines.count == 2, "\(lines)")
        #expect(!lines.contains { $0.contains("completed") }, "what comes later belongs to nothing")
    }

    @Test func `events have what the schema requires, and lose nothing`() throws {
        let entries = LedgerSamples.all.map(\.entry)
        let sources = try LedgerSamples.log(entries).map { try JSONDocument(parsing: $0).root }
        let events = try Self.export(entries, .ocsf).map { try JSONDocument(parsing: Array($0.utf8)).root }
        // The sample's result is that of another attempt.
        #expect(events.count == entries.count - 1)
        for event in events {
            #expect(event["class_uid"]?.int == 6_003 && event["category_uid"]?.int == 6)
            #expect(event["type_uid"]?.int == 600_300 + (event["activity_id"]?.int ?? -1))
            #expect(event["metadata"]?["version"]?.string == "1.6.0")
            #expect(event["time"]?.int == Int(LedgerSamples.time.milliseconds))
            for name in ["actor", "api", "src_endpoint", "severity_id", "status_id"] { #expect(event[name] != nil) }
            let sequence = try #require(event["metadata"]?["sequence"]?.int)
            let mapped = [
                "client", "function", "kind", "operation", "reason", "request", "seq", "status", "time",
            ]
            for member in sources[sequence].members {
                let name = member.key.string ?? ""
                #expect(event["unmapped"]?[name] != nil || mapped.contains(name), "\(name)")
            }
        }
    }

    @Test func `an event tells how its attempt ended`() throws {
        let lines = try Self.export([.intent(LedgerSamples.intent), .result(Self.result)], .ocsf)
        let event = try JSONDocument(parsing: Array(try #require(lines.first).utf8)).root
        #expect(lines.count == 1)
        #expect(event["status_id"]?.int == 1 && event["status_detail"]?.string == "completed")
        #expect(event["duration"]?.int == 500)
        #expect(event["unmapped"]?["result"]?["usage"]?["output"]?.int == 120)
        #expect(event["resources"]?.elements.compactMap { $0["name"]?.string } == ["openai/gpt"])
    }

    @Test func `entries are given as they are, those of the time that is asked for`() throws {
        let entries = LedgerSamples.all.map(\.entry)
        let lines = LedgerSamples.all.count
        let time = LedgerSamples.time
        let next = LedgerTime(milliseconds: time.milliseconds + 1)
        #expect(try Self.export(entries, .jsonl).count == lines)
        #expect(try Self.export(entries, .jsonl, since: time, until: next).count == lines)
        #expect(try Self.export(entries, .jsonl, since: next).isEmpty)
        #expect(try Self.export(entries, .jsonl, until: time).isEmpty)
        #expect(try Self.export(entries, .ocsf, since: next).isEmpty)
        #expect(try Self.export(entries, .csv, since: next).count == 1)
    }

    @Test func `what is no entry is told`() {
        for text in ["", "[]", "{", #"{"a":1}"#] {
            var export = LedgerExport(.ocsf)
            var output: [UInt8] = []
            let isEntry = Array(text.utf8).withUnsafeBytes { export.add(log: 1, $0, into: &output) }
            #expect(!isEntry && output.isEmpty)
        }
    }
}

@Suite struct SubjectSearchTests {
    private static let email = ValueFingerprint(high: 0x0123_4567_89AB_CDEF, low: .max)

    private static func search(_ wanted: [ValueFingerprint], _ entries: [LedgerEntry]) throws -> [SubjectExposure] {
        var search = SubjectSearch(wanted)
        for line in try LedgerSamples.log(entries) { line.withUnsafeBytes { search.add(log: 2, $0) } }
        return search.exposures
    }

    @Test func `an attempt in which a value left is found, with the form and how it ended`() throws {
        var result = LedgerSamples.result
        result.attempt = 1
        let found = try Self.search(
            [ValueFingerprint(high: 9, low: 9), Self.email], LedgerSamples.all.map(\.entry) + [.result(result)])
        let exposure = try #require(found.first)
        #expect(found.count == 1)
        #expect(exposure.log == 2 && exposure.sequence == 0)
        #expect(exposure.request == LedgerSamples.requestID.description)
        #expect(exposure.principal == "support-bot" && exposure.tenant == "acme")
        #expect(exposure.provider == "openai" && exposure.model == "gpt" && exposure.region == "eu")
        #expect(exposure.ways == [.init(dataClass: "email", treatment: "surrogate")])
        #expect(exposure.outcome == "completed" && exposure.bytesSent == 1_500)
    }

    @Test func `a value in an entry beside the intent is found`() throws {
        let value = ValueFingerprint(high: 5, low: 5)
        let part = LedgerEntry.ExposurePart(
            time: LedgerSamples.time, requestID: LedgerSamples.requestID, attempt: 1, part: 1,
            values: [.init(dataClass: .card, treatment: .mask, fingerprints: [value])])
        let found = try Self.search([value], [.exposure(part), .intent(LedgerSamples.intent)])
        #expect(found.map(\.ways) == [[.init(dataClass: "card", treatment: "mask")]])
        #expect(found.map(\.outcome) == [nil])
    }

    @Test func `another value is not found, and no text of an entry is taken for one`() throws {
        var intent = LedgerSamples.intent
        intent.asked.model = ModelID(#""exposed":[{"values":["ASNFZ4mrze___________w"]"#)
        intent.exposure = .none
        #expect(try Self.search([Self.email], [.intent(intent)]).isEmpty)
        #expect(try Self.search([ValueFingerprint(high: 1, low: 1)], LedgerSamples.all.map(\.entry)).isEmpty)
        #expect(try Self.search([], LedgerSamples.all.map(\.entry)).isEmpty)
    }
}
