public import TransparencyLog

/// A checkpoint of a log that was kept apart from it: what was there then must be there now.
public struct EarlierCheckpoint: Sendable {
    /// Where it was kept, for messages.
    public let place: String
    /// The checkpoint.
    public let checkpoint: SignedCheckpoint

    /// Reads the note.
    public init(place: String, parsing bytes: [UInt8]) throws(LedgerReadError) {
        self.place = place
        do throws(LogFormatError) {
            checkpoint = try SignedCheckpoint(parsing: bytes)
        } catch {
            throw .malformed(path: place, reason: "\(error)")
        }
    }

    /// Reads the note from a file.
    public init(file: String) throws(LedgerReadError) {
        guard let bytes = try LedgerFolder.contents(of: file) else { throw .missing(path: file) }
        try self.init(place: file, parsing: bytes)
    }

    /// The log's name.
    public var origin: String { String(decoding: checkpoint.checkpoint.origin, as: UTF8.self) }
}
