import JSONText
import LedgerStore
import Testing

@testable import LedgerRelay

private func entry(_ json: String, origin: String = "relay.test/1", index: UInt64 = 4) -> StreamEntry {
    StreamEntry(position: LedgerPosition(log: 1, index: index), origin: origin, json: Array(json.utf8))
}

@Suite struct `Entries as syslog messages` {
    @Test(arguments: [("intent", 110), ("denied", 108), ("keys_rotated", 109)])
    func `facility and severity make the priority`(_ kind: String, _ priority: Int) {
        let entry = entry(#"{"kind":"\#(kind)","seq":4,"time":"2026-11-23T10:00:00.123Z","v":3}"#)
        let text = String(decoding: SyslogMessage.message(entry, facility: 13, hostname: "gw-1"), as: UTF8.self)
        #expect(
            text == "<\(priority)>1 2026-11-23T10:00:00.123Z gw-1 sallyport - \(kind) "
                + #"[sallyport@32473 log="relay.test/1" seq="4"] "# + String(decoding: entry.json, as: UTF8.self))
    }

    @Test func `the frame begins with the message's length in bytes`() {
        let entry = entry(#"{"kind":"intent","model":"grüße","seq":4}"#)
        let message = SyslogMessage.message(entry, facility: 0, hostname: "h")
        #expect(SyslogMessage.frame(entry, facility: 0, hostname: "h") == Array("\(message.count) ".utf8) + message)
    }

    @Test func `what would end a field or a value is made harmless`() {
        let entry = entry(#"{"kind":"a b\n","seq":4}"#, origin: #"a"b]c\d"#)
        let text = String(decoding: SyslogMessage.message(entry, facility: 1, hostname: "a b\u{7F}"), as: UTF8.self)
        #expect(text.hasPrefix(#"<13>1 - a_b_ sallyport - a_b_ [sallyport@32473 log="a\"b\]c\\d" seq="4"] "#))
    }
}

@Suite struct `Entries as records of OpenTelemetry` {
    private func record(_ json: String, withoutBodies: Bool = false) throws -> JSONValue {
        let body = OpenTelemetryRecords.body([entry(json)], hostname: "h", withoutBodies: withoutBodies)
        let document = try JSONDocument(parsing: body)
        let scope = try #require(document.root["resourceLogs"]?[0]?["scopeLogs"]?[0])
        return try #require(scope["logRecords"]?[0])
    }

    private func attribute(_ record: JSONValue, _ name: String) -> JSONValue? {
        record["attributes"]?.elements.first { $0["key"]?.string == name }?["value"]
    }

    @Test func `the body is the entry byte for byte, and members are attributes`() throws {
        let json =
            #"{"kind":"intent","ok":true,"a":{"b":"ü\"","n":12},"list":[1],"cost":0.5,"time":"2026-11-23T10:00:00.123Z"}"#
        let record = try record(json)
        #expect(record["body"]?["stringValue"]?.string == json)
        #expect(record["timeUnixNano"]?.string == "1795428000123000000")
        #expect(attribute(record, "sallyport.a.b")?["stringValue"]?.string == "ü\"")
        #expect(attribute(record, "sallyport.a.n")?["intValue"]?.string == "12")
        #expect(attribute(record, "sallyport.ok")?["boolValue"]?.bool == true)
        #expect(attribute(record, "sallyport.cost")?["doubleValue"]?.double == 0.5)
        #expect(attribute(record, "sallyport.list") == nil)
    }

    @Test(arguments: [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"),
        ("00-xyz-b7ad6b7169203331-01", nil), ("", nil),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", nil),
    ])
    func `a trace is told where there is one`(_ parent: String, _ trace: String?) throws {
        #expect(try record(#"{"kind":"intent","traceparent":"\#(parent)"}"#)["traceId"]?.string == trace)
    }

    @Test func `an entry that is too long is known by all but its text`() throws {
        let record = try record(#"{"kind":"intent"}"#, withoutBodies: true)
        #expect(record["body"] == nil && attribute(record, "sallyport.ledger.body_bytes")?["intValue"]?.string == "17")
    }
}

@Suite struct `What a store lists` {
    @Test func `names and sizes are found, and whether there is more`() {
        let page = ObjectListing(
            Array(
                """
                <?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a/b</Key><ETag>x</ETag>\
                <Size>12</Size></Contents><Contents><Size>3</Size><Key>a/c</Key></Contents><Contents><Key>no size</Key>\
                </Contents></ListBucketResult>
                """.utf8))
        #expect(page.isTruncated && page.objects.map(\.key) == ["a/b", "a/c"] && page.objects.map(\.size) == [12, 3])
    }

    @Test(arguments: ["", "<Contents>", "<Contents><Key>a</Key>", "<<<<", "</Contents><Contents>"])
    func `anything else is an empty page`(_ text: String) {
        #expect(ObjectListing(Array(text.utf8)).objects.isEmpty)
    }
}

@Suite struct `Pauses between tries` {
    @Test func `they double up to the longest, however many there are`() {
        let retries = HTTPClient.Retries(attempts: 100, firstPause: 200, longestPause: 10_000)
        #expect([1, 2, 3, 7, 90].map { retries.pause(after: $0) } == [200, 400, 800, 10_000, 10_000])
    }

    @Test(arguments: [
        ("3", 3_000), ("0", 0), ("-1", nil), ("Mon, 23 Nov 2026 10:00:00 GMT", nil), ("99999999", 86_400_000),
    ])
    func `a wish in seconds is heard, to a day`(_ value: String, _ milliseconds: Int?) {
        let answer = HTTPAnswer(status: 503, headers: ["retry-after": value], body: [])
        #expect(answer.retryAfterMilliseconds == milliseconds)
    }
}
