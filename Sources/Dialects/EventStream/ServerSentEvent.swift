/// One event of an event stream, as places in the bytes of the parser that found it (`EventStreamParser.bytes`).
///
/// The places hold until the parser's next `append`.
public struct ServerSentEvent: Sendable, Equatable {
    /// The whole event: its lines and the blank line that ends it.
    public let range: Range<Int>
    /// The value of the last `event:` line; empty where there is none.
    public let name: Range<Int>
    /// The value of the `data:` line. With several such lines it spans from the first value to the last one, and
    /// `EventStreamParser.data(of:)` joins them.
    public let data: Range<Int>
    /// How many `data:` lines there are; 0 for comments, which providers send to keep a connection alive.
    public let dataLines: Int

    /// Puts an event together.
    public init(range: Range<Int>, name: Range<Int>, data: Range<Int>, dataLines: Int) {
        self.range = range
        self.name = name
        self.data = data
        self.dataLines = dataLines
    }
}
