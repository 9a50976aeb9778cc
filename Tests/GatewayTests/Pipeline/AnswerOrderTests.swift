import Cryptography
import Dialects
import Inference
import JSONText
import NIOCore
import PatternScanner
import Privacy
import Testing

@testable import Gateway

/// Pieces of several texts come in any order, and values that the model added are taken out of each.
@Suite struct AnswerOrderTests {
    private static func delta(_ delta: String, _ finish: String = "null") -> String {
        #"data: {"id":"c","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"# + "\n\n"
    }

    private static func call(_ index: Int, _ piece: String) -> String {
        let escaped = String(decoding: JSONEscape.escaped(Array(piece.utf8)), as: UTF8.self)
        return delta(#"{"tool_calls":[{"index":\#(index),"function":{"arguments":"\#(escaped)"}}]}"#)
    }

    private func answer(_ events: [String]) throws -> (events: [String], calls: [Int: String], content: String) {
        let body = #"{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}"#
        let request = try RequestReader.read(.chat, body: try JSONDocument(parsing: Array(body.utf8)))
        var settings = PrivacySettings()
        settings.redactedInAnswers = [DataClass("secret"), DataClass("email")]
        let engine = try PrivacyEngine(scanner: PatternScanner(), settings: settings)
        let key = try TenantKey(master: .init([UInt8](repeating: 1, count: 32)), tenant: "t")
        let treated = try engine.treat(
            request, findings: try engine.inspect(request), requestID: RequestID(high: 1, low: 2), form: .pseudonymised,
            destination: Destination(provider: ProviderID("p"), model: "m"), tenantKey: key)
        let rules = try #require(
            AnswerRules(
                engine: engine, request: request, findings: try engine.inspect(request),
                restoration: treated.restoration))
        var stream = AnswerStream(request: request, restoration: treated.restoration, rules: rules)
        var output = ByteBuffer()
        let all = events + [Self.delta("{}", #""stop""#), "data: [DONE]\n\n"]
        try stream.push(Array(all.joined().utf8), into: &output)
        let out = String(buffer: output).split(separator: "\n\n").map(String.init)
        var calls: [Int: String] = [:]
        var content = ""
        for event in out where event.hasPrefix("data: {") {
            let document = try JSONDocument(parsing: Array(event.dropFirst(6).utf8))
            guard let delta = document.root["choices"]?[0]?["delta"] else { continue }
            content += delta["content"]?.string ?? ""
            content += delta["reasoning_content"]?.string ?? ""
            guard let tools = delta["tool_calls"] else { continue }
            for call in tools.elements {
                calls[call["index"]?.int ?? -1, default: ""] += call["function"]?["arguments"]?.string ?? ""
            }
        }
        return (out, calls, content)
    }

    @Test func `an address whose halves stand around a piece of another call does not reach the caller`() throws {
        let said = try answer([
            Self.call(0, #"{"m":"jane.roe@"#), Self.call(1, #"{"m":"x"}"#), Self.call(0, #"acme.com"}"#),
        ])
        #expect(said.calls == [0: #"{"m":"[EMAIL]"}"#, 1: #"{"m":"x"}"#])
    }

    @Test(arguments: ["content", "reasoning_content"])
    func `an address whose halves stand around pieces of other texts does not reach the caller`(name: String) throws {
        let said = try answer([
            Self.delta(#"{"\#(name)":"to jane.roe@"}"#), Self.call(0, "{}"), Self.delta(#"{"refusal":"no"}"#),
            Self.delta(#"{"\#(name)":"acme.com now"}"#),
        ])
        #expect(said.content == "to [EMAIL] now")
    }

    @Test func `two pieces of one text in one event are one text, to its end`() throws {
        let piece = #"{"index":0,"function":{"arguments":"#
        let said = try answer([
            Self.delta(
                #"{"tool_calls":[\#(piece)"{\"m\":\"jane.roe@"}},\#(piece)"acme.com\"}"}}]}"#, #""tool_calls""#)
        ])
        #expect(said.calls == [0: #"{"m":"[EMAIL]"}"#])
    }

    @Test func `a call's arguments are whole with their last piece, before another call begins`() throws {
        let said = try answer([
            Self.call(0, #"{"m":"jane.roe@acme.com "#), Self.call(0, #"x"}"#), Self.call(1, #"{"n":"7@"#),
            Self.call(1, #""}"#),
        ])
        #expect(said.calls == [0: #"{"m":"[EMAIL] x"}"#, 1: #"{"n":"7@"}"#])
        let first = try #require(said.events.firstIndex { $0.contains(#"x\"}"#) })
        let second = try #require(said.events.firstIndex { $0.contains(#""index":1"#) })
        #expect(first < second)
    }

    @Test(arguments: [
        (["{", "}"], true), (["[1,", "{\"a\":\"]\"}", "]"], true), (["{\"a\":\"\\\"", "}\"", "}"], true),
        ([" 1"], false), (["\"a\""], false), (["{\"a\":\"}"], false), (["{\"a\":\"\\", "\"}"], false), ([], false),
    ])
    func `a JSON text is whole when what it opened is closed`(pieces: [String], isWhole: Bool) {
        var extent = JSONExtent()
        for (index, piece) in pieces.enumerated() {
            #expect(!extent.isWhole)
            Array(piece.utf8).withUnsafeBytes { extent.advance($0) }
            if index < pieces.count - 1 { #expect(!extent.isWhole) }
        }
        #expect(extent.isWhole == isWhole)
    }
}
