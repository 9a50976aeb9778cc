/// Stand-ins of addresses in networks: all from ranges kept for documentation, so that none leads anywhere.
enum NetworkStandIn {
    /// `maria.keller47@example.com` (RFC 2606 §3).
    static func email(_ source: StandIn.Source) -> [UInt8]? {
        var sequence = source.sequence()
        let given = sequence.element(of: NameLists.given)
        let family = sequence.element(of: NameLists.family)
        return Array("\(given.lowercased()).\(family.lowercased())\(sequence.next(in: 10...999))@example.com".utf8)
    }

    /// RFC 5737 and RFC 3849. What follows the address (`/24`, `%eth0`) stays.
    static func address(_ source: StandIn.Source) -> [UInt8]? {
        let end = source.value.firstIndex { "/%".utf8.contains($0) } ?? source.value.count
        let address = source.value[..<end]
        var sequence = source.sequence()
        let text: String
        if address.contains(UInt8(ascii: ":")) {
            let isSmall = !address.contains { (0x41...0x46).contains($0) }
            var groups = ["2001", "db8"]
            let isShort = address.count < 20
            for _ in 0..<(isShort ? 2 : 6) { groups.append(String(sequence.next(in: 1...0xFFFF), radix: 16)) }
            if isShort { groups.insert("", at: 3) }
            let lower = groups.joined(separator: ":")
            text = isSmall ? lower : lower.uppercased()
        } else {
            guard address.allSatisfy({ Mask.isDigit($0) || $0 == UInt8(ascii: ".") }) else { return nil }
            let net = sequence.element(of: ["192.0.2", "198.51.100", "203.0.113"])
            text = "\(net).\(sequence.next(in: 1...254))"
        }
        return Array(text.utf8) + source.value[end...]
    }

    /// `00-00-5E-00-53-xx` (RFC 7042 §2.1.2), written with the value's separators and case.
    static func hardwareAddress(_ source: StandIn.Source) -> [UInt8]? {
        let places = source.value.indices.filter { Mask.isAlphanumeric(source.value[$0]) }
        guard places.count == 12 else { return nil }
        var sequence = source.sequence()
        let small = source.value.contains { $0 >= 0x61 }
        var hexadecimal = String(sequence.next(below: 256) + 0x00_5E00_5300, radix: 16)
        hexadecimal = String(repeating: "0", count: 12 - hexadecimal.utf8.count) + hexadecimal
        var result = source.value
        for (place, digit) in zip(places, (small ? hexadecimal : hexadecimal.uppercased()).utf8) {
            result[place] = digit
        }
        return result
    }

    /// A page at example.com; scheme as it was.
    static func url(_ source: StandIn.Source) -> [UInt8]? {
        guard let colon = source.value.firstIndex(of: UInt8(ascii: ":")),
            source.value[colon...].starts(with: "://".utf8)
        else { return nil }
        var sequence = source.sequence()
        let page = String(sequence.next(below: 1 << 32) + 1 << 32, radix: 36)
        return source.value[..<colon] + Array("://example.com/\(page)".utf8)
    }
}
