/// Street addresses: a house number with a street's name before or after it, a unit, a post office box or a military post office; then,
/// as far as they follow, the unit, the postcode, the town, the region, the country.
///
/// A number is the anchor. A street word of the table makes an address (`24 Clarke Avenue`, `12 rue de la Paix`, `Hauptstraße 5`,
/// `ul. Złota 7`). A name without one (`Joaquin Suarez 2906`) needs support: a unit, a postcode or country after it, or a word such as
/// "address" before.
enum StreetAddressDetector {
    private enum Score {
        static let strong = 84
        static let medium = 72
        static let supported = 66
        /// A unit alone, at the start of a line or after a comma.
        static let unit = 55
        static let unsupported = 25
    }

    /// The street with its number.
    struct Core {
        var start: Int
        var end: Int
        /// 3: the form is proof; 2: nearly; 1: with support; 0: a name and a number, with support only.
        var strength: Int
        var isLowercase = false
        /// A unit stands in it already.
        var hasUnit = false
    }

    /// Examines the numbers of a cluster.
    static func examine(_ cluster: DigitCluster, _ neighbours: NumberNeighbours, in inspection: inout TextInspection) {
        let text = inspection.text
        let first = Int(cluster.groups[0].start)
        guard first >= inspection.addressesEnd, cluster.isWhole, inspection.enabled.contains(.streetAddress) else {
            return
        }
        let before = directlyBefore(first, neighbours, in: text)
        if let before, let core = military(cluster, before, in: text) {
            return propose(core, in: &inspection)
        }
        let last = before.flatMap { behind(cluster, $0, in: text) }
        if last == nil || last?.strength ?? 0 < 3, var core = ahead(cluster, neighbours, in: text),
            core.strength > last?.strength ?? -1
        {
            if let before, before.roles.contains(.unit), before.isCapital {
                core.start = before.start
                core.hasUnit = true
            }
            return propose(core, in: &inspection)
        }
        if let last { propose(last, in: &inspection) }
    }

    private static func propose(_ found: Core, in inspection: inout TextInspection) {
        let text = inspection.text
        var core = found
        let isCorner = includeCorner(&core, in: text)
        let tail = AddressTail(after: core.end, isLowercase: !hasCapital(core, in: text), in: text)
        var score: Int
        switch core.strength {
        case 3: score = Score.strong
        case 2: score = Score.medium
        default: score = Score.unsupported
        }
        if core.strength < 2 || core.isLowercase {
            score = isSupported(core, tail, isCorner: isCorner, in: text) ? Score.supported : Score.unsupported
            if score == Score.unsupported, isLineEnd(core.end, in: text) {
                inspection.context.advance(to: core.start, text.base)
                // A name before its number is weaker: `version: Windows 10`; the word must stand right before it.
                let reach = text.has(core.start, ByteClass.digit) ? 64 : 14
                if core.start - inspection.context.place(Topic(.streetAddress)) <= reach { score = Score.unit }
            }
        }
        let end = score >= inspection.threshold ? tail.end : core.end
        // A British or Canadian postcode is proof by itself and would stand against the whole.
        if score >= inspection.threshold, tail.hasPostcode { score = max(score, tail.hasLetterPostcode ? 100 : 90) }
        inspection.propose(Candidate(.streetAddress, core.start, end, score: score))
        if score >= inspection.threshold { inspection.addressesEnd = end }
    }

    /// Whether something around says that a doubtful street is one.
    private static func isSupported(_ core: Core, _ tail: AddressTail, isCorner: Bool, in text: ScannedText) -> Bool {
        core.hasUnit || tail.hasUnit || tail.hasSurePostcode || isCorner || tail.hasCountry && core.strength > 0
            || tail.hasPostcode && core.strength > 0 || isStreetNext(core.end, in: text)
            || isPlace(core.start, in: text)
    }

    /// `Dalmatinova 68 St.`, `Hoge Wei 32 street`: the word follows all.
    private static func isStreetNext(_ end: Int, in text: ScannedText) -> Bool {
        guard let next = afterSpace(text.byte(end) == UInt8(ascii: ".") ? end + 1 : end, in: text),
            let word = NumberWord(at: next, in: text), word.roles.contains(.street)
        else { return false }
        return word.hasDot || !word.isCapital
    }

    /// `The office is at 214 Pavlou Drandaki`.
    private static func isPlace(_ start: Int, in text: ScannedText) -> Bool {
        guard let at = wordBefore(start, in: text), equals(at.range, "at", in: text),
            let verb = wordBefore(at.start, in: text)
        else {
            return false
        }
        return equals(verb.range, "is", in: text) || equals(verb.range, "are", in: text)
            || equals(verb.range, "was", in: text)
    }

    /// `the corner of A 5 and B`: takes the words around.
    private static func includeCorner(_ core: inout Core, in text: ScannedText) -> Bool {
        guard let of = wordBefore(core.start, in: text), of.end - of.start == 2,
            let corner = wordBefore(of.start, in: text), equals(corner.range, "corner", in: text)
        else { return false }
        core.start = corner.start
        if let the = wordBefore(corner.start, in: text), equals(the.range, "the", in: text) { core.start = the.start }
        var end = text.byte(core.end) == UInt8(ascii: ".") ? core.end + 1 : core.end
        if let next = afterSpace(end, in: text), let street = NumberWord(at: next, in: text),
            street.roles.contains(.street)
        {
            end = street.next
        }
        guard let next = afterSpace(end, in: text), let and = NumberWord(at: next, in: text),
            equals(and.range, "and", in: text)
        else { return core.strength > 0 }
        var position = and.end
        for _ in 0..<4 {
            guard text.byte(position) == UInt8(ascii: " "), let word = NumberWord(at: position + 1, in: text),
                word.isCapital || word.roles.contains(.weakStreet) || word.roles.contains(.street)
            else { break }
            position = word.end
            core.end = position
        }
        return true
    }

    private static func hasCapital(_ core: Core, in text: ScannedText) -> Bool {
        (core.start..<core.end).contains { text.base[$0] >= 0x41 && text.base[$0] <= 0x5A }
    }

    private static func isLineEnd(_ offset: Int, in text: ScannedText) -> Bool {
        switch text.byte(offset) {
        case 0, UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "?"), UInt8(ascii: "!"), UInt8(ascii: ")"), UInt8(ascii: "\""):
            return true
        default: return false
        }
    }

    // MARK: The number first

    /// `24 Clarke Avenue`, `12B rue de la Paix`, `3911 Fourth Avenue`, `6750 Koskikatu 25`.
    private static func ahead(_ cluster: DigitCluster, _ neighbours: NumberNeighbours, in text: ScannedText) -> Core? {
        let number = cluster.groups[cluster.count - 1]
        guard number.length <= 5, let start = numberStart(cluster), isFree(start, in: text) else { return nil }
        var position = number.end
        if cluster.count > 1, number.separator == .space, let name = ordinal(Int(number.start), in: text) {
            return named(from: start, name, in: text)
        }
        if text.has(position, ByteClass.letter), !text.has(position + 1, ByteClass.alphanumeric) { position += 1 }
        if text.byte(position) == UInt8(ascii: ",") { position += 1 }
        guard let name = afterSpace(position, in: text), var word = neighbours.word(at: name, in: text), !word.isNumber
        else {
            return nil
        }
        // `5 bis rue Victor Hugo`
        if equals(word.range, "bis", in: text) || equals(word.range, "ter", in: text) {
            guard let next = afterSpace(word.end, in: text), let following = NumberWord(at: next, in: text) else {
                return nil
            }
            word = following
        }
        if !word.roles.isDisjoint(with: [.streetPrefix, .weakPrefix]), var end = nameEnd(after: word, in: text) {
            let isStrong =
                word.roles.contains(.streetPrefix) && (word.isCapital || !equals(word.range, "via", in: text))
            if let second = afterSpace(end, in: text), let house = NumberWord(at: second, in: text), house.isNumber,
                house.end - house.start <= 5, text.isWordEnd(house.end)
            {
                end = house.end
            }
            return Core(start: start, end: end, strength: isStrong ? 3 : word.isCapital ? 1 : 0)
        }
        guard word.roles.isDisjoint(with: [.month, .weekday, .plainBox]),
            word.roles.isDisjoint(with: [.particle, .years, .sentence, .filler]) || word.isCapital
        else { return nil }
        guard word.isCapital || number.length >= 2 else { return nil }
        return named(from: start, word, in: text)
    }

    /// `5th`, as in `350 5th Ave`.
    private static func ordinal(_ start: Int, in text: ScannedText) -> NumberWord? {
        guard let word = NumberWord(at: start, in: text), word.end - word.start <= 5,
            text.has(word.end - 1, ByteClass.letter),
            text.has(word.end - 2, ByteClass.letter)
        else { return nil }
        return word
    }

    /// The words after a number: a name, and a street word or a second number at its end.
    private static func named(from start: Int, _ first: NumberWord, in text: ScannedText) -> Core? {
        var word = first
        var names = 0
        var lower = 0
        var best: Core?
        var sinceBest = 0
        var lastEnd = start
        for _ in 0..<7 {
            if word.isNumber {
                guard text.has(word.end - 1, ByteClass.letter), word.end - word.start <= 5, names == 0 else {
                    if best != nil { break }
                    return secondNumber(word, from: start, names: names - lower, in: text)
                }
                names += 1  // `5th`
            } else {
                if names > 0, !word.roles.isDisjoint(with: [.unit, .weakUnit]), word.roles.isDisjoint(with: [.street]) {
                    break
                }
                if let strength = strength(of: word, names: names, in: text),
                    best == nil || sinceBest <= 2 || strength > 2
                {
                    best = Core(
                        start: start, end: word.hasDot && isAbbreviation(word, in: text) ? word.next : word.end,
                        strength: strength,
                        isLowercase: lower > 0 && names == lower)
                    sinceBest = 0
                } else {
                    sinceBest += 1
                }
                if word.isCapital {
                    if lower > 0 { break }
                    names += 1
                } else if word.roles.contains(.particle), names > 0, lower == 0 {
                    names += 0
                } else if names == lower, lower < 2 {
                    names += 1
                    lower += 1
                } else {
                    break
                }
            }
            lastEnd = word.end
            guard sinceBest <= 2 || best == nil, let next = afterSpace(word.next, in: text),
                let following = NumberWord(at: next, in: text)
            else { break }
            word = following
        }
        if var best {
            if let second = afterSpace(best.end, in: text), let word = NumberWord(at: second, in: text) {
                if isDirection(word, in: text) { best.end = word.end }
                if word.isNumber, word.end - word.start <= 5, text.isWordEnd(word.end) { best.end = word.end }
            }
            return best
        }
        let isLocal = lower == 0 && names > 0 && first.roles.isDisjoint(with: [.counted, .sentence])
        return isLocal ? Core(start: start, end: lastEnd, strength: 0) : nil
    }

    /// How surely a word after the name makes a street; `nil` if it doesn't.
    private static func strength(of word: NumberWord, names: Int, in text: ScannedText) -> Int? {
        if names > 0 {
            if word.roles.contains(.street) { return 3 }
            if word.roles.contains(.numberedStreet), word.hasDot || word.end - word.start > 1 {
                return word.roles.contains(.weakStreet) ? 1 : 2
            }
            if word.roles.contains(.weakStreet), word.isCapital { return 1 }
        }
        return NumberWords.strength(ofEnding: word.range, in: text) == 2 ? 2 : nil
    }

    /// `6750 Ibirapita 8057`: a name between two numbers.
    private static func secondNumber(_ word: NumberWord, from start: Int, names: Int, in text: ScannedText) -> Core? {
        guard names > 0, word.end - word.start <= 5, text.isWordEnd(word.end) else { return nil }
        return Core(start: start, end: word.end, strength: 0)
    }

    /// Where the first number of the cluster begins, if all are numbers of houses: `17031 2202`, `12-14`, `3/5`.
    private static func numberStart(_ cluster: DigitCluster) -> Int? {
        var index = cluster.count - 1
        while index > 0, cluster.count - index < 4 {
            let part = cluster.groups[index]
            guard cluster.groups[index - 1].length <= 6 else { break }
            switch part.separator {
            case .space, .dash, .slash: index -= 1
            default: return nil
            }
        }
        return Int(cluster.groups[index].start)
    }

    /// The end of the name after a street word that stands first; `nil` if there is none.
    private static func nameEnd(after word: NumberWord, in text: ScannedText) -> Int? {
        var position = word.next
        if text.byte(position) == UInt8(ascii: "/") {
            position += 1
            if text.byte(position) == UInt8(ascii: " ") { position += 1 }
        } else {
            guard let next = afterSpace(position, in: text) else { return nil }
            position = next
        }
        var end: Int?
        var lower = 0
        var capitals = 0
        for _ in 0..<8 {
            guard let part = NumberWord(at: position, in: text) else { break }
            if part.isNumber {
                if end == nil, part.end - part.start <= 3 { end = part.end }
                break
            }
            if !part.roles.isDisjoint(with: [.unit, .weakUnit]), part.isCapital, end != nil { break }
            if part.isCapital {
                capitals += 1
                end = part.end
            } else if !part.roles.contains(.particle) {
                guard capitals == 0, lower < 1, word.roles.contains(.streetPrefix) else { break }
                lower += 1
                end = part.end
            }
            guard let next = afterSpace(part.next, in: text) else { break }
            position = next
        }
        return end
    }

    // MARK: The number last

    /// `Hauptstraße 5`, `Via delle Coste 41`, `P.O. Box 149`, `Apt. 117`.
    private static func behind(_ cluster: DigitCluster, _ before: NumberWord, in text: ScannedText) -> Core? {
        guard cluster.groups[0].length <= 6, let end = numberEnd(cluster, in: text) else { return nil }
        if !before.roles.isDisjoint(with: [.box, .plainBox]) {
            return box(before, end: boxEnd(cluster, end), in: text)
        }
        guard cluster.groups[0].length <= 5 else { return nil }
        if before.roles.contains(.unit), before.isCapital || before.hasDot {
            return unit(before, end: end, in: text)
        }
        if before.roles.contains(.numberedStreet), before.hasDot || before.end - before.start > 1,
            let core = suffixed(before, end: end, in: text)
        {
            return core
        }
        let ending = NumberWords.strength(ofEnding: before.range, in: text)
        if ending == 2 {
            let start = leadingNumber(before.start, in: text)
            return Core(
                start: start, end: end, strength: before.isCapital ? 3 : 1,
                isLowercase: !before.isCapital && start == before.start)
        }
        if let core = prefixed(before, end: end, in: text) { return core }
        guard before.isCapital,
            before.roles.isDisjoint(with: [.counted, .month, .sentence, .weekday, .unit, .weakUnit])
        else {
            return nil
        }
        return plain(before, end: end, strength: ending, in: text)
    }

    /// The end of the house number: `5`, `5a`, `5-7`, `12/3`; `nil` for decimals, times, dates and the like.
    private static func numberEnd(_ cluster: DigitCluster, in text: ScannedText) -> Int? {
        var index = 0
        while index + 1 < cluster.count,
            cluster.groups[index + 1].separator == .dash || cluster.groups[index + 1].separator == .slash
        {
            index += 1
            guard index < 5, cluster.groups[index].length <= 4 else { return nil }
        }
        if index + 1 < cluster.count, cluster.groups[index + 1].separator == .dot { return nil }
        var end = cluster.groups[index].end
        if text.has(end, ByteClass.letter), text.base[end] | 0x20 != UInt8(ascii: "s") { end += 1 }
        guard text.isWordEnd(end) else { return nil }
        switch text.byte(end) {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "-"):
            return text.has(end + 1, ByteClass.alphanumeric) ? nil : end
        case UInt8(ascii: "%"), UInt8(ascii: "("), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "*"):
            return nil
        default: return end
        }
    }

    /// Whether a number that begins at `start` is no part of a time, a decimal, an amount or a name: `11:02`, `F-104`.
    private static func isFree(_ start: Int, in text: ScannedText) -> Bool {
        guard text.isWordStart(start) else { return false }
        switch text.byte(start - 1) {
        case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "-"),
            UInt8(ascii: "+"):
            return !text.has(start - 2, ByteClass.alphanumeric)
        case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "&"): return false
        default: return true
        }
    }

    /// `Villacher Straße 89`: the street word is the last, the name before it.
    private static func suffixed(_ word: NumberWord, end: Int, in text: ScannedText) -> Core? {
        var start = word.start
        var names = 0
        while names < 4, let part = wordBefore(start, in: text), !part.isNumber, !isExcluded(part) {
            if !part.isCapital {
                // `Árpád fejedelem útja 3`
                guard names == 0, !word.isCapital, let name = wordBefore(part.start, in: text), name.isCapital,
                    name.roles.isDisjoint(with: [.sentence, .counted])
                else { break }
                start = name.start
            } else {
                start = part.start
            }
            names += 1
        }
        guard names > 0 || word.isCapital else { return nil }
        // `Karl-Marx-Allee`
        if word.range.contains(where: { text.base[$0] == UInt8(ascii: "-") }) { names += 1 }
        let isWeak = names == 0 || word.isCapital && !word.roles.isDisjoint(with: [.weakStreet, .counted])
        return Core(start: leadingNumber(start, in: text), end: end, strength: isWeak ? 1 : 3)
    }

    /// `Via delle Coste 41`: a street word up to six words before.
    private static func prefixed(_ last: NumberWord, end: Int, in text: ScannedText) -> Core? {
        var word = last
        var capitals = last.isCapital ? 1 : 0
        var moves = 0
        while moves < 7 {
            if moves > 0, !word.roles.isDisjoint(with: [.streetPrefix, .weakPrefix]),
                !word.roles.contains(.particle) || word.isCapital
            {
                let isStrong =
                    word.roles.contains(.streetPrefix) && (word.isCapital || !equals(word.range, "via", in: text))
                let hasMark = word.hasDot || text.byte(word.end) == UInt8(ascii: "/")
                // In lower case only with an article between: `rue du centre 320`.
                guard capitals > 0 || isStrong && moves == 2 else { return nil }
                let strength = isStrong || hasMark && word.end - word.start < 4 ? 3 : 1
                return Core(start: leadingNumber(word.start, in: text), end: end, strength: strength)
            }
            guard word.isCapital || word.roles.contains(.particle) || moves == 0 && isAfterArticle(word, in: text)
            else {
                return nil
            }
            let previous: NumberWord?
            if text.byte(word.start - 1) == UInt8(ascii: "/") {
                previous = NumberWord(endingAt: word.start - 1, in: text)
            } else if text.byte(word.start - 1) == UInt8(ascii: " "), text.byte(word.start - 2) == UInt8(ascii: "/") {
                previous = NumberWord(endingAt: word.start - 2, in: text)
            } else {
                previous = wordBefore(word.start, in: text)
            }
            guard let previous, !previous.isNumber else { return nil }
            if !word.isCapital, moves == 0, previous.roles.isDisjoint(with: [.particle, .streetPrefix]) { return nil }
            word = previous
            if word.isCapital { capitals += 1 }
            moves += 1
        }
        return nil
    }

    /// `Joaquin Suarez 2906`: capitalised words and a number; support decides.
    private static func plain(_ last: NumberWord, end: Int, strength: Int, in text: ScannedText) -> Core? {
        var start = last.start
        var names = 1
        while names < 4, let part = wordBefore(start, in: text), !part.isNumber, !isExcluded(part) {
            if part.isCapital {
                start = part.start
            } else {
                guard part.roles.contains(.particle), let name = wordBefore(part.start, in: text), name.isCapital else {
                    break
                }
                start = name.start
            }
            names += 1
        }
        return Core(start: leadingNumber(start, in: text), end: end, strength: min(strength, 1))
    }

    /// `Postfach 10 20 30`
    private static func boxEnd(_ cluster: DigitCluster, _ end: Int) -> Int {
        var index = 0
        while index + 1 < cluster.count, index < 3, cluster.groups[index + 1].separator == .space,
            cluster.groups[index].length <= 3,
            cluster.groups[index + 1].length <= 3
        {
            index += 1
        }
        return max(end, cluster.groups[index].end)
    }

    /// `P.O. Box 149`, `Postfach 10`.
    private static func box(_ word: NumberWord, end: Int, in text: ScannedText) -> Core? {
        var start = word.start
        if word.roles.contains(.plainBox) {
            var position = word.start - 1
            func skip(_ byte: UInt8) {
                if text.byte(position) | 0x20 == byte | 0x20 { position -= 1 }
            }
            skip(UInt8(ascii: " "))
            skip(UInt8(ascii: "."))
            guard text.byte(position) | 0x20 == UInt8(ascii: "o") else { return nil }
            position -= 1
            skip(UInt8(ascii: " "))
            skip(UInt8(ascii: "."))
            guard text.byte(position) | 0x20 == UInt8(ascii: "p"), text.isWordStart(position) else { return nil }
            start = position
        }
        return Core(start: leadingNumber(start, in: text), end: end, strength: 3)
    }

    /// `Apt. 117`, with the street before it on the same line or the one before.
    private static func unit(_ word: NumberWord, end: Int, in text: ScannedText) -> Core? {
        let lowest = max(0, word.start - 12)
        var position = word.start
        while position > lowest, isGap(text.base[position - 1]) { position -= 1 }
        if text.byte(position - 1) == UInt8(ascii: "."), text.has(position - 2, ByteClass.digit) { position -= 1 }
        if text.has(position - 1, ByteClass.digit), let number = NumberWord(endingAt: position, in: text),
            number.end - number.start <= 5, let name = wordBefore(number.start, in: text), !name.isNumber,
            let core = plain(name, end: end, strength: 0, in: text),
            name.isCapital || text.has(core.start, ByteClass.digit)
        {
            return Core(start: core.start, end: end, strength: 3, hasUnit: true)
        }
        let isAtStart = position < word.start || position == 0
        let before = text.byte(position - 1)
        let standsAlone =
            isAtStart
            && (position == 0 || !text.has(position - 1, ByteClass.letter)
                || (position..<word.start).contains { isLineOrComma(text.base[$0]) })
        guard standsAlone, before != UInt8(ascii: "-") else { return nil }
        return Core(start: word.start, end: end, strength: 1, hasUnit: true)
    }

    private static func isGap(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"),
            UInt8(ascii: ">"), UInt8(ascii: "?"):
            return true
        default: return false
        }
    }

    private static func isLineOrComma(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: ",") }

    /// A number before the name: `6750 Koskikatu 25`. Not a year inside a sentence.
    private static func leadingNumber(_ start: Int, in text: ScannedText) -> Int {
        guard text.byte(start - 1) == UInt8(ascii: " "), text.has(start - 2, ByteClass.digit),
            let number = NumberWord(endingAt: start - 1, in: text), number.isNumber, number.end - number.start <= 6,
            text.has(number.end - 1, ByteClass.digit)
        else { return start }
        let isYear =
            number.end - number.start == 4 && text.byte(number.start) <= UInt8(ascii: "2")
            && text.byte(number.start - 1) == UInt8(ascii: " ") && text.has(number.start - 2, ByteClass.letter)
        return isYear ? start : number.start
    }

    // MARK: Post offices of the forces

    /// `PSC 3294, Box 9168⏎APO AA 61487`, `USS Mahler⏎FPO AE 70489` (USPS Publication 28 §225).
    private static func military(_ cluster: DigitCluster, _ region: NumberWord, in text: ScannedText) -> Core? {
        guard cluster.groups[0].length == 5, region.end - region.start == 2,
            text.base[region.start] | 0x20 == UInt8(ascii: "a"),
            let office = wordBefore(region.start, in: text), office.roles.contains(.militaryOffice)
        else { return nil }
        var end = cluster.groups[0].end
        if cluster.count > 1, cluster.groups[1].separator == .dash, cluster.groups[1].length == 4 {
            end = cluster.groups[1].end
        }
        var core = Core(start: office.start, end: end, strength: 3)
        var position = office.start
        while position > 0, office.start - position < 8, isGap(text.base[position - 1]) { position -= 1 }
        let lowest = max(0, position - 48)
        while position > lowest, text.base[position - 1] != UInt8(ascii: "\n") {
            position -= 1
            if text.isWordStart(position), let word = NumberWord(at: position, in: text),
                word.roles.contains(.militaryLine)
            {
                core.start = position
            }
        }
        return core
    }

    // MARK: Words around

    /// The word before a place, with one space between, or a comma, or `n.` and the like.
    private static func wordBefore(_ start: Int, in text: ScannedText) -> NumberWord? {
        guard start > 1 else { return nil }
        var position = start
        switch text.base[position - 1] {
        case UInt8(ascii: " "): position -= 1
        case 0xA0 where text.byte(position - 2) == 0xC2: position -= 2
        default: return nil
        }
        guard position > 0 else { return nil }
        if text.base[position - 1] == UInt8(ascii: ",") {
            // A postcode after a comma is no house's number.
            guard text.has(start, ByteClass.digit), !(start..<start + 5).allSatisfy({ text.has($0, ByteClass.digit) })
            else { return nil }
            position -= 1
        }
        guard let word = NumberWord(endingAt: position, in: text) else { return nil }
        if word.roles.contains(.filler), word.end - word.start <= 3, text.has(start, ByteClass.digit),
            !word.isCapital || word.hasDot,
            equalsNumberSign(word.range, in: text)
        {
            return wordBefore(word.start, in: text) ?? word
        }
        return word
    }

    /// The word before a number that one space joins to it, read already.
    private static func directlyBefore(_ first: Int, _ neighbours: NumberNeighbours, in text: ScannedText)
        -> NumberWord?
    {
        guard let word = neighbours.before, text.base[first - 1] == UInt8(ascii: " "), word.next == first - 1,
            !word.roles.contains(.filler)
        else { return wordBefore(first, in: text) }
        return word
    }

    /// Whether the letter before the word may end an article (`du`, `des`, `de`, `la`, `del`, `do`), so that one need not read it else.
    private static func isAfterArticle(_ word: NumberWord, in text: ScannedText) -> Bool {
        guard text.byte(word.start - 1) == UInt8(ascii: " ") else {
            return text.byte(word.start - 1) == UInt8(ascii: "/")
        }
        switch text.byte(word.start - 2) | 0x20 {
        case UInt8(ascii: "u"), UInt8(ascii: "s"), UInt8(ascii: "e"), UInt8(ascii: "a"), UInt8(ascii: "o"),
            UInt8(ascii: "l"):
            return true
        default: return false
        }
    }

    /// `n`, `no`, `nr`, `nº`.
    private static func equalsNumberSign(_ range: Range<Int>, in text: ScannedText) -> Bool {
        guard text.base[range.lowerBound] | 0x20 == UInt8(ascii: "n") else { return false }
        return range.count == 1 || text.base[range.lowerBound + 1] | 0x20 != UInt8(ascii: "u")
    }

    /// Whether a capitalised word begins a sentence or counts something, and so no street's name.
    private static func isExcluded(_ word: NumberWord) -> Bool {
        word.isCapital && !word.roles.isDisjoint(with: [.sentence, .counted])
    }

    /// The place after one space.
    static func afterSpace(_ position: Int, in text: ScannedText) -> Int? {
        switch text.byte(position) {
        case UInt8(ascii: " "): return position + 1
        case 0xC2 where text.byte(position + 1) == 0xA0: return position + 2
        default: return nil
        }
    }

    private static func isAbbreviation(_ word: NumberWord, in text: ScannedText) -> Bool {
        word.end - word.start <= 4 && text.byte(word.next) != 0
    }

    private static func isDirection(_ word: NumberWord, in text: ScannedText) -> Bool {
        guard word.end - word.start <= 2 else { return false }
        for offset in word.range where !"NSEW".utf8.contains(text.base[offset]) { return false }
        return true
    }

    /// Whether a word is an ASCII one, in either case.
    private static func equals(_ range: Range<Int>, _ literal: StaticString, in text: ScannedText) -> Bool {
        guard range.count == literal.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where text.base[range.lowerBound + index] | 0x20 != literal.utf8Start[index] {
            return false
        }
        return true
    }
}
