/// Mobile equipment identities (3GPP TS 23.003 §6.2.1): fifteen digits with a Luhn digit, `35-209900-176148-1` or in one piece.
enum IMEIDetector {
    private enum Score {
        /// Printed in its own groups.
        static let grouped = 70
        static let bare = 25
        static let context = 50
        static let other = -20
    }

    /// Examines the groups of a cluster from one on; gives back how many a finding takes.
    static func examine(_ cluster: DigitCluster, from group: Int, in inspection: inout TextInspection) -> Int {
        let text = inspection.text
        guard inspection.enabled.contains(.imei) else { return 0 }
        let taken: Int
        if cluster.groups[group].length == 15 {
            taken = 1
        } else {
            guard group + 3 < cluster.count, cluster.groups[group].length == 2, cluster.groups[group + 1].length == 6,
                cluster.groups[group + 2].length == 6, cluster.groups[group + 3].length == 1
            else { return 0 }
            taken = 4
        }
        let start = Int(cluster.groups[group].start)
        let end = cluster.groups[group + taken - 1].end
        guard text.isWordStart(start), text.isWordEnd(end), passesLuhn(start, end, text),
            taken == 4 || isFree(cluster, group)
        else { return 0 }
        var score = taken == 4 ? Score.grouped : Score.bare
        inspection.context.advance(to: start, text.base)
        var grounds = Grounds(check: .accept)
        if inspection.context.speaks(of: Topic(.imei), before: start) {
            score += Score.context
            grounds.context = .supports
        } else if inspection.context.speaksOfOthers(than: Topic(.imei), before: start) {
            score += Score.other
            grounds.context = .counters
        }
        inspection.propose(Candidate(.imei, start, end, score: score), grounds)
        return score >= inspection.threshold ? taken : 0
    }

    /// Whether a run of fifteen stands alone.
    private static func isFree(_ cluster: DigitCluster, _ group: Int) -> Bool {
        if group > 0, cluster.groups[group].separator != .space { return false }
        return group + 1 >= cluster.count || cluster.groups[group + 1].separator == .space
            || cluster.groups[group + 1].separator == .slash
    }

    private static func passesLuhn(_ start: Int, _ end: Int, _ text: ScannedText) -> Bool {
        let digits = IdentifierText(UnsafeBufferPointer(start: text.base + start, count: end - start))
        return !digits.isUniform && CheckDigits.luhn(digits)
    }
}
