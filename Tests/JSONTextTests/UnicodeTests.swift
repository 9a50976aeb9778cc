import JSONText
import Testing

struct UnicodeTests {
    @Test func `every character of Unicode is read as it is`() throws {
        var text: [UInt8] = [0x22]
        var content: [UInt8] = []
        for value in 0x20...0x10FFFF as ClosedRange<UInt32> {
            guard let scalar = Unicode.Scalar(value), scalar != "\"", scalar != "\\" else { continue }
            content.append(contentsOf: UTF8.encode(scalar) ?? .init())
        }
        text += content + [0x22]
        let value = try JSONDocument(parsing: text).root
        #expect(value.decodedUTF8() == content)
        #expect(value.contentRange == 1..<text.count - 1)
    }

    @Test func `every character of Unicode is read from its escape`() throws {
        for value in 0...0x10FFFF as ClosedRange<UInt32> where value < 0x3000 || value % 37 == 0 || value > 0x10FF00 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            var text: [UInt8] = [0x22]
            for unit in UTF16.encode(scalar) ?? .init() {
                let digits = String(unit, radix: 16, uppercase: value % 2 == 0)
                text += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
            text.append(0x22)
            let decoded = try JSONDocument(parsing: text).root.decodedUTF8()
            if decoded != Array(UTF8.encode(scalar) ?? .init()) { Issue.record("U+\(String(value, radix: 16))") }
        }
    }

    @Test func `bytes are UTF-8 to the reader exactly if they are to Swift`() {
        // All second bytes after every first byte, with thirds and fourths at the borders of the table, at two alignments.
        let borders: [UInt8] = [0x00, 0x20, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF]
        var wrong = 0
        func check(_ bytes: [UInt8]) {
            guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) else { return }
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            if (reason([0x22] + bytes + [0x22]) == nil) != isValid { wrong += 1 }
            let long = [0x22] + Array("plain ascii".utf8) + bytes + Array("and more of it".utf8) + [0x22]
            if (reason(long) == nil) != isValid { wrong += 1 }
        }
        for first in 0x80...0xFF as ClosedRange<UInt8> {
            check([first])
            for second in 0x20...0xFF as ClosedRange<UInt8> {
                check([first, second])
                guard first >= 0xE0 else { continue }
                for third in borders {
                    check([first, second, third])
                    guard first >= 0xF0, second >= 0x70 else { continue }
                    for fourth in borders { check([first, second, third, fourth]) }
                }
            }
        }
        #expect(wrong == 0)
    }

    @Test func `a quote inside a cut character does not end the string`() {
        #expect(reason([0x22, 0xE2, 0x82, 0x22]) == .invalidUTF8)
        #expect(reason([0x22, 0xF0, 0x9F, 0x98]) == .invalidUTF8)
        #expect(reason([0x22, 0xC3]) == .invalidUTF8)
    }

    @Test func `every byte at every place of a long string is found`() {
        for length in 0..<40 {
            for place in 0..<length {
                for (byte, expected) in [
                    (0x1F, JSONSyntaxError.Reason.controlCharacter), (0x00, .controlCharacter), (0xFF, .invalidUTF8),
                    (0x22, .trailingBytes),
                ] as [(UInt8, JSONSyntaxError.Reason)] {
                    var text = [0x22] + [UInt8](repeating: 0x61, count: length) + [0x22]
                    text[place + 1] = byte
                    if reason(text) != expected { Issue.record("\(byte) at \(place) of \(length)") }
                }
                for byte in [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F] as [UInt8] {
                    var text = [0x22] + [UInt8](repeating: 0x61, count: length) + [0x22]
                    text[place + 1] = byte
                    if reason(text) != nil { Issue.record("\(byte) at \(place) of \(length)") }
                }
            }
        }
    }
}
