public import JSONText

/// Which surrogates and other stand-ins of one request stand for which values. It restores only what this request itself replaced.
///
/// The values are the caller's own, in plain text: it prints none of them, and lives no longer than the request.
public struct RestorationMap: Sendable, CustomStringConvertible, CustomReflectable {
    /// For what is raw or redacted: restores nothing.
    public static let empty = RestorationMap(storage: nil)

    /// How a value is written where it goes back.
    public enum Encoding: Sendable, Hashable {
        /// As it was.
        case plain
        /// Escaped for the inside of a JSON string (RFC 8259 §7): the text around it is itself JSON, as tool-call arguments are.
        case json
    }

    let storage: Storage?

    /// Whether it restores nothing.
    public var isEmpty: Bool { storage == nil }
    /// How many different values it holds.
    public var count: Int { storage?.ends.count ?? 0 }
    /// The number of values, and none of them.
    public var description: String { "RestorationMap(\(count) values)" }
    /// Shows no values.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// A text with all surrogates restored.
    public func restored(_ text: UnsafeRawBufferPointer, encoding: Encoding = .plain) -> [UInt8] {
        var restorer = StreamRestorer(self, encoding: encoding)
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        restorer.push(text, into: &output)
        restorer.finish(into: &output)
        return output
    }

    /// A text with all surrogates restored.
    public func restored(_ text: [UInt8], encoding: Encoding = .plain) -> [UInt8] {
        text.withUnsafeBytes { restored($0, encoding: encoding) }
    }

    /// What to replace in a whole answer so that every string and name in it is restored, for `JSONDocument.replacing`.
    ///
    /// `jsonTexts`: nodes of strings whose text is JSON itself (the `arguments` of a tool call), in any order.
    public func restore(in document: JSONDocument, jsonTexts: [Int] = []) -> [JSONReplacement] {
        var replacements: [JSONReplacement] = []
        guard !isEmpty else { return replacements }
        let nested = Set(jsonTexts)
        for node in 0..<document.nodeCount where document.kind(at: node) == .string {
            let encoding: Encoding = nested.contains(node) ? .json : .plain
            restore(in: document.value(at: node), encoding: encoding, into: &replacements)
        }
        return replacements
    }

    /// Appends what to replace in one string or name.
    public func restore(in value: JSONValue, encoding: Encoding, into replacements: inout [JSONReplacement]) {
        guard let storage else { return }
        var mapper: JSONOffsetMapper?
        value.withDecodedUTF8 { text in
            guard let base = text.bindMemory(to: UInt8.self).baseAddress else { return }
            var search = SurrogateSearch()
            while case .found(let range, let index) = search.next(base, count: text.count, isEnd: true, storage) {
                var current = mapper ?? value.offsetMapper()
                let raw = current.rawRange(ofDecoded: range)
                mapper = current
                var bytes: [UInt8] = []
                storage.append(
                    index, for: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count),
                    before: range.lowerBound > 0 ? base[range.lowerBound - 1] : 0, encoding: encoding, to: &bytes)
                replacements.append(JSONReplacement(range: raw, bytes: JSONEscape.escaped(bytes)))
            }
        }
    }

    /// Where in a text something stands that would be restored.
    func ranges(in text: UnsafeRawBufferPointer) -> [Range<Int>] {
        guard let storage, let base = text.bindMemory(to: UInt8.self).baseAddress else { return [] }
        var ranges: [Range<Int>] = []
        var search = SurrogateSearch()
        while case .found(let range, _) = search.next(base, count: text.count, isEnd: true, storage) {
            ranges.append(range)
        }
        return ranges
    }
}
