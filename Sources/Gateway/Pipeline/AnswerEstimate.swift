/// How many tokens an answer has by the length of what came of it, for one that breaks off before its provider has counted them.
///
/// Roughly four bytes of text are a token, and no event that brings text brings less than one.
struct AnswerEstimate: Sendable {
    private var pieces = 0
    private var textBytes = 0
    private var unread = (pieces: 0, bytes: 0, shortest: Int.max)

    /// Signs of life, such as `{"type":"ping"}`, are shorter than any event with text.
    private static let shortestPiece = 40

    /// An event was read, with so many bytes of text.
    mutating func add(text bytes: Int) {
        guard bytes > 0 else { return }
        pieces += 1
        textBytes += bytes
    }

    /// An event was passed on unread, with so many bytes of data; what they have in common is not text.
    mutating func add(unread bytes: Int) {
        guard bytes >= Self.shortestPiece else { return }
        unread.pieces += 1
        unread.bytes += bytes
        unread.shortest = min(unread.shortest, bytes)
    }

    /// The tokens.
    var tokens: Int {
        let around = unread.pieces > 0 ? unread.pieces * (unread.shortest - 1) : 0
        let bytes = textBytes + unread.bytes - around
        return max(pieces + unread.pieces, (bytes + 3) / 4)
    }
}
