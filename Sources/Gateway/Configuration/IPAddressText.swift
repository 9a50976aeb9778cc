private import Glibc

/// IP addresses written as text.
enum IPAddressText {
    /// Whether it is an IPv4 or IPv6 address, without brackets or zone.
    static func isAddress(_ text: String) -> Bool {
        var v4 = in_addr()
        var v6 = in6_addr()
        return inet_pton(AF_INET, text, &v4) == 1 || inet_pton(AF_INET6, text, &v6) == 1
    }

    /// Whether only this machine can reach it: 127.0.0.0/8, `::1` and `localhost`.
    static func isLoopback(_ text: String) -> Bool {
        guard text != "localhost" else { return true }
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 { return UInt32(bigEndian: v4.s_addr) >> 24 == 127 }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return false }
        return withUnsafeBytes(of: &v6) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }
}
