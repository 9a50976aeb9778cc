/// Identifiers of Germany.
enum GermanyIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.deTaxId, ["99 999 999 999", "999 999 999 99"], accepted: 62, check: isTaxID),
        IdentifierFormat(.deTaxId, ["99999999999"], accepted: 42, check: isTaxID),
        IdentifierFormat(
            .deTaxNumber, ["999/999/99999", "99/999/99999", "999/9999/9999", "99/9999/9999", "9999/999/9999"],
            neutral: 40),
        IdentifierFormat(.deTaxNumber, ["9999999999999"], neutral: 5, check: isElsterNumber),
        IdentifierFormat(.deIdCard, ["AXXXXXXX9"], accepted: 40, neutral: 15, check: isIDCard),
        IdentifierFormat(.dePassport, ["AXXXXXXX9"], accepted: 42, check: isPassport),
        IdentifierFormat(
            .deSocialSecurity, ["99999999A999", "99 999999 A 999", "99 999999 A999", "99-999999-A-999"], accepted: 88,
            check: isPensionNumber),
        IdentifierFormat(.deHealthInsurance, ["A999999999"], accepted: 62, check: isHealthInsuranceNumber),
        IdentifierFormat(.deLanr, ["999999999"], accepted: 15, check: isDoctorNumber),
        IdentifierFormat(.deBsnr, ["999999999"], neutral: 5) { $0.isUniform && $0.digit(0) == 0 ? .reject : .neutral },
        IdentifierFormat(
            .deVatId, ["AA999999999", "AA~999999999", "AA~999~999~999", "AA999~999~999"], accepted: 85, neutral: 10,
            check: isVATID),
        IdentifierFormat(.deDrivingLicence, ["AA99999999X"], neutral: 15),
        // § 25 FeV: authority of four characters, six of serial number, check digit, number of the copy: B072RRE2I55.
        IdentifierFormat(.deDrivingLicence, ["A999XXXXX99", "A99XXXXXX99"], neutral: 10),
        IdentifierFormat(.deVehicleRegistration, plates, neutral: 12),
        IdentifierFormat(
            .deCommercialRegister, (1...6).map { "AAA[ ]" + String(repeating: "9", count: $0) }, neutral: 75,
            isCountered: false, check: isRegister),
        IdentifierFormat(.dePostcode, ["99999"], neutral: 2, context: 50, check: isPostcode),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (
            .deTaxId,
            """
            steuer-id steuerid steueridentifikationsnummer steuer-identifikationsnummer identifikationsnummer idnr steuerliche \
            tax_id tin
            """
        ),
        (.deTaxNumber, "steuernummer steuer-nr steuernr st.-nr st.nr stnr finanzamt steuer-nummer"),
        (
            .deIdCard,
            """
            personalausweis personalausweisnummer ausweis ausweisnummer ausweisnr personalausweisnr perso identitätskarte \
            id_card identity_card
            """
        ),
        (.dePassport, "reisepass reisepassnummer passnummer pass passnr paß passport passport_number"),
        (
            .deSocialSecurity,
            """
            sozialversicherungsnummer rentenversicherungsnummer versicherungsnummer sv-nummer sv-nr svnr rvnr \
            rentenversicherung sozialversicherung sozialversicherungsausweis
            """
        ),
        (
            .deHealthInsurance,
            """
            krankenversichertennummer kvnr versichertennummer krankenkasse krankenversicherung egk-nummer egk gesundheitskarte \
            krankenversicherungsnummer versicherten-nr
            """
        ),
        (.deLanr, "lanr arztnummer arzt-nr arztnr vertragsarzt lebenslange_arztnummer arzt"),
        (.deBsnr, "bsnr betriebsstättennummer betriebsstaettennummer betriebsstätte betriebsstaette praxis"),
        (
            .deVatId,
            """
            ust-idnr ust-id ustid ustidnr umsatzsteuer-identifikationsnummer umsatzsteueridentifikationsnummer mwst \
            umsatzsteuer vat vat_id
            """
        ),
        (
            .deDrivingLicence,
            "führerschein fuehrerschein führerscheinnummer fuehrerscheinnummer fahrerlaubnis führerschein-nr driving_licence"
        ),
        (
            .deVehicleRegistration,
            """
            kennzeichen kfz kfz-kennzeichen autokennzeichen nummernschild fahrzeug auto zulassung wagen pkw lkw amtliches \
            number_plate license_plate licence_plate
            """
        ),
        (
            .deCommercialRegister,
            "handelsregister handelsregisternummer registernummer amtsgericht registergericht hrb-nummer"
        ),
        (
            .dePostcode,
            """
            plz postleitzahl ort stadt wohnort wohnhaft anschrift adresse straße strasse postcode berlin hamburg münchen köln \
            frankfurt stuttgart düsseldorf leipzig dresden hannover bremen nürnberg
            """
        ),
    ]

    /// One to three letters of the district, one or two, one to four digits, `E` or `H` behind; a blank or a dash after the district.
    private static let plates: [String] = (1...3).flatMap { district in
        (1...2).flatMap { letters in
            (1...4).flatMap { digits in
                [" ", "-"].flatMap { first in
                    [" ", "-"].map { second in
                        String(repeating: "A", count: district) + first + String(repeating: "A", count: letters)
                            + second
                            + String(repeating: "9", count: digits)
                    }
                }
            }
        }
    }

    /// Bundeszentralamt für Steuern: eleven digits, the first not 0, no digit more than three times among the first ten; ISO 7064
    /// MOD 11,10.
    private static func isTaxID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) > 0 else { return .reject }
        var counts = InlineArray<10, Int>(repeating: 0)
        for index in 0..<10 {
            let digit = text.digit(index)
            guard digit >= 0, counts[digit] < 3 else { return .reject }
            counts[digit] += 1
        }
        return .init(CheckDigits.mod11And10(text))
    }

    /// The thirteen digits of ELSTER begin with the tax office's state, or with the state's number from 01 to 16.
    private static func isElsterNumber(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        switch text.number(0..<2) {
        case 1...16, 21...24, 26...28, 30...32, 40, 41: .neutral
        default: .reject
        }
    }

    /// ICAO 9303-3 §4.9: weights 7 3 1, letters from A = 10 on. The letters in use leave out vowels and what looks like digits.
    private static func isDocument(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        var sum = 0
        for index in 0..<8 {
            guard !text.isLetter(index) || text.isOne(of: "CFGHJKLMNPRTVWXYZ", index) else { return .reject }
            sum += text.value(index) * (index % 3 == 0 ? 7 : index % 3 == 1 ? 3 : 1)
        }
        return .init(sum % 10 == text.digit(8))
    }

    /// Cards of before 2010 began with T and eight digits, of which none is a check digit.
    private static func isIDCard(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let verdict = isDocument(text)
        guard verdict == .reject, text[0] == UInt8(ascii: "T") else { return verdict }
        for index in 1..<9 where text.digit(index) < 0 { return .reject }
        return .neutral
    }

    private static func isPassport(_ text: IdentifierText) -> IdentifierFormat.Verdict { isDocument(text) }

    /// § 147 SGB VI, VKVV: area, day (from 51 on for further numbers), month, year, initial, serial number; digit sums of the products
    /// with 2 1 2 5 7 1 2 1 2 1 2 1, the letter as two digits.
    private static func isPensionNumber(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let day = text.number(2..<4)
        guard day >= 1 && day <= 31 || day >= 51 && day <= 81, text.number(4..<6) >= 1, text.number(4..<6) <= 12 else {
            return .reject
        }
        let weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]
        let letter = text.value(8) - 9
        let digits = (0..<8).map { text.digit($0) } + [letter / 10, letter % 10, text.digit(9), text.digit(10)]
        var sum = 0
        for (digit, weight) in zip(digits, weights) { sum += digit * weight / 10 + digit * weight % 10 }
        return .init(sum % 10 == text.digit(11))
    }

    /// § 290 SGB V: a letter as two digits, weights 1 2 1 2 …, digit sums, modulo ten.
    private static func isHealthInsuranceNumber(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let letter = text.value(0) - 9
        var sum = 0
        for (index, digit) in ([letter / 10, letter % 10] + (1..<9).map { text.digit($0) }).enumerated() {
            let product = digit * (index % 2 + 1)
            sum += product / 10 + product % 10
        }
        return .init(sum % 10 == text.digit(9))
    }

    /// Kassenärztliche Bundesvereinigung: weights 4 9 over six digits, ten less the last digit of the sum; two digits of speciality.
    private static func isDoctorNumber(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let sum = CheckDigits.weightedSum(text, [4, 9, 4, 9, 4, 9])
        return .init(sum > 0 && (10 - sum % 10) % 10 == text.digit(6))
    }

    /// § 27a UStG; ISO 7064 MOD 11,10.
    private static func isVATID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.begins(with: "DE") else { return .reject }
        return CheckDigits.mod11And10(text, 2..<11) ? .accept : .neutral
    }

    private static func isRegister(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.begins(with: "HRA") || text.begins(with: "HRB") ? .neutral : .reject
    }

    private static func isPostcode(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.number(0..<5) > 1_000 ? .neutral : .reject
    }
}
