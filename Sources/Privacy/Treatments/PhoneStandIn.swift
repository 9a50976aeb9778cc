/// Stand-ins of telephone numbers: country and grouping as written, the number from the country's range for fiction if it has one.
enum PhoneStandIn {
    static func text(for source: StandIn.Source) -> [UInt8]? {
        let value = source.value
        // `+44 20 7946 0958 ext. 12`: what follows a letter is an extension.
        let firstDigit = value.firstIndex(where: Mask.isDigit) ?? value.count
        let end = value[firstDigit...].firstIndex(where: Mask.isLetter) ?? value.count
        let digits = value[..<end].compactMap { Mask.isDigit($0) ? $0 - 0x30 : nil }
        guard (7...18).contains(digits.count), !value[..<firstDigit].contains(where: Mask.isLetter) else { return nil }
        var number = number(digits, isInternational: value.contains(UInt8(ascii: "+")), source)
        let extension_ = value[end...].compactMap { Mask.isDigit($0) ? $0 - 0x30 : nil }
        number += source.permuted(extension_, context: digits)
        return source.filled(number)
    }

    private static func number(
        _ digits: [UInt8], isInternational: Bool, _ source: StandIn.Source
    ) -> [UInt8] {
        if isInternational { return international(digits, source) }
        if digits.starts(with: [0, 0]), digits.count > 9 {
            return [0, 0] + international([UInt8](digits[2...]), source)
        }
        switch digits.count {
        case 10 where digits[0] >= 2 && digits[3] >= 2: return northAmerican(source)
        case 11 where digits[0] == 1: return [1] + northAmerican(source)
        case 7: return [UInt8](northAmerican(source)[3...])
        default: return permuted(digits, keeping: digits[0] == 0 ? 2 : 1, source)
        }
    }

    private static func international(_ digits: [UInt8], _ source: StandIn.Source) -> [UInt8] {
        let length = FictionalNumbers.codeLength(digits)
        let code = [UInt8](digits[..<length])
        var national = [UInt8](digits[length...])
        var trunk: [UInt8] = []
        // `+44 (0)20 …`
        if national.first == 0, code != [3, 9] {
            trunk = [0]
            national.removeFirst()
        }
        let country = code.reduce(0) { $0 * 10 + Int($1) }
        if country == 1, national.count == 10 { return code + trunk + northAmerican(source) }
        let runs = FictionalNumbers.runs(
            country: country, length: national.count,
            isMobile: FictionalNumbers.isMobile(country: country, national: national))
        guard !runs.isEmpty else { return code + trunk + permuted(national, keeping: 2, source) }
        var sequence = source.sequence()
        let run = sequence.element(of: runs)
        return code + trunk + run.prefix.utf8.map { $0 - 0x30 }
            + (0..<run.digits).map { _ in UInt8(sequence.next(below: 10)) }
    }

    /// Ten digits of which nobody has a line.
    private static func northAmerican(_ source: StandIn.Source) -> [UInt8] {
        var sequence = source.sequence()
        let area = sequence.element(of: FictionalNumbers.areas)
        return area.utf8.map { $0 - 0x30 } + [
            5, 5, 5, 0, 1, UInt8(sequence.next(below: 10)), UInt8(sequence.next(below: 10)),
        ]
    }

    /// The kind of line stays, which the first digits say; at least four others change.
    private static func permuted(_ digits: [UInt8], keeping kept: Int, _ source: StandIn.Source) -> [UInt8] {
        let kept = max(0, min(kept, digits.count - 4))
        return digits[..<kept] + source.permuted([UInt8](digits[kept...]), context: [UInt8](digits[..<kept]))
    }
}
