internal import Cryptography
internal import Inference
internal import JSONText
internal import NIOConcurrencyHelpers
public import Privacy
internal import RemoteAnalyzer
internal import Synchronization

/// Takes what is sensitive out of records, and looks whether anything is left: the first with what `policies/privacy.yaml` says, the
/// second with every detector there is.
public final class RecordCleaner: Sendable {
    /// What was counted in one record: classes and places, no value.
    public typealias Count = (dataClass: String, place: String, count: Int)

    private let usual: PrivacyEngine
    private let strict: PrivacyEngine
    /// Every detector of values that have a form of their own, for texts with joined lines.
    private let forms: PrivacyEngine
    private let key: TenantKey
    /// The operator's own analyzer, where privacy.yaml names one: asked as it is for requests.
    private let analyzer: RemoteAnalyzer?

    private enum Bounds {
        /// What a redaction leaves may be a finding in its new neighbourhood; no further than this.
        static let rounds = 6
        /// What is found across a line's end has to be as sure as this: numbers below one another are no telephone number.
        static let joinedScore = 75
    }

    /// How many classes the second look is for.
    public let classes: Int

    /// Makes both engines by the configuration in force; throws where one can't be made, so that nothing is exported that was not looked
    /// at.
    public convenience init(_ configuration: GatewayConfiguration) throws {
        try self.init(
            configuration.privacy, analyzer: try configuration.analyzer.map { try RemoteAnalyzer(settings: $0) })
    }

    init(_ settings: PrivacySettings, analyzer: RemoteAnalyzer? = nil) throws {
        self.analyzer = analyzer
        classes = settings.knownClasses.count
        usual = try PrivacyEngineLoader.engine(settings)
        let strictest = Self.strictest(settings)
        strict = try PrivacyEngineLoader.engine(strictest)
        var forms = strictest
        // Names and addresses go over lines as words do.
        forms.classes.subtract(["person", "place", "street_address"].map { DataClass($0) })
        self.forms = try PrivacyEngineLoader.engine(forms)
        key = try TenantKey(master: SymmetricKey(randomCount: 32), tenant: "data set")
    }

    /// Every class on, one's own included; no value allowed, no threshold raised.
    public static func strictest(_ settings: PrivacySettings) -> PrivacySettings {
        let usual = PrivacySettings()
        var strict = settings
        strict.classes = Set(settings.knownClasses)
        strict.threshold = min(settings.threshold, usual.threshold)
        strict.thresholds = settings.thresholds.filter { $0.value < strict.threshold }
        strict.treatments = [:]
        strict.allowed = []
        strict.undoesEvasion = true
        return strict
    }

    /// The redacted form of a record, a JSON text; what was taken out is counted. Throws for what may not leave in any form.
    public func treated(_ record: [UInt8]) throws -> (record: [UInt8], counts: [Count]) {
        try redacted(record, with: usual)
    }

    /// As `treated`, with every detector there is, until none finds anything or no more can be done.
    public func scrubbed(_ record: [UInt8]) throws -> (record: [UInt8], counts: [Count]) {
        var record = record
        var counts: [Count] = []
        for _ in 0..<Bounds.rounds {
            let (next, found) = try redacted(record, with: strict)
            if found.isEmpty { break }
            record = next
            counts += found
        }
        return (record, counts)
    }

    /// What every detector there is finds in a JSON text, and how many texts they looked at.
    public func residue(_ record: [UInt8]) throws -> (texts: Int, counts: [Count]) {
        let request = try RecordTexts.request(record)
        let findings = try findings(in: request, with: strict)
        return (request.texts.count, Self.counts(findings))
    }

    private func redacted(_ record: [UInt8], with engine: PrivacyEngine) throws -> ([UInt8], [Count]) {
        let request = try RecordTexts.request(record)
        let findings = try findings(in: request, with: engine)
        guard !findings.isEmpty else { return (record, []) }
        let treated = try engine.treat(
            request, findings: findings, requestID: RequestID(high: 0, low: 0), form: .redacted,
            destination: Destination(provider: ProviderID("data-set"), model: ""), tenantKey: key)
        return (treated.body, Self.counts(findings))
    }

    private func findings(in request: InferenceRequest, with engine: PrivacyEngine) throws -> Findings {
        let analyzed = try spans(of: request)
        let found = try engine.inspect(request, merging: analyzed)
        guard engine === strict else { return found }
        var joined = try joinedSpans(of: request)
        // Two values below one another may look like a third: what is as sure without joining anything counts.
        for item in found.items {
            joined[item.text].removeAll { $0.score <= item.score && $0.range.overlaps(item.range) }
        }
        guard joined.contains(where: { !$0.isEmpty }) else { return found }
        return try engine.inspect(
            request, merging: joined.enumerated().map { (analyzed?[$0.offset] ?? []) + $0.element })
    }

    /// Values that a line's end or Markdown stands in, a list for each text.
    private func joinedSpans(of request: InferenceRequest) throws -> [[ForeignSpan]] {
        try request.texts.map { text in
            let bytes = Array(request.documents[text.document].json.value(at: text.node).decodedUTF8())
            var spans: Set<ForeignSpan> = []
            for joint in JoinedText.Joint.allCases {
                guard let joined = JoinedText(bytes, joint) else { continue }
                let findings = try joined.bytes.withUnsafeBytes { try forms.inspect(text: $0) }
                for finding in findings where finding.score >= Bounds.joinedScore {
                    guard let range = joined.original(finding.range) else { continue }
                    spans.insert(ForeignSpan(range: range, dataClass: finding.dataClass, score: finding.score))
                }
            }
            return spans.sorted { $0.range.lowerBound < $1.range.lowerBound }
        }
    }

    /// What the analyzer finds, a list for each text; `nil` where there is none. Throws where it does not answer: then nothing is exported.
    private func spans(of request: InferenceRequest) throws -> [[ForeignSpan]]? {
        guard let analyzer else { return nil }
        let lock = ConditionLock(value: false)
        let answer = Answer()
        Task {
            let spans = await Result { try await RemoteInspection.spans(of: request, from: analyzer) }
            answer.value.withLock { $0 = spans }
            lock.lock()
            lock.unlock(withValue: true)
        }
        lock.lock(whenValue: true)
        lock.unlock()
        do {
            return try answer.value.withLock { $0 }?.get()
        } catch {
            throw AnalyzerSilent(reason: "\(error)")
        }
    }

    /// What a task leaves for the thread that waits for it.
    private final class Answer: Sendable {
        let value = Mutex<Result<[[ForeignSpan]], any Error>?>(nil)
    }

    private static func counts(_ findings: Findings) -> [Count] {
        var sums: [String: Int] = [:]
        for item in findings.summary.counts {
            sums["\(item.dataClass.rawValue) \(item.place.rawValue)", default: 0] += item.count
        }
        return sums.map { key, count in
            let words = key.split(separator: " ")
            return (String(words.first ?? ""), String(words.last ?? ""), count)
        }
    }
}

/// The operator's analyzer did not answer as it must: nothing is exported that it has not seen.
private struct AnalyzerSilent: Error, CustomStringConvertible {
    let reason: String
    var description: String { "nothing is written: the analyzer of policies/privacy.yaml did not answer: \(reason)" }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
