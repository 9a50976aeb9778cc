/// Words that mix letters and digits (`1HGBH41JXMN109186`, `0x52908400…`, `bc1q…`): each is measured once and shown to the detectors
/// of its length.
enum CodeWordDetector {
    /// Longer words are keys, hashes and encoded data; none of the detectors takes them.
    private static let longest = 110

    /// Examines the word around the digit at `position`.
    static func examine(around position: Int, in inspection: inout TextInspection) {
        guard position >= inspection.codeWordsEnd else { return }
        let text = inspection.text
        var end = position
        while end < text.count, text.classes[Int(text.base[end])] & ByteClass.digit != 0 { end &+= 1 }
        let isLetterAfter = text.has(end, ByteClass.letter)
        let isLetterBefore = text.has(position - 1, ByteClass.letter)
        let joint = text.byte(end)
        guard isLetterAfter || isLetterBefore || joint == UInt8(ascii: "-") || joint == UInt8(ascii: ".") else {
            return
        }
        var start = position
        if isLetterBefore {
            let lowest = max(0, position - longest)
            while start > lowest, text.classes[Int(text.base[start - 1])] & ByteClass.alphanumeric != 0 { start &-= 1 }
            if text.isEscapeLetter(start) { start &+= 1 }
        }
        if isLetterAfter {
            while end < text.count, text.classes[Int(text.base[end])] & ByteClass.alphanumeric != 0 { end &+= 1 }
            inspection.codeWordsEnd = end
        }
        guard end - start <= longest, text.isWordStart(start), text.isWordEnd(end) else { return }
        let word = start..<end
        switch word.count {
        case 2, 4:
            if let end = MACAddressDetector.examine(word: word, in: &inspection) { inspection.codeWordsEnd = end }
        case 8:
            if text.byte(end) == UInt8(ascii: "-") { UUIDDetector.examine(word: word, in: &inspection) }
            if isLetterBefore { BICDetector.examine(word: word, in: &inspection) }
        case 11: BICDetector.examine(word: word, in: &inspection)
        case 17: VINDetector.examine(word: word, in: &inspection)
        default: break
        }
        if word.count >= 14 { CryptoAddressDetector.examine(word: word, in: &inspection) }
    }
}
