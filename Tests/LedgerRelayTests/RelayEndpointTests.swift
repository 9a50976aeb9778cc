import LedgerRelay
import Testing

@Suite struct `Addresses beyond the machine` {
    @Test(arguments: [
        "https://s3.example.com", "https://s3.example.com:9000/path/", "http://127.0.0.1:9000", "http://10.1.2.3/x",
        "https://[2001:db8::1]:443", "http://localhost:1",
    ])
    func `an address with a certificate, or near, is taken`(_ text: String) throws {
        #expect(throws: Never.self) { try RelayEndpoint(text, plaintext: true) }
    }

    @Test(arguments: [
        ("http://s3.example.com", "not encrypted"), ("ftp://s3.example.com", "expected `https://`"),
        ("https://user@s3.example.com", "user information"), ("https://s3.example.com/?a", "without a query"),
        ("https://s3.example.com/#a", "fragment"), ("", "expected `https://`"),
    ])
    func `any other is refused with a reason`(_ text: String, _ reason: String) {
        #expect { try RelayEndpoint(text) } throws: { "\($0)".contains(reason) }
    }

    @Test func `plaintext to a public address is refused even where plaintext is allowed`() {
        #expect { try RelayEndpoint("http://8.8.8.8", plaintext: true) } throws: {
            "\($0)".contains("neither loopback")
        }
    }
}

@Suite struct `Places in a store` {
    private func settings(_ bucket: String, _ prefix: String) throws -> ObjectStoreSettings {
        let credentials = try #require(SigningCredentials(accessKey: "AKIA", secretKey: "s/+=", region: "eu-central-1"))
        return try ObjectStoreSettings(
            endpoint: RelayEndpoint("https://s3.example.com"), bucket: bucket, prefix: prefix, credentials: credentials)
    }

    @Test(arguments: [("", "s3://audit"), ("/a//b/", "s3://audit/a/b"), ("gateway-1", "s3://audit/gateway-1")])
    func `a prefix has no slashes at its ends`(_ prefix: String, _ location: String) throws {
        #expect(try settings("audit", prefix).location == location)
    }

    @Test(arguments: [("Audit", ""), ("a", ""), ("audit", "a b"), ("audit", "../x"), ("audit", "ä"), ("au/dit", "")])
    func `names that would need escapes are refused`(_ bucket: String, _ prefix: String) {
        #expect(throws: RelayAddressError.self) { try settings(bucket, prefix) }
    }

    @Test func `credentials do not print`() throws {
        let credentials = try #require(SigningCredentials(accessKey: "AKIA", secretKey: "hush", region: "eu"))
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!"\(credentials)\(String(reflecting: credentials))\(dumped)".contains("hush"))
    }

    @Test(arguments: ["eu central", "eu\n", ""])
    func `a region that would change the signature's line is refused`(_ region: String) {
        #expect(SigningCredentials(accessKey: "AKIA", secretKey: "s", region: region) == nil)
    }
}
