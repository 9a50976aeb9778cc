internal import JSONText

/// Writes events of an event stream (WHATWG HTML §9.2.6).
public enum EventStreamWriter {
    /// OpenAI's last event.
    public static let done: [UInt8] = Array("data: [DONE]\n\n".utf8)

    /// Appends one event. The data is one line: JSON text without line breaks.
    public static func append(
        name: some Collection<UInt8> = [], data: some Collection<UInt8>, to stream: inout [UInt8]
    ) {
        stream.reserveCapacity(stream.count + name.count + data.count + 20)
        if !name.isEmpty {
            stream.append(contentsOf: "event: ".utf8)
            stream.append(contentsOf: name)
            stream.append(0x0A)
        }
        stream.append(contentsOf: "data: ".utf8)
        stream.append(contentsOf: data)
        stream.append(0x0A)
        stream.append(0x0A)
    }

    /// Appends one event, its data as it is written.
    static func append(
        name: StaticString? = nil, to stream: inout [UInt8], data write: (inout JSONWriter) -> Void
    ) {
        if let name {
            stream.append(contentsOf: "event: ".utf8)
            name.withUTF8Buffer { stream.append(contentsOf: $0) }
            stream.append(0x0A)
        }
        stream.append(contentsOf: "data: ".utf8)
        JSONWriter.append(to: &stream, write)
        stream.append(0x0A)
        stream.append(0x0A)
    }

    /// Appends a comment that says what was left out of the answer, where something was: events of its own would be taken for the
    /// answer's, and the head is gone.
    static func appendWarning(_ losses: Losses, to stream: inout [UInt8]) {
        guard !losses.notes.isEmpty else { return }
        stream.append(contentsOf: ": x-sallyport-warning: \(losses.notes.joined(separator: ", "))\n\n".utf8)
    }

    /// One event as bytes.
    public static func event(name: String = "", data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = []
        append(name: name.utf8, data: data, to: &stream)
        return stream
    }
}
