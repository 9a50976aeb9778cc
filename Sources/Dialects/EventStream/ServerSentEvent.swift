/// One event of an event stream, as places in the bytes of the parser that found it (`EventStreamParser.bytes`): an event as servers
/// send them in lines, or a frame that says the same.
///
/// The places hold until the parser's next `append`.
public struct ServerSentEvent: Sendable, Equatable {
    /// The whole event: its lines and the blank line that ends it, or its frame.
    public let range: Range<Int>
    /// The value of the last `event:` line, a frame's event or exception; empty where there is none.
    public let name: Range<Int>
    /// The value of the `data:` line. With several such lines it spans from the first value to the last one, and
    /// `EventStreamParser.data(of:)` joins them. Of a frame, its payload.
    public let data: Range<Int>
    /// How many `data:` lines there are; 0 for comments, which providers send to keep a connection alive.
    public let dataLines: Int
    /// Whether a frame says of itself that it tells of a failure.
    public let isFailure: Bool

    /// Puts an event together.
    public init(range: Range<Int>, name: Range<Int>, data: Range<Int>, dataLines: Int, isFailure: Bool = false) {
        self.isFailure = isFailure
        self.range = range
        self.name = name
        self.data = data
        self.dataLines = dataLines
    }
}
