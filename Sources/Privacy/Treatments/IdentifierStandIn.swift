/// Stand-ins of numbers that name a person, a company, a device or a record.
enum IdentifierStandIn {
    private enum Bounds {
        static let attempts = 128
        /// After so many the letters that an identifier begins with stay: a country's, `CHE`, `ATU`, that a check wants.
        static let attemptsWithLetters = 64
        /// After so many a date stays a date.
        static let attemptsWithoutDates = 8
        /// After so many two check characters are tried, which cost a hundred checks.
        static let attemptsWithOne = 16
        static let prefix = 3
    }

    /// Digits are permuted and letters chosen until the class's check accepts with some last characters, if it accepted the value.
    static func text(
        for source: StandIn.Source, prefix: [UInt8], _ budget: inout StandIn.Budget
    ) -> [UInt8]? {
        guard source.value.contains(where: Mask.isAlphanumeric) else { return nil }
        let check = check(of: source)
        var digits = source.digits
        let dates = check == nil ? [] : DateLayout.all.filter { $0.fits(digits) }
        var sequence = source.sequence()
        var text: [UInt8] = []
        for attempt in 0..<Bounds.attempts {
            guard budget.attempts > 0 else { return nil }
            let hasTwo = attempt >= Bounds.attemptsWithOne
            budget.attempts -= hasTwo ? 8 : 1
            digits = source.permuted(digits)
            var filling = prefix + digits.dropFirst(prefix.count)
            if attempt >= Bounds.attemptsWithoutDates, !dates.isEmpty {
                dates[attempt % dates.count].write(into: &filling, of: source.digits, &sequence)
            }
            text = lettered(
                source.filled(filling), &sequence, keeping: attempt < Bounds.attemptsWithLetters ? 0 : Bounds.prefix)
            guard let check else { return text }
            if let checked = ended(text, hasTwo ? 2 : 1, check) { return checked }
        }
        // The check wants more than digits give by chance: then the shape has to do.
        return text
    }

    /// The text with other last characters, which most check digits are, such that the check accepts.
    private static func ended(_ text: [UInt8], _ count: Int, _ check: ([UInt8]) -> Bool) -> [UInt8]? {
        guard let place = text.lastIndex(where: Mask.isAlphanumeric) else { return nil }
        var result = text
        let choices: ClosedRange<UInt8> = Mask.isDigit(text[place]) ? 0x30...0x39 : 0x41...0x5A
        for byte in choices {
            result[place] = byte | (text[place] & 0x20)
            if count == 1 {
                if check(result) { return result }
                continue
            }
            guard let before = text[..<place].lastIndex(where: Mask.isDigit) else { return nil }
            for digit in UInt8(0x30)...0x39 {
                result[before] = digit
                if check(result) { return result }
            }
        }
        return nil
    }

    /// Where national numbers hold a date of birth. Random digits are one only now and then, and a check that wants one would seldom
    /// accept them.
    private struct DateLayout {
        /// Which digits are the month's first, the day's first and the century's first; two each.
        let month, day: Int
        var century: Int?

        /// `yymmdd` and `ddmmyy` in front, `yyyymmdd` in front, the same after six digits (CN), `ddmmyy` after four (AT).
        static let all = [
            DateLayout(month: 2, day: 4), DateLayout(month: 2, day: 0), DateLayout(month: 4, day: 6, century: 0),
            DateLayout(month: 10, day: 12, century: 6), DateLayout(month: 6, day: 4),
        ]

        func fits(_ digits: [UInt8]) -> Bool {
            guard digits.count >= max(month, day) + 2 else { return false }
            return (1...12).contains(digits[month] * 10 + digits[month + 1])
                && (1...31).contains(digits[day] * 10 + digits[day + 1])
                && century.map { (19...20).contains(digits[$0] * 10 + digits[$0 + 1]) } ?? true
        }

        /// Another day of another year, of the same century.
        func write(into digits: inout [UInt8], of old: [UInt8], _ sequence: inout KeyedSequence) {
            for (place, most) in [(month, 12), (day, 28)] {
                let number = UInt8(sequence.next(in: 1...most))
                digits[place] = number / 10
                digits[place + 1] = number % 10
            }
            if let century { digits.replaceSubrange(century..<century + 2, with: old[century..<century + 2]) }
        }
    }

    /// Other letters of the same case in the letters' places, but for the first few if the value begins with them.
    private static func lettered(_ text: [UInt8], _ sequence: inout KeyedSequence, keeping kept: Int) -> [UInt8] {
        let start = min(kept, text.prefix { Mask.isLetter($0) }.count)
        var result = text
        for place in text.indices.dropFirst(start) where Mask.isLetter(text[place]) {
            result[place] = sequence.letter() | (text[place] & 0x20)
        }
        return result
    }

    /// The check of the class's format that accepts the value; `nil` if none does.
    private static func check(of source: StandIn.Source) -> (([UInt8]) -> Bool)? {
        let formats = formats[Int(source.sensitiveClass.rawValue)]
        let text = IdentifierText(source.value)
        guard let format = formats.first(where: { $0.check(text) == .accept }) else { return nil }
        return { format.check(IdentifierText($0)) == .accept }
    }

    private static let formats: [[IdentifierFormat]] = {
        var formats = [[IdentifierFormat]](repeating: [], count: SensitiveClass.allCases.count)
        for format in IdentifierIndex.shared.formats { formats[Int(format.sensitiveClass.rawValue)].append(format) }
        return formats
    }()

    // MARK: Classes with a range of their own

    /// Areas from 900 on are no social security numbers (POMS RM 10201.035), groups below 50 no taxpayers' numbers (IRS publication
    /// 1915) and not 93, which adoptions have: nobody has such a number.
    static func socialSecurity(_ source: StandIn.Source) -> [UInt8]? {
        let digits = source.digits
        guard digits.count == 9, !source.hasLetters else { return nil }
        var number = source.permuted(digits)
        let group = 1 + (number[3] * 10 + number[4]) % 49
        number[0] = 9
        number[3] = group / 10
        number[4] = group % 10
        return source.filled(number)
    }

    /// Reporting body 00 is for test devices (GSMA TS.06); fifteen digits end with Luhn's, sixteen with a version.
    static func imei(_ source: StandIn.Source) -> [UInt8]? {
        let digits = source.digits
        guard (14...16).contains(digits.count), !source.hasLetters else { return nil }
        var number = [0, 0] + source.permuted([UInt8](digits[..<14])).dropFirst(2)
        if digits.count == 15 { number.append(AccountStandIn.luhn(number)) }
        if digits.count == 16 { number += source.permuted([UInt8](digits[14...]), context: digits) }
        return source.filled(number)
    }

    /// Other digits; version and variant stay as they were (RFC 9562 §4).
    static func uuid(_ source: StandIn.Source) -> [UInt8]? {
        let places = source.value.indices.filter { Mask.isAlphanumeric(source.value[$0]) }
        guard places.count == 32 else { return nil }
        var sequence = source.sequence()
        var result = source.value
        let small = source.value.contains { $0 >= 0x61 }
        for (index, place) in places.enumerated() where index != 12 && index != 16 {
            let digits: StaticString = small ? "0123456789abcdef" : "0123456789ABCDEF"
            result[place] = digits.utf8Start[sequence.next(below: 16)]
        }
        return result
    }

    /// The first four characters say which currency; the others are of the same kind, none that Base58 or Bech32 leave out. The check
    /// sum does not fit, and that is meant: nothing can be paid to it.
    static func cryptoAddress(_ source: StandIn.Source) -> [UInt8]? {
        guard source.value.count >= 20, source.value.allSatisfy(Mask.isAlphanumeric) else { return nil }
        var sequence = source.sequence()
        let isHexadecimal = source.value.starts(with: "0x".utf8)
        let letters = [UInt8](isHexadecimal ? "acdef".utf8 : "acdefghjkmnpqrstuvwxyz".utf8)
        var result = source.value
        for place in (isHexadecimal ? 2 : 4)..<result.count {
            let byte = result[place]
            result[place] =
                Mask.isDigit(byte)
                ? 0x32 + UInt8(sequence.next(below: 8)) : sequence.element(of: letters) & ~0x20 | (byte & 0x20)
        }
        return result
    }
}
