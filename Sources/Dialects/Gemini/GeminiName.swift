/// Names of members, which Google takes in two spellings: `systemInstruction` and `system_instruction`.
enum GeminiName {
    /// Names that decide what a provider does.
    private static let decisive: Set<String> = [
        "model", "contents", "content", "parts", "role", "text", "systemInstruction", "tools", "toolConfig",
        "generationConfig", "functionDeclarations", "functionCall", "functionResponse", "inlineData", "fileData",
        "fileUri", "data", "args", "response", "name", "cachedContent", "requests", "generateContentRequest",
        "maxOutputTokens", "parameters", "parametersJsonSchema", "executableCode", "code",
    ]
    static let longestDecisive = 24
    private static let folded = Set(decisive.map { $0.lowercased() })

    /// A name as the reference of the API writes it.
    static func camelCase(_ name: String) -> String {
        var result = ""
        var isNext = false
        for scalar in name.unicodeScalars {
            if scalar == "_", !result.isEmpty {
                isNext = true
            } else {
                result += isNext ? String(scalar).uppercased() : String(scalar)
                isNext = false
            }
        }
        return result
    }

    /// Whether a name is one of the API's but for case or dashes.
    static func isLookalike(_ name: String) -> Bool {
        if decisive.contains(camelCase(name)) { return false }
        return folded.contains(name.lowercased().filter { $0 != "_" })
    }
}

extension Tape {
    /// The value of a member that has two spellings.
    func member(_ name: StaticString, _ other: StaticString, of node: Int) -> Int? {
        member(name, of: node) ?? member(other, of: node)
    }
}
