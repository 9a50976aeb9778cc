import Cryptography
import Dialects
import Inference
import JSONText
import NIOCore
import PatternScanner
import Privacy
import Testing

@testable import Gateway

/// A request with one address and one card, and what its provider would see of them.
private struct Conversation {
    let request: InferenceRequest
    let treated: TreatedRequest
    let text = "Mail maria@example.org or charge 4242 4242 4242 4242, maria@example.org!"

    init(streamOptions: String = "") throws {
        let body =
            #"{"model":"m","stream":true\#(streamOptions),"messages":[{"role":"user","content":"\#(text)"}]}"#
        request = try RequestReader.read(.chat, body: try JSONDocument(parsing: Array(body.utf8)))
        let engine = try PrivacyEngine(scanner: try PatternScanner())
        let key = try TenantKey(master: SymmetricKey([UInt8](repeating: 1, count: 32)), tenant: "t")
        treated = try engine.treat(
            request, findings: try engine.inspect(request), requestID: RequestID(high: 1, low: 2), form: .pseudonymised,
            destination: Destination(provider: ProviderID("p"), model: "m"), tenantKey: key)
    }

    /// What the provider received as the user's text.
    var seen: String {
        (try? JSONDocument(parsing: treated.body))?.root["messages"]?[0]?["content"]?.string ?? ""
    }

    /// A provider's stream that repeats `words`, one delta each.
    func stream(_ words: [String], usage: Bool = false) -> [UInt8] {
        func event(_ delta: String, _ finish: String = "null") -> String {
            #"data: {"id":"c","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"# + "\n\n"
        }
        func quoted(_ word: String) -> String {
            "\"" + String(decoding: JSONEscape.escaped(Array(word.utf8)), as: UTF8.self) + "\""
        }
        var text = event(#"{"role":"assistant","content":""}"#)
        for word in words { text += event(#"{"content":\#(quoted(word))}"#) }
        text += event("{}", "\"stop\"")
        if usage {
            text +=
                #"data: {"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#
                + "\n\n"
        }
        return Array((text + "data: [DONE]\n\n").utf8)
    }

    /// What the caller reads of pieces of the provider's stream.
    func read(_ pieces: [[UInt8]]) throws -> (text: String, raw: String, stream: AnswerStream) {
        var stream = AnswerStream(request: request, restoration: treated.restoration)
        var output = ByteBuffer()
        for piece in pieces { try stream.push(piece, into: &output) }
        try stream.end(into: &output)
        let raw = String(buffer: output)
        var text = ""
        for event in raw.split(separator: "\n\n") where event.hasPrefix("data: {") {
            let document = try JSONDocument(parsing: Array(event.dropFirst(6).utf8))
            text += document.root["choices"]?[0]?["delta"]?["content"]?.string ?? ""
        }
        return (text, raw, stream)
    }
}

@Test func `the caller reads its own values, wherever the provider's bytes are cut`() throws {
    let conversation = try Conversation()
    #expect(!conversation.seen.contains("maria") && !conversation.seen.contains("4242"))
    let letters = conversation.seen.map { String($0) }
    let bytes = conversation.stream(letters)
    for cut in stride(from: 1, to: bytes.count, by: 7) {
        let read = try conversation.read([Array(bytes[..<cut]), Array(bytes[cut...])])
        #expect(read.text == conversation.text)
        #expect(read.stream.progress == .done)
    }
    #expect(try conversation.read(bytes.map { [$0] }).text == conversation.text)
}

@Test func `usage that the caller did not ask for goes to the ledger only`() throws {
    let conversation = try Conversation()
    let read = try conversation.read([conversation.stream(["hi"], usage: true)])
    #expect(!read.raw.contains("usage") && read.raw.hasSuffix("data: [DONE]\n\n"))
    #expect(read.stream.facts.usage == TokenUsage(input: 3, output: 2))
}

@Test func `usage that the caller asked for passes`() throws {
    let conversation = try Conversation(streamOptions: #","stream_options":{"include_usage":true}"#)
    #expect(try conversation.read([conversation.stream(["hi"], usage: true)]).raw.contains(#""total_tokens":5"#))
}

@Test func `a stream that stops in a surrogate gives out what was held back`() throws {
    let conversation = try Conversation()
    let surrogate = try #require(conversation.seen.split(separator: " ").first { $0.hasPrefix("EMAIL_") })
    let half = String(surrogate.prefix(9))
    var stream = AnswerStream(request: conversation.request, restoration: conversation.treated.restoration)
    var output = ByteBuffer()
    let bytes = conversation.stream(["a ", half])
    let end = try #require(bytes.firstRange(of: Array(#"data: {"id":"c","choices":[{"index":0,"delta":{},"#.utf8)))
    try stream.push(Array(bytes[..<end.lowerBound]), into: &output)
    #expect(!String(buffer: output).contains(half))
    stream.breakOff(into: &output)
    #expect(String(buffer: output).contains(half))
    #expect(stream.progress == .open)
}

@Test func `an event without its blank line counts when the body ends`() throws {
    let conversation = try Conversation()
    let bytes = conversation.stream(["hi"]).dropLast(2)
    #expect(try conversation.read([Array(bytes)]).stream.progress == .done)
}

@Test(arguments: [1, 3, 40, 4_000])
func `a secret that the model added does not reach the caller, however the stream is cut`(pieces: Int) throws {
    let conversation = try Conversation()
    var settings = PrivacySettings()
    settings.redactedInAnswers = [DataClass("secret"), DataClass("email")]
    let engine = try PrivacyEngine(scanner: PatternScanner(), settings: settings)
    let rules = try #require(
        AnswerRules(
            engine: engine, request: conversation.request, findings: try engine.inspect(conversation.request),
            restoration: conversation.treated.restoration))
    let text = "Use AKIAQ4T7ZXW3M2PLKJ5D and eve@example.net, not \(conversation.seen)"
    let bytes = conversation.stream(text.map { String($0) })
    var stream = AnswerStream(
        request: conversation.request, restoration: conversation.treated.restoration, rules: rules)
    var output = ByteBuffer()
    for start in stride(from: 0, to: bytes.count, by: pieces) {
        try stream.push(Array(bytes[start..<min(bytes.count, start + pieces)]), into: &output)
        #expect(!String(buffer: output).contains("AKIA"))
    }
    #expect(stream.progress == .done)
    var answer = ""
    for event in String(buffer: output).split(separator: "\n\n") where event.hasPrefix("data: {") {
        let document = try JSONDocument(parsing: Array(event.dropFirst(6).utf8))
        answer += document.root["choices"]?[0]?["delta"]?["content"]?.string ?? ""
    }
    #expect(answer == "Use [SECRET] and [EMAIL], not \(conversation.text)")

    var writer = JSONWriter()
    writer.string(text)
    let whole =
        #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":\#(String(decoding: writer.bytes, as: UTF8.self))}}]}"#
    let treated = try WholeAnswer(
        Array(whole.utf8), to: conversation.request, restoration: conversation.treated.restoration, rules: rules)
    let document = try JSONDocument(parsing: treated.body)
    #expect(document.root["choices"]?[0]?["message"]?["content"]?.string == answer)
}

@Test(arguments: [1, 11, 4_000])
func `a response's pieces and their repetitions all say the same`(pieces: Int) throws {
    let body =
        #"{"model":"m","stream":true,"input":[{"role":"user","content":"Mail maria@example.org, key AKIAQ4T7ZXW3M2PLKJ5D"}]}"#
    let request = try RequestReader.read(.responses, body: try JSONDocument(parsing: Array(body.utf8)))
    let engine = try PrivacyEngine(scanner: PatternScanner())
    let key = try TenantKey(master: SymmetricKey([UInt8](repeating: 1, count: 32)), tenant: "t")
    let treated = try engine.treat(
        request, findings: try engine.inspect(request), requestID: RequestID(high: 1, low: 2), form: .pseudonymised,
        destination: Destination(provider: ProviderID("p"), model: "m"), tenantKey: key)
    let seen =
        try JSONDocument(parsing: treated.body).root["input"]?[0]?["content"]?.string ?? ""
    #expect(!seen.contains("maria") && !seen.contains("AKIA"))
    func event(_ type: String, _ rest: String) -> String {
        "event: response.\(type)\ndata: {\"type\":\"response.\(type)\",\"sequence_number\":1,\"output_index\":0,"
            + "\"content_index\":0,\(rest)}\n\n"
    }
    var stream = seen.map { event("output_text.delta", "\"delta\":\"\($0)\"") }.joined()
    stream += event("output_text.done", "\"text\":\"\(seen)\"")
    stream += event(
        "completed", #""response":{"output":[{"type":"message","content":[{"type":"output_text","text":"\#(seen)"}]}]}"#
    )
    var answer = AnswerStream(request: request, restoration: treated.restoration)
    var output = ByteBuffer()
    let bytes = Array(stream.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieces) {
        try answer.push(Array(bytes[start..<min(bytes.count, start + pieces)]), into: &output)
    }
    #expect(answer.progress == .done)
    var deltas = ""
    var wholes: [String] = []
    for event in String(buffer: output).split(separator: "\n\n") {
        let data = event.split(separator: "\n").last { $0.hasPrefix("data: ") } ?? ""
        let root = try JSONDocument(parsing: Array(data.dropFirst(6).utf8)).root
        deltas += root["delta"]?.string ?? ""
        if let text = root["text"]?.string { wholes.append(text) }
        if let text = root["response"]?["output"]?[0]?["content"]?[0]?["text"]?.string { wholes.append(text) }
    }
    let expected = "Mail maria@example.org, key AKIAQ4T7ZXW3M2PLKJ5D"
    #expect(deltas == expected)
    #expect(wholes == [expected, expected])
}

@Test func `an error that a provider ends like any other stream is an error still`() throws {
    let (_, raw, stream) = try Conversation().read([
        Array("data: {\"error\":{\"message\":\"out of memory\"}}\n\ndata: [DONE]\n\n".utf8)
    ])
    #expect(stream.progress == .providerError && raw.contains("out of memory"))
}
