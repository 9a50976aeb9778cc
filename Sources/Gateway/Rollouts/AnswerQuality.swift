import Dialects
import Evaluation
import Inference
import JSONText
import Privacy
import Rollout

/// What is measured of an answer's text, as the provider gave it: before anything is put back into it, so that what is found in it is the
/// model's own.
struct AnswerQuality {
    /// The answer itself.
    private var text: [UInt8] = []
    /// The arguments of the tools it calls.
    private var arguments: [StreamChannel: [UInt8]] = [:]

    /// No answer's first so many bytes are not enough.
    static let mostBytes = 256 << 10

    /// Reads a whole answer, or the stream of one; `nil` for what can't be read.
    init?(_ bytes: [UInt8], isStream: Bool, of operation: Inference.Operation) {
        guard isStream ? readStream(bytes, operation) : readWhole(bytes, operation) else { return nil }
    }

    private mutating func readWhole(_ bytes: [UInt8], _ operation: Inference.Operation) -> Bool {
        guard
            let document = try? JSONDocument(
                parsing: bytes, limits: JSONLimits(maximumBytes: max(bytes.count, 1), maximumDepth: 128))
        else { return false }
        for (number, part) in AnswerReader.read(operation, document).texts.enumerated() {
            let piece = document.value(at: part.node).decodedUTF8()
            if part.isJSON {
                arguments[StreamChannel(block: number, kind: .toolArguments), default: []] += piece
            } else {
                text += piece
            }
        }
        return true
    }

    private mutating func readStream(_ bytes: [UInt8], _ operation: Inference.Operation) -> Bool {
        var parser = EventStreamParser(operation.dialect.framing)
        var reader = StreamEventReader(operation)
        parser.append(bytes)
        while let event = try? parser.next() {
            guard let read = try? reader.read(event, of: parser), let document = read.document else { continue }
            for delta in read.deltas {
                let piece = document.value(at: delta.node).decodedUTF8()
                switch delta.channel.kind {
                case .content, .completion, .refusal: text += piece
                case .toolArguments, .functionArguments: arguments[delta.channel, default: []] += piece
                default: break
                }
            }
        }
        return true
    }

    /// The text, for a judge.
    var said: String { String(decoding: text, as: UTF8.self) }

    /// What can be said of it; its form once the caller's own values are put back into it.
    func values(
        for request: InferenceRequest, _ privacy: PrivacyEngine, _ restoration: RestorationMap
    ) -> [RolloutMetric: Double] {
        var values: [RolloutMetric: Double] = [:]
        values[.refusal] = Evaluation.Refusal.isRefusal(Evaluation.Answer(said)) ? 1 : 0
        let hasForm = hasForm(askedBy: request, restoration)
        values[.invalid] = hasForm ? 0 : 1
        values[.valid] = hasForm ? 1 : 0
        values[.leak] = leaks(privacy) ? 1 : 0
        return values
    }

    private func hasForm(askedBy request: InferenceRequest, _ restoration: RestorationMap) -> Bool {
        func isJSON(_ bytes: [UInt8]) -> Bool {
            (try? JSONDocument(
                parsing: bytes, limits: JSONLimits(maximumBytes: max(bytes.count, 1), maximumDepth: 128))) != nil
        }
        guard arguments.values.allSatisfy({ $0.isEmpty || isJSON($0) }) else { return false }
        // Who calls tools need not say anything.
        guard AnswerForm.isJSON(request), !(text.isEmpty && !arguments.isEmpty) else { return true }
        guard let schema = AnswerSchema(of: request) else { return isJSON(text) }
        return schema.accepts(restoration.restored(text))
    }

    private func leaks(_ privacy: PrivacyEngine) -> Bool {
        let found = try? text.withUnsafeBytes { try !privacy.inspect(text: $0).isEmpty }
        // What can't be looked through may hold anything.
        return found ?? true
    }
}
