/// Identifiers of the United Kingdom.
enum UnitedKingdomIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        // Telephone numbers are written 3-3-4 too.
        IdentifierFormat(.ukNhs, ["999 999 9999", "999-999-9999"], accepted: 35, check: isNHS),
        IdentifierFormat(.ukNhs, ["999[~]999[~]9999"], accepted: 20, check: isNHS),
        IdentifierFormat(
            .ukNino, ["AA[ ]99[ ]99[ ]99[ ]A", "AA-99-99-99-A", "AA[ ]999999[ ]A"], neutral: 60, isCountered: false,
            check: isNINO),
        IdentifierFormat(.ukUtr, ["9999999999", "99999 99999"], accepted: 20, check: isUTR),
        IdentifierFormat(
            .ukDrivingLicence, ["XXXXX999999XXXAA", "XXXXX 999999 XXXAA", "XXXXX-999999-XXXAA"], neutral: 75,
            isCountered: false, check: isDrivingLicence),
        IdentifierFormat(
            .ukVehicleRegistration, ["AA99[ ]AAA", "AA99-AAA"], accepted: 40, context: 45, check: isCurrentPlate),
        IdentifierFormat(
            .ukVehicleRegistration,
            (1...3).flatMap { count in
                let digits = String(repeating: "9", count: count)
                return ["A\(digits)[ ]AAA", "A\(digits)-AAA"]
            }, neutral: 15, check: isPrefixPlate),
        IdentifierFormat(
            .ukVehicleRegistration,
            (1...3).flatMap { count in
                let digits = String(repeating: "9", count: count)
                return ["AAA[~]\(digits)[~]A"]
            }, neutral: 10, check: isSuffixPlate),
        IdentifierFormat(.ukPassport, ["AA9999999"], neutral: 9),
        IdentifierFormat(
            .ukPostcode, ["A9 9AA", "A99 9AA", "A9A 9AA", "AA9 9AA", "AA99 9AA", "AA9A 9AA", "AAA 9AA"], accepted: 60,
            neutral: 10, isCountered: false, check: isPostcode),
        IdentifierFormat(
            .ukPostcode, ["A99AA", "A999AA", "A9A9AA", "AA99AA", "AA999AA", "AA9A9AA", "AAA9AA"], accepted: 25,
            neutral: 5, check: isPostcode),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.ukNhs, "nhs national_health health_service health_authority health_services nhs_number chi hospital_number"),
        (.ukNino, "nino national_insurance ni_number ni_no insurance_number nin hmrc"),
        (.ukUtr, "utr unique_taxpayer taxpayer_reference tax_reference self_assessment hmrc"),
        (
            .ukDrivingLicence,
            """
            driving_licence driving_license driver_licence driver_license drivers_licence drivers_license dvla dl_number \
            licence_number license_number licence
            """
        ),
        (
            .ukVehicleRegistration,
            """
            vehicle vehicles registration registered reg vrn vrm dvla logbook mot car cars van number_plate numberplate licence_plate \
            license_plate plate plates parked insured_vehicle
            """
        ),
        (
            .ukPassport,
            "passport passports passportnumber passport_number travel_document hmpo hm_passport british_passport"
        ),
        (
            .ukPostcode,
            """
            postcode postcodes post_code postal_code postal zip address addresses delivery deliver mailing shipping \
            correspondence lives living road street avenue lane london
            """
        ),
    ]

    /// NHS Data Dictionary: weights 10…2 and the check digit, a sum divisible by eleven.
    private static func isNHS(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isUniform else { return .reject }
        return .init(CheckDigits.weightedSum(text, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0)
    }

    /// HMRC, NIM39110: letters that are not used, prefixes that were never given, a suffix A to D. No check digit.
    private static func isNINO(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isOne(of: "DFIQUV", 0), !text.isOne(of: "DFIOQUV", 1), text.isOne(of: "ABCD", 8),
            !text.isPair(of: "BG GB NK KN NT TN ZZ", at: 0)
        else { return .reject }
        return .neutral
    }

    /// HMRC: digits two to ten by 6, 7, 8, 9, 10, 5, 4, 3, 2, modulo eleven; the first digit is looked up.
    private static func isUTR(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let sum = CheckDigits.weightedSum(text, [6, 7, 8, 9, 10, 5, 4, 3, 2], from: 1)
        let checks = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1]
        return .init(sum > 0 && checks[sum % 11] == text.digit(0))
    }

    /// DVLA: five characters of the surname filled with 9, decade, month (plus 50 for women), day, year, initials, two check
    /// characters of an unpublished rule.
    private static func isDrivingLicence(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        var isPadded = false
        for index in 0..<5 {
            if text.isLetter(index) {
                guard !isPadded else { return .reject }
            } else {
                guard index > 0, text.digit(index) == 9 else { return .reject }
                isPadded = true
            }
        }
        switch text.number(6..<8) {
        case 1...12, 51...62: break
        default: return .reject
        }
        switch text.number(8..<10) {
        case 1...31: break
        default: return .reject
        }
        for index in 11...12 where !text.isLetter(index) && text.digit(index) != 9 { return .reject }
        return .neutral
    }

    /// DVLA, INF104: since 2001 two letters of a place, an age (02–29, or 51–79 for the half year from September), three letters.
    private static func isCurrentPlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isOne(of: "IQZ", 0), !text.isOne(of: "IQZ", 1) else { return .reject }
        for index in 4...6 where text.isOne(of: "IQ", index) { return .reject }
        switch text.number(2..<4) {
        case 2...29, 51...79: return .accept
        default: return .reject
        }
    }

    /// 1983 to 2001: a letter of the year, up to three digits, three letters.
    private static func isPrefixPlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isOne(of: "IOQUZ", 0), !text.isOne(of: "IQZ", text.count - 3) else { return .reject }
        for index in text.count - 2..<text.count where text.isOne(of: "IQ", index) { return .reject }
        return .neutral
    }

    /// 1963 to 1983: three letters, up to three digits, a letter of the year.
    private static func isSuffixPlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        for index in 0..<3 where text.isOne(of: "IQ", index) { return .reject }
        return text.isOne(of: "IOQUZ", text.count - 1) ? .reject : .neutral
    }

    /// Royal Mail, Programmer's guide to the postcode address file: which letters stand where; an area that exists is accepted.
    private static func isPostcode(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let inward = text.count - 3
        guard !text.isOne(of: "CIKMOV", inward + 1), !text.isOne(of: "CIKMOV", inward + 2) else { return .reject }
        if text.begins(with: "GIR") { return .init(text.holds("0AA", at: 3)) }
        guard !text.isOne(of: "QVX", 0) else { return .reject }
        guard text.isLetter(1) else {
            if inward == 3, text.isLetter(2), text.isOne(of: "ILMNOQRVXYZ", 2) { return .reject }
            return text.isOne(of: "BEGLMNSW", 0) ? .accept : .neutral
        }
        guard !text.isLetter(2), !text.isOne(of: "IJZ", 1) else { return .reject }
        if inward == 4, text.isLetter(3), !text.isOne(of: "ABEHMNPRVWXY", 3) { return .reject }
        return text.isPair(of: areas, at: 0) ? .accept : .neutral
    }

    private static let areas: StaticString = """
        AB AL BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY EC EH EN EX FK FY GL GU GY HA \
        HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY LA LD LE LL LN LS LU ME MK ML NE NG NN NP NR NW OL OX PA PE PH PL PO PR \
        RG RH RM SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB WA WC WD WF WN WR WS WV YO ZE
        """
}
