/// A JSON text, read once, strictly (RFC 8259) and losslessly: the bytes stay as they are, and a tape says what stands where.
///
/// Every value and every member's name is a node, numbered in the order of the text; node 0 is the document's own value.
/// `value(at:)` and `root` give cursors; whoever wants every string of a text walks the nodes from 0 to `nodeCount`.
/// What the reader refuses beyond the RFC's grammar, and why, stands in `JSONParser`.
public final class JSONDocument: Sendable {
    /// The bytes, exactly as they were given. All ranges of this module are ranges of these.
    public let bytes: [UInt8]
    /// The part of `bytes` that is this document: all of them, unless it was parsed from a part.
    public let extent: Range<Int>
    /// How many nodes there are, at least one.
    public let nodeCount: Int
    /// The tape: written before the document exists, never after, freed with it.
    @usableFromInline nonisolated(unsafe) let nodes: UnsafePointer<Node>

    /// Reads a text.
    public convenience init(parsing bytes: [UInt8], limits: JSONLimits = .init()) throws(JSONSyntaxError) {
        try self.init(parsing: bytes, in: 0..<bytes.count, limits: limits)
    }

    /// Reads a text from memory that is not kept, such as an event in a stream's buffer, with one copy.
    public convenience init(
        copying bytes: UnsafeRawBufferPointer, limits: JSONLimits = .init()
    ) throws(JSONSyntaxError) {
        guard bytes.count <= limits.maximumBytes else { throw Self.tooLarge(limits) }
        try self.init(parsing: [UInt8](bytes), in: 0..<bytes.count, limits: limits)
    }

    /// Reads the text in a part of `bytes`, which are kept whole and shared, not copied.
    ///
    /// Ranges of values and replacements are ranges of all of `bytes`; offsets of errors count from the part's start.
    public init(
        parsing bytes: [UInt8], in extent: Range<Int>, limits: JSONLimits = .init()
    ) throws(JSONSyntaxError) {
        precondition(extent.lowerBound >= 0 && extent.upperBound <= bytes.count, "\(extent) of \(bytes.count) bytes")
        guard extent.count <= limits.maximumBytes, bytes.count <= Int(Int32.max) else { throw Self.tooLarge(limits) }
        let tape = try bytes.withUnsafeBufferPointer { (text) throws(JSONSyntaxError) -> Tape in
            guard let base = text.baseAddress else { throw JSONSyntaxError(Fault(.empty, at: 0), in: text, from: 0) }
            var parser = JSONParser(base: base, start: extent.lowerBound, end: extent.upperBound, limits: limits)
            do throws(Fault) {
                try parser.parse(from: extent.lowerBound)
                return Tape(nodes: UnsafePointer(parser.nodes), count: parser.count)
            } catch {
                parser.nodes.deallocate()
                throw JSONSyntaxError(error, in: text, from: extent.lowerBound)
            }
        }
        self.bytes = bytes
        self.extent = extent
        nodes = tape.nodes
        nodeCount = tape.count
    }

    deinit { nodes.deallocate() }

    /// The document's own value.
    @inlinable public var root: JSONValue { JSONValue(document: self, node: 0) }

    /// The value or name with this number; `node` is below `nodeCount`.
    @inlinable
    public func value(at node: Int) -> JSONValue {
        precondition(node >= 0 && node < nodeCount, "node \(node) of \(nodeCount)")
        return JSONValue(document: self, node: node)
    }

    /// What the node is, without a cursor.
    @inlinable public func kind(at node: Int) -> JSONKind { self[node].kind }

    /// Whether the node is a member's name, without a cursor.
    @inlinable public func isKey(at node: Int) -> Bool { self[node].info & Node.isKey != 0 }

    /// Which bytes the node has, quotes included, without a cursor.
    @inlinable public func range(at node: Int) -> Range<Int> { Int(self[node].start)..<Int(self[node].end) }

    /// The node after this one and all that is inside it; for a name its value.
    @inlinable
    public func nodeAfter(_ node: Int) -> Int {
        let entry = self[node]
        return entry.info & Node.isKey != 0 ? node + 1 : Int(entry.next)
    }

    /// This document's bytes with some ranges replaced, all others untouched.
    ///
    /// Replacements are ranges of `bytes` inside `extent`, sorted by their start, and do not overlap.
    public func replacing(_ replacements: [JSONReplacement]) -> [UInt8] {
        var length = extent.count
        var previous = extent.lowerBound
        for replacement in replacements {
            precondition(
                replacement.range.lowerBound >= previous && replacement.range.upperBound <= extent.upperBound,
                "replacement of \(replacement.range) after \(previous) in \(extent)")
            previous = replacement.range.upperBound
            length += replacement.bytes.count - replacement.range.count
        }
        var result: [UInt8] = []
        result.reserveCapacity(length)
        var position = extent.lowerBound
        for replacement in replacements {
            result.append(contentsOf: bytes[position..<replacement.range.lowerBound])
            result.append(contentsOf: replacement.bytes)
            position = replacement.range.upperBound
        }
        result.append(contentsOf: bytes[position..<extent.upperBound])
        return result
    }

    @inlinable
    subscript(node: Int) -> Node {
        precondition(node >= 0 && node < nodeCount, "node \(node) of \(nodeCount)")
        return nodes[node]
    }

    /// A tape on its way from the parser to the document.
    private struct Tape {
        let nodes: UnsafePointer<Node>
        let count: Int
    }

    private static func tooLarge(_ limits: JSONLimits) -> JSONSyntaxError {
        JSONSyntaxError(reason: .tooLarge, offset: limits.maximumBytes, line: 1, column: 1)
    }
}
