import JSONText
import Testing

struct LimitsTests {
    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test func `64 levels are read and 65 are refused`() {
        #expect(reason(nested(64)) == nil)
        #expect(reason(nested(65)) == .depth)
        let objects = String(repeating: "{\"a\":", count: 64) + "1" + String(repeating: "}", count: 64)
        #expect(reason(objects) == nil)
        #expect(reason("[" + objects + "]") == .depth)
    }

    @Test func `depth is counted down where containers end`() {
        #expect(reason("[" + Array(repeating: nested(63), count: 100).joined(separator: ",") + "]") == nil)
        #expect(reason("[" + Array(repeating: "{\"a\":[]}", count: 100).joined(separator: ",") + "]") == nil)
    }

    @Test func `a million opening brackets are refused at once`() {
        #expect(reason([UInt8](repeating: 0x5B, count: 1_000_000)) == .depth)
        // Also where the limit is as large as the text: nothing recurses.
        let limits = JSONLimits(maximumDepth: 2_000_000)
        #expect(reason([UInt8](repeating: 0x5B, count: 1_000_000), limits: limits) == .unexpectedEnd)
        #expect(reason(nested(1_000_000), limits: limits) == nil)
    }

    @Test func `a text one byte too long is refused`() {
        let limits = JSONLimits(maximumBytes: 10)
        #expect(reason("\"12345678\"", limits: limits) == nil)
        #expect(reason("\"123456789\"", limits: limits) == .tooLarge)
        #expect(reason("\"12345678\" ", limits: limits) == .tooLarge)
    }

    @Test func `the tape ends where the limit says`() {
        let limits = JSONLimits(maximumNodes: 20)
        func ones(_ count: Int) -> String { "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]" }
        #expect(reason(ones(19), limits: limits) == nil)
        #expect(reason(ones(20), limits: limits) == .tooManyValues)
        #expect(reason(ones(100_000)) == nil)
        #expect(reason("1", limits: JSONLimits(maximumNodes: 1)) == nil)
        #expect(reason("[1]", limits: JSONLimits(maximumNodes: 1)) == .tooManyValues)
    }

    @Test func `a tape that has grown many times is whole`() throws {
        let text = "[" + (0..<300_000).map { "\($0)" }.joined(separator: ",") + "]"
        let document = try document(text)
        #expect(document.nodeCount == 300_001)
        #expect(document.root.count == 300_000)
        #expect(document.root[299_999]?.int == 299_999)
        #expect(document.value(at: 150_001).int == 150_000)
    }
}
