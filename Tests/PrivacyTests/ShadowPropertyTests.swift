import Foundation
import Glibc
import Testing

@testable import Privacy

/// Random texts with values in them that went through a random chain of disguises.
@Suite struct ShadowPropertyTests {
    /// Xorshift: the same in every run.
    static func step(_ state: inout UInt64) -> UInt8 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 24)
    }

    struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            var number: UInt64 = 0
            for _ in 0..<8 { number = number << 8 | UInt64(ShadowPropertyTests.step(&state)) }
            return number
        }
    }

    typealias Disguise = @Sendable (String, inout Generator) -> String

    static func mapping(_ map: @escaping @Sendable (Unicode.Scalar, inout Generator) -> String) -> Disguise {
        { text, generator in text.unicodeScalars.map { map($0, &generator) }.joined() }
    }

    static func scalar(_ value: UInt32) -> String { Unicode.Scalar(value).map { String(Character($0)) } ?? "" }

    /// Applied to characters: these come first in a chain.
    static let characters: [(String, Disguise)] = [
        (
            "full-width",
            mapping { scalar, _ in
                (0x21...0x7E).contains(scalar.value) ? Self.scalar(scalar.value + 0xFEE0) : String(scalar)
            }
        ),
        (
            "digits",
            mapping { scalar, generator in
                let zeros: [UInt32] = [0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10, 0x1D7CE, 0x104A0]
                let zero = zeros.randomElement(using: &generator) ?? 0x660
                return (0x30...0x39).contains(scalar.value) ? Self.scalar(scalar.value - 0x30 + zero) : String(scalar)
            }
        ),
        (
            "mathematical",
            mapping { scalar, _ in
                switch scalar.value {
                case 0x61...0x7A: Self.scalar(scalar.value - 0x61 + 0x1D41A)
                case 0x41...0x5A: Self.scalar(scalar.value - 0x41 + 0x1D400)
                default: String(scalar)
                }
            }
        ),
        (
            "look-alikes",
            mapping { scalar, generator in
                let alike: [Unicode.Scalar: String] = [
                    "a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "y": "у", "A": "А", "B": "В", "E": "Е",
                    "H": "Н",
                    "O": "О", "T": "Т", "i": "і", "s": "ѕ", "j": "ј",
                ]
                return Bool.random(using: &generator) ? alike[scalar] ?? String(scalar) : String(scalar)
            }
        ),
        ("spaces", mapping { scalar, _ in scalar == " " ? "\u{A0}" : scalar == "-" ? "\u{2011}" : String(scalar) }),
    ]

    /// Between or instead of characters.
    static let insertions: [(String, Disguise)] = [
        (
            "zero-width",
            between { ["\u{200B}", "\u{2060}", "\u{FEFF}", "\u{AD}", "\u{200D}"].randomElement(using: &$0) ?? "" }
        ),
        ("selectors", between { ["\u{FE0F}", "\u{34F}", "\u{200E}", "\u{E0100}"].randomElement(using: &$0) ?? "" }),
    ]

    static func between(_ insert: @escaping @Sendable (inout Generator) -> String) -> Disguise {
        { text, generator in
            var result = ""
            for scalar in text.unicodeScalars {
                if !result.isEmpty, Bool.random(using: &generator) { result += insert(&generator) }
                result.unicodeScalars.append(scalar)
            }
            return result
        }
    }

    static let escapes: [(String, Disguise)] = [
        (
            "percent",
            { text, generator in
                text.utf8.map { byte in
                    byte >= 0x80 || Bool.random(using: &generator)
                        ? String(format: "%%%02X", byte) : Self.scalar(UInt32(byte))
                }.joined()
            }
        ),
        (
            "html",
            mapping { scalar, generator in
                Bool.random(using: &generator) ? "&#\(scalar.value);" : "&#x\(String(scalar.value, radix: 16));"
            }
        ),
        (
            "\\u",
            mapping { scalar, _ in
                String(Character(scalar)).utf16.map { String(format: "\\u%04x", $0) }.joined()
            }
        ),
        ("\\U", mapping { scalar, _ in String(format: "\\U%08x", scalar.value) }),
    ]

    static let values = [
        "alice@example.com", "4111 1111 1111 1111", "GB82WEST12345698765432", "123-45-6789", "AKIAIOSFODNN7EXAMPLE",
        "+49 170 1234567", "Bob.Stone+x@mail.example.org", "192.168.17.254",
    ]
    static let surroundings = [
        "please write to ", " and then ", "; card: ", "Grüße an ", "Телефон клиента: ", "电话", " — ", "\n", "الرقم ",
        "\u{FFFD}", "✅ ",
    ]

    @Test func `a disguised value reappears and is mapped to exactly itself`() throws {
        var generator = Generator(state: 0x9E37_79B9_7F4A_7C15)
        for number in 0..<10_000 {
            let value = try #require(Self.values.randomElement(using: &generator))
            var disguised = value
            var chain: [String] = []
            for family in [Self.characters, Self.insertions, Self.escapes] where Bool.random(using: &generator) {
                let (name, disguise) = try #require(family.randomElement(using: &generator))
                disguised = disguise(disguised, &generator)
                chain.append(name)
            }
            if chain.isEmpty || chain.last == "percent" && Bool.random(using: &generator) {
                disguised = disguised.utf8.map { String(format: "%%%02x", $0) }.joined()
                chain.append("percent of all")
            }
            let before = (0..<3).map { _ in Self.surroundings.randomElement(using: &generator) ?? "" }.joined() + " "
            let after = " " + (0..<3).map { _ in Self.surroundings.randomElement(using: &generator) ?? "" }.joined()
            let text = [UInt8]((before + disguised + after).utf8)
            if disguised == value { continue }
            let shadow = text.withUnsafeBufferPointer { ShadowText.make(of: $0) }
            let bytes = shadow?.bytes ?? text
            guard let range = ShadowTextTests.range(of: value, in: bytes) else {
                Issue.record(
                    "\(number): \(chain) hid `\(value)` in `\(disguised)`: `\(String(decoding: bytes, as: UTF8.self))`")
                return
            }
            let start = before.utf8.count
            let original = shadow?.originalRange(ofShadow: range)
            guard original == start..<(start + disguised.utf8.count) else {
                Issue.record("\(number): \(chain) of `\(value)`: \(String(describing: original)), start \(start)")
                return
            }
        }
    }

    /// Bytes of which disguises are made.
    static let pieces: [[UInt8]] =
        [
            "%", "&", "&#", "x", ";", "\\", "u", "U", "{", "}", "(", "at", ")", "[", "]", " ", "4", "0", "f", "a", "=",
            "\r", "\n", "@", ".",
            "\u{200B}", "\u{200D}", "\u{FE0F}", "\u{E0041}", "а", "О", "к", "ж", "é", "\u{301}", "\u{336}", "①", "４",
            "。", "–", "\u{A0}", "ﷺ",
            "&amp", "&nbsp;", "%25", "\\u00", "QUJDREVGR0g", "6162636465666768", "\u{1F3F4}", "𝐚",
        ].map { [UInt8]($0.utf8) } + [[0xFF], [0xC2], [0xE2, 0x80], [0xF0, 0x9F], [0xED, 0xA0, 0x80], [0x80], [0]]

    @Test func `no bytes trap, and each range maps into the text in order`() {
        var generator = Generator(state: 42)
        for number in 0..<4_000 {
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<60, using: &generator) {
                text +=
                    number % 4 == 0 ? [Self.step(&generator.state)] : Self.pieces.randomElement(using: &generator) ?? []
            }
            text.withUnsafeBufferPointer { text in
                var end = 0
                for hidden in HiddenText.all(in: text, TextSurvey(text)) {
                    #expect(hidden.range.lowerBound >= end && hidden.range.upperBound <= text.count)
                    #expect(hidden.bytes.count <= hidden.range.count)
                    end = hidden.range.upperBound
                }
                guard let shadow = ShadowText.make(of: text) else { return }
                let count = shadow.bytes.count
                var last = 0
                for place in 0..<count {
                    let range = shadow.originalRange(ofShadow: place..<(place + 1))
                    guard range.lowerBound >= last, range.upperBound <= text.count, !range.isEmpty else {
                        Issue.record("\(number): byte \(place) maps to \(range) after \(last) in \(Array(text))")
                        return
                    }
                    last = range.lowerBound
                    _ = shadow.isRewritten(place..<(place + 1))
                }
                _ = shadow.originalRange(ofShadow: count..<count)
                if count > 0 { #expect(shadow.originalRange(ofShadow: 0..<count).upperBound <= text.count) }
            }
        }
    }

    static let worst = [
        "\\", "&", "%2", "(", "( ", "[at", "а", "аb ", "а ", "\u{200D}", "\u{E0041}", "&#0", "=", "QUJD",
        "QUJDREVGR0hJSktMTU5P/", "YWJjZGVmZ2j/", "4", "6162",
        "34 ", "0x34, ", "3431 ", "a+", "1+", "A1", "aB", "data:base64,", "\\101", "\u{2014}a", "НН ", "①",
        "%25", "４", "\u{A0}1", "\u{301}", "/", "QUJDREVGR0hJSktMTU5PQUJDREVGR0hJSktMTU5PQUJDREVG\n",
    ]

    static func threadTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    @Test(arguments: worst) func `the time is linear in the text`(_ piece: String) {
        /// The thread's own time in nanoseconds: other tests run beside this one.
        func time(_ count: Int) -> UInt64 {
            let text = [UInt8](String(repeating: piece, count: count / piece.utf8.count).utf8)
            return text.withUnsafeBufferPointer { text in
                let start = Self.threadTime()
                _ = ShadowText.make(of: text)
                _ = ShadowText.decodingHidden(in: text)
                return Self.threadTime() - start
            }
        }
        _ = time(1_000)
        let short = max(time(3_000), 100_000)
        // Sixteen times the text; a quadratic step would take 256 times as long.
        #expect(time(48_000) < short * 100)
    }
}
