import Testing

@testable import Privacy

@Suite struct TreatmentMaskTests {
    @Test(
        arguments: [
            ("4242 4242 4242 4242", SensitiveClass.card, "**** 4242"),
            ("DE89 3704 0044 0532 0130 00", .iban, "**** 3000"),
            ("+34 612 345 678", .phone, "**** 5678"), ("867-5309", .phone, "**** 09"),
            ("12345", .usBankAccount, "****"),
            ("alice@example.org", .email, "a****@example.org"), ("\"alice\"@example.org", .email, "****"),
            ("Ada Lovelace", .person, "A**** L****"), ("078-05-1120", .ssn, "**** 1120"),
            ("12/05/1980", .dateOfBirth, "**/**/1980"), ("17 May 1980", .dateOfBirth, "** *** 1980"),
            ("12/05/80", .dateOfBirth, "**/**/**"), ("192.0.2.17", .ipAddress, "192.0.*.*"),
            ("2001:db8:1:2::7", .ipAddress, "2001:db8:****"), ("00:1b:44:11:3a:b7", .macAddress, "00:1b:44:**:**:**"),
            ("52.5200, 13.4050", .coordinates, "52.****, 13.****"), ("SW1A 1AA", .ukPostcode, "SW1A ***"),
            ("94105", .usZip, "941**"), ("https://alice:pw@example.org/x?y", .url, "https://example.org/****"),
            ("ghp_9m8cld21o26wdr7f1dxiza14qs0ikig3bpya", .secret, "****"), ("Project Falcon", .custom, "****"),
            ("123", .cardSecurityCode, "****"), ("47", .age, "****"), ("12 Main Street", .streetAddress, "****"),
            ("４２４２４２４２４２４２４２４２", .card, "****"), ("山田太郎", .person, "****"), ("", .phone, "****"),
        ] as [(String, SensitiveClass, String)])
    func `a mask shows what custom leaves legible`(value: String, sensitiveClass: SensitiveClass, mask: String) {
        #expect(String(decoding: Mask.text(of: [UInt8](value.utf8), sensitiveClass), as: UTF8.self) == mask)
    }

    @Test(arguments: SensitiveClass.allCases) func `no mask shows a whole value`(sensitiveClass: SensitiveClass) {
        for value in ["4242424242424242", "AB123456C", "1234", "a@b.c", "10.0.0.1", "x", "Ada", "2001:db8::1", "12.5"] {
            let mask = Mask.text(of: [UInt8](value.utf8), sensitiveClass)
            #expect(mask != [UInt8](value.utf8) && mask.contains(UInt8(ascii: "*")), "\(value)")
        }
    }
}
