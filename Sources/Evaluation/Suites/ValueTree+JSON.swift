public import JSONText

extension ValueTree {
    /// A JSON value. Positions are those of its document, in whose first line `firstLine` the document begins.
    public init(_ value: JSONValue, firstLine: Int = 1) {
        var places = PlaceFinder(value.document, firstLine: firstLine)
        self.init(value, &places)
    }

    /// Reads a JSON text; `nil` where it is none, or more than an answer should be.
    public init?(json text: String) {
        guard let document = try? JSONDocument(parsing: Array(text.utf8), limits: Self.answerLimits) else { return nil }
        self.init(document.root)
    }

    /// What is read of an answer: 8 MiB, 64 levels, a million values.
    private static let answerLimits = JSONLimits(maximumBytes: 8 << 20, maximumDepth: 64, maximumNodes: 1 << 20)

    private init(_ value: JSONValue, _ places: inout PlaceFinder) {
        let position = places.position(at: value.range.lowerBound)
        switch value.kind {
        case .null: self.init(.null, at: position)
        case .true: self.init(.bool(true), at: position)
        case .false: self.init(.bool(false), at: position)
        case .number: self.init(.number(value.withRawBytes { String(decoding: $0, as: UTF8.self) }), at: position)
        case .string: self.init(.text(value.string ?? ""), at: position)
        case .array:
            var elements: [ValueTree] = []
            elements.reserveCapacity(value.count)
            for element in value.elements { elements.append(ValueTree(element, &places)) }
            self.init(.list(elements), at: position)
        case .object:
            var members: [Member] = []
            members.reserveCapacity(value.count)
            for (key, value) in value.members {
                let place = places.position(at: key.range.lowerBound)
                members.append(Member(key: key.string ?? "", position: place, value: ValueTree(value, &places)))
            }
            self.init(.mapping(members), at: position)
        }
    }

    /// Writes it as JSON without blanks, members in their order or, for what is hashed, sorted by the bytes of their
    /// keys.
    public func write(to writer: inout JSONWriter, isSorted: Bool = false) {
        switch content {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text): writer.raw(Array((isSorted ? DecimalNumber(text)?.canonical ?? text : text).utf8))
        case .text(let text): writer.string(text)
        case .list(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer, isSorted: isSorted) }
            writer.endArray()
        case .mapping(let members):
            writer.beginObject()
            for member in isSorted ? members.sortedByKey : members {
                writer.key(member.key)
                member.value.write(to: &writer, isSorted: isSorted)
            }
            writer.endObject()
        }
    }

    /// The JSON text.
    public var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Finds line and column of places that come in ascending order, in one pass over the text.
private struct PlaceFinder {
    private let bytes: [UInt8]
    private var offset: Int
    private var line: Int
    private var column = 1

    init(_ document: JSONDocument, firstLine: Int) {
        bytes = document.bytes
        offset = document.extent.lowerBound
        line = firstLine
    }

    mutating func position(at place: Int) -> ValueTree.Position {
        while offset < place {
            let byte = bytes[offset]
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            offset += 1
        }
        return ValueTree.Position(line: line, column: column)
    }
}
