/// Identifiers of Sweden and Finland.
enum SwedenAndFinlandIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.sePersonnummer, ["99999999-9999"], accepted: 82, check: isSwedish),
        IdentifierFormat(.sePersonnummer, ["999999-9999"], accepted: 60, check: isSwedish),
        IdentifierFormat(.sePersonnummer, ["999999999999"], accepted: 47, check: isSwedish),
        IdentifierFormat(.sePersonnummer, ["9999999999", "999999 9999"], accepted: 22, check: isSwedish),
        IdentifierFormat(.seOrganisationsnummer, ["999999-9999"], accepted: 46, check: isOrganisation),
        IdentifierFormat(.seOrganisationsnummer, ["9999999999"], accepted: 15, check: isOrganisation),
        IdentifierFormat(.fiPersonalIdentityCode, ["999999-999X", "999999A999X"], accepted: 88, check: isFinnish),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (
            .sePersonnummer,
            "personnummer pnr personnr samordningsnummer svenskt_personnummer swedish_id personal_number ssn födelsenummer"
        ),
        (
            .seOrganisationsnummer,
            "organisationsnummer orgnr org.nr orgnummer organisationsnr företag company_identity vat bolag"
        ),
        (
            .fiPersonalIdentityCode,
            "hetu henkilötunnus henkilotunnus sosiaaliturvatunnus sotu personbeteckning identity_code finnish_id"
        ),
    ]

    /// Skatteverket: date of birth (the day 60 more in coordination numbers), Luhn over the last ten digits.
    private static func isSwedish(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let start = text.count - 10
        if start == 2, text.number(0..<2) < 18 || text.number(0..<2) > 20 { return .reject }
        let day = text.number(start + 4..<start + 6)
        let year = start == 2 ? text.number(0..<4) : text.number(0..<2)
        guard CheckDigits.isDate(year: year, month: text.number(start + 2..<start + 4), day: day > 60 ? day - 60 : day)
        else {
            return .reject
        }
        return .init(CheckDigits.luhn(text, start..<text.count))
    }

    /// Bolagsverket: the third digit is at least 2, so that it is no date; Luhn.
    private static func isOrganisation(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        .init(text.digit(2) >= 2 && text.digit(0) > 0 && CheckDigits.luhn(text))
    }

    /// Digi- ja väestötietovirasto: date of birth, a sign of the century, an individual number from 002 on, the remainder by 31.
    private static func isFinnish(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        // With a dash there is no letter between date and number.
        let number = text.count == 11 ? 7 : 6
        if number == 7, !text.isOne(of: "ABCDEFYXWVU", 6) { return .reject }
        guard CheckDigits.isDate(year: text.number(4..<6), month: text.number(2..<4), day: text.number(0..<2)),
            text.number(number..<number + 3) >= 2
        else { return .reject }
        let marks: StaticString = "0123456789ABCDEFHJKLMNPRSTUVWXY"
        let remainder = (text.number(0..<6) * 1_000 + text.number(number..<number + 3)) % 31
        return .init(text[number + 3] == marks.utf8Start[remainder])
    }
}
