/// Finds records that say nearly the same: MinHash over shingles of words, with locality-sensitive hashing (Broder 1997; Leskovec,
/// Rajaraman, Ullman, "Mining of Massive Datasets", §3.3–3.4).
///
/// Two texts count as near duplicates where the estimated Jaccard similarity of their shingles, three words each, is at least the
/// threshold. 128 hashes estimate it with a standard error below 0.045. Texts are compared that agree in one of 32 bands of four hashes:
/// of pairs with similarity 0.8 all but 1 in 10⁷ are, of 0.5 seven in eight, whose estimate then decides.
///
/// It keeps 512 bytes of hashes and about as much of bands for each text that is no duplicate.
public struct NearDuplicates: Sendable {
    /// Where nothing else is said.
    public static let usualThreshold = 0.85

    private static let hashes = 128
    private static let bands = 32
    private static let rows = hashes / bands
    private static let words = 3

    private let threshold: Double
    private let multipliers: [UInt64]
    private let addends: [UInt64]
    private var signatures: [[UInt32]] = []
    /// Texts by each band's hashes.
    private var buckets: [UInt64: [Int32]] = [:]

    /// `threshold`: similarity, 0…1, from which on two texts are duplicates; a seed gives the same verdicts each time.
    public init(threshold: Double = usualThreshold, seed: UInt64) {
        self.threshold = threshold
        var state = seed
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            return Self.mixed(state)
        }
        multipliers = (0..<Self.hashes).map { _ in next() | 1 }
        addends = (0..<Self.hashes).map { _ in next() }
    }

    /// Whether a text is nearly the same as one taken before; if not, it is taken.
    public mutating func isDuplicate(_ text: String) -> Bool {
        let signature = signature(of: text)
        var keys: [UInt64] = []
        keys.reserveCapacity(Self.bands)
        var seen: Set<Int32> = []
        for band in 0..<Self.bands {
            var key = UInt64(band) &* 0x9E37_79B9_7F4A_7C15
            for row in 0..<Self.rows { key = Self.mixed(key ^ UInt64(signature[band * Self.rows + row])) }
            keys.append(key)
            for other in buckets[key] ?? [] where seen.insert(other).inserted {
                if similarity(signature, signatures[Int(other)]) >= threshold { return true }
            }
        }
        let number = Int32(truncatingIfNeeded: signatures.count)
        signatures.append(signature)
        for key in keys { buckets[key, default: []].append(number) }
        return false
    }

    /// The estimated similarity of two texts, 0…1.
    public func similarity(of first: String, and second: String) -> Double {
        similarity(signature(of: first), signature(of: second))
    }

    private func similarity(_ first: [UInt32], _ second: [UInt32]) -> Double {
        var equal = 0
        for index in 0..<Self.hashes where first[index] == second[index] { equal += 1 }
        return Double(equal) / Double(Self.hashes)
    }

    private func signature(of text: String) -> [UInt32] {
        var signature = [UInt32](repeating: .max, count: Self.hashes)
        Self.forEachShingle(text) { shingle in
            for index in 0..<Self.hashes {
                // The upper half of a product modulo 2⁶⁴ is what multiply-shift hashing takes.
                let hash = UInt32(truncatingIfNeeded: (shingle &* multipliers[index] &+ addends[index]) >> 32)
                if hash < signature[index] { signature[index] = hash }
            }
        }
        return signature
    }

    /// Three words in a row, hashed; of scripts that put no blanks between words each letter beyond ASCII's is a word.
    private static func forEachShingle(_ text: String, _ body: (UInt64) -> Void) {
        var window: [UInt64] = []
        var word: UInt64 = 0
        var count = 0
        func end() {
            guard word != 0 else { return }
            window.append(word)
            word = 0
            if window.count > words { window.removeFirst() }
            guard window.count == words else { return }
            count += 1
            body(window.reduce(0) { mixed($0 &* 31 ^ $1) })
        }
        for scalar in text.lowercased().unicodeScalars {
            let properties = scalar.properties
            if properties.isIdeographic {
                end()
                word = mixed(UInt64(scalar.value))
                end()
            } else if properties.isAlphabetic || properties.numericType != nil || scalar == "_" {
                word = mixed(word &* 31 &+ UInt64(scalar.value) &+ 1) | 1
            } else {
                end()
            }
        }
        end()
        // Texts of less than three words are their words.
        if count == 0 { body(window.reduce(7) { mixed($0 &* 31 ^ $1) }) }
    }

    /// SplitMix64's last step (Steele, Lea, Flood 2014).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
