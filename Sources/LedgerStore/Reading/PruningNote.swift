public import TransparencyLog

/// The word of the log's own key that entries before an index were pruned, in the file `pruned` of a log: a signed note
/// (c2sp.org/signed-note) of three lines, so that missing bundles are no accident, and nobody without the key can pass
/// them off as pruned.
///
///     sallyport ledger pruned v1
///     sallyport.example/a1b2c3/1
///     before 25600 2026-11-23T10:00:00.000Z
public struct PruningNote: Sendable {
    /// The file's name in a log's folder.
    public static let fileName = "pruned"

    /// The first line. No log has such a name, so the note is never a checkpoint.
    private static let header = "sallyport ledger pruned v1"

    /// The log's name.
    public let origin: String
    /// Entries before this index are pruned: a multiple of 256.
    public let before: UInt64
    /// When, in UTC and ISO 8601.
    public let time: String
    private let note: SignedNote

    /// Reads the file. The signatures are not checked.
    public init(parsing bytes: [UInt8]) throws(LogFormatError) {
        try self.init(note: SignedNote(parsing: bytes))
    }

    /// Makes the note, signed.
    public init(origin: String, before: UInt64, time: String, signer: NoteSigner) throws {
        let text = Array("\(Self.header)\n\(origin)\nbefore \(before) \(time)\n".utf8)
        guard var note = SignedNote(text: text) else { throw LogFormatError("pruning note", "no text of three lines") }
        note.append(try signer.sign(text))
        try self.init(note: note)
    }

    private init(note: SignedNote) throws(LogFormatError) {
        let lines = String(decoding: note.text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[0] == Self.header, !lines[1].isEmpty else {
            throw LogFormatError("pruning note", "does not start with `\(Self.header)` and a log's name")
        }
        let words = lines[2].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "before", let before = UInt64(words[1]), String(before) == words[1],
            before <= MerkleTree.maximumSize, before % UInt64(Tile.fullWidth) == 0
        else { throw LogFormatError("pruning note", line: 3, "expected `before`, a multiple of 256, and a time") }
        origin = String(lines[1])
        self.before = before
        time = String(words[2])
        self.note = note
    }

    /// The file's bytes.
    public var bytes: [UInt8] { note.bytes }

    /// Whether one of these keys has signed it.
    public func isSigned(by keys: [NoteVerifier]) -> Bool { (try? note.verified(by: keys)) != nil }
}
