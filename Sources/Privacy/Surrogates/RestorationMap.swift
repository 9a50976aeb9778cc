public import JSONText

/// Which surrogates of one request stand for which values. It restores only what this request itself replaced.
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

    final class Storage: Sendable {
        /// Ascending.
        let codes: [UInt64]
        /// Where each code's value ends in `values`; it begins where the one before ends.
        let ends: [Int]
        let values: [UInt8]
        let classes: SensitiveClassSet

        init(codes: [UInt64], ends: [Int], values: [UInt8], classes: SensitiveClassSet) {
            self.codes = codes
            self.ends = ends
            self.values = values
            self.classes = classes
        }
    }

    let storage: Storage?

    /// Whether it restores nothing.
    public var isEmpty: Bool { storage == nil }
    /// How many different values it holds.
    public var count: Int { storage?.codes.count ?? 0 }
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
            var search = SurrogateSearch(position: 0, lowest: 0, previous: 0)
            while case .found(let range, let index) = search.next(base, count: text.count, isEnd: true, storage) {
                var current = mapper ?? value.offsetMapper()
                let raw = current.rawRange(ofDecoded: range)
                mapper = current
                var bytes: [UInt8] = []
                storage.append(index, encoding: encoding, to: &bytes)
                replacements.append(JSONReplacement(range: raw, bytes: JSONEscape.escaped(bytes)))
            }
        }
    }
}

extension RestorationMap.Storage {
    /// The index of a code.
    func index(of code: UInt64) -> Int? {
        let index = lowerBound(code)
        return index < codes.count && codes[index] == code ? index : nil
    }

    /// Whether a code begins with this class and these `count` digits.
    func hasPrefix(_ sensitiveClass: SensitiveClass, digits: UInt64, count: Int) -> Bool {
        let shift = UInt64((SurrogateSyntax.digits - count) * 5)
        let least = UInt64(sensitiveClass.rawValue) << 40 | digits << shift
        let index = lowerBound(least)
        return index < codes.count && codes[index] >> shift == least >> shift
    }

    func append(_ index: Int, encoding: RestorationMap.Encoding, to output: inout [UInt8]) {
        let value = values[(index > 0 ? ends[index - 1] : 0)..<ends[index]]
        switch encoding {
        case .plain: output.append(contentsOf: value)
        case .json: JSONEscape.append(value, to: &output)
        }
    }

    private func lowerBound(_ code: UInt64) -> Int {
        var low = 0
        var high = codes.count
        while low < high {
            let middle = (low + high) / 2
            if codes[middle] < code { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
