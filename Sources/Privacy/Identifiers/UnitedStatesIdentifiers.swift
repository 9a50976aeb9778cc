/// Identifiers of the United States; social security numbers have `SSNDetector`.
enum UnitedStatesIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.usItin, ["999-99-9999", "999 99 9999"], accepted: 65, check: isITIN),
        IdentifierFormat(
            .usItin, ["999~999999", "99999~9999", "999~99~9999"], accepted: 15, check: isITIN),
        IdentifierFormat(.usItin, ["999999999"], accepted: 20, check: isITIN),
        IdentifierFormat(.usEin, ["99-9999999"], neutral: 15, check: isEIN),
        IdentifierFormat(.usEin, ["999999999"], neutral: 5, check: isEIN),
        IdentifierFormat(.usRoutingNumber, ["9999-9999-9"], accepted: 45, check: isRoutingNumber),
        IdentifierFormat(.usRoutingNumber, ["999999999"], accepted: 25, check: isRoutingNumber),
        IdentifierFormat(.usBankAccount, IdentifierFormat.digits(8...17), neutral: 5),
        IdentifierFormat(.usNpi, ["9999-999-999", "9999 999 999"], accepted: 40, check: isNPI),
        IdentifierFormat(.usNpi, ["9999999999", "9999~999~999"], accepted: 20, check: isNPI),
        IdentifierFormat(.usDea, ["AX9999999", "AX-9999999"], accepted: 40, check: isDEA),
        IdentifierFormat(.usMbi, ["9AX9-AX9-AA99"], neutral: 70, check: isMBI),
        IdentifierFormat(.usMbi, ["9AX9AX9AA99", "9AX9 AX9 AA99"], neutral: 45, check: isMBI),
        IdentifierFormat(.usPassport, ["A99999999"], neutral: 8),
        IdentifierFormat(.usPassport, ["999999999"], neutral: 5),
        IdentifierFormat(.usDriverLicense, driverLicenses, neutral: 8),
        IdentifierFormat(.usDriverLicense, IdentifierFormat.digits(6...14) + ["9999999999999999"], neutral: 5),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.usItin, "itin itins individual_taxpayer taxpayer taxpayers taxid tax_id tax_identification irs tin payer"),
        (
            .usEin,
            """
            ein fein feins employer_identification employer_id employer_tax federal_tax tax_id taxid provider_tax billing_provider \
            provider_tin business_tax
            """
        ),
        (
            .usRoutingNumber,
            "aba routing rtn abarouting bankrouting routingnumber routing_number transit_number fedwire association"
        ),
        (
            .usBankAccount,
            """
            bank banking account accounts accountnumber acct checking savings debit deposit bankaccount account_number \
            direct_deposit
            """
        ),
        (.usNpi, "npi npis national_provider provider provider_id provider_identifier nppes taxonomy physician_id"),
        (
            .usDea,
            "dea dea_number dea_registration drug_enforcement prescriber medical_license medical_licence certificate"
        ),
        (.usMbi, "mbi medicare medicaid beneficiary cms hic hicn medicare_number"),
        (
            .usPassport,
            "passport passports passportnumber passport_number passport_no travel_document pasaporte pass_number"
        ),
        (
            .usDriverLicense,
            """
            driver_license drivers_license driver_licence drivers_licence driver_lic driving_license driving_licence \
            driverlicense driverslicense license_number licence_number license_no licence_no dl dln cdl cdls dls lic \
            driver_permit learner_permit license_id drivers_permit dmv operator_license driver_id
            """
        ),
    ]

    /// The states' forms (AAMVA's list of licence formats): one or two letters with digits, digits with letters behind.
    private static let driverLicenses: [String] =
        (3...14).map { "A" + String(repeating: "9", count: $0) } + ["A" + String(repeating: "9", count: 18)]
        + (3...7).map { "AA" + String(repeating: "9", count: $0) }
        + [
            "999999999A", "99999999A", "9999999A", "99999999AA", "999AA9999", "A9A9A", "A999999A", "AA999999A",
            "99AAA99999", "99AAA999999", "A999-9999-9999", "A999-9999-9999-99", "A999-999-99-999-9", "A999-999-99-999",
            "A99-99-9999", "A99-999-999", "99-999-9999", "9999-99-9999", "AAA-99-9999", "A9999-99999-99999",
            "A9999 99999 99999", "A 999 999 999 999", "99 999 999",
        ]

    /// Nine digits that begin with 9, the fourth and fifth 50–65, 70–88, 90–92, 94–99 (IRS, Publication 1915); 66–69 follow older lists.
    private static func isITIN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) == 9 else { return .reject }
        switch text.number(3..<5) {
        case 50...65, 70...88, 90...92, 94...99: return .accept
        default: return .reject
        }
    }

    /// The first two digits are of a campus or the internet (IRS, "How EINs are assigned and valid EIN prefixes").
    private static func isEIN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        switch text.number(0..<2) {
        case 0, 7...9, 17...19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97: return .reject
        default: return text.isUniform ? .reject : .neutral
        }
    }

    /// ABA: weights 3, 7, 1, a sum divisible by ten; the first two digits name a Federal Reserve district or a purpose.
    private static func isRoutingNumber(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        switch text.number(0..<2) {
        case 0...12, 21...32, 61...72, 80: break
        default: return .reject
        }
        guard !text.isUniform else { return .reject }
        return .init(CheckDigits.weightedSum(text, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0)
    }

    /// CMS: the Luhn digit over the number with 80840 before it, which adds 24; the first digit is 1 or 2.
    private static func isNPI(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) == 1 || text.digit(0) == 2 else { return .reject }
        // Nine equal digits are a sample.
        if (1..<9).allSatisfy({ text[$0] == text[0] }) { return .reject }
        return .init(CheckDigits.luhn(text, startingWith: 24))
    }

    /// DEA: a registrant's letter, a name's letter or 9, seven digits; the first, third, fifth and twice the second, fourth, sixth
    /// make the last (21 CFR 1301; DEA, "Registration number check").
    private static func isDEA(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.isOne(of: "ABCDEFGHJKLMPRSTUX", 0), text.isLetter(1) || text.digit(1) == 9 else { return .reject }
        let sum = CheckDigits.weightedSum(text, [1, 2, 1, 2, 1, 2], from: 2)
        return .init(sum >= 0 && sum % 10 == text.digit(8))
    }

    /// CMS, "Understanding the Medicare beneficiary identifier format": letters without S, L, O, I, B, Z; the first digit is not 0.
    private static func isMBI(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) > 0 else { return .reject }
        for index in 0..<text.count where text.isOne(of: "SLOIBZ", index) { return .reject }
        return .neutral
    }
}
