/// Dates and times, and dates of birth: a date with a word of birth nearby is one.
///
/// ISO 8601 and RFC 3339, `31.3.2024`, `3/31/24`, `12 March 1980`, `March 12, 1980`, `21-May`, years, days of the week. The class `date`
/// is off unless settings ask for it: most dates are nobody's secret.
enum DateDetector {
    private enum Score {
        static let full = 80
        static let named = 75
        static let birth = 85
        static let short = 30
        static let year = 52
        static let weekday = 60
        static let month = 30
    }

    /// A date's extent; `hasYear` tells `21/5` from `21/5/1980`.
    private struct Shape {
        var start: Int
        var end: Int
        var hasYear: Bool
        var score: Int
    }

    /// Examines the number at the start of a cluster.
    static func examine(_ cluster: DigitCluster, _ neighbours: NumberNeighbours, in inspection: inout TextInspection) {
        let text = inspection.text
        let start = Int(cluster.groups[0].start)
        let wantsDates = inspection.enabled.contains(.date)
        guard start >= inspection.datesEnd, wantsDates || inspection.enabled.contains(.dateOfBirth),
            text.isWordStart(start),
            cluster.groups[0].length <= 4,
            let shape = numeric(cluster, in: text) ?? named(cluster, neighbours, in: text)
                ?? (wantsDates ? year(cluster, in: text) : nil)
        else { return }
        inspection.datesEnd = shape.end
        if shape.hasYear, shape.score >= Score.named, inspection.enabled.contains(.dateOfBirth) {
            inspection.context.advance(to: shape.start, text.base)
            if inspection.context.speaks(of: .birth, before: shape.start)
                || ContextCursor.speaks(of: .birth, after: shape.end, in: text)
            {
                inspection.propose(
                    Candidate(.dateOfBirth, shape.start, shape.end, score: Score.birth), Grounds(context: .supports))
                return
            }
        }
        if wantsDates { inspection.propose(Candidate(.date, shape.start, shape.end, score: shape.score)) }
    }

    // MARK: Digits only

    private static func numeric(_ cluster: DigitCluster, in text: ScannedText) -> Shape? {
        guard cluster.count >= 2 else { return nil }
        let start = Int(cluster.groups[0].start)
        let separator = cluster.groups[1].separator
        guard separator == .dash || separator == .dot || separator == .slash else { return nil }
        if cluster.count >= 3, cluster.groups[2].separator == separator {
            guard isDate(cluster, in: text) else { return nil }
            let end = cluster.groups[2].end
            // `1.2.2024.5` is no date.
            if cluster.count > 3, cluster.groups[3].separator == separator { return nil }
            let after = timeEnd(end, in: text)
            guard after > end || text.isWordEnd(end) else { return nil }
            return Shape(start: start, end: max(end, after), hasYear: true, score: Score.full)
        }
        guard separator == .slash, cluster.count == 2, cluster.groups[0].length <= 2 else { return nil }
        let (first, second) = (cluster.value(0, in: text), cluster.value(1, in: text))
        let end = cluster.groups[1].end
        guard text.isWordEnd(end) else { return nil }
        // `5/21`, `05/2024`
        let isDay = cluster.groups[1].length <= 2 && (isMonthAndDay(first, second) || isMonthAndDay(second, first))
        let isMonth = cluster.groups[1].length == 4 && (1...12).contains(first) && (1900...2099).contains(second)
        return isDay || isMonth
            ? Shape(start: start, end: end, hasYear: false, score: isMonth ? Score.year : Score.short) : nil
    }

    private static func isMonthAndDay(_ month: Int, _ day: Int) -> Bool {
        (1...12).contains(month) && (1...31).contains(day)
    }

    /// Year, month, day in one of the orders in use; two digits of a year only at the end.
    private static func isDate(_ cluster: DigitCluster, in text: ScannedText) -> Bool {
        let (first, second, third) = (cluster.groups[0], cluster.groups[1], cluster.groups[2])
        guard second.length <= 2 else { return false }
        let values = (cluster.value(0, in: text), cluster.value(1, in: text), cluster.value(2, in: text))
        if first.length == 4 {
            return third.length <= 2 && (1000...2999).contains(values.0) && isMonthAndDay(values.1, values.2)
        }
        guard first.length <= 2, third.length == 4 || third.length == 2 else { return false }
        if third.length == 4, !(1000...2999).contains(values.2) { return false }
        return isMonthAndDay(values.0, values.1) || isMonthAndDay(values.1, values.0)
    }

    /// The end of `T09:15:30.500-07:00`, ` 12:45`, `Z`; the start if no time follows.
    private static func timeEnd(_ start: Int, in text: ScannedText) -> Int {
        guard text.byte(start) == UInt8(ascii: "T") || text.byte(start) == UInt8(ascii: " "),
            var end = clockEnd(start + 1, in: text)
        else { return start }
        if text.byte(end) == UInt8(ascii: "Z") { return text.isWordEnd(end + 1) ? end + 1 : end }
        if text.byte(end) == UInt8(ascii: "+") || text.byte(end) == UInt8(ascii: "-"),
            let zone = clockEnd(end + 1, in: text)
        {
            end = zone
        }
        return end
    }

    /// The end of `12:45`, `12:45:18`, `12:45:18.123`.
    private static func clockEnd(_ start: Int, in text: ScannedText) -> Int? {
        func isPair(_ offset: Int) -> Bool {
            text.has(offset, ByteClass.digit) && text.has(offset + 1, ByteClass.digit)
        }
        guard isPair(start), text.byte(start + 2) == UInt8(ascii: ":"), isPair(start + 3) else { return nil }
        var end = start + 5
        guard text.byte(end) == UInt8(ascii: ":"), isPair(end + 1) else { return end }
        end += 3
        if text.byte(end) == UInt8(ascii: "."), text.has(end + 1, ByteClass.digit) {
            end += 1
            let fraction = end
            while end - fraction < 9, text.has(end, ByteClass.digit) { end += 1 }
        }
        return end
    }

    // MARK: With a month's name

    private static func named(_ cluster: DigitCluster, _ neighbours: NumberNeighbours, in text: ScannedText) -> Shape? {
        guard cluster.count == 1 else { return nil }
        let start = Int(cluster.groups[0].start)
        let value = cluster.value(0, in: text)
        if let before = neighbours.before, before.roles.contains(.month),
            before.isCapital || before.end - before.start > 4,
            start - before.next <= 1
        {
            return afterMonth(before, cluster, value, in: text)
        }
        guard cluster.groups[0].length <= 2, (1...31).contains(value),
            let month = monthAfter(cluster.groups[0].end, in: text)
        else {
            return nil
        }
        guard let year = yearEnd(after: month.next, in: text) else {
            return Shape(start: start, end: month.end, hasYear: false, score: Score.named)
        }
        return Shape(start: start, end: year, hasYear: true, score: Score.full)
    }

    /// `March 12, 1980`, `March 1980`.
    private static func afterMonth(_ month: NumberWord, _ cluster: DigitCluster, _ value: Int, in text: ScannedText)
        -> Shape?
    {
        let end = cluster.groups[0].end
        if cluster.groups[0].length == 4, (1000...2999).contains(value), text.isWordEnd(end) {
            return Shape(start: month.start, end: end, hasYear: true, score: Score.full)
        }
        guard cluster.groups[0].length <= 2, (1...31).contains(value) else { return nil }
        let day = ordinalEnd(end, in: text)
        guard text.isWordEnd(day) else { return nil }
        let comma = text.byte(day) == UInt8(ascii: ",") ? day + 1 : day
        guard let year = yearEnd(after: comma, in: text) else {
            return Shape(start: month.start, end: day, hasYear: false, score: Score.named)
        }
        return Shape(start: month.start, end: year, hasYear: true, score: Score.full)
    }

    /// The month's word after a day: `12 March`, `12. März`, `21-May`, `3 de mayo`, `2nd of June`.
    private static func monthAfter(_ end: Int, in text: ScannedText) -> NumberWord? {
        var position = ordinalEnd(end, in: text)
        if text.byte(position) == UInt8(ascii: ".") { position += 1 }
        guard text.byte(position) == UInt8(ascii: " ") || text.byte(position) == UInt8(ascii: "-"),
            var word = NumberWord(at: position + 1, in: text)
        else { return nil }
        if word.end - word.start == 2, word.roles.contains(.particle), text.byte(word.end) == UInt8(ascii: " ") {
            guard let next = NumberWord(at: word.end + 1, in: text) else { return nil }
            word = next
        }
        // A dash joins the month to a year: `21-May-1980`.
        guard word.roles.contains(.month),
            word.isCapital || word.end - word.start > 4 || text.byte(position) == UInt8(ascii: "-")
                || yearEnd(after: word.next, in: text) != nil
        else {
            return nil
        }
        return word
    }

    private static func ordinalEnd(_ end: Int, in text: ScannedText) -> Int {
        guard text.has(end, ByteClass.letter), text.has(end + 1, ByteClass.letter),
            !text.has(end + 2, ByteClass.alphanumeric)
        else {
            return end
        }
        switch (text.base[end] | 0x20, text.base[end + 1] | 0x20) {
        case (UInt8(ascii: "s"), UInt8(ascii: "t")), (UInt8(ascii: "n"), UInt8(ascii: "d")),
            (UInt8(ascii: "r"), UInt8(ascii: "d")),
            (UInt8(ascii: "t"), UInt8(ascii: "h")):
            return end + 2
        default: return end
        }
    }

    private static func yearEnd(after start: Int, in text: ScannedText) -> Int? {
        var position = start
        if text.byte(position) == UInt8(ascii: ",") { position += 1 }
        guard text.byte(position) == UInt8(ascii: " ") || text.byte(position) == UInt8(ascii: "-") else { return nil }
        position += 1
        if text.byte(position) | 0x20 == UInt8(ascii: "d"), text.byte(position + 1) | 0x20 == UInt8(ascii: "e"),
            text.byte(position + 2) == UInt8(ascii: " ")
        {
            position += 3
        }
        let end = position + 4
        guard (position..<end).allSatisfy({ text.has($0, ByteClass.digit) }), text.isWordEnd(end),
            text.base[position] == UInt8(ascii: "1") || text.base[position] == UInt8(ascii: "2")
        else { return nil }
        return end
    }

    // MARK: Years, days of the week, months alone

    private static func year(_ cluster: DigitCluster, in text: ScannedText) -> Shape? {
        let group = cluster.groups[0]
        if cluster.count == 1, group.length == 2, let end = clockEnd(Int(group.start), in: text), text.isWordEnd(end) {
            return Shape(start: Int(group.start), end: end, hasYear: false, score: Score.year)
        }
        guard cluster.count == 1, group.length == 4, (1900...2049).contains(cluster.value(0, in: text)),
            text.isWordEnd(group.end)
        else {
            return nil
        }
        switch text.byte(Int(group.start) - 1) {
        case 0, UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: "\n"), UInt8(ascii: "\""):
            return Shape(start: Int(group.start), end: group.end, hasYear: false, score: Score.year)
        default: return nil
        }
    }

    /// Finds days of the week and months that no number names; one pass over the text, run only where the class is on.
    static func examineWords(in inspection: inout TextInspection) {
        let text = inspection.text
        guard inspection.enabled.contains(.date) else { return }
        var position = 0
        while position < text.count {
            let byte = text.base[position]
            guard text.classes[Int(byte)] & ByteClass.letter != 0, text.isWordStart(position),
                let word = NumberWord(at: position, in: text)
            else {
                position += 1
                continue
            }
            if text.isInBase64(word.start..<word.end) {
                position = max(word.end, position + 1)
                continue
            }
            if word.roles.contains(.weekday) {
                inspection.propose(Candidate(.date, word.start, word.end, score: Score.weekday))
            } else if word.roles.contains(.month), word.isCapital {
                inspection.propose(Candidate(.date, word.start, word.end, score: Score.month))
            }
            position = max(word.end, position + 1)
        }
    }
}
