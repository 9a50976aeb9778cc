/// Identifiers of Italy.
enum ItalyIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(
            .itFiscalCode, ["AAAAAAXXAXXAXXXA", "AAA AAA XXAXX AXXXA"], accepted: 92, neutral: 45, isCountered: false,
            check: isFiscalCode),
        IdentifierFormat(.itVat, ["99999999999"], accepted: 36, check: isVAT),
        IdentifierFormat(.itVat, ["AA[ ]99999999999"], accepted: 78, check: isVATWithCountry),
        IdentifierFormat(.itDrivingLicence, ["A9XXXXXXXA"], neutral: 50, check: isNewLicence),
        IdentifierFormat(.itDrivingLicence, ["AA9999999A"], neutral: 12),
        IdentifierFormat(.itPassport, ["AA9999999"], neutral: 6),
        // Paper, and the three electronic ones.
        IdentifierFormat(.itIdCard, ["AA9999999", "AA 9999999", "9999999AA", "AA99999AA"], neutral: 7),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.itFiscalCode, "codice_fiscale cf c.f fiscale tax_code tessera_sanitaria"),
        (.itVat, "partita_iva p.iva piva p.i iva vat"),
        (.itDrivingLicence, "patente patente_di_guida guida licenza driving_licence"),
        (.itPassport, "passaporto passaporti passport rilasciato"),
        (.itIdCard, "carta_d'identità carta_d’identità carta_di_identità identità identita cie documento elettronica"),
    ]

    /// Decreto ministeriale 23 dicembre 1976: names, year, month, day (40 more for women), municipality, check letter. Where two people
    /// would have the same code, digits are replaced by LMNPQRSTUV. A wrong letter proves nothing: codes are typed by hand.
    private static func isFiscalCode(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        for index in [6, 7, 9, 10, 12, 13, 14] where text.isLetter(index) && !text.isOne(of: "LMNPQRSTUV", index) {
            return .reject
        }
        guard text.isOne(of: "ABCDEHLMPRST", 8) else { return .reject }
        // What a character counts for in odd places, from 0 and A on.
        let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
        var sum = 0
        for index in 0..<15 {
            let place = text.isLetter(index) ? text.value(index) - 10 : text.digit(index)
            sum += index % 2 == 0 ? odd[min(max(place, 0), 25)] : place
        }
        return text.value(15) - 10 == sum % 26 ? .accept : .neutral
    }

    /// Decreto IVA (DPR 633/1972): Luhn.
    private static func isVAT(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        .init(!text.isUniform && CheckDigits.luhn(text))
    }

    private static func isVATWithCountry(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        .init(text.begins(with: "IT") && CheckDigits.luhn(text, 2..<13))
    }

    /// Since 2013: `U1`, seven letters or digits without vowels, a letter.
    private static func isNewLicence(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.begins(with: "U1") ? .neutral : .reject
    }
}
