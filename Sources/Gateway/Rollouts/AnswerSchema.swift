import Dialects
import Evaluation
import Inference
import JSONText
import Privacy

/// The JSON Schema that a request holds its answer to.
struct AnswerSchema {
    private let schema: JSONSchema

    /// Finds it, in whatever dialect the request is; `nil` where there is none, or one that can't be read whole: what is read in part
    /// would call answers right that are not.
    init?(of request: InferenceRequest) {
        guard let tree = Self.tree(request), !tree.hasPatterns, let schema = try? JSONSchema(tree) else { return nil }
        self.schema = schema
    }

    /// Whether a text is JSON that follows it, and nothing else.
    func accepts(_ text: [UInt8]) -> Bool {
        // What is not UTF-8 is no JSON.
        guard let string = String(validating: text, as: UTF8.self), let value = ValueTree(json: string) else {
            return false
        }
        return schema.violation(in: value) == nil
    }

    private static func tree(_ request: InferenceRequest) -> ValueTree? {
        let root = request.body.root
        let value: JSONValue?
        switch request.operation {
        case .chat: value = root["response_format"]?["json_schema"]?["schema"]
        case .responses: value = root["text"]?["format"]?["schema"]
        default: return translated(request)
        }
        return value.flatMap { value in ValueTree(json: value.withRawBytes { String(decoding: $0, as: UTF8.self) }) }
    }

    /// The other dialects' schemas, as they are told to providers of OpenAI's.
    private static func translated(_ request: InferenceRequest) -> ValueTree? {
        guard AnswerForm.needsSchema(request), let translation = Translation(from: request.operation, to: .chat),
            let body = try? translation.request(request.body.bytes, to: TranslationTarget(model: "model")).body,
            let root = try? JSONDocument(parsing: body).root,
            let value = root["response_format"]?["json_schema"]?["schema"]
        else { return nil }
        return ValueTree(json: value.withRawBytes { String(decoding: $0, as: UTF8.self) })
    }
}

extension ValueTree {
    /// Whether a caller's schema has regular expressions: to compile and run what anybody may write costs too much to do it beside
    /// everybody's requests.
    var hasPatterns: Bool {
        if self["pattern"] != nil || self["patternProperties"] != nil { return true }
        return elements?.contains(where: \.hasPatterns) == true || members?.contains { $0.value.hasPatterns } == true
    }
}

extension RestorationMap {
    /// A text with the caller's own values put back in: what its form is told by is what the caller has.
    func restored(_ text: [UInt8]) -> [UInt8] {
        guard !isEmpty else { return text }
        var answer = AnswerText(self, rules: nil, encoding: .json)
        var output: [UInt8] = []
        do {
            try text.withUnsafeBytes { try answer.push($0, into: &output) }
            try answer.finish(into: &output)
        } catch {
            return text
        }
        return output
    }
}
