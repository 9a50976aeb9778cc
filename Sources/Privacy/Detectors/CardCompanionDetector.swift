/// What stands beside a card's number: its expiry (`12/27`) and its security code (three or four digits); each also after a word of
/// its own (`CVV: 123`, `valid thru 12/27`).
enum CardCompanionDetector {
    private enum Score {
        static let announced = 80
        static let beside = 65
    }

    private enum Reach {
        /// From the end of a card's number to its expiry, in bytes.
        static let expiry = 40
        /// From the expiry (or the number) to the code.
        static let code = 16
    }

    static func examine(_ cluster: DigitCluster, _ neighbours: NumberNeighbours, in inspection: inout TextInspection) {
        let text = inspection.text
        let start = Int(cluster.groups[0].start)
        let roles = neighbours.key?.roles ?? []
        if cluster.count >= 2, let end = expiryEnd(cluster, 0, in: text) {
            if roles.contains(.expiry), neighbours.fillers <= 2 {
                propose(.cardExpiry, start, end, Score.announced, in: &inspection)
            } else if start - inspection.cardEnd <= Reach.expiry {
                propose(.cardExpiry, start, end, Score.beside, in: &inspection)
            }
            if cluster.count == 3, cluster.groups[2].separator == .space { code(cluster, 2, in: &inspection) }
        } else if cluster.count == 1, cluster.groups[0].length == 3 || cluster.groups[0].length == 4 {
            if roles.contains(.securityCode) || roles.contains(.security) && neighbours.fillers > 0 {
                guard text.isWordStart(start), text.isWordEnd(cluster.groups[0].end) else { return }
                propose(.cardSecurityCode, start, cluster.groups[0].end, Score.announced, in: &inspection)
            } else {
                code(cluster, 0, in: &inspection)
            }
        }
    }

    /// Examines the groups after those that a card takes: `4111 1111 1111 1111 12/27 123`.
    static func examine(_ cluster: DigitCluster, after group: Int, in inspection: inout TextInspection) {
        guard group + 1 < cluster.count, cluster.groups[group].separator == .space,
            let end = expiryEnd(cluster, group, in: inspection.text)
        else { return }
        propose(.cardExpiry, Int(cluster.groups[group].start), end, Score.beside, in: &inspection)
        if group + 2 < cluster.count, cluster.groups[group + 2].separator == .space {
            code(cluster, group + 2, in: &inspection)
        }
    }

    /// A code soon after an expiry that stands beside a card, with no word between.
    private static func code(_ cluster: DigitCluster, _ group: Int, in inspection: inout TextInspection) {
        let text = inspection.text
        let part = cluster.groups[group]
        let start = Int(part.start)
        guard part.length == 3 || part.length == 4, inspection.expiryEnd > inspection.cardEnd,
            start - inspection.expiryEnd <= Reach.code,
            group + 1 == cluster.count, text.isWordEnd(part.end),
            !(inspection.expiryEnd..<start).contains(where: { text.has($0, ByteClass.letter) })
        else { return }
        propose(.cardSecurityCode, start, part.end, Score.beside, in: &inspection)
    }

    /// The end of `MM/YY`, `MM-YY` or `MM/YYYY`, of this century's first half.
    private static func expiryEnd(_ cluster: DigitCluster, _ group: Int, in text: ScannedText) -> Int? {
        let (month, year) = (cluster.groups[group], cluster.groups[group + 1])
        guard year.separator == .slash || year.separator == .dash, month.length <= 2,
            (1...12).contains(cluster.value(group, in: text)),
            text.isWordStart(Int(month.start)), text.isWordEnd(year.end)
        else { return nil }
        let value = cluster.value(group + 1, in: text)
        guard year.length == 2 && (20...49).contains(value) || year.length == 4 && (2020...2049).contains(value) else {
            return nil
        }
        if group + 2 < cluster.count, cluster.groups[group + 2].separator == year.separator { return nil }
        return year.end
    }

    private static func propose(
        _ sensitiveClass: SensitiveClass, _ start: Int, _ end: Int, _ score: Int, in inspection: inout TextInspection
    ) {
        if sensitiveClass == .cardExpiry { inspection.expiryEnd = end }
        guard inspection.enabled.contains(sensitiveClass) else { return }
        inspection.propose(Candidate(sensitiveClass, start, end, score: score), Grounds(context: .supports))
    }
}
