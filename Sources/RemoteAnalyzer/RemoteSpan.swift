public import Inference

/// Sensitive data that the service found in a text: where and what, never the value.
public struct RemoteSpan: Sendable, Hashable {
    /// Which bytes of the text (UTF-8), at borders of code points, never empty.
    public let range: Range<Int>
    /// The class, as policies know it.
    public let dataClass: DataClass
    /// How sure the service is, 0 to 100.
    public let score: Int

    /// Puts a span together.
    public init(range: Range<Int>, dataClass: DataClass, score: Int) {
        self.range = range
        self.dataClass = dataClass
        self.score = score
    }

    /// Sorts the spans of one text by place, and makes one of those of the same class that share a byte: what was found in two
    /// pieces of a text (``TextPieces``), or twice by two recognisers, is one value. Spans of different classes may overlap.
    static func unite(_ spans: inout [RemoteSpan]) {
        guard spans.count > 1 else { return }
        spans.sort { left, right in
            if left.dataClass != right.dataClass { return left.dataClass < right.dataClass }
            return left.range.lowerBound < right.range.lowerBound
        }
        var kept = 0
        for index in 1..<spans.count {
            let (last, next) = (spans[kept], spans[index])
            if next.dataClass == last.dataClass, next.range.lowerBound < last.range.upperBound {
                spans[kept] = RemoteSpan(
                    range: last.range.lowerBound..<max(last.range.upperBound, next.range.upperBound),
                    dataClass: last.dataClass, score: max(last.score, next.score))
            } else {
                kept += 1
                spans[kept] = next
            }
        }
        spans.removeSubrange((kept + 1)...)
        spans.sort { left, right in
            left.range.lowerBound != right.range.lowerBound
                ? left.range.lowerBound < right.range.lowerBound : left.range.upperBound > right.range.upperBound
        }
    }
}
