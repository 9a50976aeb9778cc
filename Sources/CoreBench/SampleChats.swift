import JSONText

/// Requests, answers and streams in OpenAI's dialect, as an assistant with tools sends and gets them.
enum SampleChats {
    typealias Sample = (name: String, body: [UInt8])

    private static let words = Array(
        """
        The token bucket holds as many requests as may come at once, and fills at the rate that is allowed in the long run; who finds it \
        empty waits or is refused. \\"Burst\\" is what the bucket holds.\\n\\nOne chooses the rate by what the provider sells, and the \
        burst by what callers do: an agent sends its calls together – zwanzig auf einmal – and then thinks for a while. \
        `if bucket.units < cost { return .wait(bucket.time(until: cost)) }` is all that there is to it.\\n
        """.utf8)

    /// Escaped text of so many bytes, cut where no escape and no character is.
    private static func text(_ bytes: Int) -> String {
        var text: [UInt8] = []
        while text.count + words.count <= bytes { text += words }
        let rest = String(decoding: words, as: UTF8.self)
        for word in rest.split(separator: " ") where text.count < bytes { text += Array(" \(word)".utf8) }
        return String(decoding: text, as: UTF8.self)
    }

    private static let tools = (0..<6).map { index in
        """
        {"type":"function","function":{"name":"look_up_\(index)","description":"Looks an order up by its number, its date, or both.",\
        "parameters":{"type":"object","properties":{"number":{"type":"string","description":"Such as 88213-A."},"since":{"type":"string",\
        "format":"date"},"limit":{"type":"integer","minimum":1,"maximum":100}},"required":["number"],"additionalProperties":false}}}
        """
    }.joined(separator: ",")

    private static let arguments =
        #"{\"number\":\"88213-A\",\"since\":\"2026-03-12\",\"limit\":20,\"fields\":[\"state\",\"price\",\"address\"]}"#

    // MARK: - Requests

    /// A first question, a conversation with tools, and one about a long document.
    static let requests: [Sample] = [
        ("short", request([("system", text(300)), ("user", text(1_200))])),
        (
            "tools",
            request(
                [
                    ("system", text(1_500)), ("user", text(400)), ("call", ""), ("assistant", text(900)),
                    ("user", text(200)),
                ]
                    + [("call", ""), ("assistant", text(900)), ("user", text(300))], tools: true)
        ),
        ("long", request([("system", text(1_500)), ("user", text(256 << 10))])),
    ]

    private static func request(_ messages: [(role: String, text: String)], tools hasTools: Bool = false) -> [UInt8] {
        let written = messages.map { role, text in
            guard role == "call" else { return "{\"role\":\"\(role)\",\"content\":\"\(text)\"}" }
            let calls = (0..<2).map {
                "{\"id\":\"call_\($0)\",\"type\":\"function\",\"function\":{\"name\":\"look_up_\($0)\",\"arguments\":\"\(arguments)\"}}"
            }.joined(separator: ",")
            let results = (0..<2).map {
                "{\"role\":\"tool\",\"tool_call_id\":\"call_\($0)\",\"content\":\"\(Self.text(600))\"}"
            }.joined(separator: ",")
            return "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[\(calls)]},\(results)"
        }.joined(separator: ",")
        let rest = hasTools ? ",\"tools\":[\(tools)],\"tool_choice\":\"auto\"" : ""
        let body =
            "{\"model\":\"chat\",\"messages\":[\(written)],\"max_completion_tokens\":1024,\"temperature\":0.2,\"stream\":true\(rest)}"
        return Array(body.utf8)
    }

    /// The same request in the words of OpenAI's newer interface, to which nothing is translated.
    static func responses(_ chat: [UInt8]) -> [UInt8] {
        guard let document = try? JSONDocument(parsing: chat) else { return [] }
        func string(_ value: JSONValue?) -> String {
            value.map { String(decoding: document.bytes[$0.range], as: UTF8.self) } ?? "null"
        }
        var items: [String] = []
        for message in document.root["messages"]?.elements ?? document.root.elements {
            if let calls = message["tool_calls"] {
                for call in calls.elements {
                    let function = call["function"]
                    items.append(
                        "{\"type\":\"function_call\",\"call_id\":\(string(call["id"])),\"name\":\(string(function?["name"])),"
                            + "\"arguments\":\(string(function?["arguments"]))}")
                }
            } else if let call = message["tool_call_id"] {
                items.append(
                    "{\"type\":\"function_call_output\",\"call_id\":\(string(call)),\"output\":\(string(message["content"]))}"
                )
            } else {
                items.append("{\"role\":\(string(message["role"])),\"content\":\(string(message["content"]))}")
            }
        }
        var tools = ""
        for tool in document.root["tools"]?.elements ?? document.root.elements {
            let function = tool["function"]
            tools += tools.isEmpty ? "" : ","
            tools +=
                "{\"type\":\"function\",\"name\":\(string(function?["name"])),\"description\":\(string(function?["description"])),"
                + "\"parameters\":\(string(function?["parameters"]))}"
        }
        let body =
            "{\"model\":\"chat\",\"input\":[\(items.joined(separator: ","))],\"max_output_tokens\":1024,\"stream\":true,\"tools\":[\(tools)]}"
        return Array(body.utf8)
    }

    // MARK: - Answers

    private static let usage =
        #"{"prompt_tokens":412,"completion_tokens":268,"total_tokens":680,"prompt_tokens_details":{"cached_tokens":256}}"#

    /// An answer of a few lines, one that calls tools, and a long one.
    static let answers: [Sample] = [
        ("short", answer("\"content\":\"\(text(1_200))\",\"refusal\":null", "stop")),
        (
            "tools",
            answer(
                "\"content\":\"\(text(200))\",\"tool_calls\":["
                    + (0..<4).map {
                        "{\"id\":\"call_\($0)\",\"type\":\"function\",\"function\":{\"name\":\"look_up\",\"arguments\":\"\(arguments)\"}}"
                    }.joined(separator: ",") + "]", "tool_calls")
        ),
        ("long", answer("\"content\":\"\(text(64 << 10))\",\"refusal\":null", "stop")),
    ]

    private static func answer(_ message: String, _ finish: String) -> [UInt8] {
        let body =
            "{\"id\":\"chatcmpl-Ckf6zJ0\",\"object\":\"chat.completion\",\"created\":1795394759,\"model\":\"some-large-model-2026-11\","
            + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\(message)},\"logprobs\":null,\"finish_reason\":\"\(finish)\"}],"
            + "\"usage\":\(usage),\"service_tier\":\"default\"}"
        return Array(body.utf8)
    }

    // MARK: - Streams

    /// Token by token, fifty tokens an event, two kilobytes an event, and calls token by token.
    static let streams: [Sample] = [
        ("tokens", stream(pieces(of: 5, count: 400).map { "{\"content\":\"\($0)\"}" }, "stop")),
        ("chunks", stream(pieces(of: 240, count: 200).map { "{\"content\":\"\($0)\"}" }, "stop")),
        ("long texts", stream((0..<100).map { _ in "{\"content\":\"\(text(2_048))\"}" }, "stop")),
        ("tools", stream((0..<8).flatMap { call($0) }, "tool_calls")),
    ]

    /// Pieces of text of about so many bytes, cut between words.
    private static func pieces(of bytes: Int, count: Int) -> [String] {
        let words = text(bytes * count + 4_096).split(separator: " ", omittingEmptySubsequences: true)
        var pieces: [String] = []
        var piece = ""
        for word in words where pieces.count < count {
            piece += " \(word)"
            guard piece.utf8.count >= bytes else { continue }
            pieces.append(piece)
            piece = ""
        }
        return pieces
    }

    private static func call(_ index: Int) -> [String] {
        let start =
            "{\"tool_calls\":[{\"index\":\(index),\"id\":\"call_\(index)\",\"type\":\"function\",\"function\":{\"name\":\"look_up\",\"arguments\":\"\"}}]}"
        let pieces = (0..<40).map { #"\"field_\#($0)\":"# } + (0..<1).map { _ in "0}" }
        return [start]
            + (["{"] + pieces.dropLast().map { $0 + "1," } + [#"\"last\":"#, pieces.last ?? "0}"]).map {
                "{\"tool_calls\":[{\"index\":\(index),\"function\":{\"arguments\":\"\($0)\"}}]}"
            }
    }

    private static func stream(_ deltas: [String], _ finish: String) -> [UInt8] {
        var stream = ""
        func add(_ choices: String, _ usage: String) {
            stream +=
                "data: {\"id\":\"chatcmpl-Ckf6zJ0qYdMPq\",\"object\":\"chat.completion.chunk\",\"created\":1795394759,"
                + "\"model\":\"some-large-model-2026-11\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_b8bc95a0ac\","
                + "\"choices\":[\(choices)],\"usage\":\(usage),\"obfuscation\":\"Xk2qA\"}\n\n"
        }
        add(
            "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}",
            "null")
        for delta in deltas { add("{\"index\":0,\"delta\":\(delta),\"logprobs\":null,\"finish_reason\":null}", "null") }
        add("{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"\(finish)\"}", "null")
        add("", usage)
        return Array((stream + "data: [DONE]\n\n").utf8)
    }
}
