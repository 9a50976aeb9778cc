import Testing

@testable import Identity

struct AddressRangeTests {
    @Test(arguments: [
        (
            "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
            ["11.0.0.0", "9.255.255.255", "::a01:203", "2001:db8::1"]
        ),
        ("192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207"], ["192.0.2.6", "192.0.2.8"]),
        ("192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]),
        ("0.0.0.0/0", ["1.2.3.4", "255.255.255.255"], ["::1", "2001:db8::1"]),
        ("::/0", ["::1", "2001:db8::1"], ["1.2.3.4", "::ffff:1.2.3.4"]),
        (
            "2001:db8::/32", ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
            ["2001:db9::", "2001:db7:ffff::"]
        ),
        ("2001:db8::1", ["2001:db8::1", "2001:0db8:0:0:0:0:0:1"], ["2001:db8::2", "2001:db8:1::1"]),
        ("2001:db8:0:0:8000::/65", ["2001:db8::8000:0:0:0"], ["2001:db8::7fff:0:0:0"]),
        ("::ffff:10.0.0.0/104", ["10.1.2.3"], ["11.1.2.3"]),
        ("::1/128", ["::1"], ["::2", "127.0.0.1"]),
    ])
    func `an address is in a range or not`(text: String, inside: [String], outside: [String]) throws {
        let range = try #require(AddressRange(text))
        for address in inside { #expect(range.contains(address), "\(address)") }
        for address in outside { #expect(!range.contains(address), "\(address)") }
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.1.2.3/8", "10.0.0/8", "10.0.0.0.0",
        "256.0.0.1",
        "010.0.0.1", "1.2.3.4/8/8", "2001:db8::1/32", "2001:db8::/129", ":::", "1::2::3", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "12345::",
        "g::", "::1%eth0", "[::1]", "::ffff:0:0/95", "localhost", "1:2:3:4:5:6:7:8::", "+1::", "::1.2.3", "1.2.3.4::",
        "10.0.0.0/8 ",
        " ::1", ":1", "1:",
    ])
    func `what is no range is refused`(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(arguments: ["", "unknown", "10.0.0", "10.0.0.1:443", "[::1]", "fe80::1%eth0"])
    func `what is no address is in no range`(address: String) throws {
        for text in ["0.0.0.0/0", "::/0"] { #expect(!(try #require(AddressRange(text))).contains(address)) }
    }
}
