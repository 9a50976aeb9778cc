/// Identifiers of Switzerland and Austria.
enum AlpsIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(
            .chAhv, ["999.9999.9999.99", "999 9999 9999 99", "999-9999-9999-99"], accepted: 95, check: isAHV),
        IdentifierFormat(.chAhv, ["9999999999999"], accepted: 72, check: isAHV),
        IdentifierFormat(
            .atSocialSecurity, ["9999 999999", "9999-999999", "9999/999999"], accepted: 46, check: isSVNR),
        IdentifierFormat(.atSocialSecurity, ["9999999999"], accepted: 18, check: isSVNR),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.chAhv, "ahv ahv-nummer avs ahvn13 navs sozialversicherungsnummer avs-nummer assurance-vieillesse"),
        (
            .atSocialSecurity,
            "svnr sv-nummer sozialversicherungsnummer sozialversicherung versicherungsnummer e-card ecard svnummer"
        ),
    ]

    /// Zentrale Ausgleichsstelle: 756, nine digits, and the check digit of EAN-13.
    private static func isAHV(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.begins(with: "756") else { return .reject }
        return .init(CheckDigits.weightedSum(text, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0)
    }

    /// Dachverband der Sozialversicherungsträger: order, check digit (weights 3 7 9 5 8 4 2 1 6 modulo eleven), date of birth, whose month
    /// may be 13 to 15 where a day has more births than numbers.
    private static func isSVNR(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let month = text.number(6..<8)
        guard text.digit(0) > 0, text.number(4..<6) >= 1, text.number(4..<6) <= 31, month >= 1, month <= 15 else {
            return .reject
        }
        let sum = CheckDigits.weightedSum(text, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6])
        return .init(sum % 11 == text.digit(3))
    }
}
