import Foundation
import PrivacyTesting

/// One way to write a text so that a program reads something else than a person or a model does.
struct EvasionTransform: Sendable {
    /// What the transform works on.
    enum Reach: Sendable {
        /// On the parts of the text, one by one.
        case text
        /// On the value alone, in its sentence.
        case value
        /// On the whole text as one.
        case whole
    }

    typealias Body = @Sendable (String, inout FuzzText.Random) -> String

    let name: String
    let reach: Reach
    let body: Body

    init(_ name: String, _ reach: Reach, _ body: @escaping Body) {
        self.name = name
        self.reach = reach
        self.body = body
    }

    /// Beyond what people expect of an inspection: of a form not every space is found.
    var isExtra: Bool { name.contains("as in a form") }
    /// Whether nothing is left of the characters.
    var isEncoding: Bool { name.contains("base64") || name.contains("hex") && !name.contains("HTML") }

    /// A text whose value stands between `before` and `after`, disguised; and where the value is now, in bytes. `nil` where the
    /// transform changes nothing.
    func apply(
        before: String, value: String, after: String, _ random: inout FuzzText.Random
    ) -> (text: [UInt8], range: Range<Int>)? {
        switch reach {
        case .value:
            let disguised = body(value, &random)
            guard disguised != value else { return nil }
            let start = before.utf8.count
            return (Array((before + disguised + after).utf8), start..<(start + disguised.utf8.count))
        case .whole:
            let disguised = Array(body(before + value + after, &random).utf8)
            return (disguised, 0..<disguised.count)
        case .text:
            let parts = [before, value, after].map { $0.isEmpty ? "" : body($0, &random) }
            guard parts != [before, value, after] else { return nil }
            let start = parts[0].utf8.count
            return (Array(parts.joined().utf8), start..<(start + parts[1].utf8.count))
        }
    }

    // MARK: Families

    private static func scalar(_ value: UInt32) -> String { Unicode.Scalar(value).map { String(Character($0)) } ?? "" }

    private static func mapping(_ map: @escaping @Sendable (Unicode.Scalar, inout FuzzText.Random) -> String) -> Body {
        { text, random in text.unicodeScalars.map { map($0, &random) }.joined() }
    }

    private static func flat(_ families: [[EvasionTransform]]) -> [EvasionTransform] { Array(families.joined()) }

    /// Both on the value and on the whole text.
    private static func both(_ name: String, _ body: @escaping Body) -> [EvasionTransform] {
        [EvasionTransform(name + ", value", .value, body), EvasionTransform(name + ", text", .text, body)]
    }

    /// All of it, by family.
    static let families: [(name: String, transforms: [EvasionTransform])] = [
        ("widths", widths), ("digits", digits), ("compatibility", compatibility), ("invisibles", invisibles),
        ("look-alikes", lookAlikes), ("spacing", spacing), ("percent", percent), ("HTML", html), ("code", code),
        ("encodings", encoded), ("nested", nested),
    ]

    static let widths: [EvasionTransform] = flat([
        both(
            "full-width",
            mapping { scalar, _ in
                (0x21...0x7E).contains(scalar.value) ? Self.scalar(scalar.value + 0xFEE0) : String(scalar)
            }),
        both(
            "full-width with ideographic spaces",
            mapping { scalar, _ in
                scalar == " "
                    ? "\u{3000}"
                    : (0x21...0x7E).contains(scalar.value) ? Self.scalar(scalar.value + 0xFEE0) : String(scalar)
            }),
    ])

    /// The zeros of all scripts.
    static let zeros: [UInt32] = (0x80...0x1FFFF as ClosedRange<UInt32>).filter { value in
        guard let properties = Unicode.Scalar(value)?.properties else { return false }
        return properties.generalCategory == .decimalNumber && properties.numericValue == 0
    }

    static let digits: [EvasionTransform] = flat([
        [
            EvasionTransform("digits of another script each text", .value) { text, random in
                let zero = zeros.randomElement(using: &random) ?? 0x660
                return text.unicodeScalars.map { digit($0, zero) }.joined()
            },
            EvasionTransform("digits of mixed scripts", .value) { text, random in
                text.unicodeScalars.map { digit($0, zeros.randomElement(using: &random) ?? 0x660) }.joined()
            },
            EvasionTransform("one digit of another script", .value) { text, random in
                one(of: text, { $0.properties.generalCategory == .decimalNumber }, &random) {
                    digit($0, zeros.randomElement(using: &$1) ?? 0x660)
                }
            },
        ]
    ])

    private static func digit(_ scalar: Unicode.Scalar, _ zero: UInt32) -> String {
        (0x30...0x39).contains(scalar.value) ? Self.scalar(scalar.value - 0x30 + zero) : String(scalar)
    }

    private static func one(
        of text: String, _ filter: (Unicode.Scalar) -> Bool, _ random: inout FuzzText.Random,
        _ map: (Unicode.Scalar, inout FuzzText.Random) -> String
    ) -> String {
        let scalars = Array(text.unicodeScalars)
        guard let place = scalars.indices.filter({ filter(scalars[$0]) }).randomElement(using: &random) else {
            return text
        }
        return scalars.indices.map { $0 == place ? map(scalars[$0], &random) : String(scalars[$0]) }.joined()
    }

    /// For each character of ASCII, all others whose compatibility mapping (NFKC) it is.
    static let compatible: [Unicode.Scalar: [Unicode.Scalar]] = {
        var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
        for value in 0x80...0x1FFFF as ClosedRange<UInt32> {
            guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned else { continue }
            let folded = String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars
            guard folded.count == 1, let first = folded.first, first.value < 0x80 else { continue }
            table[first, default: []].append(scalar)
        }
        return table
    }()

    /// Several characters that one stands for.
    static let ligatures: [(String, String)] = {
        var table: [(String, String)] = []
        for value in 0x80...0x1FFFF as ClosedRange<UInt32> {
            guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned else { continue }
            let folded = String(scalar).precomposedStringWithCompatibilityMapping
            guard folded.utf8.count > 1, folded.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { continue }
            table.append((folded, String(scalar)))
        }
        return table
    }()

    /// The capital A of alphabets in which small letters follow capitals; from U+1F000 on there are capitals only.
    private static let alphabetsOfLetters: [(String, UInt32)] = [
        ("bold", 0x1D400), ("italic sans", 0x1D608), ("bold script", 0x1D4D0), ("bold fraktur", 0x1D56C),
        ("monospace", 0x1D670), ("squared", 0x1F130), ("negative circled", 0x1F150), ("negative squared", 0x1F170),
        ("circled", 0x24B6),
    ]

    static let compatibility: [EvasionTransform] = flat([
        both(
            "compatibility forms at random",
            mapping { scalar, random in
                scalar == " "
                    ? " " : compatible[scalar]?.randomElement(using: &random).map(String.init) ?? String(scalar)
            }),
        [
            EvasionTransform("one compatibility form", .value) { text, random in
                one(of: text, { $0 != " " && compatible[$0] != nil }, &random) {
                    compatible[$0]?.randomElement(using: &$1).map(String.init) ?? String($0)
                }
            },
            EvasionTransform("ligatures", .value) { text, random in
                var text = text
                for (folded, ligature) in ligatures.shuffled(using: &random) {
                    text = text.replacingOccurrences(of: folded, with: ligature)
                }
                return text
            },
        ],
        [
            ("superscripts", "⁰¹²³⁴⁵⁶⁷⁸⁹"), ("subscripts", "₀₁₂₃₄₅₆₇₈₉"), ("circled digits", "⓪①②③④⑤⑥⑦⑧⑨"),
            ("dingbat digits", "🄋➀➁➂➃➄➅➆➇➈"), ("negative circled digits", "⓿❶❷❸❹❺❻❼❽❾"),
            ("double-struck digits", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡"),
            ("segmented digits", "🯰🯱🯲🯳🯴🯵🯶🯷🯸🯹"),
        ].map { name, digits in
            let digits = Array(digits.unicodeScalars)
            return EvasionTransform(
                name, .value,
                mapping { scalar, _ in
                    (0x30...0x39).contains(scalar.value) ? String(digits[Int(scalar.value) - 0x30]) : String(scalar)
                })
        },
        alphabetsOfLetters.map { (name: String, start: UInt32) -> EvasionTransform in
            EvasionTransform(
                "letters, " + name, .value,
                mapping { scalar, _ in
                    switch scalar.value {
                    case 0x41...0x5A: return Self.scalar(scalar.value - 0x41 + start)
                    case 0x61...0x7A where start < 0x1F000: return Self.scalar(scalar.value - 0x61 + 26 + start)
                    default: return String(scalar)
                    }
                })
        },
        [
            EvasionTransform(
                "keycaps", .value,
                mapping { scalar, _ in
                    (0x30...0x39).contains(scalar.value) ? String(scalar) + "\u{FE0F}\u{20E3}" : String(scalar)
                })
        ],
    ])

    /// Characters that show nothing.
    static let unseen: [String] = {
        var found: [String] = []
        for value in (0x80...0x1FFFF as ClosedRange<UInt32>).map({ $0 })
            + Array(0xE0000...0xE01EF as ClosedRange<UInt32>)
        {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            guard properties.isDefaultIgnorableCodePoint, properties.generalCategory != .unassigned else { continue }
            found.append(String(scalar))
        }
        return found
    }()

    private static let unseenMarks: [(String, [String])] = [
        ("zero-width spaces", ["\u{200B}"]), ("zero-width joiners", ["\u{200D}"]),
        ("zero-width non-joiners", ["\u{200C}"]), ("word joiners", ["\u{2060}"]),
        ("soft hyphens", ["\u{AD}"]), ("byte order marks", ["\u{FEFF}"]),
        ("variation selectors", ["\u{FE0F}", "\u{FE0E}", "\u{FE00}"]),
        ("supplementary selectors", ["\u{E0100}", "\u{E01EF}"]), ("direction marks", ["\u{200E}", "\u{200F}"]),
        (
            "bidi",
            [
                "\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}",
                "\u{2069}",
            ]
        ),
        ("grapheme joiners", ["\u{34F}"]), ("tags", ["\u{E0041}", "\u{E0001}", "\u{E007F}"]),
        ("invisible operators", ["\u{2061}", "\u{2062}", "\u{2063}", "\u{2064}"]),
        ("Mongolian selectors", ["\u{180B}", "\u{180E}"]),
        ("fillers", ["\u{115F}", "\u{1160}", "\u{3164}", "\u{FFA0}"]),
    ]

    static let invisibles: [EvasionTransform] = flat([
        unseenMarks.flatMap { (name: String, marks: [String]) -> [EvasionTransform] in
            both(name + " between all") { text, random in between(text, marks, 1, &random) }
                + [
                    EvasionTransform(name + ", one inside", .value) { text, random in
                        let scalars = Array(text.unicodeScalars)
                        guard scalars.count > 1 else { return text }
                        let place = Int.random(in: 1..<scalars.count, using: &random)
                        return scalars[..<place].map(String.init).joined() + (marks.randomElement(using: &random) ?? "")
                            + scalars[place...].map(String.init).joined()
                    },
                    EvasionTransform(name + " at both ends", .value) { text, random in
                        (marks.randomElement(using: &random) ?? "") + text + (marks.randomElement(using: &random) ?? "")
                    },
                ]
        },
        both("all that is unseen, here and there") { text, random in between(text, unseen, 3, &random) },
        [EvasionTransform("strokes", .value) { text, random in between(text, ["\u{336}", "\u{332}"], 1, &random) }],
    ])

    private static func between(
        _ text: String, _ marks: [String], _ every: Int, _ random: inout FuzzText.Random
    ) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if !result.isEmpty, Int.random(in: 0..<every, using: &random) == 0 {
                result += marks.randomElement(using: &random) ?? ""
            }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private static let cyrillic = table("aаcсeеoоpрxхyуiіjјsѕhһdԁqԛwԝAАBВEЕKКMМHНOОPРCСTТXХYУIІJЈSЅGԌQԚWԜZΖ")
    private static let greek = table("oοvνAΑBΒEΕZΖHΗIΙKΚMΜNΝOΟPΡTΤXΧYΥaαpρiιyγuυ")
    private static let armenian = table("oօnոhհuսgցqզfքOՕSՏUՍLԼjյ")
    private static let cherokee = table("DᎠRᎡTᎢiᎥYᎩAᎪJᎫEᎬWᎳMᎷHᎻGᏀhᏂZᏃVᏙbᏏLᏞCᏟPᏢKᏦBᏴSᏚ")

    private static func table(_ pairs: String) -> [Unicode.Scalar: Unicode.Scalar] {
        let scalars = Array(pairs.unicodeScalars)
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        for index in stride(from: 0, to: scalars.count - 1, by: 2) { table[scalars[index]] = scalars[index + 1] }
        return table
    }

    private static let alphabets: [(String, [Unicode.Scalar: Unicode.Scalar])] = [
        ("Cyrillic", cyrillic), ("Greek", greek), ("Armenian", armenian), ("Cherokee", cherokee),
    ]

    static let lookAlikes: [EvasionTransform] = flat([
        alphabets.flatMap { (name: String, table: [Unicode.Scalar: Unicode.Scalar]) -> [EvasionTransform] in
            both(name + " letters, all", mapping { scalar, _ in String(table[scalar] ?? scalar) })
                + [
                    EvasionTransform(name + " letters, half", .value) { text, random in
                        text.unicodeScalars.map { scalar in
                            String(Bool.random(using: &random) ? table[scalar] ?? scalar : scalar)
                        }.joined()
                    },
                    EvasionTransform(name + " letter, one", .value) { text, random in
                        one(of: text, { table[$0] != nil }, &random) { scalar, _ in String(table[scalar] ?? scalar) }
                    },
                ]
        }
    ])

    private static let spaces: [String] = (0x80...0x3000 as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
        .filter { $0.properties.generalCategory == .spaceSeparator }.map(String.init)
    private static let dashes = [
        "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2212}", "\u{FE58}", "\u{FE63}", "\u{FF0D}",
    ]

    static let spacing: [EvasionTransform] = flat([
        both("no-break spaces", mapping { scalar, _ in scalar == " " ? "\u{A0}" : String(scalar) }),
        both(
            "spaces of all kinds",
            mapping { scalar, random in
                scalar == " " ? spaces.randomElement(using: &random) ?? " " : String(scalar)
            }),
        both("no-break hyphens", mapping { scalar, _ in scalar == "-" ? "\u{2011}" : String(scalar) }),
        both(
            "dashes of all kinds",
            mapping { scalar, random in
                scalar == "-" ? dashes.randomElement(using: &random) ?? "-" : String(scalar)
            }),
        both("long dashes", mapping { scalar, _ in scalar == "-" ? "\u{2014}" : String(scalar) }),
        both(
            "no-break spaces and hyphens",
            mapping { scalar, _ in scalar == " " ? "\u{202F}" : scalar == "-" ? "\u{2011}" : String(scalar) }),
    ])

    // MARK: Escapes

    private static func bytes(_ format: String) -> Body {
        { text, _ in text.utf8.map { String(format: format, $0) }.joined() }
    }

    private static func escapedMarks(_ text: String, _ isForm: Bool) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            if isForm, byte == 0x20 { return "+" }
            return byte < 0x80 && (character.isLetter || character.isNumber || "_.-~".contains(character))
                ? String(character) : String(format: "%%%02X", byte)
        }.joined()
    }

    static let percent: [EvasionTransform] = flat([
        both("percent, all", bytes("%%%02X")),
        both("percent, all, small letters", bytes("%%%02x")),
        both("percent, as in a URL") { text, _ in escapedMarks(text, false) },
        both("percent, as in a form") { text, _ in escapedMarks(text, true) },
        both("percent, half") { text, random in
            text.utf8.map { byte in
                byte >= 0x80 || Bool.random(using: &random)
                    ? String(format: "%%%02X", byte) : Self.scalar(UInt32(byte))
            }.joined()
        },
        both("percent u", mapping { scalar, _ in String(format: "%%u%04x", scalar.value) }),
    ])

    private static let entities: [Unicode.Scalar: String] = [
        "@": "commat", ".": "period", ":": "colon", "/": "sol", "-": "hyphen", "_": "lowbar", "#": "num", "+": "plus",
        " ": "nbsp", "(": "lpar", ")": "rpar", "=": "equals", "&": "amp", "\"": "quot", "'": "apos", ",": "comma",
        ";": "semi", "%": "percnt", "$": "dollar", "*": "ast", "!": "excl", "?": "quest", "[": "lsqb", "]": "rsqb",
        "\\": "bsol", "|": "vert", "{": "lcub", "}": "rcub", "<": "lt", ">": "gt",
    ]

    static let html: [EvasionTransform] = flat([
        both("HTML, decimal", mapping { scalar, _ in "&#\(scalar.value);" }),
        both("HTML, decimal, zeros in front", mapping { scalar, _ in String(format: "&#%06d;", scalar.value) }),
        both("HTML, hexadecimal", mapping { scalar, _ in String(format: "&#x%x;", scalar.value) }),
        both("HTML, hexadecimal, capitals", mapping { scalar, _ in String(format: "&#X%02X;", scalar.value) }),
        both("HTML, named", mapping { scalar, _ in entities[scalar].map { "&\($0);" } ?? String(scalar) }),
        [
            EvasionTransform("HTML, without semicolons", .value, mapping { scalar, _ in "&#\(scalar.value)" }),
            EvasionTransform(
                "HTML, half", .value,
                mapping { scalar, random in
                    Bool.random(using: &random) ? "&#\(scalar.value);" : String(scalar)
                }),
        ],
    ])

    static let code: [EvasionTransform] = flat([
        both(
            "\\u", mapping { scalar, _ in String(scalar).utf16.map { String(format: "\\u%04x", $0) }.joined() }),
        both("\\u{}", mapping { scalar, _ in String(format: "\\u{%x}", scalar.value) }),
        both("\\U", mapping { scalar, _ in String(format: "\\U%08X", scalar.value) }),
        both("\\x", bytes("\\x%02x")),
        both("octal", bytes("\\%03o")),
        both(
            "octal of marks and digits",
            mapping { scalar, _ in
                scalar.value < 0x80 && !scalar.properties.isAlphabetic
                    ? String(format: "\\%03o", scalar.value) : String(scalar)
            }),
    ])

    // MARK: Encodings

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static func urlBase64(_ text: String) -> String {
        base64(text).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func hex(_ text: String) -> String { text.utf8.map { String(format: "%02x", $0) }.joined() }

    private static func joined(_ text: String, _ separator: String) -> String {
        text.utf8.map { String(format: "%02x", $0) }.joined(separator: separator)
    }

    private static func lines(_ text: String, _ length: Int, _ end: String) -> String {
        var lines: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return lines.joined(separator: end)
    }

    /// Whole texts are one unit.
    private static func whole(_ name: String, _ body: @escaping @Sendable (String) -> String) -> [EvasionTransform] {
        [
            EvasionTransform(name + ", value", .value) { text, _ in body(text) },
            EvasionTransform(name + ", whole", .whole) { text, _ in body(text) },
        ]
    }

    static let encoded: [EvasionTransform] = flat([
        whole("base64") { base64($0) },
        whole("base64 without padding") { base64($0).replacing("=", with: "") },
        whole("base64 for URLs") { urlBase64($0) },
        whole("base64 for URLs, padded") { base64($0).replacing("+", with: "-").replacing("/", with: "_") },
        whole("base64 in lines of 76") { lines(base64($0), 76, "\r\n") },
        whole("base64 in lines of 64") { lines(base64($0), 64, "\n") },
        whole("base64 in a data URL") { "data:text/plain;base64," + base64($0) },
        whole("hex") { hex($0) },
        whole("hex in capitals") { hex($0).uppercased() },
        whole("hex after 0x") { "0x" + hex($0) },
        whole("hex with spaces") { joined($0, " ") },
        whole("hex with colons") { joined($0, ":") },
        whole("hex with hyphens") { joined($0, "-") },
        whole("hex in capitals with spaces") { joined($0, " ").uppercased() },
        whole("hex bytes with commas") { "0x" + joined($0, ", 0x") },
    ])

    static let nested: [EvasionTransform] = flat([
        whole("base64 of base64") { base64(base64($0)) },
        whole("hex of base64") { hex(base64($0)) },
        whole("base64 of hex") { base64(hex($0)) },
        whole("hex of hex") { hex(hex($0)) },
        whole("base64 of percent") { base64($0.utf8.map { String(format: "%%%02X", $0) }.joined()) },
        whole("base64 of full-width") { text in
            base64(
                text.unicodeScalars.map {
                    (0x21...0x7E).contains($0.value) ? Self.scalar($0.value + 0xFEE0) : String($0)
                }.joined())
        },
        whole("percent of base64") { base64($0).utf8.map { String(format: "%%%02X", $0) }.joined() },
        whole("percent of the marks of base64") { escapedMarks(base64($0), false) },
        whole("HTML of base64") { base64($0).unicodeScalars.map { "&#\($0.value);" }.joined() },
        whole("percent of percent") { text in
            text.utf8.map { String(format: "%%25%02X", $0) }.joined()
        },
        whole("HTML of percent") { text in
            text.utf8.map { String(format: "&#37;%02X", $0) }.joined()
        },
        whole("\\u of percent") { text in text.utf8.map { String(format: "\\u0025%02X", $0) }.joined() },
        whole("HTML of HTML") { text in text.unicodeScalars.map { "&amp;#\($0.value);" }.joined() },
    ])
}
