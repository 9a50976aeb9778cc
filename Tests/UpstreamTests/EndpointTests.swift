import Foundation
import Inference
import Testing

@testable import Upstream

/// What may be an endpoint at all.
@Suite struct EndpointTests {
    @Test(arguments: [
        ("https://api.openai.com/v1/chat/completions", "https://api.openai.com:443/v1/chat/completions"),
        ("HTTPS://API.Example.COM", "https://api.example.com:443/"),
        ("https://example.com:8443?x=1", "https://example.com:8443/?x=1"),
        ("https://[::1]:9/a?b=c", "https://[::1]:9/a?b=c"),
        ("http://127.0.0.1:9100/v1", "http://127.0.0.1:9100/v1"),
    ])
    func `an address is read into one spelling`(_ text: String, _ canonical: String) throws {
        #expect(try UpstreamURL(text).text == canonical)
    }

    @Test(arguments: [
        "", "ftp://example.com", "//example.com", "https:/example.com", "https://", "https:///path", "https://a b/",
        "https://ex\u{e4}mple.com",
        "https://user@example.com/", "https://user:pw@example.com/", "https://example.com/#frag",
        "https://example.com:0/", "https://example.com:65536/",
        "https://example.com:/", "https://example.com:+443/", "https://[::1/", "https://[127.0.0.1]/",
        "https://[::1]x/", "https://-a.com/",
        "https://a..com/", "https://a.com./", "https://0x7f.1/", "https://2130706433/", "https://127.1/",
        "https://1.2.3.4.5/", "https://0177.0.0.01/",
        "https://a.0x1/", "https://example.com\\@evil.com/", "https://exa%6dple.com/", "https://a.com/\r\nX: y",
        "https://[fe80::1%25eth0]/",
    ])
    func `a doubtful address is refused`(_ text: String) {
        #expect(throws: UpstreamURL.Fault.self) { try UpstreamURL(text) }
    }

    @Test(arguments: [
        "http://localhost/", "http://127.8.9.1/", "http://[::1]/", "http://10.1.2.3/", "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.1/", "http://[fd00::1]/", "http://[::ffff:10.0.0.1]/", "http://vllm.internal/",
    ])
    func `plaintext is possible in the house`(_ url: String) throws {
        _ = try UpstreamEndpoint(provider: provider, url: url, plaintext: true)
        #expect(throws: UpstreamEndpointError.self) { try UpstreamEndpoint(provider: provider, url: url) }
    }

    @Test(arguments: [
        "http://8.8.8.8/", "http://172.32.0.1/", "http://172.15.0.1/", "http://11.0.0.1/", "http://192.169.0.1/",
        "http://169.254.169.254/",
        "http://100.64.0.1/", "http://0.0.0.0/", "http://[::]/", "http://[2001:db8::1]/", "http://[fe80::1]/",
        "http://[::ffff:8.8.8.8]/",
    ])
    func `plaintext to a public address is refused`(_ url: String) {
        #expect(throws: UpstreamEndpointError.self) {
            try UpstreamEndpoint(provider: provider, url: url, plaintext: true)
        }
    }

    @Test func `refusals say what to do`() throws {
        let unsaid = #expect(throws: UpstreamEndpointError.self) {
            try UpstreamEndpoint(provider: ProviderID("vllm"), url: "http://10.0.0.1/v1")
        }
        #expect(unsaid?.description.contains("vllm: `http://10.0.0.1:80` is not encrypted") == true)
        #expect(unsaid?.description.contains("plaintext: true") == true)
        let proxied = #expect(throws: UpstreamEndpointError.self) {
            try UpstreamEndpoint(
                provider: provider, url: "http://10.0.0.1/", plaintext: true,
                proxy: UpstreamProxy("http://proxy.test:3128"))
        }
        #expect(proxied?.description.contains("proxy") == true)
    }

    @Test(arguments: ["8.8.8.8", "2001:4860:4860::8888", "169.254.169.254"])
    func `a plaintext name that leads to a public address is refused`(_ address: String) async throws {
        let engine = try TestEngine { _ in .success(["127.0.0.1", address]) }
        let answer = try await engine.answer(plaintext("http://inside.test:9/x"))
        #expect(answer.failure?.kind == .plaintextRefused)
    }

    @Test func `the address of a socket has a scope, whatever its family`() throws {
        var v4 = sockaddr_in()
        v4.sin_family = sa_family_t(AF_INET)
        for (text, scope) in [("127.0.0.1", AddressScope.loopback), ("10.0.0.1", .private), ("8.8.8.8", .public)] {
            #expect(inet_pton(AF_INET, text, &v4.sin_addr) == 1)
            let found = withUnsafeBytes(of: &v4) { bytes in
                bytes.baseAddress.flatMap { AddressScope(family: AF_INET, address: $0, count: bytes.count) }
            }
            #expect(found == scope)
        }
        var v6 = sockaddr_in6()
        for (text, scope) in [
            ("::1", AddressScope.loopback), ("fd12::1", .private), ("2001:db8::1", .public),
            ("::ffff:192.168.0.1", .private),
        ] {
            #expect(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
            let found = withUnsafeBytes(of: &v6) { bytes in
                bytes.baseAddress.flatMap { AddressScope(family: AF_INET6, address: $0, count: bytes.count) }
            }
            #expect(found == scope)
        }
        let short = withUnsafeBytes(of: &v6) { bytes in
            bytes.baseAddress.flatMap { AddressScope(family: AF_INET6, address: $0, count: 8) }
        }
        #expect(short == nil)
    }

    @Test(arguments: [
        ("X-A", "b\r\nX-B: c"), ("X-A", "b\u{0}"), ("X-A", "caf\u{e9}"), ("X A", "b"), ("X-A:", "b"), ("", "b"),
        ("X\r\nB", "c"), ("Host", "evil"),
        ("content-length", "1"), ("Transfer-Encoding", "chunked"), ("connection", "close"), ("Expect", "100-continue"),
        ("Accept-Encoding", "gzip"),
        ("Proxy-Authorization", "Basic x"),
    ])
    func `a header that could be more than one is none`(_ name: String, _ value: String) {
        #expect(UpstreamHeader(name, value) == nil)
    }

    @Test func `a header does not print its value`() throws {
        let header = try #require(UpstreamHeader("Authorization", "Bearer sk-secret"))
        #expect("\(header)" == "Authorization")
    }

    @Test(arguments: [
        "", "sha256//abc=", "md5//AAAA", "sha256//" + String(repeating: "A", count: 44), "/etc/passwd",
        "sha256//" + String(repeating: "!", count: 43) + "=",
    ])
    func `a pin of another form is refused`(_ pin: String) {
        #expect(throws: UpstreamEndpointError.self) { try UpstreamTLS(authorities: nil, pinnedPublicKeys: [pin]) }
    }
}
