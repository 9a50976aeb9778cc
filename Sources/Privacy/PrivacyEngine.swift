public import Inference
import JSONText

/// Finds sensitive data in requests and makes the form of a request that policy permits to send.
///
/// One engine serves all threads. What it finds it does not keep.
public final class PrivacyEngine: Sendable {
    let scanner: any CandidateScanner
    let threshold: Int
    let enabled: SensitiveClassSet
    let treatments: TreatmentTable

    /// Takes a scanner that knows `CandidatePattern.all`.
    public init(scanner: any CandidateScanner, settings: PrivacySettings = PrivacySettings()) {
        self.scanner = scanner
        threshold = settings.threshold
        enabled = settings.enabled
        treatments = TreatmentTable(settings.treatments)
    }

    /// Looks through every text of a request. Throws what the scanner throws; then the request must fail.
    public func inspect(_ request: InferenceRequest) throws -> Findings {
        var workspace = Workspace()
        var items: [Finding] = []
        var counts: [DataSummary.Count] = []
        var document = -1
        var json = request.body
        for (index, text) in request.texts.enumerated() {
            if text.document != document {
                document = text.document
                json = request.documents[document].json
            }
            try json.value(at: text.node).withDecodedUTF8 { bytes in
                try inspect(bytes, &workspace) { Self.topics(ofNameBefore: text.node, in: json) }
            }
            guard !workspace.candidates.isEmpty else { continue }
            for candidate in workspace.candidates {
                items.append(Finding(candidate, text: index))
                counts.append(
                    DataSummary.Count(dataClass: candidate.sensitiveClass.dataClass, place: text.place, count: 1))
            }
        }
        let summary = DataSummary(
            counts: counts, unscannable: request.unscannable.count, textsScanned: request.texts.count)
        return Findings(items: items, summary: summary, body: request.body)
    }

    /// Looks through one text of UTF-8, of at most 2 GiB.
    public func inspect(text: UnsafeRawBufferPointer) throws -> [Finding] {
        var workspace = Workspace()
        try inspect(text, &workspace) { [] }
        return workspace.candidates.map { Finding($0, text: 0) }
    }

    /// Buffers that serve all texts of one request.
    private struct Workspace {
        var matches: [CandidateMatch] = []
        var candidates: [Candidate] = []
    }

    /// Leaves the findings of one text in the workspace.
    private func inspect(
        _ text: UnsafeRawBufferPointer, _ workspace: inout Workspace, _ inherited: () -> [Topic]
    ) throws {
        workspace.candidates.removeAll(keepingCapacity: true)
        let bytes = text.bindMemory(to: UInt8.self)
        guard let base = bytes.baseAddress else { return }
        var inspection = TextInspection(
            ScannedText(base: base, count: bytes.count), enabled: enabled, threshold: threshold,
            candidates: workspace.candidates, inherited: bytes.count >= 7 ? inherited() : [])
        workspace.candidates = []
        if enabled.contains(.secret), bytes.count >= CandidatePattern.shortestMatch {
            workspace.matches.removeAll(keepingCapacity: true)
            try scanner.scan(text, into: &workspace.matches)
            if !workspace.matches.isEmpty { SecretDetector.examine(workspace.matches, in: &inspection) }
        }
        inspection.run()
        workspace.candidates = inspection.candidates
        if workspace.candidates.count > 1 { Candidate.resolveOverlaps(&workspace.candidates) }
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

extension Finding {
    init(_ candidate: Candidate, text: Int) {
        self.init(
            text: text, range: Int(candidate.start)..<Int(candidate.end), sensitiveClass: candidate.sensitiveClass,
            score: Int(candidate.score))
    }
}
