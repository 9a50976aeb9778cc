/// `machine api.example.org login alice password …` of `.netrc` files.
enum LoginRecord {
    private enum Bounds {
        /// The whole record, on one line or several.
        static let record = 300
        static let shortest = 4
    }

    /// The password after `machine `.
    static func span(after start: Int, in text: ScannedText) -> Range<Int>? {
        var words: [Range<Int>] = []
        var position = start
        let limit = min(text.count, start + Bounds.record)
        while position < limit, words.count < 7 {
            while position < limit, text.base[position] <= 0x20 { position += 1 }
            let first = position
            while position < limit, text.base[position] > 0x20 { position += 1 }
            if position > first { words.append(first..<position) }
        }
        // host, `login`, name, `password`, value; or `account` in between.
        guard words.count >= 5, text.begins("login", at: words[1].lowerBound), words[1].count == 5 else { return nil }
        for index in 3..<words.count - 1
        where words[index].count == 8 && text.begins("password", at: words[index].lowerBound) {
            let value = words[index + 1]
            guard value.count >= Bounds.shortest,
                value.allSatisfy({ text.base[$0] < 0x7F && text.base[$0] != UInt8(ascii: "`") }),
                !URLCredentials.isPlaceholder(value, in: text)
            else { return nil }
            return value
        }
        return nil
    }
}
