/// Identifiers of Turkey.
enum TurkeyIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        // Two check digits, but eleven bare digits are many things.
        IdentifierFormat(.trNationalId, ["99999999999"], accepted: 40, check: isNationalID),
        IdentifierFormat(.trNationalId, ["999 999 999 99", "999 99 999 999"], accepted: 60, check: isNationalID),
        IdentifierFormat(
            .trVehicleRegistration,
            (1...3).flatMap { letters in
                (2...4).flatMap { digits in
                    let (middle, tail) = (String(repeating: "A", count: letters), String(repeating: "9", count: digits))
                    return ["99[ ]\(middle)[ ]\(tail)", "99-\(middle)-\(tail)"]
                }
            }, neutral: 15, check: isPlate),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (
            .trNationalId,
            """
            tckn kimlik tc_kimlik tc_no kimlik_no kimlik_numarası nüfus nüfus_cüzdanı vatandaşlık türk_kimlik turkish_id \
            national_id turkish identity_number
            """
        ),
        (
            .trVehicleRegistration,
            """
            plaka plakası plakalı plakanın araç aracın araba taşıt ruhsat license_plate licence_plate number_plate plate plates \
            vehicle kayıt
            """
        ),
    ]

    /// Nüfus ve Vatandaşlık İşleri: seven times the odd digits less the even ones make the tenth, the sum of ten the eleventh.
    private static func isNationalID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) > 0 else { return .reject }
        let odd = CheckDigits.weightedSum(text, [1, 0, 1, 0, 1, 0, 1, 0, 1])
        let even = CheckDigits.weightedSum(text, [0, 1, 0, 1, 0, 1, 0, 1])
        // The difference may be negative: 70 more is the same modulo ten.
        guard (odd * 7 - even + 70) % 10 == text.digit(9) else { return .reject }
        return .init((odd + even + text.digit(9)) % 10 == text.digit(10))
    }

    /// A province 01…81 and letters of the Turkish alphabet that are on plates: no Q, W, X.
    private static func isPlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let province = text.number(0..<2)
        guard province >= 1 && province <= 81 else { return .reject }
        var index = 2
        while text.isLetter(index) {
            if text.isOne(of: "QWX", index) { return .reject }
            index += 1
        }
        return .neutral
    }
}
