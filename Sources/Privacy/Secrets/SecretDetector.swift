/// API keys, tokens and private keys: the scanner finds a literal with the least that must follow it, this verifies the rest.
enum SecretDetector {
    private enum Bounds {
        /// Bytes of body that entropy is taken of; more would say no more.
        static let sample = 256
        /// How far before `PRIVATE KEY-----` its line begins: `-----BEGIN ENCRYPTED `.
        static let openingMark = 40
        /// `-----END RSA `…
        static let closingMark = 48
    }

    private static let score = 95

    /// Parts of words that only examples have.
    private static let placeholders: [[UInt8]] = ["example", "xxxxxx", "placeholder", "changeme", "your-", "your_"].map
    {
        [UInt8]($0.utf8)
    }

    static func examine(_ matches: [CandidateMatch], in inspection: inout TextInspection) {
        let text = inspection.text
        for match in matches {
            guard case .secret(let index) = match.kind, index < SecretFormat.all.count else { continue }
            let format = SecretFormat.all[index]
            let start = match.end - format.length
            // Inside one already found; not so one that begins before it and leads it (`xoxe.xoxp-`).
            guard !inspection.secret.contains(start) else { continue }
            let span: Range<Int>?
            switch format.shape {
            case .run: span = run(format, from: start, matchEnd: match.end, in: text)
            case .webToken: span = webToken(from: start, in: text)
            case .privateKey: span = privateKey(markEnd: match.end, keyWord: start, in: text)
            }
            guard let span else { continue }
            inspection.propose(Candidate(.secret, span.lowerBound, span.upperBound, score: score, variant: index))
            inspection.secret = span
        }
    }

    private static func run(
        _ format: SecretFormat, from start: Int, matchEnd: Int, in text: ScannedText
    ) -> Range<Int>? {
        guard isTokenStart(start, text) else { return nil }
        let body = start + format.leaderLength
        var end = matchEnd
        let sampleEnd = min(text.count, body + Bounds.sample)
        while end < sampleEnd, format.body.contains(text.base[end]) { end += 1 }
        guard isRandom(body..<end, format, text) else { return nil }
        while end < text.count, format.body.contains(text.base[end]) { end += 1 }
        while end > matchEnd, isPunctuation(text.base[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isTokenStart(_ start: Int, _ text: ScannedText) -> Bool {
        !text.has(start - 1, ByteClass.alphanumeric) || text.isEscapeLetter(start - 1)
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private static func isRandom(_ body: Range<Int>, _ format: SecretFormat, _ text: ScannedText) -> Bool {
        var counts = InlineArray<256, UInt16>(repeating: 0)
        var digits = 0
        for position in body {
            let byte = text.base[position]
            counts[Int(byte)] += 1
            if byte >= 0x30 && byte <= 0x39 { digits += 1 }
        }
        guard digits >= format.digits else { return false }
        let total = Double(body.count)
        var bits = 0.0
        for count in 0..<256 where counts[count] > 0 {
            let part = Double(counts[count])
            bits += part * Logarithm.base2(total / part)
        }
        // `EXAMPLE` of AWS's documentation, `xoxb-your-token`.
        return bits >= format.entropy * total && !hasPlaceholder(body, text)
    }

    private static func hasPlaceholder(_ body: Range<Int>, _ text: ScannedText) -> Bool {
        for word in placeholders where word.count <= body.count {
            for start in body.lowerBound...body.upperBound - word.count {
                var offset = 0
                while offset < word.count {
                    let byte = text.base[start + offset]
                    let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
                    guard folded == word[offset] else { break }
                    offset += 1
                }
                if offset == word.count { return true }
            }
        }
        return false
    }

    /// Header, claims and signature in base64url (RFC 7515 §3.1); header and claims begin with `{"`, the signature may be empty.
    private static func webToken(from start: Int, in text: ScannedText) -> Range<Int>? {
        // At a boundary only: so each run is read once, however often `eyJ` stands in it.
        guard !text.has(start - 1, ByteClass.token) || text.isEscapeLetter(start - 1) else { return nil }
        guard let header = runEnd(from: start, in: text), text.byte(header) == UInt8(ascii: "."),
            text.byte(header + 1) == UInt8(ascii: "e"), text.byte(header + 2) == UInt8(ascii: "y"),
            let claims = runEnd(from: header + 1, in: text), text.byte(claims) == UInt8(ascii: ".")
        else { return nil }
        var end = runEnd(from: claims + 1, in: text) ?? claims + 1
        // Padding does not belong there; some encoders write it.
        for _ in 0..<2 where text.byte(end) == UInt8(ascii: "=") { end += 1 }
        return start..<end
    }

    private static func runEnd(from start: Int, in text: ScannedText) -> Int? {
        var end = start
        while end < text.count, text.classes[Int(text.base[end])] & ByteClass.token != 0 { end += 1 }
        return end > start ? end : nil
    }

    /// From `-----BEGIN` to the end of the closing mark (RFC 7468); without one to the end of what may be the key.
    private static func privateKey(markEnd: Int, keyWord: Int, in text: ScannedText) -> Range<Int>? {
        var start = keyWord
        let lowest = max(0, keyWord - Bounds.openingMark)
        while start > lowest, !begins("-----BEGIN", at: start, text) { start -= 1 }
        guard begins("-----BEGIN", at: start, text) else { return nil }
        var position = markEnd
        while position < text.count {
            let byte = text.base[position]
            if byte == UInt8(ascii: "-"), begins("-----", at: position, text) {
                guard begins("-----END", at: position, text) else { return start..<position }
                var end = position + 8
                let limit = min(text.count, position + Bounds.closingMark)
                while end < limit, !begins("-----", at: end, text) { end += 1 }
                return start..<min(text.count, end + 5)
            }
            guard isKeyByte(byte) else { break }
            position += 1
        }
        return start..<position
    }

    /// Base64, its line breaks (also written `\n`), and the headers of old encrypted keys and of PGP.
    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), 0x20, 0x0A,
            0x0D, 0x09, UInt8(ascii: "\\"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"):
            return true
        default: return false
        }
    }

    private static func begins(_ literal: StaticString, at offset: Int, _ text: ScannedText) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard offset >= 0, offset + length <= text.count else { return false }
        for index in 0..<length where literal.utf8Start[index] != text.base[offset + index] { return false }
        return true
    }
}

/// The binary logarithm, without a C library.
enum Logarithm {
    /// For arguments from 1 on, to 1e-6.
    static func base2(_ value: Double) -> Double {
        guard value > 1 else { return 0 }
        var fraction = value.significand
        var result = Double(value.exponent)
        var bit = 0.5
        for _ in 0..<20 {
            fraction *= fraction
            if fraction >= 2 {
                fraction /= 2
                result += bit
            }
            bit /= 2
        }
        return result
    }
}
