/// Universally unique identifiers (RFC 9562 §4): 8-4-4-4-12 hexadecimal digits.
enum UUIDDetector {
    private static let score = 90
    private static let length = 36

    /// Examines a word of eight characters that a dash follows; gives back whether it begins an identifier.
    static func examine(word: Range<Int>, in inspection: inout TextInspection) {
        let text = inspection.text
        let end = word.lowerBound + length
        guard word.count == 8, inspection.enabled.contains(.uuid), end <= text.count, text.isWordEnd(end) else {
            return
        }
        for offset in 0..<length {
            switch offset {
            case 8, 13, 18, 23:
                guard text.base[word.lowerBound + offset] == UInt8(ascii: "-") else { return }
            default:
                guard text.has(word.lowerBound + offset, ByteClass.hexadecimal) else { return }
            }
        }
        inspection.propose(Candidate(.uuid, word.lowerBound, end, score: score))
    }
}
