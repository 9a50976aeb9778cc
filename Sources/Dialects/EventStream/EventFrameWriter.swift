/// Writes frames of `application/vnd.amazon.eventstream`, their headers in the order of Amazon's own.
enum EventFrameWriter {
    /// Appends an event; the data is a JSON object.
    static func append(event name: String, data: some Collection<UInt8>, to stream: inout [UInt8]) {
        append(type: "event", ":event-type", name, data, to: &stream)
    }

    /// Appends an exception, which ends a stream that can't go on.
    static func append(exception name: String, data: some Collection<UInt8>, to stream: inout [UInt8]) {
        append(type: "exception", ":exception-type", name, data, to: &stream)
    }

    private static func append(
        type: String, _ nameHeader: String, _ name: String, _ data: some Collection<UInt8>, to stream: inout [UInt8]
    ) {
        var headers: [UInt8] = []
        headers.reserveCapacity(96)
        for (header, value) in [(nameHeader, name), (":content-type", "application/json"), (":message-type", type)] {
            headers.append(UInt8(truncatingIfNeeded: header.utf8.count))
            headers += header.utf8
            headers += [7, 0, UInt8(truncatingIfNeeded: value.utf8.count)]
            headers += value.utf8
        }
        EventFrame.append(headers: headers[...], payload: data, to: &stream)
    }
}
