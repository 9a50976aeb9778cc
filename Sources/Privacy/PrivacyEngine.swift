public import Inference
import JSONText

/// Finds sensitive data in requests and makes the form of a request that policy permits to send.
///
/// One engine serves all threads. What it finds it does not keep.
public final class PrivacyEngine: Sendable {
    /// What to look for.
    public let settings: PrivacySettings
    let inspector: TextInspector
    let treatments: TreatmentTable
    /// Words that are taken out of answers.
    let answerTerms: AnswerTerms?

    /// Takes a scanner that knows `CandidatePattern.all(for: settings)`, and a tagger where names are looked for.
    ///
    /// Throws where the settings' own words can't be looked for, and where a class needs a tagger and there is none.
    public init(
        scanner: any CandidateScanner, names: NameTagger? = nil, settings: PrivacySettings = PrivacySettings()
    ) throws(PrivacySettingsError) {
        self.settings = settings
        inspector = try TextInspector(scanner: scanner, settings: settings, names: names)
        treatments = TreatmentTable(settings.treatments)
        do throws(TermDictionaryError) {
            answerTerms = try AnswerTerms(settings)
        } catch {
            throw .terms(error)
        }
    }

    /// Looks through every text of a request. Throws what the scanner throws; then the request must fail.
    ///
    /// `foreign`: what another analyser found in each text, in the order of `request.texts`. `watch` may end it, by an
    /// `InspectionError` of its choice.
    public func inspect(
        _ request: InferenceRequest, merging foreign: [[ForeignSpan]]? = nil, watch: InspectionWatch = .none
    ) throws -> Findings {
        guard foreign.map({ $0.count == request.texts.count }) ?? true else { throw InspectionError.foreignTexts }
        var workspace = TextInspector.Workspace(watch: watch)
        var items: [Finding] = []
        var counts: [DataSummary.Count] = []
        var coverage = CoverageTally(request)
        var outranked: Set<DataClass> = []
        var beaten: [Findings.Beaten] = []
        var document = -1
        var json = request.body
        var values = RepeatedValues()
        var spared: [Int: [Candidate]] = [:]
        for (index, text) in request.texts.enumerated() {
            if text.document != document {
                document = text.document
                json = request.documents[document].json
            }
            try json.value(at: text.node).withDecodedUTF8 { bytes in
                if json.kind(at: text.node) == .number, let whole = NumberText.whole(bytes) {
                    try inspect(whole, writtenWith: bytes.count, &workspace) {
                        Self.topics(ofNameBefore: text.node, in: json)
                    }
                    // All of it is a finding already; if not, another analyser may have one in what is written.
                    if !workspace.candidates.isEmpty { return values.collect(workspace.candidates, in: bytes) }
                }
                try inspector.inspect(bytes, &workspace, foreign: foreign?[index] ?? []) {
                    Self.topics(ofNameBefore: text.node, in: json)
                }
                values.collect(workspace.candidates, in: bytes)
            }
            if !workspace.allowed.isEmpty { spared[index] = workspace.allowed }
            coverage.add(text.place, workspace)
            for (candidate, losesClass) in workspace.beaten {
                beaten.append(Findings.Beaten(finding: finding(candidate, text: index), losesClass: losesClass))
                guard losesClass else { continue }
                outranked.insert(dataClass(of: candidate))
                counts.append(
                    DataSummary.Count(dataClass: dataClass(of: candidate), place: text.place, count: 1))
            }
            guard !workspace.candidates.isEmpty else { continue }
            for candidate in workspace.candidates {
                let finding = finding(candidate, text: index)
                items.append(finding)
                counts.append(DataSummary.Count(dataClass: finding.dataClass, place: text.place, count: 1))
            }
        }
        if !values.isEmpty {
            try inspectAgain(
                request, for: values.search(), sparing: spared, watch, &items, &counts, &outranked, &beaten)
        }
        return Findings(
            items: items, summary: DataSummary(counts: counts, coverage: coverage.coverage), outranked: outranked,
            beaten: beaten, plains: workspace.plains, body: request.body)
    }

    /// Looks through a number as its digits are read; a finding is all of it.
    private func inspect(
        _ whole: [UInt8], writtenWith count: Int, _ workspace: inout TextInspector.Workspace, _ inherited: () -> [Topic]
    ) throws {
        try whole.withUnsafeBytes { try inspector.inspect($0, &workspace, inherited) }
        guard let first = workspace.candidates.first else { return }
        func written(_ candidate: Candidate) -> Candidate {
            var candidate = candidate
            candidate.plain.rawValue = whole.withUnsafeBufferPointer {
                workspace.plains.add($0[Int(candidate.start)..<Int(candidate.end)])
            }
            candidate.start = 0
            candidate.end = Int32(truncatingIfNeeded: count)
            return candidate
        }
        workspace.candidates = [written(first)]
        workspace.beaten = workspace.beaten.map { (written($0.candidate), $0.losesClass) }
    }

    /// Looks through one text of UTF-8, of at most 2 GiB.
    public func inspect(text: UnsafeRawBufferPointer) throws -> [Finding] {
        var workspace = TextInspector.Workspace()
        try inspector.inspect(text, &workspace) { [] }
        var values = RepeatedValues()
        values.collect(workspace.candidates, in: text)
        if !values.isEmpty {
            var repeated: [Candidate] = []
            try values.search().find(in: text, .none, into: &repeated)
            if let all = inspector.adding(repeated, to: workspace.candidates, sparing: workspace.allowed, { _, _ in }) {
                return all.map { finding($0, text: 0) }
            }
        }
        return workspace.candidates.map { finding($0, text: 0) }
    }

    /// Looks through one text with an inspector of its own, such as a narrowed one.
    func inspect(text: UnsafeRawBufferPointer, with inspector: TextInspector) throws -> [Finding] {
        var workspace = TextInspector.Workspace()
        try inspector.inspect(text, &workspace) { [] }
        return workspace.candidates.map { finding($0, text: 0) }
    }

    /// Everything that detectors considered in one text, taken or not, in the order of places; the answer of `privacy explain`.
    public func explain(text: UnsafeRawBufferPointer) throws -> [Consideration] {
        var workspace = TextInspector.Workspace()
        workspace.trace = []
        try inspector.inspect(text, &workspace) { [] }
        var findings = workspace.candidates
        var values = RepeatedValues()
        values.collect(findings, in: text)
        if !values.isEmpty {
            var repeated: [Candidate] = []
            try values.search().find(in: text, .none, into: &repeated)
            if let all = inspector.adding(repeated, to: findings, sparing: workspace.allowed, { _, _ in }) {
                // What was found elsewhere in the text supports it.
                let known = Set(findings)
                for candidate in repeated where !known.contains(candidate) {
                    workspace.trace?.append(
                        Consideration.Draft(candidate: candidate, grounds: Grounds(context: .supports)))
                }
                findings = all
            }
        }
        let considerations = (workspace.trace ?? []).map { draft in
            let candidate = draft.candidate
            let threshold = inspector.threshold(of: candidate)
            let outcome: Consideration.Outcome =
                if draft.grounds.check == .reject {
                    .rejected
                } else if Int(candidate.score) < threshold {
                    .belowThreshold
                } else if Self.isTaken(candidate, in: findings) {
                    .taken
                } else if workspace.allowed.contains(candidate) {
                    .allowed
                } else {
                    .outranked
                }
            return Consideration(
                dataClass: dataClass(of: candidate), detector: detectorName(candidate),
                range: Int(candidate.start)..<Int(candidate.end), score: Int(candidate.score), threshold: threshold,
                check: draft.grounds.check.rawValue, context: draft.grounds.context.rawValue, outcome: outcome)
        }
        var seen: Set<Consideration> = []
        return considerations.filter { seen.insert($0).inserted }
            .sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    }

    /// Whether a candidate is a finding, or the part of one that gave it its class; `findings` are sorted.
    private static func isTaken(_ candidate: Candidate, in findings: [Candidate]) -> Bool {
        var low = 0
        var high = findings.count
        while low < high {
            let middle = (low + high) / 2
            if findings[middle].start <= candidate.start { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return false }
        let finding = findings[low - 1]
        return finding.sensitiveClass == candidate.sensitiveClass && finding.score == candidate.score
            && finding.end >= candidate.end
    }

    /// Which detector made a finding, in words for people: a secret's format, the class otherwise.
    public func detectorName(of finding: Finding) -> String {
        detectorName(
            Candidate(finding.sensitiveClass, 0, 0, score: 0, variant: finding.variant))
    }

    private func detectorName(_ candidate: Candidate) -> String {
        switch candidate.sensitiveClass {
        case .secret:
            SecretFormat.all.indices.contains(Int(candidate.variant))
                ? SecretFormat.all[Int(candidate.variant)].name : "secret"
        case .custom: "own words and patterns"
        default: candidate.sensitiveClass.details.title
        }
    }

    func dataClass(of candidate: Candidate) -> DataClass { inspector.dataClass(of: candidate) }

    func finding(_ candidate: Candidate, text: Int) -> Finding {
        Finding(
            text: text, range: Int(candidate.start)..<Int(candidate.end), sensitiveClass: candidate.sensitiveClass,
            dataClass: dataClass(of: candidate), score: Int(candidate.score), variant: Int(candidate.variant),
            isMerged: candidate.isMerged, plain: candidate.plain)
    }

    /// What the name of the member speaks of whose value this node is, so that `{"phone": "4155550132"}` is found.
    private static func topics(ofNameBefore node: Int, in json: JSONDocument) -> [Topic] {
        guard node > 0, json.isKey(at: node - 1) else { return [] }
        var topics: [Topic] = []
        json.value(at: node - 1).withDecodedUTF8 { bytes in
            guard bytes.count <= 48, let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
            ContextWords.scan(base, from: 0, to: bytes.count) { found, _ in
                topics.append(contentsOf: found.map { Topic(index: $0) })
            }
        }
        return topics
    }
}

/// Why a text can't be inspected; then the request must fail.
public enum InspectionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another analyser answered for other texts.
    case foreignTexts
    /// Another analyser found something outside the text.
    case foreignRange
    /// A text of more than 2 GiB.
    case textTooLong
    /// It took longer than it may.
    case timedOut
    /// Nobody waits for it any more.
    case abandoned

    /// The fault in words; no text.
    public var description: String {
        switch self {
        case .foreignTexts: "the analyser answered for other texts"
        case .foreignRange: "the analyser found something outside the text"
        case .textTooLong: "a text is too long to inspect"
        case .timedOut: "the inspection took too long"
        case .abandoned: "the inspection was abandoned"
        }
    }
}

/// Why settings can't be used.
public enum PrivacySettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A word list is at fault.
    case terms(TermDictionaryError)
    /// `person` or `place` is on and there is no tagger.
    case noTagger

    /// The fault in words.
    public var description: String {
        switch self {
        case .terms(let error): "\(error)"
        case .noTagger: "classes `person` and `place` need the name tagger"
        }
    }
}
