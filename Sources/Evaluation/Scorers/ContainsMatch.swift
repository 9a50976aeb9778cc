/// Whether the text contains phrases.
public struct ContainsMatch: Sendable, Hashable {
    /// Which of the phrases have to be there.
    public enum Need: String, Sendable, Hashable, CaseIterable {
        /// Each of them; the score is the part that is there.
        case all
        /// One of them.
        case any
        /// None of them.
        case none
    }

    /// The phrases; empty: the case's expected answers.
    public var phrases: [String]
    /// Which of them have to be there.
    public var need: Need
    /// Whether upper and lower case are the same.
    public var ignoresCase: Bool
    /// Whether a phrase has to stand at the text's very beginning.
    public var isPrefix = false

    /// Puts it together.
    public init(_ phrases: [String] = [], need: Need = .all, ignoresCase: Bool = false) {
        self.phrases = phrases
        self.need = need
        self.ignoresCase = ignoresCase
    }

    func score(_ text: String, _ expected: [String]) -> Score {
        let phrases = self.phrases.isEmpty ? expected : self.phrases
        let bytes = Array((ignoresCase ? LowerCase.of(text) : text).utf8)
        let found = phrases.count { phrase in
            let phrase = Array((ignoresCase ? LowerCase.of(phrase) : phrase).utf8)
            return isPrefix ? bytes.starts(with: phrase) : ByteSearch.contains(bytes, phrase)
        }
        let reason = "\(found) of \(phrases.count) phrases found"
        switch need {
        case .all: return Score(phrases.isEmpty ? 1 : Double(found) / Double(phrases.count), reason)
        case .any: return Score(found > 0 ? 1 : 0, reason)
        case .none: return Score(found == 0 ? 1 : 0, reason)
        }
    }
}

/// Finds bytes in bytes, in linear time (Knuth, Morris and Pratt 1977): an answer may be made to be slow to search.
enum ByteSearch {
    static func contains(_ text: [UInt8], _ phrase: [UInt8]) -> Bool {
        guard !phrase.isEmpty else { return true }
        guard phrase.count <= text.count else { return false }
        var back = [Int](repeating: 0, count: phrase.count)
        var length = 0
        for index in phrase.indices.dropFirst() {
            while length > 0, phrase[index] != phrase[length] { length = back[length - 1] }
            if phrase[index] == phrase[length] { length += 1 }
            back[index] = length
        }
        length = 0
        for byte in text {
            while length > 0, byte != phrase[length] { length = back[length - 1] }
            if byte == phrase[length] { length += 1 }
            if length == phrase.count { return true }
        }
        return false
    }
}
