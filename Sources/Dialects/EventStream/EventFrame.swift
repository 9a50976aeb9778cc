/// A frame of `application/vnd.amazon.eventstream`:
///
/// | bytes | |
/// | --- | --- |
/// | 4 | length of the whole frame, big endian |
/// | 4 | length of the headers |
/// | 4 | CRC-32 of these eight |
/// | … | headers: length of the name, name, type of the value, value |
/// | … | payload |
/// | 4 | CRC-32 of all before |
///
/// The headers say what the payload is: `:message-type` is `event` (named by `:event-type`), `exception` (`:exception-type`) or
/// `error` (`:error-code`, and words instead of a payload).
enum EventFrame {
    /// Length, length of the headers, checksum of both.
    static let preludeBytes = 12
    private static let trailerBytes = 4
    /// What Amazon's own libraries allow.
    private static let mostHeaderBytes = 128 << 10

    /// Finds the frame that begins at a place; `nil` until it is whole. What its prelude says is checked before any of the rest
    /// has arrived, so that nobody waits for the gigabytes of a frame that is none.
    static func next(
        in bytes: [UInt8], from start: Int, limit: Int
    ) throws(EventStreamParser.Fault) -> ServerSentEvent? {
        guard bytes.count - start >= preludeBytes else { return nil }
        let length = number(in: bytes, at: start)
        let headerBytes = number(in: bytes, at: start + 4)
        guard checksum(of: bytes, start..<start + 8) == number(in: bytes, at: start + 8) else {
            throw .invalidFrame("its prelude's checksum is wrong")
        }
        guard length <= limit else { throw .eventTooLarge(limit: limit) }
        guard headerBytes <= mostHeaderBytes, length >= preludeBytes + trailerBytes + headerBytes else {
            throw .invalidFrame("its lengths can't be")
        }
        guard bytes.count - start >= length else { return nil }
        let end = start + length
        guard checksum(of: bytes, start..<end - trailerBytes) == number(in: bytes, at: end - trailerBytes) else {
            throw .invalidFrame("its checksum is wrong")
        }
        let payload = start + preludeBytes + headerBytes..<end - trailerBytes
        return try event(in: bytes, start..<end, headers: start + preludeBytes..<payload.lowerBound, payload)
    }

    /// A frame with another payload behind the same headers.
    static func append(headers: ArraySlice<UInt8>, payload: some Collection<UInt8>, to stream: inout [UInt8]) {
        stream.reserveCapacity(stream.count + preludeBytes + headers.count + payload.count + trailerBytes)
        append(to: &stream, headers: { $0 += headers }, payload: { $0 += payload })
    }

    /// A frame whose headers and payload are appended in their places.
    static func append(
        to stream: inout [UInt8], headers: (inout [UInt8]) -> Void, payload: (inout [UInt8]) -> Void
    ) {
        let start = stream.count
        stream.append(contentsOf: repeatElement(0, count: preludeBytes))
        headers(&stream)
        let headerBytes = stream.count - start - preludeBytes
        payload(&stream)
        put(stream.count - start + trailerBytes, at: start, of: &stream)
        put(headerBytes, at: start + 4, of: &stream)
        put(checksum(of: stream, start..<start + 8), at: start + 8, of: &stream)
        let sum = checksum(of: stream, start..<stream.count)
        stream.append(contentsOf: repeatElement(0, count: trailerBytes))
        put(sum, at: stream.count - trailerBytes, of: &stream)
    }

    // MARK: - Headers

    private static func event(
        in bytes: [UInt8], _ range: Range<Int>, headers: Range<Int>, _ payload: Range<Int>
    ) throws(EventStreamParser.Fault) -> ServerSentEvent {
        var (type, name) = (Range<Int>?.none, 0..<0)
        var position = headers.lowerBound
        while position < headers.upperBound {
            let header = try header(in: bytes, position..<headers.upperBound)
            position = header.end
            guard let value = header.text else { continue }
            if equals(bytes[header.name], ":message-type") {
                guard type == nil else { throw .invalidFrame("it has two types") }
                type = value
            } else if [":event-type", ":exception-type", ":error-code"].contains(where: {
                equals(bytes[header.name], $0)
            }) {
                guard name.isEmpty else { throw .invalidFrame("it has two names") }
                name = value
            }
        }
        guard let type else { throw .invalidFrame("it has no type") }
        return ServerSentEvent(
            range: range, name: name, data: payload, dataLines: payload.isEmpty ? 0 : 1,
            isFailure: !equals(bytes[type], "event"))
    }

    /// One header, whose value is of interest where it is text; everything has to lie in the range.
    private static func header(
        in bytes: [UInt8], _ range: Range<Int>
    ) throws(EventStreamParser.Fault) -> (name: Range<Int>, text: Range<Int>?, end: Int) {
        let fault = EventStreamParser.Fault.invalidFrame("its headers overrun")
        let nameStart = range.lowerBound + 1
        let nameEnd = nameStart + Int(bytes[range.lowerBound])
        guard nameEnd < range.upperBound else { throw fault }
        var start = nameEnd + 1
        let count: Int
        switch bytes[nameEnd] {
        case 0, 1: count = 0  // true, false
        case 2: count = 1
        case 3: count = 2
        case 4: count = 4
        case 5, 8: count = 8  // a long, a moment
        case 9: count = 16
        case 6, 7:  // bytes, text
            guard start + 2 <= range.upperBound else { throw fault }
            count = Int(bytes[start]) << 8 | Int(bytes[start + 1])
            start += 2
        default: throw .invalidFrame("a header's type is unknown")
        }
        guard start + count <= range.upperBound else { throw fault }
        return (nameStart..<nameEnd, bytes[nameEnd] == 7 ? start..<start + count : nil, start + count)
    }

    private static func equals(_ bytes: ArraySlice<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        return zip(bytes, 0...).allSatisfy { $0 == text.utf8Start[$1] }
    }

    // MARK: - Numbers

    private static func number(in bytes: [UInt8], at index: Int) -> Int {
        Int(bytes[index]) << 24 | Int(bytes[index + 1]) << 16 | Int(bytes[index + 2]) << 8 | Int(bytes[index + 3])
    }

    private static func put(_ number: Int, at index: Int, of stream: inout [UInt8]) {
        stream[index] = UInt8(truncatingIfNeeded: number >> 24)
        stream[index + 1] = UInt8(truncatingIfNeeded: number >> 16)
        stream[index + 2] = UInt8(truncatingIfNeeded: number >> 8)
        stream[index + 3] = UInt8(truncatingIfNeeded: number)
    }

    private static func checksum(of bytes: [UInt8], _ range: Range<Int>) -> Int {
        bytes.withUnsafeBytes { Int(FrameChecksum.of(UnsafeRawBufferPointer(rebasing: $0[range]))) }
    }
}
