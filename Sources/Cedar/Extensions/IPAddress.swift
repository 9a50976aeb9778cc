/// An IP address or a range of them in CIDR form (Cedar's `ipaddr`).
public struct IPAddress: Sendable, Hashable {
    /// The upper 64 bits of a version 6 address; zero for version 4.
    let high: UInt64
    /// The lower 64 bits, or the 32 bits of a version 4 address.
    let low: UInt64
    /// Bits of the network part.
    let prefix: UInt8
    /// Whether it is version 4.
    public let isIPv4: Bool

    /// Parses `10.1.2.3`, `10.0.0.0/8`, `::1` or `fe80::/10`; `nil` for anything else.
    ///
    /// Version 4 in version 6 (`::ffff:1.2.3.4`), zones, leading zeros of decimal parts and ports are refused.
    public init?(parsing text: String) {
        // The longest text that can be meant: eight groups of four, seven colons, a slash and three digits.
        guard text.utf8.count <= 43 else { return nil }
        let bytes = Array(text.utf8)
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
        let address = bytes[..<(slash ?? bytes.count)]
        let width: Int
        if let value = Self.version4(address) {
            (high, low, isIPv4, width) = (0, value, true, 32)
        } else if let value = Self.version6(address) {
            (high, low, isIPv4, width) = (value.high, value.low, false, 128)
        } else {
            return nil
        }
        guard let slash else {
            prefix = UInt8(width)
            return
        }
        guard let value = Self.decimal(bytes[(slash + 1)...], maximum: width) else { return nil }
        prefix = UInt8(value)
    }

    /// Whether every address of it loops back (`127.0.0.0/8`, `::1`).
    public var isLoopback: Bool { isIPv4 ? low >> 24 == 127 && prefix >= 8 : high == 0 && low == 1 && prefix == 128 }

    /// Whether every address of it is a multicast address (`224.0.0.0/4`, `ff00::/8`).
    public var isMulticast: Bool { isIPv4 ? low >> 28 == 14 && prefix >= 4 : high >> 56 == 0xFF && prefix >= 8 }

    /// Whether every address of it is in the other range; false between versions.
    public func isInRange(_ other: IPAddress) -> Bool {
        guard isIPv4 == other.isIPv4, prefix >= other.prefix else { return false }
        if isIPv4 {
            let mask = ~UInt64(0) << (32 - UInt64(other.prefix))
            return low & mask == other.low & mask
        }
        let highMask = other.prefix >= 64 ? ~0 : ~(~UInt64(0) >> UInt64(other.prefix))
        let lowMask = other.prefix <= 64 ? 0 : ~UInt64(0) << UInt64(128 - Int(other.prefix))
        return high & highMask == other.high & highMask && low & lowMask == other.low & lowMask
    }

    private static func version4(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        var rest = bytes
        var value: UInt64 = 0
        for part in 0..<4 {
            if part > 0 {
                guard rest.first == UInt8(ascii: ".") else { return nil }
                rest = rest.dropFirst()
            }
            let digits = rest.prefix { $0 != UInt8(ascii: ".") }
            guard let octet = decimal(digits, maximum: 255) else { return nil }
            value = value << 8 | UInt64(octet)
            rest = rest[digits.endIndex...]
        }
        return rest.isEmpty ? value : nil
    }

    private static func version6(_ bytes: ArraySlice<UInt8>) -> (high: UInt64, low: UInt64)? {
        var groups: [UInt64] = []
        var gap: Int?
        var rest = bytes
        let colon = UInt8(ascii: ":")
        if rest.starts(with: [colon, colon]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != colon }
            guard (1...4).contains(digits.count), groups.count < 8 else { return nil }
            var group: UInt64 = 0
            for digit in digits {
                guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
                group = group << 4 | UInt64(nibble)
            }
            groups.append(group)
            rest = rest.dropFirst(digits.count)
            if rest.starts(with: [colon, colon]) {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst(2)
            } else if !rest.isEmpty {
                rest = rest.dropFirst()
                guard !rest.isEmpty else { return nil }
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return (groups[..<4].reduce(0) { $0 << 16 | $1 }, groups[4...].reduce(0) { $0 << 16 | $1 })
    }

    /// A decimal number without sign and leading zeros.
    private static func decimal(_ digits: ArraySlice<UInt8>, maximum: Int) -> Int? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value <= maximum ? value : nil
    }
}
