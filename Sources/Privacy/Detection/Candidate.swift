/// What a detector proposes: a span of a text with a score.
struct Candidate: Sendable, Hashable {
    var start: Int32
    var end: Int32
    var sensitiveClass: SensitiveClass
    /// 0…100.
    var score: UInt8
    /// Which of the class's forms it has: the secret's format, the number of the user's own term class; 0 where there is one.
    var variant: UInt16
    /// Whether it took over what another candidate reached beyond it: then its class does not describe all of it.
    var isMerged = false
    /// What it says, where it was found in disguise.
    var plain = PlainNumber()

    init(_ sensitiveClass: SensitiveClass, _ start: Int, _ end: Int, score: Int, variant: Int = 0) {
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
        self.sensitiveClass = sensitiveClass
        self.score = UInt8(clamping: min(score, 100))
        self.variant = UInt16(truncatingIfNeeded: variant)
    }

    /// Leaves of overlapping candidates one, all sorted by place. Time n log n.
    ///
    /// Where the beaten one reaches further, the winner takes that over: no part of what somebody found stays in the text. `beaten` is
    /// told of each one that goes, and whether its class would be lost with it: policy has to know of a secret in which an address stands.
    static func resolveOverlaps(
        _ candidates: inout [Candidate], rank: (Candidate) -> Int, beaten: (Candidate, _ losesClass: Bool) -> Void
    ) {
        guard candidates.count > 1 else { return }
        candidates.sort { $0.start != $1.start ? $0.start < $1.start : $0.end > $1.end }
        var kept = 0
        for index in 1..<candidates.count {
            let next = candidates[index]
            let last = candidates[kept]
            if next.start >= last.end {
                kept += 1
                candidates[kept] = next
                continue
            }
            let isNext = beats(next, last, rank)
            var (winner, loser) = isNext ? (next, last) : (last, next)
            let isReaching = loser.start < winner.start || loser.end > winner.end
            let isOther = winner.sensitiveClass != loser.sensitiveClass || winner.variant != loser.variant
            beaten(loser, isOther && (isReaching || rank(loser) > 1))
            // What it was before it reached further is told, too.
            if isReaching, !winner.isMerged { beaten(winner, false) }
            if isOther { winner.isMerged = winner.isMerged || isReaching }
            winner.start = last.start
            winner.end = max(last.end, next.end)
            candidates[kept] = winner
        }
        candidates.removeSubrange((kept + 1)...)
    }

    /// Whether the left one stands where both can't: by rank, then the higher score, then the more specific class, then the longer span.
    private static func beats(_ left: Candidate, _ right: Candidate, _ rank: (Candidate) -> Int) -> Bool {
        let (leftRank, rightRank) = (rank(left), rank(right))
        if leftRank != rightRank { return leftRank > rightRank }
        if left.score != right.score { return left.score > right.score }
        if left.sensitiveClass != right.sensitiveClass {
            return left.sensitiveClass.specificity > right.sensitiveClass.specificity
        }
        return left.end - left.start > right.end - right.start
    }
}
