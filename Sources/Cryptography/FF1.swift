/// FF1, format-preserving encryption with AES (NIST SP 800-38G §6.2): numerals of a radix become as many numerals of the same radix, and
/// only the key brings them back.
///
/// A numeral is a byte below the radix, the most significant first: the text of a number, each digit less `0`. Safe to share between
/// threads.
///
/// The standard leaves the longest text to the implementation (`maxlen`). Here each half is at most 96 bits, so that a round is
/// arithmetic on one machine word or two: 56 decimal digits, 36 of radix 36.
public final class FF1: Sendable {
    /// Why nothing is encrypted.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// AES takes 16, 24 or 32 bytes.
        case keyLength(Int)
        /// Not within 2…36.
        case radix(Int)
        /// So short a text has fewer than a million values, which is too few to hide in (SP 800-38G revision 1, §5); or it is too long.
        case length(Int, allowed: ClosedRange<Int>)
        /// A numeral at this place is not below the radix.
        case numeral(at: Int)
        /// Longer than 65,536 bytes.
        case tweakLength(Int)

        /// What is wrong, without the text.
        public var description: String {
            switch self {
            case .keyLength(let count): "expected a key of 16, 24 or 32 bytes, found \(count)"
            case .radix(let radix): "expected a radix within 2…36, found \(radix)"
            case .length(let count, let allowed):
                "expected \(allowed.lowerBound)…\(allowed.upperBound) numerals, found \(count)"
            case .numeral(let place): "the numeral at \(place) is not below the radix"
            case .tweakLength(let count): "expected a tweak of at most 65536 bytes, found \(count)"
            }
        }
    }

    enum Direction { case encrypt, decrypt }

    private enum Bounds {
        static let radices = 2...36
        /// radix^minlen: SP 800-38G revision 1 asks for a million values at least.
        static let leastValues: UInt128 = 1_000_000
        static let halfBits = 96
        static let tweak = 65_536
    }

    private let cipher: AESBlockCipher

    /// Keeps an AES key of 16, 24 or 32 bytes, which serves nothing but FF1.
    public init(key: SymmetricKey) throws(Failure) {
        guard AESBlockCipher.accepts(keyLength: key.count) else { throw .keyLength(key.count) }
        cipher = AESBlockCipher(key: key)
    }

    /// How many numerals a text may have: from the first length with a million values on.
    public static func lengths(radix: Int) throws(Failure) -> ClosedRange<Int> {
        guard Bounds.radices.contains(radix) else { throw .radix(radix) }
        return byRadix[radix - Bounds.radices.lowerBound]
    }

    /// The text that these numerals become under a tweak: any bytes, may be empty, need not be secret; another tweak, another text.
    public func encrypt(_ numerals: [UInt8], radix: Int, tweak: [UInt8] = []) throws(Failure) -> [UInt8] {
        try transform(numerals, radix, tweak, .encrypt)
    }

    /// The numerals that became this text.
    public func decrypt(_ numerals: [UInt8], radix: Int, tweak: [UInt8] = []) throws(Failure) -> [UInt8] {
        try transform(numerals, radix, tweak, .decrypt)
    }

    private func transform(
        _ numerals: [UInt8], _ radix: Int, _ tweak: [UInt8], _ direction: Direction
    ) throws(Failure) -> [UInt8] {
        let allowed = try Self.lengths(radix: radix)
        guard allowed.contains(numerals.count) else { throw .length(numerals.count, allowed: allowed) }
        if let place = numerals.firstIndex(where: { Int($0) >= radix }) { throw .numeral(at: place) }
        guard tweak.count <= Bounds.tweak else { throw .tweakLength(tweak.count) }
        let bits = Self.halfBits(radix: radix, length: numerals.count)
        return cipher.withContext { context in
            // The bytes of a round's number, d, are eight up to 32 bits of a half, so that most identifiers need no wide arithmetic.
            if bits <= 32 {
                var rounds = FF1Rounds<UInt64>(context, radix, numerals.count, bits, tweak)
                return rounds.run(numerals, direction)
            }
            var rounds = FF1Rounds<UInt128>(context, radix, numerals.count, bits, tweak)
            return rounds.run(numerals, direction)
        }
    }

    // MARK: Lengths

    private static let byRadix: [ClosedRange<Int>] = Bounds.radices.map { radix in
        var least = 2
        while power(radix, least) < Bounds.leastValues { least += 1 }
        var most = least
        while halfBits(radix: radix, length: most + 1) <= Bounds.halfBits { most += 1 }
        return least...most
    }

    /// ⌈v · log₂ radix⌉ for the longer half of v numerals: exact, where floating point might not be.
    private static func halfBits(radix: Int, length: Int) -> Int {
        let greatest = power(radix, length - length / 2) - 1
        return UInt128.bitWidth - greatest.leadingZeroBitCount
    }

    /// Below 2¹⁰² for all lengths that are asked for.
    private static func power(_ radix: Int, _ exponent: Int) -> UInt128 {
        (0..<exponent).reduce(1) { power, _ in power * UInt128(radix) }
    }
}
