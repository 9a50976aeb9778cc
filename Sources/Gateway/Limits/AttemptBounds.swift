import Dialects
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
    /// isn't text (pictures, files, earlier answers by reference) is bounded by the context window only, and what the provider does of
    /// its own accord (`UnboundedWork`) by nothing.
    static func worst(_ request: InferenceRequest, bodyBytes: Int, at candidate: RouteCandidate) -> WorstCase {
        // Counting is free, and asks no model.
        if request.operation == .countTokens || request.operation == .countContentTokens {
            return WorstCase(tokens: 0, cost: Money(nanoUSD: 0))
        }
        let (place, root) = (candidate.destination, request.body.root)
        if let reason = UnboundedWork.reason(root, request.dialect) {
            return WorstCase(tokens: nil, cost: nil, missing: [reason])
        }
        var missing: [String] = []
        let prompts = prompts(request.operation, root)
        let window = candidate.contextWindow.map { saturating($0, times: prompts) }
        var input: Int? = bodyBytes + (request.tools.isEmpty ? 0 : toolPrompt)
        if !request.unscannable.isEmpty || refersToMore(root) { input = window }
        if let window { input = min(input ?? window, window) }
        if input == nil { missing.append("`context_window` of \(place) in models.yaml is missing") }
        let output = output(request, root, candidate, prompts: prompts)
        if case .unknown(let reason) = output { missing.append(reason) }
        guard let input, case .most(let output) = output else {
            return WorstCase(tokens: nil, cost: nil, missing: missing)
        }
        let (tokens, isTooMany) = input.addingReportingOverflow(output)
        let bound = isTooMany ? nil : tokens
        if let reason = SpecialRates.reason(root, request) {
            return WorstCase(tokens: bound, cost: nil, missing: [reason])
        }
        let cost = candidate.price?.highestCost(of: TokenUsage(input: input, output: output))
        if cost == nil { missing.append("`price` of \(place) in models.yaml is missing") }
        return WorstCase(tokens: bound, cost: cost, missing: missing)
    }

    /// Whether all that the answer depends on stands in the request: so that who asks the same gets the same. Pictures and files may stand
    /// elsewhere, and of several answers each would have to be looked at.
    static func isSelfContained(_ request: InferenceRequest) -> Bool {
        let root = request.body.root
        return request.unscannable.isEmpty && !refersToMore(root) && answers(root) == 1
            && root["prompt"]?.kind != .array
            && UnboundedWork.reason(root, request.dialect) == nil
    }

    /// How many answers a request asks for; 1 where that is no plain number.
    static func answers(_ request: InferenceRequest) -> Int {
        saturating(answers(request.body.root) ?? 1, times: prompts(request.operation, request.body.root))
    }

    /// How many prompts a body has: those of the legacy operation and of embeddings may come as a list. A list of numbers is one prompt.
    private static func prompts(_ operation: Inference.Operation, _ root: JSONValue) -> Int {
        let list: JSONValue?
        switch operation {
        case .completions: list = root["prompt"]
        case .embeddings: list = root["input"]
        case .batchEmbedContents: list = root["requests"]
        default: list = nil
        }
        guard let list, list.kind == .array else { return 1 }
        return max(1, list.elements.count { $0.kind != .number })
    }

    // MARK: - Answers

    private enum Bound {
        case most(Int)
        /// Nobody knows; what would have to be known.
        case unknown(String)
    }

    private static func output(
        _ request: InferenceRequest, _ root: JSONValue, _ candidate: RouteCandidate, prompts: Int
    ) -> Bound {
        if [.embeddings, .embedContent, .batchEmbedContents].contains(request.operation) { return .most(0) }
        guard let one = longestAnswer(request, root, candidate) else {
            return .unknown(
                "`max_output` of \(candidate.destination) in models.yaml is missing, and the request says no plain maximum itself"
            )
        }
        guard let answers = answers(root) else {
            return .unknown("how many answers it asks for has to be a whole number")
        }
        // What is predicted and does not come is paid for like an answer.
        let predicted = root["prediction"].map { $0.range.count } ?? 0
        let all = saturating(saturating(one, times: answers), times: prompts)
        let (sum, isTooMany) = all.addingReportingOverflow(predicted)
        return .most(isTooMany ? .max : sum)
    }

    /// The most tokens of one answer; `nil`: nobody knows.
    private static func longestAnswer(
        _ request: InferenceRequest, _ root: JSONValue, _ candidate: RouteCandidate
    ) -> Int? {
        let known = candidate.maximumOutput ?? candidate.contextWindow
        guard var most = request.maximumOutputTokens else { return known }
        if handsOver(root) { return known }
        for other in otherMaxima(root) where !other.isNull {
            guard let count = other.int, count > 0 else { return known }
            most = max(most, count)
        }
        return min(most, known ?? most)
    }

    /// Further members that say how long an answer may be, as llama.cpp, Ollama, TGI and others have them; some take each operation's
    /// word at the others, too.
    private static func otherMaxima(_ root: JSONValue) -> [JSONValue] {
        let names: [StaticString] = [
            "max_tokens", "max_completion_tokens", "max_output_tokens", "n_predict", "num_predict", "max_new_tokens",
            "max_gen_toks", "max_length",
        ]
        return names.compactMap { root[$0] } + names.compactMap { root["options"]?[$0] }
    }

    /// Whether Bedrock hands members to the model as they are that may say how long its answer is: their names differ from model to model.
    private static func handsOver(_ root: JSONValue) -> Bool {
        let others = [
            "thinking", "reasoning_config", "reasoningConfig", "top_k", "topK", "anthropic_beta", "anthropic_version",
            "tools", "tool_choice", "output_config",
        ]
        return root["additionalModelRequestFields"]?.members.contains { !others.contains($0.key.string ?? "") } ?? false
    }

    /// How many answers are asked for to each prompt; `nil` where that is no plain number.
    private static func answers(_ root: JSONValue) -> Int? {
        var counts = [root["n"], root["best_of"], root["n_cmpl"]]
        for generation in [root["generationConfig"], root["generation_config"]] {
            counts += [generation?["candidateCount"], generation?["candidate_count"]]
        }
        var most = 1
        for case let count? in counts where !count.isNull {
            guard let number = count.int else { return nil }
            most = max(most, number)
        }
        return most
    }

    private static func saturating(_ count: Int, times factor: Int) -> Int {
        let (product, isTooMany) = count.multipliedReportingOverflow(by: factor)
        return isTooMany ? .max : product
    }

    /// Whether the provider puts together the prompt from more than the body holds.
    private static func refersToMore(_ root: JSONValue) -> Bool {
        let names: [StaticString] = [
            "previous_response_id", "conversation", "container", "cachedContent", "cached_content",
        ]
        if names.contains(where: { root[$0].map { !$0.isNull } ?? false }) { return true }
        if let input = root["input"], input.kind == .array,
            input.elements.contains(where: { $0["type"]?.string == "item_reference" })
        {
            return true
        }
        // A stored prompt; the legacy operation's is a text or a list.
        return root["prompt"]?.kind == .object
    }
}
