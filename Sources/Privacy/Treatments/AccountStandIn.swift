/// Stand-ins of cards, accounts and banks.
enum AccountStandIn {
    /// The first six to eight digits name the issuer (ISO/IEC 7812-1): 9 leaves them to a country's own schemes, the three digits after
    /// it being the country's ISO 3166 number, and 999 is kept free for users. The digits between are permuted, the last one makes the
    /// Luhn sum.
    static func card(_ source: StandIn.Source) -> [UInt8]? {
        let digits = source.digits
        guard (12...19).contains(digits.count), !source.hasLetters else { return nil }
        var card: [UInt8] = [9, 9, 9, 9]
        // All that tells two cards apart and is not kept goes into the permutation, or into how it permutes.
        card += source.permuted([UInt8](digits[4..<(digits.count - 1)]), context: [UInt8](digits[..<4]))
        card.append(luhn(card))
        return source.filled(card)
    }

    /// The digit that makes the Luhn sum of all digits divisible by ten (ISO/IEC 7812-1, annex B).
    static func luhn(_ digits: [UInt8]) -> UInt8 {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let value = Int(digit) * (index % 2 == 0 ? 2 : 1)
            sum += value > 9 ? value - 9 : value
        }
        return UInt8((10 - sum % 10) % 10)
    }

    /// Country and length stay, bank and account are permuted, and the check digits fit (ISO 13616).
    static func iban(_ source: StandIn.Source) -> [UInt8]? {
        let places = source.value.indices.filter { Mask.isAlphanumeric(source.value[$0]) }
        guard (15...34).contains(places.count), places.prefix(2).allSatisfy({ Mask.isLetter(source.value[$0]) }),
            places[2..<4].allSatisfy({ Mask.isDigit(source.value[$0]) })
        else { return nil }
        var result = source.value
        let account = places[4...]
        let numbers = account.filter { Mask.isDigit(source.value[$0]) }
        let permuted = source.permuted(
            numbers.map { source.value[$0] - 0x30 },
            context: account.compactMap { Mask.isLetter(source.value[$0]) ? source.value[$0] & 0xDF : nil })
        for (place, digit) in zip(numbers, permuted) { result[place] = digit + 0x30 }
        var sequence = source.sequence()
        for place in account where Mask.isLetter(source.value[place]) {
            result[place] = sequence.letter() | (source.value[place] & 0x20)
        }
        var remainder = 0
        for place in account + places[..<2] {
            let byte = result[place]
            remainder =
                Mask.isDigit(byte)
                ? (remainder * 10 + Int(byte) - 0x30) % 97 : (remainder * 100 + Int(byte & 0xDF) - 55) % 97
        }
        let check = 98 - remainder * 100 % 97
        result[places[2]] = 0x30 + UInt8(check / 10)
        result[places[3]] = 0x30 + UInt8(check % 10)
        return result
    }

    /// Four letters of a bank, the country as it was, and a place that ends with `0`: a code for test and training (ISO 9362).
    static func bic(_ source: StandIn.Source) -> [UInt8]? {
        let value = source.value
        guard value.count == 8 || value.count == 11, value.allSatisfy(Mask.isAlphanumeric) else { return nil }
        var sequence = source.sequence()
        var result = value
        for place in [0, 1, 2, 3, 6] { result[place] = sequence.letter() | (value[place] & 0x20) }
        result[7] = UInt8(ascii: "0")
        for place in 8..<max(8, value.count) { result[place] = UInt8(ascii: "X") | (value[place] & 0x20) }
        // A digit has the bit that makes letters small.
        return value.contains { $0 >= 0x61 } ? result : result.map { Mask.isLetter($0) ? $0 & 0xDF : $0 }
    }
}
