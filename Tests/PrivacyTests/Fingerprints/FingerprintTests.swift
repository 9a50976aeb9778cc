import Cryptography
import Inference
import JSONText
import PrivacyTesting
import Testing

@testable import Privacy

@Suite struct FingerprintTests {
    private static func key(_ tenant: String = "acme") throws -> FingerprintKey {
        try FingerprintKey(master: SymmetricKey([UInt8](repeating: 7, count: 32)), tenant: tenant)
    }

    private static func form(_ value: String, _ kind: NormalForm.Kind) -> String {
        var form = NormalForm()
        Array(value.utf8).withUnsafeBufferPointer { form.make($0, kind) }
        return String(decoding: form.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("Maria.Lopez@Example.ORG", NormalForm.Kind.text, "maria.lopez@example.org"),
        ("maria.lopez @ example.org", .text, "maria.lopez@example.org"),
        ("maria.lopez%40example.org", .text, "maria.lopez@example.org"),
        ("ｍａｒｉａ＠example.org", .text, "maria@example.org"), ("mari\u{200B}a@example.org", .text, "maria@example.org"),
        ("  Anna   LUND\n", .text, "anna lund"), ("Anna\u{A0}Lund", .text, "anna lund"),
        ("O’Neil", .text, "o'neil"), ("JOSE\u{301}", .text, "jos\u{E9}"), ("José", .text, "jos\u{E9}"),
        ("Straße", .text, "strasse"), ("STRASSE", .text, "strasse"), ("Σίσυφος", .text, "σίσυφοσ"),
        ("4111-1111 1111.1111", .code, "4111111111111111"), ("４１１１ 1111 1111 1111", .code, "4111111111111111"),
        ("٤١١١ 1111 1111 1111", .code, "4111111111111111"),
        ("DE89 3704 0044 0532 0130 00", .code, "de89370400440532013000"), ("00:1A:2b-3C", .code, "001a2b3c"),
        ("12.345.678-K", .code, "12345678k"),
        ("+49 (0)30 123-4567", .phone, "49301234567"), ("0049 30 1234567", .phone, "49301234567"),
        ("+49 30 1234567", .phone, "49301234567"), ("(030) 1234567", .phone, "301234567"),
        ("01149301234567", .phone, "49301234567"), ("+1 (415) 555-0132 ext. 7", .phone, "14155550132"),
        ("1-415-555-0132", .phone, "14155550132"), ("---", .code, "---"), ("", .text, ""), (" \n", .text, ""),
    ])
    func `a value has one form, however it is written`(value: String, kind: NormalForm.Kind, form: String) {
        #expect(Self.form(value, kind) == form)
        #expect(Self.form(form, kind) == form, "the form of a form is itself")
    }

    @Test(arguments: [
        ("maria@example.org", " MARIA@Example.org ", SensitiveClass.email),
        ("+49 30 1234567", "0049 (0)30 / 1234567", .phone), ("030 1234567", "+49 30 1234567", .phone),
        ("(415) 555-0132", "+1 415.555.0132", .phone), ("4111 1111 1111 1111", "4111111111111111", .card),
        ("4111111111111111", "4111 1111 1111 1111", .custom),
        ("DE89370400440532013000", "de89 3704 0044 0532 0130 00", .iban),
        ("536-90-4399", "536904399", .ssn), ("Anna Lund", "ANNA  LUND", .person), ("10.1.2.3", "10.1.2.3", .ipAddress),
    ])
    func `what is recorded of one spelling is found by another`(
        recorded: String, asked: String, sensitiveClass: SensitiveClass
    ) throws {
        let key = try Self.key()
        let form = Self.form(recorded, NormalForm.kind(of: sensitiveClass))
        let fingerprint = Array(form.utf8).withUnsafeBytes { key.fingerprint(ofNormalForm: $0) }
        #expect(key.fingerprints(of: asked).contains(fingerprint))
        #expect(try !Self.key("other").fingerprints(of: asked).contains(fingerprint), "tenants have keys of their own")
    }

    @Test(arguments: [
        ("maria@example.org", "mario@example.org"), ("a.b@example.org", "ab@example.org"), ("10.1.1.1", "10.11.1"),
        ("+49 30 1234567", "+44 30 1234567"), ("Anna Lund", "Annalund"),
    ])
    func `different values have different fingerprints`(one: String, other: String) throws {
        let key = try Self.key()
        let texts = [one, other].map { Self.form($0, .text) }
        #expect(texts[0] != texts[1])
        #expect(key.fingerprints(of: one).first != key.fingerprints(of: other).first)
    }

    @Test func `a fingerprint is the first half of an HMAC under a key of its own, of every generation`() throws {
        let master = SymmetricKey([UInt8](repeating: 7, count: 32))
        let key = try HKDF.derive(
            master: master, salt: [], info: Array("sallyport fingerprints acme".utf8), count: 32)
        let digest = HMACSHA256.authenticate(key: key, Array("maria@example.org".utf8)).bytes
        func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        let expected = ValueFingerprint(high: number(digest[..<8]), low: number(digest[8..<16]))
        for generation in 1...2 {
            let tenantKey = try Fixtures.tenantKey(generation: generation)
            #expect(tenantKey.fingerprints.fingerprints(of: "Maria@Example.org").contains(expected))
        }
    }

    @Test func `nothing is looked up for a text in which nothing shows`() throws {
        for text in ["", " ", "\n\t"] { #expect(try Self.key().fingerprints(of: text).isEmpty) }
    }

    @Test func `values behind disguises do not print`() throws {
        let request = try Fixtures.request(#"{"x":"write to maria%40example.org"}"#)
        let findings = try Fixtures.engine.inspect(request)
        #expect(!findings.isEmpty)
        var text = ""
        dump(findings.plains, to: &text)
        #expect(!"\(findings.plains)\(text)\(String(reflecting: findings.plains))".contains("maria"))
    }
}
