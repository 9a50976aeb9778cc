private import Cryptography

/// The name of a key in a note: UTF-8 without spaces and `+`, compared byte by byte (c2sp.org/signed-note).
public struct NoteKeyName: Hashable, Sendable, CustomStringConvertible {
    /// Its bytes.
    public let bytes: [UInt8]

    /// Takes a name; `nil` for an empty one, and one with a space of any kind, a control character or a `+`.
    public init?(_ text: String) { self.init(bytes: Array(text.utf8)) }

    /// Takes a name's UTF-8; `nil` for anything else.
    public init?(bytes: [UInt8]) {
        guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20
        }
        guard isPlain else { return nil }
        self.bytes = bytes
    }

    /// The name as text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// One signature of a note, as it stands there: nobody has checked it.
public struct NoteSignature: Hashable, Sendable {
    /// The name of the key that is said to have made it.
    public let name: NoteKeyName
    /// The key's short number.
    public let keyID: UInt32
    /// The signature, in the form of its type.
    public let bytes: [UInt8]

    /// Takes the parts.
    public init(name: NoteKeyName, keyID: UInt32, bytes: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }
}

/// Text with signatures (c2sp.org/signed-note). Nothing in it counts before `verified(by:)` has said so.
public struct SignedNote: Hashable, Sendable {
    /// The bounds of what is read.
    public enum Bounds {
        /// The longest note, in bytes.
        public static let bytes = 1 << 20
        /// The most signatures; the specification asks for 16 at least.
        public static let signatures = 100
    }

    /// The text that is signed: UTF-8, its last line feed included.
    public let text: [UInt8]
    /// All signatures in their order, of unknown keys and types too.
    public private(set) var signatures: [NoteSignature]

    /// A note to be signed; `nil` for a text that does not end in a line feed, is not UTF-8, or has control characters.
    public init?(text: [UInt8], signatures: [NoteSignature] = []) {
        guard text.last == StrictLines.lineFeed, SignedNote.isPlain(text[...]) else { return nil }
        self.text = text
        self.signatures = signatures
    }

    /// A note over a text that was checked before.
    init(checked text: [UInt8], _ signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note: text, an empty line, and at least one signature.
    public init(parsing bytes: [UInt8]) throws(LogFormatError) {
        guard bytes.count <= Bounds.bytes else { throw LogFormatError("signed note", "too long") }
        guard SignedNote.isPlain(bytes[...]) else {
            throw LogFormatError("signed note", "not UTF-8, or with control characters")
        }
        var split: Int?
        for position in bytes.indices.dropFirst().reversed()
        where bytes[position] == StrictLines.lineFeed && bytes[position - 1] == StrictLines.lineFeed {
            split = position
            break
        }
        guard let split else { throw LogFormatError("signed note", "no empty line before the signatures") }
        text = Array(bytes[..<split])
        signatures = try SignedNote.parseSignatures(bytes[(split + 1)...])
    }

    /// Reads signature lines alone: at least one, each with its line feed.
    static func parseSignatures(_ bytes: ArraySlice<UInt8>) throws(LogFormatError) -> [NoteSignature] {
        var signatures: [NoteSignature] = []
        var lines = StrictLines("signatures", bytes)
        while !lines.rest.isEmpty {
            let line = try lines.next()
            guard signatures.count < Bounds.signatures else { throw lines.error("too many signatures") }
            guard let signature = parseSignature(line) else { throw lines.error("no signature") }
            signatures.append(signature)
        }
        guard !signatures.isEmpty else { throw LogFormatError("signatures", "none") }
        return signatures
    }

    private static let dash = Array("\u{2014} ".utf8)

    private static func parseSignature(_ line: ArraySlice<UInt8>) -> NoteSignature? {
        guard line.starts(with: dash) else { return nil }
        let parts = line.dropFirst(dash.count).split(
            separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = NoteKeyName(bytes: Array(parts[0])) else { return nil }
        guard let bytes = Base64.decode(parts[1]), bytes.count > 4 else { return nil }
        return NoteSignature(name: name, keyID: bytes.prefix(4).bigEndian32, bytes: Array(bytes.dropFirst(4)))
    }

    /// Adds a signature at the end.
    public mutating func append(_ signature: NoteSignature) { signatures.append(signature) }

    /// The whole note; what was read comes out as it was.
    public var bytes: [UInt8] {
        var bytes = text
        bytes.append(StrictLines.lineFeed)
        for signature in signatures { signature.append(to: &bytes) }
        return bytes
    }

    private static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 || $0 == StrictLines.lineFeed }
            && String(validating: bytes, as: UTF8.self) != nil
    }
}

extension NoteSignature {
    /// Its line, with the line feed.
    public var line: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    func append(to output: inout [UInt8]) {
        output.append(contentsOf: "\u{2014} ".utf8)
        output.append(contentsOf: name.bytes)
        output.append(UInt8(ascii: " "))
        Base64.append(keyID.bigEndianBytes + bytes, to: &output)
        output.append(StrictLines.lineFeed)
    }
}

extension Collection<UInt8> {
    /// The first four bytes, big-endian.
    var bigEndian32: UInt32 { prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    /// The first eight bytes, big-endian.
    var bigEndian64: UInt64 { prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
