/// A request's identifier as 16 bytes: `req_` and 32 hexadecimal digits, as the ledger writes it. Fingerprints are 16 bytes, too.
struct RequestKey: Hashable {
    var high: UInt64
    var low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `nil` for what is no identifier of a request.
    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count == 36, text[0] == 0x72, text[1] == 0x65, text[2] == 0x71, text[3] == 0x5F else { return nil }
        guard let high = Self.word(text, 4), let low = Self.word(text, 20) else { return nil }
        self.init(high: high, low: low)
    }

    init?(_ text: String) {
        var text = text.hasPrefix("req_") ? text : "req_" + text
        guard let key = text.withUTF8({ RequestKey(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = key
    }

    var text: String {
        func digits(_ word: UInt64) -> String {
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        return "req_" + digits(high) + digits(low)
    }

    private static func word(_ text: UnsafeRawBufferPointer, _ offset: Int) -> UInt64? {
        var word: UInt64 = 0
        for byte in text[offset..<offset + 16] {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x61...0x66: digit = byte - 0x57
            default: return nil
            }
            word = word << 4 | UInt64(digit)
        }
        return word
    }
}
