import Cryptography
import Testing

/// FF1 against NIST's samples, and against itself.
@Suite struct FF1Tests {
    /// A line of NIST's "Example Values" for FF1 (csrc.nist.gov, Cryptographic Standards and Guidelines, FF1samples.pdf).
    struct Sample: CustomTestStringConvertible, Sendable {
        let name: String
        let key: String
        let radix: Int
        let tweak: String
        let plain: String
        let cipher: String

        var testDescription: String { name }
    }

    private static let key128 = "2B7E151628AED2A6ABF7158809CF4F3C"
    private static let key192 = key128 + "EF4359D8D580AA4F"
    private static let key256 = key192 + "7F036D6F04FC6A94"

    private static let samples = [
        Sample(name: "1", key: key128, radix: 10, tweak: "", plain: "0123456789", cipher: "2433477484"),
        Sample(
            name: "2", key: key128, radix: 10, tweak: "39383736353433323130", plain: "0123456789", cipher: "6124200773"),
        Sample(
            name: "3", key: key128, radix: 36, tweak: "3737373770717273373737", plain: "0123456789abcdefghi",
            cipher: "a9tv40mll9kdu509eum"),
        Sample(name: "4", key: key192, radix: 10, tweak: "", plain: "0123456789", cipher: "2830668132"),
        Sample(
            name: "5", key: key192, radix: 10, tweak: "39383736353433323130", plain: "0123456789", cipher: "2496655549"),
        Sample(
            name: "6", key: key192, radix: 36, tweak: "3737373770717273373737", plain: "0123456789abcdefghi",
            cipher: "xbj3kv35jrawxv32ysr"),
        Sample(name: "7", key: key256, radix: 10, tweak: "", plain: "0123456789", cipher: "6657667009"),
        Sample(
            name: "8", key: key256, radix: 10, tweak: "39383736353433323130", plain: "0123456789", cipher: "1001623463"),
        Sample(
            name: "9", key: key256, radix: 36, tweak: "3737373770717273373737", plain: "0123456789abcdefghi",
            cipher: "xs8a0azh2avyalyzuwd"),
    ]

    private static func bytes(_ hex: String) throws -> [UInt8] { try #require(Hexadecimal.decode(Array(hex.utf8))) }

    private static func numerals(_ text: String) -> [UInt8] {
        text.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x61 + 10 }
    }

    @Test(arguments: samples) func `each sample of NIST is met both ways`(sample: Sample) throws {
        let ff1 = try FF1(key: SymmetricKey(Self.bytes(sample.key)))
        let tweak = try Self.bytes(sample.tweak)
        let cipher = try ff1.encrypt(Self.numerals(sample.plain), radix: sample.radix, tweak: tweak)
        #expect(cipher == Self.numerals(sample.cipher))
        #expect(try ff1.decrypt(cipher, radix: sample.radix, tweak: tweak) == Self.numerals(sample.plain))
    }

    @Test(arguments: [2, 3, 10, 16, 26, 32, 36]) func `every length comes back, under every tweak`(radix: Int) throws {
        let ff1 = try FF1(key: SymmetricKey([UInt8](0..<32)))
        let lengths = try FF1.lengths(radix: radix)
        for length in Set([
            lengths.lowerBound, lengths.lowerBound + 1, 20, 21, lengths.upperBound - 1, lengths.upperBound,
        ])
        where lengths.contains(length) {
            for tweakLength in [0, 1, 3, 7, 10, 11, 15, 16, 17, 33] {
                let tweak = (0..<tweakLength).map { UInt8($0 &* 7) }
                // All least, all greatest, and a mixture.
                for plain in [
                    [UInt8](repeating: 0, count: length), [UInt8](repeating: UInt8(radix - 1), count: length),
                    (0..<length).map { UInt8($0 &* 31 % radix) },
                ] {
                    let cipher = try ff1.encrypt(plain, radix: radix, tweak: tweak)
                    #expect(cipher.count == length && cipher.allSatisfy { Int($0) < radix })
                    #expect(try ff1.decrypt(cipher, radix: radix, tweak: tweak) == plain)
                }
            }
        }
    }

    @Test func `no two texts become the same`() throws {
        let ff1 = try FF1(key: SymmetricKey([UInt8](0..<16)))
        var seen: Set<[UInt8]> = []
        for number in 0..<20_000 {
            let digits = (0..<6).map { UInt8(number / [100_000, 10_000, 1_000, 100, 10, 1][$0] % 10) }
            seen.insert(try ff1.encrypt(digits, radix: 10, tweak: [1]))
        }
        #expect(seen.count == 20_000)
    }

    @Test func `key and tweak both matter`() throws {
        let plain = [UInt8](repeating: 5, count: 16)
        let first = try FF1(key: SymmetricKey([UInt8](repeating: 1, count: 16)))
        let second = try FF1(key: SymmetricKey([UInt8](repeating: 2, count: 16)))
        let all = [
            try first.encrypt(plain, radix: 10), try first.encrypt(plain, radix: 10, tweak: [0]),
            try first.encrypt(plain, radix: 10, tweak: [0, 0]), try second.encrypt(plain, radix: 10),
            try first.encrypt(plain, radix: 11),
        ]
        #expect(Set(all).count == all.count)
    }

    @Test(arguments: [(2, 20), (10, 6), (26, 5), (36, 4)])
    func `a text must have a million values`(radix: Int, least: Int) throws {
        let ff1 = try FF1(key: SymmetricKey([UInt8](0..<16)))
        #expect(try FF1.lengths(radix: radix).lowerBound == least)
        #expect(throws: FF1.Failure.length(least - 1, allowed: try FF1.lengths(radix: radix))) {
            try ff1.encrypt([UInt8](repeating: 0, count: least - 1), radix: radix)
        }
        #expect(throws: Never.self) { try ff1.encrypt([UInt8](repeating: 0, count: least), radix: radix) }
    }

    @Test func `the longest texts are said`() throws {
        #expect(try FF1.lengths(radix: 10).upperBound == 56)
        #expect(try FF1.lengths(radix: 36).upperBound == 36)
        #expect(try FF1.lengths(radix: 2).upperBound == 192)
        let ff1 = try FF1(key: SymmetricKey([UInt8](0..<16)))
        #expect(throws: FF1.Failure.length(57, allowed: 6...56)) {
            try ff1.encrypt([UInt8](repeating: 0, count: 57), radix: 10)
        }
        #expect(throws: FF1.Failure.length(0, allowed: 6...56)) { try ff1.encrypt([], radix: 10) }
    }

    @Test func `what the standard excludes is refused`() throws {
        for count in [0, 8, 15, 17, 33, 64] {
            #expect(throws: FF1.Failure.keyLength(count)) {
                try FF1(key: SymmetricKey([UInt8](repeating: 0, count: count)))
            }
        }
        let ff1 = try FF1(key: SymmetricKey([UInt8](0..<16)))
        for radix in [-1, 0, 1, 37, 65_536, 1 << 40] {
            #expect(throws: FF1.Failure.radix(radix)) { try ff1.encrypt([UInt8](repeating: 0, count: 9), radix: radix) }
        }
        #expect(throws: FF1.Failure.numeral(at: 3)) { try ff1.decrypt([1, 2, 3, 10, 5, 6], radix: 10) }
        #expect(throws: FF1.Failure.tweakLength(65_537)) {
            try ff1.encrypt([1, 2, 3, 4, 5, 6], radix: 10, tweak: [UInt8](repeating: 0, count: 65_537))
        }
    }

    @Test func `threads share one`() async throws {
        let ff1 = try FF1(key: SymmetricKey([UInt8](0..<24)))
        let plain = [UInt8]("4111111111111111".utf8).map { $0 - 0x30 }
        let expected = try ff1.encrypt(plain, radix: 10)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try (0..<500).allSatisfy { _ in try ff1.encrypt(plain, radix: 10) == expected }
                }
            }
            for try await isSame in group { #expect(isSame) }
        }
    }
}
