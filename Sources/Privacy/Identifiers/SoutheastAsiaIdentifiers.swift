/// Identifiers of Singapore, the Philippines and Thailand.
enum SoutheastAsiaIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.sgNric, ["A9999999A"], accepted: 70, neutral: 6, check: isNRIC),
        IdentifierFormat(.sgUen, ["99999999A"], accepted: 40, check: isBusinessUEN),
        IdentifierFormat(.sgUen, ["999999999A"], accepted: 50, check: isCompanyUEN),
        IdentifierFormat(.sgUen, ["A99AA9999A"], accepted: 75, check: isOtherUEN),
        IdentifierFormat(.phTin, ["999-999-999-999[99]"], accepted: 60, check: isTIN),
        IdentifierFormat(.phTin, ["999-999-999", "999 999 999 999"], accepted: 30, check: isTIN),
        IdentifierFormat(.phTin, ["999999999", "999999999999"], accepted: 15, check: isTIN),
        IdentifierFormat(.thNationalId, ["9-9999-99999-99-9", "9 9999 99999 99 9"], accepted: 85, check: isThaiID),
        // Milliseconds since 1970 have thirteen digits and often a right check digit.
        IdentifierFormat(.thNationalId, ["9999999999999"], accepted: 40, check: isThaiID),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.sgNric, "nric nrics fin singapore singaporean identity_card"),
        (.sgUen, "uen unique_entity business_registration acra company_registration entity_number"),
        (.phTin, "tin bir taxpayer taxpayer_identification tax_id taxpayer_id rdo revenue_district"),
        (.thNationalId, "tnin thai thailand national_id ประชาชน ประจำตัว citizen_id pid รหัสปชช thai_id"),
    ]

    /// Immigration and Checkpoints Authority: weights 2, 7, 6, 5, 4, 3, 2, an offset for T, G and M, a letter from a table for each
    /// kind. One whose letter is wrong may still be meant as one.
    private static func isNRIC(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let sum = CheckDigits.weightedSum(text, [2, 7, 6, 5, 4, 3, 2], from: 1)
        switch text[0] {
        case UInt8(ascii: "S"): return isLetter(of: "JZIHGFEDCBA", sum, text)
        case UInt8(ascii: "T"): return isLetter(of: "JZIHGFEDCBA", sum + 4, text)
        case UInt8(ascii: "F"): return isLetter(of: "XWUTRQPNMLK", sum, text)
        case UInt8(ascii: "G"): return isLetter(of: "XWUTRQPNMLK", sum + 4, text)
        case UInt8(ascii: "M"): return isLetter(of: "XWUTRQPNJLK", sum + 3, text)
        default: return .neutral
        }
    }

    private static func isLetter(
        of table: StaticString, _ sum: Int, _ text: IdentifierText
    ) -> IdentifierFormat.Verdict {
        character(of: table, sum % 11) == text[8] ? .accept : .neutral
    }

    private static func character(of table: StaticString, _ index: Int) -> UInt8 {
        table.withUTF8Buffer { index >= 0 && index < $0.count ? $0[index] : 0 }
    }

    /// ACRA, businesses: eight digits, weights 10, 4, 9, 3, 8, 2, 7, 1, modulo 11.
    private static func isBusinessUEN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let sum = CheckDigits.weightedSum(text, [10, 4, 9, 3, 8, 2, 7, 1])
        return .init(sum > 0 && character(of: "XMKECAWLJDB", sum % 11) == text[8])
    }

    /// Local companies: the year and five digits, weights 10, 8, 6, 4, 9, 7, 5, 3, 1, modulo 11.
    private static func isCompanyUEN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.number(0..<4) >= 1800, text.number(0..<4) < 2100 else { return .reject }
        let sum = CheckDigits.weightedSum(text, [10, 8, 6, 4, 9, 7, 5, 3, 1])
        return .init(character(of: "ZKCMDNERGWH", sum % 11) == text[9])
    }

    /// Others: R, S or T for the century, the year, the entity's type, four digits; weights 4, 3, 5, 3, 10, 2, 2, 5, 7 over places in
    /// an alphabet without I and O, less five, modulo 11.
    private static func isOtherUEN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.isOne(of: "RST", 0), text.isPair(of: entities, at: 3) else { return .reject }
        var sum = 0
        for (index, weight) in [4, 3, 5, 3, 10, 2, 2, 5, 7].enumerated() {
            guard let place = place(text[index]) else { return .reject }
            sum += place * weight
        }
        guard let check = place(text[9]) else { return .reject }
        return .init((sum + 11 - 5) % 11 == check)
    }

    private static func place(_ character: UInt8) -> Int? {
        ("ABCDEFGHJKLMNPQRSTUVWX0123456789" as StaticString).withUTF8Buffer { $0.firstIndex(of: character) }
    }

    private static let entities: StaticString = """
        LP LL FC PF RF MQ MM NB CC CS MB FM GS DP CP NR CM CD MD HS VH CH MH CL XL CX HC RP TU TC FB FN PA PB SS MC SM GA GB
        """

    /// Bureau of Internal Revenue: weights 9…2 over eight digits, modulo 11; then the branch.
    private static func isTIN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let sum = CheckDigits.weightedSum(text, [9, 8, 7, 6, 5, 4, 3, 2])
        return .init(sum > 0 && sum % 11 == text.digit(8))
    }

    /// Department of Provincial Administration: the kind of person 1…9 (8 digits more of an office and a book), weights 13…2, modulo
    /// 11. The second and third digit are a province.
    private static func isThaiID(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) > 0 else { return .reject }
        switch text.number(1..<3) {
        case 10...27, 30...58, 60...67, 70...77, 80...86, 90...96: break
        default: return .reject
        }
        let sum = CheckDigits.weightedSum(text, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        return .init(sum > 0 && (11 - sum % 11) % 10 == text.digit(12))
    }
}
