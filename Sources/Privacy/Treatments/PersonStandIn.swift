/// Stand-ins of names: each word another one from a list, written as the value's words are. Titles, particles and what follows a
/// hyphen or an apostrophe at the end keep their form.
enum PersonStandIn {
    private enum Bounds {
        static let words = 8
    }

    static func text(for source: StandIn.Source) -> [UInt8]? {
        let words = source.value.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count <= Bounds.words, source.value.allSatisfy({ !Mask.isDigit($0) }) else { return nil }
        let parts = words.map { Part($0) }
        guard let last = parts.lastIndex(where: { $0.kind == .name }), parts.allSatisfy({ $0.kind != .foreign }) else {
            return nil
        }
        // `SMITH, John` has the family's name first.
        let comma = parts.firstIndex { $0.kind == .name && $0.ending.first == UInt8(ascii: ",") }
        let family = comma ?? last
        let isAlone = parts.count(where: { $0.kind == .name }) == 1
        let texts = parts.enumerated().map { index, part -> [UInt8] in
            switch part.kind {
            case .kept, .foreign: return Array(part.word) + part.ending
            case .initial:
                var sequence = sequence(source, part.word, isFamily: false)
                return [sequence.letter()] + part.ending
            case .name:
                let isFamily = index == family && !(isAlone && NameLists.isGiven(part.word))
                var sequence = sequence(source, part.word, isFamily: isFamily)
                let name = Array(sequence.element(of: isFamily ? NameLists.family : NameLists.given).utf8)
                return part.cased(name) + part.ending
            }
        }
        return Array(texts.joined(separator: [UInt8(ascii: " ")]))
    }

    /// Depends on the word, not on the whole, so that `Smith` alone becomes what it is in `John Smith`.
    private static func sequence(
        _ source: StandIn.Source, _ word: ArraySlice<UInt8>, isFamily: Bool
    ) -> KeyedSequence {
        KeyedSequence(
            source.key, source.sensitiveClass, word.map { Mask.isLetter($0) ? $0 | 0x20 : $0 },
            attempt: source.attempt, purpose: isFamily ? 3 : 2)
    }

    /// A word of a name, and the punctuation or `'s` after it.
    private struct Part {
        enum Kind { case name, initial, kept, foreign }

        let word: ArraySlice<UInt8>
        let ending: ArraySlice<UInt8>
        let kind: Kind

        init(_ text: ArraySlice<UInt8>) {
            var end = text.endIndex
            if text.suffix(2).elementsEqual("'s".utf8) { end -= 2 }
            while end > text.startIndex, ".,;:".utf8.contains(text[end - 1]) { end -= 1 }
            word = text[..<end]
            ending = text[end...]
            let letters = word.count(where: Mask.isLetter)
            let lower = String(decoding: word.map { Mask.isLetter($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
            if word.isEmpty || NameLists.kept.contains(lower) {
                kind = .kept
            } else if letters == 1, word.count == 1 {
                kind = .initial
            } else if word.allSatisfy({ Mask.isLetter($0) || $0 >= 0x80 || "-'".utf8.contains($0) }),
                // Latin letters with marks: U+0080…U+02FF.
                word.allSatisfy({ $0 < 0xCC }), letters > 0
            {
                kind = .name
            } else {
                kind = .foreign
            }
        }

        /// A name in the word's case.
        func cased(_ name: [UInt8]) -> [UInt8] {
            let letters = word.filter(Mask.isLetter)
            if letters.count > 1, letters.allSatisfy({ $0 < 0x61 }) { return name.map { $0 & 0xDF } }
            return letters.allSatisfy { $0 >= 0x61 } ? name.map { $0 | 0x20 } : name
        }
    }
}
