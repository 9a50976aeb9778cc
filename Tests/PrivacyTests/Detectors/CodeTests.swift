import Inference
import Privacy
import Testing

/// Codes of letters and digits; the vectors are their standards' own where they have some.
@Suite struct CodeTests {
    typealias Row = DetectorTests.Row

    private static func row(_ name: String, _ text: String, _ values: String...) -> Row {
        Row(DataClass(name), text, values: values)
    }

    static let crypto = [
        // EIP-55's test cases; the last has one capital changed.
        row(
            "crypto_address",
            """
            0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 \
            0x52908400098527886E0F7030069857D2E4169EE7 0xde709f2102306220921060314715629080e2fb77 \
            0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD
            """,
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77"),
        // BIP 173 and BIP 350; the last has a wrong checksum (BIP 173, invalid addresses).
        row(
            "crypto_address",
            """
            BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4, bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0, \
            bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5
            """,
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
        // The first block's address, a script's, Litecoin's, Ripple's and Tron's; then one digit changed.
        row(
            "crypto_address",
            """
            1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy LQTpS3VaYTjCr4s9Y1t5zbeY26zevf7Fb3 \
            rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb
            """,
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "LQTpS3VaYTjCr4s9Y1t5zbeY26zevf7Fb3",
            "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
        row(
            "crypto_address",
            "8f953371d3e85eddb89b05ed6b9e680791055315c73e1025ab5dba7bb2aee189 0x7fff5fbff8c0 0xdeadbeef"),
    ]

    static let others = [
        row(
            "mac_address", "00:1A:2B:3C:4D:5E, 001A.2B3C.4D5E and MAC AA-BB-CC-DD-EE-FF", "00:1A:2B:3C:4D:5E",
            "001A.2B3C.4D5E",
            "AA-BB-CC-DD-EE-FF"),
        row(
            "mac_address",
            "FF:FF:FF:FF:FF:FF 00:00:00:00:00:00 00:1A:2B:3C:4D 10:20:30:40:50:60:70 12:30:45 1111.2222.3333"),
        // 49 CFR 565.15's example; a European number needs a word.
        row("vin", "1M8GDM9AXKP042788 1HGBH41JXMN109186", "1M8GDM9AXKP042788", "1HGBH41JXMN109186"),
        row("vin", "Fahrgestellnummer WAUZZZ8K9BA123456", "WAUZZZ8K9BA123456"),
        row("vin", "WAUZZZ8K9BA123456 1M8GDM9AXKP042789 ABCDEFGH123456789"),
        row("imei", "IMEI 490154203237518 and 35-209900-176148-1", "490154203237518", "35-209900-176148-1"),
        row("imei", "490154203237518 35-209900-176148-2 IMEI 490154203237517"),
        row("bic", "BIC COBADEFFXXX; SWIFT code: DEUTDEFF; bic: BNPAFRPP500", "COBADEFFXXX", "DEUTDEFF", "BNPAFRPP500"),
        row("bic", "COBADEFFXXX alone, and a BIC of ABCDZZFF, SWIFT JUSTICES"),
        row("uuid", "id 550e8400-e29b-41d4-a716-446655440000.", "550e8400-e29b-41d4-a716-446655440000"),
        row("uuid", "550e8400-e29b-41d4-a716-44665544000g 550e8400-e29b-41d4-a716"),
        row(
            "url", "See https://example.org/a?b=1#c, (http://www.example.com) or example.net.",
            "https://example.org/a?b=1#c",
            "http://www.example.com", "example.net"),
        row("url", "http://microsoft main.swift e.g. a.b x.y.z v1.2.co3 alice@example.org std::com self.com()"),
    ]

    @Test(arguments: crypto + others) func `a code is taken by its checksum, its form or the word before it`(row: Row)
        throws
    {
        #expect(try Fixtures.values(row.text, of: row.dataClass) == row.values)
    }
}
