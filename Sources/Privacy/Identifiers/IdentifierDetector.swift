/// Identifiers of every family: a cluster of words is compared with all shapes at once, each match checked once, its context weighed.
enum IdentifierDetector {
    private enum Weight {
        /// A counter-word close before: order, invoice, version…
        static let other = -25
        /// Written in lower case where capitals are the rule.
        static let lowercase = -10
    }

    /// Examines the words around the digit at `position`.
    static func examine(around position: Int, in inspection: inout TextInspection) {
        guard position >= inspection.identifiersEnd else { return }
        let text = inspection.text
        let cluster = WordCluster(around: position, floor: inspection.identifiersEnd, in: text)
        var first = 0
        while first < cluster.limit {
            let start = Int(cluster.words[first].start)
            if text.isWordStart(start) {
                IdentifierIndex.shared.match(cluster, from: first) { entry, words in
                    let end = cluster.words[first + words - 1].end
                    weigh(entry, start..<end, in: &inspection)
                }
            }
            first += 1
        }
        inspection.identifiersEnd = max(cluster.resumption, position + 1)
    }

    private static func weigh(
        _ entry: IdentifierIndex.Entry, _ range: Range<Int>, in inspection: inout TextInspection
    ) {
        let text = inspection.text
        let format = IdentifierIndex.shared.formats[entry.format]
        guard inspection.enabled.contains(format.sensitiveClass), text.isWordEnd(range.upperBound) else { return }
        let characters = IdentifierText(
            UnsafeBufferPointer(start: text.base + range.lowerBound, count: range.count))
        var score: Int
        var grounds = Grounds(check: format.check(characters))
        switch grounds.check {
        case .reject: return inspection.reject(format.sensitiveClass, range)
        case .accept: score = format.accepted
        case .neutral: score = format.neutral
        }
        if characters.hasLowercase { score += Weight.lowercase }
        let topic = Topic(format.sensitiveClass)
        inspection.context.advance(to: range.lowerBound, text.base)
        if inspection.context.speaks(of: topic, before: range.lowerBound)
            || ContextCursor.speaks(of: topic, after: range.upperBound, in: text)
        {
            score += format.context
            grounds.context = .supports
        } else if format.isCountered, inspection.context.speaksOfOthers(than: topic, before: range.lowerBound) {
            score += Weight.other
            grounds.context = .counters
        }
        inspection.propose(
            Candidate(format.sensitiveClass, range.lowerBound, range.upperBound, score: max(0, score)), grounds)
    }
}
