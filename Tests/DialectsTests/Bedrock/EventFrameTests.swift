import Inference
import JSONText
import Testing

@testable import Dialects

/// Frames of `application/vnd.amazon.eventstream`.
struct EventFrameTests {
    /// `contentBlockDelta` and `throttlingException`, made by Python's `struct` and `binascii`.
    private static let delta = hex(
        "0000009c0000005784dbd12f0b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e742d74"
            + "7970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070005"
            + "6576656e747b22636f6e74656e74426c6f636b496e646578223a20302c202264656c7461223a207b2274657874223a2022486920e29883227d7d6fa3a359"
    )
    private static let exception = hex(
        "00000084000000611bf198f50f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f6e"
            + "74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009"
            + "657863657074696f6e7b226d657373616765223a2022736c6f77227d2e9feb30")

    private static func hex(_ digits: String) -> [UInt8] {
        let nibbles = digits.compactMap(\.hexDigitValue)
        return stride(from: 0, to: nibbles.count, by: 2).map { UInt8(nibbles[$0] << 4 | nibbles[$0 + 1]) }
    }

    /// `name failure? data` of every frame in a stream that comes in pieces.
    private func frames(_ pieces: [[UInt8]], limit: Int = 16 << 20) throws -> [String] {
        var parser = EventStreamParser(.frames, maximumEventBytes: limit)
        var found: [String] = []
        for piece in pieces {
            parser.append(piece)
            while let event = try parser.next() {
                let name = text(parser.bytes[event.name])
                found.append("\(name)\(event.isFailure ? "!" : "") \(text(parser.data(of: event)))")
            }
        }
        if !parser.unfinished.isEmpty { found.append("… \(parser.unfinished.count)") }
        #expect(parser.closing == [])
        return found
    }

    private static let both = [
        #"contentBlockDelta {"contentBlockIndex": 0, "delta": {"text": "Hi ☃"}}"#,
        #"throttlingException! {"message": "slow"}"#,
    ]

    @Test func `frames that others made are read`() throws {
        #expect(try frames([Self.delta + Self.exception]) == Self.both)
    }

    @Test func `frames are found however a stream is split`() throws {
        let stream = Self.delta + Self.exception
        for cut in 0...stream.count {
            #expect(try frames([Array(stream[..<cut]), Array(stream[cut...])]) == Self.both, "\(cut)")
        }
        #expect(try frames(stream.map { [$0] }) == Self.both)
        #expect(try frames([Array(stream.dropLast())]) == [Self.both[0], "… \(Self.exception.count - 1)"])
    }

    @Test func `what is written is what others write`() {
        var stream: [UInt8] = []
        let data = #"{"contentBlockIndex": 0, "delta": {"text": "Hi ☃"}}"#
        EventFrameWriter.append(event: "contentBlockDelta", to: &stream) { $0.raw(Array(data.utf8)) }
        #expect(stream == Self.delta)
        EventFrameWriter.append(exception: "throttlingException", data: #"{"message": "slow"}"#.utf8, to: &stream)
        #expect(stream == Self.delta + Self.exception)
    }

    @Test func `a frame with other data keeps its headers and has the right checksums`() throws {
        var parser = EventStreamParser(.frames)
        parser.append(Self.delta + Self.exception)
        let event = try #require(try parser.next())
        #expect(parser.rewritten(event, data: parser.data(of: event)) == Self.delta)
        #expect(try frames([parser.rewritten(event, data: bytes("{}"))]) == ["contentBlockDelta {}"])
    }

    @Test func `no single wrong byte passes, and none traps`() {
        for index in Self.delta.indices {
            for change in [1, 0x80, 0xFF] as [UInt8] {
                var spoiled = Self.delta
                spoiled[index] ^= change
                #expect(throws: EventStreamParser.Fault.self, "\(index)") { try frames([spoiled]) }
            }
        }
    }

    @Test func `no stream of bytes traps, nor one whose checksums are right`() {
        var dice = Dice(state: 7)
        for _ in 0..<3_000 {
            let noise = (0..<Int.random(in: 0...80, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
            _ = try? frames([noise])
            var headers = noise
            if let index = headers.indices.randomElement(using: &dice) { headers[index] = 7 }
            var stream: [UInt8] = []
            EventFrame.append(headers: headers[...], payload: [], to: &stream)
            _ = try? frames([stream])
        }
    }

    /// A prelude with its checksum.
    private func prelude(_ length: UInt32, _ headers: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [length, headers] {
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        let sum = bytes.withUnsafeBytes { FrameChecksum.of($0) }
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: sum >> shift)) }
        return bytes
    }

    @Test(arguments: [(0, 0), (15, 0), (16, 1), (.max, 0), (.max, .max), (200_000, 131_073)] as [(UInt32, UInt32)])
    func `lengths that can't be are refused before anything is waited for`(length: UInt32, headers: UInt32) {
        #expect(throws: EventStreamParser.Fault.self) { try frames([prelude(length, headers)]) }
    }

    @Test func `a frame larger than the limit is refused by its prelude`() throws {
        #expect(throws: EventStreamParser.Fault.eventTooLarge(limit: 100)) {
            try frames([Array(Self.delta.prefix(12))], limit: 100)
        }
        #expect(try frames([Self.delta], limit: Self.delta.count).count == 1)
    }

    private func framed(_ headers: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = []
        EventFrame.append(headers: headers[...], payload: bytes("{}"), to: &stream)
        return stream
    }

    private func header(_ name: String, _ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        [UInt8(name.utf8.count)] + bytes(name) + [type] + value
    }

    private func header(_ name: String, _ value: String) -> [UInt8] {
        header(name, 7, [0, UInt8(value.utf8.count)] + bytes(value))
    }

    @Test func `headers of every type are passed over`() throws {
        let sizes: [(UInt8, Int)] = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)]
        var headers = sizes.flatMap { header("h", $0.0, Array(repeating: 7, count: $0.1)) }
        headers += header("b", 6, [0, 2, 1, 2]) + header(":event-type", "x") + header(":message-type", "event")
        #expect(try frames([framed(headers)]) == ["x {}"])
        #expect(try frames([framed(header(":message-type", "error") + header(":error-code", "E"))]) == ["E! {}"])
    }

    @Test func `headers that overrun, say nothing or contradict themselves are refused`() {
        let type = header(":message-type", "event")
        let spoiled: [[UInt8]] = [
            [], header(":event-type", "x"), type + type, type + [200], type + header("h", 10, []),
            type + header("h", 4, [1, 2, 3]), type + header("h", 7, [0]), type + header("h", 7, [0, 9, 1]),
            type + header(":event-type", "x") + header(":exception-type", "y"),
        ]
        for headers in spoiled {
            #expect(throws: EventStreamParser.Fault.self) { try frames([framed(headers)]) }
        }
    }

    @Test func `the checksum is the one of gzip and Ethernet`() {
        for (text, sum) in [("", 0), ("a", 0xE8B7_BE43), ("123456789", 0xCBF4_3926)] as [(String, UInt32)] {
            #expect(Array(text.utf8).withUnsafeBytes { FrameChecksum.of($0) } == sum)
        }
    }
}
