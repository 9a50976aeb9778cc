/// A text as people read it who see no broken lines and no Markdown: a value that a line's end or `**` stands in is found there, and nowhere in
/// the text as it is.
struct JoinedText {
    /// What comes of a line's end.
    enum Joint: CaseIterable {
        /// A space: it broke between words.
        case space
        /// Nothing, and the hyphen before it neither: it broke within a word.
        case nothing
    }

    /// The text, in UTF-8.
    private(set) var bytes: [UInt8] = []
    /// Where each of its bytes stands in the text that it comes from.
    private var places: [Int] = []
    /// Before which of its bytes something was left out; in order.
    private var seams: [Int] = []

    /// `nil` where nothing is to be joined.
    init?(_ text: [UInt8], _ joint: Joint) {
        guard text.contains(where: { $0 == 0x0A || Self.isMark($0) }) else { return nil }
        bytes.reserveCapacity(text.count)
        places.reserveCapacity(text.count)
        var at = 0
        while at < text.count {
            let byte = text[at]
            if byte == 0x0A, !isAtParagraph, let next = Self.nextLine(of: text, after: at) {
                join(text, at, joint)
                at = next
            } else if Self.isMark(byte) || (byte == 0x5F && !Self.isWithinWord(text, at)) {
                seam()
                at += 1
                // Of the blanks around a cell's border one stays.
                if bytes.last == 0x20 { while at < text.count, text[at] == 0x20 { at += 1 } }
            } else {
                append(byte, at)
                at += 1
            }
        }
        if seams.isEmpty { return nil }
    }

    /// Where a range stands in the text that it comes from; `nil` where nothing was left out in it, so that the text says the same.
    func original(_ range: Range<Int>) -> Range<Int>? {
        guard !range.isEmpty, range.upperBound <= bytes.count,
            seams.contains(where: { range.lowerBound < $0 && $0 < range.upperBound })
        else { return nil }
        return places[range.lowerBound]..<places[range.upperBound - 1] + 1
    }

    private mutating func append(_ byte: UInt8, _ place: Int) {
        bytes.append(byte)
        places.append(place)
    }

    private mutating func seam() { if seams.last != bytes.count { seams.append(bytes.count) } }

    /// Ends a line that goes on in the next one.
    private mutating func join(_ text: [UInt8], _ at: Int, _ joint: Joint) {
        while let last = bytes.last, last == 0x20 || last == 0x09 || last == 0x0D { removeLast() }
        if joint == .nothing, bytes.last == 0x2D { removeLast() }
        seam()
        guard joint == .space else { return }
        append(0x20, at)
        seam()
    }

    /// Whether nothing stands in the line so far.
    private var isAtParagraph: Bool { bytes.last { ![0x20, 0x09, 0x0D].contains($0) } ?? 0x0A == 0x0A }

    private mutating func removeLast() {
        bytes.removeLast()
        places.removeLast()
    }

    /// Where the next line's words begin, behind its indentation and signs of quoting; `nil` where the line is empty, which ends a paragraph.
    private static func nextLine(of text: [UInt8], after end: Int) -> Int? {
        var at = end + 1
        while at < text.count, [0x20, 0x09, 0x0D, 0x3E].contains(text[at]) { at += 1 }
        return at < text.count && text[at] != 0x0A ? at : nil
    }

    /// `*`, `` ` ``, `~` and `|` stand around words and cells.
    private static func isMark(_ byte: UInt8) -> Bool { [0x2A, 0x60, 0x7E, 0x7C].contains(byte) }

    private static func isWithinWord(_ text: [UInt8], _ at: Int) -> Bool {
        func isWord(_ at: Int) -> Bool {
            guard text.indices.contains(at) else { return false }
            let byte = text[at]
            return byte >= 0x80 || byte == 0x5F || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
        }
        // `__` around a word has one of its own beside it.
        return isWord(at - 1) && isWord(at + 1) && text[at - 1] != 0x5F && text[at + 1] != 0x5F
    }
}
