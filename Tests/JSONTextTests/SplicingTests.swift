import JSONText
import Testing

struct SplicingTests {
    @Test func `replacements leave all other bytes as they are`() throws {
        let document = try document(#" { "a" : "one" ,"b":[ 1, "two"], "c":null } "#)
        let one = try #require(document.root["a"])
        let two = try #require(document.root["b"]?[1])
        let result = document.replacing([
            JSONReplacement(range: one.contentRange, bytes: Array("1".utf8)),
            JSONReplacement(range: two.range, bytes: Array("{}".utf8)),
            JSONReplacement(
                range: document.root.range.upperBound - 1..<document.root.range.upperBound - 1, bytes: [0x20]),
        ])
        #expect(String(decoding: result, as: UTF8.self) == #" { "a" : "1" ,"b":[ 1, {}], "c":null  } "#)
    }

    @Test func `no replacement and replacing things by themselves give the same bytes`() throws {
        let document = try document(#"{"a":"x\u0041","b":[1,2,"y"]}"#)
        #expect(document.replacing([]) == document.bytes)
        let strings = (0..<document.nodeCount).filter { document.kind(at: $0) == .string }
        let same = strings.map {
            JSONReplacement(range: document.range(at: $0), bytes: Array(document.bytes[document.range(at: $0)]))
        }
        #expect(document.replacing(same) == document.bytes)
    }

    @Test func `insertions at the same place come in their order`() throws {
        let document = try document("[]")
        let inserted = document.replacing([
            JSONReplacement(range: 1..<1, bytes: Array("1".utf8)),
            JSONReplacement(range: 1..<1, bytes: Array(",2".utf8)),
        ])
        #expect(inserted == Array("[1,2]".utf8))
    }

    @Test func `a range of decoded text is found among escapes`() throws {
        let value = try document(#"["a\nmail: alice\u0040example.com\ud83d\ude00é!"]"#).root[0]
        let text = try #require(value?.string)
        #expect(text == "a\nmail: alice@example.com😀é!")
        func raw(_ range: Range<Int>) -> String? {
            value.map { String(decoding: $0.document.bytes[$0.rawRange(ofDecoded: range)], as: UTF8.self) }
        }
        #expect(raw(8..<25) == #"alice\u0040example.com"#)
        #expect(raw(0..<1) == "a" && raw(1..<2) == #"\n"# && raw(0..<0) == "" && raw(1..<1) == "")
        // An escape of which the range has a part is taken whole, and so is a character of several bytes.
        #expect(
            raw(25..<26) == #"\ud83d\ude00"# && raw(26..<27) == #"\ud83d\ude00"# && raw(27..<29) == #"\ud83d\ude00"#)
        #expect(raw(28..<30) == #"\ud83d\ude00é"# && raw(30..<31) == "é" && raw(24..<27) == #"m\ud83d\ude00"#)
        #expect(raw(31..<32) == "!" && raw(32..<32) == "")
    }

    @Test func `ranges are mapped as decoding letter by letter would`() throws {
        var randomness = Randomness(seed: 7)
        let pieces = [
            "a", "bc", "\\n", "\\\"", "\\u0041", "\\u00e9", "\\u20ac", "\\ud83d\\ude00", "é", "€", "😀",
            "plain text of some length",
        ]
        for round in 0..<300 {
            let count = Int.random(in: 0...12, using: &randomness)
            // For every byte of the decoded text, the borders of what stands for its character.
            var starts: [Int] = []
            var ends: [Int] = []
            var content = ""
            for _ in 0..<count {
                let piece = pieces[
                    round % 3 == 0
                        ? Int.random(in: 8..<12, using: &randomness)
                        : Int.random(in: 0..<pieces.count, using: &randomness)]
                let units = piece.hasPrefix("\\") ? [piece] : piece.map(String.init)
                for unit in units {
                    let start = 1 + content.utf8.count
                    content += unit
                    let decoded = try #require(try document("\"\(unit)\"").root.string)
                    for _ in decoded.utf8 {
                        starts.append(start)
                        ends.append(1 + content.utf8.count)
                    }
                }
            }
            let value = try document("\"\(content)\"").root
            var mapper = value.offsetMapper()
            for lower in 0..<starts.count {
                for upper in Set([lower + 1, lower + 2, lower + 5, starts.count])
                where upper <= starts.count && upper > lower {
                    let expected = starts[lower]..<ends[upper - 1]
                    #expect(value.rawRange(ofDecoded: lower..<upper) == expected)
                    #expect(mapper.rawRange(ofDecoded: lower..<upper) == expected)
                }
            }
            // Also backwards.
            for lower in stride(from: starts.count - 1, through: 0, by: -3) {
                #expect(mapper.rawRange(ofDecoded: lower..<lower + 1) == starts[lower]..<ends[lower])
            }
        }
    }

    @Test func `many ranges of one long string take linear time`() throws {
        let count = 100_000
        let value = try document("\"" + String(repeating: #"mail \u0040 x\n"#, count: count) + "\"").root
        let elapsed = computingTime {
            var mapper = value.offsetMapper()
            for index in 0..<count {
                let range = mapper.rawRange(ofDecoded: index * 9 + 5..<index * 9 + 6)
                if range != 1 + index * 15 + 5..<1 + index * 15 + 11 { Issue.record("\(index): \(range)") }
            }
        }
        #expect(elapsed < .seconds(20))
    }
}
