/// Texts as SQuAD's own script compares them (Rajpurkar et al. 2016, `evaluate-v2.0.py`): lower case, without ASCII
/// punctuation, without the words a, an and the, blanks made one.
enum NormalizedMatch {
    static func score(_ text: String, _ expected: [String]) -> Score {
        let words = self.words(text)
        return .verdict(
            expected.contains { self.words($0) == words }, "equal once normalised",
            "differs from every expected answer, normalised")
    }

    /// The normalised text.
    static func normalized(_ text: String) -> String {
        words(text).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    /// The words of the normalised text, in UTF-8.
    static func words(_ text: String) -> [[UInt8]] {
        // What is between blanks can be several runs of letters; an article goes where it is a whole run, and leaves a
        // blank.
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        var run: [UInt8] = []
        func endRun() {
            if isArticle(run) {
                if !word.isEmpty { words.append(word) }
                word = []
            } else {
                word += run
            }
            run = []
        }
        for scalar in LowerCase.of(text).unicodeScalars where !isPunctuation(scalar) {
            if scalar.isOfWord {
                run += scalar.utf8
                continue
            }
            endRun()
            if !scalar.isBlank {
                word += scalar.utf8
            } else if !word.isEmpty {
                words.append(word)
                word = []
            }
        }
        endRun()
        if !word.isEmpty { words.append(word) }
        return words
    }

    private static func isArticle(_ run: [UInt8]) -> Bool {
        run.elementsEqual("a".utf8) || run.elementsEqual("an".utf8) || run.elementsEqual("the".utf8)
    }

    /// Python's `string.punctuation`.
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }
}

extension Unicode.Scalar {
    /// A letter, a numeral or `_`: what Python's `\w` matches.
    var isOfWord: Bool {
        if isASCII {
            return switch value {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
            default: false
            }
        }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return properties.numericType != nil
        }
    }
}
