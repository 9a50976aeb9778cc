/// Identifiers of Ireland.
enum IrelandIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.iePps, ["9999999A", "9999999AA", "9999999 A", "9999999 AA"], accepted: 45, check: isPPSN)
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.iePps, "pps ppsn personal_public public_service revenue rsi uimhir_phearsanta")
    ]

    /// Department of Social Protection: weights 8…2, a second letter by nine (A = 1; W, T, X of old = 0), modulo 23, W for 0.
    private static func isPPSN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        var sum = CheckDigits.weightedSum(text, [8, 7, 6, 5, 4, 3, 2])
        if text.count == 9 {
            guard text.isOne(of: "ABCDEFGHIWTX", 8) else { return .reject }
            if text[8] <= UInt8(ascii: "I") { sum += 9 * (Int(text[8]) - 0x40) }
        }
        guard sum > 0 else { return .reject }
        let remainder = sum % 23
        return .init(Int(text[7]) == (remainder == 0 ? 0x57 : 0x40 + remainder))
    }
}
