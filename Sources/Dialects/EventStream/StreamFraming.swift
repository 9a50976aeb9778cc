/// How the pieces of a streamed answer stand one behind the other.
public enum StreamFraming: Hashable, Sendable {
    /// As an event stream.
    case events
    /// As the elements of one JSON array, which is Gemini's way without `alt=sse`.
    case array

    /// The content type of such an answer; `nil` where it is that of the provider's event stream.
    public var contentType: String? { self == .array ? "application/json" : nil }
}

/// Turns an event stream into one JSON array of the events' data. Takes whole events only.
public struct ArrayFramer: Sendable {
    private var parser = EventStreamParser()
    private var isBegun = false

    /// Begins an array.
    public init() {}

    /// Takes events and gives what the array goes on with.
    public mutating func push(_ events: [UInt8]) throws -> [UInt8] {
        var array: [UInt8] = []
        parser.append(events)
        while let event = try parser.next() {
            guard event.dataLines > 0, !event.data.isEmpty else { continue }
            array.append(contentsOf: isBegun ? ",\r\n".utf8 : "[".utf8)
            isBegun = true
            array.append(contentsOf: parser.data(of: event))
        }
        return array
    }

    /// What ends the array: that of an answer which is whole.
    public mutating func end() -> [UInt8] { Array(isBegun ? "]".utf8 : "[]".utf8) }
}
