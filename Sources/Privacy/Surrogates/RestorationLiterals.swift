/// Stand-ins of any form, sorted, so that those which begin at a place of a text are found by halving.
struct RestorationLiterals: Sendable {
    struct Literal: Sendable, Comparable {
        /// As it was written.
        let bytes: [UInt8]
        /// ASCII letters in lower case: the order of the table, and what texts are compared with.
        let folded: [UInt8]
        /// Whether letters count in either case: nobody means `Rose` by `rose`, but `Rose@example.com` by `rose@example.com`.
        let isCaseless: Bool
        /// Whether it must not be part of a longer word or number.
        let isWord: Bool

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            folded = bytes.map { RestorationLiterals.fold($0) }
            isCaseless = bytes.contains { $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: "@") }
            isWord = bytes.count < 8 || !isCaseless
        }

        static func < (left: Literal, right: Literal) -> Bool {
            if left.folded != right.folded { return left.folded.lexicographicallyPrecedes(right.folded) }
            return left.bytes.lexicographicallyPrecedes(right.bytes)
        }
    }

    enum Match: Equatable {
        /// The longest, and where it ends.
        case found(index: Int, end: Int)
        /// The text ends in what may become one, or a longer one.
        case more
        case none
    }

    let all: [Literal]

    init(_ sorted: [Literal]) { all = sorted }

    @inline(__always)
    static func fold(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    /// The longest literal that begins at `start`; `before` is the byte before, 0 for a border.
    func match(
        _ base: UnsafePointer<UInt8>, at start: Int, count: Int, isEnd: Bool, before: UInt8
    ) -> Match {
        var low = 0
        var high = all.count
        var best = Match.none
        var depth = 0
        while low < high {
            if all[low].folded.count == depth {
                let group = low
                while low < high, all[low].folded.count == depth { low += 1 }
                if let index = choose(group..<low, base, start) {
                    let end = start + depth
                    if all[index].isWord, end == count, !isEnd { return .more }
                    let after = end < count ? base[end] : 0
                    if !all[index].isWord || !Self.isPart(base, start, end, before, after) {
                        best = .found(index: index, end: end)
                    }
                }
                continue
            }
            guard start + depth < count else { return isEnd ? best : .more }
            let byte = Self.fold(base[start + depth])
            let first = bound(low, high, depth, byte)
            high = byte == 255 ? high : bound(first, high, depth, byte + 1)
            low = first
            depth += 1
        }
        return best
    }

    /// Of literals that differ in case only: the one that is written so, else the only one that may be written otherwise.
    private func choose(_ group: Range<Int>, _ base: UnsafePointer<UInt8>, _ start: Int) -> Int? {
        for index in group {
            let literal = all[index].bytes
            if literal.indices.allSatisfy({ literal[$0] == base[start + $0] }) { return index }
        }
        return group.count == 1 && all[group.lowerBound].isCaseless ? group.lowerBound : nil
    }

    /// Whether what stands at a range goes on before or after as a word or number.
    private static func isPart(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ before: UInt8, _ after: UInt8
    ) -> Bool {
        func joins(_ one: UInt8, _ other: UInt8) -> Bool {
            let kind = ByteClass.table[Int(one)] & ByteClass.alphanumeric
            return kind != 0 && ByteClass.table[Int(other)] & kind != 0
        }
        return joins(before, base[start]) || joins(base[end - 1], after)
    }

    /// The first literal of a range whose byte at `depth` is `byte` or more; all are longer than `depth`.
    private func bound(_ low: Int, _ high: Int, _ depth: Int, _ byte: UInt8) -> Int {
        var low = low
        var high = high
        while low < high {
            let middle = (low + high) / 2
            if all[middle].folded[depth] < byte { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
