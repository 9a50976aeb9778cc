/// All formats of all families, by the length of their first word, so that a cluster is compared with few.
struct IdentifierIndex: Sendable {
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
        let shape: Int
        let segments: [Segment]
        /// How many brackets stand behind the last word.
        var closing: Int { segments[segments.count - 1].separator == UInt8(ascii: "(") ? 1 : 0 }
    }

    /// What is compared first, without touching `Entry`.
    private struct Head {
        let letters: UInt32
        let either: UInt32
        let segments: Int32
        /// Length of the second word; 0 if there is none.
        let second: Int32
        let entry: Int
    }

    static let shared = IdentifierIndex(IdentifierFamilies.all.flatMap { $0.formats })

    let formats: [IdentifierFormat]
    let entries: [Entry]
    /// By the first word's length, twice: words of digits only, and words with a letter. Where in `heads` their entries begin and end.
    private let buckets: [Range<Int>]
    private let heads: [Head]

    init(_ formats: [IdentifierFormat]) {
        self.formats = formats
        var entries: [Entry] = []
        for (number, format) in formats.enumerated() {
            var seen: Set<[Segment]> = []
            for (shape, text) in format.shapes.flatMap({ Self.expansions($0) }).enumerated() {
                let segments = Self.segments(text)
                if seen.insert(segments).inserted {
                    entries.append(Entry(format: number, shape: shape, segments: segments))
                }
            }
        }
        self.entries = entries
        var heads: [Head] = []
        buckets = (0..<2 * (WordCluster.Bounds.length + 1)).map { bucket in
            let start = heads.count
            for (index, entry) in entries.enumerated() where entry.segments[0].length == bucket >> 1 {
                let first = entry.segments[0]
                guard bucket & 1 == 0 ? first.letters == 0 : first.letters | first.either != 0 else { continue }
                heads.append(
                    Head(
                        letters: first.letters, either: first.either, segments: Int32(entry.segments.count),
                        second: entry.segments.count > 1 ? Int32(entry.segments[1].length) : 0, entry: index))
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
        let next = first + 1 < cluster.count ? cluster.words[first + 1].length : 0
        for position in buckets[Int(word.length) << 1 | (word.letters == 0 ? 0 : 1)] {
            let head = heads[position]
            guard (word.letters ^ head.letters) & ~head.either == 0, head.second == 0 || head.second == next,
                first + Int(head.segments) <= cluster.count
            else { continue }
            let entry = entries[head.entry]
            if head.segments == 1 || Self.agrees(cluster, first, entry.segments) { found(entry, Int(head.segments)) }
        }
    }

    private static func agrees(_ cluster: WordCluster, _ first: Int, _ segments: [Segment]) -> Bool {
        for index in 1..<segments.count {
            let word = cluster.words[first + index]
            let segment = segments[index]
            guard Int(word.length) == segment.length, (word.letters ^ segment.letters) & ~segment.either == 0,
                word.separator == segment.separator
                    || segment.separator == UInt8(ascii: "~") && word.separator <= UInt8(ascii: "/")
                        && word.separator != UInt8(ascii: "(")
            else { return false }
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
