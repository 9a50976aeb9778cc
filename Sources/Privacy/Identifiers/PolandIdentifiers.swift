/// Identifiers of Poland.
enum PolandIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.plPesel, ["99999999999"], accepted: 44, check: isPESEL),
        IdentifierFormat(.plNip, ["999-999-99-99", "999-99-99-999", "999 999 99 99"], accepted: 62, check: isNIP),
        IdentifierFormat(.plNip, ["9999999999"], accepted: 18, check: isNIP),
        IdentifierFormat(.plNip, ["AA9999999999"], accepted: 78, check: isVAT),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.plPesel, "pesel numer_pesel ewidencyjny"),
        (.plNip, "nip identyfikacji podatkowej vat podatkowy numer_nip"),
    ]

    /// Ministerstwo Cyfryzacji: date of birth (the month carries the century: 80, 0, 20, 40, 60 more), weights 1 3 7 9 modulo ten.
    private static func isPESEL(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard CheckDigits.isDate(year: text.number(0..<2), month: text.number(2..<4) % 20, day: text.number(4..<6))
        else {
            return .reject
        }
        return .init(CheckDigits.weightedSum(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0)
    }

    /// Ministerstwo Finansów: weights 657234567, the remainder by eleven is the last digit.
    private static func isNIP(_ text: IdentifierText) -> IdentifierFormat.Verdict { nip(text, from: 0) }

    private static func isVAT(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        text.begins(with: "PL") ? nip(text, from: 2) : .reject
    }

    private static func nip(_ text: IdentifierText, from start: Int) -> IdentifierFormat.Verdict {
        let sum = CheckDigits.weightedSum(text, [6, 5, 7, 2, 3, 4, 5, 6, 7], from: start)
        return .init(sum > 0 && sum % 11 == text.digit(start + 9))
    }
}
