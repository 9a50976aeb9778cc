/// United States social security numbers: area, group and serial, none all zeros, the area neither 666 nor from 900 on
/// (SSA, POMS RM 10201.035). There is no check digit, so bare nine digits need context.
enum SSNDetector {
    /// Examines the groups of a cluster from one on; gives back how many a finding takes.
    static func examine(_ cluster: DigitCluster, from group: Int, in inspection: inout TextInspection) -> Int {
        let text = inspection.text
        guard inspection.enabled.contains(.ssn), let (taken, form) = shape(cluster, group) else { return 0 }
        let last = cluster.groups[group + taken - 1]
        let start = Int(cluster.groups[group].start)
        let end = last.end
        guard text.isWordStart(start), text.isWordEnd(end), isValid(start, end, text) else { return 0 }
        // Joined to further digits it is part of another number.
        var score = form
        if group > 0 {
            guard cluster.groups[group].separator == .space || cluster.groups[group].separator == .opening else {
                return 0
            }
            if cluster.groups[group + taken - 1].separator == .space { score -= 20 }
        } else if isJoint(text.byte(start - 1)), text.has(start - 2, ByteClass.alphanumeric) {
            return 0
        }
        if group + taken < cluster.count {
            guard cluster.groups[group + taken].separator == .space else { return 0 }
            if last.separator == .space { score -= 20 }
        }
        inspection.context.advance(to: start, text.base)
        if inspection.context.speaks(of: .ssn, before: start) {
            score += 40
        } else if isSample(start, end, text) {
            return 0
        }
        guard score >= inspection.threshold else { return 0 }
        inspection.propose(Candidate(.ssn, start, end, score: score))
        // One number says that its neighbours are such numbers too.
        inspection.context.note(.ssn, at: end)
        return taken
    }

    /// How many groups, and how sure the form alone makes.
    private static func shape(_ cluster: DigitCluster, _ group: Int) -> (groups: Int, score: Int)? {
        let first = cluster.groups[group]
        if first.length == 9 { return (1, 15) }
        guard group + 1 < cluster.count else { return nil }
        let second = cluster.groups[group + 1]
        if second.separator == .dash {
            if first.length == 3 && second.length == 6 { return (2, 50) }
            if first.length == 5 && second.length == 4 { return (2, 25) }
        }
        guard group + 2 < cluster.count, first.length == 3, second.length == 2 else { return nil }
        let third = cluster.groups[group + 2]
        guard third.length == 4, third.separator == second.separator else { return nil }
        switch second.separator {
        case .dash: return (3, 90)
        case .space, .dot: return (3, 65)
        default: return nil
        }
    }

    private static func number(_ start: Int, _ end: Int, _ text: ScannedText) -> Int {
        var number = 0
        var position = start
        while position < end {
            if text.has(position, ByteClass.digit) { number = number &* 10 &+ Int(text.base[position] &- 48) }
            position += 1
        }
        return number
    }

    /// Whether it is one of those that stand on printed samples, or one digit nine times. Where a word says that it is somebody's, it
    /// is taken all the same.
    private static func isSample(_ start: Int, _ end: Int, _ text: ScannedText) -> Bool {
        let number = number(start, end, text)
        return number == 78_051_120 || number == 123_456_789 || number == 987_654_320 || number % 111_111_111 == 0
    }

    private static func isValid(_ start: Int, _ end: Int, _ text: ScannedText) -> Bool {
        let number = number(start, end, text)
        let area = number / 1_000_000
        return area > 0 && area != 666 && area < 900 && number / 10_000 % 100 != 0 && number % 10_000 != 0
    }

    private static func isJoint(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
    }
}
