internal import Cryptography

/// An entry as canonical JSON but for its place in the log, which is filled in when that is known: so event loops
/// encode each their own entries, and only the filling in and the hashing happen one after the other.
public struct EncodedEntry: Sendable {
    /// The line without the values of `prev` and `seq`, and without a line feed.
    let bytes: [UInt8]
    /// Where the value of `prev` goes.
    let previousOffset: Int
    /// Where the value of `seq` goes; after `previousOffset`.
    let sequenceOffset: Int

    /// Bytes of a line beside `bytes`: 66 of `prev` and at most 20 of `seq`.
    private static let placeBytes = 86

    /// Throws for what would be longer than `LedgerSchema.maximumLineBytes`.
    init(bytes: [UInt8], previousOffset: Int, sequenceOffset: Int) throws(LedgerEntryTooLong) {
        guard bytes.count + Self.placeBytes <= LedgerSchema.maximumLineBytes else {
            throw LedgerEntryTooLong(bytes: bytes.count + Self.placeBytes)
        }
        self.bytes = bytes
        self.previousOffset = previousOffset
        self.sequenceOffset = sequenceOffset
    }

    /// The most bytes that its line takes, line feed included.
    public var lineBytes: Int { bytes.count + Self.placeBytes + 1 }

    /// Appends the whole line, without line feed, to a batch.
    func appendLine(previous: Digest32, sequence: UInt64, to batch: inout [UInt8]) {
        batch.append(contentsOf: bytes[..<previousOffset])
        batch.append(UInt8(ascii: "\""))
        previous.appendHex(to: &batch)
        batch.append(UInt8(ascii: "\""))
        batch.append(contentsOf: bytes[previousOffset..<sequenceOffset])
        appendDecimal(sequence, to: &batch)
        batch.append(contentsOf: bytes[sequenceOffset...])
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
