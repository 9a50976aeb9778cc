/// A few bits about a text: which of 16 clusters its words fall into, and one number about its letters.
///
/// Words (and, for the number, every three bytes in a row) are hashed, and each hash votes for or against five fixed random
/// directions; the signs of four sums name the cluster (M. Charikar, "Similarity estimation techniques from rounding
/// algorithms", 2002), the fifth sum is the number. Texts about the same are mostly in the same cluster. Four bits and a
/// number say nothing about any word: more texts than there are have the same, so that none can be found again from them, and
/// neither the text nor its hashes are kept.
public struct TextSketch: Hashable, Sendable {
    /// How many clusters there are.
    public static let clusters = 16
    /// No more than the first so many bytes are looked at.
    public static let looked = 1_024

    /// 0..<16.
    public let cluster: Int
    /// Between −1 and 1.
    public let style: Double

    /// Looks at a text in UTF-8, or at its beginning; `nil` where it has no letter.
    public init?(_ text: [UInt8]) {
        var votes = SIMD8<Int32>(repeating: 0)
        var (word, length): (UInt64, Int) = (Self.seed, 0)
        var (words, grams, sum) = (0, 0, 0)
        var window: UInt64 = 0
        for byte in text.prefix(Self.looked) {
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            window = (window << 8 | UInt64(lower)) & 0xFF_FFFF
            grams += 1
            if grams >= 3 { sum += Self.mixed(window) & 1 == 0 ? 1 : -1 }
            if (0x61...0x7A).contains(lower) || lower >= 0x80 {
                word = (word ^ UInt64(lower)) &* 0x100_0000_01B3
                length += 1
            } else if length > 0 {
                words += 1
                votes &+= Self.directions(word)
                (word, length) = (Self.seed, 0)
            }
        }
        if length > 0 {
            words += 1
            votes &+= Self.directions(word)
        }
        guard words > 0 else { return nil }
        cluster = (0..<4).reduce(0) { $0 | (votes[$1] > 0 ? 1 << $1 : 0) }
        style = Double(sum) / Double(max(grams - 2, 1))
    }

    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    private static func directions(_ hash: UInt64) -> SIMD8<Int32> {
        let bits = mixed(hash)
        var votes = SIMD8<Int32>(repeating: 1)
        for place in 0..<4 where bits >> UInt64(place) & 1 == 0 { votes[place] = -1 }
        return votes
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
