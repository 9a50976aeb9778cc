/// Identifiers of Portugal.
enum PortugalIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.ptNif, ["AA[ ]999999999"], accepted: 70, check: isVAT),
        IdentifierFormat(.ptNif, ["999 999 999"], accepted: 25, check: isNIF),
        IdentifierFormat(.ptNif, ["999999999"], accepted: 18, check: isNIF),
        IdentifierFormat(
            .ptCitizenCard, ["99999999 9 AA9", "99999999 9AA9", "999999999AA9", "999999999 AA9"],
            accepted: 75, check: isCitizenCard),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.ptNif, "nif contribuinte nipc número_fiscal numero_fiscal identificação_fiscal finanças"),
        (.ptCitizenCard, "cartão_de_cidadão cartao_de_cidadao cidadão cidadao bilhete_de_identidade identidade"),
    ]

    /// Autoridade Tributária: weights 9…2 and eleven less the remainder by eleven, 0 for ten and eleven.
    private static func isNIF(_ text: IdentifierText) -> IdentifierFormat.Verdict { nif(text, from: 0) }

    private static func isVAT(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.begins(with: "PT") ? nif(text, from: 2) : .reject
    }

    private static func nif(_ text: IdentifierText, from start: Int) -> IdentifierFormat.Verdict {
        guard
            [1, 2, 3, 5, 6, 8, 9].contains(text.digit(start))
                || [45, 70, 71, 72, 74, 75, 77, 78, 79].contains(
                    text.number(start..<start + 2))
        else { return .reject }
        let sum = CheckDigits.weightedSum(text, [9, 8, 7, 6, 5, 4, 3, 2], from: start)
        let check = 11 - sum % 11
        return .init(sum > 0 && text.digit(start + 8) == (check > 9 ? 0 : check))
    }

    /// Instituto dos Registos e do Notariado: Luhn's scheme over digits and letters (A = 10), every second doubled from the first on.
    private static func isCitizenCard(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        var sum = 0
        for index in 0..<12 {
            var value = text.value(index)
            guard value >= 0 else { return .reject }
            if index % 2 == 0 {
                value *= 2
                if value > 9 { value -= 9 }
            }
            sum += value
        }
        return .init(sum % 10 == 0)
    }
}
