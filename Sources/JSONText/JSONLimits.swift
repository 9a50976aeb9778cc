/// What a document may be at most. Every limit bounds memory or time that a stranger's text could otherwise ask for.
public struct JSONLimits: Sendable, Hashable {
    /// Bytes of the text; never above 256 MiB, since the tape counts in 27 bits.
    public var maximumBytes: Int
    /// Arrays and objects inside each other; a document of one flat object has depth 1.
    public var maximumDepth: Int
    /// Nodes of the tape (values and member names), at 16 bytes each.
    public var maximumNodes: Int

    /// Puts limits together. The defaults are 32 MiB, 64 levels, and 4 Mi nodes (64 MiB of tape).
    public init(maximumBytes: Int = 32 << 20, maximumDepth: Int = 64, maximumNodes: Int = 4 << 20) {
        self.maximumBytes = min(max(maximumBytes, 0), 1 << 28)
        self.maximumDepth = max(maximumDepth, 0)
        self.maximumNodes = max(maximumNodes, 1)
    }
}
