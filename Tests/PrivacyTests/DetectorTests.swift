import Inference
import Privacy
import Testing

@Suite struct DetectorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let dataClass: DataClass
        let text: String
        let values: [String]
        init(_ dataClass: DataClass, _ text: String, _ values: String...) {
            self.init(dataClass, text, values: values)
        }
        init(_ dataClass: DataClass, _ text: String, values: [String]) {
            self.dataClass = dataClass
            self.text = text
            self.values = values
        }
        var testDescription: String { text }
    }

    static let emails = [
        Row(.email, "alice@example.org", "alice@example.org"),
        Row(
            .email, "<alice@example.org>, \"bob.b+tag@mail.example.co.uk\".", "alice@example.org",
            "bob.b+tag@mail.example.co.uk"),
        Row(.email, "**alice@example.org** 'eve@example.org'", "alice@example.org", "eve@example.org"),
        Row(.email, "print(\"\\nalice@example.org\")", "alice@example.org"),
        Row(.email, "mail o'brien@example.ie today", "o'brien@example.ie"),
        Row(.email, "email=alice@example.org&x=1", "alice@example.org"),
        Row(.email, "jürgen@müller.example", "jürgen@müller.example"),
        Row(.email, "邮箱是alice@example.cn。", "alice@example.cn"),
        Row(.email, "用户@例子.广告", "用户@例子.广告"),
        Row(.email, "user@xn--80ak6aa92e.com", "user@xn--80ak6aa92e.com"),
        Row(.email, "svc@db.internal", "svc@db.internal"),
        Row(.email, "alice@example.org1 is footnote 1", "alice@example.org"),
        Row(.email, "logo@2x.png @media a@b foo@1.2.3 @app.route x@ .com"),
        Row(.email, "a@b@c@d @@@@ @. .@."),
    ]

    static let phones = [
        Row(.phone, "call +34 612 345 678.", "+34 612 345 678"),
        Row(.phone, "(+44) 20 7946 0958", "(+44) 20 7946 0958"),
        Row(.phone, "+44 (0)20 7946 0958 and +1 (415) 555-0132 x12", "+44 (0)20 7946 0958", "+1 (415) 555-0132 x12"),
        Row(.phone, "tel 030/1234567", "030/1234567"),
        Row(.phone, "0049 30 1234567", "0049 30 1234567"),
        Row(.phone, "电话13812345678", "13812345678"),
        Row(.phone, "order 4155550132 of 2024-03-31 12:30:00, id 20240331123000"),
        Row(.phone, "pi is 3.14159265, total 1.234.567, 1990-2020, 10.1000/182.123"),
        Row(.phone, "550e8400-e29b-41d4-a716-446655440000"),
        Row(.phone, "12345678 87654321 1234567890"),
    ]

    static let cards = [
        Row(.card, "4111 1111 1111 1111, 5500-0000-0000-0004", "4111 1111 1111 1111", "5500-0000-0000-0004"),
        Row(.card, "3782 822463 10005 5555555555554444", "3782 822463 10005", "5555555555554444"),
        Row(.card, "\\n4242424242424242", "4242424242424242"),
        Row(.card, "4111 1111 1111 1112 0.4111111111111111 0000000000000000 41111111111111111111"),
        Row(.card, "card 630427373398", "630427373398"),
        Row(.card, "order 630427373398, 1700000000000"),
        Row(.card, "a4111111111111111 4111111111111111a 1234-4111-1111-1111-1111"),
    ]

    static let others = [
        Row(
            .iban, "DE89 3704 0044 0532 0130 00 de89370400440532013000", "DE89 3704 0044 0532 0130 00",
            "de89370400440532013000"),
        Row(.iban, "DE88 3704 0044 0532 0130 00 ZZ89370400440532013000 De89370400440532013000 XDE89370400440532013000"),
        Row(.ssn, "078-05-1123 and 078051124", "078-05-1123", "078051124"),
        Row(.ssn, "078051124 000-12-3456 666-12-3456 912-12-3456 1-078-05-1123 078-05-1123-9 90210-1234"),
        Row(
            .ipAddress, "10.0.0.1:80 fe80::1%eth0 2001:db8::/32 ::1", "10.0.0.1", "fe80::1%eth0", "2001:db8::/32", "::1"
        ),
        Row(.ipAddress, "version 1.2.3.4 std::vector a::b Foo::Bar 12:30:45 1.2.3 v1.2.3.4 256.1.1.1 01.84.17.61.18"),
    ]

    static let secrets = [
        Row(.secret, "sk-proj-a8Kd93mZqPx71LwVbn25Tr", "sk-proj-a8Kd93mZqPx71LwVbn25Tr"),
        Row(.secret, "key sk-ant-api03-a8Kd93mZqPx71LwVbn25Tr-AA.", "sk-ant-api03-a8Kd93mZqPx71LwVbn25Tr-AA"),
        Row(.secret, "AWS_KEY=\"AKIAQ4T7ZXW3M2PLKJ5D\"", "AKIAQ4T7ZXW3M2PLKJ5D"),
        Row(.secret, "xoxe.xoxp-1-Mi0yLTM0MTQwNDE0MDE3", "xoxe.xoxp-1-Mi0yLTM0MTQwNDE0MDE3"),
        Row(.secret, "sp_4hTq8ZbVn2LwXc7RkM9sJd5G", "sp_4hTq8ZbVn2LwXc7RkM9sJd5G"),
        Row(
            .secret, "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc+/=\n-----END RSA PRIVATE KEY-----\nrest",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc+/=\n-----END RSA PRIVATE KEY-----"),
        Row(.secret, "x -----BEGIN PRIVATE KEY-----\nMIIEabc", "-----BEGIN PRIVATE KEY-----\nMIIEabc"),
        Row(
            .secret, "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abc-_123, ok",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abc-_123"),
        Row(
            .secret,
            "AKIAIOSFODNN7EXAMPLE ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-your-key-goes-here-please task-0123456789abcdefghijk"
        ),
        Row(.secret, "-----BEGIN PUBLIC KEY-----\nMIIEabc\n-----END PUBLIC KEY-----"),
    ]

    @Test(arguments: emails + phones + cards + others + secrets)
    func `a detector takes what is of its class and leaves the rest`(row: Row) throws {
        #expect(try Fixtures.values(row.text, of: row.dataClass) == row.values)
    }

    @Test func `overlapping findings leave the surer one`() throws {
        let found = try Fixtures.find("4111111111111111@example.org 2001:db8:0:0:0:0:192.168.1.1 +1 415-555-0132")
        #expect(found.map(\.0) == [.email, .ipAddress, .phone])
    }

    @Test func `a member's name is context for its value`() throws {
        let findings = try Fixtures.engine.inspect(
            Fixtures.request(#"{"phoneNumber":"4155550132","orderId":"4155550187"}"#))
        #expect(findings.items.count == 1)
        #expect(findings.items.first?.dataClass == .phone)
        #expect(findings.summary.counts.map(\.count) == [1])
    }

    @Test func `names and escaped text are inspected`() throws {
        let findings = try Fixtures.engine.inspect(
            Fixtures.request(#"{"alice@example.org":"bob\u0040example.org","x":"a\/eve@example.org"}"#))
        #expect(findings.items.map(\.dataClass) == [.email, .email, .email])
    }

    @Test func `a class that is switched off is not found`() throws {
        let engine = try PrivacyEngine(
            scanner: Fixtures.scanner, names: Fixtures.names, settings: PrivacySettings(classes: [.card]))
        #expect(try Fixtures.find("alice@example.org 4111111111111111", engine).map(\.0) == [.card])
    }

    @Test func `a scanner's failure fails the inspection`() {
        struct Fault: Error {}
        struct Failing: CandidateScanner {
            func scan(_ text: UnsafeRawBufferPointer, into matches: inout [CandidateMatch]) throws { throw Fault() }
        }
        #expect(throws: Fault.self) {
            try PrivacyEngine(scanner: Failing()).inspect(Fixtures.request(#"["a text long enough to be scanned"]"#))
        }
    }

    @Test func `bytes of any kind are inspected without a trap and findings lie in order`() throws {
        var random = RestorationTests.Random(state: 9)
        let pieces = [
            "1", "23", "456", "@", ":", "::", ".", "-", " ", "(", ")", "+", "/", "é", "电", "\\", "ab", "GB", "x", "sk-",
            "ey", "_",
        ]
        .map { [UInt8]($0.utf8) }
        for round in 0..<6_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                if round % 2 == 0 {
                    bytes += pieces.randomElement(using: &random) ?? []
                } else {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                }
            }
            let ranges = try bytes.withUnsafeBytes { try Fixtures.engine.inspect(text: $0).map(\.range) }
            var end = 0
            for range in ranges {
                let isInOrder = range.lowerBound >= end && !range.isEmpty && range.upperBound <= bytes.count
                if !isInOrder { Issue.record("\(ranges) in \(bytes)") }
                end = range.upperBound
            }
        }
    }

    @Test(arguments: [
        "1", "1 ", "12-", "1.", "a@", "@a.bc", "a@b.cd", "1:", ":1", "::", "1:2:", "a:b::", "(1)", "+1 ", "GB29", "A1",
        "4111 ",
        "_", "EMAIL_", "sk-", "eyJ", "eyJhbGciOiJIUzI1.", "-----BEGIN PRIVATE KEY-----", "PRIVATE KEY-----",
        "call 555 0132 ", "\\n",
        "电话", "é@é.éé", "1\u{A0}2", "\u{2011}1",
    ])
    func `time is linear whatever repeats`(piece: String) throws {
        /// Nanoseconds of this thread's own processor time, so that other tests don't count.
        func time(_ count: Int) throws -> Int {
            let bytes = [UInt8](String(repeating: piece, count: count / piece.utf8.count).utf8)
            var least = Int.max
            for _ in 0..<2 {
                let start = Fixtures.threadNanoseconds()
                _ = try bytes.withUnsafeBytes { try Fixtures.engine.inspect(text: $0).count }
                least = min(least, Fixtures.threadNanoseconds() - start)
            }
            return least
        }
        let short = try time(10_000)
        let long = try time(80_000)
        // Eight times the text; quadratic time would be sixty-four times.
        #expect(long < short * 20 + 5_000_000, "\(short) ns, then \(long) ns")
    }
}
