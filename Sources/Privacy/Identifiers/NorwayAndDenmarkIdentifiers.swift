/// Identifiers of Norway and Denmark.
enum NorwayAndDenmarkIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(
            .noFodselsnummer, ["999999 99999", "999999-99999", "999999.99999"], accepted: 75, check: isNorwegian),
        IdentifierFormat(.noFodselsnummer, ["99999999999"], accepted: 45, check: isNorwegian),
        IdentifierFormat(.dkCpr, ["999999-9999"], accepted: 65, neutral: 35, check: isDanish),
        IdentifierFormat(.dkCpr, ["999999 9999"], accepted: 40, neutral: 20, check: isDanish),
        IdentifierFormat(.dkCpr, ["9999999999"], accepted: 18, neutral: 6, check: isDanish),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (
            .noFodselsnummer,
            "fødselsnummer fodselsnummer personnummer fnr d-nummer dnummer fødselsnr norsk_id national_identity"
        ),
        (.dkCpr, "cpr cpr-nummer cprnummer cpr-nr personnummer cpr_number"),
    ]

    /// Skatteetaten: day (40 more for D numbers), month (40 or 80 more for synthetic ones), year, and two check digits modulo eleven.
    private static func isNorwegian(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let day = text.number(0..<2) % 40
        guard text.number(0..<2) <= 71,
            CheckDigits.isDate(year: text.number(4..<6), month: text.number(2..<4) % 40, day: day)
        else { return .reject }
        let first = CheckDigits.weightedSum(text, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1])
        let second = CheckDigits.weightedSum(text, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1])
        return .init(first > 0 && first % 11 == 0 && second % 11 == 0)
    }

    /// CPR-kontoret: date of birth and order; weights 4327654321 modulo eleven, which numbers given since 2007 need not meet.
    private static func isDanish(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard CheckDigits.isDate(year: text.number(4..<6), month: text.number(2..<4), day: text.number(0..<2)),
            text.number(6..<10) > 0
        else { return .reject }
        return CheckDigits.weightedSum(text, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0 ? .accept : .neutral
    }
}
