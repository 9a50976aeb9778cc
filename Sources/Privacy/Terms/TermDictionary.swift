/// Why words of one's own can't be looked for. Words are not repeated here: they may be confidential.
public enum TermDictionaryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A word is empty or longer than 200 bytes; counted from 0.
    case wordLength(list: Int, word: Int, bytes: Int)
    /// A list's word has nothing but space and punctuation.
    case noLetters(list: Int, word: Int)
    /// All lists together have more words than fit.
    case tooMany(Int)

    /// The fault in words.
    public var description: String {
        switch self {
        case .wordLength(let list, let word, let bytes):
            "word \(word + 1) of term list \(list + 1) has \(bytes) bytes; 1 to \(TermDictionary.longestWord) can be looked for"
        case .noLetters(let list, let word): "word \(word + 1) of term list \(list + 1) has no letter and no digit"
        case .tooMany(let count): "\(count) words are too many; \(TermDictionary.mostSpellings) can be looked for"
        }
    }
}

/// The words of settings' lists as the scanner looks for them: each with its spellings.
struct TermDictionary: Sendable {
    static let longestWord = 200
    static let mostSpellings = 1_000_000

    /// What the scanner's number stands for.
    struct Spelling: Sendable, Hashable {
        let text: String
        let list: Int
        let isCaseless: Bool
        /// In bytes.
        let length: Int
    }

    private(set) var spellings: [Spelling] = []

    init(_ lists: [PrivacySettings.TermList]) throws(TermDictionaryError) {
        var seen: Set<Spelling> = []
        for (list, terms) in lists.enumerated() {
            for (index, word) in terms.words.enumerated() {
                let length = word.utf8.count
                guard length > 0, length <= Self.longestWord else {
                    throw .wordLength(list: list, word: index, bytes: length)
                }
                guard word.unicodeScalars.contains(where: WordBoundary.isWordPart) else {
                    throw .noLetters(list: list, word: index)
                }
                for text in Self.texts(word, isCaseSensitive: terms.isCaseSensitive) {
                    let spelling = Spelling(
                        text: text, list: list, isCaseless: !terms.isCaseSensitive, length: text.utf8.count)
                    if seen.insert(spelling).inserted { spellings.append(spelling) }
                }
                guard spellings.count <= Self.mostSpellings else { throw .tooMany(spellings.count) }
            }
        }
    }

    /// The scanner folds ASCII only, so words with other letters are looked for as written, in capitals, in small letters, and with a
    /// capital at the beginning of each word.
    private static func texts(_ word: String, isCaseSensitive: Bool) -> [String] {
        if isCaseSensitive { return [word] }
        if word.utf8.allSatisfy({ $0 < 0x80 }) { return [word.lowercased()] }
        let lower = word.lowercased()
        return [word, lower, word.uppercased(), capitalised(lower)]
    }

    private static func capitalised(_ lower: String) -> String {
        var result = ""
        var isFirst = true
        for character in lower {
            result += isFirst ? character.uppercased() : String(character)
            isFirst = !character.isLetter && !character.isNumber
        }
        return result
    }
}
