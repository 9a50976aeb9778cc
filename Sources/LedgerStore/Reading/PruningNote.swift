private import Cryptography
public import TransparencyLog

/// The word of the log's own key that entries before an index were pruned, in the file `pruned` of a log: a signed note
/// (c2sp.org/signed-note), so that missing bundles are no accident, and nobody without the key can pass them off as pruned.
///
///     sallyport ledger pruned v1
///     sallyport.example/a1b2c3/2
///     before 25600 2026-11-23T10:00:00.000Z
///     continued eyJhZnRlciI6eyJvcmlnaW4iOi…
///
/// The last line, where the log goes on from another one, is its first entry in base64: the link to the log before outlives the
/// bundle in which it stood. The first hash of the tile `tile/0/000`, which stays, is the entry's, so the tree proves it.
/// Notes of earlier versions do not have it.
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
    /// The log's first entry, where that is `continued` and is pruned.
    public let continued: [UInt8]?
    private let note: SignedNote

    /// Reads the file. The signatures are not checked.
    public init(parsing bytes: [UInt8]) throws(LogFormatError) {
        try self.init(note: SignedNote(parsing: bytes))
    }

    /// Makes the note, signed.
    public init(
        origin: String, before: UInt64, time: String, continued: [UInt8]? = nil, signer: NoteSigner
    ) throws {
        var text = Array("\(Self.header)\n\(origin)\nbefore \(before) \(time)\n".utf8)
        if let continued { text += Array("continued \(Base64.encode(continued))\n".utf8) }
        guard var note = SignedNote(text: text) else { throw LogFormatError("pruning note", "no text of lines") }
        note.append(try signer.sign(text))
        try self.init(note: note)
    }

    private init(note: SignedNote) throws(LogFormatError) {
        let lines = String(decoding: note.text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard 4...5 ~= lines.count, lines[0] == Self.header, !lines[1].isEmpty else {
            throw LogFormatError("pruning note", "does not start with `\(Self.header)` and a log's name")
        }
        let words = lines[2].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "before", let before = UInt64(words[1]), String(before) == words[1],
            before <= MerkleTree.maximumSize, before % UInt64(Tile.fullWidth) == 0
        else { throw LogFormatError("pruning note", line: 3, "expected `before`, a multiple of 256, and a time") }
        let last = lines[3].split(separator: " ", omittingEmptySubsequences: false)
        switch (lines.count, last.count, last.first) {
        case (4, _, _): continued = nil
        case (5, 2, "continued"):
            guard let entry = Base64.decode(last[1].utf8) else { fallthrough }
            continued = entry
        default: throw LogFormatError("pruning note", line: 4, "expected `continued` and an entry in base64")
        }
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
