import Inference
import JSONText
import Testing

@testable import Privacy

/// What was found once is found wherever it stands in the same request.
@Suite struct RepeatedValuesTests {
    private static func request(_ texts: [String]) throws -> InferenceRequest {
        var body = [UInt8](#"{"messages":["#.utf8)
        for (index, text) in texts.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += [0x22] + JSONEscape.escaped(Array(text.utf8)) + [0x22]
        }
        return try Fixtures.request(body + Array("]}".utf8))
    }

    /// What is found in each text.
    private static func found(_ texts: [String], _ engine: PrivacyEngine = Fixtures.engine) throws -> [[String]] {
        let findings = try engine.inspect(request(texts))
        var found = [[String]](repeating: [], count: texts.count)
        // The first text of the fixture is the name `messages`.
        for item in findings.items {
            found[item.text - 1].append(
                String(decoding: Array(texts[item.text - 1].utf8)[item.range], as: UTF8.self))
        }
        return found
    }

    @Test func `a value found again is explained as one that was taken`() throws {
        let text = Array("bank account number: 73492816. As for 73492816, all is well.".utf8)
        let found = try text.withUnsafeBytes { try Fixtures.engine.inspect(text: $0) }
        let reasons = try text.withUnsafeBytes { try Fixtures.engine.explain(text: $0) }
        #expect(found.count == 2)
        for finding in found {
            #expect(reasons.contains { $0.range == finding.range && $0.outcome == .taken })
        }
    }

    @Test(arguments: [
        ("My SSN is 536-90-4399.", "536-90-4399"), ("My passport number is 912803456.", "912803456"),
        ("bank account number: 73492816", "73492816"), ("date of birth: 1984-03-07", "1984-03-07"),
        ("the password = Xk29vQ7pLm4z", "Xk29vQ7pLm4z"),
    ])
    func `a value that its words prove in one text is found bare in all`(_ telling: String, _ value: String) throws {
        let alone = try Self.found(["as for \(value), it is fine"])
        let texts = ["as for \(value), it is fine", telling, "(\(value))", "x\(value) \(value)7", value]
        let found = try Self.found(texts)
        #expect(found[0] == [value], "alone: \(alone)")
        #expect(found[1] == [value])
        #expect(found[2] == [value])
        #expect(found[3] == [], "a part of a word is another")
        #expect(found[4] == [value])
    }

    @Test func `it counts with the place where it stands, and goes out as the same surrogate`() throws {
        let request = try Self.request(["My passport number is 912803456.", "As I said: 912803456"])
        let findings = try Fixtures.engine.inspect(request)
        #expect(findings.summary.counts.map(\.count) == [2])
        #expect(findings.summary.coverage.header.contains("scanned=3"))
        let treated = try Fixtures.treat(request, .pseudonymised)
        #expect(treated.restoration.count == 1)
        let sent = String(decoding: treated.body, as: UTF8.self)
        #expect(!sent.contains("912803456"))
        #expect(treated.restoration.restored(treated.body) == request.body.bytes)
    }

    @Test func `it is found in the text itself and in numbers of JSON`() throws {
        let text = "912803456 is what I wrote; my passport number is 912803456"
        #expect(try Fixtures.find(text).map(\.1) == ["912803456", "912803456"])
        let json = #"{"note":"my passport number is 912803456","other":912803456,"sum":912803456.5}"#
        let request = try Fixtures.request(json)
        let sent = String(decoding: try Fixtures.treat(request, .redacted).body, as: UTF8.self)
        #expect(!sent.contains(":912803456,"))
        #expect(sent.contains("912803456.5"), "another number")
    }

    @Test func `what means something else elsewhere is left alone`() throws {
        for (telling, other) in [
            ("she is 45 years old", "45 years old is the building"),
            ("card 4242424242424242 exp 12/27", "on 12/27 we met"),
            ("the zip code is CA 94103", "94103.50 dollars"),
        ] {
            #expect(try Self.found([telling, other])[1] == (try Self.found([other])[0]), "\(other)")
        }
    }

    @Test func `what settings allow is not found again, nor inside it`() throws {
        var settings = PrivacySettings()
        settings.allowed = ["*@912803456.example.org"]
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, settings: settings)
        let found = try Self.found(
            ["my passport number is 912803456", "x@912803456.example.org and 912803456"], engine)
        #expect(found[1] == ["912803456"])
    }

    @Test func `names of several words are found again`() throws {
        let settings = PrivacySettings(classes: [.init("person")])
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, names: Fixtures.names, settings: settings)
        let found = try Self.found(["My name is Maria Jensen and I live here.", "ref:Maria Jensen/x"], engine)
        #expect(found[0] == ["Maria Jensen"])
        #expect(found[1] == ["Maria Jensen"])
    }

    // MARK: The search

    private static func places(_ values: [String], in text: String) throws -> [String] {
        var known = RepeatedValues()
        for value in values {
            Array(value.utf8).withUnsafeBytes {
                known.collect([Candidate(.usPassport, 0, $0.count, score: 80)], in: $0)
            }
        }
        var found: [Candidate] = []
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBytes { try known.search().find(in: $0, .none, into: &found) }
        return found.map { String(decoding: bytes[Int($0.start)..<Int($0.end)], as: UTF8.self) }
    }

    @Test func `of values that begin alike the longest that stands for itself is found`() throws {
        let values = ["AB-12", "AB-12 34", "AB-12 345 6", "AB-13", "zz-99"]
        #expect(try Self.places(values, in: "AB-12 345 6") == ["AB-12 345 6"])
        #expect(try Self.places(values, in: "AB-12 345 67") == ["AB-12"])
        #expect(try Self.places(values, in: "AB-12 34") == ["AB-12 34"])
        #expect(try Self.places(values, in: "AB-1") == [])
        #expect(try Self.places(values, in: "AB-12AB-12 AB-13,zz-99") == ["AB-13", "zz-99"])
    }

    @Test func `it finds what a plain search finds`() throws {
        var random = RestorationTests.Random(state: 5)
        let parts = ["1", "2", "12", " ", "-", "a", "é", "12-12", "a1"]
        for _ in 0..<3_000 {
            func word(_ count: ClosedRange<Int>) -> String {
                (0..<Int.random(in: count, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
                    .joined()
            }
            let values = (0..<Int.random(in: 1...6, using: &random)).map { _ in "1" + word(4...7) }
            let text = (0..<5).map { _ in
                Bool.random(using: &random) ? word(0...3) : values.randomElement(using: &random) ?? ""
            }.joined()
            #expect(try Self.places(values, in: text) == Self.plainly(values, in: text), "\(values) in \(text)")
        }
    }

    private static func plainly(_ values: [String], in text: String) -> [String] {
        let bytes = Array(text.utf8)
        let kept = values.map { Array($0.utf8) }.filter { value in
            value.count >= 5 && (value.count >= 8 || !value.allSatisfy { $0 >= 0x61 && $0 <= 0x7A })
        }.sorted { $0.count > $1.count }
        return bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return [] }
            let scanned = ScannedText(base: base, count: buffer.count)
            var found: [String] = []
            var place = 0
            while place < bytes.count {
                let value = kept.first { value in
                    let end = place + value.count
                    let isShort = value.count <= 6 && value.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
                    func joined(_ sign: Int, _ digit: Int) -> Bool {
                        isShort && ".,-/:".utf8.contains(scanned.byte(sign))
                            && (0x30...0x39).contains(scanned.byte(digit))
                    }
                    return bytes[place...].starts(with: value) && WordBoundary.isStart(place, in: scanned)
                        && WordBoundary.isEnd(end, in: scanned) && !joined(place - 1, place - 2)
                        && !joined(end, end + 1)
                }
                if let value { found.append(String(decoding: value, as: UTF8.self)) }
                place += value?.count ?? 1
            }
            return found
        }
    }

    @Test func `no number of values is too many, and those found first count`() throws {
        let values = (0..<20_000).map { "X-\(100_000 + $0)" }
        #expect(try Self.places(values, in: "X-100000 X-116383 X-116384") == ["X-100000", "X-116383"])
    }
}
