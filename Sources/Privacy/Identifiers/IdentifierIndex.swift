/// All formats of all families, by the length of their first word, so that a cluster is compared with few.
struct IdentifierIndex: Sendable {
    /// A word of a shape: which characters are letters, which may be either, and what joins it to the word before.
    struct Segment: Sendable, Hashable {
        var length = 0
        var letters: UInt32 = 0
        var either: UInt32 = 0
        /// 0 for the first word; `~` for any.
        var separator: UInt8 = 0
    }

    /// One shape of one format.
    struct Entry: Sendable {
        let format: Int
        let shape: Int
        let segments: [Segment]
    }

    /// What is compared first, without touching `Entry`.
    private struct Head {
        let letters: UInt32
        let either: UInt32
        let segments: Int
        let entry: Int
    }

    static let shared = IdentifierIndex(IdentifierFamilies.all.flatMap { $0.formats })

    let formats: [IdentifierFormat]
    let entries: [Entry]
    /// By the first word's length: where in `heads` its entries begin and end.
    private let buckets: [Range<Int>]
    private let heads: [Head]

    init(_ formats: [IdentifierFormat]) {
        self.formats = formats
        var entries: [Entry] = []
        for (number, format) in formats.enumerated() {
            for (shape, text) in format.shapes.enumerated() {
                entries.append(Entry(format: number, shape: shape, segments: Self.segments(text)))
            }
        }
        self.entries = entries
        var heads: [Head] = []
        buckets = (0...WordCluster.Bounds.length).map { length in
            let start = heads.count
            for (index, entry) in entries.enumerated() where entry.segments[0].length == length {
                let first = entry.segments[0]
                heads.append(
                    Head(
                        letters: first.letters, either: first.either, segments: entry.segments.count, entry: index))
            }
            return start..<heads.count
        }
        self.heads = heads
    }

    /// Calls `found` with each entry whose shape the words from one on have, and how many words it takes.
    @inline(__always)
    func match(_ cluster: WordCluster, from first: Int, _ found: (_ entry: Entry, _ words: Int) -> Void) {
        let word = cluster.words[first]
        guard word.length <= WordCluster.Bounds.length else { return }
        for position in buckets[Int(word.length)] {
            let head = heads[position]
            guard (word.letters ^ head.letters) & ~head.either == 0, first + head.segments <= cluster.count else {
                continue
            }
            let entry = entries[head.entry]
            if head.segments == 1 || Self.agrees(cluster, first, entry.segments) { found(entry, head.segments) }
        }
    }

    private static func agrees(_ cluster: WordCluster, _ first: Int, _ segments: [Segment]) -> Bool {
        for index in 1..<segments.count {
            let word = cluster.words[first + index]
            let segment = segments[index]
            guard Int(word.length) == segment.length, (word.letters ^ segment.letters) & ~segment.either == 0,
                word.separator == segment.separator || segment.separator == UInt8(ascii: "~")
            else { return false }
        }
        return true
    }

    private static func segments(_ shape: String) -> [Segment] {
        var segments = [Segment()]
        for byte in shape.utf8 {
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
