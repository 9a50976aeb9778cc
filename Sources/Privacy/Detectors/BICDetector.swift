/// Business identifier codes (ISO 9362): four letters of the party, the country's two, two of the place, three of the branch or none.
///
/// There is no check digit and many words have the form, so a word nearby must speak of one.
enum BICDetector {
    private enum Score {
        static let form = 10
        static let context = 60
    }

    /// ISO 3166 codes, sorted, two letters each; `XK` is in use with SWIFT.
    private static let countries: StaticString = """
        ADAEAFAGAIALAMAOARATAUAWAXAZBABBBDBEBFBGBHBIBJBMBNBOBRBSBTBWBYBZCACDCFCGCHCICKCLCMCNCOCRCUCVCWCYCZDEDJDKDMDODZECEEEGERESETFIFJ\
        FKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGTGUGWGYHKHNHRHTHUIDIEILIMINIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMA\
        MCMDMEMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPRPSPTPWPYQARERORSRURWSASBSCSDSESGSISKSLSMSN\
        SOSRSSSTSVSXSYSZTCTDTGTHTJTLTMTNTOTRTTTVTWTZUAUGUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW
        """

    private static let isCountry: [Bool] = {
        var known = [Bool](repeating: false, count: 26 * 26)
        for index in stride(from: 0, to: countries.utf8CodeUnitCount, by: 2) {
            known[Int(countries.utf8Start[index] - 65) * 26 + Int(countries.utf8Start[index + 1] - 65)] = true
        }
        return known
    }()

    /// A code may have no digit, so the word before it calls.
    static let triggers: [LiteralTrigger] =
        ["BIC", "SWIFT", "bic:", "bic ", "Bic:"].map { word in
            LiteralTrigger(.bic, word) { end, inspection in examine(after: end, in: &inspection) }
        }
        // Alone, `swift` is also a language and an adverb.
        + ["swift code", "swift-code", "swift:", "swift is"].map { word in
            LiteralTrigger(.bic, word, isCaseless: true) { end, inspection in examine(after: end, in: &inspection) }
        }

    /// Examines a word of letters and digits.
    static func examine(word: Range<Int>, in inspection: inout TextInspection) {
        let text = inspection.text
        guard word.count == 8 || word.count == 11, inspection.enabled.contains(.bic), isCode(word, in: text) else {
            return
        }
        inspection.context.advance(to: word.lowerBound, text.base)
        let isSpokenOf =
            inspection.context.speaks(of: Topic(.bic), before: word.lowerBound)
            || ContextCursor.speaks(of: Topic(.bic), after: word.upperBound, in: text)
        inspection.propose(
            Candidate(.bic, word.lowerBound, word.upperBound, score: Score.form + (isSpokenOf ? Score.context : 0)),
            Grounds(context: isSpokenOf ? .supports : .silent))
    }

    /// Examines the capitalised words that follow the word `BIC` or `SWIFT`, which ends at `end`: a code may have no digit.
    static func examine(after end: Int, in inspection: inout TextInspection) {
        let text = inspection.text
        guard inspection.enabled.contains(.bic) else { return }
        var position = end
        let limit = min(text.count, end + 40)
        while position < limit {
            guard text.has(position, ByteClass.alphanumeric) else {
                if text.base[position] == UInt8(ascii: "\n") { return }
                position += 1
                continue
            }
            let start = position
            while position < text.count, position - start <= 12, text.has(position, ByteClass.alphanumeric) {
                position += 1
            }
            let count = position - start
            guard count == 8 || count == 11, isCode(start..<position, in: text) else { continue }
            inspection.propose(
                Candidate(.bic, start, position, score: Score.form + Score.context), Grounds(context: .supports))
            return
        }
    }

    private static func isCode(_ word: Range<Int>, in text: ScannedText) -> Bool {
        guard text.isWordStart(word.lowerBound), text.isWordEnd(word.upperBound) else { return false }
        for offset in 0..<word.count {
            let byte = text.base[word.lowerBound + offset]
            let isUpper = byte >= 0x41 && byte <= 0x5A
            guard isUpper || offset > 5 && byte >= 0x30 && byte <= 0x39 else { return false }
        }
        let country = text.base + word.lowerBound + 4
        return isCountry[Int(country[0] - 65) * 26 + Int(country[1] - 65)]
    }
}
