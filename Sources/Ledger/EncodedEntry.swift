/// An entry as canonical JSON but for its place in the log, which is filled in when that is known: so event loops
/// encode each their own entries, and only the filling in happens one after the other.
public struct EncodedEntry: Sendable {
    /// The entry without the value of `seq`.
    let bytes: [UInt8]
    /// Where the value of `seq` goes.
    let sequenceOffset: Int

    /// The most digits of `seq`.
    private static let placeBytes = 20

    /// Throws for what would be longer than `LedgerSchema.maximumLineBytes`.
    init(bytes: [UInt8], sequenceOffset: Int) throws(LedgerEntryTooLong) {
        guard bytes.count + Self.placeBytes <= LedgerSchema.maximumLineBytes else {
            throw LedgerEntryTooLong(bytes: bytes.count + Self.placeBytes)
        }
        self.bytes = bytes
        self.sequenceOffset = sequenceOffset
    }

    /// The most bytes that it takes in a bundle, its length included.
    public var bundleBytes: Int { bytes.count + Self.placeBytes + 2 }

    /// Appends its length, in 16 bits, and the whole entry.
    func append(sequence: UInt64, to bundle: inout [UInt8]) {
        let start = bundle.count
        bundle.append(contentsOf: [0, 0])
        bundle.append(contentsOf: bytes[..<sequenceOffset])
        appendDecimal(sequence, to: &bundle)
        bundle.append(contentsOf: bytes[sequenceOffset...])
        let length = bundle.count - start - 2
        bundle[start] = UInt8(truncatingIfNeeded: length &>> 8)
        bundle[start + 1] = UInt8(truncatingIfNeeded: length)
    }
}

/// An entry that does not fit a line: some name in it is far too long. Nothing of it is recorded, so what it speaks of
/// may not happen.
public struct LedgerEntryTooLong: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the line would take.
    public let bytes: Int

    /// Says both sizes.
    public var description: String {
        "the ledger's entry would take \(bytes) bytes, and a line has at most \(LedgerSchema.maximumLineBytes)"
    }
}

/// Appends a number's digits.
func appendDecimal(_ value: UInt64, to output: inout [UInt8]) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
        output.append(0x30 + UInt8(truncatingIfNeeded: value / divisor % 10))
        divisor /= 10
    }
}
