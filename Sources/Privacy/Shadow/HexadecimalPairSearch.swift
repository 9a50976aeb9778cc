/// Looks for hexadecimal digits with something between the bytes: `34 31 31 31`, `34:31:31:31`, `0x34, 0x31`, `3431 3131` as dumps have it.
struct HexadecimalPairSearch {
    private enum Bounds {
        /// Fewer bytes are no value.
        static let shortest = 5
        /// From so many on any text counts.
        static let text = 9
        static let separator = 2
        /// Spaces before a further line.
        static let indentation = 16
        /// How far before a sign in the survey the first byte may stand: two bytes with prefix and separator.
        static let reach = 24
    }

    private let text: UnsafeBufferPointer<UInt8>
    private let survey: TextSurvey
    private let classes = ByteClass.table
    private var position = 0

    init(_ text: UnsafeBufferPointer<UInt8>, _ survey: TextSurvey) {
        self.text = text
        self.survey = survey
    }

    mutating func next() -> HiddenText? {
        while let place = survey.next(.pairs, from: position) {
            let block = place &- place % TextSurvey.block
            let end = min(text.count, block &+ TextSurvey.block)
            if let first = firstPair(in: block) {
                var start = max(position, max(place, first) &- Bounds.reach)
                while start < end {
                    if isStart(start), let found = read(from: start) {
                        position = found.range.upperBound
                        return found
                    }
                    start &+= 1
                }
            }
            position = end
        }
        position = text.count
        return nil
    }

    /// Where in a block the first of three pairs of digits stands, or of a group of two bytes and a further one; `nil` if there is none:
    /// dates, times and most numbers are not looked at.
    private func firstPair(in block: Int) -> Int? {
        guard block &+ TextSurvey.block <= text.count, let base = text.baseAddress else { return block }
        let leads = BlockMarks(base + block, BlockMarks.isLead).bits
        let words = BlockMarks(base + block) { BlockMarks.isDigit($0) | BlockMarks.isLetter($0) }.bits
        let pairs = leads & (words &>> 1) & ~(words &>> 2) & (leads &>> 3) & ~(words &<< 1)
        // Behind a prefix the second digit is a zero.
        let groups = leads & (words &>> 1) & ~(words &>> 2) & (leads &>> 5 | leads &>> 6) & (words &<< 1)
        let found =
            pairs & (pairs &>> 3) | groups
            | leads & (words &>> 1) & (leads &>> 2) & (words &>> 3) & ~(words &>> 4) & (leads &>> 5)
        return found == 0 ? nil : block &+ found.trailingZeroBitCount
    }

    /// Whether a first byte of two digits may begin here: text begins with `2` to `7`, beyond ASCII with `c` to `e`.
    @inline(__always)
    private func isStart(_ start: Int) -> Bool {
        let first = text[start]
        guard classes[Int(first)] & ByteClass.hexadecimal != 0 else { return false }
        if first &- UInt8(ascii: "2") < 6 || (first | 0x20) &- UInt8(ascii: "c") < 3 {
            return isAlphanumeric(start &- 1) == false && Hexadecimal.value(text.byte(start &+ 1)) != nil
        }
        return first == UInt8(ascii: "0") && text.byte(start &+ 1) | 0x20 == UInt8(ascii: "x")
            && text.byte(start &+ 2) &- UInt8(ascii: "2") < 6 && !isAlphanumeric(start &- 1)
    }

    private func isAlphanumeric(_ offset: Int) -> Bool {
        classes[Int(text.byte(offset))] & ByteClass.alphanumeric != 0
    }

    private func read(from start: Int) -> HiddenText? {
        let hasPrefix = text.byte(start &+ 1) | 0x20 == UInt8(ascii: "x")
        guard let first = group(at: start, hasPrefix, size: nil), first.count <= 2 else { return nil }
        guard let separator = separator(at: first.end, hasPrefix) else { return nil }
        guard mayBeText(first, separator, hasPrefix) else { return nil }
        var bytes: [UInt8] = []
        var judge = TextSample()
        var current = first
        var end = start
        while true {
            for index in 0..<current.count {
                let byte = index == 0 ? current.bytes.0 : current.bytes.1
                judge.add(byte)
                bytes.append(byte)
            }
            guard judge.isMostlyText, bytes.count > Bounds.text || judge.isClean else { break }
            end = current.end
            guard current.count == first.count, let next = afterSeparator(separator, current.end),
                let group = group(at: next, hasPrefix, size: first.count)
            else { break }
            current = group
        }
        guard end == current.end, bytes.count >= Bounds.shortest else { return nil }
        guard bytes.count >= Bounds.text ? judge.isText : judge.isClean && HiddenText.isShortValue(bytes) else {
            return nil
        }
        return HiddenText(bytes: bytes, range: start..<end, encoding: .hexadecimal)
    }

    /// Whether the shortest run follows and begins with text: most that looks like pairs ends before.
    private func mayBeText(_ first: Group, _ separator: (UInt8, UInt8), _ hasPrefix: Bool) -> Bool {
        var judge = TextSample()
        var current = first
        var count = 0
        while true {
            judge.add(current.bytes.0)
            if current.count > 1 { judge.add(current.bytes.1) }
            count &+= current.count
            guard judge.isClean else { return false }
            if count >= Bounds.shortest { return true }
            guard current.count == first.count, let next = afterSeparator(separator, current.end),
                let group = group(at: next, hasPrefix, size: first.count)
            else { return false }
            current = group
        }
    }

    private typealias Group = (bytes: (UInt8, UInt8), count: Int, end: Int)

    /// One or two bytes in digits, alone; `size` is what the first had, of which the last may have less.
    private func group(at start: Int, _ hasPrefix: Bool, size: Int?) -> Group? {
        var place = start
        if hasPrefix {
            guard text.byte(place) == UInt8(ascii: "0"), text.byte(place &+ 1) | 0x20 == UInt8(ascii: "x") else {
                return nil
            }
            place &+= 2
        }
        var bytes: (UInt8, UInt8) = (0, 0)
        var count = 0
        while count < 2, let byte = Hexadecimal.number(text, place, count: 2) {
            if count == 0 {
                bytes.0 = UInt8(truncatingIfNeeded: byte)
            } else {
                bytes.1 = UInt8(truncatingIfNeeded: byte)
            }
            count &+= 1
            place &+= 2
        }
        guard count > 0, count <= size ?? 2, !isAlphanumeric(place) else { return nil }
        return (bytes, count, place)
    }

    /// What stands between the first two: a mark, a space, or a mark and a space.
    private func separator(at place: Int, _ hasPrefix: Bool) -> (UInt8, UInt8)? {
        let mark = text.byte(place)
        switch mark {
        case UInt8(ascii: " "): return (mark, 0)
        case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "."):
            return (mark, text.byte(place &+ 1) == UInt8(ascii: " ") ? UInt8(ascii: " ") : 0)
        default: return nil
        }
    }

    /// The place behind the separator, or behind the end of a line in its place.
    private func afterSeparator(_ separator: (UInt8, UInt8), _ start: Int) -> Int? {
        var place = start
        let isMark = text.byte(place) == separator.0
        if isMark {
            place &+= 1
            if separator.1 != 0, text.byte(place) == separator.1 { return place &+ 1 }
            if separator.1 == 0, text.byte(place) > UInt8(ascii: " ") { return place }
        }
        if text.byte(place) == UInt8(ascii: "\r") { place &+= 1 }
        guard text.byte(place) == UInt8(ascii: "\n") else { return nil }
        place &+= 1
        let line = place
        while text.byte(place) == UInt8(ascii: " "), place &- line < Bounds.indentation { place &+= 1 }
        return place
    }
}
