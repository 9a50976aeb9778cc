/// Identifiers of Israel.
enum IsraelIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.ilId, ["99999999-9"], accepted: 40, check: isID),
        IdentifierFormat(.ilId, ["999999999"], accepted: 20, check: isID),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (
            .ilId,
            """
            teudat_zehut teudat zehut israeli israel tz mispar_zehut זהות תעודת ת״ז תז מספר_זהות הזהות ישראלי \
            id_number identity_number
            """
        )
    ]

    /// Population registry: weights 1 and 2 in turn with digit sums, which is the Luhn digit; 0 in front counts.
    private static func isID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isUniform else { return .reject }
        return .init(CheckDigits.luhn(text))
    }
}
