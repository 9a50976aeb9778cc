/// The ten Feistel rounds of FF1 on one text (SP 800-38G §6.2, algorithms 7 and 8). Names are the standard's; `Word` holds a round's
/// number y of d bytes.
struct FF1Rounds<Word: FixedWidthInteger & UnsignedInteger> {
    private static var blockLength: Int { AESBlockCipher.blockLength }

    private let context: AESBlockCipher.Context
    private let radix: Word
    /// The text's length, and that of its two halves.
    private let n, u, v: Int
    /// radix^u and radix^v.
    private let uModulus, vModulus: Word
    /// Bytes of a half as a number.
    private let b: Int
    /// The tweak, zeros, and room for a round's number and half: a multiple of 16 bytes.
    private var q: [UInt8]
    /// Where in `q` the last block begins that is the same in all rounds, and the cipher's state before it.
    private let changing: Int
    private var state: [UInt8]

    init(_ context: AESBlockCipher.Context, _ radix: Int, _ length: Int, _ bits: Int, _ tweak: [UInt8]) {
        self.context = context
        self.radix = Word(radix)
        n = length
        u = length / 2
        v = length - length / 2
        uModulus = Self.power(self.radix, u)
        vModulus = Self.power(self.radix, v)
        b = (bits + 7) / 8
        // Step 6.i: T ‖ 0^((−t−b−1) mod 16) ‖ [i] ‖ [NUM(B)].
        let blocks = (tweak.count + b + 1 + Self.blockLength - 1) / Self.blockLength
        q = [UInt8](repeating: 0, count: blocks * Self.blockLength)
        q.replaceSubrange(..<tweak.count, with: tweak)
        changing = (q.count - b - 1) / Self.blockLength * Self.blockLength
        // Step 5.
        state = [1, 2, 1, 0, UInt8(radix >> 8), UInt8(radix & 255), 10, UInt8(u & 255)]
        state += Self.bigEndian(UInt32(length)) + Self.bigEndian(UInt32(tweak.count))
        // What is the same in each round is encrypted once.
        Self.encrypt(&state, context)
        Self.authenticate(q[..<changing], context, &state)
    }

    /// The other text.
    mutating func run(_ numerals: [UInt8], _ direction: FF1.Direction) -> [UInt8] {
        var a = number(numerals[..<u])
        var b = number(numerals[u...])
        switch direction {
        case .encrypt:
            for round in 0..<10 {
                let modulus = round & 1 == 0 ? uModulus : vModulus
                let sum = a + y(UInt8(round), b) % modulus
                (a, b) = (b, sum >= modulus ? sum - modulus : sum)
            }
        case .decrypt:
            for round in (0..<10).reversed() {
                let modulus = round & 1 == 0 ? uModulus : vModulus
                let subtrahend = y(UInt8(round), a) % modulus
                (a, b) = (b >= subtrahend ? b - subtrahend : b + (modulus - subtrahend), a)
            }
        }
        var output = [UInt8](repeating: 0, count: n)
        write(a, into: &output[..<u])
        write(b, into: &output[u...])
        return output
    }

    /// Steps 6.ii to 6.iv: the round's number from the other half's.
    private mutating func y(_ round: UInt8, _ half: Word) -> Word {
        var rest = half
        for place in 1...b {
            q[q.count - place] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
        q[q.count - b - 1] = round
        var block = state
        Self.authenticate(q[changing...], context, &block)
        // d = 4⌈b/4⌉ + 4 is eight bytes for `UInt64`, at most sixteen for `UInt128`: never more than one block.
        let d = (b + 3) / 4 * 4 + 4
        return block[..<d].reduce(0) { $0 << 8 | Word($1) }
    }

    /// PRF (algorithm 6): the CBC-MAC of whole blocks, `state` being that of what came before.
    private static func authenticate(
        _ blocks: ArraySlice<UInt8>, _ context: AESBlockCipher.Context, _ state: inout [UInt8]
    ) {
        var start = blocks.startIndex
        while start < blocks.endIndex {
            for index in 0..<blockLength { state[index] ^= blocks[start + index] }
            encrypt(&state, context)
            start += blockLength
        }
    }

    private static func encrypt(_ block: inout [UInt8], _ context: AESBlockCipher.Context) {
        block.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { context.encrypt(base) } }
    }

    // MARK: Numbers

    private func number(_ numerals: ArraySlice<UInt8>) -> Word { numerals.reduce(0) { $0 * radix + Word($1) } }

    private func write(_ number: Word, into numerals: inout ArraySlice<UInt8>) {
        var rest = number
        for index in numerals.indices.reversed() {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: radix)
            numerals[index] = UInt8(truncatingIfNeeded: remainder)
            rest = quotient
        }
    }

    private static func power(_ radix: Word, _ exponent: Int) -> Word {
        (0..<exponent).reduce(1) { power, _ in power * radix }
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
