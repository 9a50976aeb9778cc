/// All formats of all families, by the length of their first word, so that a cluster is compared with few.
///
/// Made once, never freed: the tables are plain memory, so that a comparison neither counts references nor copies.
final class IdentifierIndex: @unchecked Sendable {
    /// A word of a shape: which characters are letters, which may be either, and what joins it to the word before.
    struct Segment: Sendable, Hashable {
        var length = 0
        var letters: UInt32 = 0
        var either: UInt32 = 0
        /// 0 for the first word; `~` for any of ` `, `-`, `.`, `/`; `(` for a word in brackets.
        var separator: UInt8 = 0

        /// Whether a word of a kind (`WordCluster.Word.kind`) may have its letters.
        func isOfKind(_ kind: Int) -> Bool {
            length == kind >> 1 && (kind & 1 == 0 ? letters == 0 : letters | either != 0)
        }

        func hasLetters(_ letters: UInt32) -> Bool { (letters ^ self.letters) & ~either == 0 }

        func isJoined(by separator: UInt8) -> Bool {
            separator == self.separator
                || self.separator == UInt8(ascii: "~") && separator <= UInt8(ascii: "/")
                    && separator != UInt8(ascii: "(")
        }
    }

    /// One shape of one format.
    struct Entry: Sendable {
        let format: Int32
        let sensitiveClass: SensitiveClass
        /// How many brackets stand behind the last word.
        let closing: UInt8
    }

    /// The numbers and the check of a format.
    struct Weighing: Sendable {
        let check: @Sendable (IdentifierText) -> IdentifierFormat.Verdict
        let accepted: Int
        let neutral: Int
        let context: Int
        let isCountered: Bool

        init(_ format: IdentifierFormat) {
            check = format.check
            accepted = format.accepted
            neutral = format.neutral
            context = format.context
            isCountered = format.isCountered
        }
    }

    /// What is compared: the first two words, and where all of them stand in `segments`.
    private struct Head {
        let first: Segment
        let second: Segment
        let count: Int
        let segments: Int
        let entry: Entry

        init(_ shape: [Segment], segments: Int, _ entry: Entry) {
            first = shape[0]
            second = shape.count > 1 ? shape[1] : Segment()
            count = shape.count
            self.segments = segments
            self.entry = entry
        }
    }

    /// The heads of which the first word and the second have given lengths and kinds.
    private struct Bucket {
        var start: UInt16 = 0
        var end: UInt16 = 0
        /// What may join the second word to the first, a bit for each.
        var separators: UInt16 = 0
        /// How many words the shortest of them has.
        var words = UInt16.max
    }

    /// A word of digits only, or one with a letter, of each length.
    private static let kinds = 2 * (WordCluster.Bounds.length + 1)

    static let shared = IdentifierIndex(IdentifierFamilies.all.flatMap { $0.formats })

    let formats: [IdentifierFormat]
    /// What is weighed of each format, to be read where it lies.
    let weighings: UnsafePointer<Weighing>
    /// The classes of all formats.
    let classes: SensitiveClassSet
    /// By the kinds of the first word and the second; the first of each row is for shapes of one word.
    private let buckets: UnsafePointer<Bucket>
    private let heads: UnsafePointer<Head>
    private let segments: UnsafePointer<Segment>

    init(_ formats: [IdentifierFormat]) {
        self.formats = formats
        weighings = Self.table(formats.map(Weighing.init))
        var classes = SensitiveClassSet()
        var shapes: [(segments: [Segment], entry: Entry)] = []
        for (number, format) in formats.enumerated() {
            classes.insert(format.sensitiveClass)
            var seen: Set<[Segment]> = []
            for text in format.shapes.flatMap({ Self.expansions($0) }) {
                let segments = Self.segments(text)
                guard seen.insert(segments).inserted else { continue }
                let isBracketed = segments[segments.count - 1].separator == UInt8(ascii: "(")
                let entry = Entry(
                    format: Int32(number), sensitiveClass: format.sensitiveClass, closing: isBracketed ? 1 : 0)
                shapes.append((segments, entry))
            }
        }
        self.classes = classes
        var heads: [Head] = []
        var segments: [Segment] = []
        var buckets: [Bucket] = []
        for first in 0..<Self.kinds {
            for second in 0..<Self.kinds {
                var bucket = Bucket(start: UInt16(heads.count))
                for shape in shapes where shape.segments[0].isOfKind(first) {
                    let following = shape.segments.count > 1 ? shape.segments[1] : Segment()
                    guard following.isOfKind(second) else { continue }
                    for separator in " -./:(".utf8 where following.isJoined(by: separator) {
                        bucket.separators |= Self.bit(separator)
                    }
                    bucket.words = min(bucket.words, UInt16(shape.segments.count))
                    heads.append(Head(shape.segments, segments: segments.count, shape.entry))
                    segments += shape.segments
                }
                bucket.end = UInt16(heads.count)
                buckets.append(bucket)
            }
        }
        self.buckets = Self.table(buckets)
        self.heads = Self.table(heads)
        self.segments = Self.table(segments)
    }

    /// A separator as a bit: they differ in the last four of theirs.
    @inline(__always)
    private static func bit(_ separator: UInt8) -> UInt16 { 1 &<< UInt16(separator & 15) }

    private static func table<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let table = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        table.initialize(from: elements, count: elements.count)
        return UnsafePointer(table)
    }

    /// Whether some shape may begin with a word and the next one, by their lengths and what joins them.
    @inline(__always)
    func mayMatch(_ cluster: borrowing WordCluster, from first: Int) -> Bool {
        let word = cluster.words[first]
        guard word.length <= WordCluster.Bounds.length else { return false }
        let row = word.kind &* Self.kinds
        if buckets[row].start < buckets[row].end { return true }
        guard first &+ 1 < cluster.count else { return false }
        let next = cluster.words[first &+ 1]
        guard next.length <= WordCluster.Bounds.length else { return false }
        let joined = buckets[row &+ next.kind]
        return joined.separators & Self.bit(next.separator) != 0 && first &+ Int(joined.words) <= cluster.count
    }

    /// Calls `found` with each entry whose shape the words from one on have, and how many words it takes.
    @inline(__always)
    func match(_ cluster: borrowing WordCluster, from first: Int, _ found: (_ entry: Entry, _ words: Int) -> Void) {
        let word = cluster.words[first]
        guard word.length <= WordCluster.Bounds.length else { return }
        let row = word.kind &* Self.kinds
        let alone = buckets[row]
        var position = Int(alone.start)
        while position < Int(alone.end) {
            let head = heads + position
            position &+= 1
            if head.pointee.first.hasLetters(word.letters) { found(head.pointee.entry, 1) }
        }
        guard first + 1 < cluster.count else { return }
        let next = cluster.words[first + 1]
        guard next.length <= WordCluster.Bounds.length else { return }
        let joined = buckets[row &+ next.kind]
        guard joined.separators & Self.bit(next.separator) != 0, first &+ Int(joined.words) <= cluster.count else {
            return
        }
        position = Int(joined.start)
        while position < Int(joined.end) {
            let head = heads + position
            position &+= 1
            guard head.pointee.first.hasLetters(word.letters), head.pointee.second.hasLetters(next.letters),
                head.pointee.second.isJoined(by: next.separator), first + head.pointee.count <= cluster.count,
                agrees(cluster, first, head.pointee.segments, head.pointee.count)
            else { continue }
            found(head.pointee.entry, head.pointee.count)
        }
    }

    /// Whether the words from the third on have a shape's.
    private func agrees(_ cluster: borrowing WordCluster, _ first: Int, _ start: Int, _ count: Int) -> Bool {
        var index = 2
        while index < count {
            let word = cluster.words[first + index]
            let segment = segments + start + index
            guard Int(word.length) == segment.pointee.length, segment.pointee.hasLetters(word.letters),
                segment.pointee.isJoined(by: word.separator)
            else { return false }
            index &+= 1
        }
        return true
    }

    /// All shapes that a shape with optional pieces in square brackets stands for.
    static func expansions(_ shape: String) -> [String] {
        guard let opening = shape.firstIndex(of: "["), let closing = shape[opening...].firstIndex(of: "]") else {
            return [shape]
        }
        let piece = shape[shape.index(after: opening)..<closing]
        let tails = expansions(String(shape[shape.index(after: closing)...]))
        return tails.flatMap { [shape[..<opening] + $0, shape[..<opening] + piece + $0] }
    }

    private static func segments(_ shape: String) -> [Segment] {
        var segments = [Segment()]
        for byte in shape.utf8 where byte != UInt8(ascii: ")") {
            let bit: UInt32 = 1 << UInt32(segments[segments.count - 1].length)
            switch byte {
            case UInt8(ascii: "9"): break
            case UInt8(ascii: "A"): segments[segments.count - 1].letters |= bit
            case UInt8(ascii: "X"): segments[segments.count - 1].either |= bit
            default:
                segments.append(Segment(separator: byte))
                continue
            }
            segments[segments.count - 1].length += 1
        }
        precondition(
            segments.allSatisfy { $0.length > 0 && $0.length <= WordCluster.Bounds.length }
                && segments.count <= WordCluster.Bounds.step, "shape \(shape)")
        return segments
    }
}
