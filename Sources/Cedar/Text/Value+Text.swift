extension Value: CustomStringConvertible {
    /// As a policy writes it: an expression that evaluates to the value.
    public var description: String {
        switch self {
        case .bool(let value): return value ? "true" : "false"
        case .long(let value): return String(value)
        case .string(let text): return CedarString.quoted(text)
        case .entity(let uid): return uid.description
        case .set(let set): return "[" + set.elements.map(\.description).joined(separator: ", ") + "]"
        case .record(let record): return record.description
        case .decimal(let value): return "decimal(\"\(value)\")"
        case .ipAddress(let value): return "ip(\"\(value)\")"
        case .duration(let value): return "duration(\"\(value)\")"
        case .dateTime(let value): return value.description
        }
    }
}

extension Record: CustomStringConvertible {
    /// As a policy writes it.
    public var description: String {
        let fields = fields.map { "\(Identifier.quotedIfNeeded($0.name)): \($0.value)" }
        return fields.isEmpty ? "{}" : "{ " + fields.joined(separator: ", ") + " }"
    }
}

extension Decimal: CustomStringConvertible {
    /// As `decimal("…")` takes it, with one to four decimal places.
    public var description: String {
        let magnitude = tenThousandths.magnitude
        var fraction = String(magnitude % 10_000)
        fraction = String(repeating: "0", count: 4 - fraction.count) + fraction
        while fraction.count > 1, fraction.last == "0" { fraction.removeLast() }
        return "\(tenThousandths < 0 ? "-" : "")\(magnitude / 10_000).\(fraction)"
    }
}

extension TimeSpan: CustomStringConvertible {
    /// As `duration("…")` takes it, in milliseconds.
    public var description: String { "\(milliseconds)ms" }
}

extension DateTime: CustomStringConvertible {
    /// As a policy writes it.
    public var description: String {
        guard let text else { return "datetime(\"1970-01-01\").offset(duration(\"\(milliseconds)ms\"))" }
        return "datetime(\"\(text)\")"
    }

    /// As `datetime("…")` takes it, in UTC; `nil` outside the years 0000 to 9999.
    public var text: String? {
        guard let date, (Self.earliest...Self.latest).contains(milliseconds) else { return nil }
        let (year, month, day) = Self.civil(days: date.milliseconds / 86_400_000)
        let time = time.milliseconds
        let clock = [time / 3_600_000, time / 60_000 % 60, time / 1000 % 60].map { Self.padded($0, 2) }
        let calendar = [Self.padded(year, 4), Self.padded(month, 2), Self.padded(day, 2)].joined(separator: "-")
        return "\(calendar)T\(clock.joined(separator: ":")).\(Self.padded(time % 1000, 3))Z"
    }

    /// 0000-01-01T00:00:00.000Z.
    private static let earliest: Int64 = -62_167_219_200_000
    /// 9999-12-31T23:59:59.999Z.
    private static let latest: Int64 = 253_402_300_799_999

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The date of so many days since 1970-01-01 (proleptic Gregorian calendar; years count from March).
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension IPAddress: CustomStringConvertible {
    /// As `ip("…")` takes it; the prefix stands where it is shorter than the address.
    public var description: String {
        let width: UInt8 = isIPv4 ? 32 : 128
        let address = isIPv4 ? Self.version4(low) : Self.version6(high, low)
        return prefix == width ? address : "\(address)/\(prefix)"
    }

    private static func version4(_ bits: UInt64) -> String {
        [24, 16, 8, 0].map { String(bits >> $0 & 0xFF) }.joined(separator: ".")
    }

    /// The longest row of zero groups becomes `::` (RFC 5952 §4.2).
    private static func version6(_ high: UInt64, _ low: UInt64) -> String {
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { half >> UInt64($0) & 0xFFFF } }
        var gap = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(gap.count, 1) { gap = start..<end }
            start = end + 1
        }
        func text(_ part: ArraySlice<UInt64>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !gap.isEmpty else { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }
}
