/// Identifiers of France.
enum FranceIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(
            .frNir, ["9 99 99 9X 999 999[ ]99", "9 99 99 99999 999 99", "99999X99999999 9"], accepted: 85, check: isNIR),
        IdentifierFormat(.frNir, ["99999X999999999", "99999X9999999 99"], accepted: 72, check: isNIR),
        // Since 2021 nine letters and digits, before twelve digits that begin with year and month; nothing to check.
        IdentifierFormat(.frIdCard, ["999999999999"], neutral: 6, check: isOldIDCard),
        IdentifierFormat(.frIdCard, ["XXXXXXXXX"], neutral: 4, check: isIDCard),
        IdentifierFormat(.frTaxId, ["99 99 999 999 999"], accepted: 62, check: isSPI),
        IdentifierFormat(.frTaxId, ["9999999999999"], accepted: 40, check: isSPI),
        IdentifierFormat(.frSiret, ["999 999 999 99999"], accepted: 62, check: isSIRET),
        IdentifierFormat(.frSiret, ["99999999999999"], accepted: 35, check: isSIRET),
        IdentifierFormat(.frSiret, ["999 999 999"], accepted: 25, check: isSIRET),
        IdentifierFormat(.frSiret, ["999999999"], accepted: 18, check: isSIRET),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (
            .frNir,
            "nir insee sécurité_sociale securite_sociale sécu secu numéro_de_sécurité assuré assure carte_vitale vitale"
        ),
        (.frIdCard, "cni carte_nationale carte_d'identité carte_d’identité identité identite pièce_d'identité"),
        (.frTaxId, "spi numéro_fiscal numero_fiscal fiscal impôts impots référence_fiscale fiscale"),
        (.frSiret, "siren siret rcs établissement etablissement entreprise société societe insee"),
    ]

    /// INSEE: sex, year, month (20 and above where it is not known), department (2A and 2B for Corsica count as 19 and 18), commune,
    /// order; the key is 97 less the remainder by 97.
    private static func isNIR(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.count == 15, [1, 2, 3, 4, 7, 8].contains(text.digit(0)) else { return .reject }
        let month = text.number(3..<5)
        guard month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50 else { return .reject }
        var number = text.number(0..<5)
        if text.isLetter(6) {
            guard text.digit(5) == 2, text.isOne(of: "AB", 6) else { return .reject }
            number = number * 100 + (text[6] == UInt8(ascii: "A") ? 19 : 18)
        } else {
            let department = text.number(5..<7)
            guard department > 0 else { return .reject }
            number = number * 100 + department
        }
        number = number * 1_000_000 + text.number(7..<13)
        return .init(97 - number % 97 == text.number(13..<15))
    }

    private static func isOldIDCard(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let month = text.number(2..<4)
        return month >= 1 && month <= 12 ? .neutral : .reject
    }

    /// ICAO letters and digits, both of them.
    private static func isIDCard(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        var letters = 0
        for index in 0..<9 where text.isLetter(index) { letters += 1 }
        return letters > 0 && letters < 9 && !text.hasLowercase ? .neutral : .reject
    }

    /// Direction générale des Finances publiques: the last three digits are the first ten modulo 511.
    private static func isSPI(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) <= 3, !text.isUniform else { return .reject }
        return .init(text.number(0..<10) % 511 == text.number(10..<13))
    }

    /// INSEE: Luhn over the nine digits of the company, and over all fourteen with the establishment's.
    private static func isSIRET(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isUniform, CheckDigits.luhn(text, 0..<9) else { return .reject }
        return .init(text.count == 9 || CheckDigits.luhn(text))
    }
}
