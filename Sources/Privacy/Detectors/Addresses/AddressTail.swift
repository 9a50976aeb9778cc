/// What follows a street and its number: units, postcode and town, region, country, on the same line or the next ones.
///
/// Words are taken only as far as something anchors them: a postcode, a country, a unit; or a town after a comma that ends the line.
struct AddressTail {
    private enum Bounds {
        static let parts = 8
        static let gap = 24
        static let words = 5
    }

    private(set) var end: Int
    private(set) var hasUnit = false
    private(set) var hasPostcode = false
    /// One of more than four digits, or with a town: no year, no part of an amount.
    private(set) var hasSurePostcode = false
    /// A British or Canadian one.
    private(set) var hasLetterPostcode = false
    private(set) var hasCountry = false

    private let text: ScannedText
    /// Whether names stand in lower case, as in texts without capitals.
    private let isLowercase: Bool

    init(after start: Int, isLowercase: Bool, in text: ScannedText) {
        self.text = text
        self.isLowercase = isLowercase
        end = start
        var position = start
        var open = 0
        var isAfterCountry = false
        for _ in 0..<Bounds.parts {
            guard let gap = Gap(after: position, in: text),
                let word = NumberWord(at: gap.end, in: text) ?? hash(at: gap.end)
            else { return }
            if let next = unit(word) {
                hasUnit = true
                end = next
                open = 0
            } else if let next = postcode(word, gap, isOpen: open > 0 || isAfterCountry) {
                hasPostcode = true
                end = next
                open = 0
            } else if word.isNumber, word.end - word.start <= 2, open > 0, open < 3, gap.hasComma || gap.hasLine {
                // A region's number.
                open += 1
                position = word.end
                continue
            } else if !word.isNumber, open < 3, let next = words(word, gap) {
                isAfterCountry = next.isAnchored
                if next.isAnchored {
                    end = next.end
                    open = 0
                } else {
                    open += 1
                    if gap.hasComma, !gap.hasLine, isStop(next.end), open == 1 { end = next.end }
                }
                position = next.end
                continue
            } else {
                return
            }
            position = end
        }
    }

    /// What separates two parts.
    private struct Gap {
        let start: Int
        var end: Int
        var hasComma = false
        var hasLine = false

        init?(after start: Int, in text: ScannedText) {
            var position = start
            var lines = 0
            if text.byte(position) == UInt8(ascii: "."), position + 1 < text.count,
                !text.has(position + 1, ByteClass.alphanumeric)
            {
                // The full stop of `Rákóczi út 13.`; a sentence's if a word follows on the line.
                position += 1
            }
            let limit = min(text.count, start + Bounds.gap)
            scan: while position < limit {
                switch text.base[position] {
                case UInt8(ascii: ","):
                    guard !hasComma else { return nil }
                    hasComma = true
                case UInt8(ascii: "\n"):
                    lines += 1
                    hasLine = true
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
                case UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "|"), UInt8(ascii: "*"):
                    guard hasLine else { return nil }
                case UInt8(ascii: "-"):
                    // ` - ` before a quarter or a state (Brazil).
                    guard position > start, text.base[position - 1] == UInt8(ascii: " "),
                        text.byte(position + 1) == UInt8(ascii: " "),
                        !hasComma
                    else { return nil }
                    hasComma = true
                case 0xC2 where text.byte(position + 1) == 0xA0: position += 1
                default: break scan
                }
                position += 1
            }
            guard position > start, lines <= 2 else { return nil }
            self.start = start
            end = position
        }
    }

    /// `#` begins a unit's number.
    private func hash(at position: Int) -> NumberWord? {
        guard text.byte(position) == UInt8(ascii: "#"), text.has(position + 1, ByteClass.digit),
            var word = NumberWord(at: position + 1, in: text)
        else { return nil }
        word.start = position
        word.roles = .unit
        word.isNumber = false
        return word
    }

    /// `Apt. 117`, `Suite B`, `2. OG`, `3º B`, `#4`.
    private func unit(_ word: NumberWord) -> Int? {
        if text.byte(word.start) == UInt8(ascii: "#") { return word.end }
        if word.isNumber {
            // `2. OG`, `3º B`, `1er étage`
            var position = word.end
            if text.byte(position) == UInt8(ascii: ".") { position += 1 }
            if text.byte(position) == 0xC2, text.byte(position + 1) == 0xBA || text.byte(position + 1) == 0xAA {
                position += 2
            }
            guard word.end - word.start <= 4, let next = StreetAddressDetector.afterSpace(position, in: text),
                let following = NumberWord(at: next, in: text)
            else { return nil }
            if !following.roles.isDisjoint(with: [.weakUnit]),
                following.end - following.start <= 5 || following.roles == .weakUnit
            {
                return following.end
            }
            return position > word.end + 1 && following.end - following.start == 1 ? following.end : nil
        }
        guard !word.roles.isDisjoint(with: [.unit, .weakUnit]) else { return nil }
        guard let next = StreetAddressDetector.afterSpace(word.next, in: text),
            let number = NumberWord(at: next, in: text)
        else {
            return nil
        }
        guard number.isNumber && number.end - number.start <= 6 || number.isCapital && number.end - number.start == 1
        else { return nil }
        return number.end
    }

    /// A postcode, and the town after it on the line.
    private mutating func postcode(_ word: NumberWord, _ gap: Gap, isOpen: Bool) -> Int? {
        var position = word.start
        // `D-10115`, `CH-8001`
        if !word.isNumber, word.end - word.start <= 2, text.byte(word.end) == UInt8(ascii: "-"),
            text.has(word.end + 1, ByteClass.digit)
        {
            position = word.end + 1
        }
        guard let shape = PostcodeShape(at: position, in: text), gap.end > gap.start + 1 || !gap.hasComma else {
            return nil
        }
        let isSeparated = gap.hasComma || gap.hasLine || isOpen
        var end = shape.end
        var towns = 0
        var next = end
        while towns < 4, let place = StreetAddressDetector.afterSpace(next, in: text),
            let town = NumberWord(at: place, in: text),
            town.isCapital || towns > 0 && town.roles.contains(.particle),
            town.roles.isDisjoint(with: [.unit, .label, .month, .weekday])
        {
            next = town.end
            if town.isCapital { end = next }
            towns += 1
        }
        let isYear =
            shape.digits == 4
            && (text.base[position] == UInt8(ascii: "1") && text.base[position + 1] == UInt8(ascii: "9")
                || text.base[position] == UInt8(ascii: "2") && text.base[position + 1] == UInt8(ascii: "0"))
        guard isSeparated || towns > 0 || shape.isDistinct, shape.digits >= 4 || gap.hasLine && (towns > 0 || isOpen),
            !isYear || towns > 0
        else { return nil }
        if !text.has(position, ByteClass.digit) { hasLetterPostcode = true }
        if shape.digits >= 5 || shape.isDistinct || isOpen && gap.hasLine { hasSurePostcode = true }
        return end
    }

    /// Capitalised words of a town, a region, a country.
    private mutating func words(_ first: NumberWord, _ gap: Gap) -> (end: Int, isAnchored: Bool)? {
        let takesLower = isLowercase && (gap.hasComma || gap.hasLine || hasUnit)
        guard first.isCapital || takesLower || isRegion(first, gap) else { return nil }
        var word = first
        var last = first.end
        var isAnchored = false
        var count = 0
        while count < Bounds.words, word.roles.isDisjoint(with: [.label, .month, .weekday]) {
            if word.isCapital || takesLower || count == 0 {
                last = word.end
                if word.roles.contains(.country) {
                    isAnchored = true
                    hasCountry = true
                }
            } else if !word.roles.contains(.particle) || word.isNumber {
                break
            }
            count += 1
            guard let next = StreetAddressDetector.afterSpace(word.next, in: text),
                let following = NumberWord(at: next, in: text),
                !following.hasDigit(in: text)
            else {
                break
            }
            word = following
        }
        guard count > 0 else { return nil }
        if isAnchored, text.byte(last) == UInt8(ascii: " "), text.byte(last + 1) == UInt8(ascii: "("),
            let inner = NumberWord(at: last + 2, in: text), text.byte(inner.end) == UInt8(ascii: ")")
        {
            last = inner.end + 1
        }
        // What follows is a label or a sentence: `Mobile: …`, `Kind regards`.
        if text.byte(last) == UInt8(ascii: ":") { return nil }
        return (last, isAnchored)
    }

    /// A region's letters in lower case, with a postcode after them.
    private func isRegion(_ word: NumberWord, _ gap: Gap) -> Bool {
        guard gap.hasComma, word.end - word.start <= 3, word.roles.isDisjoint(with: [.particle, .sentence]) else {
            return false
        }
        var position = word.end
        while position < word.end + 4,
            text.byte(position) == UInt8(ascii: " ") || text.byte(position) == UInt8(ascii: "\n")
        { position += 1 }
        return position > word.end
            && (text.has(position, ByteClass.digit) || NumberWord.isCapital(at: position, in: text))
    }

    private func isStop(_ offset: Int) -> Bool {
        switch text.byte(offset) {
        case 0, UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "."), UInt8(ascii: ";"), UInt8(ascii: ")"),
            UInt8(ascii: "?"), UInt8(ascii: "!"):
            return true
        default: return false
        }
    }
}
