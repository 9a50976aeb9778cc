/// The check-digit systems that identifiers of many countries share. All work on the letters and digits of a text without separators;
/// an index that is outside, or a letter where a digit is due, answers "no".
enum CheckDigits {
    /// Luhn (ISO/IEC 7812-1 annex B): every second digit from the right doubled, digit sums added; a multiple of ten.
    static func luhn(_ text: IdentifierText, _ range: Range<Int>? = nil, startingWith start: Int = 0) -> Bool {
        var sum = start
        var isDoubled = false
        for index in (range ?? 0..<text.count).reversed() {
            var digit = text.digit(index)
            guard digit >= 0 else { return false }
            if isDoubled { digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2 }
            sum += digit
            isDoubled.toggle()
        }
        return sum % 10 == 0
    }

    /// Luhn's scheme to the base 36, letters from A = 10 on, as India's GSTIN has it: the check character alone is not weighted.
    static func luhn36(_ text: IdentifierText, _ range: Range<Int>? = nil) -> Bool {
        var sum = 0
        var weight = 1
        for index in (range ?? 0..<text.count).reversed() {
            let value = text.value(index)
            guard value >= 0 else { return false }
            let product = value * weight
            sum += product / 36 + product % 36
            weight = 3 - weight
        }
        return sum % 36 == 0
    }

    /// Verhoeff's scheme over the dihedral group D5 (J. Verhoeff, Error Detecting Decimal Codes, 1969); the last digit is the check.
    static func verhoeff(_ text: IdentifierText, _ range: Range<Int>? = nil) -> Bool {
        let range = range ?? 0..<text.count
        var check = 0
        var row = 0
        var index = range.upperBound
        while index > range.lowerBound {
            index &-= 1
            let digit = text.digit(index)
            guard digit >= 0 else { return false }
            check = self.digit(of: dihedral, check, self.digit(of: permutations, row, digit))
            row = (row &+ 1) & 7
        }
        return check == 0
    }

    /// ISO 7064 MOD 11,10 (hybrid): German tax numbers, Croatian OIB; the last digit is the check.
    static func mod11And10(_ text: IdentifierText, _ range: Range<Int>? = nil) -> Bool {
        let range = range ?? 0..<text.count
        guard let last = range.last else { return false }
        var product = 10
        for index in range.dropLast() {
            let digit = text.digit(index)
            guard digit >= 0 else { return false }
            var sum = (digit + product) % 10
            if sum == 0 { sum = 10 }
            product = sum * 2 % 11
        }
        return text.digit(last) == (11 - product) % 10
    }

    /// ISO 7064 MOD 11-2 (pure): Chinese resident numbers, ORCID; the check is a digit or `X` for ten.
    static func mod11Radix2(_ text: IdentifierText, _ range: Range<Int>? = nil) -> Bool {
        let range = range ?? 0..<text.count
        guard let last = range.last else { return false }
        var product = 0
        for index in range.dropLast() {
            let digit = text.digit(index)
            guard digit >= 0 else { return false }
            product = (product + digit) * 2 % 11
        }
        let check = text[last] == UInt8(ascii: "X") ? 10 : text.digit(last)
        return check >= 0 && (product + check) % 11 == 1
    }

    /// What a decimal number of any length leaves when divided; letters count as two digits from A = 10 on (ISO 7064 MOD 97-10).
    /// −1 where there is neither letter nor digit.
    static func remainder(_ text: IdentifierText, _ range: Range<Int>? = nil, by divisor: Int) -> Int {
        var remainder = 0
        for index in range ?? 0..<text.count {
            let value = text.value(index)
            guard value >= 0 else { return -1 }
            remainder = (remainder * (value > 9 ? 100 : 10) + value) % divisor
        }
        return remainder
    }

    /// The sum of the products of digits and weights from an index on; −1 where a digit is missing.
    static func weightedSum(_ text: IdentifierText, _ weights: [Int], from start: Int = 0) -> Int {
        var sum = 0
        var index = start
        for weight in weights {
            let digit = text.digit(index)
            guard digit >= 0 else { return -1 }
            sum += digit * weight
            index += 1
        }
        return sum
    }

    /// Whether a day exists in the calendar; without a century 29 February counts where either century has it.
    static func isDate(year: Int, month: Int, day: Int) -> Bool {
        guard month >= 1 && month <= 12 && day >= 1 else { return false }
        switch month {
        case 4, 6, 9, 11: return day <= 30
        case 2:
            let isLeap = year % 4 == 0 && (year < 100 || year % 100 != 0 || year % 400 == 0)
            return day <= (isLeap ? 29 : 28)
        default: return day <= 31
        }
    }

    /// The products in the dihedral group of order ten, row by row: 0…4 are rotations, 5…9 reflections.
    private static let dihedral: StaticString = """
        0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210
        """

    /// Verhoeff's permutation, applied not at all to seven times, row by row.
    private static let permutations: StaticString = """
        01234567891576283094580379614289160435279453126870428657390127938064157046913258
        """

    /// A digit of one of the tables.
    @inline(__always)
    private static func digit(of table: StaticString, _ row: Int, _ column: Int) -> Int {
        Int(table.utf8Start[row &* 10 &+ column] &- UInt8(ascii: "0"))
    }
}
