/// Bytes that take the place of a range of a document's bytes.
public struct JSONReplacement: Sendable, Hashable {
    /// Which bytes of `JSONDocument.bytes` are replaced; empty to insert.
    public var range: Range<Int>
    /// What stands there instead, as it is: a string's text must be escaped already.
    public var bytes: [UInt8]

    /// Puts a replacement together.
    public init(range: Range<Int>, bytes: [UInt8]) {
        self.range = range
        self.bytes = bytes
    }
}
