internal import Inference
internal import JSONText

/// A program of the operator's own that scores answers. It gets one JSON object on its standard input and says one on
/// its standard output; running it, with what time and what rights, is the shell's work.
public struct ScoringProgram: Sendable, Hashable {
    /// The program and its arguments; never a shell's line.
    public let command: [String]
    /// How long it may take, in milliseconds.
    public let timeoutMilliseconds: Int

    /// Describes a program.
    public init(command: [String], timeoutMilliseconds: Int = 10_000) {
        self.command = command
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// What the program gets:
    /// `{"version":1,"id":…,"variables":{…},"expected":[…],"expected_json":…,"tags":[…],"answer":…,"tool_calls":[…],
    /// "latency_ms":…,"cost_usd":…}`; members that are not known are left out.
    public func request(_ answer: Answer, to test: EvaluationCase) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("version")
        writer.int(1)
        writer.key("id")
        writer.string(test.id)
        writer.key("variables")
        ValueTree(.mapping(test.variables.members)).write(to: &writer)
        writer.key("expected")
        Self.write(test.expected, to: &writer)
        if let value = test.expectedValue {
            writer.key("expected_json")
            value.write(to: &writer)
        }
        writer.key("tags")
        Self.write(test.tags, to: &writer)
        writer.key("answer")
        writer.string(answer.text)
        writer.key("tool_calls")
        ToolCall.write(answer.toolCalls, to: &writer)
        if let latency = answer.latencyMilliseconds {
            writer.key("latency_ms")
            writer.double(latency)
        }
        if let cost = answer.cost {
            writer.key("cost_usd")
            writer.double(Double(cost.nanoUSD) / 1e9)
        }
        writer.endObject()
        return writer.bytes
    }

    /// What the program said: `{"score": 0 to 1, "reason": "…"}`, the reason optional. Anything else can't be told.
    public func score(_ output: [UInt8]) -> Score {
        guard let value = ValueTree(json: String(decoding: output, as: UTF8.self)), let members = value.members else {
            return Score(nil, "the program said no JSON object")
        }
        guard members.allSatisfy({ $0.key == "score" || $0.key == "reason" }) else {
            return Score(nil, "the program said other members than `score` and `reason`")
        }
        guard let score = value["score"]?.double, (0...1).contains(score) else {
            return Score(nil, "the program said no `score` from 0 to 1")
        }
        return Score(score, (value["reason"]?.text ?? "by the program").inMessage)
    }

    private static func write(_ texts: [String], to writer: inout JSONWriter) {
        writer.beginArray()
        for text in texts { writer.string(text) }
        writer.endArray()
    }
}
