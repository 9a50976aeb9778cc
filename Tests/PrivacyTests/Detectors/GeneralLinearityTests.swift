import Inference
import Privacy
import Testing

/// Whatever repeats, the general detectors take linear time.
@Suite struct GeneralLinearityTests {
    @Test(arguments: [
        "1 1 1 ", "12 ", "1, ", "1\n", "Main Street ", "5 Main Street ", "Via Roma 3, ", "rue de la ", "Suite 5 ",
        "Apt. ", "Box 5 ", "P.O. ",
        "the corner of ", "12 A ", "12 Ab Cd Ef ", "Hauptstraße 5 ", "straße", "STRASSE1 ", "5, 10115 Berlin, ",
        "A 5\n, CO\n ", "12345 ",
        "APO AA 12345 ", "zip code is ", "zip is is is 9", "aged 3", "years old 3 ", "born 1.1.2000 ", "May 5 ",
        "40.1234, ", "1°1′1″", "BIC ",
        "SWIFT ABCDEFGH", "MAC ", "AA-BB-CC-", "AA:BB:CC:", "0x1", "1Ab", "bc1q", "a.b.c.d.", "http://", "://", "a-",
        "a1-", "é1", "ß 5 ", "5 é",
        "#5 ", "5º B ", "4111111111111111 12/27 123 ", "''5", "\u{2019}5 ", "C/ 5 ", "/ 5",
    ])
    func `time is linear whatever repeats`(piece: String) throws {
        let everything = Set(SensitiveClass.allCases.map(\.dataClass)).subtracting([
            DataClass("person"), DataClass("place"),
        ])
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, settings: PrivacySettings(classes: everything))
        func time(_ count: Int) throws -> Int {
            let bytes = [UInt8](String(repeating: piece, count: count / piece.utf8.count).utf8)
            var least = Int.max
            for _ in 0..<2 {
                let start = Fixtures.threadNanoseconds()
                _ = try bytes.withUnsafeBytes { try engine.inspect(text: $0).count }
                least = min(least, Fixtures.threadNanoseconds() - start)
            }
            return least
        }
        let short = try time(10_000)
        let long = try time(80_000)
        // Eight times the text; quadratic time would be sixty-four times.
        #expect(long < short * 20 + 5_000_000, "\(short) ns, then \(long) ns")
    }

    @Test func `any bytes are inspected with every class on`() throws {
        var random = RestorationTests.Random(state: 41)
        let everything = Set(SensitiveClass.allCases.map(\.dataClass)).subtracting([
            DataClass("person"), DataClass("place"),
        ])
        let engine = try PrivacyEngine(
            scanner: Fixtures.scanner, settings: PrivacySettings(classes: everything, threshold: 1))
        let pieces = [
            "1", "12", "12345", " ", ", ", "\n", "Main ", "Street", "Via ", "rue ", "de ", "Apt. ", "Suite ",
            "P.O. Box ", "straße ", "Box", ".", "-",
            "/", "#", "C/", "º", "°", "′", "N", "zip ", "aged ", "years old", "born ", "May ", "APO AA ", "USS ",
            "corner of ", "and ", "é", "电",
            "BIC ", "MAC ", "AA-", "AA:", "0x", "bc1", "http://", "a.b", "@", "T12:30", "+01:00", "\u{A0}", "\u{2019}",
            "'", "\"", "Germany", "NW1 6XE",
        ].map { [UInt8]($0.utf8) }
        for round in 0..<4_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...24, using: &random) {
                if round % 8 == 0 {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                } else {
                    bytes += pieces.randomElement(using: &random) ?? []
                }
            }
            let ranges = try bytes.withUnsafeBytes { try engine.inspect(text: $0).map(\.range) }
            var end = 0
            for range in ranges {
                let isInOrder = range.lowerBound >= end && !range.isEmpty && range.upperBound <= bytes.count
                if !isInOrder { Issue.record("\(ranges) in \(bytes)") }
                end = range.upperBound
            }
        }
    }
}
