/// `curl -u user:password`, `curl --user "user:password"`.
enum CommandLineCredentials {
    private enum Bounds {
        /// How far after its name a command goes on.
        static let command = 2_048
        static let word = 256
        static let shortestPassword = 3
    }

    /// The shell's word after `-u` or `--user`, with its quotes, if `curl` stands before it.
    static func span(
        after literal: Range<Int>, _ memory: inout SecretDetector.Memory, in text: ScannedText
    ) -> Range<Int>? {
        if text.beginsCaseless("curl", at: literal.lowerBound) {
            memory.commandEnd = literal.upperBound
            return nil
        }
        guard memory.commandEnd >= 0, literal.lowerBound - memory.commandEnd <= Bounds.command else { return nil }
        var start = literal.upperBound
        guard text.byte(start) == 0x20 || text.byte(start) == UInt8(ascii: "=") else { return nil }
        while text.byte(start) == 0x20 || text.byte(start) == UInt8(ascii: "="), start < literal.upperBound + 6 {
            start += 1
        }
        let (end, colon) = word(from: start, in: text)
        guard let colon else { return nil }
        var (first, last) = (colon + 1, end)
        while first < last, Assignment.isQuote(text.base[first]) || text.base[first] == UInt8(ascii: "\\") {
            first += 1
        }
        while last > first, Assignment.isQuote(text.base[last - 1]) || text.base[last - 1] == UInt8(ascii: "\\") {
            last -= 1
        }
        guard last - first >= Bounds.shortestPassword, !URLCredentials.isPlaceholder(first..<last, in: text),
            Randomness.entropy(first..<last, in: text) >= 1.5
        else { return nil }
        return start..<end
    }

    /// To the space that no quote encloses, and the first colon.
    private static func word(from start: Int, in text: ScannedText) -> (end: Int, colon: Int?) {
        var position = start
        var quote: UInt8 = 0
        var colon: Int?
        let limit = min(text.count, start + Bounds.word)
        while position < limit {
            let byte = text.base[position]
            if byte == 0x0A { break }
            if quote == 0, byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ";") { break }
            if Assignment.isQuote(byte) {
                if quote == 0 { quote = byte } else if quote == byte { quote = 0 }
            }
            if byte == UInt8(ascii: ":"), colon == nil { colon = position }
            position += 1
        }
        return (position, quote == 0 ? colon : nil)
    }
}
