internal import Cryptography
public import Inference
public import Ledger

/// A sealed payload as it lies in the vault: all but its text. Nobody's key is needed to read this much.
///
/// In its file it is a header of 64 bytes, its key, wrapped under the day's, and the text, sealed under that key:
///
///     0    SPv1, kind, flags, attempt (2)    all numbers big-endian
///     8    request's identifier (16)
///     24   milliseconds since 1970 (8)
///     32   bytes of text, n (8)
///     40   zeros (8)
///     48   SHA-256 of the segment's name and the bytes before, the first 16 bytes
///     64   nonce (12), key and salt (32 + 32, sealed), tag (16): zeros once it is shredded
///     156  nonce (12), text (n, sealed), tag (16): zeros once it is shredded
///
/// The header is authenticated with both. So a record that is cut short or changed anywhere opens for nobody.
public struct VaultRecord: Hashable, Sendable {
    /// What a payload is.
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// A request's body as it left.
        case request = 1
        /// The answer's body as it came from the provider.
        case answer = 2
        /// A request's body as it came from the caller.
        case original = 3
    }

    struct Flags: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let cut = Flags(rawValue: 1)
        static let stream = Flags(rawValue: 2)
        static let known: Flags = [.cut, .stream]
    }

    enum Layout {
        static let magic = Array("SPv1".utf8)
        static let header = 64
        static let hashed = 48
        static let slot = AESGCM.nonceLength + 2 * DayKey.length + AESGCM.tagLength
        /// Bytes beside the text.
        static let overhead = header + slot + AESGCM.nonceLength + AESGCM.tagLength
        /// Longer ones nobody seals; the bound keeps a damaged length from asking for memory.
        static let maximumText = 1 << 30
    }

    /// Where it lies.
    public let segment: VaultSegment
    /// The request's identifier.
    public let requestID: RequestID
    /// Which attempt of the request, from 1.
    public let attempt: Int
    /// What it is.
    public let kind: Kind
    /// When it was sealed.
    public let time: LedgerTime
    /// Bytes of the text.
    public let textBytes: Int
    /// Whether it was shredded.
    public let isShredded: Bool
    /// Whether the text is only the beginning, since it was longer than the settings keep, or the answer broke off.
    public var isCut: Bool { flags.contains(.cut) }
    /// Whether the answer is a stream of events.
    public var isStream: Bool { flags.contains(.stream) }

    let flags: Flags
    let offset: Int

    var slotRange: Range<Int> { offset + Layout.header..<offset + Layout.header + Layout.slot }
    var textRange: Range<Int> { slotRange.upperBound..<end }
    var end: Int { offset + Layout.overhead + textBytes }
}

extension VaultRecord {
    init(
        _ kind: Kind, _ flags: Flags, of requestID: RequestID, attempt: Int, at time: LedgerTime, textBytes: Int,
        in segment: VaultSegment
    ) {
        self.init(
            segment: segment, requestID: requestID, attempt: min(max(attempt, 0), 0xFFFF), kind: kind, time: time,
            textBytes: textBytes, isShredded: false, flags: flags, offset: 0)
    }

    /// Its header's 64 bytes.
    var header: [UInt8] {
        var bytes = Layout.magic
        bytes.reserveCapacity(Layout.header)
        bytes.append(kind.rawValue)
        bytes.append(flags.rawValue)
        bytes.appendBigEndian(UInt16(truncatingIfNeeded: attempt))
        bytes += Hexadecimal.decode(requestID.rawValue) ?? [UInt8](repeating: 0, count: 16)
        bytes.appendBigEndian(UInt64(bitPattern: time.milliseconds))
        bytes.appendBigEndian(UInt64(textBytes))
        bytes.appendBigEndian(UInt64(0))
        return bytes + Self.check(bytes, segment)
    }

    /// Reads a header and the nonce behind it; `nil` for what is none.
    init?(_ bytes: some RandomAccessCollection<UInt8>, at offset: Int, in segment: VaultSegment) {
        let bytes = Array(bytes.prefix(Layout.header + AESGCM.nonceLength))
        guard bytes.count == Layout.header + AESGCM.nonceLength, bytes.starts(with: Layout.magic),
            bytes[Layout.hashed..<Layout.header].elementsEqual(Self.check(Array(bytes[..<Layout.hashed]), segment)),
            let kind = Kind(rawValue: bytes[4]), Flags.known.isSuperset(of: Flags(rawValue: bytes[5])),
            let length = Int(exactly: bytes.bigEndian(at: 32)), length <= Layout.maximumText
        else { return nil }
        self.init(
            segment: segment, requestID: RequestID(high: bytes.bigEndian(at: 8), low: bytes.bigEndian(at: 16)),
            attempt: Int(bytes[6]) << 8 | Int(bytes[7]), kind: kind,
            time: LedgerTime(milliseconds: Int64(bitPattern: bytes.bigEndian(at: 24))), textBytes: length,
            isShredded: bytes[Layout.header...].allSatisfy { $0 == 0 }, flags: Flags(rawValue: bytes[5]), offset: offset
        )
    }

    private static func check(_ bytes: [UInt8], _ segment: VaultSegment) -> [UInt8] {
        Array(SHA256.hash(Array("\(segment)".utf8) + bytes).bytes.prefix(Layout.header - Layout.hashed))
    }
}

/// The text of a payload with the salt of its request's commitment.
struct SealedText {
    /// The record's bytes, from its header to its last tag.
    static func bytes(
        _ record: VaultRecord, text: UnsafeRawBufferPointer, salt: Digest32, under key: DayKey
    ) throws -> [UInt8] {
        let header = record.header
        let own = try SymmetricKey(randomCount: DayKey.length)
        let nonces = try SecureRandom.bytes(2 * AESGCM.nonceLength)
        let (first, second) = (Array(nonces[..<AESGCM.nonceLength]), Array(nonces[AESGCM.nonceLength...]))
        let secrets = SymmetricKey(own.withBytes { [UInt8]($0) } + salt.bytes)
        guard let cipher = AESGCM(key: own) else { throw AESGCM.Failure() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(VaultRecord.Layout.overhead + text.count)
        bytes += header
        bytes += first
        bytes += try secrets.withBytes { try key.payloadKeys.seal($0, nonce: first, authenticating: header) }
        bytes += second
        bytes += try cipher.seal(text, nonce: second, authenticating: header)
        return bytes
    }

    /// The reverse; `nil` for what was changed, or sealed under another key.
    static func open(_ bytes: [UInt8], _ record: VaultRecord, under key: DayKey) -> (text: [UInt8], salt: Digest32)? {
        typealias Layout = VaultRecord.Layout
        guard bytes.count == Layout.overhead + record.textBytes else { return nil }
        let header = Array(bytes[..<Layout.header])
        guard header == record.header else { return nil }
        let (slot, rest) = (
            bytes[Layout.header..<Layout.header + Layout.slot], bytes[(Layout.header + Layout.slot)...]
        )
        guard
            let secrets = key.payloadKeys.open(
                slot.dropFirst(AESGCM.nonceLength), nonce: Array(slot.prefix(AESGCM.nonceLength)),
                authenticating: header), secrets.count == 2 * DayKey.length,
            let cipher = AESGCM(key: SymmetricKey(Array(secrets[..<DayKey.length]))),
            let text = cipher.open(
                rest.dropFirst(AESGCM.nonceLength), nonce: Array(rest.prefix(AESGCM.nonceLength)),
                authenticating: header), let salt = Digest32(secrets[DayKey.length...])
        else { return nil }
        return (text, salt)
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    func bigEndian(at offset: Int) -> UInt64 { self[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) } }
}
