/// Identifiers of the Netherlands and Belgium.
enum LowCountriesIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.nlBsn, ["9999.99.999", "9999 99 999"], accepted: 55, check: isBSN),
        IdentifierFormat(.nlBsn, ["999 999 999", "999.999.999"], accepted: 25, check: isBSN),
        IdentifierFormat(.nlBsn, ["999999999", "99999999"], accepted: 15, check: isBSN),
        IdentifierFormat(.beNationalNumber, ["99.99.99-999.99", "99.99.99-999-99"], accepted: 90, check: isNational),
        IdentifierFormat(
            .beNationalNumber, ["999999-999-99", "999999-999.99", "99 99 99 999 99", "999999 999 99"], accepted: 72,
            check: isNational),
        IdentifierFormat(.beNationalNumber, ["99999999999"], accepted: 42, check: isNational),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.nlBsn, "bsn burgerservicenummer sofinummer sofi burger_service_nummer persoonsnummer citizen_service"),
        (
            .beNationalNumber,
            "rijksregisternummer rijksregister insz niss registre_national numéro_national nationaal_nummer national_register"
        ),
    ]

    /// Belastingdienst, elfproef: weights 9…2 and −1, a multiple of eleven; eight digits lack the first 0.
    private static func isBSN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let weights = text.count == 8 ? [8, 7, 6, 5, 4, 3, 2, -1] : [9, 8, 7, 6, 5, 4, 3, 2, -1]
        let sum = CheckDigits.weightedSum(text, weights)
        return .init(!text.isUniform && sum > 0 && sum % 11 == 0)
    }

    /// Royal decree of 3 April 1984: date of birth, order, and 97 less the remainder by 97; from 2000 on with a 2 before it.
    private static func isNational(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let month = text.number(2..<4)
        // Bis numbers add 20 or 40 to the month; an unknown date is 00.
        guard month % 20 <= 12, month <= 52, text.number(4..<6) <= 31 else { return .reject }
        let number = text.number(0..<9)
        let check = text.number(9..<11)
        return .init(97 - number % 97 == check || 97 - (2_000_000_000 + number) % 97 == check)
    }
}
