/// Finds a request's surrogates and stand-ins in text that may still go on.
///
/// It goes from left to right and decides at each place whether one begins there; a decision needs the text from there on and two bytes
/// before. Where the text ends before it is sure, all from there on is held. So a text gives the same in pieces as in one.
struct SurrogateSearch {
    /// Where the search stands.
    var position = 0
    /// The byte before the first one, and the one before that; 0 where there is none, or a surrogate was restored there.
    var previous: UInt8
    var beforePrevious: UInt8
    /// Where the last surrogate found ended; 0 before the first.
    private var border = 0

    enum Step {
        /// A surrogate, and its index among the values.
        case found(Range<Int>, index: Int)
        /// No more; from here on the text may still become one (the count, if not).
        case end(held: Int)
    }

    init(previous: UInt8 = 0, beforePrevious: UInt8 = 0) {
        self.previous = previous
        self.beforePrevious = beforePrevious
    }

    /// What stands at one place.
    private enum Reading {
        case found(end: Int, index: Int)
        case more
        case none
    }

    mutating func next(
        _ base: UnsafePointer<UInt8>, count: Int, isEnd: Bool, _ storage: RestorationMap.Storage
    ) -> Step {
        let starts = storage.starts
        let pairs = storage.pairs
        var place = position
        while place < count {
            let start = starts[Int(base[place])]
            if start == 0 {
                place &+= 1
                continue
            }
            if start == RestorationMap.Storage.beginsLabel, place &+ 1 < count,
                pairs[SurrogateSyntax.pair(base[place], base[place &+ 1])] == 0
            {
                place &+= 1
                continue
            }
            switch read(base, at: place, count: count, isEnd: isEnd, start, storage) {
            case .none: place &+= 1
            case .more:
                position = place
                return .end(held: place)
            case .found(let end, let index):
                position = end
                border = end
                return .found(place..<end, index: index)
            }
        }
        position = count
        return .end(held: count)
    }

    private func read(
        _ base: UnsafePointer<UInt8>, at place: Int, count: Int, isEnd: Bool, _ start: UInt8,
        _ storage: RestorationMap.Storage
    ) -> Reading {
        var surrogate = Reading.none
        if start & RestorationMap.Storage.beginsLabel != 0, isLabelStart(place, base) {
            for label in storage.labels[Int(base[place] & 0x1F)] {
                surrogate = read(label, base, at: place, count: count, isEnd: isEnd, storage)
                if case .none = surrogate { continue }
                break
            }
        }
        guard start & RestorationMap.Storage.beginsLiteral != 0 else { return surrogate }
        if case .more = surrogate { return .more }
        switch storage.literals.match(
            base, at: place, count: count, isEnd: isEnd, before: wordByte(before: place, base))
        {
        case .none: return surrogate
        case .more: return .more
        case .found(let index, let end):
            if case .found(let other, _) = surrogate, other >= end { return surrogate }
            return .found(end: end, index: storage.codes.count + index)
        }
    }

    private func read(
        _ label: SurrogateSyntax.Label, _ base: UnsafePointer<UInt8>, at place: Int, count: Int, isEnd: Bool,
        _ storage: RestorationMap.Storage
    ) -> Reading {
        var reader = SurrogateReader(label, base, at: place, count: count)
        while true {
            switch reader.next() {
            case .none: return .none
            case .more: return isEnd ? .none : .more
            case .digit:
                guard storage.hasPrefix(label.sensitiveClass, digits: reader.digits, count: reader.taken) else {
                    return .none
                }
            case .whole(let code):
                guard let index = storage.index(of: code.rawValue) else { return .none }
                return .found(end: reader.position, index: index)
            }
        }
    }

    /// A label in lower case must not continue a word.
    private func isLabelStart(_ place: Int, _ base: UnsafePointer<UInt8>) -> Bool {
        base[place] < 0x61 || ByteClass.table[Int(wordByte(before: place, base))] & ByteClass.alphanumeric == 0
    }

    /// The byte before a place; 0 at a border: the text's beginning, what was restored, and the letter of an escape in a text that
    /// quotes source code (`\nemail_…`).
    private func wordByte(before place: Int, _ base: UnsafePointer<UInt8>) -> UInt8 {
        if border > 0, place == border { return 0 }
        let before = place > 0 ? base[place - 1] : previous
        switch before {
        case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): break
        default: return before
        }
        if border > 0, place - 1 == border { return before }
        let second = place > 1 ? base[place - 2] : place == 1 ? previous : beforePrevious
        return second == SurrogateSyntax.backslash ? 0 : before
    }
}

/// Reads one surrogate from its first letter on.
struct SurrogateReader {
    enum Step {
        /// Another digit was read; there will be more.
        case digit
        case whole(SurrogateSyntax.Code)
        /// The text ends in what may become a surrogate.
        case more
        case none
    }

    private(set) var position: Int
    private(set) var digits: UInt64 = 0
    private(set) var taken = 0
    private let label: SurrogateSyntax.Label
    private let base: UnsafePointer<UInt8>
    private let count: Int
    private var gaps = 0

    init(_ label: SurrogateSyntax.Label, _ base: UnsafePointer<UInt8>, at start: Int, count: Int) {
        self.label = label
        self.base = base
        self.count = count
        position = start
    }

    /// Reads on to the next digit.
    mutating func next() -> Step {
        if taken == 0 {
            let length = min(label.length, count - position)
            guard SurrogateSyntax.matches(label, length, base + position) else { return .none }
            guard length == label.length else { return .more }
            position += length
            if let end = joints(upTo: SurrogateSpelling.Bounds.separator, mustSeparate: true) { return end }
        } else if let end = joints(upTo: SurrogateSpelling.Bounds.gaps - gaps, mustSeparate: false) {
            return end
        }
        let value = SurrogateSyntax.values[Int(base[position])]
        guard value != 255 else { return .none }
        digits = digits << 5 | UInt64(value)
        taken += 1
        position += 1
        guard taken == SurrogateSyntax.digits else { return .digit }
        return .whole(SurrogateSyntax.Code(label.sensitiveClass, digits: digits))
    }

    /// Passes what joins; gives back how the reading ends, unless it goes on at a byte that joins nothing.
    private mutating func joints(upTo limit: Int, mustSeparate: Bool) -> Step? {
        let start = position
        var separates = !mustSeparate
        while true {
            switch SurrogateSpelling.joint(base, at: position, count: count) {
            case .joint(let length, let isSeparator):
                position += length
                separates = separates || isSeparator
                guard position - start <= limit else { return Step.none }
            case .more: return .more
            case .none:
                if !mustSeparate { gaps += position - start }
                return separates ? nil : Step.none
            }
        }
    }
}
