/// Identifiers of China, Hong Kong, Taiwan and Japan.
enum EastAsiaIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(
            .cnResidentId, ["999999999999999999", "99999999999999999A"], accepted: 95, check: isResidentID),
        IdentifierFormat(
            .cnResidentId, ["999999 99999999 9999", "999999 99999999 999A"], accepted: 90, check: isResidentID),
        IdentifierFormat(.hkIdCard, ["[A]A999999(X)"], accepted: 80, check: isHongKongID),
        IdentifierFormat(.hkIdCard, ["[A]A999999X"], accepted: 30, check: isHongKongID),
        IdentifierFormat(.twNationalId, ["A999999999"], accepted: 45, check: isTaiwanID),
        IdentifierFormat(.twNationalId, ["AA99999999"], accepted: 40, check: isOldResidentCertificate),
        IdentifierFormat(.jpMyNumber, ["9999 9999 9999", "9999-9999-9999"], accepted: 40, check: isMyNumber),
        IdentifierFormat(.jpMyNumber, ["999999999999"], accepted: 20, check: isMyNumber),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.cnResidentId, "身份 身份证 身份號 证号 公民 居民 resident_identity chinese_id resident_id id_card"),
        (.hkIdCard, "hkid hong_kong hongkong identity_card 身份 身份證 香港"),
        (.twNationalId, "身分 身分證 身份 統一 證號 居留 taiwan taiwanese national_id identity_card arc"),
        (.jpMyNumber, "マイ ナン 個人 個人番 番号 mynumber my_number individual_number kojin_bango"),
    ]

    /// GB 11643-1999: a province, a district, the date of birth, a sequence, ISO 7064 MOD 11-2.
    private static func isResidentID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        if text.isLetter(17), text[17] != UInt8(ascii: "X") { return .reject }
        switch text.number(0..<2) {
        case 11...15, 21...23, 31...37, 41...46, 50...54, 61...65, 71, 81...83: break
        default: return .reject
        }
        let year = text.number(6..<10)
        guard year >= 1850, year < 2100,
            CheckDigits.isDate(year: year, month: text.number(10..<12), day: text.number(12..<14))
        else { return .reject }
        return .init(CheckDigits.mod11Radix2(text))
    }

    /// Immigration Department: one or two letters (A = 10, a missing one 36), weights 9…1, a sum divisible by 11; A for ten.
    private static func isHongKongID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let letters = text.isLetter(1) ? 2 : 1
        var sum = letters == 2 ? text.value(0) * 9 + text.value(1) * 8 : 36 * 9 + text.value(0) * 8
        for index in 0..<6 { sum += max(0, text.digit(letters + index)) * (7 - index) }
        let check = text[letters + 6] == UInt8(ascii: "A") ? 10 : text.digit(letters + 6)
        return .init(check >= 0 && (sum + check) % 11 == 0)
    }

    /// Ministry of the Interior: the county's letter as two digits, 1 or 2 (8 or 9 for foreigners), weights 1, 9…1, 1, modulo 10.
    private static func isTaiwanID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.isOne(of: "1289", 1), let county = county(text[0]) else { return .reject }
        let sum = county / 10 + county % 10 * 9 + CheckDigits.weightedSum(text, [8, 7, 6, 5, 4, 3, 2, 1, 1], from: 1)
        return .init(sum % 10 == 0)
    }

    /// Certificates of residence until 2020: a second letter A…D, of whose two digits the last counts.
    private static func isOldResidentCertificate(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.isOne(of: "ABCD", 1), let county = county(text[0]), let kind = Self.county(text[1]) else {
            return .reject
        }
        let sum =
            county / 10 + county % 10 * 9 + kind % 10 * 8
            + CheckDigits.weightedSum(text, [7, 6, 5, 4, 3, 2, 1, 1], from: 2)
        return .init(sum % 10 == 0)
    }

    private static func county(_ letter: UInt8) -> Int? {
        // Counties got their numbers in this order of letters.
        ("ABCDEFGHJKLMNPQRSTUVXYWZIO" as StaticString).withUTF8Buffer { $0.firstIndex(of: letter).map { $0 + 10 } }
    }

    /// Ministry of Internal Affairs, ordinance 85 of 2014: weights from the right 2…7, 2…6, modulo 11, ten and eleven are 0.
    private static func isMyNumber(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isUniform else { return .reject }
        let remainder = CheckDigits.weightedSum(text, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
        return .init((remainder <= 1 ? 0 : 11 - remainder) == text.digit(11))
    }
}
