private import Glibc

/// How far an IP address reaches. A `plaintext` endpoint may only be spoken to at a loopback or private one.
package enum AddressScope: Equatable {
    /// 127.0.0.0/8 and ::1.
    case loopback
    /// RFC 1918's three ranges, and fc00::/7 (RFC 4193).
    case `private`
    /// Everything else: also link-local ones (169.254.169.254 is where clouds keep their metadata) and 100.64.0.0/10.
    case `public`

    /// Whether unencrypted traffic to such an address is tolerable.
    package var allowsPlaintext: Bool { self != .public }

    /// The scope of an IPv4 address in host byte order.
    init(v4 address: UInt32) {
        switch (address >> 24, address >> 16) {
        case (127, _): self = .loopback
        case (10, _), (_, 0xC0A8): self = .private
        case (_, let high) where high >> 4 == 0xAC1: self = .private
        default: self = .public
        }
    }

    /// The scope of an IPv6 address of 16 bytes; one that embeds an IPv4 address (::ffff:0:0/96) has that one's scope.
    init(v6 bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == 16, "an IPv6 address has 16 bytes, not \(bytes.count)")
        let zeros = bytes.prefix(while: { $0 == 0 }).count
        if zeros == 15, bytes[15] == 1 {
            self = .loopback
        } else if zeros == 10, bytes[10] == 0xFF, bytes[11] == 0xFF {
            self.init(v4: bytes[12...].reduce(0) { $0 << 8 | UInt32($1) })
        } else {
            self = bytes[0] & 0xFE == 0xFC ? .private : .public
        }
    }

    /// The scope of an address written as text, such as `10.0.0.1` or `::1` (no brackets, no zone); `nil` for anything else.
    package init?(literal text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self = withUnsafeBytes(of: &v6) { AddressScope(v6: $0) }
        } else {
            return nil
        }
    }

    /// The scope of a socket address as the system's calls take it; `nil` for a family other than IPv4 and IPv6.
    package init?(family: Int32, address: UnsafeRawPointer, count: Int) {
        switch family {
        case AF_INET where count >= MemoryLayout<sockaddr_in>.size:
            let address = address.loadUnaligned(as: sockaddr_in.self)
            self.init(v4: UInt32(bigEndian: address.sin_addr.s_addr))
        case AF_INET6 where count >= MemoryLayout<sockaddr_in6>.size:
            var address = address.loadUnaligned(as: sockaddr_in6.self)
            self = withUnsafeBytes(of: &address.sin6_addr) { AddressScope(v6: $0) }
        default: return nil
        }
    }
}
