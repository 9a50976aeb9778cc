import Dialects
import Inference
import JSONText
import Privacy
import RemoteAnalyzer

/// The part of stage 5 that the operator's analyzer has, where `policies/privacy.yaml` names one: it is shown every text that our
/// own detectors see, and what it finds is merged with what they find. Without its answer nothing is sent.
enum RemoteInspection {
    /// What the analyzer finds, a list for each of the request's texts.
    static func spans(
        of request: InferenceRequest, from analyzer: RemoteAnalyzer
    ) async throws(RemoteAnalyzerError) -> [[ForeignSpan]] {
        let texts = request.texts.map { request.documents[$0.document].json.value(at: $0.node).decodedUTF8() }
        return try await analyzer.analyze(texts).map { spans in
            spans.map { ForeignSpan(range: $0.range, dataClass: $0.dataClass, score: $0.score) }
        }
    }

    /// What the caller is told. That the request is too large for an analysis is the caller's to mend, all else the operator's.
    static func refusal(for error: RemoteAnalyzerError) -> Refusal {
        error.kind == .tooLarge
            ? Refusal(
                RequestError(.unprocessable, "the request has more text than can be analysed, so nothing is sent"))
            : Refusal(
                RequestError(
                    .unavailable, "the analyzer of sensitive data did not answer as it must, so nothing is sent"))
    }
}
