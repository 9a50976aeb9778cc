internal import Inference
internal import JSONText

/// Gathers a body's texts in their order, looking into strings that hold JSON themselves.
struct TextCollector {
    private(set) var documents: [InferenceRequest.Document]
    private(set) var texts: [InferenceRequest.Text] = []
    private(set) var unscannable: [InferenceRequest.UnscannablePart] = []
    /// Bytes of all texts, for the estimate of tokens.
    private(set) var textBytes = 0

    /// How deep JSON inside strings inside JSON … is followed.
    private static let deepestEmbedding = 3
    /// Each embedded text costs allocations; a conversation of thousands of tool calls stays below this.
    private static let mostDocuments = 16_384

    init(body: JSONDocument) {
        documents = [InferenceRequest.Document(json: body, parent: nil)]
        texts.reserveCapacity(min(body.nodeCount, 128))
    }

    /// Every string and name in a value (or just the name, given a name).
    @inline(__always)
    mutating func everything(_ value: JSONValue, _ place: InferenceRequest.Place) throws(RequestError) {
        try scan(
            value.document, 0, value.node..<value.document.nodeAfter(value.node), place, level: 0, always: false)
    }

    /// A tool call's arguments: as `everything`, and a string counts as JSON whatever it begins with.
    mutating func arguments(_ value: JSONValue, _ place: InferenceRequest.Place) throws(RequestError) {
        try scan(
            value.document, 0, value.node..<value.document.nodeAfter(value.node), place, level: 0,
            always: value.kind == .string)
    }

    /// A part that can't be read.
    mutating func part(_ kind: InferenceRequest.UnscannablePart.Kind, _ place: InferenceRequest.Place) {
        unscannable.append(InferenceRequest.UnscannablePart(kind: kind, place: place))
    }

    /// Where a picture or file lies: base64 inside a `data:` URL is a part that can't be read, an address is a text, and
    /// what is behind it can't be read either.
    mutating func address(
        _ value: JSONValue, _ kind: InferenceRequest.UnscannablePart.Kind, _ place: InferenceRequest.Place
    ) throws(RequestError) {
        guard value.kind == .string else { return try everything(value, place) }
        part(kind, place)
        if value.withDecodedUTF8({ Base64Payload.isDataURL($0) }) { return }
        try everything(value, place)
    }

    /// Media inline, in base64 or as a `data:` URL. What is not really base64 is a text.
    mutating func payload(
        _ value: JSONValue, _ kind: InferenceRequest.UnscannablePart.Kind, _ place: InferenceRequest.Place
    ) throws(RequestError) {
        guard value.kind == .string else { return try everything(value, place) }
        switch value.withDecodedUTF8({ Base64Payload.examine($0) }) {
        case .text: try everything(value, place)
        case .media: part(kind, place)
        case .either:
            part(kind, place)
            try everything(value, place)
        }
    }

    private mutating func scan(
        _ document: JSONDocument, _ index: Int, _ nodes: Range<Int>, _ place: InferenceRequest.Place, level: Int,
        always: Bool
    ) throws(RequestError) {
        for node in nodes where document.kind(at: node) == .string {
            let range = document.range(at: node)
            if level < Self.deepestEmbedding, mayHoldJSON(document, range, always: always),
                !document.isKey(at: node), try embed(document, index, node, place, level: level)
            {
                continue
            }
            textBytes &+= range.count &- 2
            texts.append(InferenceRequest.Text(document: index, node: node, place: place))
        }
    }

    /// Takes a string's text as a document of its own, if it is JSON that has strings.
    private mutating func embed(
        _ document: JSONDocument, _ index: Int, _ node: Int, _ place: InferenceRequest.Place, level: Int
    ) throws(RequestError) -> Bool {
        guard let inner = try? JSONDocument(parsing: document.value(at: node).decodedUTF8()),
            (0..<inner.nodeCount).contains(where: { inner.kind(at: $0) == .string })
        else { return false }
        guard documents.count < Self.mostDocuments else {
            throw RequestError(
                .invalidRequest, "the body holds more than \(Self.mostDocuments) strings that are JSON themselves")
        }
        let child = documents.count
        documents.append(
            InferenceRequest.Document(json: inner, parent: InferenceRequest.Parent(document: index, node: node)))
        try scan(inner, child, 0..<inner.nodeCount, place, level: level + 1, always: false)
        return true
    }

    /// Whether a string begins like an object or array and also ends like one, as far as can be told without decoding.
    @inline(__always)
    private func mayHoldJSON(_ document: JSONDocument, _ range: Range<Int>, always: Bool) -> Bool {
        guard range.count > 4 else { return false }
        // Nearly all strings begin with another byte than these: brackets, blanks, or a backslash.
        let first = document.bytes[range.lowerBound + 1]
        guard first == 0x7B || first == 0x5B || first <= 0x20 || first == 0x5C else { return false }
        return document.bytes.withUnsafeBufferPointer { bytes in
            Self.beginsLikeJSON(bytes[range.lowerBound + 1..<range.upperBound - 1], always: always)
                && (always || Self.endsLikeJSON(bytes[range.lowerBound + 1..<range.upperBound - 1]))
        }
    }

    private static func beginsLikeJSON(_ content: Slice<UnsafeBufferPointer<UInt8>>, always: Bool) -> Bool {
        var index = content.startIndex
        while index < content.endIndex {
            switch content[index] {
            case 0x20: index += 1
            case 0x7B, 0x5B: return true
            case 0x5C:
                guard index + 1 < content.endIndex else { return false }
                switch content[index + 1] {
                case 0x6E, 0x72, 0x74: index += 2  // \n, \r, \t
                case 0x75: return true  // \u…: could be anything
                case 0x22: return always  // a string
                default: return false
                }
            default: return false
            }
        }
        return false
    }

    private static func endsLikeJSON(_ content: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var end = content.endIndex
        while end > content.startIndex {
            switch content[end - 1] {
            case 0x20: end -= 1
            case 0x7D, 0x5D: return true
            case 0x6E, 0x72, 0x74:  // \n, \r, \t
                guard end - 2 >= content.startIndex, content[end - 2] == 0x5C else { return false }
                end -= 2
            default:  // \u…: could be anything
                return end - 6 >= content.startIndex && content[end - 6] == 0x5C && content[end - 5] == 0x75
            }
        }
        return false
    }
}
