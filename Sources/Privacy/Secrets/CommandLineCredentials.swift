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
            memory.command = literal.upperBound
            memory.commandEnd = literal.upperBound
            return nil
        }
        guard let command = memory.command, literal.lowerBound - command <= Bounds.command,
            goesOn(from: memory.commandEnd, to: literal.lowerBound, in: text)
        else {
            memory.command = nil
            return nil
        }
        memory.commandEnd = literal.lowerBound
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

    /// Whether no other command begins: after `;`, `&&`, `|` and a space, or on a line of its own that is not indented.
    private static func goesOn(from start: Int, to end: Int, in text: ScannedText) -> Bool {
        guard start < end else { return true }
        for position in start..<end {
            let next = text.byte(position + 1)
            switch text.base[position] {
            case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"): if next == 0x20 { return false }
            case 0x0A:
                let isContinued = text.byte(position - 1) == UInt8(ascii: "\\")
                if !isContinued, next != 0x20, next != 0x09, next != UInt8(ascii: "-") { return false }
            default: continue
            }
        }
        return true
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
            if byte == UInt8(ascii: "`") { break }
            if Assignment.isQuote(byte) {
                if quote == 0 { quote = byte } else if quote == byte { quote = 0 }
            }
            if byte == UInt8(ascii: ":"), colon == nil { colon = position }
            position += 1
        }
        return (position, quote == 0 ? colon : nil)
    }
}
