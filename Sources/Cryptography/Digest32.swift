/// The 32 bytes of a SHA-256 digest or an HMAC-SHA-256 code; a plain value without allocation.
@frozen
public struct Digest32: Hashable, Sendable, CustomStringConvertible {
    // The bytes in the order of memory; four words so that equality and hashing take four steps, not 32.
    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

    /// All bytes zero.
    @inlinable
    public init() { words = (0, 0, 0, 0) }

    /// Takes 32 bytes; `nil` for any other count.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init()
        withUnsafeMutableBytes { $0.copyBytes(from: bytes) }
    }

    /// Reads 64 hexadecimal digits of either case; `nil` for anything else.
    public init?(hex: some StringProtocol) {
        guard let bytes = Hexadecimal.decode(hex.utf8) else { return nil }
        self.init(bytes)
    }

    /// Writes the 32 bytes in place.
    @inlinable
    public mutating func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try Swift.withUnsafeMutableBytes(of: &words, body)
    }

    /// Lends the 32 bytes.
    @inlinable
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(of: words, body)
    }

    /// A copy of the 32 bytes.
    public var bytes: [UInt8] { withBytes { [UInt8]($0) } }

    /// The 64 lowercase hexadecimal digits.
    public var hex: String { withBytes { Hexadecimal.encode($0) } }

    /// The 64 lowercase hexadecimal digits.
    public var description: String { hex }

    /// Appends the 64 lowercase hexadecimal digits.
    @inlinable
    public func appendHex(to output: inout [UInt8]) {
        withBytes { Hexadecimal.append($0, to: &output) }
    }

    /// In time that depends on nothing but the size. Use `constantTimeEqual` where one side is a secret.
    @inlinable
    public static func == (left: Digest32, right: Digest32) -> Bool {
        let difference =
            (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) | (left.words.2 ^ right.words.2)
            | (left.words.3 ^ right.words.3)
        return difference == 0
    }

    /// Digests are uniform already, so one word is enough for a table, which hashes it with its own seed.
    @inlinable
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
