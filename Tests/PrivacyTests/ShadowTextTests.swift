import Testing

@testable import Privacy

@Suite struct ShadowTextTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let shadow: String
        let disguises: Disguises
        /// A part of the shadow and what it was made from.
        let part: String
        let original: String

        init(_ text: String, _ shadow: String, _ disguises: Disguises, _ part: String, _ original: String) {
            self.text = text
            self.shadow = shadow
            self.disguises = disguises
            self.part = part
            self.original = original
        }
        var testDescription: String { text }
    }

    static let mail = "alice@example.com"

    static let rows = [
        // Compatibility.
        Row("<ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ>", "<\(mail)>", [.compatibility, .punctuation], mail, "ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
        Row("x 𝐚𝐥𝐢𝐜𝐞@example.com", "x \(mail)", .compatibility, mail, "𝐚𝐥𝐢𝐜𝐞@example.com"),
        Row("oﬃce@example.com", "office@example.com", .compatibility, "fi", "ﬃ"),
        Row("ⓐⓛⓘⓒⓔ@example.com", mail, .compatibility, "lice@", "ⓛⓘⓒⓔ@"),
        Row("no ⁴¹¹¹ ₁₁₁₁ ①②③④", "no 4111 1111 1234", .compatibility, "4111 1111 1234", "⁴¹¹¹ ₁₁₁₁ ①②③④"),
        Row("a̶l̶i̶c̶e̶@example.com.", "\(mail).", .compatibility, mail, "a̶l̶i̶c̶e̶@example.com"),
        Row("4️⃣1️⃣1️⃣1️⃣!", "4111!", [.compatibility, .invisible], "411", "4️⃣1️⃣1️⃣"),
        // Digits.
        Row("رقم ٤١١١ هنا", "رقم 4111 هنا", .digits, "4111", "٤١١١"),
        Row("नंबर ४१११ १११", "नंबर 4111 111", .digits, "4111 111", "४१११ १११"),
        Row("４１１１－１１１１", "4111-1111", [.digits, .punctuation], "4111-1111", "４１１１－１１１１"),
        // Invisible characters.
        Row(
            "a\u{200B}li\u{AD}ce\u{2060}@example.com", mail, .invisible, mail, "a\u{200B}li\u{AD}ce\u{2060}@example.com"
        ),
        Row("a\u{200D}\u{200D}lice@example.com", mail, .invisible, "ali", "a\u{200D}\u{200D}li"),
        Row("\u{200B}12\u{FE0F}3\u{200B}", "123", .invisible, "123", "12\u{FE0F}3"),
        Row("41\u{34F}11 \u{202E}11", "4111 11", .invisible, "4111 11", "41\u{34F}11 \u{202E}11"),
        Row(
            "hi \u{E0061}\u{E0040}\u{E0062}\u{E002E}\u{E0063}\u{E006F}", "hi a@b.co", .invisible, "a@b.co",
            "\u{E0061}\u{E0040}\u{E0062}\u{E002E}\u{E0063}\u{E006F}"),
        Row("al\u{E0061}ice@example.com", mail, .invisible, mail, "al\u{E0061}ice@example.com"),
        // Spaces, dashes, stops.
        Row(
            "4111\u{A0}1111\u{2009}1111\u{3000}1111", "4111 1111 1111 1111", .punctuation, "11 1111 11",
            "11\u{A0}1111\u{2009}11"),
        Row(
            "token:\u{A0}'x'\n\u{A0}\u{A0}\u{A0}y", "token: 'x'\n   y", .punctuation, ": 'x'\n   y",
            ":\u{A0}'x'\n\u{A0}\u{A0}\u{A0}y"),
        Row("123–45—6789", "123-45-6789", .punctuation, "123-45-6789", "123–45—6789"),
        Row("alice@example。com", mail, .punctuation, mail, "alice@example。com"),
        Row("4111·1111", "4111.1111", .punctuation, "1.1", "1·1"),
        Row("at：：1 and 1：：2", "at::1 and 1::2", .punctuation, "::2", "：：2"),
        Row("sk—proj—a1", "sk-proj-a1", .punctuation, "k-p", "k—p"),
        Row("'\u{200D}k1\u{200D}'", "'k1'", .invisible, "'k1", "'\u{200D}k1"),
        Row("12345678Ⓩ, T㊹", "12345678Z, T44", .compatibility, "8Z", "8Ⓩ"),
        Row("5\u{212A}1 \u{1CCF4}\u{16D75}", "5K1 45", [.compatibility, .digits], "45", "\u{1CCF4}\u{16D75}"),
        // Look-alikes.
        Row("НН АВ 1234", "HH AB 1234", .lookAlikes, "HH AB", "НН АВ"),
        Row("여권번호는 М789С1234입니다", "여권번호는 M789C1234입니다", .lookAlikes, "M789C", "М789С"),
        Row("06 Α 123", "06 A 123", .lookAlikes, "A", "Α"),
        Row("аlicе@exаmple.com", mail, .lookAlikes, mail, "аlicе@exаmple.com"),
        Row("GВ82 WЕSТ 1234", "GB82 WEST 1234", .lookAlikes, "GB82 WEST", "GВ82 WЕSТ"),
        Row("411111111111111О", "4111111111111110", .lookAlikes, "10", "1О"),
        Row("осх@ехо.com", "ocx@exo.com", .lookAlikes, "ocx@exo.com", "осх@ехо.com"),
        Row("СА 123456", "CA 123456", .lookAlikes, "CA 123456", "СА 123456"),
        // Escapes.
        Row("x=alice%40example%2Ecom&y", "x=\(mail)&y", .percent, mail, "alice%40example%2Ecom"),
        Row("J%C3%BCrgen %EF%BC%A0", "Jürgen @", [.percent, .compatibility], "ü", "%C3%BC"),
        Row("alice%u0040example.com", mail, .percent, "e@e", "e%u0040e"),
        Row("alice&#64;example&#x2E;com", mail, .html, mail, "alice&#64;example&#x2E;com"),
        Row("alice&commat;example&period;com", mail, .html, "@", "&commat;"),
        Row("4111&nbsp;1111", "4111 1111", [.html, .punctuation], "1 1", "1&nbsp;1"),
        Row("M&uuml;ller &#0000064 x", "Müller @ x", .html, "Müller", "M&uuml;ller"),
        Row(
            #"{"a":"alice\u0040example\x2ecom"}"#, #"{"a":"\#(mail)"}"#, .codeEscape, mail,
            #"alice\u0040example\x2ecom"#),
        Row(
            #"alice\100example\056com J\303\274rgen"#, "\(mail) Jürgen", .codeEscape, mail, #"alice\100example\056com"#),
        Row(#"alice\\u0040example\u{2E}com"#, mail, .codeEscape, mail, #"alice\\u0040example\u{2E}com"#),
        Row(#"\ud83d\ude00 \U00000040 \xc3\xa9 \xe9"#, "😀 @ é é", .codeEscape, "😀", #"\ud83d\ude00"#),
        Row("alice [at] example [dot] com", mail, .spelledMark, mail, "alice [at] example [dot] com"),
        Row("alice(AT)example{.}com", mail, .spelledMark, "@", "(AT)"),
        Row("alice (ät) example (punkt) com", mail, .spelledMark, "@", " (ät) "),
        Row("Ｆ． Ｓｃｈｎｅｉｄｅｒ", "F. Schneider", [.compatibility, .punctuation], "F. S", "Ｆ． Ｓ"),
        Row("Bj\u{F6}\u{200C}rn", "Bj\u{F6}rn", .invisible, "\u{F6}r", "\u{F6}\u{200C}r"),
        Row("①.②.③", "1.2.3", .compatibility, "1.2.3", "①.②.③"),
        Row("⁰.⁰ 3\u{301}4", "0.0 34", .compatibility, "34", "3\u{301}4"),
        Row("Shаnе М Сulр", "Shane M Culp", .lookAlikes, "M", "М"),
        // Joiners that belong to the writing stay.
        Row("می\u{200C}خواهم ４", "می\u{200C}خواهم 4", .digits, "4", "４"),
        Row("👩\u{200D}👧 ４", "👩\u{200D}👧 4", .digits, "4", "４"),
        // Nested.
        Row("alice%2540example.com", mail, .percent, "@", "%2540"),
        Row("alice&amp;#64;example.com", mail, .html, "@", "&amp;#64;"),
        Row(#"alice\u002540example.com"#, mail, [.codeEscape, .percent], "@", #"\u002540"#),
        Row("alice％４０example.com", mail, [.punctuation, .digits, .percent], "@", "％４０"),
        Row("alice%26%2364%3Bexample.com", mail, [.percent, .html], "e@", "e%26%2364%3B"),
        Row(
            "аlice%E2%80%8B%40example.com", mail, [.percent, .invisible, .lookAlikes], mail,
            "аlice%E2%80%8B%40example.com"),
    ]

    static func shadow(of text: String) -> ShadowText? {
        [UInt8](text.utf8).withUnsafeBufferPointer { ShadowText.make(of: $0) }
    }

    @Test(arguments: rows) func `a disguise is undone and mapped back exactly`(_ row: Row) throws {
        let shadow = try #require(Self.shadow(of: row.text))
        #expect(String(decoding: shadow.bytes, as: UTF8.self) == row.shadow)
        #expect(shadow.disguises == row.disguises)
        let range = try #require(Self.range(of: row.part, in: shadow.bytes))
        let original = [UInt8](row.text.utf8)
        #expect(String(decoding: original[shadow.originalRange(ofShadow: range)], as: UTF8.self) == row.original)
        #expect(shadow.isRewritten(range) == (row.part != row.original))
    }

    static let plain = [
        "", "Hello, world! 100% (really) & so on: 5 < 6, C:\\users\\xavier, \\d+ {x} [y].",
        "func f(at x: Int) -> [Int] { a[at] + b(dot) % 20 } // \"%d %s %5.2f\\n\" & 0xFF",
        #"regex (a)\1 \d{3} C:\users\1 \0 \999"#, "so it is—as always—his", "第①章：说明 ① 一 5㎏", "PDF\u{200C}ها را",
        "Könnte ich die Größe der Straße in m² haben? – Ja, für 10 € natürlich …",
        "„Grüße“, sagte Zoë; “it’s fine” — really.",
        "L’été, où est-ce ? À Étretat, bien sûr !", "Ciudad Ñuñoa, 1ª planta, nº 5. ¿Qué tal?",
        "Işık çok güzel, İstanbul'da.",
        "Привет, сор и рис! Вера Сомова пришла в СССР, а Ося — нет.", "Καλημέρα κόσμε, το τηλέφωνο και ο Νίκος.",
        "请联系我们的客服，谢谢！电话：在公司。他说「好的」", "東京タワーはどこですか。カード・ポイント", "오늘 회의는 어디서 하나요? ㅋㅋㅋ",
        "هذا نص عربي عادي، شكراً.", "می‌خواهم به خانه بروم", "हिन्दी में लिखा हुआ एक साधारण वाक्य।", "שלום עולם", "ไทยภาษา",
        "👨‍👩‍👧 ❤️ 🏳️‍🌈 family 🇩🇪", "\u{FEFF}with a byte order mark",
    ]

    @Test(arguments: plain) func `ordinary text is its own shadow`(_ text: String) {
        let shadow = Self.shadow(of: text)
        #expect(shadow == nil, "\(shadow.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "")")
    }

    static let prose = [
        "Мой номер паспорта ４５ в Москве, Анна", "Überweisung an Jürgen Größe: ４５", "البطاقة ٤٥ من فضلك", "कृपया ४५ देखें",
        "请看４５，谢谢。",
        "Élise Françoise ４５ là-bas", "ο Νίκος και η Ελένη ４５",
    ]

    @Test(arguments: prose) func `letters of other languages stay when something beside them is undone`(_ text: String)
        throws
    {
        let shadow = try #require(Self.shadow(of: text))
        let letters = { (text: String) in text.filter(\.isLetter) }
        #expect(letters(String(decoding: shadow.bytes, as: UTF8.self)) == letters(text))
        #expect(String(decoding: shadow.bytes, as: UTF8.self).contains("45"))
    }

    @Test func `malformed bytes are copied`() throws {
        // 0xD9 0x61 would be a digit if the second byte were taken for a continuation.
        let text: [UInt8] =
            [0xD9, 0x61, 0xFF, 0x31, 0xC2] + [UInt8]("%40 ".utf8) + [0xE2, 0x80, 0xF0, 0x9F, 0xED, 0xA0, 0x80]
        let shadow = try #require(text.withUnsafeBufferPointer { ShadowText.make(of: $0) })
        #expect(shadow.bytes == [0xD9, 0x61, 0xFF, 0x31, 0xC2, 0x40, 0x20, 0xE2, 0x80, 0xF0, 0x9F, 0xED, 0xA0, 0x80])
    }

    @Test func `an escaped control character stays`() {
        #expect(Self.shadow(of: #"a\u0000b %00 &#1; \x1b[0m %7F"#) == nil)
    }

    /// Where `part` stands first.
    static func range(of part: String, in bytes: [UInt8]) -> Range<Int>? {
        let part = [UInt8](part.utf8)
        guard !part.isEmpty, bytes.count >= part.count else { return nil }
        return (0...(bytes.count - part.count)).first { bytes[$0..<($0 + part.count)].elementsEqual(part) }
            .map { $0..<($0 + part.count) }
    }
}
