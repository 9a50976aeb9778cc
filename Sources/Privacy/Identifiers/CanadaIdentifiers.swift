/// Identifiers of Canada.
enum CanadaIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.caSin, ["999-999-999"], accepted: 55, check: isSIN),
        // Three groups of three are a large number in many languages.
        IdentifierFormat(.caSin, ["999 999 999"], accepted: 40, check: isSIN),
        IdentifierFormat(.caSin, ["999999999"], accepted: 20, check: isSIN),
        IdentifierFormat(.caPostcode, ["A9A 9A9"], neutral: 60, isCountered: false, check: isPostcode),
        IdentifierFormat(.caPostcode, ["A9A-9A9"], neutral: 30, check: isPostcode),
        IdentifierFormat(.caPostcode, ["A9A9A9"], neutral: 15, check: isPostcode),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.caSin, "sin sins social_insurance insurance_number canada canadian nas numéro_nas assurance_sociale"),
        (
            .caPostcode,
            """
            postal postal_code postcode zip address canada canadian ontario quebec québec alberta manitoba saskatchewan nova_scotia \
            british_columbia toronto montreal montréal vancouver ottawa calgary code_postal
            """
        ),
    ]

    /// The Luhn digit; 0 begins none and 8 none of a person (Service Canada, SIN code of practice).
    private static func isSIN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) != 0, text.digit(0) != 8 else { return .reject }
        return .init(CheckDigits.luhn(text))
    }

    /// Canada Post, Addressing guidelines: no D, F, I, O, Q, U, and W and Z not first.
    private static func isPostcode(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        for index in [0, 2, 4] where text.isOne(of: "DFIOQU", index) { return .reject }
        return text.isOne(of: "WZ", 0) ? .reject : .neutral
    }
}
