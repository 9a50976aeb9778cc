internal import Cedar

/// What is asked of policies about one request, as far as the answers belong together.
enum AccessInquiry: String, Sendable, CaseIterable {
    /// In which form a request may be sent.
    case send
    /// Whether a tool may be used.
    case useTool = "use_tool"
    /// Whether a model shows in the list.
    case listModels = "list_models"
    /// Whether the gateway may be administered.
    case administer

    init(_ action: AccessAction) {
        switch action {
        case .sendRaw, .sendPseudonymised, .sendRedacted: self = .send
        case .useTool: self = .useTool
        case .listModels: self = .listModels
        case .administer: self = .administer
        }
    }

    /// The actions that are asked for, in their order.
    var actions: [EntityUID] {
        switch self {
        case .send: Vocabulary.forms.map(\.action.uid)
        case .useTool: [AccessAction.useTool.uid]
        case .listModels: [AccessAction.listModels.uid]
        case .administer: [AccessAction.administer.uid]
        }
    }
}

/// What holds of every request that the gateway asks policies about, beyond their types: an analysis need not look at others.
///
/// Told as expressions of the policy language, and only of what policies look at. Each must be true of all that `Vocabulary`
/// and `Candidate` make: what is left out here costs an analysis nothing but cases that never come.
struct SuppliedFacts {
    let expressions: [Expression]

    init(_ inquiry: AccessInquiry, reading paths: [ReadPath]) {
        let read = Set(paths.map(\.text))
        var facts: [String] = []
        func say(_ path: String, _ fact: String) {
            if read.contains(path) { facts.append(fact) }
        }
        for path in paths where path.variable == .context && path.names.count == 2 && path.names[0] == "counts" {
            facts.append("\(path.text) >= 0")
            facts.append("(\(path.text) > 0) == context.classes.contains(\"\(path.names[1])\")")
        }
        say("context.unscannable", #"context.unscannable == context.classes.contains("unscannable")"#)
        say("context.hour", "context.hour >= 0 && context.hour <= 23")
        say("context.weekday", "context.weekday >= 1 && context.weekday <= 7")
        say("context.estimated_tokens", "context.estimated_tokens >= 0")
        if inquiry == .listModels || inquiry == .administer {
            // There is no prompt.
            facts += paths.filter { $0.text.hasPrefix("context.counts.") }.map { "\($0.text) == 0" }
            say("context.classes", "context.classes.isEmpty()")
            say("context.tools", "context.tools.isEmpty()")
            say("context.unscannable", "!context.unscannable")
            say("context.estimated_tokens", "context.estimated_tokens == 0")
            say("context.purpose", "!(context has purpose)")
            say("context.dialect", #"context.dialect == """#)
        } else {
            say("context.dialect", Self.oneOf(Vocabulary.dialects, "context.dialect"))
        }
        switch inquiry {
        case .send, .useTool:
            let others = ["list_models", "policies", "reload"]
            say(
                "context.operation",
                Self.oneOf(Vocabulary.operations.filter { !others.contains($0) }, "context.operation"))
        case .listModels: say("context.operation", #"context.operation == "list_models""#)
        case .administer: say("context.operation", Self.oneOf(["policies", "reload"], "context.operation"))
        }
        let things = inquiry == .administer ? ["resource"] : ["resource", "resource.provider"]
        for thing in things {
            say("\(thing).trust", Self.oneOf(Vocabulary.trusts, "\(thing).trust"))
            say("\(thing).internal", "\(thing).internal == (\(thing).trust == \"internal\")")
        }
        if inquiry == .administer {
            facts.append("resource == \(Vocabulary.gatewayItself.uid)")
            say("resource.trust", #"resource.trust == "internal""#)
        } else if things.allSatisfy({ read.contains("\($0).trust") || read.contains("\($0).internal") }) {
            // A model is trusted as its provider is.
            facts += Vocabulary.trusts.map { "(resource.trust == \"\($0)\") == (resource.provider.trust == \"\($0)\")" }
        }
        // What could not be read would be left out, which is safe; a test holds that nothing is.
        expressions = facts.compactMap { try? StandaloneExpression(parsing: $0, source: "facts").expression }
    }

    private static func oneOf(_ words: [String], _ path: String) -> String {
        "[\(words.map { "\"\($0)\"" }.joined(separator: ", "))].contains(\(path))"
    }
}
