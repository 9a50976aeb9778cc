/// Values that a name calls a key, token or password and that look like one, whoever issued them.
enum GenericSecret {
    private enum Bounds {
        static let shortestKey = 10
        static let shortestPassword = 6
        static let longestPassword = 128
    }

    private static let keyScore = 75
    private static let passwordScore = 70
    private static let keyBytes = ByteSet("A-Za-z0-9_.=+/~-")

    /// What names before this one had judged.
    ///
    /// In `password=password=…` without a space each name's value is all that follows. The end that the first one found is the others',
    /// too; and of these few are read to it, so that a byte is read a bounded number of times.
    struct Judged {
        /// Where the last value begins; `apiSecretKey` asks for it three times.
        fileprivate var start = -1
        /// The last unquoted value that is not inside another, without its last bytes if it was cut off.
        fileprivate var outer = 0..<0
        /// Where that one's word ends.
        fileprivate var outerEnd = 0
        /// Whether it was taken: what is inside needs no finding of its own.
        fileprivate var isTaken = false
        /// How many values inside were judged at their full length.
        fileprivate var inner = 0

        fileprivate enum Bounds {
            /// Values inside another that are judged at any length, and the length of those that always are.
            static let inner = 2
            static let innerValue = 128
        }
    }

    /// What a name and its value are together; `nil` if they are no secret.
    static func candidate(_ assignment: Assignment, _ judged: inout Judged, in text: ScannedText) -> Candidate? {
        guard assignment.hasSign, judged.start != assignment.start else { return nil }
        judged.start = assignment.start
        guard assignment.quote == 0, judged.outer.contains(assignment.start) else {
            let value = extent(assignment, in: text)
            let found = value.flatMap { candidate(assignment, $0, in: text) }
            if assignment.quote == 0, let value { judged.note(value, isTaken: found != nil) }
            return found
        }
        guard !judged.isTaken, let value = judged.value(from: assignment.start) else { return nil }
        return candidate(assignment, value, in: text)
    }

    private static func candidate(
        _ assignment: Assignment, _ value: Range<Int>, in text: ScannedText
    ) -> Candidate? {
        let words = NameWords(assignment.name, in: text)
        guard !words.namesOther, words.namesPassword || words.namesCredential,
            !isReference(value, assignment, in: text)
        else { return nil }
        if words.namesPassword, isPassword(value, assignment, in: text) {
            return candidate(value, passwordScore, .genericPassword)
        }
        return isKey(value, in: text) ? candidate(value, keyScore, .genericKey) : nil
    }

    private static func candidate(_ value: Range<Int>, _ score: Int, _ special: SecretFormat.Special) -> Candidate {
        Candidate(.secret, value.lowerBound, value.upperBound, score: score, variant: special.variant)
    }

    /// To the closing quote; without one to what ends a word.
    private static func extent(_ assignment: Assignment, in text: ScannedText) -> Range<Int>? {
        let start = assignment.start
        let limit = min(text.count, start + Assignment.Bounds.value)
        var end = start
        while end < limit {
            let byte = text.base[end]
            if byte <= 0x20 || byte == UInt8(ascii: "\\") || Assignment.isQuote(byte) { break }
            if assignment.quote == 0, isEnd(byte) { break }
            end += 1
        }
        // A quoted value with a space in it is a phrase; one that a quote does not close is cut off.
        if assignment.quote != 0 {
            let closer = text.byte(end) == UInt8(ascii: "\\") ? text.byte(end + 1) : text.byte(end)
            guard closer == assignment.quote || end == text.count || text.byte(end) == 0x0A else { return nil }
        } else {
            // The full stop of a sentence.
            while end > start, text.byte(end - 1) == UInt8(ascii: ".") || text.byte(end - 1) == UInt8(ascii: ":") {
                end -= 1
            }
        }
        return end > start ? start..<end : nil
    }

    private static func isEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"),
            UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "|"):
            true
        default: false
        }
    }

    /// `${TOKEN}`, `$TOKEN`, `%TOKEN%`, `{{ token }}`, `<token>`, `getToken()`, `settings[…]`, `secrets.token1`, `/run/secrets/x`.
    private static func isReference(_ value: Range<Int>, _ assignment: Assignment, in text: ScannedText) -> Bool {
        let first = text.base[value.lowerBound]
        let last = text.base[value.upperBound - 1]
        switch first {
        case UInt8(ascii: "<"), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "*"): return true
        case UInt8(ascii: "%"): if last == first { return true }
        case UInt8(ascii: "$"):
            if text.byte(value.lowerBound + 1) == UInt8(ascii: "{")
                || text.byte(value.lowerBound + 1) == UInt8(ascii: "(")
            {
                return true
            }
            if value.dropFirst().allSatisfy({
                text.has($0, ByteClass.alphanumeric) || text.base[$0] == UInt8(ascii: "_")
            }) {
                return true
            }
        case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "&"): return true
        default: break
        }
        var position = value.lowerBound
        while position < value.upperBound {
            let byte = text.base[position]
            if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
                // Calls and subscripts; in quotes they may be part of a password, but not after `$` or `{`.
                let before = text.byte(position - 1)
                if assignment.quote == 0 || before == UInt8(ascii: "$") || before == UInt8(ascii: "{")
                    || before == UInt8(ascii: "#")
                {
                    return true
                }
            }
            if byte == UInt8(ascii: ":"), text.begins("://", at: position) { return true }
            position += 1
        }
        // What follows an unquoted word: a call, a subscript.
        if assignment.quote == 0, text.byte(value.upperBound) == UInt8(ascii: "(") { return true }
        return Randomness.hasPlaceholder(value, in: text)
    }

    private static func isKey(_ value: Range<Int>, in text: ScannedText) -> Bool {
        guard value.count >= Bounds.shortestKey, value.allSatisfy({ keyBytes.contains(text.base[$0]) }) else {
            return false
        }
        let makeup = Randomness.Makeup(value, in: text)
        guard makeup.digits > 0, makeup.letters > 0 else { return false }
        let isHexadecimal = value.allSatisfy {
            text.has($0, ByteClass.hexadecimal) || text.base[$0] == UInt8(ascii: "-")
        }
        // Sixteen digits have at most four bits each.
        let least = isHexadecimal && value.count >= 32 ? 3.1 : 3.5
        guard Randomness.entropy(value, in: text) >= least, !Randomness.isSequential(value, in: text),
            !isVersionOrName(value, makeup, in: text), !StopWords.stand(in: value, of: text)
        else { return false }
        return true
    }

    /// `1.7.8`, `jjwt-jackson-0.11.2`, `X25519.KeyPair`, `prod-eu-1`: most between the marks are words or numbers.
    private static func isVersionOrName(
        _ value: Range<Int>, _ makeup: Randomness.Makeup, in text: ScannedText
    ) -> Bool {
        var parts = 0
        var named = 0
        var numbersInRow = 0
        var position = value.lowerBound
        while position < value.upperBound {
            let first = position
            var digits = 0
            var letters = 0
            while position < value.upperBound, text.has(position, ByteClass.alphanumeric) {
                if text.has(position, ByteClass.digit) { digits += 1 } else { letters += 1 }
                position += 1
            }
            if position > first {
                parts += 1
                if digits == 0 || letters == 0 { named += position - first }
                numbersInRow = letters == 0 && digits <= 4 ? numbersInRow + 1 : 0
                if numbersInRow == 3, text.byte(first - 1) == UInt8(ascii: ".") { return true }
            }
            position += 1
        }
        return parts >= 2 && named * 5 >= (makeup.letters + makeup.digits) * 3
    }

    private static func isPassword(_ value: Range<Int>, _ assignment: Assignment, in text: ScannedText) -> Bool {
        guard value.count >= Bounds.shortestPassword, value.count <= Bounds.longestPassword else { return false }
        let makeup = Randomness.Makeup(value, in: text)
        guard makeup.others == 0, makeup.letters > 0, makeup.digits > 0 || makeup.symbols > 0 else { return false }
        guard Randomness.entropy(value, in: text) >= 2.2 else { return false }
        if assignment.quote != 0 {
            // `"new-password"`, `"user.password"`, `"Password:"` are names; a word and a digit are a password.
            return makeup.digits > 0 || hasInnerSymbol(value, in: text)
        }
        guard makeup.digits > 0 else { return hasInnerSymbol(value, in: text) && makeup.uppers > 0 }
        return !isIdentifier(value, in: text)
    }

    /// Whether it has a mark that names don't have, and not only at its end.
    private static func hasInnerSymbol(_ value: Range<Int>, in text: ScannedText) -> Bool {
        value.dropLast().contains { position in
            switch text.base[position] {
            case UInt8(ascii: "!"), UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
                UInt8(ascii: "^"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "~"):
                true
            default: false
            }
        }
    }

    /// `self.password2`, `password1`, `utf8_general_ci`, `int32`: what programs write without quotes.
    private static func isIdentifier(_ value: Range<Int>, in text: ScannedText) -> Bool {
        var position = value.lowerBound
        guard text.has(position, ByteClass.letter) else { return false }
        var hasWord = false
        while position < value.upperBound {
            let first = position
            while position < value.upperBound, text.has(position, ByteClass.letter) { position += 1 }
            let letters = position - first
            while position < value.upperBound, text.has(position, ByteClass.digit) { position += 1 }
            if letters >= 3, StopWords.stand(in: first..<first + letters, of: text) { hasWord = true }
            if position < value.upperBound {
                let byte = text.base[position]
                guard
                    byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "?")
                        || position > first
                else { return false }
                if byte == UInt8(ascii: ".") { hasWord = hasWord || letters >= 3 }
                if !text.has(position, ByteClass.letter) { position += 1 }
            }
        }
        return hasWord
    }
}

extension GenericSecret.Judged {
    /// Takes note of an unquoted value that is not inside another.
    fileprivate mutating func note(_ value: Range<Int>, isTaken: Bool) {
        // One that was cut off goes on; names near the cut read on by themselves.
        let isCut = value.count >= Assignment.Bounds.value - 8
        outer = value.lowerBound..<(isCut ? value.upperBound - Bounds.innerValue : value.upperBound)
        (outerEnd, self.isTaken, inner) = (value.upperBound, isTaken, 0)
    }

    /// The rest of the outer value; `nil` if that is too long to be read again.
    fileprivate mutating func value(from start: Int) -> Range<Int>? {
        if outerEnd - start > Bounds.innerValue {
            guard inner < Bounds.inner else { return nil }
            inner += 1
        }
        return start..<outerEnd
    }
}
