internal import JSONText

/// Writes frames of `application/vnd.amazon.eventstream`, their headers in the order of Amazon's own.
enum EventFrameWriter {
    /// Appends an event; `write` writes its data, a JSON object.
    static func append(event name: String, to stream: inout [UInt8], data write: (inout JSONWriter) -> Void) {
        EventFrame.append(
            to: &stream, headers: { append(type: "event", ":event-type", name, to: &$0) },
            payload: { JSONWriter.append(to: &$0, write) })
    }

    /// Appends an exception, which ends a stream that can't go on.
    static func append(exception name: String, data: some Collection<UInt8>, to stream: inout [UInt8]) {
        EventFrame.append(
            to: &stream, headers: { append(type: "exception", ":exception-type", name, to: &$0) },
            payload: { $0 += data })
    }

    private static func append(type: String, _ nameHeader: String, _ name: String, to headers: inout [UInt8]) {
        append(nameHeader, name, to: &headers)
        append(":content-type", "application/json", to: &headers)
        append(":message-type", type, to: &headers)
    }

    /// A header whose value is text.
    private static func append(_ header: String, _ value: String, to headers: inout [UInt8]) {
        headers.append(UInt8(truncatingIfNeeded: header.utf8.count))
        headers.append(contentsOf: header.utf8)
        headers.append(7)
        headers.append(0)
        headers.append(UInt8(truncatingIfNeeded: value.utf8.count))
        headers.append(contentsOf: value.utf8)
    }
}
