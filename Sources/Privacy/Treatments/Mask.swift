/// The masked form of values: stars, and what custom leaves legible. The same for every tenant, and never turned back.
///
/// | classes | shown | example |
/// |---|---|---|
/// | cards, accounts, telephones and most numbers | the last four characters | `**** 4242` |
/// | e-mail addresses | the first letter and the domain | `a****@example.org` |
/// | persons | initials | `A**** L****` |
/// | dates | the year | `**/**/1980` |
/// | IP addresses | the first half of an IPv4 address, two groups of an IPv6 address | `192.0.*.*`, `2001:db8:****` |
/// | MAC addresses | the maker's half | `00:1b:44:**:**:**` |
/// | coordinates | whole degrees | `52.****, 13.****` |
/// | postcodes | the first half | `SW1A ***` |
/// | web addresses | scheme and host | `https://example.org/****` |
/// | all others: secrets, words of your own, streets, security codes | nothing | `****` |
///
/// Four stars whatever stands behind them, but where the shape is the point. A number of fewer than nine characters shows two, one of
/// fewer than six none.
enum Mask {
    static let stars = [UInt8](repeating: star, count: 4)
    static let star = UInt8(ascii: "*")

    static func text(of value: [UInt8], _ sensitiveClass: SensitiveClass) -> [UInt8] {
        let mask = form(of: value, sensitiveClass)
        // A value too short or too strange for its class's form is not shown at all.
        return mask.contains(star) ? mask : stars
    }

    private static func form(of value: [UInt8], _ sensitiveClass: SensitiveClass) -> [UInt8] {
        // A value that was found behind an encoding is not what it looks like: then nothing of it is shown.
        guard isPlain(value) || [.person, .email, .url].contains(sensitiveClass) else { return stars }
        switch sensitiveClass {
        case .email: return email(value)
        case .person: return initials(value)
        case .date, .dateOfBirth: return year(value)
        case .ipAddress: return network(value)
        case .macAddress: return starred(value, keepingFirst: 6)
        case .coordinates: return degrees(value)
        case .url: return host(value)
        case .postcode, .usZip, .ukPostcode, .caPostcode, .dePostcode:
            return starred(value, keepingFirst: (value.count(where: isAlphanumeric) + 1) / 2)
        case .secret, .custom, .cardSecurityCode, .cardExpiry, .age, .streetAddress, .place: return stars
        default: return last(value)
        }
    }

    // MARK: Forms

    private static func last(_ value: [UInt8]) -> [UInt8] {
        let characters = value.filter(isAlphanumeric)
        let shown = characters.count < 6 ? 0 : characters.count < 9 ? 2 : 4
        return shown == 0 ? stars : stars + [UInt8(ascii: " ")] + characters.suffix(shown)
    }

    private static func email(_ value: [UInt8]) -> [UInt8] {
        guard let at = value.lastIndex(of: UInt8(ascii: "@")), let first = value.first, isAlphanumeric(first),
            value[at...].allSatisfy({ isAlphanumeric($0) || $0 >= 0x80 || ".-@".utf8.contains($0) })
        else { return stars }
        return [first] + stars + value[at...]
    }

    private static func initials(_ value: [UInt8]) -> [UInt8] {
        let words = value.split(separator: UInt8(ascii: " "))
        let masked = words.map { word in
            word.first.map { isLetter($0) ? [$0] + stars : stars } ?? stars
        }
        return Array(masked.joined(separator: [UInt8(ascii: " ")]))
    }

    /// The one group of four digits, or nothing.
    private static func year(_ value: [UInt8]) -> [UInt8] {
        let groups = digitGroups(value)
        let years = groups.filter { $0.count == 4 }
        return starred(value, except: years.count == 1 ? years[0] : 0..<0)
    }

    private static func network(_ value: [UInt8]) -> [UInt8] {
        if let colon = value.firstIndex(of: UInt8(ascii: ":")) {
            guard let second = value[(colon + 1)...].firstIndex(of: UInt8(ascii: ":")) else { return stars }
            return value[...second] + stars
        }
        let parts = value.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return stars }
        return parts[0] + [UInt8(ascii: ".")] + parts[1] + Array(".*.*".utf8)
    }

    private static func degrees(_ value: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var isFraction = false
        for byte in value {
            if isDigit(byte), isFraction {
                if output.last != star { output += stars }
            } else {
                isFraction = byte == UInt8(ascii: ".")
                output.append(byte)
            }
        }
        return output.contains(star) ? output : stars
    }

    private static func host(_ value: [UInt8]) -> [UInt8] {
        guard let colon = value.firstIndex(of: UInt8(ascii: ":")), value[colon...].starts(with: "://".utf8) else {
            return stars
        }
        let authority = value[(colon + 3)...].prefix { !"/?#".utf8.contains($0) }
        let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[($0 + 1)...] } ?? authority
        return value[..<(colon + 3)] + host + Array("/****".utf8)
    }

    private static func starred(_ value: [UInt8], keepingFirst kept: Int) -> [UInt8] {
        var seen = 0
        return value.map { byte in
            guard isAlphanumeric(byte) else { return byte }
            seen += 1
            return seen > kept ? star : byte
        }
    }

    private static func starred(_ value: [UInt8], except kept: Range<Int>) -> [UInt8] {
        value.indices.map { kept.contains($0) || !isAlphanumeric(value[$0]) ? value[$0] : star }
    }

    // MARK: Bytes

    static func digitGroups(_ value: [UInt8]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var index = 0
        while index < value.count {
            let start = index
            while index < value.count, isDigit(value[index]) { index += 1 }
            if index > start { groups.append(start..<index) } else { index += 1 }
        }
        return groups
    }

    /// Whether letters and digits are ASCII, none of them escaped, and all else is ASCII or general punctuation (no-break spaces, dashes,
    /// primes and degree signs: U+00A0, U+00B0, U+2000…U+206F, U+2212).
    static func isPlain(_ value: [UInt8]) -> Bool {
        var index = 0
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: "\\"), UInt8(ascii: "&"): return false
            case UInt8(ascii: "%") where index + 1 < value.count && isDigit(value[index + 1]): return false
            case 0..<0x80: index += 1
            case 0xC2 where index + 1 < value.count && (value[index + 1] == 0xA0 || value[index + 1] == 0xB0):
                index += 2
            case 0xE2 where index + 2 < value.count:
                let next = value[index + 1]
                guard next == 0x80 || next == 0x81 || next == 0x88 && value[index + 2] == 0x92 else { return false }
                index += 3
            default: return false
            }
        }
        return true
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A && byte < 0x80 }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }
}
