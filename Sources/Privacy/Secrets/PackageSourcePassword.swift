/// `<add key="ClearTextPassword" value="…" />` of NuGet's configuration, and XML of the same kind.
enum PackageSourcePassword {
    private enum Bounds {
        static let shortest = 8
        static let longest = 256
    }

    /// The value after `password" `.
    static func span(after literal: Range<Int>, in text: ScannedText) -> Range<Int>? {
        var start = literal.upperBound
        while text.byte(start) == 0x20, start < literal.upperBound + 8 { start += 1 }
        guard text.beginsCaseless("value=\"", at: start) else { return nil }
        start += 7
        var end = start
        let limit = min(text.count, start + Bounds.longest)
        while end < limit, text.base[end] != UInt8(ascii: "\""), text.base[end] != 0x0A { end += 1 }
        guard text.byte(end) == UInt8(ascii: "\""), end - start >= Bounds.shortest,
            !URLCredentials.isPlaceholder(start..<end, in: text), Randomness.entropy(start..<end, in: text) >= 1
        else { return nil }
        return start..<end
    }
}
