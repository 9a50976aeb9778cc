/// Header fields of an Anthropic request on its way to the provider.
enum AnthropicProviderRequest {
    /// The version that every model and field still understands.
    static let defaultVersion = "2023-06-01"
    /// Long enough for every beta at once.
    private static let longestBeta = 1_024

    static func append(_ caller: CallerHeaders, to headers: inout [(name: String, value: String)]) {
        let version = caller.anthropicVersion.flatMap { isVersion($0) ? $0 : nil } ?? defaultVersion
        headers.append(("anthropic-version", version))
        if let beta = caller.anthropicBeta, isBetaList(beta) { headers.append(("anthropic-beta", beta)) }
    }

    /// A date, as in `2023-06-01`.
    private static func isVersion(_ text: String) -> Bool {
        guard text.utf8.count == 10 else { return false }
        return text.utf8.enumerated().allSatisfy { index, byte in
            index == 4 || index == 7 ? byte == 0x2D : byte &- 0x30 < 10
        }
    }

    /// Names of letters, digits, dots, dashes and underscores, separated by commas and blanks.
    private static func isBetaList(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestBeta
            && text.utf8.allSatisfy { byte in
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x5F || byte == 0x2E
                    || byte == 0x2C || byte == 0x20
            }
    }
}
