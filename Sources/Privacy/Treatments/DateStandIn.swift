/// Stand-ins of dates and ages: what follows from them for a reader, a person's stage of life for instance, stays true.
enum DateStandIn {
    /// Another day of the same year. Day and month are at most 12 where it is not plain which of them is which.
    static func date(_ source: StandIn.Source) -> [UInt8]? {
        let groups = Mask.digitGroups(source.value)
        var sequence = source.sequence()
        if let month = month(in: source.value) { return named(source, groups, month, &sequence) }
        guard !source.hasLetters || groups.count > 2, let first = groups.first else { return nil }
        if groups.count == 1 { return compact(source, &sequence) }
        guard groups.count >= 3 else { return nil }
        var result = source.value
        // Year first, or last.
        let parts = first.count == 4 ? [groups[1], groups[2]] : [groups[0], groups[1]]
        let numbers = parts.map { part in source.value[part].reduce(0) { $0 * 10 + Int($1) - 0x30 } }
        guard parts.allSatisfy({ $0.count <= 2 }), numbers.allSatisfy({ (1...31).contains($0) }) else { return nil }
        for (part, number) in zip(parts, numbers) {
            write(
                sequence.next(in: range(part.count, to: number > 12 ? 28 : 12, atLeast: number > 12 ? 13 : 1)), part,
                &result)
        }
        return result
    }

    /// What a day or month may become that is written with so many digits.
    private static func range(_ digits: Int, to most: Int, atLeast least: Int) -> ClosedRange<Int> {
        digits == 1 ? 1...9 : least...most
    }

    /// `19800517`, or `17051980`.
    private static func compact(_ source: StandIn.Source, _ sequence: inout KeyedSequence) -> [UInt8]? {
        guard source.value.count == 8, source.value.allSatisfy(Mask.isDigit) else { return nil }
        var result = source.value
        let isYearFirst = source.value.starts(with: "19".utf8) || source.value.starts(with: "20".utf8)
        write(sequence.next(in: 1...12), isYearFirst ? 4..<6 : 2..<4, &result)
        write(sequence.next(in: 1...28), isYearFirst ? 6..<8 : 0..<2, &result)
        return result
    }

    /// `17 May 1980`, `May 17th, 1980`.
    private static func named(
        _ source: StandIn.Source, _ groups: [Range<Int>], _ month: Range<Int>, _ sequence: inout KeyedSequence
    ) -> [UInt8]? {
        guard let day = groups.first(where: { $0.count <= 2 }), groups.contains(where: { $0.count == 4 }) else {
            return nil
        }
        var result = source.value
        // No number that the ordinal's ending would not fit: 4th to 9th, 14th to 19th, 24th to 28th.
        let isOrdinal = day.upperBound < result.count && Mask.isLetter(result[day.upperBound])
        let tens = isOrdinal || day.count == 1 ? (day.count == 1 ? [0] : [1, 2]) : [1, 2]
        let units = isOrdinal ? 4...8 : day.count == 1 ? 1...9 : 0...8
        write(sequence.element(of: tens) * 10 + sequence.next(in: units), day, &result)
        if isOrdinal, day.upperBound + 2 <= result.count {
            let ending: [UInt8] = result[day.upperBound] < 0x61 ? [0x54, 0x48] : [0x74, 0x68]
            result.replaceSubrange(day.upperBound..<(day.upperBound + 2), with: ending)
        }
        let isAbbreviated = month.count == 3
        var name = [UInt8](sequence.element(of: months).utf8.prefix(isAbbreviated ? 3 : 9))
        let word = source.value[month]
        if word.allSatisfy({ $0 < 0x61 }) { name = name.map { $0 & 0xDF } }
        if word.allSatisfy({ $0 >= 0x61 }) { name = name.map { $0 | 0x20 } }
        result.replaceSubrange(month, with: name)
        return result
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// Where an English month stands, whole or by its first three letters.
    private static func month(in value: [UInt8]) -> Range<Int>? {
        var index = 0
        while index < value.count {
            let start = index
            while index < value.count, Mask.isLetter(value[index]) { index += 1 }
            let word = value[start..<index].map { $0 | 0x20 }
            if word.count >= 3,
                months.contains(where: { month in
                    let name = month.lowercased().utf8
                    return name.elementsEqual(word) || word.count == 3 && name.starts(with: word)
                })
            {
                return start..<index
            }
            if index == start { index += 1 }
        }
        return nil
    }

    /// Another age of the same stage: child, youth, and decades from then on.
    static func age(_ source: StandIn.Source) -> [UInt8]? {
        let groups = Mask.digitGroups(source.value)
        guard groups.count == 1, let group = groups.first, group.count <= 2 else { return nil }
        let age = source.value[group].reduce(0) { $0 * 10 + Int($1) - 0x30 }
        let stages = [0...2, 3...9, 10...12, 13...17, 18...24, 25...29]
        let stage = stages.first { $0.contains(age) } ?? (age / 10 * 10)...min(age / 10 * 10 + 9, 99)
        var sequence = source.sequence()
        let digits = String(sequence.next(in: stage)).utf8
        return Array(source.value[..<group.lowerBound]) + digits + source.value[group.upperBound...]
    }

    private static func write(_ number: Int, _ place: Range<Int>, _ result: inout [UInt8]) {
        var rest = number
        for index in place.reversed() {
            result[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }
}
