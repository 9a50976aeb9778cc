import Inference
import JSONText

/// Searches a request as it would be sent the way its answer will be searched: what it finds must be what was put there, and all of it.
///
/// It looks at every string of every document, names of members and parts that no detector reads included, and at every number. What
/// stands in base64 is not undone, and what a model makes by joining two texts cannot be foreseen; both could only show the caller a
/// value of the same request, since a map holds no others.
struct RestorationCheck {
    private let request: InferenceRequest
    private let findings: Findings
    /// By document and node: strings that are looked at with their findings replaced, or that hold another document.
    private let skipped: [[Bool]]

    init(_ request: InferenceRequest, _ findings: Findings) {
        self.request = request
        self.findings = findings
        var skipped = request.documents.map { [Bool](repeating: false, count: $0.json.nodeCount) }
        for document in request.documents {
            if let parent = document.parent { skipped[parent.document][parent.node] = true }
        }
        findings.forEachText { _, index in skipped[request.texts[index].document][request.texts[index].node] = true }
        self.skipped = skipped
    }

    /// The values whose replacement is found where it was not put, or not found where it was.
    func misleading(_ replacements: Replacements) -> Set<Int> {
        var verdict = Verdict(replacements)
        findings.forEachText { items, index in
            let text = request.texts[index]
            request.documents[text.document].json.value(at: text.node).withDecodedUTF8 { bytes in
                verdict.examine(treated: bytes, findings.items[items])
            }
        }
        for (document, skipped) in zip(request.documents, skipped) {
            for node in 0..<document.json.nodeCount where !skipped[node] {
                switch document.json.kind(at: node) {
                case .string: document.json.value(at: node).withDecodedUTF8 { verdict.examine($0, expected: []) }
                case .number:
                    let range = document.json.value(at: node).range
                    document.json.bytes.withUnsafeBytes {
                        verdict.examine(UnsafeRawBufferPointer(rebasing: $0[range]), expected: [])
                    }
                default: break
                }
            }
        }
        return verdict.misleading
    }

    /// What was seen so far.
    private struct Verdict {
        struct Place {
            let range: Range<Int>
            let value: Int
        }

        private let replacements: Replacements
        /// Values by what they are: which index one has that is found.
        private lazy var indices = Dictionary(
            grouping: replacements.values.indices, by: { replacements.values[$0].value })
        private(set) var misleading: Set<Int> = []

        init(_ replacements: Replacements) { self.replacements = replacements }

        /// A text with its findings replaced.
        mutating func examine(treated text: UnsafeRawBufferPointer, _ items: ArraySlice<Finding>) {
            var treated: [UInt8] = []
            treated.reserveCapacity(text.count + items.count * 8)
            var places: [Place] = []
            var copied = 0
            for item in items.indices {
                treated.append(contentsOf: text[copied..<items[item].range.lowerBound])
                copied = items[item].range.upperBound
                let start = treated.count
                treated += replacements.text(item)
                if case .reversible(let value) = replacements.outcomes[item] {
                    places.append(Place(range: start..<treated.count, value: value))
                }
            }
            treated.append(contentsOf: text[copied...])
            treated.withUnsafeBytes { examine($0, expected: places) }
        }

        /// A text in which surrogates and stand-ins must stand at these places, and at no others.
        mutating func examine(_ text: UnsafeRawBufferPointer, expected places: [Place]) {
            var next = 0
            var end = 0
            replacements.restoration.forEachOccurrence(in: text) { range, value in
                // Expected before this one, and not found.
                while next < places.count, places[next].range.upperBound <= range.lowerBound {
                    if places[next].range.lowerBound >= end { misleading.insert(places[next].value) }
                    next += 1
                }
                end = range.upperBound
                if next < places.count, places[next].range == range,
                    replacements.values[places[next].value].value.elementsEqual(value)
                {
                    next += 1
                } else {
                    misleading.formUnion(indices[[UInt8](value)] ?? [])
                }
            }
            for place in places[min(next, places.count)...] where place.range.lowerBound >= end {
                misleading.insert(place.value)
            }
        }

    }
}

extension RestorationMap {
    /// Calls `body` with each place of a text that would be restored, and with the value that would stand there.
    func forEachOccurrence(
        in text: UnsafeRawBufferPointer, _ body: (_ range: Range<Int>, _ value: ArraySlice<UInt8>) -> Void
    ) {
        guard let storage, let start = text.bindMemory(to: UInt8.self).baseAddress else { return }
        // As `StreamRestorer`: what was restored is a border.
        var base = start
        var count = text.count
        while true {
            var search = SurrogateSearch()
            guard case .found(let range, let index) = search.next(base, count: count, isEnd: true, storage) else {
                return
            }
            let offset = base - start
            body(
                range.lowerBound + offset..<range.upperBound + offset,
                storage.values[(index > 0 ? storage.ends[index - 1] : 0)..<storage.ends[index]])
            base += range.upperBound
            count -= range.upperBound
        }
    }
}
