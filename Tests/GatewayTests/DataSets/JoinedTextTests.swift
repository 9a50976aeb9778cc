import Testing

@testable import Gateway

struct JoinedTextTests {
    private func joined(_ text: String, _ joint: JoinedText.Joint) -> String? {
        JoinedText(Array(text.utf8), joint).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test(arguments: [
        ("4111 1111\n1111 1111", "4111 1111 1111 1111", "4111 11111111 1111"),
        ("exam-\n  ple", "exam- ple", "example"), ("a \r\n> b", "a b", "ab"),
        ("**4111** 1111", "4111 1111", "4111 1111"), ("__4111__ `1111`", "4111 1111", "4111 1111"),
        ("| 4111 | 1111 |", " 4111 1111 ", " 4111 1111 "), ("é\nü", "é ü", "éü"),
    ])
    func `broken lines are joined and Markdown's marks left out`(text: String, spaced: String, closed: String) {
        #expect(joined(text, .space) == spaced)
        #expect(joined(text, .nothing) == closed)
    }

    @Test(arguments: ["", "a b", "snake_case_name", "one\n\ntwo", "one\n \n\n two", "\nend\n"])
    func `where nothing is broken there is nothing to join`(text: String) {
        #expect(joined(text, .space) == nil && joined(text, .nothing) == nil)
    }

    @Test func `a range is told where it stands, if something was left out in it`() throws {
        let text = "x **4111**\n1111 y"
        let joined = try #require(JoinedText(Array(text.utf8), .space))
        #expect(String(decoding: joined.bytes, as: UTF8.self) == "x 4111 1111 y")
        #expect(joined.original(2..<11) == 4..<15)
        // Within what stands in one piece, and beside a seam.
        #expect(joined.original(2..<6) == nil && joined.original(0..<1) == nil && joined.original(7..<11) == nil)
        #expect(joined.original(2..<2) == nil && joined.original(2..<99) == nil)
    }

    @Test func `any text is read without a trap, and each range stands in it`() {
        var generator = SystemRandomNumberGenerator()
        let signs = Array("a1 _*`|~-\n\r>é".utf8)
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0...24)).map { _ in signs.randomElement(using: &generator) ?? 0 }
            for joint in JoinedText.Joint.allCases {
                guard let joined = JoinedText(text, joint) else { continue }
                for start in joined.bytes.indices {
                    guard let range = joined.original(start..<joined.bytes.count) else { continue }
                    #expect(range.lowerBound >= 0 && range.upperBound <= text.count && !range.isEmpty)
                }
            }
        }
    }
}
