/// Identifiers of Spain.
enum SpainIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(
            .esNif, ["99999999A", "99999999-A", "99999999 A", "99.999.999-A"], accepted: 62, check: isNIF),
        IdentifierFormat(.esNif, ["9999999A", "9999999-A", "9999999 A"], accepted: 45, check: isNIF),
        IdentifierFormat(.esNie, ["A9999999A", "A9999999-A", "A-9999999-A", "A-9999999A"], accepted: 75, check: isNIE),
        IdentifierFormat(.esCif, ["A9999999X", "A-9999999X", "A-9999999-X", "A9999999-X"], accepted: 48, check: isCIF),
        IdentifierFormat(.esPassport, ["AAA999999"], neutral: 8),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (
            .esNif,
            "dni nif documento documento_nacional identificación identificacion identidad documentación fiscal"
        ),
        (
            .esNie,
            "nie extranjero extranjeros número_de_identificación residencia tarjeta_de_residencia identificación"
        ),
        (.esCif, "cif nif empresa sociedad fiscal s.l s.a"),
        (.esPassport, "pasaporte pasaportes passport número_de_pasaporte"),
    ]

    /// The letter of a number, by its remainder by 23 (Real Decreto 1553/2005, art. 11).
    private static func letter(_ number: Int) -> UInt8 {
        let letters: StaticString = "TRWAGMYFPDXBNJZSQVHLCKE"
        return letters.utf8Start[number % 23]
    }

    private static func isNIF(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let last = text.count - 1
        return .init(text[last] == letter(text.number(0..<last)))
    }

    /// X, Y and Z count as 0, 1 and 2 before the seven digits.
    private static func isNIE(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.isOne(of: "XYZ", 0) else { return .reject }
        return .init(text[8] == letter(Int(text[0] - UInt8(ascii: "X")) * 10_000_000 + text.number(1..<8)))
    }

    /// Real Decreto 1065/2007: a letter of the legal form, seven digits by Luhn's scheme, a digit or a letter (J = 0) as check.
    private static func isCIF(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.isOne(of: "ABCDEFGHJNPQRSUVW", 0) else { return .reject }
        var sum = 0
        for index in 1..<8 {
            let digit = text.digit(index)
            sum += index % 2 == 1 ? digit * 2 / 10 + digit * 2 % 10 : digit
        }
        let check = (10 - sum % 10) % 10
        let letters: StaticString = "JABCDEFGHI"
        return .init(text.digit(8) == check || text[8] == letters.utf8Start[check])
    }
}
