internal import JSONText

/// Finds the events of an event stream in bytes that arrive in pieces of any size.
///
/// In lines (WHATWG HTML §9.2.6), which end in LF, CR LF or CR, a blank line ends an event; frames say how long they are. Nothing
/// is copied beyond the buffer itself, and every byte that came in belongs to exactly one event's `range`, so that untouched
/// events can be passed on as they are.
///
///     parser.append(chunk)
///     while let event = try parser.next() { … parser.bytes[event.range] … }
public struct EventStreamParser: Sendable {
    /// Why a stream can't be read on.
    public enum Fault: Error, Sendable, Equatable, CustomStringConvertible {
        /// An event grew beyond the limit, in bytes.
        case eventTooLarge(limit: Int)
        /// A frame is none; in words of ours.
        case invalidFrame(String)

        /// In the house's words.
        public var description: String {
            switch self {
            case .eventTooLarge(let limit): "event of a stream exceeds \(limit) bytes"
            case .invalidFrame(let fault): "frame of a stream can't be read: \(fault)"
            }
        }
    }

    /// What has arrived and not been dropped yet; events are places in it.
    public private(set) var bytes: [UInt8] = []
    /// The most bytes an event may have.
    public let maximumEventBytes: Int
    private let framing: EventFraming
    private var scanner = LineScanner()

    /// Starts a stream. The limit bounds the memory a stream takes; one delta is a few hundred bytes, but a provider may
    /// send a whole image or document as one event.
    public init(_ framing: EventFraming = .lines, maximumEventBytes: Int = 16 << 20) {
        self.framing = framing
        self.maximumEventBytes = maximumEventBytes
    }

    /// Takes the next piece of the stream. Events found before are forgotten.
    public mutating func append(_ chunk: [UInt8]) {
        let read = scanner.start
        if read == bytes.count {
            bytes = chunk
        } else {
            if read > 0 { bytes.removeSubrange(0..<read) }
            bytes.append(contentsOf: chunk)
        }
        scanner.shift(by: read)
    }

    /// The next whole event, or `nil` until more arrives.
    public mutating func next() throws(Fault) -> ServerSentEvent? {
        guard framing == .lines else {
            let frame = try EventFrame.next(in: bytes, from: scanner.start, limit: maximumEventBytes)
            if let frame { scanner.skip(to: frame.range.upperBound) }
            return frame
        }
        var scanner = scanner
        let event = bytes.withUnsafeBytes { scanner.next(in: $0) }
        self.scanner = scanner
        let size = event?.range.count ?? bytes.count - scanner.start
        guard size <= maximumEventBytes else { throw .eventTooLarge(limit: maximumEventBytes) }
        return event
    }

    /// Where in `bytes` the part begins that belongs to no whole event yet.
    public var unfinished: Range<Int> { scanner.start..<bytes.count }

    /// The event's data as JSON.
    func document(of event: ServerSentEvent) throws(JSONSyntaxError) -> JSONDocument {
        guard event.dataLines == 1 else { return try JSONDocument(parsing: data(of: event)) }
        return try JSONDocument(parsing: bytes, in: event.data)
    }

    /// What makes an event whole that lacks nothing but its end, where the stream is over: a line's end and a blank line. A frame
    /// that is not whole stays so.
    public var closing: [UInt8] { framing == .lines && !unfinished.isEmpty ? [0x0A, 0x0A] : [] }

    /// An event with other data, framed as it came.
    public func rewritten(_ event: ServerSentEvent, data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = []
        if framing == .frames {
            let headers = bytes[event.range.lowerBound + EventFrame.preludeBytes..<event.data.lowerBound]
            EventFrame.append(headers: headers, payload: data, to: &stream)
        } else if event.dataLines == 1 {
            stream.reserveCapacity(event.range.count - event.data.count + data.count)
            stream += bytes[event.range.lowerBound..<event.data.lowerBound]
            stream += data
            stream += bytes[event.data.upperBound..<event.range.upperBound]
        } else {
            EventStreamWriter.append(name: bytes[event.name], data: data, to: &stream)
        }
        return stream
    }

    /// The event's data: its `data:` lines, joined by line feeds where there are several.
    public func data(of event: ServerSentEvent) -> [UInt8] {
        guard event.dataLines > 1 else { return Array(bytes[event.data]) }
        var lines = LineScanner()
        lines.start = event.range.lowerBound
        lines.lineStart = lines.start
        lines.position = lines.start
        return bytes.withUnsafeBytes { bytes in
            var joined: [UInt8] = []
            joined.reserveCapacity(event.data.count)
            var isFirst = true
            while lines.position < event.range.upperBound, let line = lines.nextLine(in: bytes) {
                guard let value = LineScanner.value(of: "data", line, in: bytes) else { continue }
                if !isFirst { joined.append(0x0A) }
                isFirst = false
                joined.append(contentsOf: bytes[value])
            }
            return joined
        }
    }

    /// Whether the event's name is this one.
    @inlinable
    public func name(of event: ServerSentEvent, is name: StaticString) -> Bool {
        guard event.name.count == name.utf8CodeUnitCount else { return false }
        for (offset, index) in event.name.enumerated() where bytes[index] != name.utf8Start[offset] { return false }
        return true
    }
}

/// Walks over lines; remembers where it is, so that no byte is looked at twice however the pieces fall.
struct LineScanner: Sendable {
    /// Where the event under way began.
    var start = 0
    /// Where the line under way began.
    var lineStart = 0
    /// The first byte not looked at yet.
    var position = 0
    private var endedInCarriageReturn = false
    private var name = 0..<0
    private var data = 0..<0
    private var dataLines = 0

    /// Moves all places to the front after bytes before `start` were dropped.
    mutating func shift(by count: Int) {
        start -= count
        lineStart -= count
        position -= count
        if dataLines > 0 { data = data.lowerBound - count..<data.upperBound - count }
        if !name.isEmpty { name = name.lowerBound - count..<name.upperBound - count }
    }

    /// Goes on behind what was read otherwise.
    mutating func skip(to place: Int) {
        start = place
        lineStart = place
        position = place
    }

    /// The next whole event.
    mutating func next(in bytes: UnsafeRawBufferPointer) -> ServerSentEvent? {
        while let line = nextLine(in: bytes) {
            guard line.isEmpty else {
                read(line, in: bytes)
                continue
            }
            defer {
                start = lineStart
                name = 0..<0
                data = 0..<0
                dataLines = 0
            }
            return ServerSentEvent(range: start..<lineStart, name: name, data: data, dataLines: dataLines)
        }
        return nil
    }

    /// The next line without its end; advances `lineStart` and `position` behind it.
    mutating func nextLine(in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        if endedInCarriageReturn, position < bytes.count {
            endedInCarriageReturn = false
            if position == lineStart, bytes[position] == 0x0A {
                position += 1
                lineStart = position
            }
        }
        position = Self.lineEnd(in: bytes, from: position)
        guard position < bytes.count else { return nil }
        let line = lineStart..<position
        if bytes[position] == 0x0D {
            if position + 1 == bytes.count {
                endedInCarriageReturn = true
            } else if bytes[position + 1] == 0x0A {
                position += 1
            }
        }
        position += 1
        lineStart = position
        return line
    }

    private mutating func read(_ line: Range<Int>, in bytes: UnsafeRawBufferPointer) {
        if let value = Self.value(of: "data", line, in: bytes) {
            data = dataLines == 0 ? value : data.lowerBound..<value.upperBound
            dataLines += 1
        } else if let value = Self.value(of: "event", line, in: bytes) {
            name = value
        }
    }

    /// The value of a line `field: value`, if it is this field; one space after the colon is not part of it. A byte
    /// order mark may precede the first line of a stream.
    static func value(of field: StaticString, _ line: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        let count = field.utf8CodeUnitCount
        var start = line.lowerBound
        if line.count >= 3, bytes[start] == 0xEF, bytes[start + 1] == 0xBB, bytes[start + 2] == 0xBF { start += 3 }
        guard line.upperBound - start >= count else { return nil }
        for offset in 0..<count where bytes[start + offset] != field.utf8Start[offset] { return nil }
        start += count
        guard start < line.upperBound else { return start..<start }
        guard bytes[start] == 0x3A else { return nil }
        start += 1
        if start < line.upperBound, bytes[start] == 0x20 { start += 1 }
        return start..<line.upperBound
    }

    /// The first LF or CR from a place on, or the end of the bytes; eight bytes at a time.
    static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let feed = word ^ (ones &* 0x0A)
            let carriage = word ^ (ones &* 0x0D)
            // The lowest marked byte is exact; those above it may be false, and are not used.
            let hits = ((feed &- ones) & ~feed | (carriage &- ones) & ~carriage) & highs
            if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
        return index
    }
}
