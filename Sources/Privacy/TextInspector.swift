import Inference

/// One text's way through all detectors: as it stands, as a reader sees it, and what is hidden in it; then what overlaps is resolved.
struct TextInspector: Sendable {
    /// Buffers that serve all texts of one request, and what the last text gave.
    struct Workspace {
        /// What was found, sorted, none overlapping.
        var candidates: [Candidate] = []
        /// What was found and gave way to another finding; `losesClass`: though its class tells something else of the text.
        var beaten: [(candidate: Candidate, losesClass: Bool)] = []
        /// What stands behind disguises, in all texts.
        var plains = PlainValues()
        /// What was found and is allowed.
        var allowed: [Candidate] = []
        /// Everything that was considered, where someone asks why.
        var trace: [Consideration.Draft]?
        /// Whether something had to be decoded.
        var isDecoded = false
        /// Parts that only the holder of a key can read.
        var encryptedParts = 0
        fileprivate var matches: [CandidateMatch] = []
        fileprivate var spans: [NameSpan] = []
        fileprivate let watch: InspectionWatch
        /// Bytes of text until the watch is asked again.
        private var unwatched = InspectionWatch.interval

        init(watch: InspectionWatch = .none) {
            self.watch = watch
        }

        /// Asks the watch, if it is time, before so many bytes are looked at.
        fileprivate mutating func check(before count: Int) throws {
            // Many empty texts take their time, too.
            unwatched -= count + 64
            guard unwatched < 0 else { return }
            unwatched = InspectionWatch.interval
            try watch.check()
        }
    }

    private enum Bounds {
        /// No context reaches a number in a shorter text.
        static let shortestInherited = 7
        static let longestText = Int(Int32.max)
        /// Encodings inside encodings.
        static let levels = 2
    }

    private let scanner: any CandidateScanner
    private var enabled: SensitiveClassSet
    /// Whether it looks for fewer classes than the settings say.
    private var isNarrowed = false
    private let lowestThreshold: Int
    private let thresholds: [UInt8]
    private let ownThresholds: [Int]
    private let ownClasses: [DataClass]
    private let terms: TermDetector
    private var names: NameTagger?
    private let allowed: AllowList
    private let undoesEvasion: Bool
    /// Classes that refuse a request.
    private let blocking: SensitiveClassSet

    init(
        scanner: any CandidateScanner, settings: PrivacySettings, names: NameTagger?
    ) throws(PrivacySettingsError) {
        self.scanner = scanner
        enabled = settings.enabled
        func threshold(_ dataClass: DataClass) -> Int { settings.thresholds[dataClass] ?? settings.threshold }
        thresholds = SensitiveClass.allCases.map { UInt8(clamping: threshold($0.dataClass)) }
        ownClasses = settings.ownClasses
        ownThresholds = ownClasses.map(threshold)
        lowestThreshold = (thresholds.map(Int.init) + ownThresholds).min() ?? settings.threshold
        do throws(TermDictionaryError) {
            terms = try TermDetector(settings)
        } catch {
            throw .terms(error)
        }
        let wantsNames = enabled.contains(.person) || enabled.contains(.place)
        if wantsNames, names == nil { throw .noTagger }
        self.names = wantsNames ? names : nil
        allowed = AllowList(settings.allowed)
        undoesEvasion = settings.undoesEvasion
        var blocking = SensitiveClassSet()
        for (name, treatment) in settings.treatments where treatment == .block {
            blocking.insert(SensitiveClass.named(name) ?? .custom)
        }
        self.blocking = blocking
    }

    /// One that looks for these classes alone, so that what it finds of them is what it would find of them were nothing else sensitive:
    /// no finding of another class takes it over or gives it its name.
    func narrowed(to classes: SensitiveClassSet) -> TextInspector {
        var inspector = self
        inspector.enabled = enabled.intersection(classes)
        // One's own words and patterns are no class that could be off.
        if classes.contains(.custom) { inspector.enabled.insert(.custom) }
        inspector.isNarrowed = true
        let wantsNames = inspector.enabled.contains(.person) || inspector.enabled.contains(.place)
        if !wantsNames { inspector.names = nil }
        return inspector
    }

    /// Leaves the findings of one text in the workspace.
    func inspect(
        _ text: UnsafeRawBufferPointer, _ workspace: inout Workspace, foreign: [ForeignSpan] = [],
        _ inherited: () -> [Topic]
    ) throws {
        workspace.candidates.removeAll(keepingCapacity: true)
        workspace.allowed.removeAll(keepingCapacity: true)
        workspace.beaten.removeAll(keepingCapacity: true)
        workspace.isDecoded = false
        workspace.encryptedParts = 0
        let bytes = text.bindMemory(to: UInt8.self)
        guard bytes.baseAddress != nil else { return }
        guard bytes.count <= Bounds.longestText else { throw InspectionError.textTooLong }
        try workspace.check(before: bytes.count)
        let topics = bytes.count >= Bounds.shortestInherited ? inherited() : []
        try look(at: bytes, &workspace, topics)
        if undoesEvasion { try undo(bytes, &workspace, topics) }
        for span in foreign { try add(span, of: bytes, &workspace) }
        if isNarrowed { workspace.candidates.removeAll { !enabled.contains($0.sensitiveClass) } }
        if !allowed.isEmpty, !workspace.candidates.isEmpty { allow(bytes, &workspace) }
        if workspace.candidates.count > 1 { resolve(&workspace) }
    }

    /// Whether settings allow a value.
    func allows(_ value: UnsafeBufferPointer<UInt8>) -> Bool { !allowed.isEmpty && allowed.contains(value) }

    /// What a finding of a class needs.
    func threshold(of candidate: Candidate) -> Int {
        if candidate.sensitiveClass == .custom, candidate.variant > 0, Int(candidate.variant) <= ownThresholds.count {
            return ownThresholds[Int(candidate.variant) - 1]
        }
        return Int(thresholds[Int(candidate.sensitiveClass.rawValue)])
    }

    /// The class as policies know it.
    func dataClass(of candidate: Candidate) -> DataClass {
        if candidate.sensitiveClass == .custom, candidate.variant > 0, Int(candidate.variant) <= ownClasses.count {
            return ownClasses[Int(candidate.variant) - 1]
        }
        return candidate.sensitiveClass.dataClass
    }

    // MARK: One look

    /// Asks every detector about one text, appending to the workspace's candidates.
    private func look(
        at bytes: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace, _ topics: [Topic]
    ) throws {
        guard let base = bytes.baseAddress else { return }
        let first = workspace.candidates.count
        var inspection = TextInspection(
            ScannedText(base: base, count: bytes.count), enabled: enabled, threshold: lowestThreshold,
            candidates: workspace.candidates, inherited: topics)
        inspection.trace = workspace.trace
        inspection.watch = workspace.watch
        workspace.candidates = []
        workspace.trace = nil
        workspace.matches.removeAll(keepingCapacity: true)
        try scanner.scan(UnsafeRawBufferPointer(bytes), into: &workspace.matches)
        if bytes.count >= InspectionWatch.interval { try workspace.watch.check() }
        if !workspace.matches.isEmpty {
            if enabled.contains(.secret) { SecretDetector.examine(workspace.matches, in: &inspection) }
            LiteralTrigger.examine(workspace.matches, in: &inspection)
            terms.examine(workspace.matches, in: &inspection)
        }
        try inspection.run()
        if let names { tag(bytes, names, &workspace.spans, &inspection) }
        workspace.encryptedParts = max(workspace.encryptedParts, inspection.encryptedParts)
        workspace.candidates = inspection.candidates
        workspace.trace = inspection.trace
        dropBelowThreshold(&workspace.candidates, from: first)
    }

    private func tag(
        _ bytes: UnsafeBufferPointer<UInt8>, _ names: NameTagger, _ spans: inout [NameSpan],
        _ inspection: inout TextInspection
    ) {
        spans.removeAll(keepingCapacity: true)
        names.tag(bytes, into: &spans)
        for span in spans {
            let sensitiveClass: SensitiveClass = span.kind == .person ? .person : .place
            guard inspection.enabled.contains(sensitiveClass), !inspection.text.isInBase64(span.range) else { continue }
            inspection.propose(
                Candidate(sensitiveClass, span.range.lowerBound, span.range.upperBound, score: span.score))
        }
    }

    /// Classes have thresholds of their own; detectors dropped only what is below the lowest.
    private func dropBelowThreshold(_ candidates: inout [Candidate], from first: Int) {
        guard candidates.count > first else { return }
        var kept = first
        for index in first..<candidates.count where Int(candidates[index].score) >= threshold(of: candidates[index]) {
            candidates[kept] = candidates[index]
            kept += 1
        }
        candidates.removeSubrange(kept...)
    }

    // MARK: What is disguised

    private func undo(
        _ bytes: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace, _ topics: [Topic]
    ) throws {
        try undo(bytes, &workspace, topics, level: 0, isNested: false) { $0 }
    }

    /// Looks at a text as a reader sees it, then at what is encoded in it, with the words around; a finding inside is the whole run,
    /// since half a run can't be replaced. What comes out is looked at in the same way, so that encodings in encodings, each level of
    /// them, are seen. `original` leads to the text as it came; `isNested`: this is not that text.
    private func undo(
        _ bytes: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace, _ topics: [Topic], level: Int,
        isNested: Bool, _ original: (Range<Int>) -> Range<Int>
    ) throws {
        let survey = TextSurvey(bytes)
        guard let shadow = ShadowText.make(of: bytes, survey) else {
            return try lookIntoHidden(
                bytes, survey, &workspace, topics, level: level, isNested: isNested, original)
        }
        try look(at: shadow, &workspace, topics, isNested: isNested, original)
        guard level < Bounds.levels else { return }
        try shadow.bytes.withUnsafeBufferPointer { bytes in
            try lookIntoHidden(bytes, TextSurvey(bytes), &workspace, topics, level: level, isNested: true) {
                original(shadow.originalRange(ofShadow: $0))
            }
        }
    }

    private func lookIntoHidden(
        _ bytes: UnsafeBufferPointer<UInt8>, _ survey: TextSurvey, _ workspace: inout Workspace, _ topics: [Topic],
        level: Int, isNested: Bool, _ original: (Range<Int>) -> Range<Int>
    ) throws {
        guard level < Bounds.levels, let decoded = ShadowText.decodingHidden(in: bytes, survey) else { return }
        try look(at: decoded, &workspace, topics, isNested: isNested, original)
        try decoded.bytes.withUnsafeBufferPointer { bytes in
            try undo(bytes, &workspace, topics, level: level + 1, isNested: true) {
                original(decoded.originalRange(ofShadow: $0))
            }
        }
    }

    /// Looks at a shadow where it differs from the text that was looked at; `original` leads from that text to the one as it came.
    private func look(
        at shadow: ShadowText, _ workspace: inout Workspace, _ topics: [Topic], isNested: Bool,
        _ original: (Range<Int>) -> Range<Int>
    ) throws {
        workspace.isDecoded = true
        try shadow.bytes.withUnsafeBufferPointer { bytes in
            for window in shadow.windows() {
                let first = Mark(workspace)
                let part = UnsafeBufferPointer(rebasing: bytes[window])
                try workspace.check(before: part.count)
                try look(at: part, &workspace, window.lowerBound == 0 ? topics : [])
                for index in first.candidates..<workspace.candidates.count {
                    // What is not rewritten says what stands in the text.
                    let range = Int(workspace.candidates[index].start)..<Int(workspace.candidates[index].end)
                    let place = range.lowerBound + window.lowerBound..<range.upperBound + window.lowerBound
                    guard isNested || shadow.isRewritten(place) else { continue }
                    workspace.candidates[index].plain.rawValue = workspace.plains.add(part[range])
                }
                mapBack(&workspace, from: first) { range in
                    original(
                        shadow.originalRange(
                            ofShadow: range.lowerBound + window.lowerBound..<range.upperBound + window.lowerBound))
                }
            }
        }
    }

    /// How much had been found and considered before a look.
    private struct Mark {
        let candidates: Int
        let drafts: Int

        init(_ workspace: Workspace) {
            candidates = workspace.candidates.count
            drafts = workspace.trace?.count ?? 0
        }
    }

    /// Gives what was found and considered since then the places that it has in the text as it came.
    private func mapBack(_ workspace: inout Workspace, from first: Mark, _ place: (Range<Int>) -> Range<Int>) {
        for index in first.candidates..<workspace.candidates.count {
            Self.move(&workspace.candidates[index], place)
        }
        guard let drafts = workspace.trace, drafts.count > first.drafts else { return }
        for index in first.drafts..<drafts.count {
            var candidate = drafts[index].candidate
            Self.move(&candidate, place)
            workspace.trace?[index] = Consideration.Draft(candidate: candidate, grounds: drafts[index].grounds)
        }
    }

    private static func move(_ candidate: inout Candidate, _ place: (Range<Int>) -> Range<Int>) {
        let range = place(Int(candidate.start)..<Int(candidate.end))
        candidate.start = Int32(truncatingIfNeeded: range.lowerBound)
        candidate.end = Int32(truncatingIfNeeded: range.upperBound)
    }

    // MARK: What others found, and what is allowed

    private func add(
        _ span: ForeignSpan, of bytes: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace
    ) throws {
        guard span.range.lowerBound >= 0, span.range.upperBound <= bytes.count, !span.range.isEmpty else {
            throw InspectionError.foreignRange
        }
        let sensitiveClass = SensitiveClass.named(span.dataClass) ?? .custom
        let candidate = Candidate(
            sensitiveClass, span.range.lowerBound, span.range.upperBound, score: span.score,
            variant: sensitiveClass == .custom ? (ownClasses.firstIndex(of: span.dataClass) ?? -1) + 1 : 0)
        guard enabled.contains(sensitiveClass), span.score >= threshold(of: candidate) else { return }
        workspace.candidates.append(candidate)
        workspace.trace?.append(Consideration.Draft(candidate: candidate, grounds: Grounds()))
    }

    /// Takes out what the settings allow, and what stands inside it: a part of an allowed value is none of its own. Secrets and the
    /// settings' own words in it stay findings.
    private func allow(_ bytes: UnsafeBufferPointer<UInt8>, _ workspace: inout Workspace) {
        for candidate in workspace.candidates {
            let value = UnsafeBufferPointer(rebasing: bytes[Int(candidate.start)..<Int(candidate.end)])
            if allowed.contains(value) { workspace.allowed.append(candidate) }
        }
        guard !workspace.allowed.isEmpty else { return }
        let exact = Set(workspace.allowed)
        // Sorted by start, with the farthest end so far: whether something lies inside one of them is one look-up.
        let spans = workspace.allowed.map { ($0.start, $0.end) }.sorted { $0 < $1 }
        var farthest: [Int32] = []
        for span in spans { farthest.append(max(farthest.last ?? 0, span.1)) }
        workspace.candidates.removeAll { candidate in
            if exact.contains(candidate) { return true }
            guard rank(candidate) < 2 else { return false }
            var low = 0
            var high = spans.count
            while low < high {
                let middle = (low + high) / 2
                if spans[middle].0 <= candidate.start { low = middle + 1 } else { high = middle }
            }
            return low > 0 && farthest[low - 1] >= candidate.end
        }
    }

    /// The findings of a text together with values that were found elsewhere and stand in it, too; `nil` where that adds nothing.
    /// What the settings allow is spared, with all inside it.
    func adding(
        _ repeated: [Candidate], to findings: [Candidate], sparing allowed: [Candidate],
        _ beaten: (Candidate, _ losesClass: Bool) -> Void
    ) -> [Candidate]? {
        let new = Self.outside(allowed, Self.outside(findings, repeated))
        guard !new.isEmpty else { return nil }
        var all = findings + new
        Candidate.resolveOverlaps(&all, rank: rank, beaten: beaten)
        return all
    }

    /// Those that lie inside none of the spans.
    private static func outside(_ spans: [Candidate], _ candidates: [Candidate]) -> [Candidate] {
        let spans = spans.sorted { $0.start < $1.start }
        var next = 0
        var farthest: Int32 = 0
        return candidates.filter { candidate in
            while next < spans.count, spans[next].start <= candidate.start {
                farthest = max(farthest, spans[next].end)
                next += 1
            }
            return candidate.end > farthest
        }
    }

    private func resolve(_ workspace: inout Workspace) {
        var beaten: [(candidate: Candidate, losesClass: Bool)] = []
        Candidate.resolveOverlaps(&workspace.candidates, rank: rank) { beaten.append(($0, $1)) }
        workspace.beaten = beaten
    }

    /// Which of two that overlap may give way: names that a tagger guesses to what a detector proved, and everything to secrets, to the
    /// settings' own words and patterns, and to what refuses the request.
    private func rank(_ candidate: Candidate) -> Int {
        switch candidate.sensitiveClass {
        case .secret, .custom: 2
        case .person, .place: blocking.contains(candidate.sensitiveClass) ? 2 : 0
        default: blocking.contains(candidate.sensitiveClass) ? 2 : 1
        }
    }
}
