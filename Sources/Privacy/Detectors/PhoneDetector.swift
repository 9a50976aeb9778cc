/// Telephone numbers: international with `+` or `00` and a country code (ITU-T E.164), North American, and national forms as people
/// write them. What a form leaves in doubt, words nearby decide; bare digits always need them.
enum PhoneDetector {
    private enum Score {
        static let strong = 30
        static let weak = 12
        static let other = -30
        /// From here on the form alone is proof, even glued to letters.
        static let certain = 75
        /// From here on counter-words don't matter.
        static let clear = 60
    }

    /// A number's extent and how much its form says.
    private struct Shape {
        var groups: Int
        var start: Int
        var end: Int
        var score: Int
        /// No numbering plan speaks for the digits: only a word about telephones makes them one.
        var needsContext = false
    }

    /// Examines the groups of a cluster from one on; gives back how many a finding takes.
    static func examine(_ cluster: DigitCluster, from group: Int, in inspection: inout TextInspection) -> Int {
        let text = inspection.text
        guard inspection.enabled.contains(.phone), cluster.groups[group].length <= 15,
            var shape = bestShape(cluster, group, text)
        else { return 0 }
        // In the best case words nearby add this much.
        guard shape.score + Score.strong >= inspection.threshold else { return 0 }
        if let end = extensionEnd(after: shape.end, in: text) { shape.end = end }
        guard isFree(shape, cluster, group, text) else { return 0 }
        if shape.score < Score.clear {
            inspection.context.advance(to: shape.start, text.base)
            let weight = context(shape, text, inspection.context)
            // Nor is its tail one: `123 4567` of `917 123 4567`.
            guard !shape.needsContext || weight == Score.strong else { return shape.groups == 3 ? 3 : 0 }
            shape.score += weight
        }
        guard shape.score >= inspection.threshold else { return 0 }
        inspection.propose(Candidate(.phone, shape.start, shape.end, score: shape.score))
        inspection.context.note(.phone, at: shape.end)
        return shape.groups
    }

    private static func context(_ shape: Shape, _ text: ScannedText, _ context: borrowing ContextCursor) -> Int {
        if ContextCursor.speaks(of: .phone, after: shape.end, in: text) { return Score.strong }
        if context.speaksOfOthers(than: .phone, before: shape.start) { return Score.other }
        if context.speaks(of: .phone, before: shape.start) { return Score.strong }
        return context.speaks(of: .number, before: shape.start) ? Score.weak : 0
    }

    // MARK: Form

    private static func bestShape(_ cluster: DigitCluster, _ group: Int, _ text: ScannedText)
        -> Shape?
    {
        let first = Int(cluster.groups[group].start)
        var start = first
        let hasPlus = text.byte(first - 1) == UInt8(ascii: "+")
        let isOpen = text.byte(first - 1) == UInt8(ascii: "(")
        if hasPlus {
            start -= 1
            if text.byte(start - 1) == UInt8(ascii: "("), group + 1 < cluster.count,
                cluster.groups[group + 1].separator == .closing
            {
                start -= 1
            }
        }
        let isParenthesised = isOpen && group + 1 < cluster.count && cluster.groups[group + 1].separator == .closing
        if isParenthesised { start -= 1 }
        var best: Shape?
        var digits = 0
        var index = group
        while index < cluster.count, index < group + 9 {
            let part = cluster.groups[index]
            if index > group, part.separator == .slash, index > group + 1 { break }
            digits += Int(part.length)
            guard digits <= 17 else { break }
            index += 1
            guard digits >= 7 else { continue }
            let range = group..<index
            let score =
                hasPlus
                ? international(cluster, range, digits: digits, prefix: 0, text)
                : national(cluster, range, digits: digits, isParenthesised: isParenthesised, text)
            if score > 0, score >= best?.score ?? 0 {
                best = Shape(
                    groups: index - group, start: start, end: part.end, score: score,
                    needsContext: !hasPlus && isOutsidePlans(cluster, range, digits: digits, text))
            }
        }
        return best
    }

    /// Whether ten or eleven digits begin as no numbering plan's numbers do that are written so: North America's area and exchange begin
    /// with 2–9 (NANP), Turkey's ten digits with 2–5, China's mobiles with 13–19; eleven digits else begin with a trunk zero. A run of
    /// nine in ascending order is a placeholder.
    private static func isOutsidePlans(
        _ cluster: DigitCluster, _ range: Range<Int>, digits: Int, _ text: ScannedText
    ) -> Bool {
        let first = Int(cluster.groups[range.lowerBound].start)
        let leading = text.base[first]
        if range.count == 3, digits == 10, cluster.groups[range.lowerBound].length == 3,
            cluster.groups[range.lowerBound + 1].length == 3
        {
            return leading >= UInt8(ascii: "2")
                && text.base[Int(cluster.groups[range.lowerBound + 1].start)] < UInt8(ascii: "2")
        }
        guard range.count == 1, digits == 10 || digits == 11, leading != UInt8(ascii: "0") else { return false }
        if digits == 11 { return leading != UInt8(ascii: "1") || text.base[first + 1] < UInt8(ascii: "2") }
        let isAmerican = leading >= UInt8(ascii: "2") && text.base[first + 3] >= UInt8(ascii: "2")
        if isAmerican { return isAscending(first + 1, in: text) }
        return !(UInt8(ascii: "2")...UInt8(ascii: "5")).contains(leading)
    }

    /// Whether the nine digits from one on are `123456789`.
    private static func isAscending(_ start: Int, in text: ScannedText) -> Bool {
        (0..<9).allSatisfy { text.byte(start + $0) == UInt8(ascii: "1") + UInt8($0) }
    }

    /// After `+` (or after `prefix` digits `00`): a country code and as many digits as that country has.
    private static func international(
        _ cluster: DigitCluster, _ range: Range<Int>, digits: Int, prefix: Int, _ text: ScannedText
    ) -> Int {
        let start = Int(cluster.groups[range.lowerBound].start)
        let end = cluster.groups[range.upperBound - 1].end
        var value = 0
        var taken = 0
        var position = start
        var skipped = 0
        var code: CountryCodes.Entry?
        var hasTrunkZero = false
        while position < end {
            let byte = text.base[position]
            position += 1
            guard byte >= 0x30 && byte <= 0x39 else { continue }
            if skipped < prefix {
                skipped += 1
                continue
            }
            if code != nil {
                // `+44 (0)20`: the zero is not dialled from abroad.
                hasTrunkZero =
                    byte == UInt8(ascii: "0") && text.byte(position - 2) == UInt8(ascii: "(")
                    && text.byte(position) == UInt8(ascii: ")")
                break
            }
            value = value * 10 + Int(byte) - 48
            taken += 1
            guard taken <= 3 else { return 0 }
            code = CountryCodes.entry(value)
        }
        guard let code else { return 0 }
        let national = digits - prefix - taken - (hasTrunkZero ? 1 : 0)
        guard code.lengths.contains(national) else { return 0 }
        return prefix == 0 ? 90 : range.count > 1 ? 70 : 40
    }

    private static func national(
        _ cluster: DigitCluster, _ range: Range<Int>, digits: Int, isParenthesised: Bool,
        _ text: ScannedText
    ) -> Int {
        let first = cluster.groups[range.lowerBound]
        let count = range.count
        let start = Int(first.start)
        let leading = text.base[start]
        if leading == UInt8(ascii: "0"), text.byte(start + 1) == UInt8(ascii: "0"), digits >= 10 {
            return international(cluster, range, digits: digits, prefix: 2, text)
        }
        if digits <= 13, let american = american(cluster, range, digits: digits, isParenthesised, text) {
            return american
        }
        guard digits <= 11 else { return digits <= 13 && count > 1 ? 20 : 0 }
        if count == 1 {
            switch digits {
            case 7: return 22
            case 11 where leading == UInt8(ascii: "1") && text.base[start + 1] >= UInt8(ascii: "3"): return 40
            case 8...11: return leading == UInt8(ascii: "0") ? 35 : 30
            default: return 0
            }
        }
        guard isPlausiblyGrouped(cluster, range, text) else { return 0 }
        if isParenthesised { return digits >= 8 ? 55 : 40 }
        if leading == UInt8(ascii: "0"), digits >= 9 { return count >= 3 ? 55 : 45 }
        return 35
    }

    /// North American numbers: area and exchange begin with 2–9 (NANP). Also with a country code but no `+`.
    private static func american(
        _ cluster: DigitCluster, _ range: Range<Int>, digits: Int, _ isParenthesised: Bool,
        _ text: ScannedText
    ) -> Int? {
        let last = range.upperBound - 1
        let count = range.count
        guard count >= 3 else {
            // `425 8829090`
            guard count == 2, digits == 10, cluster.groups[range.lowerBound].length == 3 else { return nil }
            return cluster.groups[last].separator == .dot ? 0 : isParenthesised ? 60 : 40
        }
        guard cluster.groups[last].length == 4, cluster.groups[last - 1].length == 3,
            cluster.groups[last - 2].length == 3,
            count <= 4
        else { return nil }
        let area = text.base[Int(cluster.groups[last - 2].start)]
        let exchange = text.base[Int(cluster.groups[last - 1].start)]
        let isValid = area >= UInt8(ascii: "2") && exchange >= UInt8(ascii: "2")
        let isSpaced = cluster.groups[last].separator == .space && cluster.groups[last - 1].separator == .space
        if count == 3 { return isValid ? (isSpaced ? 62 : 78) : area >= UInt8(ascii: "2") ? 48 : nil }
        let code = cluster.value(range.lowerBound, in: text)
        guard CountryCodes.entry(code) != nil, isValid else { return nil }
        return code == 1 ? (isSpaced ? 62 : 78) : 65
    }

    /// Whether groups look like a number that is read aloud, not like a decimal, an amount or a span of years.
    private static func isPlausiblyGrouped(
        _ cluster: DigitCluster, _ range: Range<Int>, _ text: ScannedText
    ) -> Bool {
        let first = range.lowerBound
        let last = range.upperBound - 1
        var isOpen = false
        var isThousands = cluster.groups[first].length <= 3
        for index in first + 1...last {
            let part = cluster.groups[index]
            guard part.length >= 2, part.length <= 8 else { return false }
            if part.separator == .opening { isOpen = true }
            if part.separator == .closing { isOpen = false }
            if part.length != 3 || part.separator == .dash { isThousands = false }
        }
        // A parenthesis that no group closes is not of the number: `2005 (14.00`.
        if isOpen { return false }
        if isThousands && (cluster.groups[last].separator == .dot || cluster.groups[first].length < 2) { return false }
        guard range.count == 2 else { return true }
        switch cluster.groups[last].separator {
        case .dot, .wide: return false
        case .dash where cluster.groups[first].length == 4 && cluster.groups[last].length == 4:
            // `1990-2020`, `1100-1199`: from one to another.
            let span = cluster.value(last, in: text) - cluster.value(first, in: text)
            return span < 0 || span > 999
        default: return true
        }
    }

    // MARK: Borders

    /// Whether nothing joins the number to a longer one or to a name.
    private static func isFree(
        _ shape: Shape, _ cluster: DigitCluster, _ group: Int, _ text: ScannedText
    ) -> Bool {
        let isCertain = shape.score >= Score.certain
        let before = text.byte(shape.start - 1)
        if group > 0, shape.start == Int(cluster.groups[group].start) {
            switch cluster.groups[group].separator {
            case .space, .wide, .opening, .none: break
            default: return false
            }
        } else if !text.isWordStart(shape.start) {
            guard isCertain, !text.has(shape.start - 1, ByteClass.digit) else { return false }
        } else if !isCertain {
            switch before {
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "#"), UInt8(ascii: "$"),
                UInt8(ascii: "+"):
                return false
            default: break
            }
        }
        if !text.isWordEnd(shape.end) && !isCertain { return false }
        let next = group + shape.groups
        guard next < cluster.count, shape.end == cluster.groups[next - 1].end else { return true }
        switch cluster.groups[next].separator {
        case .dash, .dot, .slash: return text.byte(shape.start) == UInt8(ascii: "+") && shape.score >= Score.certain
        default: return true
        }
    }

    /// The end of `x123`, ` ext. 123` and the like after a number.
    private static func extensionEnd(after end: Int, in text: ScannedText) -> Int? {
        var position = end
        if text.byte(position) == UInt8(ascii: ",") { position += 1 }
        if text.byte(position) == UInt8(ascii: " ") { position += 1 }
        if text.byte(position) | 0x20 == UInt8(ascii: "x") {
            position += 1
        } else if text.byte(position) | 0x20 == UInt8(ascii: "e"), text.byte(position + 1) | 0x20 == UInt8(ascii: "x"),
            text.byte(position + 2) | 0x20 == UInt8(ascii: "t")
        {
            position += 3
            if text.byte(position) == UInt8(ascii: ".") { position += 1 }
        } else {
            return nil
        }
        if text.byte(position) == UInt8(ascii: " ") { position += 1 }
        let first = position
        while text.has(position, ByteClass.digit), position - first < 7 { position += 1 }
        return position > first && text.isWordEnd(position) ? position : nil
    }
}

/// Country calling codes (ITU-T E.164, list of 2016 with later changes) and how many digits a national number has.
enum CountryCodes {
    struct Entry {
        let lengths: ClosedRange<Int>
    }

    /// `nil` for what is no whole code.
    static func entry(_ code: Int) -> Entry? {
        guard code > 0, code < 1_000, table[code].upper > 0 else { return nil }
        return Entry(lengths: Int(table[code].lower)...Int(table[code].upper))
    }

    private static let usual: ClosedRange<Int> = 6...12

    private static let table: [(lower: UInt8, upper: UInt8)] = {
        var table = [(lower: UInt8, upper: UInt8)](repeating: (0, 0), count: 1_000)
        func set(_ codes: [Int], _ lengths: ClosedRange<Int>) {
            for code in codes { table[code] = (UInt8(lengths.lowerBound), UInt8(lengths.upperBound)) }
        }
        set(Array(211...213) + [216, 218] + Array(220...258) + Array(260...269), usual)
        set([290, 291] + Array(297...299) + Array(350...359) + Array(370...383) + Array(385...387) + [389], usual)
        set([420, 421, 423] + Array(500...509) + Array(590...599) + Array(670...683) + Array(685...692), 5...11)
        set([800, 808, 850, 852, 853, 855, 856, 870, 878] + Array(880...883) + [886, 888], usual)
        set(Array(960...968) + Array(970...977) + [979] + Array(992...996) + [998], usual)
        set([20], 8...10)
        set([27, 31, 33, 34, 41, 48, 66, 93, 94], 8...9)
        set([30, 54, 58, 63, 81, 90, 91, 92], 9...10)
        set([1, 7, 52, 57], 10...10)
        set([32, 36, 40, 51, 53, 56, 60, 61, 64, 65, 84, 95, 98], 7...10)
        set([39, 44, 46, 55, 62, 82, 86], 7...11)
        set([43, 49], 5...13)
        set([45, 47], 8...8)
        return table
    }()
}
