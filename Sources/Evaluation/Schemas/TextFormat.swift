/// The formats of texts that OpenAI's structured outputs know.
enum TextFormat: String, Sendable, CaseIterable {
    /// RFC 3339 §5.6 `date-time`.
    case dateTime = "date-time"
    /// RFC 3339 §5.6 `full-time`.
    case time
    /// RFC 3339 §5.6 `full-date`.
    case date
    /// ISO 8601's durations, as RFC 3339's appendix A has them.
    case duration
    /// A mailbox of RFC 5321 §4.1.2 without quotes.
    case email
    /// RFC 1123 §2.1.
    case hostname
    /// RFC 2673 §3.2.
    case ipv4
    /// RFC 4291 §2.2.
    case ipv6
    /// RFC 4122 §3.
    case uuid

    func accepts(_ text: String) -> Bool {
        guard text.utf8.count <= 1024 else { return false }
        switch self {
        case .dateTime:
            guard let separator = text.firstIndex(where: { $0 == "T" || $0 == "t" }) else { return false }
            return Self.isDate(text[..<separator]) && Self.isTime(text[text.index(after: separator)...])
        case .time: return Self.isTime(text[...])
        case .date: return Self.isDate(text[...])
        case .duration: return Self.durationPattern?.matches(text) == true && text != "P" && !text.hasSuffix("T")
        case .email: return Self.isEmail(text)
        case .hostname: return Self.isHostname(text[...])
        case .ipv4: return Self.isIPv4(text[...])
        case .ipv6: return Self.isIPv6(text)
        case .uuid: return Self.uuidPattern?.matches(text) == true
        }
    }

    private static let durationPattern = try? Pattern(
        #"\AP(?:[0-9]+W|(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?)\z"#)
    private static let uuidPattern = try? Pattern(#"\A[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\z"#)

    private static func number(_ text: Substring, _ digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func isDate(_ text: Substring) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2),
            let day = number(parts[2], 2), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    private static func isTime(_ text: Substring) -> Bool {
        guard text.utf8.count >= 9 else { return false }
        let clock = text.prefix(8).split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], 2), let minute = number(clock[1], 2),
            let second = number(clock[2], 2), hour < 24, minute < 60, second <= 60
        else { return false }
        var rest = text.dropFirst(8)
        if rest.first == "." {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(1 + digits.count)
        }
        if rest == "Z" || rest == "z" { return second < 60 || (hour, minute) == (23, 59) }
        guard let sign = rest.first, sign == "+" || sign == "-" else { return false }
        let zone = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard zone.count == 2, let hours = number(zone[0], 2), let minutes = number(zone[1], 2) else { return false }
        return hours < 24 && minutes < 60
    }

    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count) else { return false }
        let isLocal = parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !Array("()<>[]:;@\\,\"".utf8).contains($0) }
        }
        return isLocal && isHostname(parts[1])
    }

    private static func isHostname(_ text: Substring) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy {
                    switch $0 {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: true
                    default: false
                    }
                }
        }
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.utf8.count), let value = number(part, part.utf8.count) else { return false }
                return value < 256 && (part == "0" || part.first != "0")
            }
    }

    private static func isIPv6(_ text: String) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        var groups = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (place, part) in parts.enumerated() {
                let isLast = index == halves.count - 1 && place == parts.count - 1
                if isLast, part.contains(".") {
                    guard isIPv4(part) else { return false }
                    groups += 2
                } else {
                    guard (1...4).contains(part.utf8.count),
                        part.utf8.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit })
                    else { return false }
                    groups += 1
                }
            }
        }
        return halves.count == 2 ? groups <= 7 : groups == 8
    }
}
