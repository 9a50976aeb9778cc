import Cryptography
import Foundation
import Inference
import Testing

@testable import Privacy

/// Stand-ins: of the same shape, valid where validity can be checked, and nobody's where a range is kept free.
@Suite struct TreatmentStandInTests {
    private static func standIn(
        _ value: String, _ sensitiveClass: SensitiveClass, attempt: Int = 0, tenant: String = "acme"
    ) throws -> String? {
        var budget = StandIn.Budget()
        return StandIn.text(
            for: [UInt8](value.utf8), sensitiveClass, attempt: attempt, try Fixtures.tenantKey(tenant), &budget
        ).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Each character by its kind.
    private static func shape(_ text: String) -> String {
        String(
            text.map { character in
                character.isASCII && character.isNumber
                    ? "9"
                    : character.isASCII && character.isUppercase
                        ? "A" : character.isASCII && character.isLowercase ? "a" : character
            })
    }

    private static func digits(_ text: String) -> [Int] {
        text.utf8.compactMap { $0 < 0x3A && $0 >= 0x30 ? Int($0) - 0x30 : nil }
    }

    @Test(
        arguments: [
            ("4111 1111 1111 1111", SensitiveClass.card), ("5500-0000-0000-0004", .card), ("378282246310005", .card),
            ("6304000000000000", .card), ("676770000014", .card), ("4111\u{A0}1111\u{A0}1111\u{A0}1111", .card),
            ("DE89 3704 0044 0532 0130 00", .iban), ("gb29nwbk60161331926819", .iban), ("NO9386011117947", .iban),
            ("MT84MALT011000012345MTLCAST001S", .iban), ("DEUTDEFF", .bic), ("DEUTDEFF500", .bic), ("deutdeff", .bic),
            ("078-05-1120", .ssn), ("078051120", .ssn), ("912-70-1234", .usItin), ("+1 (415) 555-2671", .phone),
            ("415.867.5309", .phone), ("867-5309", .phone), ("+44 20 7946 0018", .phone),
            ("+44 (0)7911 123456", .phone),
            ("+33 6 12 34 56 78", .phone), ("0033 1 42 68 53 00", .phone), ("+49 30 1234567", .phone),
            ("+61 412 345 678", .phone), ("+34 612 345 678", .phone), ("0612 345 678", .phone),
            ("+1-800-275-2273 ext. 123", .phone), ("00:1B:44:11:3A:B7", .macAddress), ("001b.4411.3ab7", .macAddress),
            ("49-015420-323751-8", .imei), ("1HGBH41JXMN109186", .vin), ("123e4567-e89b-12d3-a456-426614174000", .uuid),
            ("943 476 5919", .ukNhs), ("AB 12 34 56 C", .ukNino), ("DE136695976", .deVatId),
            ("12/05/1980", .dateOfBirth),
            ("1980-05-17", .dateOfBirth), ("17.5.1980", .dateOfBirth), ("19800517", .dateOfBirth),
            ("52.5200, 13.4050", .coordinates), ("Smith", .person),
        ] as [(String, SensitiveClass)])
    func `a stand-in has the value's shape and another text`(value: String, sensitiveClass: SensitiveClass) throws {
        let text = try #require(try Self.standIn(value, sensitiveClass))
        #expect(text != value)
        // Names have their own lengths; a BIC may trade a letter for the digit that marks it as one for tests; a MAC address is all zeros.
        switch sensitiveClass {
        case .person: break
        case .bic, .macAddress, .uuid: #expect(text.count == value.count)
        default: #expect(Self.shape(text) == Self.shape(value), "\(text)")
        }
        // The same each time; another for another tenant or attempt.
        #expect(try Self.standIn(value, sensitiveClass) == text)
        #expect(try (1...9).contains { try Self.standIn(value, sensitiveClass, attempt: $0) != text })
        #expect(try ["a", "b", "c"].contains { try Self.standIn(value, sensitiveClass, tenant: $0) != text })
    }

    @Test(arguments: [
        "4111111111111111", "5500000000000004", "378282246310005", "30569309025904", "6011000000000000004",
    ])
    func `a card's stand-in passes Luhn and has no issuer`(value: String) throws {
        for attempt in 0..<50 {
            let digits = Self.digits(try #require(try Self.standIn(value, .card, attempt: attempt)))
            #expect(digits.prefix(4) == [9, 9, 9, 9])
            let sum = digits.reversed().enumerated().reduce(0) { sum, place in
                let value = place.element * (place.offset % 2 == 1 ? 2 : 1)
                return sum + value / 10 + value % 10
            }
            #expect(sum % 10 == 0)
        }
    }

    @Test(arguments: [
        "DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606", "NO9386011117947",
    ])
    func `an IBAN's stand-in is of the same country and its check digits fit`(value: String) throws {
        for attempt in 0..<50 {
            let text = try #require(try Self.standIn(value, .iban, attempt: attempt))
            #expect(text.prefix(2) == value.prefix(2) && text.dropFirst(4) != value.dropFirst(4))
            let turned = text.dropFirst(4) + text.prefix(4)
            let remainder = turned.utf8.reduce(0) { rest, byte in
                byte < 0x3A ? (rest * 10 + Int(byte) - 48) % 97 : (rest * 100 + Int(byte) - 55) % 97
            }
            #expect(remainder == 1)
        }
    }

    @Test(arguments: [
        ("+1 415 867 5309", #"\+1 \d{3} 555 01\d\d"#), ("(415) 867-5309", #"\(\d{3}\) 555-01\d\d"#),
        ("1-415-867-5309", #"1-\d{3}-555-01\d\d"#), ("867-5309", #"555-01\d\d"#),
        ("+44 7911 123456", #"\+44 7700 900\d{3}"#),
        ("+44 161 123 4567", #"\+44 (\d{3} 496 0\d{3}|\d{3} \d{3} \d{4})"#),
        ("+33 6 12 34 56 78", #"\+33 6 39 98 \d\d \d\d"#),
        ("+49 30 12345678", #"\+49 (30 23125|69 90009|40 66969|89 99998|22 14710)\d{3}"#),
        ("+61 412 345 678", #"\+61 491 57\d \d{3}"#), ("+61 2 9374 4000", #"\+61 [2378] (5550|7010) \d{4}"#),
        ("+353 20 123 4567", #"\+353 20 91\d \d{4}"#), ("+46 70 123 45 67", #"\+46 70 174 06 \d\d"#),
        ("+34 612 345 678", #"\+34 61\d \d{3} \d{3}"#),
    ])
    func `a telephone number's stand-in is in the country's range for fiction`(value: String, pattern: String) throws {
        let text = try #require(try Self.standIn(value, .phone))
        #expect(try text.wholeMatch(of: Regex(pattern)) != nil, "\(text)")
    }

    @Test func `addresses are from the ranges for documentation`() throws {
        for attempt in 0..<30 {
            let four = try #require(try Self.standIn("10.1.2.3", .ipAddress, attempt: attempt))
            #expect(["192.0.2.", "198.51.100.", "203.0.113."].contains { four.hasPrefix($0) })
            #expect(try Self.standIn("fe80::1%eth0", .ipAddress, attempt: attempt)?.hasPrefix("2001:db8:") == true)
            #expect(
                try Self.standIn("00:1b:44:11:3a:b7", .macAddress, attempt: attempt)?.hasPrefix("00:00:5e:00:53:")
                    == true)
            #expect(try Self.standIn("alice@acme.org", .email, attempt: attempt)?.hasSuffix("@example.com") == true)
        }
        #expect(try Self.standIn("10.0.0.0/8", .ipAddress)?.hasSuffix("/8") == true)
        #expect(try Self.standIn("2001:470:1:18::119/64", .ipAddress)?.hasSuffix("/64") == true)
        #expect(try Self.standIn("https://intern.acme.org/a?b=c", .url)?.hasPrefix("https://example.com/") == true)
    }

    @Test(arguments: ["078-05-1120", "219-09-9999", "912-70-1234", "000000000"])
    func `a social security number's stand-in was never assigned, not as a taxpayer's either`(value: String) throws {
        for attempt in 0..<50 {
            let digits = Self.digits(try #require(try Self.standIn(value, .ssn, attempt: attempt)))
            #expect(digits[0] == 9)
            #expect((1...49).contains(digits[3] * 10 + digits[4]))
        }
    }

    @Test(arguments: [
        ("John Smith", 2), ("Dr. John A. Smith", 4), ("SMITH, John", 2), ("jürgen müller", 2),
        ("Ludwig van Beethoven", 3),
        ("Smith's", 1), ("Anne-Marie O'Neill", 2),
    ])
    func `a person's stand-in has as many words`(value: String, words: Int) throws {
        let text = try #require(try Self.standIn(value, .person))
        #expect(text.split(separator: " ").count == words)
        let old = Set(value.split(whereSeparator: { !$0.isLetter }).filter { $0.count > 3 })
        #expect(old.isDisjoint(with: text.split(whereSeparator: { !$0.isLetter })))
    }

    @Test func `titles, initials and case of a name stay as they are`() throws {
        #expect(
            try #require(try Self.standIn("Dr. John A. Smith", .person)).wholeMatch(
                of: #/Dr\. [A-Z][a-z]+ [A-Z]\. [A-Z][a-z]+/#) != nil)
        #expect(try #require(try Self.standIn("SMITH, John", .person)).wholeMatch(of: #/[A-Z]+, [A-Z][a-z]+/#) != nil)
        #expect(try #require(try Self.standIn("john smith", .person)).wholeMatch(of: #/[a-z]+ [a-z]+/#) != nil)
        #expect(try #require(try Self.standIn("Smith's", .person)).hasSuffix("'s"))
        // A part of a name becomes what it is in the whole.
        let whole = try #require(try Self.standIn("John Smith", .person))
        #expect(try Self.standIn("Smith", .person) == whole.split(separator: " ").last.map(String.init))
    }

    @Test func `a date stays in its year and an age in its stage`() throws {
        for attempt in 0..<40 {
            for value in ["1980-05-17", "17.05.1980", "5/17/1980", "17 May 1980", "May 17th, 1980", "MAY 3, 1980"] {
                let text = try #require(try Self.standIn(value, .dateOfBirth, attempt: attempt))
                #expect(text.contains("1980"), "\(text)")
                let others = Self.digits(text.replacing("1980", with: " ")).count
                #expect((1...4).contains(others))
            }
            let day = try #require(try Self.standIn("05/17/1980", .dateOfBirth, attempt: attempt)).split(separator: "/")
            #expect((1...12).contains(Int(day[0]) ?? 0) && (13...28).contains(Int(day[1]) ?? 0))
            let age = try #require(try Self.standIn("47 years old", .age, attempt: attempt))
            #expect(age.hasSuffix(" years old") && (40...49).contains(Int(age.prefix(2)) ?? 0))
            let child = try #require(try Self.standIn("aged 16", .age, attempt: attempt))
            #expect((13...17).contains(Int(child.suffix(2)) ?? 0))
        }
        #expect(try Self.standIn("March 3rd, 1980", .dateOfBirth)?.wholeMatch(of: #/[A-Z][a-z]+ \dth, 1980/#) != nil)
    }

    @Test func `coordinates stay in their degree`() throws {
        let text = try #require(try Self.standIn("52.5200, -13.4050", .coordinates))
        #expect(text.wholeMatch(of: #/52\.\d{4}, -13\.\d{4}/#) != nil)
        // A quotation mark does not come back from JSON inside a text: such a value gets a surrogate.
        #expect(try Self.standIn("52°31'12\"N 13°24'18\"E", .coordinates) == nil)
    }

    @Test(arguments: [
        ("12 Main Street, Springfield, IL 62704", "Street|Lane|Road|Avenue|Drive|Court|Close|Hill"),
        ("Hauptstraße 5, 10115 Berlin", "weg|gasse|allee|straße"), ("12 rue de la Paix, 75002 Paris", "rue"),
        ("Via Roma 12", "Via"), ("Calle Mayor 1, Madrid", "Calle"),
    ])
    func `a street's stand-in is in the address's language`(value: String, words: String) throws {
        let text = try #require(try Self.standIn(value, .streetAddress))
        #expect(words.split(separator: "|").contains { text.contains($0) }, "\(text)")
        #expect(!value.split(whereSeparator: { !$0.isLetter }).filter { $0.count > 6 }.contains { text.contains($0) })
    }

    /// Numbers made for this test, each with its right check digits.
    @Test(arguments: [
        ("1245319599", SensitiveClass.usNpi), ("943 476 5919", .ukNhs), ("2234 5678 9124", .inAadhaar),
        ("960121-1021413", .krRrn), ("8001015009087", .zaId), ("S1234567D", .sgNric), ("046 454 286", .caSin),
        ("10000000146", .trNationalId), ("111.444.777-35", .brCpf), ("44051401359", .plPesel),
        ("11010519491231002X", .cnResidentId), ("123 456 782", .auTfn), ("DE136695976", .deVatId),
    ])
    func `an identifier's stand-in passes the class's check if the value does`(
        value: String, sensitiveClass: SensitiveClass
    ) throws {
        let formats = IdentifierIndex.shared.formats.filter { $0.sensitiveClass == sensitiveClass }
        // A class without a check here has nothing to pass.
        guard formats.contains(where: { $0.check(IdentifierText(value.utf8)) == .accept }) else { return }
        for attempt in 0..<5 {
            let text = try #require(try Self.standIn(value, sensitiveClass, attempt: attempt))
            #expect(text != value && text.utf8.count == value.utf8.count)
            #expect(formats.contains { $0.check(IdentifierText(text.utf8)) == .accept }, "\(text)")
        }
    }

    @Test(
        arguments: [
            ("ghp_9m8cld21o26wdr7f1dxiza14qs0ikig3bpya", SensitiveClass.secret), ("Project Falcon", .custom),
            ("123", .cardSecurityCode), ("12/27", .cardExpiry), ("47", .age), ("94105", .usZip), ("山田太郎", .person),
            ("４１１１１１１１１１１１１１１１", .card), ("NDExMTExMTExMTExMTExMQ==", .card), ("%34111111111111111", .card),
            (String(repeating: "1", count: 300), .usBankAccount), ("", .phone), ("+", .phone), ("::", .macAddress),
            ("DE", .iban),
        ] as [(String, SensitiveClass)])
    func `secrets, what is too short and what is disguised have surrogates`(
        value: String, sensitiveClass: SensitiveClass
    ) throws {
        #expect(try Self.standIn(value, sensitiveClass) == nil)
    }

    @Test func `no bytes of any class trap`() throws {
        var random = RestorationTests.Random(state: 5)
        let alphabet = Array("0123456789+-() ./:,'\"abcxABCXéß°–@%_".unicodeScalars)
        let key = try Fixtures.tenantKey()
        for sensitiveClass in SensitiveClass.allCases {
            for _ in 0..<60 {
                var value: [UInt8] = []
                for _ in 0..<Int.random(in: 0...24, using: &random) {
                    value += Array(String(alphabet.randomElement(using: &random) ?? "0").utf8)
                }
                if Int.random(in: 0..<8, using: &random) == 0 {
                    value.append(UInt8.random(in: 0...255, using: &random))
                }
                var budget = StandIn.Budget()
                if let text = StandIn.text(for: value, sensitiveClass, attempt: 0, key, &budget) {
                    #expect(
                        String(validating: text, as: UTF8.self) != nil
                            || String(validating: value, as: UTF8.self) == nil)
                }
                _ = Mask.text(of: value, sensitiveClass)
            }
        }
    }
}
