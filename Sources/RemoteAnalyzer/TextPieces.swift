/// Cuts a text that is too large for one call into pieces that overlap, so that what stands at a cut is whole in one of them.
///
/// Services have a limit of their own (spaCy refuses more than a million characters), and pieces can be analysed side by side.
/// A piece ends behind white space where there is some near its end, and at a border of code points in any case.
enum TextPieces {
    /// Bytes that neighbours have in common: longer than a name, an address or a number, and some words around it.
    static let overlap = 256

    /// The pieces of a text of UTF-8, each of at most `limit` bytes, which is at least four times the overlap.
    static func cut(_ text: [UInt8], limit: Int) -> [Range<Int>] {
        precondition(limit >= 4 * overlap, "pieces of \(limit) bytes are too small")
        guard text.count > limit else { return [0..<text.count] }
        var pieces: [Range<Int>] = []
        var start = 0
        while text.count - start > limit {
            let end = border(in: text, notAfter: start + limit)
            pieces.append(start..<end)
            start = border(in: text, notAfter: end - overlap)
        }
        pieces.append(start..<text.count)
        return pieces
    }

    /// The last place behind white space among the `overlap` bytes before a place, or else the last border of code points.
    private static func border(in text: [UInt8], notAfter place: Int) -> Int {
        var candidate = place
        while candidate > place - overlap {
            let before = text[candidate - 1]
            if before == 0x20 || before == 0x0A || before == 0x09 || before == 0x0D { return candidate }
            candidate -= 1
        }
        candidate = place
        while text[candidate] & 0xC0 == 0x80 { candidate -= 1 }
        return candidate
    }
}
