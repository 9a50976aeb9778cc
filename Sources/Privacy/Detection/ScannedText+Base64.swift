extension ScannedText {
    private enum Base64Bounds {
        /// How far to either side it is looked.
        static let reach = 64
        /// A shorter run may be a path or a list of words.
        static let run = 64
        /// Digits, capitals and small letters that base64 of so many bytes has.
        static let digits = 3
        static let letters = 8
    }

    /// Whether a word stands inside a long run of base64, as of pictures and sound, where any word may stand by chance.
    func isInBase64(_ range: Range<Int>) -> Bool {
        var digits = 0
        var capitals = 0
        var smalls = 0
        func isBase64(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x41...0x5A: capitals += 1
            case 0x61...0x7A: smalls += 1
            case UInt8(ascii: "+"), UInt8(ascii: "/"): break
            default: return false
            }
            return true
        }
        var start = range.lowerBound
        while start > max(0, range.lowerBound - Base64Bounds.reach), isBase64(base[start - 1]) { start -= 1 }
        var end = range.upperBound
        while end < min(count, range.upperBound + Base64Bounds.reach), isBase64(base[end]) { end += 1 }
        return end - start >= Base64Bounds.run && digits >= Base64Bounds.digits && capitals >= Base64Bounds.letters
            && smalls >= Base64Bounds.letters
    }
}
