public import Inference

extension PrivacySettings {
    /// Names of classes that lists and patterns bring and the catalogue does not have, in order of appearance. A finding of the class
    /// `custom` with the variant *n* is of the *n*-th of them, counted from 1.
    public var ownClasses: [DataClass] {
        var classes: [DataClass] = []
        var seen: Set<DataClass> = []
        for dataClass in terms.map(\.dataClass) + patterns.map(\.dataClass)
        where SensitiveClass.named(dataClass) == nil && seen.insert(dataClass).inserted {
            classes.append(dataClass)
        }
        return classes
    }
}

extension CandidatePattern {
    /// All that the detectors want scanned, and the settings' own words and patterns.
    public static func all(for settings: PrivacySettings) throws(TermDictionaryError) -> [CandidatePattern] {
        let words = try TermDictionary(settings.terms).spellings.enumerated().map { index, spelling in
            CandidatePattern(.term(index), spelling.text, form: .literal, isCaseless: spelling.isCaseless)
        }
        let patterns = settings.patterns.enumerated().map { index, pattern in
            CandidatePattern(.pattern(index), pattern.expression, form: .spanningExpression)
        }
        return all + words + patterns
    }
}

/// Words and patterns of one's own: the scanner finds them, this checks that they stand for themselves.
struct TermDetector: Sendable {
    /// A word that someone listed is meant.
    private static let score = 90

    /// What a finding is.
    private struct Target: Sendable {
        let sensitiveClass: SensitiveClass
        let variant: Int
        let score: Int
    }

    private let spellings: [TermDictionary.Spelling]
    private let lists: [Target]
    private let patterns: [Target]

    /// Takes the settings that the scanner was made with.
    init(_ settings: PrivacySettings) throws(TermDictionaryError) {
        spellings = try TermDictionary(settings.terms).spellings
        let own = settings.ownClasses
        func target(_ dataClass: DataClass, _ score: Int) -> Target {
            if let known = SensitiveClass.named(dataClass) {
                return Target(sensitiveClass: known, variant: 0, score: score)
            }
            let index = own.firstIndex(of: dataClass) ?? 0
            return Target(sensitiveClass: .custom, variant: index + 1, score: score)
        }
        lists = settings.terms.map { target($0.dataClass, Self.score) }
        patterns = settings.patterns.map { target($0.dataClass, min(max($0.score, 1), 100)) }
    }

    /// Whether there is anything to look for.
    var isEmpty: Bool { lists.isEmpty && patterns.isEmpty }

    /// Proposes what stands for itself; other matches are passed over.
    ///
    /// What settings list is looked for whether or not the class is on otherwise: who wrote it wants it found.
    func examine(_ matches: [CandidateMatch], in inspection: inout TextInspection) {
        guard !isEmpty else { return }
        // A pattern ends at many places (`PRJ-[0-9]+`); the longest span from one start is the finding.
        var open = [Range<Int>?](repeating: nil, count: patterns.count)
        for match in matches {
            switch match.kind {
            case .term(let index):
                examine(word: index, endingAt: match.end, in: &inspection)
            case .pattern(let index):
                guard index < patterns.count, let start = match.start, start < match.end else { continue }
                if let span = open[index], span.lowerBound != start {
                    propose(span, patterns[index], in: &inspection)
                }
                open[index] = start..<match.end
            case .secret, .trigger: continue
            }
        }
        for index in open.indices {
            if let span = open[index] { propose(span, patterns[index], in: &inspection) }
        }
    }

    private func examine(word index: Int, endingAt end: Int, in inspection: inout TextInspection) {
        guard index < spellings.count else { return }
        let spelling = spellings[index]
        let start = end - spelling.length
        guard start >= 0, WordBoundary.isStart(start, in: inspection.text), WordBoundary.isEnd(end, in: inspection.text)
        else { return }
        propose(start..<end, lists[spelling.list], in: &inspection)
    }

    private func propose(_ span: Range<Int>, _ target: Target, in inspection: inout TextInspection) {
        let text = inspection.text
        var (start, end) = (span.lowerBound, span.upperBound)
        // To borders of characters: a pattern without Unicode counts bytes.
        while start > 0, text.byte(start) & 0xC0 == 0x80 { start -= 1 }
        while end < text.count, text.byte(end) & 0xC0 == 0x80 { end += 1 }
        inspection.propose(
            Candidate(target.sensitiveClass, start, end, score: target.score, variant: target.variant))
    }
}
