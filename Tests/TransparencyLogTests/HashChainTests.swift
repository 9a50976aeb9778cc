import Cryptography
import Testing
import TransparencyLog

@Suite struct HashChainTests {
    /// Lines of the form `digest of the line before, space, text`.
    private static func lines(_ texts: [String]) -> [[UInt8]] {
        var chain = HashChain()
        return texts.map { text in
            let line = Array("\(chain.head) \(text)".utf8)
            line.withUnsafeBytes { chain.append($0) }
            return line
        }
    }

    /// The index of the first line that does not follow, or `nil`, and the head.
    private static func check(_ lines: [[UInt8]]) -> (broken: UInt64?, head: Digest32) {
        var chain = HashChain()
        for line in lines {
            do throws(HashChainBreak) {
                let previous = Digest32(hex: String(decoding: line.prefix(64), as: UTF8.self)) ?? Digest32()
                try chain.append(line, after: previous)
            } catch {
                return (error.index, chain.head)
            }
        }
        return (nil, chain.head)
    }

    @Test func `an untouched chain holds, and its head is the digest of its last line`() {
        let lines = Self.lines(["a", "b", "c"])
        let (broken, head) = Self.check(lines)
        #expect(broken == nil)
        #expect(head == SHA256.hash(lines[2]))
        #expect(Self.check([]).head == Digest32())
    }

    @Test func `a bit flipped in any line but the last breaks the chain where the line after it stands`() {
        let lines = Self.lines(["a", "b", "c", "d"])
        for line in 0..<3 {
            for byte in lines[line].indices {
                var changed = lines
                changed[line][byte] ^= 1
                // In the name of the line before, the flipped line itself does not follow.
                #expect(Self.check(changed).broken == UInt64(byte < 64 ? line : line + 1))
            }
        }
    }

    @Test func `a change to the last line shows in the head only`() {
        var lines = Self.lines(["a", "b"])
        let head = Self.check(lines).head
        lines[1][64] ^= 1
        #expect(Self.check(lines).broken == nil)
        #expect(Self.check(lines).head != head)
    }

    @Test func `a line taken out, put in or moved is found`() {
        let lines = Self.lines(["a", "b", "c", "d"])
        #expect(Self.check([lines[1], lines[2], lines[3]]).broken == 0)
        #expect(Self.check([lines[0], lines[2], lines[3]]).broken == 1)
        #expect(Self.check([lines[0], lines[2], lines[1], lines[3]]).broken == 1)
        #expect(Self.check([lines[0], lines[1], lines[1], lines[2]]).broken == 2)
    }

    @Test func `a chain goes on from its head`() {
        let lines = Self.lines(["a", "b", "c"])
        var chain = HashChain(head: SHA256.hash(lines[1]), count: 2)
        lines[2].withUnsafeBytes { chain.append($0) }
        #expect(chain == HashChain(head: SHA256.hash(lines[2]), count: 3))
    }
}
