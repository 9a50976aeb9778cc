import Inference
import JSONText
import Testing

@testable import Dialects

/// Whatever a caller or a provider sends, a translation gives a body of the other dialect or an error, and never traps.
struct HostileTranslationTests {
    static let pairs: [(Inference.Operation, Inference.Operation)] = [(.chat, .messages), (.messages, .chat)]

    private static let values = [
        "null", "{}", "[]", #""""#, #""x""#, "1", "-1", "1e308", "9223372036854775807", "true", "[null]", "[[]]",
        #"[{"type":"text"}]"#, #"{"type":"function"}"#,
    ]

    /// The body with each value in turn replaced by each of others, and with each member left out.
    static func variants(_ body: String) throws -> [[UInt8]] {
        let original = try json(body)
        var bodies: [[UInt8]] = []
        for node in 0..<original.nodeCount where !original.isKey(at: node) {
            for value in values {
                bodies.append(
                    original.replacing([JSONReplacement(range: original.range(at: node), bytes: bytes(value))]))
            }
        }
        for node in 0..<original.nodeCount where original.isKey(at: node) {
            bodies.append(
                original.replacing([JSONReplacement(range: original.range(at: node), bytes: bytes(#""unknown""#))]))
        }
        return bodies
    }

    @Test(arguments: RequestTranslationTests.chatToMessages + RequestTranslationTests.messagesToChat)
    func `no request makes a translation trap, and what comes out is JSON`(row: RequestTranslationTests.Case) throws {
        for (caller, provider) in Self.pairs {
            for body in try Self.variants(row.caller) {
                guard let result = try? translated(text(body), from: caller, to: provider) else { continue }
                #expect(throws: Never.self) { try json(result.body) }
            }
        }
    }

    @Test(arguments: [ReplyTranslationTests.message, ReplyTranslationTests.completion])
    func `no answer makes a translation trap, and what comes out is JSON`(reply: String) throws {
        for (caller, provider) in Self.pairs {
            for body in try Self.variants(reply) {
                guard let result = try? answer(text(body), from: provider, to: caller) else { continue }
                #expect(throws: Never.self) { try json(result) }
            }
        }
    }

    @Test(arguments: [ReplyTranslationTests.messageEvents, ReplyTranslationTests.chunkEvents])
    func `no stream makes a translation trap, and its events are JSON`(events: String) throws {
        let lines = events.split(separator: "\n\n").map(String.init)
        for (index, line) in lines.enumerated() {
            guard let brace = line.firstIndex(of: "{") else { continue }
            for variant in try Self.variants(String(line[brace...])) {
                var changed = lines
                changed[index] = String(line[..<brace]) + text(variant)
                for (caller, provider) in Self.pairs { try check(changed, from: provider, to: caller) }
            }
        }
    }

    @Test(arguments: [ReplyTranslationTests.messageEvents, ReplyTranslationTests.chunkEvents])
    func `events in any order, doubled or left out, trap nothing`(events: String) throws {
        let lines = events.split(separator: "\n\n").map(String.init)
        var dice = Dice(state: 7)
        for _ in 0..<300 {
            var changed = lines
            for _ in 0..<Int.random(in: 1...3, using: &dice) where !changed.isEmpty {
                let place = Int.random(in: 0..<changed.count, using: &dice)
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: changed.remove(at: place)
                case 1: changed.insert(changed[place], at: Int.random(in: 0...changed.count, using: &dice))
                default: changed.swapAt(place, Int.random(in: 0..<changed.count, using: &dice))
                }
            }
            for (caller, provider) in Self.pairs { try check(changed, from: provider, to: caller) }
        }
    }

    private func check(
        _ events: [String], from provider: Inference.Operation, to caller: Inference.Operation
    ) throws {
        let joined = bytes(events.joined(separator: "\n\n") + "\n\n")
        guard let result = try? stream(joined, from: provider, to: caller) else { return }
        for event in result.split(separator: "\n\n") {
            guard let data = event.split(separator: "\n").first(where: { $0.hasPrefix("data: ") })?.dropFirst(6),
                data != "[DONE]"
            else { continue }
            #expect(throws: Never.self) { try json(String(data)) }
        }
    }
}
