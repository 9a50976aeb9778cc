/// Identifiers of South Korea.
enum KoreaIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.krRrn, ["999999-9999999"], accepted: 85, neutral: 60, check: isRRN),
        IdentifierFormat(.krRrn, ["9999999999999"], accepted: 50, neutral: 10, check: isRRN),
        IdentifierFormat(.krFrn, ["999999-9999999"], accepted: 85, neutral: 60, check: isFRN),
        IdentifierFormat(.krFrn, ["9999999999999"], accepted: 50, neutral: 10, check: isFRN),
        IdentifierFormat(.krBrn, ["999-99-99999"], accepted: 60, check: isBRN),
        IdentifierFormat(.krBrn, ["9999999999"], accepted: 15, check: isBRN),
        IdentifierFormat(.krDriverLicense, ["99-99-999999-99"], accepted: 60, check: isDriverLicense),
        IdentifierFormat(
            .krDriverLicense, ["99[~]99[~]999999[~]99"],
            accepted: 20, check: isDriverLicense),
        IdentifierFormat(.krPassport, ["A999A9999"], neutral: 20, check: isPassport),
        IdentifierFormat(.krPassport, ["A99999999"], neutral: 6, check: isPassport),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.krRrn, "rrn rrns resident_registration korean_rrn 주민 주민번호 korean_resident"),
        (.krFrn, "frn frns foreigner_registration alien_registration arc 외국인"),
        (.krBrn, "brn business_registration business_number tax_registration 사업자"),
        (.krDriverLicense, "driver_license drivers_license driving_licence driver_licence korean_driver 면허 운전"),
        (.krPassport, "passport passports passport_number korean_passport travel_document 여권"),
    ]

    /// Resident Registration Act: date of birth, sex and century 1…4, and until October 2020 an office and a check digit: weights
    /// 2…9, 2…5, modulo 11. Newer ones are random behind the date.
    private static func isRRN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard hasDate(text), text.digit(6) >= 1 && text.digit(6) <= 4 else { return .reject }
        return text.number(7..<9) <= 95 && (11 - sum(text) % 11) % 10 == text.digit(12) ? .accept : .neutral
    }

    /// Of foreigners: 5…8, and two more in the check digit.
    private static func isFRN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard hasDate(text), text.digit(6) >= 5 && text.digit(6) <= 8 else { return .reject }
        return (13 - sum(text) % 11) % 10 == text.digit(12) ? .accept : .neutral
    }

    private static func hasDate(_ text: IdentifierText) -> Bool {
        let month = text.number(2..<4)
        let day = text.number(4..<6)
        return month >= 1 && month <= 12 && day >= 1 && day <= 31
    }

    private static func sum(_ text: IdentifierText) -> Int {
        CheckDigits.weightedSum(text, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
    }

    /// National Tax Service: weights 1, 3, 7 in turn and 5 for the ninth, whose product's tens count again.
    private static func isBRN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isUniform else { return .reject }
        let sum = CheckDigits.weightedSum(text, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + max(0, text.digit(8)) * 5 / 10
        return .init((10 - sum % 10) % 10 == text.digit(9))
    }

    /// The first two digits are the police agency that gave it.
    private static func isDriverLicense(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        switch text.number(0..<2) {
        case 11...26, 28: return .accept
        default: return .reject
        }
    }

    private static func isPassport(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.isOne(of: "MSROD", 0) ? .neutral : .reject
    }
}
