/// Private keys in PEM (RFC 7468) and OpenPGP's armour (RFC 9580 §6.2).
enum PrivateKeyBlock {
    private enum Bounds {
        /// How far before `PRIVATE KEY-----` its line begins: `-----BEGIN ENCRYPTED `.
        static let openingMark = 40
        /// How far behind the opening mark a closing one makes all between them the key.
        static let key = 32_768
        /// So many lines of base64 between two marks that are far apart make them a key's, and no prose about keys.
        static let lines = 2
    }

    /// From `-----BEGIN` to the end of the closing mark, whatever stands between its lines; without one to the end of what may be the key.
    static func span(around mark: Range<Int>, in text: ScannedText) -> Range<Int>? {
        var start = mark.lowerBound
        let lowest = max(0, start - Bounds.openingMark)
        while start > lowest, !text.begins("-----BEGIN", at: start) { start -= 1 }
        guard text.begins("-----BEGIN", at: start) else { return nil }
        var body = PrivateKeyBody()
        body.read(text.base, mark.upperBound..<text.count)
        body.finish()
        if body.isClosed { return body.isKey ? start..<mark.upperBound + body.certain : nil }
        if let end = farEnd(from: mark.upperBound, body, in: text) { return start..<end }
        return body.isKey ? start..<mark.upperBound + body.certain : nil
    }

    /// The end of the closing mark where more stands between two lines of the key than a key's own layout.
    private static func farEnd(from start: Int, _ body: PrivateKeyBody, in text: ScannedText) -> Int? {
        let limit = min(text.count, start + Bounds.key)
        var lines = 0
        var run = 0
        var position = start
        while position < limit {
            if PrivateKeyBody.isBase64(text.base[position]) {
                run += 1
                if run == PrivateKeyBody.Bounds.line { lines += 1 }
            } else {
                run = 0
                // Another key, from where it is looked at by itself.
                if text.begins("-----BEGIN", at: position) { return nil }
                if text.begins("-----END", at: position) {
                    guard body.isKey || lines >= Bounds.lines else { return nil }
                    var closing = PrivateKeyBody(isInside: true)
                    closing.read(text.base, position..<text.count)
                    return position + closing.certain
                }
            }
            position += 1
        }
        return nil
    }
}
