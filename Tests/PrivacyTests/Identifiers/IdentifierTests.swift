import Inference
import Privacy
import PrivacyTesting
import Testing

/// Identifiers of countries: valid ones are made here from the rule of their check digits, not by the detector's own.
@Suite struct IdentifierTests {
    /// How valid identifiers of a class are made, and how people speak of them.
    struct Specimen: Sendable, CustomTestStringConvertible {
        let sensitiveClass: SensitiveClass
        let phrase: String
        /// A valid one from random digits.
        let make: @Sendable (inout Digits) -> String
        var testDescription: String { "\(sensitiveClass.dataClass)" }

        init(_ sensitiveClass: SensitiveClass, _ phrase: String, _ make: @escaping @Sendable (inout Digits) -> String) {
            self.sensitiveClass = sensitiveClass
            self.phrase = phrase
            self.make = make
        }
    }

    /// A seeded source of digits.
    struct Digits {
        var random: RestorationTests.Random

        mutating func next(_ count: Int) -> [Int] { (0..<count).map { _ in Int.random(in: 0...9, using: &random) } }
        mutating func next(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    }

    private static func text(_ digits: [Int]) -> String { digits.map { String($0) }.joined() }

    private static func sum(_ digits: [Int], _ weights: [Int]) -> Int {
        zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The digit that makes a number pass Luhn's test.
    private static func luhn(_ digits: [Int]) -> [Int] {
        let check = (0...9).first { check in
            let all = Array((digits + [check]).reversed())
            return all.enumerated().reduce(0) {
                $0 + ($1.offset % 2 == 0 ? $1.element : [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][$1.element])
            } % 10 == 0
        }
        return digits + [check ?? 0]
    }

    /// The digit that makes a number pass Verhoeff's test, by the published tables.
    private static func verhoeff(_ digits: [Int]) -> [Int] {
        let product = [
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
            [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
            [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
            [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
        ]
        var permutation = [Array(0...9), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
        for _ in 2..<8 { permutation.append(permutation[permutation.count - 1].map { permutation[1][$0] }) }
        var check = 0
        for (offset, digit) in digits.reversed().enumerated() {
            check = product[check][permutation[(offset + 1) % 8][digit]]
        }
        return digits + [[0, 4, 3, 2, 1, 5, 6, 7, 8, 9][check]]
    }

    static let checked: [Specimen] = [
        Specimen(.usRoutingNumber, "routing number") { digits in
            let body = [0, digits.next(1...9)] + digits.next(6)
            return text(body + [(10 - sum(body, [3, 7, 1, 3, 7, 1, 3, 7]) % 10) % 10])
        },
        Specimen(.usNpi, "her NPI") { digits in
            let all = luhn([8, 0, 8, 4, 0, 1] + digits.next(8))
            return text(Array(all[5...]))
        },
        Specimen(.usDea, "DEA number") { digits in
            let body = digits.next(6)
            return "BS" + text(body + [sum(body, [1, 2, 1, 2, 1, 2]) % 10])
        },
        Specimen(.ukNhs, "NHS number") { digits in
            while true {
                let body = digits.next(9)
                let check = 11 - sum(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
                if check != 10 { return text(body + [check % 11]) }
            }
        },
        Specimen(.caSin, "social insurance number") { digits in text(luhn([1] + digits.next(7))) },
        Specimen(.auAbn, "ABN") { digits in
            let weights = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]
            while true {
                var number = [digits.next(1...9)] + digits.next(10)
                number[0] -= 1
                let isRight = sum(number, weights) % 89 == 0
                number[0] += 1
                if isRight { return text(number) }
            }
        },
        Specimen(.auAcn, "ACN") { digits in
            let body = [1] + digits.next(7)
            return text(body + [(10 - sum(body, Array((1...8).reversed())) % 10) % 10])
        },
        Specimen(.auTfn, "tax file number") { digits in
            while true {
                let number = [1] + digits.next(8)
                if sum(number, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0 { return text(number) }
            }
        },
        Specimen(.auMedicare, "Medicare card") { digits in
            let body = [digits.next(2...6)] + digits.next(7)
            return text(body + [sum(body, [1, 3, 7, 9, 1, 3, 7, 9]) % 10, 1])
        },
        Specimen(.zaId, "South African ID") { digits in
            text(
                luhn([8, digits.next(0...9), 0, digits.next(1...9), 1, digits.next(0...9)] + digits.next(4) + [0, 8]))
        },
        Specimen(.ngNin, "NIMC NIN") { digits in text(verhoeff([1] + digits.next(9))) },
        Specimen(.inAadhaar, "Aadhaar") { digits in text(verhoeff([digits.next(2...9)] + digits.next(10))) },
        Specimen(.ilId, "teudat zehut") { digits in text(luhn([1] + digits.next(7))) },
        Specimen(.trNationalId, "TC kimlik no") { digits in
            let body = [digits.next(1...9)] + digits.next(8)
            let odd = body[0] + body[2] + body[4] + body[6] + body[8]
            let even = body[1] + body[3] + body[5] + body[7]
            let tenth = ((odd * 7 - even) % 10 + 10) % 10
            return text(body + [tenth, (odd + even + tenth) % 10])
        },
        Specimen(.krBrn, "사업자등록번호") { digits in
            let body = [1] + digits.next(8)
            let sum = sum(body, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + body[8] * 5 / 10
            return text(body + [(10 - sum % 10) % 10])
        },
        Specimen(.thNationalId, "เลขประจำตัวประชาชน") { digits in
            let body = [digits.next(1...8), 1] + digits.next(10)
            return text(body + [(11 - sum(body, Array((2...13).reversed())) % 11) % 10])
        },
        Specimen(.jpMyNumber, "マイナンバー") { digits in
            let body = [1] + digits.next(10)
            let remainder = sum(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
            return text(body + [remainder <= 1 ? 0 : 11 - remainder])
        },
        Specimen(.cnResidentId, "身份证号") { digits in
            let body =
                [1, 1, 0, 1, 0, 1, 1, 9, digits.next(5...9), digits.next(0...9), 0, digits.next(1...9), 1, 1]
                + digits.next(3)
            let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
            return text(body) + ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][sum(body, weights) % 11]
        },
        Specimen(.phTin, "BIR TIN") { digits in
            while true {
                let body = [1] + digits.next(7)
                let check = sum(body, Array((2...9).reversed())) % 11
                if check < 10 { return text(body + [check]) }
            }
        },
        Specimen(.iePps, "PPS number") { digits in
            let body = digits.next(6) + [7]
            let letters = Array("WABCDEFGHIJKLMNOPQRSTUV")
            return text(body) + String(letters[sum(body, [8, 7, 6, 5, 4, 3, 2]) % 23])
        },
        Specimen(.hkIdCard, "HKID") { digits in
            while true {
                let body = digits.next(6)
                let rest = (36 * 9 + 10 * 8 + sum(body, [7, 6, 5, 4, 3, 2])) % 11
                let check = (11 - rest) % 11
                if check < 10 { return "A\(text(body))(\(check))" }
            }
        },
        Specimen(.twNationalId, "身分證") { digits in
            let body = [1] + digits.next(7)
            // A is 10: one and nothing.
            let sum = 1 + sum(body, [8, 7, 6, 5, 4, 3, 2, 1])
            return "A" + text(body + [(10 - sum % 10) % 10])
        },
        Specimen(.sgUen, "UEN") { digits in
            let body = digits.next(7) + [3]
            return text(body) + String(Array("XMKECAWLJDB")[sum(body, [10, 4, 9, 3, 8, 2, 7, 1]) % 11])
        },
        Specimen(.ukUtr, "unique taxpayer reference") { digits in
            let body = [1] + digits.next(8)
            return text([[2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1][sum(body, [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11]] + body)
        },
    ]

    private static func finds(_ specimen: Specimen, _ text: String, _ value: String) throws -> Bool {
        let found = try Fixtures.values(text, of: specimen.sensitiveClass.dataClass)
        return found.contains(value)
    }

    @Test(arguments: checked) func `a right check digit beside its word is found, a changed digit is not`(
        specimen: Specimen
    ) throws {
        var digits = Digits(random: RestorationTests.Random(state: 11))
        for _ in 0..<60 {
            let value = specimen.make(&digits)
            #expect(IdentifierChecks.verdict(specimen.sensitiveClass, value) == .accept, "\(value)")
            #expect(try Self.finds(specimen, "\(specimen.phrase): \(value), thanks", value), "\(value)")
            var changed = Array(value)
            let places = changed.indices.filter { changed[$0].isWholeNumber }
            let place = places[digits.next(0...places.count - 1)]
            // The last of an Australian Medicare number counts the cards; the Korean ninth is weighted beyond one digit; two of the
            // remainders modulo eleven share a digit in Thailand and Britain.
            if specimen.sensitiveClass == .auMedicare && place == 9
                || [.krBrn, .thNationalId, .ukUtr].contains(specimen.sensitiveClass)
            {
                continue
            }
            changed[place] = Character(String(((changed[place].wholeNumberValue ?? 0) + 1) % 10))
            #expect(IdentifierChecks.verdict(specimen.sensitiveClass, String(changed)) == .reject, "\(value)")
        }
    }

    @Test(arguments: checked) func `bare runs of eight to twelve digits need a word about them`(specimen: Specimen)
        throws
    {
        var digits = Digits(random: RestorationTests.Random(state: 12))
        for _ in 0..<20 {
            let value = specimen.make(&digits)
            guard (8...12).contains(value.count), value.allSatisfy(\.isWholeNumber) else { continue }
            #expect(try Fixtures.find("we got \(value) yesterday").isEmpty, "\(value)")
            #expect(try Fixtures.find("order \(value)").isEmpty, "\(value)")
        }
    }

    /// Well-known samples and shapes without check digits, with a text that makes them findings at the usual threshold.
    static let found: [(String, String, String)] = [
        ("us_itin", "911-70-1234", "911-70-1234"),
        ("us_ein", "our EIN is 12-3456789", "12-3456789"),
        ("us_bank_account", "bank account 945456787654", "945456787654"),
        ("us_mbi", "1EG4-TE5-MK73", "1EG4-TE5-MK73"),
        ("us_passport", "passport no. 912803456", "912803456"),
        ("us_passport", "travel document A12803456", "A12803456"),
        ("us_driver_license", "driver's license H12234567", "H12234567"),
        ("uk_nino", "QQ 12 34 56 C and AB 12 34 56 C", "AB 12 34 56 C"),
        ("uk_driving_licence", "MORGA657054SM9IJ", "MORGA657054SM9IJ"),
        ("uk_vehicle_registration", "his car AB51 ABC", "AB51 ABC"),
        ("uk_passport", "passport CD7654321", "CD7654321"),
        ("uk_postcode", "London SW1A 1AA", "SW1A 1AA"),
        ("uk_postcode", "postcode gir 0aa", "gir 0aa"),
        ("ca_sin", "my SIN is 130-692-544", "130-692-544"),
        ("ca_postcode", "Ottawa K1A 0B1", "K1A 0B1"),
        ("nz_ird", "IRD 49-091-850", "49-091-850"),
        ("nz_nhi", "NHI ZZZ0016", "ZZZ0016"),
        ("ng_vehicle_registration", "plate number ABJ-123XY", "ABJ-123XY"),
        ("tr_vehicle_registration", "Araç plakası 34 ABC 1234", "34 ABC 1234"),
        ("in_pan", "ABCPD1234Z", "ABCPD1234Z"),
        ("in_gstin", "27ABCDE1234F1Z5", "27ABCDE1234F1Z5"),
        ("in_voter", "voter id KSD1287349", "KSD1287349"),
        ("in_passport", "passport T3569075", "T3569075"),
        ("in_vehicle_registration", "KA01AB1234", "KA01AB1234"),
        ("in_aadhaar", "aadhaar 3123:4567:8909", "3123:4567:8909"),
        ("kr_rrn", "960121-1234567", "960121-1234567"),
        ("kr_frn", "911124-5678901", "911124-5678901"),
        ("kr_driver_license", "운전면허 11-22-123456-12", "11-22-123456-12"),
        ("kr_passport", "여권번호는 M789C1234입니다", "M789C1234"),
        ("sg_nric", "S0000001I", "S0000001I"),
        ("sg_uen", "T16RF0037C", "T16RF0037C"),
        ("hk_id_card", "A123456(3)", "A123456(3)"),
        ("cn_resident_id", "11010519491231002X", "11010519491231002X"),
        ("th_national_id", "1-1037-02071-81-1", "1-1037-02071-81-1"),
    ]

    @Test(arguments: found) func `identifiers as people write them`(
        name: String, text: String, value: String
    ) throws {
        let found = try Fixtures.find(text)
        #expect(found.contains { $0 == (DataClass(name), value) }, "\(found)")
    }

    /// Numbers of ordinary texts. With every class on nothing is found in them.
    static let quiet = [
        "Order 4829103 of 2024-03-31, invoice INV-2024-0331, ticket #123456789, case 00123456.",
        "commit 9f3ab12c4d5e6f708192a3b4c5d6e7f801234567, build 20240331.4, v2.14.3-rc.1",
        "timestamp 1711888205123, epoch 1711888205, 2024-03-31T12:30:05.123456Z",
        "550e8400-e29b-41d4-a716-446655440000 sha256:e3b0c44298fc1c149afbf4c8996fb924",
        "ISBN 978-3-16-148410-0, 9783161484100, EAN 4006381333931, DOI 10.1000/182",
        "total 1,249.00 EUR, 12 345 678 km, 1.234.567,89, 99.95 %, 3.14159265358979",
        "#FF00AA 0xDEADBEEF 0b1010 1e10 IMG_20240331_123005.jpg file-2024-03-31.log",
        "tracking 1Z999AA10123456784, SKU AB-1234-CD, part no. 12345678, lot 20240331",
        "http://example.com/orders/123456789?page=2&item=987654321 example.com:8080",
        "let x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]; y[12] = 0x1F; sleep(1000)",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "10:15 10:30 10:45 11:00", "3 x 4 = 12; 5/8; 16:9; A4; B2B; H2O; MP3",
        "Q3 2024 revenue rose 12.5% to 1 234 million; see pages 12-15 and 101-110.",
        "node-18 i686 x86_64 utf8 iso8859-1 rfc2616 RFC 9110 ISO 27001 IEEE 802.11",
        "score 10-12, 21:19, 6-4 6-3, 1990-2020, 50/50, 24/7, 4x4, 1080p, 3,000,000",
    ]

    @Test(arguments: quiet) func `ordinary numbers stay quiet with every class on`(text: String) throws {
        let found = try Fixtures.find(text)
        #expect(found.isEmpty, "\(found)")
    }

    @Test func `a card, a telephone and a social security number are no foreign identifiers`() throws {
        #expect(try Fixtures.find("4111 1111 1111 1111").map(\.0) == [.card])
        #expect(try Fixtures.find("card 5555555555554444").map(\.0) == [.card])
        #expect(try Fixtures.find("+1 415-555-0132").map(\.0) == [.phone])
        #expect(try Fixtures.find("078-05-1123").map(\.0) == [.ssn])
        #expect(try Fixtures.find("SSN 078051123").map(\.0) == [.ssn])
    }

    @Test func `samples of social security numbers are taken only where a word says so`() throws {
        #expect(try Fixtures.values("078-05-1120, 123-45-6789, 111-11-1111", of: .ssn).isEmpty)
        #expect(try Fixtures.find("my ssn is 078-05-1120").map(\.0) == [.ssn])
    }

    @Test(arguments: checked) func `every checked format keeps what detectors promise`(specimen: Specimen) throws {
        var digits = Digits(random: RestorationTests.Random(state: 13))
        let samples = (0..<2).map { _ in "\(specimen.phrase) \(specimen.make(&digits))" }
        let conformance = DetectorConformance(
            scanner: Fixtures.scanner, dataClass: specimen.sensitiveClass.dataClass, samples: samples)
        #expect(try conformance.violations(time: Fixtures.threadNanoseconds) == [])
    }

    @Test(arguments: found) func `every format without a check keeps what detectors promise`(
        name: String, text: String, value: String
    ) throws {
        let conformance = DetectorConformance(scanner: Fixtures.scanner, dataClass: DataClass(name), samples: [text])
        #expect(try conformance.violations() == [])
    }

    @Test(arguments: [
        "1 ", "A1", "1234567890", "12.34.56.", "AB 12 ", "123456789 ", "1-", "A1 ", "9999999999999 ", "(",
    ])
    func `time is linear however digits and letters follow each other`(unit: String) throws {
        func nanoseconds(_ count: Int) throws -> Int {
            let bytes = Array(String(repeating: unit, count: count / unit.utf8.count).utf8)
            var best = Int.max
            for _ in 0..<3 {
                let start = Fixtures.threadNanoseconds()
                _ = try bytes.withUnsafeBytes { try Fixtures.engine.inspect(text: $0) }
                best = min(best, Fixtures.threadNanoseconds() - start)
            }
            return best
        }
        #expect(try nanoseconds(80_000) <= 48 * max(1_000, nanoseconds(5_000)))
    }
}
