/// How far a value looks made by chance, and not by a person who wrote an example, a name or a reference.
enum Randomness {
    /// Bytes that entropy is taken of; more would say no more.
    private static let sample = 256

    /// Shannon's entropy in bits a byte.
    static func entropy(_ range: Range<Int>, in text: ScannedText) -> Double {
        let end = min(range.upperBound, range.lowerBound + sample)
        guard end > range.lowerBound else { return 0 }
        var counts = InlineArray<256, UInt16>(repeating: 0)
        for position in range.lowerBound..<end { counts[Int(text.base[position])] += 1 }
        let total = Double(end - range.lowerBound)
        var bits = 0.0
        for count in 0..<256 where counts[count] > 0 {
            let part = Double(counts[count])
            bits += part * Logarithm.base2(total / part)
        }
        return bits / total
    }

    /// What kinds of bytes there are.
    struct Makeup {
        var digits = 0
        var lowers = 0
        var uppers = 0
        /// Printable ASCII that is neither.
        var symbols = 0
        /// Control bytes and bytes beyond ASCII.
        var others = 0

        var letters: Int { lowers + uppers }

        init(_ range: Range<Int>, in text: ScannedText) {
            for position in range {
                switch text.base[position] {
                case 0x30...0x39: digits += 1
                case 0x61...0x7A: lowers += 1
                case 0x41...0x5A: uppers += 1
                case 0x21...0x7E: symbols += 1
                default: others += 1
                }
            }
        }
    }

    /// Parts of words that only examples have.
    private static let placeholders: [[UInt8]] = [
        "example", "xxxxxx", "placeholder", "changeme", "change_me", "change-me", "your-", "your_", "redacted", "_here",
        "-here", "insert_", "replace_", "abcdefghijklm", "......",
    ].map { [UInt8]($0.utf8) }

    /// `EXAMPLE` of AWS's documentation, `xoxb-your-token`.
    static func hasPlaceholder(_ range: Range<Int>, in text: ScannedText) -> Bool {
        let end = min(range.upperBound, range.lowerBound + sample)
        for start in range.lowerBound..<end {
            let first = text.lowercased(start)
            for word in placeholders where word[0] == first && start + word.count <= range.upperBound {
                var offset = 1
                while offset < word.count, text.lowercased(start + offset) == word[offset] { offset += 1 }
                if offset == word.count { return true }
            }
        }
        return false
    }

    /// Whether bytes follow each other in order for long, as in `0123456789abcdef`.
    static func isSequential(_ range: Range<Int>, in text: ScannedText) -> Bool {
        var run = 1
        for position in range.dropFirst() {
            run = text.base[position] == text.base[position - 1] &+ 1 ? run + 1 : 1
            if run >= 9 { return true }
        }
        return false
    }
}

/// The binary logarithm, without a C library.
enum Logarithm {
    /// For arguments from 1 on, to 1e-6.
    static func base2(_ value: Double) -> Double {
        guard value > 1 else { return 0 }
        var fraction = value.significand
        var result = Double(value.exponent)
        var bit = 0.5
        for _ in 0..<20 {
            fraction *= fraction
            if fraction >= 2 {
                fraction /= 2
                result += bit
            }
            bit /= 2
        }
        return result
    }
}
