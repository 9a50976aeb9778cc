/// Identifiers of South Africa and Nigeria.
enum AfricaIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.zaId, ["9999999999999", "999999 9999 99 9", "999999-9999-99-9"], accepted: 65, check: isID),
        IdentifierFormat(.ngNin, ["99999999999"], accepted: 20, check: isNIN),
        IdentifierFormat(.ngNin, ["9999 999 9999", "9999-999-9999"], accepted: 30, check: isNIN),
        IdentifierFormat(.ngVehicleRegistration, ["AAA-999AA", "AAA 999AA", "AAA-999-AA"], neutral: 35),
        IdentifierFormat(.ngVehicleRegistration, ["AAA999AA"], neutral: 20),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (
            .zaId,
            """
            rsa said south_african identity id_number identity_number national_id smart_id identiteitsnommer resident_number \
            refugee
            """
        ),
        (.ngNin, "nin nimc nigeria nigerian national_identification national_identity identification_number"),
        (
            .ngVehicleRegistration,
            "plate plates plate_number vehicle vehicles registration license_plate number_plate car frsc nigeria"
        ),
    ]

    /// Department of Home Affairs: date of birth, sequence, citizenship 0…2, an 8 or 9, the Luhn digit.
    private static func isID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard
            CheckDigits.isDate(year: text.number(0..<2), month: text.number(2..<4), day: text.number(4..<6)),
            text.digit(10) <= 2, text.digit(11) >= 8
        else { return .reject }
        return .init(CheckDigits.luhn(text))
    }

    /// NIMC: Verhoeff's check digit.
    private static func isNIN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isUniform else { return .reject }
        return .init(CheckDigits.verhoeff(text))
    }
}
