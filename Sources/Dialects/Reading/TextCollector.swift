internal import Inference
internal import JSONText

/// Gathers a body's texts in their order, looking into strings that hold JSON themselves.
struct TextCollector {
    typealias Place = InferenceRequest.Place
    typealias Kind = InferenceRequest.UnscannablePart.Kind

    private(set) var documents: [InferenceRequest.Document]
    private(set) var texts: [InferenceRequest.Text] = []
    private(set) var unscannable: [InferenceRequest.UnscannablePart] = []
    /// Bytes of all texts, for the estimate of tokens.
    private(set) var textBytes = 0
    /// Numbers that were passed over.
    private var shortNumbers: [Place: Int] = [:]
    private let body: Tape

    /// Seven digits are the shortest telephone number that is taken without separators.
    private static let shortestNumber = 7

    /// How deep JSON inside strings inside JSON … is followed.
    private static let deepestEmbedding = 3
    /// Each embedded text costs allocations; a conversation of thousands of tool calls stays below this.
    private static let mostDocuments = 16_384

    init(body: Tape) {
        self.body = body
        documents = [InferenceRequest.Document(json: body.document, parent: nil)]
        texts.reserveCapacity(min(body.document.nodeCount, 32))
    }

    /// Every string and name in a value (or just the name, given a name).
    @inline(__always)
    mutating func everything(_ node: Int, _ place: Place) throws(RequestError) {
        if body.kind(node) == .string {
            try text(body, 0, node, place, level: 0, always: false)
        } else if body.kind(node) == .number {
            number(body, 0, node, place)
        } else if body.after(node) > node + 1 {
            try scan(body, 0, node + 1..<body.after(node), place, level: 0)
        }
    }

    /// Every string and name in a member.
    @inline(__always)
    mutating func everything(_ member: Tape.Member, _ place: Place) throws(RequestError) {
        try everything(member.key, place)
        try everything(member.value, place)
    }

    /// A tool call's arguments: as `everything`, and a string counts as JSON whatever it begins with.
    mutating func arguments(_ node: Int, _ place: Place) throws(RequestError) {
        guard body.kind(node) == .string else { return try everything(node, place) }
        try text(body, 0, node, place, level: 0, always: true)
    }

    /// A part that can't be read.
    mutating func part(_ kind: Kind, _ place: Place) {
        unscannable.append(InferenceRequest.UnscannablePart(kind: kind, place: place))
    }

    /// The name of what can't be read: of a file that lies at the provider, or its sealed content itself.
    mutating func reference(_ node: Int, _ kind: Kind, _ place: Place) throws(RequestError) {
        if body.kind(node) == .string { part(kind, place) }
        try everything(node, place)
    }

    /// Where a picture or file lies: base64 inside a `data:` URL is a part that can't be read, an address is a text, and
    /// what is behind it can't be read either.
    mutating func address(_ node: Int, _ kind: Kind, _ place: Place) throws(RequestError) {
        guard body.kind(node) == .string else { return try everything(node, place) }
        part(kind, place)
        if body.value(node).withDecodedUTF8({ Base64Payload.isDataURL($0) }) { return }
        try everything(node, place)
    }

    /// Media inline, in base64 or as a `data:` URL. What is not really base64 is a text.
    mutating func payload(
        _ node: Int, _ kind: Kind, _ place: Place, alphabet: Base64Payload.Alphabet = .standard
    ) throws(RequestError) {
        guard body.kind(node) == .string else { return try everything(node, place) }
        switch body.value(node).withDecodedUTF8({ Base64Payload.examine($0, alphabet) }) {
        case .text: try everything(node, place)
        case .media: part(kind, place)
        case .either:
            part(kind, place)
            try everything(node, place)
        }
    }

    /// What is not among the texts: short numbers, and the API's own words, counted as what is left of the body's strings.
    var skipped: [Coverage.Line] {
        var lines = shortNumbers.map {
            Coverage.Line(place: $0.key, verdict: .skipped, reason: "number", count: $0.value)
        }
        var words = 0
        for node in 0..<documents[0].json.nodeCount where body.kind(node) == .string && !body.isKey(node) { words += 1 }
        for text in texts where text.document == 0 && body.kind(text.node) == .string && !body.isKey(text.node) {
            words -= 1
        }
        for document in documents where document.parent?.document == 0 { words -= 1 }
        words -= unscannable.count
        if words > 0 { lines.append(Coverage.Line(place: .other, verdict: .skipped, reason: "protocol", count: words)) }
        return lines
    }

    private mutating func scan(
        _ tape: Tape, _ index: Int, _ nodes: Range<Int>, _ place: Place, level: Int
    ) throws(RequestError) {
        for node in nodes {
            switch tape.kind(node) {
            case .string: try text(tape, index, node, place, level: level, always: false)
            case .number: number(tape, index, node, place)
            default: break
            }
        }
    }

    /// A number is a text if it is long enough to be somebody's: `{"card": 4111111111111111}`.
    private mutating func number(_ tape: Tape, _ index: Int, _ node: Int, _ place: Place) {
        if tape.range(node).count >= Self.shortestNumber {
            texts.append(InferenceRequest.Text(document: index, node: node, place: place))
        } else {
            shortNumbers[place, default: 0] += 1
        }
    }

    @inline(__always)
    private mutating func text(
        _ tape: Tape, _ index: Int, _ node: Int, _ place: Place, level: Int, always: Bool
    ) throws(RequestError) {
        let word = tape.word(node)
        if word.count > 2 {
            // Nearly all strings begin with another byte than these: brackets, a blank, a backslash.
            let first = word.start[0]
            if first == 0x7B || first == 0x5B || first == 0x20 || first == 0x5C, level < Self.deepestEmbedding,
                Self.mayBeJSON(word, always: always), !tape.isKey(node),
                try embed(tape, index, node, place, level: level)
            {
                return
            }
        }
        textBytes &+= word.count
        texts.append(InferenceRequest.Text(document: index, node: node, place: place))
    }

    /// Takes a string's text as a document of its own, if it is JSON that has texts.
    private mutating func embed(
        _ tape: Tape, _ index: Int, _ node: Int, _ place: Place, level: Int
    ) throws(RequestError) -> Bool {
        guard let inner = try? JSONDocument(parsing: tape.value(node).decodedUTF8()),
            (0..<inner.nodeCount).contains(where: { node in
                inner.kind(at: node) == .string
                    || inner.kind(at: node) == .number && inner.range(at: node).count >= Self.shortestNumber
            })
        else { return false }
        guard documents.count < Self.mostDocuments else {
            throw RequestError(
                .invalidRequest, "the body holds more than \(Self.mostDocuments) strings that are JSON themselves")
        }
        let child = documents.count
        documents.append(
            InferenceRequest.Document(json: inner, parent: InferenceRequest.Parent(document: index, node: node)))
        try inner.withTape { (tape) throws(RequestError) in
            try scan(tape, child, 0..<inner.nodeCount, place, level: level + 1)
        }
        return true
    }

    /// Whether a string begins like an object or array and also ends like one, as far as can be told without decoding.
    private static func mayBeJSON(_ word: Word, always: Bool) -> Bool {
        let content = UnsafeBufferPointer(start: word.start, count: word.count)
        return beginsLikeJSON(content, always: always) && (always || endsLikeJSON(content))
    }

    private static func beginsLikeJSON(_ content: UnsafeBufferPointer<UInt8>, always: Bool) -> Bool {
        var index = 0
        while index < content.count {
            switch content[index] {
            case 0x20: index += 1
            case 0x7B, 0x5B: return true
            case 0x5C:
                guard index + 1 < content.count else { return false }
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

    private static func endsLikeJSON(_ content: UnsafeBufferPointer<UInt8>) -> Bool {
        var end = content.count
        while end > 0 {
            switch content[end - 1] {
            case 0x20: end -= 1
            case 0x7D, 0x5D: return true
            case 0x6E, 0x72, 0x74:  // \n, \r, \t
                guard end >= 2, content[end - 2] == 0x5C else { return false }
                end -= 2
            default:  // \u…: could be anything
                return end >= 6 && content[end - 6] == 0x5C && content[end - 5] == 0x75
            }
        }
        return false
    }
}
