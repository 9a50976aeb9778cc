/// All formats of all families, by the length of their first word, so that a cluster is compared with few.
///
/// Made once, never freed: the tables are plain memory, so that a comparison neither counts references nor copies.
struct IdentifierIndex: @unchecked Sendable {
    /// A word of a shape: which characters are letters, which may be either, and what joins it to the word before.
    struct Segment: Sendable, Hashable {
        var length = 0
        var letters: UInt32 = 0
        var either: UInt32 = 0
        /// 0 for the first word; `~` for any of ` `, `-`, `.`, `/`; `(` for a word in brackets.
        var separator: UInt8 = 0
    }

    /// One shape of one format.
    struct Entry: Sendable {
        let format: Int
        /// How many brackets stand behind the last word.
        let closing: Int
    }

    /// What is compared: the first word, and where the others stand in `segments`.
    private struct Head {
        let letters: UInt32
        let either: UInt32
        /// Length of the second word; 0 if there is none.
        let second: Int32
        let count: Int32
        let segments: Int
        let entry: Entry
    }

    /// The heads whose first words have one length and kind.
    private struct Bucket {
        var heads = 0..<0
        /// Which lengths the second words have; bit 0 where there is none.
        var seconds: UInt32 = 0
    }

    static let shared = IdentifierIndex(IdentifierFamilies.all.flatMap { $0.formats })

    let formats: [IdentifierFormat]
    /// The classes of all formats.
    let classes: SensitiveClassSet
    /// By the first word's length, twice: words of digits only, and words with a letter.
    private let buckets: UnsafePointer<Bucket>
    private let heads: UnsafePointer<Head>
    private let segments: UnsafePointer<Segment>

    init(_ formats: [IdentifierFormat]) {
        self.formats = formats
        var classes = SensitiveClassSet()
        var shapes: [(segments: [Segment], entry: Entry)] = []
        for (number, format) in formats.enumerated() {
            classes.insert(format.sensitiveClass)
            var seen: Set<[Segment]> = []
            for text in format.shapes.flatMap({ Self.expansions($0) }) {
                let segments = Self.segments(text)
                guard seen.insert(segments).inserted else { continue }
                let isBracketed = segments[segments.count - 1].separator == UInt8(ascii: "(")
                shapes.append((segments, Entry(format: number, closing: isBracketed ? 1 : 0)))
            }
        }
        self.classes = classes
        var heads: [Head] = []
        var segments: [Segment] = []
        var buckets: [Bucket] = []
        for index in 0..<2 * (WordCluster.Bounds.length + 1) {
            var bucket = Bucket()
            let start = heads.count
            for shape in shapes where shape.segments[0].length == index >> 1 {
                let first = shape.segments[0]
                guard index & 1 == 0 ? first.letters == 0 : first.letters | first.either != 0 else { continue }
                let second = shape.segments.count > 1 ? shape.segments[1].length : 0
                bucket.seconds |= 1 << UInt32(second)
                heads.append(
                    Head(
                        letters: first.letters, either: first.either, second: Int32(second),
                        count: Int32(shape.segments.count), segments: segments.count, entry: shape.entry))
                segments += shape.segments
            }
            bucket.heads = start..<heads.count
            buckets.append(bucket)
        }
        self.buckets = Self.table(buckets)
        self.heads = Self.table(heads)
        self.segments = Self.table(segments)
    }

    private static func table<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let table = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        table.initialize(from: elements, count: elements.count)
        return UnsafePointer(table)
    }

    /// Calls `found` with each entry whose shape the words from one on have, and how many words it takes.
    @inline(__always)
    func match(_ cluster: borrowing WordCluster, from first: Int, _ found: (_ entry: Entry, _ words: Int) -> Void) {
        let word = cluster.words[first]
        guard word.length <= WordCluster.Bounds.length else { return }
        let bucket = buckets + (Int(word.length) << 1 | (word.letters == 0 ? 0 : 1))
        let next = first + 1 < cluster.count ? min(31, cluster.words[first + 1].length) : 0
        guard bucket.pointee.seconds & (1 | 1 << UInt32(next)) != 0 else { return }
        var position = bucket.pointee.heads.lowerBound
        let end = bucket.pointee.heads.upperBound
        while position < end {
            let head = heads + position
            position &+= 1
            guard (word.letters ^ head.pointee.letters) & ~head.pointee.either == 0,
                head.pointee.second == 0 || head.pointee.second == next,
                first + Int(head.pointee.count) <= cluster.count
            else { continue }
            if head.pointee.second == 0 || agrees(cluster, first, head.pointee.segments, Int(head.pointee.count)) {
                found(head.pointee.entry, Int(head.pointee.count))
            }
        }
    }

    private func agrees(_ cluster: borrowing WordCluster, _ first: Int, _ start: Int, _ count: Int) -> Bool {
        var index = 1
        while index < count {
            let word = cluster.words[first + index]
            let segment = segments + start + index
            guard Int(word.length) == segment.pointee.length,
                (word.letters ^ segment.pointee.letters) & ~segment.pointee.either == 0,
                word.separator == segment.pointee.separator
                    || segment.pointee.separator == UInt8(ascii: "~") && word.separator <= UInt8(ascii: "/")
                        && word.separator != UInt8(ascii: "(")
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
