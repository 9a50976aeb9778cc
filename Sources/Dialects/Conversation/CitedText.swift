/// The text of an answer, as far as places in it have to be found: providers count code points, bytes, or parts.
struct CitedText: Sendable {
    private typealias Place = (scalars: Int, bytes: Int)

    /// The text, in UTF-8, up to `limit` bytes; places behind them are not found.
    private var text: [UInt8] = []
    /// How many code points begin before each whole multiple of `stride` bytes.
    private var marks: [Int] = []
    private var length: Place = (0, 0)
    private var start: Place = (0, 0)
    private let limit: Int

    private static let stride = 1_024
    /// The most bytes of a stream's text that are kept, 1 MiB: citations further back are of the whole part.
    static let usualLimit = 1 << 20

    /// `limit` is 0 where parts alone have to be found.
    init(limit: Int = usualLimit) { self.limit = limit }

    /// How many bytes it keeps.
    var keptBytes: Int { text.count }

    /// The text goes on.
    mutating func add(_ more: EscapedText) {
        let bytes = more.bytes.contains(0x5C) ? more.decoded()[...] : more.bytes
        let keeps = text.count == length.bytes
        if keeps, text.count + bytes.count <= limit {
            var scalars = length.scalars
            var offset = text.count
            text.append(contentsOf: bytes)
            for byte in bytes {
                if offset % Self.stride == 0 { marks.append(scalars) }
                if byte & 0xC0 != 0x80 { scalars += 1 }
                offset += 1
            }
            length = (scalars, offset)
        } else {
            var scalars = 0
            for byte in bytes where byte & 0xC0 != 0x80 { scalars += 1 }
            length = (length.scalars + scalars, length.bytes + bytes.count)
        }
    }

    /// A part ends; the next one begins.
    mutating func endPart() { start = length }

    /// The part under way.
    var part: Citation.Span { .placed(scalars: start.scalars..<length.scalars, bytes: start.bytes..<length.bytes) }

    /// A citation with its piece of the text found, in code points and bytes; what is not found of them is all the text so far.
    func placed(_ citation: Citation) -> Citation {
        var citation = citation
        switch citation.span {
        case .part: citation.span = part
        case .placed: break
        case .scalars(let range):
            let found = Citation.range(offset(ofScalar: range.lowerBound), offset(ofScalar: range.upperBound))
            citation.span = .placed(scalars: range, bytes: found ?? 0..<length.bytes)
        case .bytes(let range):
            let found = Citation.range(scalars(before: range.lowerBound), scalars(before: range.upperBound))
            citation.span = .placed(scalars: found ?? 0..<length.scalars, bytes: range)
        }
        return citation
    }

    private func scalars(before offset: Int) -> Int? {
        if offset == length.bytes { return length.scalars }
        guard offset < text.count else { return nil }
        let mark = offset / Self.stride
        guard mark < marks.count else { return nil }
        return text[mark * Self.stride..<offset].reduce(marks[mark]) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }

    private func offset(ofScalar number: Int) -> Int? {
        if number == length.scalars { return length.bytes }
        guard number < length.scalars else { return nil }
        // The last mark at or before it.
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle] <= number { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        var scalars = marks[low - 1]
        var offset = (low - 1) * Self.stride
        while offset < text.count {
            if text[offset] & 0xC0 != 0x80 {
                if scalars == number { return offset }
                scalars += 1
            }
            offset += 1
        }
        return nil
    }
}

extension Reply {
    /// Puts citations behind the text that they belong to, with their places in the whole text found. Where there is no text at all there is
    /// nothing that they could belong to.
    mutating func placeCitations() {
        guard parts.contains(where: \.isCitation) else { return }
        var text = CitedText(limit: .max)
        var spans: [Citation.Span] = []
        for part in parts {
            if case .text(let words) = part {
                text.endPart()
                text.add(words)
                spans.append(text.part)
            }
        }
        guard let last = parts.lastIndex(where: \.isText) else {
            parts.removeAll(where: \.isCitation)
            return losses.drop("citations")
        }
        var placed: [Part] = []
        var behind: [Part] = []
        var (number, end) = (-1, 0)
        for (index, part) in parts.enumerated() {
            switch part {
            case .citation(var citation):
                if citation.span == .part, spans.indices.contains(max(number, 0)) {
                    citation.span = spans[max(number, 0)]
                }
                let found = Part.citation(text.placed(citation))
                if index < last || number < 0 { placed.append(found) } else { behind.append(found) }
            default:
                placed.append(part)
                if part.isText { (number, end) = (number + 1, placed.count) }
            }
        }
        placed.insert(contentsOf: behind, at: end)
        parts = placed
    }
}

extension Reply {
    /// The citations of the text at an index, once they stand behind their texts.
    func citations(behind index: Int) -> [Citation] {
        parts[(index + 1)...].prefix(while: \.isCitation).compactMap {
            if case .citation(let citation) = $0 { citation } else { nil }
        }
    }
}

extension Reply.Part {
    var isCitation: Bool { if case .citation = self { true } else { false } }
    var isImage: Bool { if case .image = self { true } else { false } }
    var isText: Bool { if case .text = self { true } else { false } }
}
