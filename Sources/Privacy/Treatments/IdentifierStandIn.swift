/// Stand-ins of numbers that name a person, a company, a device or a record.
enum IdentifierStandIn {
    private enum Bounds {
        /// A check digit is met once in ten or eleven attempts, two of them once in a hundred.
        static let attempts = 256
        /// After so many the letters that an identifier begins with stay: a country's, `CHE`, `ATU`, that a check wants.
        static let attemptsWithLetters = 128
        static let prefix = 3
    }

    /// Digits are permuted and letters chosen until the class's check accepts, if it accepted the value.
    static func text(
        for source: StandIn.Source, prefix: [UInt8], _ budget: inout StandIn.Budget
    ) -> [UInt8]? {
        guard source.value.contains(where: Mask.isAlphanumeric) else { return nil }
        let check = check(of: source)
        var digits = source.digits
        var sequence = source.sequence()
        var text: [UInt8] = []
        for attempt in 0..<Bounds.attempts {
            guard budget.attempts > 0 else { return nil }
            budget.attempts -= 1
            digits = source.permuted(digits)
            let filling = prefix + digits.dropFirst(prefix.count)
            text = lettered(
                source.filled(filling), &sequence, keeping: attempt < Bounds.attemptsWithLetters ? 0 : Bounds.prefix)
            guard let check else { return text }
            if check(text) { return text }
        }
        // The check wants more than digits give by chance, a date within them for instance: then the shape has to do.
        return text
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
