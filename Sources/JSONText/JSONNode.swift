/// What a JSON value is.
public enum JSONKind: UInt8, Sendable, Hashable {
    /// `null`.
    case null = 0
    /// `true`.
    case `true` = 1
    /// `false`.
    case `false` = 2
    /// A number, kept as it is written.
    case number = 3
    /// A string, or a member's name.
    case string = 4
    /// An array.
    case array = 5
    /// An object.
    case object = 6
}

/// One entry of the tape, 16 bytes: a value or a member's name, in the order of the text.
///
/// An object's node is followed by name, value, name, value …; an array's by its elements; every value by its whole
/// subtree before its next sister.
@usableFromInline
struct Node {
    /// Its first byte.
    @usableFromInline var start: UInt32
    /// One past its last byte.
    @usableFromInline var end: UInt32
    /// For a value: the node after its subtree. While a container is still open: its parent's node, or `none`.
    /// For a member's name: a fingerprint, used only while its object is checked for duplicates.
    @usableFromInline var next: UInt32
    /// Bits 0…2 the kind, 3 and 4 the flags, 5…31 the number of elements or members.
    @usableFromInline var info: UInt32

    /// For strings: it has escapes. For objects: one of its names has.
    @usableFromInline static let hasEscapes: UInt32 = 1 << 3
    /// It is a member's name.
    @usableFromInline static let isKey: UInt32 = 1 << 4
    /// One more element or member.
    @usableFromInline static let oneMore: UInt32 = 1 << 5
    /// No parent: the document's own value.
    static let none = UInt32.max

    @inline(__always)
    init(_ kind: JSONKind, from start: Int, to end: Int, next: UInt32, _ flags: UInt32 = 0) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = next
        self.info = UInt32(kind.rawValue) | flags
    }

    @inlinable var kind: JSONKind { JSONKind(rawValue: UInt8(truncatingIfNeeded: info & 7)) ?? .null }
    @inlinable var count: Int { Int(info >> 5) }
}
