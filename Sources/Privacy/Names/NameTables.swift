/// The model's file, checked: a header of 128 bytes, the weights, the lexicon.
///
/// All numbers are little-endian. The header: 0 `SPNM`, 4 version, 6 labels, 8 feature templates, 12 rows of weights, 16 entries of
/// the lexicon, 20 the weights' unit (how many make 1.0), 22 least margins of a person, a place and a handle, 28 weights of pairs of
/// labels (6 × 6, the former label first), 120 checksum of everything else. Weights are one byte for each label of a row; rows stand
/// close, padded to a multiple of eight bytes with at least eight to spare, so that a row can be read as a word.
struct NameTables: @unchecked Sendable {
    static let labels = 6
    static let templates = 50
    private static let headerLength = 128
    private static let version = 1

    let weights: UnsafeRawPointer
    let rows: UInt64
    let lexicon: UnsafeRawPointer
    let bucketMask: UInt64
    let unit: Int32
    let personMargin: Int32
    let placeMargin: Int32
    let handleMargin: Int32
    /// From the former label to the latter, `former * labels + latter`.
    let transitions: InlineArray<36, Int32>

    init(_ bytes: UnsafeRawBufferPointer) throws(NameModelError) {
        guard let base = bytes.baseAddress, bytes.count >= Self.headerLength,
            bytes[0..<4].elementsEqual("SPNM".utf8)
        else { throw .notAModel }
        func number<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
            Value(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Value.self))
        }
        guard number(4, UInt16.self) == Self.version else { throw .otherVersion(Int(number(4, UInt16.self))) }
        let rows = Int(number(12, UInt32.self))
        let entries = Int(number(16, UInt32.self))
        let weightsLength = (rows * Self.labels + 15) & ~7
        unit = Int32(number(20, Int16.self))
        guard number(6, UInt16.self) == Self.labels, number(8, UInt16.self) == Self.templates,
            rows > 0, rows <= 1 << 24, entries >= 4, entries <= 1 << 24, entries & (entries - 1) == 0, unit > 0,
            bytes.count == Self.headerLength + weightsLength + entries * 4
        else { throw .wrongSize }
        guard Self.checksum(bytes) == number(120, UInt64.self) else { throw .damaged }
        self.rows = UInt64(rows)
        weights = base + Self.headerLength
        lexicon = weights + weightsLength
        bucketMask = UInt64(entries / 4 - 1)
        personMargin = Int32(number(22, Int16.self))
        placeMargin = Int32(number(24, Int16.self))
        handleMargin = Int32(number(26, Int16.self))
        transitions = InlineArray { Int32(number(28 + 2 * $0, Int16.self)) }
    }

    /// Of all words of eight bytes but the one that holds it, in order: FNV-1a with words for bytes. Against accidents, not attackers.
    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var sum = NameHash.offset
        for offset in stride(from: 0, through: bytes.count - 8, by: 8) where offset != 120 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            sum = NameHash.step(sum, word)
        }
        return sum
    }

    /// What the lexicon says of a word: buckets of four entries, 16 bits of the hash and 16 bits of flags each.
    @inline(__always)
    func flags(of hash: UInt64) -> UInt16 {
        let mixed = hash &* NameHash.k1
        let bucket = Int(truncatingIfNeeded: mixed >> 32 & bucketMask)
        let mark = UInt32(truncatingIfNeeded: mixed >> 16 & 0xFFFF)
        for slot in 0..<4 {
            let entry = UInt32(
                littleEndian: lexicon.loadUnaligned(fromByteOffset: bucket &* 16 &+ slot &* 4, as: UInt32.self))
            if entry >> 16 == mark && entry & 0xFFFF != 0 { return UInt16(truncatingIfNeeded: entry) }
        }
        return 0
    }

    /// The row of a feature of a template made of two words.
    @inline(__always)
    func row(_ template: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
        let mixed = ((first ^ (second &* NameHash.k2)) &+ template &* NameHash.k3) &* NameHash.k1
        return ((mixed >> 32) &* rows) >> 32
    }

    /// The weights of a row, one for each label; two lanes are of the next row.
    @inline(__always)
    func weights(row: UInt64) -> SIMD8<Int8> {
        weights.loadUnaligned(
            fromByteOffset: Int(truncatingIfNeeded: row) &* Self.labels, as: SIMD8<Int8>.self)
    }
}

/// The hash of words and features: FNV-1a over scalars, then multiplied and cut.
enum NameHash {
    static let offset: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01B3
    static let k1: UInt64 = 0x9E37_79B9_7F4A_7C15
    static let k2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    static let k3: UInt64 = 0x1656_67B1_9E37_79F9

    @inline(__always)
    static func step(_ hash: UInt64, _ value: UInt64) -> UInt64 { (hash ^ value) &* prime }

    /// The hash of one ASCII character's token.
    @inline(__always)
    static func of(_ character: Unicode.Scalar) -> UInt64 { step(offset, UInt64(character.value)) }
}
