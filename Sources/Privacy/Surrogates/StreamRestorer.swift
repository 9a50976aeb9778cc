/// Restores surrogates in one channel of a streamed answer (one choice, content block or tool call), however it is cut.
///
/// It holds back only the longest end of the text that may still become one of this request's surrogates, at most 40 bytes (or
/// a longer stand-in), and nothing of ordinary prose. What it gives out in all is the same for every way to cut the text.
public struct StreamRestorer: Sendable {
    private let map: RestorationMap
    private let encoding: RestorationMap.Encoding
    /// Bytes that came and did not go yet.
    private var held: [UInt8] = []
    /// The byte before `held`, and the one before that.
    private var previous: UInt8 = 0
    private var beforePrevious: UInt8 = 0

    /// Starts at the beginning of a channel's text. With `.json` the text is JSON, whose strings hold the surrogates.
    public init(_ map: RestorationMap, encoding: RestorationMap.Encoding = .plain) {
        self.map = map
        self.encoding = encoding
    }

    /// Whether some text is held back.
    public var isHolding: Bool { !held.isEmpty }
    var heldBytes: Int { held.count }

    /// Takes a piece of decoded text, UTF-8 cut anywhere, if it goes out as it is with nothing before it; else `false`, and nothing has
    /// happened. So a caller can forward the bytes that it has.
    public mutating func passes(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let storage = map.storage else { return true }
        guard held.isEmpty else { return false }
        guard let base = text.bindMemory(to: UInt8.self).baseAddress else { return true }
        var search = SurrogateSearch(previous: previous, beforePrevious: beforePrevious)
        guard case .end(let hold) = search.next(base, count: text.count, isEnd: false, storage), hold == text.count
        else {
            return false
        }
        pass(base, text.count)
        return true
    }

    /// Takes a piece of decoded text, UTF-8 cut anywhere, and appends to `output` what can go out.
    public mutating func push(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard let storage = map.storage else {
            output.append(contentsOf: text)
            return
        }
        guard !text.isEmpty else { return }
        if held.isEmpty {
            let hold = release(text, storage, isEnd: false, into: &output)
            if hold < text.count { held.append(contentsOf: text[hold...]) }
        } else {
            held.append(contentsOf: text)
            let hold = held.withUnsafeBytes { release($0, storage, isEnd: false, into: &output) }
            held.removeSubrange(..<hold)
        }
    }

    /// Takes a piece of text and gives back what can go out.
    public mutating func push(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        text.withUnsafeBytes { push($0, into: &output) }
        return output
    }

    /// The text is at its end: appends what was held back. The restorer then stands at the beginning of a new text.
    public mutating func finish(into output: inout [UInt8]) {
        if let storage = map.storage, !held.isEmpty {
            _ = held.withUnsafeBytes { release($0, storage, isEnd: true, into: &output) }
            held.removeAll(keepingCapacity: true)
        }
        previous = 0
        beforePrevious = 0
    }

    /// The text is at its end: gives back what was held back.
    public mutating func finish() -> [UInt8] {
        var output: [UInt8] = []
        finish(into: &output)
        return output
    }

    /// Appends what can go out, restored; gives back from where on the text is held.
    private mutating func release(
        _ text: UnsafeRawBufferPointer, _ storage: RestorationMap.Storage, isEnd: Bool, into output: inout [UInt8]
    ) -> Int {
        guard let start = text.bindMemory(to: UInt8.self).baseAddress else { return 0 }
        var base = start
        var count = text.count
        while true {
            var search = SurrogateSearch(previous: previous, beforePrevious: beforePrevious)
            switch search.next(base, count: count, isEnd: isEnd, storage) {
            case .found(let range, let index):
                output.append(contentsOf: UnsafeBufferPointer(start: base, count: range.lowerBound))
                storage.append(
                    index, for: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count),
                    before: range.lowerBound > 0 ? base[range.lowerBound - 1] : previous, encoding: encoding,
                    to: &output)
                // What was restored is a border.
                previous = 0
                beforePrevious = 0
                base += range.upperBound
                count -= range.upperBound
            case .end(let hold):
                output.append(contentsOf: UnsafeBufferPointer(start: base, count: hold))
                pass(base, hold)
                return base - start + hold
            }
        }
    }

    /// Notes that so many bytes went out.
    private mutating func pass(_ base: UnsafePointer<UInt8>, _ count: Int) {
        if count > 1 {
            beforePrevious = base[count - 2]
            previous = base[count - 1]
        } else if count == 1 {
            beforePrevious = previous
            previous = base[0]
        }
    }
}
