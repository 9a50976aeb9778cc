/// What a detector proposes: a span of a text with a score.
struct Candidate: Sendable, Hashable {
    var start: Int32
    var end: Int32
    var sensitiveClass: SensitiveClass
    /// 0…100.
    var score: UInt8
    /// Which of the class's forms it has: the secret's format, the number of the user's own term class; 0 where there is one.
    var variant: UInt16

    init(_ sensitiveClass: SensitiveClass, _ start: Int, _ end: Int, score: Int, variant: Int = 0) {
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
        self.sensitiveClass = sensitiveClass
        self.score = UInt8(clamping: min(score, 100))
        self.variant = UInt16(truncatingIfNeeded: variant)
    }

    /// Whether this one stands where both can't: one that a detector proved before one that the tagger of names guesses, then the higher
    /// score, then the more specific class, then the longer span.
    func beats(_ other: Candidate) -> Bool {
        if isGuess != other.isGuess { return other.isGuess }
        if score != other.score { return score > other.score }
        if sensitiveClass != other.sensitiveClass {
            return sensitiveClass.specificity > other.sensitiveClass.specificity
        }
        return end - start > other.end - other.start
    }

    private var isGuess: Bool { sensitiveClass == .person || sensitiveClass == .place }

    /// Leaves of overlapping candidates the one that beats the others, all sorted by place. Where the beaten one reaches further, the
    /// winner takes that over: no part of what somebody found stays in the text. Time n log n.
    static func resolveOverlaps(_ candidates: inout [Candidate]) {
        guard candidates.count > 1 else { return }
        candidates.sort { $0.start != $1.start ? $0.start < $1.start : $0.end > $1.end }
        var kept = 0
        for index in 1..<candidates.count {
            let next = candidates[index]
            if next.start >= candidates[kept].end {
                kept += 1
                candidates[kept] = next
                continue
            }
            let (start, end) = (candidates[kept].start, max(candidates[kept].end, next.end))
            if next.beats(candidates[kept]) { candidates[kept] = next }
            candidates[kept].start = start
            candidates[kept].end = end
        }
        candidates.removeSubrange((kept + 1)...)
    }
}
