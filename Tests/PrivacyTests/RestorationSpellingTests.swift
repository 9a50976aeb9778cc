import JSONText
import Testing

@testable import Privacy

/// What models do to surrogates, and stand-ins of other forms.
@Suite struct RestorationSpellingTests {
    private static func code(_ sensitiveClass: SensitiveClass, _ hash: UInt64) -> SurrogateSyntax.Code {
        SurrogateSyntax.code(sensitiveClass, hash: hash)
    }

    private static func map(_ values: [(SensitiveClass, UInt64, String)]) -> RestorationMap {
        var builder = RestorationMap.Builder()
        for (sensitiveClass, hash, value) in values {
            builder.add(code: code(sensitiveClass, hash), value: [UInt8](value.utf8))
        }
        return builder.build()
    }

    private static func map(literals: [(String, String)]) -> RestorationMap {
        var builder = RestorationMap.Builder()
        for (literal, value) in literals { builder.add(literal: [UInt8](literal.utf8), value: [UInt8](value.utf8)) }
        return builder.build()
    }

    /// Digits without letters in common with escapes: `EMAIL_` and eight digits.
    private static let hash: UInt64 = 0x1_2345_6789
    private static let email = map([(.email, hash, "alice@example.org"), (.phone, 77, "+34 612 345 678")])
    private static let digits = String(
        decoding: SurrogateSyntax.text(of: code(.email, hash)).suffix(8), as: UTF8.self)

    private static func restore(_ text: String, _ map: RestorationMap) -> String {
        String(decoding: map.restored([UInt8](text.utf8)), as: UTF8.self)
    }

    static let spellings: [(String, String)] = [
        ("EMAIL_$", "@"), ("email_$", "@"), ("Email_$", "@"), ("EMAIL\\_$", "@"), ("EMAIL\\\\_$", "@"),
        ("`EMAIL_$`", "`@`"), ("**EMAIL_$**", "**@**"), ("**EMAIL**_$", "**@**"), ("*EMAIL*_$ x", "*@* x"),
        ("EMAIL_**$**", "**@**"), ("EMAIL**_**$", "@"), ("**EMAIL**\\_**$**", "**@**"),
        ("EMAIL_ $", "@"), ("EMAIL _$", "@"), ("EMAIL $", "@"), ("EMAIL\n$", "@"), ("EMAIL_\n$", "@"), ("EMAIL-$", "@"),
        ("EMAIL - $", "@"), ("EMAIL%5F$", "@"), ("EMAIL%5f$", "@"), ("EMAIL&#95;$", "@"), ("EMAIL&lowbar;$", "@"),
        ("EMAIL\\u005f$", "@"), ("EMAIL＿$", "@"), ("EMAIL\u{00A0}$", "@"), ("EMAIL_\u{200B}$", "@"),
        ("EMAIL_#|#", "@"), ("EMAIL_# #", "@"), ("EMAIL_#\n#", "@"), ("EMAIL_#-#", "@"), ("EMAIL_#\\n#", "@"),
        ("\\nemail_$", "\\n@"), ("xEMAIL_$y", "x@y"),
        // And what is none.
        ("xemail_$", "xemail_$"), ("EMAIL$", "EMAIL$"), ("EMAIL.$", "EMAIL.$"), ("EMAIL**$", "EMAIL**$"),
        ("EMAIL_\n\n\n\n\n\n\n\n\n\n\n\n$", "EMAIL_\n\n\n\n\n\n\n\n\n\n\n\n$"), ("PHONE_$", "PHONE_$"),
    ]

    private static func fill(_ text: String) -> String {
        text.replacing("#|#", with: digits.prefix(4) + "**" + digits.suffix(4)).replacing("$", with: digits)
            .replacing("#", with: digits.prefix(4), maxReplacements: 1)
            .replacing("#", with: digits.suffix(4), maxReplacements: 1)
    }

    private static func isHTML(_ text: String) -> Bool { text.contains("&#") }

    @Test(arguments: spellings)
    func `a surrogate is known as models write it, at every cut`(spelling: String, expected: String) {
        let text = Self.isHTML(spelling) ? spelling.replacing("$", with: Self.digits) : Self.fill(spelling)
        var wanted = expected.replacing("@", with: "alice@example.org").replacing("$", with: Self.digits)
        if spelling.contains("#|#") { wanted = "**" + wanted }
        for (before, after) in [("", ""), ("mail ", " now"), ("日本", "日本"), ("(", ").")] {
            let whole = before + text + after
            #expect(Self.restore(whole, Self.email) == before + wanted + after)
            let bytes = [UInt8](whole.utf8)
            for cut in 0...bytes.count {
                var restorer = StreamRestorer(Self.email)
                let first = restorer.push([UInt8](bytes[..<cut]))
                let second = restorer.push([UInt8](bytes[cut...]))
                let output = first + second + restorer.finish()
                #expect(String(decoding: output, as: UTF8.self) == before + wanted + after, "cut at \(cut)")
            }
        }
    }

    /// SplitMix64.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    private static let literals: [(String, String)] = [
        ("keyed.user@example.com", "alice@example.org"), ("keyed.user@example.com.au", "bob@example.org"),
        ("4000 0012 3456 7899", "4111 1111 1111 1111"), ("4000 0012", "\"quoted\""), ("Anna", "Kathrin"),
        ("Anna Lund", "Kathrin Berg"), ("94105", "10115"), ("rosé", "x"), ("\u{1F600}", "y"),
        ("Keyed.user@example.com", "other"),
    ]
    private static let parts: [String] = {
        var parts = literals.map(\.0)
        parts += [
            "EMAIL_\(digits)", "EMAIL_", "EMAIL", "phone ", "PHONE_", digits, "e", "E", "\\", "_", "**", "`", "-",
        ]
        parts += [" ", "\n", "%5F", "%", "&#9", "&lowbar;", "\\u005F", "\\u00", "a", "1", "4000 00", "keyed.", "Ann"]
        parts += ["日本", "é", "the quick brown ", "KEYED.USER@EXAMPLE.COM", "rose", "anna", "\u{FF3F}", "\u{200B}"]
        return parts
    }()

    private static func mixed() -> RestorationMap {
        var builder = RestorationMap.Builder()
        builder.add(code: code(.email, hash), value: [UInt8]("carol@example.org".utf8))
        builder.add(code: code(.phone, 5), value: [UInt8]("555".utf8))
        for (literal, value) in literals { builder.add(literal: [UInt8](literal.utf8), value: [UInt8](value.utf8)) }
        return builder.build()
    }

    private static func stream(
        _ text: [UInt8], _ cuts: [Int], _ map: RestorationMap, _ encoding: RestorationMap.Encoding
    ) -> [UInt8] {
        var restorer = StreamRestorer(map, encoding: encoding)
        var output: [UInt8] = []
        var start = 0
        for cut in cuts + [text.count] {
            let piece = [UInt8](text[start..<cut])
            if piece.withUnsafeBytes({ restorer.passes($0) }) {
                output += piece
            } else {
                output += restorer.push(piece)
            }
            start = cut
        }
        return output + restorer.finish()
    }

    @Test(arguments: [RestorationMap.Encoding.plain, .json])
    func `surrogates and stand-ins are restored alike at every cut`(encoding: RestorationMap.Encoding) {
        var random = Random(state: 4)
        let map = Self.mixed()
        for _ in 0..<400 {
            let text = (0..<Int.random(in: 1...10, using: &random)).map { _ in
                Self.parts.randomElement(using: &random) ?? ""
            }
            let bytes = [UInt8](text.joined().utf8)
            let whole = map.restored(bytes, encoding: encoding)
            let wrong = (0...bytes.count).filter { Self.stream(bytes, [$0], map, encoding) != whole }
            #expect(wrong.isEmpty, "\(text.joined()): cuts at \(wrong)")
            #expect(Self.stream(bytes, Array(0..<bytes.count), map, encoding) == whole, "\(text.joined())")
            for _ in 0..<5 {
                let cuts = (0..<4).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
                #expect(Self.stream(bytes, cuts, map, encoding) == whole, "\(text.joined())")
            }
        }
    }

    @Test(arguments: [
        ("to keyed.user@example.com!", "to alice@example.org!"),
        // Two that differ in case only: written otherwise it could be either.
        ("to Keyed.User@Example.COM!", "to Keyed.User@Example.COM!"),
        ("KEYED.USER@EXAMPLE.COM.AU", "bob@example.org"), ("\\nAnna", "\\nKathrin"),
        ("to Keyed.user@example.com!", "to other!"),
        ("keyed.user@example.com.au", "bob@example.org"), ("keyed.user@example.com.at", "alice@example.org.at"),
        ("4000 0012 3456 7899", "4111 1111 1111 1111"), ("4000 0012 3456 78", "\"quoted\" 3456 78"),
        ("Anna Lund", "Kathrin Berg"), ("Anna Lunda", "Kathrin Lunda"), ("Annabel", "Annabel"), ("anna", "anna"),
        ("Anna's", "Kathrin's"), ("(Anna)", "(Kathrin)"), ("JoAnna", "JoAnna"), ("94105", "10115"),
        ("194105", "194105"), ("CA94105", "CA10115"), ("请Anna来", "请Kathrin来"),
    ])
    func `a stand-in is restored, the longest first, and words only as words`(text: String, expected: String) {
        #expect(Self.restore(text, Self.map(literals: Self.literals)) == expected)
    }

    @Test func `thousands of stand-ins that begin alike cost no more`() {
        var builder = RestorationMap.Builder()
        for number in 0..<5_000 {
            let digits = String(10_000 + number).dropFirst()
            builder.add(literal: [UInt8]("4000 0012 3456 \(digits)".utf8), value: [UInt8]("<\(digits)>".utf8))
        }
        let map = builder.build()
        #expect(map.count == 5_000)
        #expect(Self.restore("4000 0012 3456 4321, 4000 0012 3456 9999", map) == "<4321>, 4000 0012 3456 9999")
    }

    @Test func `a held text is short, and prose holds nothing but the first letters of a label`() {
        var builder = RestorationMap.Builder()
        for (index, sensitiveClass) in SensitiveClass.allCases.enumerated() {
            builder.add(code: Self.code(sensitiveClass, UInt64(index) * 0x5851_F42D), value: [1])
        }
        let map = builder.build()
        var random = Random(state: 5)
        // `j`, `q`, `w`, `x`, `y` begin no label.
        let letters = SurrogateSyntax.Labels.all.map { $0[0] }
        let free = (UInt8(ascii: "a")...UInt8(ascii: "z")).filter { !letters.contains($0 & 0xDF) }
        #expect(!free.isEmpty)
        for _ in 0..<300 {
            var restorer = StreamRestorer(map)
            let prose = (0..<60).map { _ in
                Int.random(in: 0..<6, using: &random) == 0 ? 0x20 : free.randomElement(using: &random) ?? 0x20
            }
            #expect(restorer.push(prose) == prose)
            #expect(!restorer.isHolding)
        }
        for _ in 0..<300 {
            var restorer = StreamRestorer(map)
            var given = 0
            var taken = 0
            for _ in 0..<40 {
                let piece = [UInt8]((Self.parts.randomElement(using: &random) ?? "").utf8)
                taken += piece.count
                given += restorer.push(piece).count
                // A surrogate's value is one byte long here, so at least so many bytes were given out.
                #expect(restorer.heldBytes <= 40)
            }
            #expect(given <= taken)
        }
    }

    @Test func `a surrogate in a whole answer's string is spliced where it stands, marks and all`() throws {
        let body = #"{"content":"to **EMAIL**\u005f\#(Self.digits) \ud83d\ude00 EMAIL\\_\#(Self.digits)"}"#
        let document = try JSONDocument(parsing: [UInt8](body.utf8))
        let restored = document.replacing(Self.email.restore(in: document))
        #expect(
            String(decoding: restored, as: UTF8.self)
                == #"{"content":"to **alice@example.org** \ud83d\ude00 alice@example.org"}"#)
    }

    @Test func `hyphens in a row take linear time`() {
        let text = [UInt8](repeating: UInt8(ascii: "-"), count: 200_000) + [UInt8]("EMAIL_EMAIL_EMAIL -".utf8)
        var long: [UInt8] = []
        for _ in 0..<20_000 { long += [UInt8]("EMAIL_".utf8) }
        #expect(Self.email.restored(text) == text)
        #expect(Self.email.restored(long) == long)
    }
}
