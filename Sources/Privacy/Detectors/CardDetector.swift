/// Payment card numbers (ISO/IEC 7812): 12 to 19 digits, a network's prefix and length, the Luhn digit.
enum CardDetector {
    /// Examines the groups of a cluster from one on; gives back how many a finding takes.
    static func examine(_ cluster: DigitCluster, from group: Int, in inspection: inout TextInspection) -> Int {
        let text = inspection.text
        guard inspection.enabled.contains(.card), cluster.groups[group].length <= 19 else { return 0 }
        let start = Int(cluster.groups[group].start)
        guard text.isWordStart(start) else { return 0 }
        let before = borderBefore(cluster, group, text)
        guard before != .inside else { return 0 }
        var best = 0
        var bestScore = 0
        var digits = 0
        var index = group
        // What joins the first two groups joins all; where the first is a whole number, what follows may be no part of it.
        let separator = group + 1 < cluster.count ? cluster.groups[group + 1].separator : .none
        while index < cluster.count {
            let part = cluster.groups[index]
            if index > group {
                guard part.separator == separator, separator == .space || separator == .dash || separator == .dot
                else { break }
            }
            digits += Int(part.length)
            guard digits <= 19 else { break }
            index += 1
            guard digits >= 12 else { continue }
            let score = score(cluster, group..<index, digits: digits, before, text)
            // In doubt the longer one: `>=`.
            if score > 0, score >= bestScore {
                best = index - group
                bestScore = score
            }
        }
        guard best > 0 else { return 0 }
        let end = cluster.groups[group + best - 1].end
        if bestScore < 80 {
            inspection.context.advance(to: start, text.base)
            if inspection.context.speaksOfOthers(than: .card, before: start) {
                bestScore -= 30
            } else if inspection.context.speaks(of: .card, before: start) {
                bestScore += 30
            }
        }
        guard bestScore >= inspection.threshold else { return 0 }
        inspection.propose(Candidate(.card, start, end, score: bestScore))
        inspection.context.note(.card, at: end)
        inspection.cardEnd = end
        return best
    }

    /// What stands beside a number.
    private enum Border {
        case free
        /// A hyphen or the like after a word: the number is one that is not written with hyphens, or is grouped as on cards.
        case joinedToWord
        /// The same beside other digits: a number only where nothing else explains it.
        case joinedToDigits
        /// The digits go on.
        case inside
    }

    private static func borderBefore(_ cluster: DigitCluster, _ group: Int, _ text: ScannedText) -> Border {
        if group > 0 {
            switch cluster.groups[group].separator {
            case .space, .wide, .opening: return .free
            case .dash: return .joinedToDigits
            default: return .inside
            }
        }
        let start = Int(cluster.groups[group].start)
        let hasDigit = text.has(start - 2, ByteClass.digit)
        switch text.byte(start - 1) {
        case UInt8(ascii: "-"):
            guard text.has(start - 2, ByteClass.alphanumeric) else { return .free }
            return hasDigit ? .joinedToDigits : .joinedToWord
        // `0.4111…` is a fraction.
        case UInt8(ascii: "."):
            guard text.has(start - 2, ByteClass.alphanumeric) else { return .free }
            return hasDigit ? .inside : .joinedToWord
        // No telephone number has sixteen digits (E.164 allows fifteen).
        case UInt8(ascii: "+"), UInt8(ascii: "#"): return .joinedToDigits
        default: return .free
        }
    }

    /// Whether a hyphenated word around a span has a part as hashes and UUIDs have: four hexadecimal digits or more, of both kinds.
    private static func standsInHexadecimal(_ range: Range<Int>, _ text: ScannedText) -> Bool {
        let reach = 40
        var part = 0
        var kinds: UInt8 = 0
        func isHexadecimal() -> Bool { part >= 4 && kinds == 3 }
        /// Gives back whether the word goes on.
        func read(_ offset: Int) -> Bool {
            guard text.has(offset, ByteClass.alphanumeric) else {
                if isHexadecimal() { return false }
                (part, kinds) = (0, 0)
                return text.byte(offset) == UInt8(ascii: "-")
            }
            part += 1
            kinds |= text.has(offset, ByteClass.digit) ? 1 : text.has(offset, ByteClass.hexadecimal) ? 2 : 4
            return true
        }
        var position = range.lowerBound - 1
        while position >= range.lowerBound - reach, read(position) { position -= 1 }
        if isHexadecimal() { return true }
        (part, kinds) = (0, 0)
        position = range.upperBound
        while position < range.upperBound + reach, read(position) { position += 1 }
        return isHexadecimal()
    }

    private static func score(
        _ cluster: DigitCluster, _ range: Range<Int>, digits: Int, _ before: Border, _ text: ScannedText
    ) -> Int {
        let end = cluster.groups[range.upperBound - 1].end
        guard text.isWordEnd(end) else { return 0 }
        let hasDashes = range.count > 1 && cluster.groups[range.lowerBound + 1].separator == .dash
        var isBesideDigits = before == .joinedToDigits
        if range.upperBound < cluster.count {
            switch cluster.groups[range.upperBound].separator {
            case .space, .wide, .opening, .slash: break
            case .dash: isBesideDigits = true
            default: return 0
            }
        }
        guard !hasDashes || !isBesideDigits else { return 0 }
        let number = Number(from: Int(cluster.groups[range.lowerBound].start), to: end, in: text)
        guard number.passesLuhn, number.hasVariety else { return 0 }
        let form = form(prefix: number.prefix, digits: digits)
        guard form > 0 else { return 0 }
        if before == .joinedToWord || isBesideDigits {
            let span = Int(cluster.groups[range.lowerBound].start)..<end
            guard form >= 70 || !isBesideDigits, isGroupedAsOnCards(cluster, range), !standsInHexadecimal(span, text)
            else { return 0 }
        }
        if isGroupedAsOnCards(cluster, range) { return form }
        // Single digits in a row are a table more often than a card.
        for index in range where cluster.groups[index].length < 2 { return 0 }
        return form - 35
    }

    /// How surely a prefix and a length are a network's.
    private static func form(prefix: Int, digits: Int) -> Int {
        let two = prefix / 10_000
        let three = prefix / 1_000
        let four = prefix / 100
        switch prefix / 100_000 {
        case 4: return digits == 16 ? 90 : digits == 13 || digits == 19 ? 70 : 0  // Visa
        case 5:
            if two >= 51 && two <= 55 && digits == 16 { return 90 }  // Mastercard
            return maestro(digits)  // Maestro 50, 56–58; Dankort 5019
        case 2:
            if four >= 2_221 && four <= 2_720 && digits == 16 { return 85 }  // Mastercard
            if four >= 2_200 && four <= 2_204 && digits >= 16 { return 70 }  // Mir
            return (four == 2_131 || four == 2_014 || four == 2_149) && digits == 15 ? 75 : 0  // JCB, enRoute
        case 3:
            if two == 34 || two == 37 { return digits == 15 ? 90 : 0 }  // American Express
            if four >= 3_528 && four <= 3_589 { return digits >= 16 ? 85 : 0 }  // JCB
            if two == 35 { return digits == 16 ? 60 : 0 }
            if three <= 305 || two == 36 || two == 38 || two == 39 || three == 309 {  // Diners Club
                return digits == 14 ? 80 : digits == 16 || digits == 19 ? 65 : 0
            }
            return digits == 16 && four >= 3_088 && four <= 3_349 ? 70 : 0  // JCB, older
        case 6:
            if four == 6_011 || two == 65 || three >= 644 && three <= 649 { return digits >= 16 ? 85 : maestro(digits) }
            if two == 62 || two == 60 || three == 636 || three == 637 { return digits >= 16 ? 75 : maestro(digits) }
            return maestro(digits)
        case 1:
            if four == 1_800 && digits == 15 { return 75 }  // JCB
            return digits == 15 ? 60 : 0  // UATP
        case 8, 9: return two == 81 && digits >= 16 || four == 9_792 && digits == 16 ? 65 : 0  // RuPay, UnionPay, Troy
        case 0: return four == 604 ? 25 : 0  // Maestro of a few banks
        default: return 0
        }
    }

    /// Maestro has every length; short ones are as often other numbers.
    private static func maestro(_ digits: Int) -> Int { digits >= 15 ? 65 : digits == 14 ? 55 : 40 }

    /// One run, or groups of four, or as American Express and Diners Club print them.
    private static func isGroupedAsOnCards(_ cluster: DigitCluster, _ range: Range<Int>) -> Bool {
        guard range.count > 1 else { return true }
        let first = Int(cluster.groups[range.lowerBound].length)
        guard first == 4 else { return false }
        if range.count == 3 {
            let second = Int(cluster.groups[range.lowerBound + 1].length)
            let third = Int(cluster.groups[range.lowerBound + 2].length)
            return second == 6 && (third == 5 || third == 4) || second == 4 && third == 4
        }
        for index in range.dropLast() where cluster.groups[index].length != 4 { return false }
        return cluster.groups[range.upperBound - 1].length <= 4
    }

    /// The digits of a span that may hold separators.
    private struct Number {
        /// The first six digits.
        var prefix = 0
        var passesLuhn = false
        /// Whether not all digits are the same.
        var hasVariety = false

        init(from start: Int, to end: Int, in text: ScannedText) {
            var position = end - 1
            var sum = 0
            var isDoubled = false
            var first: UInt8 = 0
            while position >= start {
                let byte = text.base[position]
                position -= 1
                guard byte >= 0x30 && byte <= 0x39 else { continue }
                var value = Int(byte) - 48
                if isDoubled {
                    value *= 2
                    if value > 9 { value -= 9 }
                }
                sum += value
                isDoubled.toggle()
                if first == 0 { first = byte } else if byte != first { hasVariety = true }
            }
            passesLuhn = sum % 10 == 0
            position = start
            var taken = 0
            while position < end, taken < 6 {
                let byte = text.base[position]
                if byte >= 0x30 && byte <= 0x39 {
                    prefix = prefix * 10 + Int(byte) - 48
                    taken += 1
                }
                position += 1
            }
        }
    }
}
