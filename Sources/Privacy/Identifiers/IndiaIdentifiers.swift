/// Identifiers of India.
enum IndiaIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.inAadhaar, ["9999 9999 9999"], accepted: 55, check: isAadhaar),
        IdentifierFormat(.inAadhaar, ["9999-9999-9999"], accepted: 45, check: isAadhaar),
        IdentifierFormat(.inAadhaar, ["9999:9999:9999", "9999~9999~9999"], accepted: 30, check: isAadhaar),
        IdentifierFormat(.inAadhaar, ["999999999999"], accepted: 20, check: isAadhaar),
        IdentifierFormat(.inPan, ["AAAAA9999A"], accepted: 60, neutral: 20, check: isPAN),
        // Anything of ten that might be one misspelt, beside the word only.
        IdentifierFormat(.inPan, ["XXXXXXXXXX"], neutral: 1, context: 10, check: resemblesPAN),
        IdentifierFormat(
            .inGstin, ["99XXXXX9999AXXX", "99-XXXXX9999A-XXX"], accepted: 85, isCountered: false, check: isGSTIN),
        IdentifierFormat(.inVoter, ["AAA9999999"], neutral: 12),
        IdentifierFormat(.inPassport, ["A99[ ]99999", "A9999999"], neutral: 6, check: isPassport),
        IdentifierFormat(
            .inVehicleRegistration,
            (1...3).flatMap { letters in
                let series = String(repeating: "A", count: letters)
                return [
                    "AA9[ ]\(series)[ ]9999", "AA99[ ]\(series)[ ]9999", "AA-99-\(series)-9999", "AA 99 \(series) 9999",
                ]
            }, accepted: 55, neutral: 10, check: isStatePlate),
        IdentifierFormat(
            .inVehicleRegistration, ["99AA9999A[A]", "99 AA 9999 A[A]"], accepted: 55, check: isBharatPlate),
        IdentifierFormat(.inVehicleRegistration, ["99A999999A"], neutral: 15, check: isArmedForcesPlate),
        IdentifierFormat(
            .inVehicleRegistration, ["9[9][9]AA9[9][9][9]", "9[9][9] AA 9[9][9][9]"], neutral: 10,
            check: isDiplomaticPlate),
        IdentifierFormat(
            .inVehicleRegistration, ["A9999", "AA9999", "AAA9999", "A99999"], neutral: 1, check: isOldPlate),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.inAadhaar, "aadhaar aadhar adhaar uidai uid_number आधार aadhaar_number vid"),
        (.inPan, "pan permanent_account pan_card pan_number pancard income_tax पैन"),
        (.inGstin, "gstin gst gstins gst_number goods_services services_tax tax_identification"),
        (.inVoter, "voter voters vote epic elector electoral election_commission voter_id मतदाता"),
        (.inPassport, "passport passports passportnumber indian_passport passport_number travel_document पासपोर्ट"),
        (
            .inVehicleRegistration,
            "rto vehicle vehicles plate plates number_plate registration registered car bike scooter truck parivahan rc_number"
        ),
    ]

    /// UIDAI: Verhoeff's check digit; no 0 or 1 in front, and none reads the same backwards.
    private static func isAadhaar(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) >= 2 else { return .reject }
        if (0..<6).allSatisfy({ text[$0] == text[11 - $0] }) { return .reject }
        return .init(CheckDigits.verhoeff(text))
    }

    /// Income Tax Department: the fourth letter is the holder's kind.
    private static func isPAN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.isOne(of: "ABCFGHJLPT", 3) ? .accept : .neutral
    }

    /// Four digits in a row and a letter.
    private static func resemblesPAN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        var run = 0
        var longest = 0
        var letters = 0
        for index in 0..<text.count {
            run = text.isLetter(index) ? 0 : run + 1
            letters += text.isLetter(index) ? 1 : 0
            longest = max(longest, run)
        }
        return letters > 0 && longest >= 4 ? .neutral : .reject
    }

    /// GST Network: a state's number, a permanent account number, its count, Z. The check character (modulo 36) of a made-up or
    /// misread one is often wrong, and the form says enough; states that came after 37 need it.
    private static func isGSTIN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text[13] == UInt8(ascii: "Z"), (2..<7).filter({ text.isLetter($0) }).count >= 3 else { return .reject }
        switch text.number(0..<2) {
        case 1...37: return .accept
        case 38, 97, 99: return .init(CheckDigits.luhn36(text))
        default: return .reject
        }
    }

    /// A letter, seven digits, the first and the last not 0 (Passport Seva).
    private static func isPassport(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.digit(1) > 0 && text.digit(7) > 0 ? .neutral : .reject
    }

    /// Central Motor Vehicles Rules, rule 50: a state, a district, a series, a number that is not 0000.
    private static func isStatePlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.number(text.count - 4..<text.count) > 0 else { return .reject }
        let district = text.isLetter(3) ? text.number(2..<3) : text.number(2..<4)
        return district > 0 && text.isPair(of: states, at: 0) ? .accept : .neutral
    }

    /// The whole country's series since 2021: year, BH, number, letters without I and O.
    private static func isBharatPlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.holds("BH", at: 2), text.digit(0) >= 2, text.digit(1) >= 1, text.number(4..<8) > 0 else {
            return .reject
        }
        for index in 8..<text.count where text.isOne(of: "IO", index) { return .reject }
        return .accept
    }

    private static func isArmedForcesPlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.number(0..<2) > 0 && text.isOne(of: "ABCDEFHKPRX", 2) ? .neutral : .reject
    }

    /// A mission, CC, CD or UN, a number.
    private static func isDiplomaticPlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        var index = 0
        while index < text.count, !text.isLetter(index) { index += 1 }
        guard text.isPair(of: "CC CD UN", at: index), text.digit(index + 2) > 0 else { return .reject }
        return text.count - index >= 4 ? .neutral : .reject
    }

    /// Before 1989: letters and four digits, or I and five.
    private static func isOldPlate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        if text.count == 6, text.isLetter(0), !text.isLetter(1) {
            return text[0] == UInt8(ascii: "I") && text.number(1..<6) > 0 ? .neutral : .reject
        }
        return text.number(text.count - 4..<text.count) > 0 ? .neutral : .reject
    }

    private static let states: StaticString = """
        AN AP AR AS BR CG CH DD DN DL GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN TR TS TG UK UA UP WB
        """
}
