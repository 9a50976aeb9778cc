/// Finds a request's surrogates in text that may still go on.
///
/// It looks for `_`, which ordinary prose hardly has, then backwards for a label and forwards for digits of the table. At the end of what
/// has come it says from where on the text may still become a surrogate; a text found so in pieces gives the same as in one.
struct SurrogateSearch {
    /// Where the search stands: the next `_` is looked for from here.
    var position: Int
    /// Bytes before this belong to a surrogate already restored.
    var lowest: Int
    /// The byte before the first one, 0 at the start of the text.
    let previous: UInt8

    enum Step {
        /// A surrogate, and its index in the table.
        case found(Range<Int>, index: Int)
        /// No more; from here on the text may still become one (the count, if not).
        case end(held: Int)
    }

    mutating func next(
        _ base: UnsafePointer<UInt8>, count: Int, isEnd: Bool, _ storage: RestorationMap.Storage
    ) -> Step {
        while true {
            let underscore = SurrogateSyntax.nextUnderscore(base, from: position, count: count)
            guard underscore < count else {
                position = count
                return .end(held: isEnd ? count : partialLabel(base, count: count, storage))
            }
            position = underscore + 1
            guard
                let (sensitiveClass, start) = SurrogateSyntax.label(
                    before: underscore, in: base, lowest: lowest, previous: previous, classes: storage.classes)
            else { continue }
            var digits: UInt64 = 0
            var taken = 0
            while taken < SurrogateSyntax.digits, position + taken < count {
                let value = SurrogateSyntax.values[Int(base[position + taken])]
                guard value != 255 else { break }
                digits = digits << 5 | UInt64(value)
                taken += 1
            }
            if taken == SurrogateSyntax.digits {
                guard let index = storage.index(of: UInt64(sensitiveClass.rawValue) << 40 | digits) else { continue }
                position += taken
                lowest = position
                return .found(start..<position, index: index)
            }
            if position + taken == count, !isEnd, storage.hasPrefix(sensitiveClass, digits: digits, count: taken) {
                position = underscore
                return .end(held: start)
            }
        }
    }

    /// Where a label begins that the text ends with, whole or in part.
    private func partialLabel(_ base: UnsafePointer<UInt8>, count: Int, _ storage: RestorationMap.Storage) -> Int {
        var end = count
        if end > lowest, base[end - 1] == SurrogateSyntax.backslash { end -= 1 }
        guard end > lowest, base[end - 1] & 0xC0 == 0x40 else { return count }
        let isWhole = end < count
        var held = count
        for label in SurrogateSyntax.Labels.all where storage.classes.contains(label.sensitiveClass) {
            var length = min(label.length, end - lowest)
            // Before a backslash only a whole label.
            let least = isWhole ? label.length : 1
            while length >= least {
                let start = end - length
                if SurrogateSyntax.matches(label, length, base + start),
                    SurrogateSyntax.isLabelStart(start, base, previous)
                {
                    held = min(held, start)
                    break
                }
                length -= 1
            }
        }
        return held
    }
}
