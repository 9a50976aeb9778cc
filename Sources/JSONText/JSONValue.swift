/// A place in a document: a value, or a member's name. Cheap to make and to copy; it keeps the document alive.
public struct JSONValue: Sendable {
    /// The document it stands in.
    public let document: JSONDocument
    /// Its number in the document.
    public let node: Int

    /// `node` is below `document.nodeCount`.
    @inlinable
    init(document: JSONDocument, node: Int) {
        self.document = document
        self.node = node
    }

    @inlinable var entry: Node { document[node] }

    /// What it is.
    @inlinable public var kind: JSONKind { entry.kind }

    /// Whether it is a member's name; its `kind` is then `.string`.
    @inlinable public var isKey: Bool { entry.info & Node.isKey != 0 }

    /// Its bytes in `document.bytes`, a string's quotes included.
    @inlinable public var range: Range<Int> { Int(entry.start)..<Int(entry.end) }

    /// For strings the bytes between the quotes, escapes as written; for all else `range`.
    @inlinable
    public var contentRange: Range<Int> {
        let entry = entry
        return entry.kind == .string
            ? Int(entry.start) + 1..<Int(entry.end) - 1 : Int(entry.start)..<Int(entry.end)
    }

    /// Whether it is a string that has escapes, so that its text is not its bytes.
    @inlinable
    public var hasEscapes: Bool {
        let entry = entry
        return entry.kind == .string && entry.info & Node.hasEscapes != 0
    }

    /// Whether it is `null`.
    @inlinable public var isNull: Bool { kind == .null }

    /// `true` or `false`, `nil` for all else.
    @inlinable
    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The number where it is written as a whole one and fits: `12` and `-3`, not `12.0` nor `1e3`.
    public var int: Int? {
        guard kind == .number else { return nil }
        return withRawBytes { text in
            let isNegative = text[0] == 0x2D
            var result = 0
            for index in (isNegative ? 1 : 0)..<text.count {
                guard text[index] &- 0x30 < 10 else { return nil }
                let digit = Int(text[index] &- 0x30)
                let (tens, over) = result.multipliedReportingOverflow(by: 10)
                let (sum, overToo) =
                    isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
                guard !over && !overToo else { return nil }
                result = sum
            }
            return result
        }
    }

    /// The number as the nearest double, `nil` for what is no number or too large for one.
    public var double: Double? {
        guard kind == .number else { return nil }
        let text = withRawBytes { String(decoding: $0, as: UTF8.self) }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// Lends the bytes of `contentRange`, as written.
    @inlinable
    public func withRawBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = contentRange
        return try document.bytes.withUnsafeBufferPointer { (text) throws(Failure) -> Result in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[range])))
        }
    }
}
