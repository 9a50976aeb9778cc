internal import Cedar

/// Values as policies would write them.
struct ValueText {
    /// The text of the one address that there is.
    let clientAddress: String?

    func text(_ value: Value) -> String {
        switch value {
        case .bool(let value): "\(value)"
        case .long(let value): "\(value)"
        case .string(let text): Self.quoted(text)
        case .entity(let uid): uid.description
        case .set(let set): "[\(set.elements.map(text).sorted().joined(separator: ", "))]"
        case .record(let record): "{\(record.fields.map { "\($0.name): \(text($0.value))" }.joined(separator: ", "))}"
        case .dateTime(let moment): "datetime(\"\(Self.moment(moment.milliseconds / 1000))\")"
        case .duration(let span): "duration(\"\(span.milliseconds)ms\")"
        case .ipAddress: "ip(\"\(clientAddress ?? "")\")"
        // No decimal is among the values that the gateway supplies.
        case .decimal: "decimal(…)"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// RFC 3339 in UTC, of seconds since 1970; days are counted in eras of 400 years that begin in March.
    private static func moment(_ seconds: Int64) -> String {
        let second = ((seconds % 86_400) + 86_400) % 86_400
        let days = (seconds - second) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let digits = String(year)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "\(padded)-\(two(month < 10 ? month + 3 : month - 9))-\(two(day))"
            + "T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }
}
