import Cryptography

/// Numbers that depend on a tenant's key, a class, a value and an attempt, and on nothing else: what stand-ins are chosen with.
struct KeyedSequence {
    private let authenticator: HMACSHA256Authenticator
    private let seed: Digest32
    private var block: Digest32
    private var number: UInt32 = 0
    private var word = 0

    /// `purpose` tells sequences of one class apart.
    init(
        _ key: TenantKey, _ sensitiveClass: SensitiveClass, _ value: some Sequence<UInt8>, attempt: Int,
        purpose: UInt8 = 0
    ) {
        authenticator = key.authenticator
        seed = Self.digest(key, sensitiveClass, .standIn, [purpose, UInt8(truncatingIfNeeded: attempt)] + value)
        block = seed
    }

    /// What an authenticator's code is for. It stands after the label, which has letters only, so that no code serves two ends.
    enum Purpose: UInt8 {
        case surrogate = 0
        case hash = 1
        case standIn = 2
        case salt = 3
    }

    /// The code of a value of a class.
    static func digest(
        _ key: TenantKey, _ sensitiveClass: SensitiveClass, _ purpose: Purpose, _ value: [UInt8]
    ) -> Digest32 {
        value.withUnsafeBytes { digest(key, sensitiveClass, purpose, $0) }
    }

    /// The code of a value of a class.
    static func digest(
        _ key: TenantKey, _ sensitiveClass: SensitiveClass, _ purpose: Purpose, _ value: UnsafeRawBufferPointer
    ) -> Digest32 {
        let label = sensitiveClass.label
        return withUnsafeTemporaryAllocation(byteCount: label.utf8CodeUnitCount + 1, alignment: 1) { prefix in
            prefix.copyMemory(from: UnsafeRawBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount))
            prefix[label.utf8CodeUnitCount] = purpose.rawValue
            return key.authenticator.authenticate(UnsafeRawBufferPointer(prefix), value)
        }
    }

    /// The next number, within 0..<`limit`; of 64 bits of hash, so that small limits are as good as even.
    mutating func next(below limit: Int) -> Int {
        if word == 4 {
            number &+= 1
            block = seed.withBytes { seed in
                withUnsafeBytes(of: number.littleEndian) { authenticator.authenticate(seed, $0) }
            }
            word = 0
        }
        let bits = block.withBytes { $0.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self) }
        word += 1
        return Int(UInt64(littleEndian: bits) % UInt64(max(limit, 1)))
    }

    /// The next number within a range.
    mutating func next(in range: ClosedRange<Int>) -> Int { range.lowerBound + next(below: range.count) }

    /// One of some elements; the list must not be empty.
    mutating func element<Element>(of list: [Element]) -> Element { list[next(below: list.count)] }

    /// A digit's byte.
    mutating func digit() -> UInt8 { 0x30 + UInt8(next(below: 10)) }

    /// A letter's byte in upper case, none that is taken for a digit or that identifiers leave out (I, O, Q, U).
    mutating func letter() -> UInt8 { Self.letters[next(below: Self.letters.count)] }

    private static let letters = [UInt8]("ABCDEFGHJKLMNPRSTVWXYZ".utf8)
}
