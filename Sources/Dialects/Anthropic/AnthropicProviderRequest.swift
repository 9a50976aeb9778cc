/// Header fields of an Anthropic request on its way to the provider.
enum AnthropicProviderRequest {
    /// The version that every model and field still understands.
    static let defaultVersion = "2023-06-01"
    /// Long enough for every beta at once.
    private static let longestBeta = 1_024
    private static let longestBetaName = 64
    /// In a name, beside its date.
    private static let mostDigits = 6

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

    /// Names such as `output-128k-2025-02-19`, separated by commas: each ends in a date and has few digits beside it, so that
    /// nobody's name, number or address travels in a header that is not inspected.
    private static func isBetaList(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestBeta
            && text.utf8.split(separator: 0x2C, omittingEmptySubsequences: false).allSatisfy { part in
                isBeta(Array(part.trimmingPrefix { $0 == 0x20 }))
            }
    }

    private static func isBeta(_ name: [UInt8]) -> Bool {
        // `claude-code-20250219` has its date without dashes.
        let isCompact = name.suffix(8).allSatisfy(isDigit)
        let words = name.dropLast(isCompact ? 8 : 10)
        return name.count <= longestBetaName && words.count > 1 && words.last == 0x2D
            && (isCompact || isVersion(String(decoding: name.suffix(10), as: UTF8.self)))
            && words.allSatisfy { (0x61...0x7A).contains($0) || isDigit($0) || $0 == 0x2D || $0 == 0x2E }
            && words.count(where: isDigit) <= mostDigits
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
