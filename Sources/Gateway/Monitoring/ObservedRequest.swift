import Dialects
import Drift
import Evaluation
import Inference
import JSONText

/// A request that has ended, on its way to the thread that watches: what is counted of it, and its texts until they are looked at
/// there. Nothing of the texts stays.
final class ObservedRequest: Sendable {
    /// What an answer was made of, in its provider's dialect.
    enum Body: Sendable {
        case none
        case whole([UInt8], Inference.Operation)
        case stream([UInt8], isWhole: Bool, Inference.Operation)
    }

    /// What is counted.
    struct Figures: Sendable {
        var stream: StreamName
        /// When it ended, in milliseconds since 1970.
        var time: Int64
        /// `nil`: nobody can be blamed.
        var failed: Bool?
        /// What it used, cost, and why it ended.
        var usage: TokenUsage?
        var cost: Money?
        var finishReason: String?
        var firstByteMilliseconds: Double?
        var milliseconds: Double?
        var promptTokens: Int
        /// What was found in the prompt.
        var classes: [DataClass]
        /// Whether the gateway's own cache had it; `nil`: there is none.
        var cacheHit: Bool?
        /// Which of the questions it answers that are asked every day; `nil`: none.
        var canary: Int?
        /// Whether its distribution is watched, and not only its rate.
        var isWatched: Bool
    }

    let figures: Figures
    private let request: InferenceRequest?
    private let body: Body

    /// `request` where its text is looked at.
    init(_ figures: Figures, request: InferenceRequest?, body: Body) {
        self.figures = figures
        self.request = request
        self.body = body
    }

    /// What its texts take in memory, about.
    var textBytes: Int {
        let answer =
            switch body {
            case .none: 0
            case .whole(let bytes, _), .stream(let bytes, _, _): bytes.count
            }
        return answer + (request?.body.bytes.count ?? 0)
    }

    /// How closely texts are looked at.
    struct Care {
        /// Which languages and topics they are of: some 0.1 ms.
        var words: Bool
        /// Whether the answer refuses: some ms.
        var refusal: Bool
    }

    /// Makes its features; without any care in a microsecond.
    func features(_ glimpse: AnswerGlimpse?, _ care: Care) -> RequestFeatures {
        var features = RequestFeatures(time: figures.time)
        features[.promptTokens] = Double(figures.promptTokens)
        features[.failure] = figures.failed.map { $0 ? 1 : 0 }
        features.dataClasses =
            figures.classes.isEmpty ? "none" : figures.classes.prefix(6).map(\.rawValue).joined(separator: ",")
        features[.answerCache] = figures.cacheHit.map { $0 ? 1 : 0 }
        if care.words, let request { features.setPrompt(Self.lastWords(of: request)) }
        guard figures.failed == false, figures.cacheHit != true else { return features }
        features[.firstByte] = figures.firstByteMilliseconds
        features[.duration] = figures.milliseconds
        if let usage = figures.usage, !usage.isEstimate {
            features[.answerTokens] = Double(usage.output)
            features[.providerCache] = usage.cachedInput > 0 ? 1 : 0
            let tokens = usage.input &+ usage.output
            if let cost = figures.cost, tokens > 0 { features[.price] = Double(cost.nanoUSD) / Double(tokens) }
        }
        features.ending = figures.finishReason.map(RequestFeatures.name)
        if let glimpse { look(at: glimpse, care, &features) }
        return features
    }

    /// What is to be seen of the answer; `nil` where nothing is.
    var glimpse: AnswerGlimpse? {
        switch body {
        case .none: nil
        case .whole(let bytes, let operation): AnswerGlimpse(whole: bytes, of: operation)
        case .stream(let bytes, let isWhole, let operation):
            AnswerGlimpse(stream: bytes, isWhole: isWhole, of: operation)
        }
    }

    private func look(at glimpse: AnswerGlimpse, _ care: Care, _ features: inout RequestFeatures) {
        features.reportedModel = glimpse.model.map(RequestFeatures.name)
        if care.words { features.setAnswer(Array(glimpse.text.prefix(TextSketch.looked))) }
        guard let request else { return }
        if care.refusal, !glimpse.text.isEmpty {
            var answer = Evaluation.Answer(String(decoding: glimpse.text.prefix(TextSketch.looked), as: UTF8.self))
            answer.isMarkedRefusal = ["content_filter", "refusal", "SAFETY"].contains(figures.finishReason)
            features[.refusal] = Evaluation.Refusal.isRefusal(answer) ? 1 : 0
        }
        features[.format] = glimpse.isValid(for: request).map { $0 ? 0 : 1 }
        guard !request.tools.isEmpty, glimpse.isWhole else { return }
        let place =
            if glimpse.calls.isEmpty {
                0
            } else if !glimpse.calls.allSatisfy(\.isWellFormed) {
                2
            } else if glimpse.calls.contains(where: { $0.name.map { !request.tools.contains($0) } ?? false }) {
                3
            } else {
                1
            }
        features[.toolCalls] = Double(place)
    }

    private static func lastWords(of request: InferenceRequest) -> [UInt8] {
        let places: [InferenceRequest.Place] = [.user, .embeddingInput]
        guard let text = request.texts.last(where: { places.contains($0.place) }),
            request.documents.indices.contains(text.document)
        else { return [] }
        let value = request.documents[text.document].json.value(at: text.node)
        guard value.kind == .string else { return [] }
        return value.withDecodedUTF8 { Array($0.prefix(TextSketch.looked)) }
    }
}
