/// Identifiers of Australia and New Zealand.
enum AustraliaIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.auAbn, ["99 999 999 999"], accepted: 65, check: isABN),
        IdentifierFormat(.auAbn, ["99-999-999-999"], accepted: 55, check: isABN),
        IdentifierFormat(.auAbn, ["99999999999"], accepted: 20, check: isABN),
        IdentifierFormat(.auAcn, ["999 999 999", "999-999-999"], accepted: 30, check: isACN),
        IdentifierFormat(.auAcn, ["999999999"], accepted: 15, check: isACN),
        IdentifierFormat(.auTfn, ["999 999 999", "999-999-999"], accepted: 35, check: isTFN),
        IdentifierFormat(.auTfn, ["999999999"], accepted: 20, check: isTFN),
        IdentifierFormat(.auMedicare, ["9999 99999 9", "9999-99999-9"], accepted: 60, check: isMedicare),
        IdentifierFormat(.auMedicare, ["9999999999"], accepted: 20, check: isMedicare),
        IdentifierFormat(.nzIrd, ["99-999-999", "999-999-999"], accepted: 45, check: isIRD),
        IdentifierFormat(.nzIrd, ["99 999 999", "999 999 999"], accepted: 30, check: isIRD),
        IdentifierFormat(.nzIrd, ["99999999", "999999999"], accepted: 15, check: isIRD),
        IdentifierFormat(.nzNhi, ["AAA9999"], accepted: 20, check: isOldNHI),
        IdentifierFormat(.nzNhi, ["AAA99AA"], accepted: 40, check: isNewNHI),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.auAbn, "abn australian_business business_number"),
        (.auAcn, "acn arbn australian_company company_number"),
        (.auTfn, "tfn tax_file file_number ato"),
        (.auMedicare, "medicare medicare_number medicare_card irn"),
        (.nzIrd, "ird ird_number inland_revenue"),
        (.nzNhi, "nhi national_health health_index nhi_number patient"),
    ]

    /// Australian Business Register: one taken from the first digit, weights 10, 1, 3 … 19, a sum divisible by 89.
    private static func isABN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) > 0 else { return .reject }
        let sum = CheckDigits.weightedSum(text, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
        return .init(sum > 10 && (sum - 10) % 89 == 0)
    }

    /// ASIC: weights 8…1, what is missing to the next ten.
    private static func isACN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let sum = CheckDigits.weightedSum(text, [8, 7, 6, 5, 4, 3, 2, 1])
        return .init(sum > 0 && (10 - sum % 10) % 10 == text.digit(8))
    }

    /// Tax file numbers: weights 1, 4, 3, 7, 5, 8, 6, 9, 10, a sum divisible by eleven.
    private static func isTFN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let sum = CheckDigits.weightedSum(text, [1, 4, 3, 7, 5, 8, 6, 9, 10])
        return .init(sum > 0 && sum % 11 == 0)
    }

    /// Services Australia: the first digit 2…6, weights 1, 3, 7, 9 over eight digits, modulo ten; then the number of the issue.
    private static func isMedicare(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) >= 2 && text.digit(0) <= 6 else { return .reject }
        return .init(CheckDigits.weightedSum(text, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 == text.digit(8))
    }

    /// Inland Revenue, resident withholding tax specification: two sets of weights, the second where the first yields ten.
    private static func isIRD(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let number = text.number(0..<text.count)
        guard number >= 10_000_000 && number <= 150_000_000 else { return .reject }
        let body = text.count == 9 ? 1 : 0
        let first = text.count == 9 ? text.digit(0) : 0
        for weights in [[3, 2, 7, 6, 5, 4, 3, 2], [7, 4, 3, 2, 5, 2, 7, 6]] {
            var sum = first * weights[0]
            for index in 0..<7 { sum += max(0, text.digit(body + index)) * weights[index + 1] }
            let check = (11 - sum % 11) % 11
            if check != 10 { return .init(check == text.digit(text.count - 1)) }
        }
        return .reject
    }

    /// HISO 10046: three letters without I and O by their place in that alphabet, weights 7…2, modulo eleven.
    private static func isOldNHI(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard let sum = sumNHI(text), sum % 11 != 0 else { return .reject }
        return .init((11 - sum % 11) % 10 == text.digit(6))
    }

    /// HISO 10046:2019: the same modulo 23, a letter behind.
    private static func isNewNHI(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard let sum = sumNHI(text), let check = placeNHI(text, 6) else { return .reject }
        return .init(23 - sum % 23 == check)
    }

    private static func sumNHI(_ text: IdentifierText) -> Int? {
        var sum = 0
        for index in 0..<6 {
            guard let value = text.isLetter(index) ? placeNHI(text, index) : text.digit(index) else { return nil }
            sum += value * (7 - index)
        }
        return sum
    }

    private static func placeNHI(_ text: IdentifierText, _ index: Int) -> Int? {
        let letter = Int(text[index])
        switch letter {
        case 0x41...0x48: return letter - 0x40
        case 0x4A...0x4E: return letter - 0x41
        case 0x50...0x5A: return letter - 0x42
        default: return nil
        }
    }
}
