import DataSets
import Dialects
import Evaluation
import Inference
import JSONText
import Rollout

/// A request as its provider had it and the answer that it gave, as something to judge.
struct JudgeMaterial: Sendable {
    /// The body that left.
    let request: [UInt8]
    /// The body that came.
    let answer: [UInt8]
    /// Whether it is a stream.
    let isStream: Bool
    /// What the provider was asked.
    let provider: Inference.Operation
    /// What the caller asked.
    let caller: Inference.Operation

    /// How many bytes it holds.
    var bytes: Int { request.count + answer.count }

    /// The judge that a plan names.
    static func judge(_ judging: RolloutPlan.Judging) -> Judge {
        Judge(model: judging.alias, manner: .rubric(judging.rubric))
    }

    /// The body of the question to the judge; `nil` where this is no conversation, or has what can't be shown in words.
    func question(to judge: Judge) -> [UInt8]? {
        let exchange = SealedExchange(
            request: request, answer: answer, isStream: isStream, dialect: provider.dialect, operation: caller)
        guard let chat = try? exchange.chat(), let document = try? JSONDocument(parsing: chat),
            let list = document.root["messages"], list.kind == .array
        else { return nil }
        var messages: [PromptMessage] = []
        for element in list.elements {
            guard let message = Self.message(element) else { return nil }
            messages.append(message)
        }
        guard let last = messages.popLast(), last.role == .assistant, !messages.isEmpty else { return nil }
        var answer = Answer(last.text)
        answer.toolCalls = last.toolCalls
        return judge.questions(about: answer, asked: messages, test: EvaluationCase(id: "")).first
            .map { judge.request($0).chatBody }
    }

    private static func message(_ value: JSONValue) -> PromptMessage? {
        guard let role = value["role"]?.string.flatMap(PromptMessage.Role.init(rawValue:)) else { return nil }
        var parts: [PromptMessage.Part] = []
        if let content = value["content"], !content.isNull {
            if content.kind == .array {
                for part in content.elements {
                    guard let text = part["text"]?.string ?? part["refusal"]?.string else { return nil }
                    parts.append(.text(text))
                }
            } else {
                guard let text = content.string else { return nil }
                parts.append(.text(text))
            }
        }
        var calls: [ToolCall] = []
        if let list = value["tool_calls"], list.kind == .array {
            for call in list.elements {
                guard let function = call["function"], let name = function["name"]?.string else { return nil }
                calls.append(
                    ToolCall(id: call["id"]?.string, name: name, arguments: function["arguments"]?.string ?? ""))
            }
        }
        return PromptMessage(
            role: role, parts: parts, toolCalls: calls, toolCallID: value["tool_call_id"]?.string)
    }
}
