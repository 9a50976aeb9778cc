import Gateway
import Inference
import Privacy

/// Compares what the engine finds with what is labelled.
final class Evaluation {
    /// The sums of one class.
    struct Tally {
        var cases = 0
        /// Cases without a miss.
        var agreeing = 0
        var labelled = 0
        /// Labelled spans that were found.
        var recalled = 0
        var found = 0
        /// Findings that are labelled.
        var right = 0

        var recall: Double? { labelled > 0 ? Double(recalled) / Double(labelled) : nil }
        var precision: Double? { found > 0 ? Double(right) / Double(found) : nil }

        mutating func add(_ other: Tally) {
            cases += other.cases
            agreeing += other.agreeing
            labelled += other.labelled
            recalled += other.recalled
            found += other.found
            right += other.right
        }
    }

    /// A case on which the engine and the label disagree.
    struct Miss {
        enum Kind: String { case missed, extra, verdict }
        let line: Int
        let className: String
        let kind: Kind
        /// In code points.
        let span: Range<Int>
        let text: String
    }

    private let settings: PrivacySettings
    private let threshold: Int?
    private let match: PrivacyEvaluate.Match
    private let everything: PrivacyEngine
    private var alone: [SensitiveClass: PrivacyEngine] = [:]

    init(settings: PrivacySettings, threshold: Int?, match: PrivacyEvaluate.Match) throws {
        self.settings = settings
        self.threshold = threshold
        self.match = match
        var all = settings
        if let threshold {
            all.threshold = threshold
            all.thresholds = [:]
        }
        everything = try PrivacyEngineLoader.engine(all)
    }

    func run(_ one: EvaluationCase, _ tallies: inout [String: Tally], _ misses: inout [Miss]) throws {
        switch one.kind {
        case .check(let sensitiveClass, let verdict): check(one, sensitiveClass, verdict, &tallies, &misses)
        case .alone(let sensitiveClass):
            try compare(one, try engine(alone: sensitiveClass), only: sensitiveClass, &tallies, &misses)
        case .everything: try compare(one, everything, only: nil, &tallies, &misses)
        }
    }

    /// An engine that looks for one class and drops nothing.
    private func engine(alone sensitiveClass: SensitiveClass) throws -> PrivacyEngine {
        if let engine = alone[sensitiveClass] { return engine }
        var settings = settings
        settings.classes = [sensitiveClass.dataClass]
        settings.threshold = threshold ?? 1
        settings.thresholds = [:]
        settings.allowed = []
        let engine = try PrivacyEngineLoader.engine(settings)
        alone[sensitiveClass] = engine
        return engine
    }

    private func check(
        _ one: EvaluationCase, _ sensitiveClass: SensitiveClass, _ verdict: Bool?, _ tallies: inout [String: Tally],
        _ misses: inout [Miss]
    ) {
        let name = sensitiveClass.dataClass.rawValue
        let found = IdentifierChecks.verdict(sensitiveClass, one.text)
        let expected: Bool? = verdict
        let said: Bool? = found == .accept ? true : found == .reject ? false : nil
        tallies[name, default: Tally()].cases += 1
        if said == expected {
            tallies[name, default: Tally()].agreeing += 1
        } else {
            misses.append(
                Miss(
                    line: one.line, className: name, kind: .verdict, span: 0..<one.text.unicodeScalars.count,
                    text: one.text))
        }
    }

    private func compare(
        _ one: EvaluationCase, _ engine: PrivacyEngine, only: SensitiveClass?, _ tallies: inout [String: Tally],
        _ misses: inout [Miss]
    ) throws {
        let bytes = [UInt8](one.text.utf8)
        var position = TextPosition()
        let found = try bytes.withUnsafeBytes { try engine.inspect(text: $0) }.map { finding in
            position.advance(to: finding.range.lowerBound, in: bytes)
            let start = position.codePoint
            position.advance(to: finding.range.upperBound, in: bytes)
            return EvaluationCase.Label(range: start..<position.codePoint, sensitiveClass: finding.sensitiveClass)
        }
        var changed: [String: Tally] = [:]
        var isAgreed = true
        if let only { changed[only.dataClass.rawValue, default: Tally()].cases += 1 }
        let counted = found.filter { finding in !one.ignored.contains { $0.overlaps(finding.range) } }
        for label in one.labels {
            let isFound = counted.contains { agrees($0, label) }
            changed[label.sensitiveClass.dataClass.rawValue, default: Tally()].labelled += 1
            if isFound {
                changed[label.sensitiveClass.dataClass.rawValue, default: Tally()].recalled += 1
            } else {
                isAgreed = false
                misses.append(miss(one, label, .missed))
            }
        }
        for finding in counted {
            let isRight = one.labels.contains { agrees(finding, $0) }
            changed[finding.sensitiveClass.dataClass.rawValue, default: Tally()].found += 1
            if isRight {
                changed[finding.sensitiveClass.dataClass.rawValue, default: Tally()].right += 1
            } else {
                isAgreed = false
                misses.append(miss(one, finding, .extra))
            }
        }
        if isAgreed, let only { changed[only.dataClass.rawValue, default: Tally()].agreeing += 1 }
        for (name, tally) in changed {
            var tally = tally
            if only == nil {
                tally.cases = 1
                tally.agreeing = tally.labelled == tally.recalled && tally.found == tally.right ? 1 : 0
            }
            tallies[name, default: Tally()].add(tally)
        }
    }

    private func agrees(_ finding: EvaluationCase.Label, _ label: EvaluationCase.Label) -> Bool {
        guard finding.sensitiveClass == label.sensitiveClass else { return false }
        return match == .exact ? finding.range == label.range : finding.range.overlaps(label.range)
    }

    private func miss(_ one: EvaluationCase, _ label: EvaluationCase.Label, _ kind: Miss.Kind) -> Miss {
        let scalars = one.text.unicodeScalars.dropFirst(label.range.lowerBound).prefix(label.range.count)
        return Miss(
            line: one.line, className: label.sensitiveClass.dataClass.rawValue, kind: kind, span: label.range,
            text: String(String.UnicodeScalarView(scalars)))
    }
}
