/// Header fields of an Anthropic request on its way to the provider.
enum AnthropicProviderRequest {
    /// The version that every model and field still understands.
    static let defaultVersion = "2023-06-01"
    /// Long enough for every beta at once.
    private static let longestBeta = 1_024
    private static let longestBetaName = 64

    /// What names of betas are made of, beside numbers such as `128k` and their date. A name with any other word does not travel, since
    /// this header is not inspected: nobody's name, number or address stands here.
    private static let betaWords: Set<String> = [
        "adaptive", "advanced", "advisor", "agent", "agents", "api", "audio", "auto", "batch", "batches", "beta",
        "browser", "budget", "budgets", "cache", "caching", "citations", "claude", "client", "code", "compact",
        "compaction", "computer", "connector", "container", "containers", "context", "counting", "deep", "dev",
        "document", "documents", "editing", "efficient", "effort", "embeddings", "examples", "exceeded", "execution",
        "extended", "fallback", "fast", "fetch", "files", "fine", "full", "geo", "grained", "haiku", "image", "images",
        "inference", "input", "interleaved", "json", "large", "latency", "live", "long", "low", "managed",
        "management", "max", "mcp", "memory", "message", "messages", "mode", "model", "oauth", "opus", "output",
        "outputs", "parallel", "pdfs", "plan", "planning", "priority", "profiles", "prompt", "realtime", "redact",
        "refusal", "remote", "research", "response", "responses", "results", "safety", "sandbox", "schema", "scope",
        "search", "server", "service", "session", "sessions", "skills", "sonnet", "speech", "speed", "stream",
        "streaming", "structured", "summarize", "task", "text", "thinking", "tier", "token", "tokens", "tool", "tools",
        "ttl", "usage", "use", "user", "video", "vision", "voice", "web", "window", "workspace",
    ]

    static func append(_ caller: CallerHeaders, to headers: inout [(name: String, value: String)]) {
        let version = caller.anthropicVersion.flatMap { isVersion($0) ? $0 : nil } ?? defaultVersion
        headers.append(("anthropic-version", version))
        let betas = caller.anthropicBeta.map(betas) ?? ""
        if !betas.isEmpty { headers.append(("anthropic-beta", betas)) }
    }

    /// A date, as in `2023-06-01`.
    private static func isVersion(_ text: String) -> Bool {
        guard text.utf8.count == 10 else { return false }
        return text.utf8.enumerated().allSatisfy { index, byte in
            index == 4 || index == 7 ? byte == 0x2D : byte &- 0x30 < 10
        }
    }

    /// Those of the names, separated by commas, that are names of betas.
    private static func betas(_ text: String) -> String {
        guard text.utf8.count <= longestBeta else { return "" }
        return text.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }
            .filter { isBeta($0) }.joined(separator: ",")
    }

    /// A name such as `output-128k-2025-02-19`; `claude-code-20250219` has its date without dashes.
    private static func isBeta(_ name: Substring) -> Bool {
        guard name.utf8.count <= longestBetaName else { return false }
        let isCompact = name.utf8.suffix(8).allSatisfy(isDigit)
        guard isCompact || isVersion(String(name.suffix(10))) else { return false }
        let words = name.dropLast(isCompact ? 8 : 10)
        guard words.count > 1, words.last == "-" else { return false }
        return words.dropLast().split(separator: "-", omittingEmptySubsequences: false).allSatisfy { word in
            betaWords.contains(String(word)) || isSize(word)
        }
    }

    /// A number of up to three digits, which may count thousands or millions.
    private static func isSize(_ word: Substring) -> Bool {
        let digits = word.last == "k" || word.last == "m" ? word.dropLast() : word
        return !digits.isEmpty && digits.utf8.count <= 3 && digits.utf8.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
