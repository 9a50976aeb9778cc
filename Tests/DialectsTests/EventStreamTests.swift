import Dialects
import Testing

struct EventStreamTests {
    /// Parses a stream given in pieces and lists its events as `name|data`; checks that no byte is lost.
    private func events(_ pieces: [[UInt8]]) throws -> [String] {
        var parser = EventStreamParser()
        var found: [String] = []
        var passed: [UInt8] = []
        for piece in pieces {
            parser.append(piece)
            while let event = try parser.next() {
                passed.append(contentsOf: parser.bytes[event.range])
                guard event.dataLines > 0 else { continue }
                found.append("\(text(parser.bytes[event.name]))|\(text(parser.data(of: event)))")
            }
        }
        passed.append(contentsOf: parser.bytes[parser.unfinished])
        #expect(passed == pieces.flatMap { $0 })
        return found
    }

    private static let streams: [(stream: String, events: [String])] = [
        ("data: a\n\ndata: b\n\n", ["|a", "|b"]),
        ("data: a\r\n\r\ndata: b\r\n\r\n", ["|a", "|b"]),
        ("data: a\r\rdata: b\r\r", ["|a", "|b"]),
        ("data: a\r\n\ndata: b\n\r\n", ["|a", "|b"]),
        ("event: x\ndata:{\"a\": 1}\n\n", ["x|{\"a\": 1}"]),
        ("data:  two blanks\n\n", ["| two blanks"]),
        ("data: one\ndata: two\nevent: e\ndata\ndata: three\n\n", ["e|one\ntwo\n\nthree"]),
        ("data: one\r\ndata: two\r\n\r\n", ["|one\ntwo"]),
        (": comment\n\n:\n\ndata: x\n\n", ["|x"]),
        ("\u{FEFF}data: marked\n\n", ["|marked"]),
        ("id: 7\nretry: 3\ndata: x\n\n", ["|x"]),
        ("database: no\ndata x: no\ndata: yes\n\n", ["|yes"]),
        ("\n\n\ndata: after blanks\n\n", ["|after blanks"]),
        ("data: cut", []),
        ("data: cut\n", []),
        ("data: Zürich ☃ 👩‍👩‍👧\n\n", ["|Zürich ☃ 👩‍👩‍👧"]),
        ("data:\n\n", ["|"]),
    ]

    @Test(arguments: streams.indices)
    func `a stream has the same events however its bytes are split`(index: Int) throws {
        let (stream, expected) = Self.streams[index]
        let whole = bytes(stream)
        #expect(try events([whole]) == expected)
        #expect(try events(whole.map { [$0] }) == expected)
        for first in 0...whole.count {
            #expect(try events([Array(whole[..<first]), Array(whole[first...])]) == expected, "split at \(first)")
            for second in first...whole.count where (second - first) % 3 == 0 {
                let pieces = [whole[..<first], whole[first..<second], whole[second...]].map { Array($0) }
                #expect(try events(pieces) == expected, "split at \(first) and \(second)")
            }
        }
    }

    @Test func `all streams one behind the other give all events`() throws {
        let streams = Self.streams.filter { !$0.events.isEmpty && !$0.stream.hasPrefix("\u{FEFF}") }
        let whole = bytes(streams.map(\.stream).joined())
        let expected = streams.flatMap(\.events)
        var dice = Dice(state: 1)
        for _ in 0..<200 {
            var pieces: [[UInt8]] = []
            var start = 0
            while start < whole.count {
                let end = min(whole.count, start + Int.random(in: 1...40, using: &dice))
                pieces.append(Array(whole[start..<end]))
                start = end
            }
            #expect(try events(pieces) == expected)
        }
    }

    @Test func `an event beyond the limit is refused, whole or not`() throws {
        for end in ["", "\n\n"] {
            var parser = EventStreamParser(maximumEventBytes: 100)
            parser.append(bytes("data: short\n\n"))
            #expect(try parser.next() != nil)
            parser.append(bytes("data: " + String(repeating: "x", count: 100) + end))
            #expect(throws: EventStreamParser.Fault.eventTooLarge(limit: 100)) { try parser.next() }
        }
    }

    @Test func `a large event in small pieces takes linear time`() throws {
        var parser = EventStreamParser()
        let piece = [UInt8](repeating: 0x78, count: 1_000)
        parser.append(bytes("data: "))
        for _ in 0..<4_000 {
            parser.append(piece)
            #expect(try parser.next() == nil)
        }
        parser.append([0x0A, 0x0A])
        #expect(try parser.next()?.data.count == 4_000_000)
    }

    @Test func `names are compared whole`() throws {
        var parser = EventStreamParser()
        parser.append(bytes("event: ping\ndata: {}\n\n"))
        let event = try #require(try parser.next())
        #expect(parser.name(of: event, is: "ping"))
        #expect(!parser.name(of: event, is: "pin"))
        #expect(!parser.name(of: event, is: "pings"))
        #expect(!parser.name(of: event, is: "pong"))
    }

    @Test func `what is written is read back`() throws {
        let stream = EventStreamWriter.event(name: "error", data: bytes("{}")) + EventStreamWriter.done
        #expect(text(stream) == "event: error\ndata: {}\n\ndata: [DONE]\n\n")
        #expect(try events([stream]) == ["error|{}", "|[DONE]"])
    }
}
