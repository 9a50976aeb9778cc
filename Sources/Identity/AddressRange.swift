/// An IP address, version 4 or 6, without port, brackets or zone.
struct NetworkAddress: Hashable, Sendable {
    /// Version 4 stands here as it does within version 6 (RFC 4291 §2.5.5.2): 96 bits of `::ffff:` before it.
    let high: UInt64
    let low: UInt64

    /// Whether it is a version 4 address, be it written as one of version 6.
    var isVersion4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Reads `192.0.2.1`, `2001:db8::1` or `::ffff:192.0.2.1`; `nil` for anything else.
    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        if let four = Self.version4(bytes[...]) {
            (high, low) = (0, 0xFFFF << 32 | UInt64(four))
            return
        }
        guard let groups = Self.version6(bytes) else { return nil }
        high = groups[..<4].reduce(0) { $0 << 16 | UInt64($1) }
        low = groups[4...].reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// Four numbers up to 255, without leading zeros, which some read as octal.
    private static func version4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let number = AddressRange.number(part, most: 255) else { return nil }
            address = address << 8 | UInt32(number)
        }
        return address
    }

    /// Eight groups of up to four hexadecimal digits, some of which `::` stands for (RFC 4291 §2.2).
    private static func version6(_ bytes: [UInt8]) -> [UInt16]? {
        guard bytes.count <= 45 else { return nil }
        let colon = UInt8(ascii: ":")
        guard let gap = bytes.indices.dropLast().first(where: { bytes[$0] == colon && bytes[$0 + 1] == colon }) else {
            guard let groups = groups(bytes[...], last: true), groups.count == 8 else { return nil }
            return groups
        }
        guard let before = groups(bytes[..<gap], last: false), let after = groups(bytes[(gap + 2)...], last: true),
            before.count + after.count <= 7
        else { return nil }
        return before + Array(repeating: 0, count: 8 - before.count - after.count) + after
    }

    private static func groups(_ bytes: ArraySlice<UInt8>, last: Bool) -> [UInt16]? {
        guard !bytes.isEmpty else { return [] }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if last, index == parts.count - 1, let four = version4(part) {
                groups += [UInt16(truncatingIfNeeded: four >> 16), UInt16(truncatingIfNeeded: four)]
            } else {
                guard (1...4).contains(part.count), let text = String(validating: part, as: UTF8.self),
                    part.first != UInt8(ascii: "+"), let group = UInt16(text, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups.count <= 8 ? groups : nil
    }
}

/// A range of IP addresses in CIDR notation (RFC 4632, RFC 4291 §2.3), such as `10.0.0.0/8` or `2001:db8::/32`; a single address is a
/// range too. Addresses of version 4 are in ranges of version 4 only, however they are written.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    private let network: NetworkAddress
    private let prefix: Int

    /// Reads a range; `nil` where it is none, or where bits are set behind its prefix: `10.1.2.3/8` is somebody's mistake.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let network = NetworkAddress(first) else { return nil }
        // How it is written says how the prefix counts.
        let offset = first.utf8.contains(UInt8(ascii: ":")) ? 0 : 96
        var prefix = 128
        if parts.count == 2 {
            guard let bits = Self.number(ArraySlice(parts[1].utf8), most: 128 - offset) else { return nil }
            prefix = bits + offset
        }
        // Half of the range of version 4 written as version 6 is not version 4 any more.
        guard !network.isVersion4 || prefix >= 96 else { return nil }
        guard Self.masked(network, prefix) == (network.high, network.low) else { return nil }
        description = text
        self.network = network
        self.prefix = prefix
    }

    /// Whether an address, as text, is in it; false for what is no address.
    public func contains(_ address: String) -> Bool {
        guard let address = NetworkAddress(address) else { return false }
        return contains(address)
    }

    func contains(_ address: NetworkAddress) -> Bool {
        address.isVersion4 == network.isVersion4
            && Self.masked(address, prefix) == (network.high, network.low)
    }

    private static func masked(_ address: NetworkAddress, _ prefix: Int) -> (UInt64, UInt64) {
        let high = prefix >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(prefix))
        let low = prefix <= 64 ? 0 : ~(prefix >= 128 ? 0 : UInt64.max >> UInt64(prefix - 64))
        return (address.high & high, address.low & low)
    }

    /// A decimal number without leading zeros.
    static func number(_ digits: ArraySlice<UInt8>, most: Int) -> Int? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != 0x30 else { return nil }
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit) - 0x30
        }
        return value <= most ? value : nil
    }
}
