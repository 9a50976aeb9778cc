import Inference
import JSONText
import Limits
import Routing

/// The most that an attempt may take, before it leaves.
enum AttemptBounds {
    /// Tokens that providers add to a prompt with tools of their own accord: Anthropic's is 530 at most
    /// (docs.anthropic.com, "Tool use": pricing), with room to spare.
    private static let toolPrompt = 1_024

    /// What an attempt with a body of so many bytes, as it leaves, may take at a candidate.
    ///
    /// No tokeniser makes more tokens than bytes, and the JSON around texts has more bytes than providers put tokens between them. What
    /// isn't text (pictures, files, earlier answers by reference) is bounded by the context window only, and a tool that the provider
    /// itself carries out by nothing.
    static func worst(_ request: InferenceRequest, bodyBytes: Int, at candidate: RouteCandidate) -> WorstCase {
        // Counting is free, and asks no model.
        if request.operation == .countTokens || request.operation == .countContentTokens {
            return WorstCase(tokens: 0, cost: Money(nanoUSD: 0))
        }
        let (place, root) = (candidate.destination, request.body.root)
        guard !hasHostedTool(root, request.dialect) else {
            return WorstCase(
                tokens: nil, cost: nil, missing: ["it names a tool that the provider carries out, at costs of its own"])
        }
        var missing: [String] = []
        let window = candidate.contextWindow
        var input: Int? = bodyBytes + (request.tools.isEmpty ? 0 : toolPrompt)
        if !request.unscannable.isEmpty || refersToMore(root) { input = window }
        if let window { input = min(input ?? window, window) }
        if input == nil { missing.append("`context_window` of \(place) in models.yaml is missing") }
        let output = output(request, root, candidate)
        if output == nil {
            missing.append("`max_output` of \(place) in models.yaml is missing, and the request says no maximum itself")
        }
        guard let input, let output else { return WorstCase(tokens: nil, cost: nil, missing: missing) }
        let (tokens, isTooMany) = input.addingReportingOverflow(output)
        let cost = candidate.price?.highestCost(of: TokenUsage(input: input, output: output))
        if cost == nil { missing.append("`price` of \(place) in models.yaml is missing") }
        return WorstCase(tokens: isTooMany ? nil : tokens, cost: cost, missing: missing)
    }

    /// Whether all that the answer depends on stands in the request: so that who asks the same gets the same. Pictures and files may stand
    /// elsewhere, and of several answers each would have to be looked at.
    static func isSelfContained(_ request: InferenceRequest) -> Bool {
        let root = request.body.root
        return request.unscannable.isEmpty && !refersToMore(root) && !hasHostedTool(root, request.dialect)
            && choices(root) == 1 && root["prompt"]?.kind != .array
    }

    private static func choices(_ root: JSONValue) -> Int {
        let generation = root["generationConfig"] ?? root["generation_config"]
        let candidates = (generation?["candidateCount"] ?? generation?["candidate_count"])?.int ?? 1
        return max(1, root["n"]?.int ?? 1, root["best_of"]?.int ?? 1, candidates)
    }

    private static func output(_ request: InferenceRequest, _ root: JSONValue, _ candidate: RouteCandidate) -> Int? {
        if [.embeddings, .embedContent, .batchEmbedContents].contains(request.operation) { return 0 }
        let known = candidate.maximumOutput ?? candidate.contextWindow
        guard let one = request.maximumOutputTokens.map({ min($0, known ?? $0) }) ?? known else { return nil }
        // What is predicted and does not come is paid for like an answer.
        let predicted = root["prediction"].map { $0.range.count } ?? 0
        let (product, isTooMany) = max(0, one).multipliedReportingOverflow(by: choices(root))
        let (sum, isTooManyToo) = product.addingReportingOverflow(predicted)
        return isTooMany || isTooManyToo ? nil : sum
    }

    /// Whether the provider puts together the prompt from more than the body holds.
    private static func refersToMore(_ root: JSONValue) -> Bool {
        let names: [StaticString] = [
            "previous_response_id", "conversation", "container", "cachedContent", "cached_content",
        ]
        if names.contains(where: { root[$0].map { !$0.isNull } ?? false }) { return true }
        // A stored prompt; the legacy operation's is a text or a list.
        return root["prompt"]?.kind == .object
    }

    /// Whether a tool is the provider's own: it asks the model again as often as it likes. Tools of the caller's are functions, or in
    /// Anthropic's dialect have no type, or one of the caller's machine; in Gemini's and Bedrock's a member says what a tool is.
    private static func hasHostedTool(_ root: JSONValue, _ dialect: Dialect) -> Bool {
        if let options = root["web_search_options"], !options.isNull { return true }
        if let servers = root["mcp_servers"], !servers.isNull { return true }
        let tools = dialect == .bedrock ? root["toolConfig"]?["tools"] : root["tools"]
        guard let tools else { return false }
        for tool in tools.elements {
            if dialect == .gemini || dialect == .bedrock {
                let callers = ["functionDeclarations", "function_declarations", "toolSpec", "cachePoint"]
                if tool.members.contains(where: { !callers.contains($0.key.string ?? "") }) { return true }
                continue
            }
            guard let type = tool["type"], type.kind == .string else { continue }
            let word = type.string ?? ""
            let isCallers =
                ["function", "custom", "computer", "computer_use_preview", "local_shell", "apply_patch"].contains(word)
                || ["bash_", "text_editor_", "computer_", "memory_"].contains { word.hasPrefix($0) }
            if !isCallers { return true }
        }
        return false
    }
}
