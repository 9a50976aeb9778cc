/// The entries of a Kubernetes secret in YAML: base64, which hides nothing.
enum KubernetesSecret {
    private enum Bounds {
        /// How far from `kind: Secret` its data begins, after it or before it.
        static let reach = 600
        /// How much data is read.
        static let data = 8_192
        /// Shorter ones are numbers and words.
        static let shortest = 10
    }

    static func examine(
        kind literal: Range<Int>, _ memory: inout SecretDetector.Memory, in inspection: inout TextInspection
    ) {
        let text = inspection.text
        var position = literal.upperBound
        while position < literal.upperBound + 8,
            isBlankOrQuote(text.byte(position)) || text.byte(position) == UInt8(ascii: ":")
        {
            position += 1
        }
        guard text.beginsCaseless("secret", at: position), text.isWordEnd(position + 6) else { return }
        position += 6
        let after = min(text.count, position + Bounds.reach)
        let before = max(memory.readEnd, literal.lowerBound - Bounds.reach)
        if let data = data(from: max(position, memory.readEnd), to: after, isLast: false, in: text) {
            entries(from: data, &memory, in: &inspection)
        } else if before < literal.lowerBound,
            let data = data(from: before, to: literal.lowerBound, isLast: true, in: text)
        {
            entries(from: data, &memory, in: &inspection)
        }
        memory.readEnd = max(memory.readEnd, position)
    }

    /// After the name `data` or `stringData` of the same document.
    private static func data(from start: Int, to end: Int, isLast: Bool, in text: ScannedText) -> Int? {
        var position = start
        var found: Int?
        while position < end {
            if text.begins("\n---", at: position) {
                if !isLast { return found }
                found = nil
            }
            if text.byte(position) | 0x20 == UInt8(ascii: "d"), text.beginsCaseless("data", at: position),
                !text.has(position - 1, ByteClass.letter) || text.begins("string", at: position - 6),
                text.byte(position + 4) == UInt8(ascii: ":") || text.begins("\":", at: position + 4)
            {
                found = position + 5
                if !isLast { return found }
            }
            position += 1
        }
        return found
    }

    /// `name: value` on lines deeper than `data:`, and its value on the next line after `|` or `>`.
    private static func entries(
        from start: Int, _ memory: inout SecretDetector.Memory, in inspection: inout TextInspection
    ) {
        let text = inspection.text
        var position = lineEnd(start, in: text)
        let limit = min(text.count, start + Bounds.data)
        while position < limit {
            let line = position + 1
            var name = line
            while text.byte(name) == 0x20 || text.byte(name) == 0x09 { name += 1 }
            position = lineEnd(name, in: text)
            if text.byte(name) == UInt8(ascii: "#") || name >= position { continue }
            guard name > line, let colon = (name..<position).first(where: { text.base[$0] == UInt8(ascii: ":") })
            else { break }
            var value = colon + 1
            while text.byte(value) == 0x20 || text.byte(value) == 0x09 { value += 1 }
            if text.byte(value) == UInt8(ascii: "|") || text.byte(value) == UInt8(ascii: ">") {
                value = position + 1
                while text.byte(value) == 0x20 || text.byte(value) == 0x09 { value += 1 }
                position = lineEnd(value, in: text)
            }
            if let end = encodedEnd(value, in: text) {
                inspection.propose(
                    Candidate(.secret, name, end, score: 80, variant: SecretFormat.Special.kubernetesSecret.variant))
            }
        }
        memory.readEnd = max(memory.readEnd, min(position, text.count))
    }

    private static func encodedEnd(_ start: Int, in text: ScannedText) -> Int? {
        var end = start
        let quote = text.byte(start)
        let isQuoted = Assignment.isQuote(quote)
        if isQuoted { end += 1 }
        let first = end
        let limit = min(text.count, first + Bounds.data)
        while end < limit,
            text.has(end, ByteClass.alphanumeric) || text.base[end] == UInt8(ascii: "+")
                || text.base[end] == UInt8(ascii: "/") || text.base[end] == UInt8(ascii: "=")
        {
            end += 1
        }
        let padding = text.byte(end - 1) == UInt8(ascii: "=") ? text.byte(end - 2) == UInt8(ascii: "=") ? 2 : 1 : 0
        guard end - first - padding >= Bounds.shortest, Randomness.entropy(first..<end, in: text) >= 1.5 else {
            return nil
        }
        if isQuoted {
            guard text.byte(end) == quote else { return nil }
            return end + 1
        }
        return end == text.count || text.byte(end) <= 0x20 || text.byte(end) == UInt8(ascii: "\\") ? end : nil
    }

    private static func lineEnd(_ start: Int, in text: ScannedText) -> Int {
        var end = start
        while end < text.count, text.base[end] != 0x0A { end += 1 }
        return end
    }

    private static func isBlankOrQuote(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || Assignment.isQuote(byte)
    }
}
