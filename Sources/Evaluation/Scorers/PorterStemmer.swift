/// The stems of English words (Porter 1980, "An algorithm for suffix stripping"), with the extensions of NLTK's
/// `PorterStemmer`, which `rouge-score` uses. Words are lowercase ASCII letters and digits.
enum PorterStemmer {
    private typealias Condition = (ArraySlice<UInt8>) -> Bool

    private static let irregular: [[UInt8]: [UInt8]] = {
        let forms = [
            "sky": ["sky", "skies"], "die": ["dying"], "lie": ["lying"], "tie": ["tying"], "news": ["news"],
            "inning": ["innings", "inning"], "outing": ["outings", "outing"], "canning": ["cannings", "canning"],
            "howe": ["howe"], "proceed": ["proceed"], "exceed": ["exceed"], "succeed": ["succeed"],
        ]
        var stems: [[UInt8]: [UInt8]] = [:]
        for (stem, words) in forms {
            for word in words { stems[Array(word.utf8)] = Array(stem.utf8) }
        }
        return stems
    }()

    static func stem(_ word: [UInt8]) -> [UInt8] {
        if let stem = irregular[word] { return stem }
        guard word.count > 2 else { return word }
        return step5b(step5a(step4(step3(step2(step1c(step1b(step1a(word))))))))
    }

    // MARK: - Steps

    private static func step1a(_ word: [UInt8]) -> [UInt8] {
        if word.count == 4, word.ends("ies") { return Array(word.dropLast()) }
        for (suffix, rest) in [("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")] where word.ends(suffix) {
            return word.dropLast(suffix.utf8.count) + Array(rest.utf8)
        }
        return word
    }

    private static func step1b(_ word: [UInt8]) -> [UInt8] {
        if word.ends("ied") { return Array(word.dropLast(word.count == 4 ? 1 : 2)) }
        if word.ends("eed") { return measure(word.dropLast(3)) > 0 ? Array(word.dropLast()) : word }
        guard let suffix = ["ed", "ing"].first(where: { word.ends($0) && hasVowel(word.dropLast($0.utf8.count)) })
        else {
            return word
        }
        let stem = Array(word.dropLast(suffix.utf8.count))
        for ending in ["at", "bl", "iz"] where stem.ends(ending) { return stem + Array("e".utf8) }
        if let last = stem.last, endsDouble(stem) {
            return Array("lsz".utf8).contains(last) ? stem : Array(stem.dropLast())
        }
        return measure(stem[...]) == 1 && endsShort(stem) ? stem + Array("e".utf8) : stem
    }

    private static func step1c(_ word: [UInt8]) -> [UInt8] {
        let stem = word.dropLast()
        guard word.ends("y"), stem.count > 1, consonants(stem).last == true else { return word }
        return stem + Array("i".utf8)
    }

    private static let step2Rules = [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"),
        ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
        ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
        ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
    ]

    private static func step2(_ word: [UInt8]) -> [UInt8] {
        if word.ends("alli"), measure(word.dropLast(4)) > 0 { return step2(Array(word.dropLast(2))) }
        if let stemmed = apply(step2Rules, to: word, { measure($0) > 0 }) { return stemmed }
        return word.ends("logi") && measure(word.dropLast(3)) > 0 ? Array(word.dropLast()) : word
    }

    private static let step3Rules = [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ]

    private static func step3(_ word: [UInt8]) -> [UInt8] { apply(step3Rules, to: word) { measure($0) > 0 } ?? word }

    private static let step4Suffixes = [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
        "iti", "ous", "ive", "ize",
    ]

    private static func step4(_ word: [UInt8]) -> [UInt8] {
        guard let suffix = step4Suffixes.first(where: { word.ends($0) }) else { return word }
        let stem = word.dropLast(suffix.utf8.count)
        guard measure(stem) > 1 else { return word }
        if suffix == "ion", let last = stem.last, !Array("st".utf8).contains(last) { return word }
        return Array(stem)
    }

    private static func step5a(_ word: [UInt8]) -> [UInt8] {
        guard word.ends("e") else { return word }
        let stem = Array(word.dropLast())
        let measure = measure(stem[...])
        return measure > 1 || (measure == 1 && !endsShort(stem)) ? stem : word
    }

    private static func step5b(_ word: [UInt8]) -> [UInt8] {
        word.ends("ll") && measure(word.dropLast()) > 1 ? Array(word.dropLast()) : word
    }

    /// The first rule whose suffix the word has decides; `nil` where none has.
    private static func apply(_ rules: [(String, String)], to word: [UInt8], _ condition: Condition) -> [UInt8]? {
        guard let rule = rules.first(where: { word.ends($0.0) }) else { return nil }
        let stem = word.dropLast(rule.0.utf8.count)
        return condition(stem) ? stem + Array(rule.1.utf8) : word
    }

    // MARK: - Conditions

    private static func consonants(_ word: ArraySlice<UInt8>) -> [Bool] {
        var flags: [Bool] = []
        for byte in word {
            switch byte {
            case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"):
                flags.append(false)
            case UInt8(ascii: "y"): flags.append(flags.last.map { !$0 } ?? true)
            default: flags.append(true)
            }
        }
        return flags
    }

    /// How often a consonant follows a vowel.
    private static func measure(_ word: ArraySlice<UInt8>) -> Int {
        let flags = consonants(word)
        return zip(flags, flags.dropFirst()).count { !$0 && $1 }
    }

    private static func hasVowel(_ word: ArraySlice<UInt8>) -> Bool { consonants(word).contains(false) }

    private static func endsDouble(_ word: [UInt8]) -> Bool {
        word.count >= 2 && word[word.count - 1] == word[word.count - 2] && consonants(word[...]).last == true
    }

    /// Consonant, vowel, consonant at the end, the last none of w, x and y; or a word of a vowel and a consonant.
    private static func endsShort(_ word: [UInt8]) -> Bool {
        let flags = consonants(word[...])
        if flags.count == 2 { return flags == [false, true] }
        guard flags.suffix(3) == [true, false, true], let last = word.last else { return false }
        return !Array("wxy".utf8).contains(last)
    }
}

extension [UInt8] {
    fileprivate func ends(_ suffix: String) -> Bool { self.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
}
