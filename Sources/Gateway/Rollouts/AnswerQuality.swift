import Dialects
import Evaluation
import Inference
import JSONText
import Privacy
import Rollout

/// What is measured of an answer's text, as the provider gave it: before anything is put back into it, so that what is found in it is the
/// model's own.
struct AnswerQuality {
    /// One of the answers that were asked for (`n`).
    private struct Choice {
        /// The answer itself.
        var text: [UInt8] = []
        /// The arguments of the tools it calls.
        var arguments: [StreamChannel: [UInt8]] = [:]
    }

    /// By their numbers.
    private var choices: [Int: Choice] = [:]

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
        let list = Self.mayHaveChoices(operation) ? document.root["choices"] ?? document.root["candidates"] : nil
        let ranges = (list.map { $0.kind == .array ? $0.elements.map(\.range) : [] } ?? [])
        for number in ranges.indices { choices[number] = Choice() }
        for (number, part) in AnswerReader.read(operation, document).texts.enumerated() {
            let value = document.value(at: part.node)
            let choice = ranges.firstIndex { $0.contains(value.range.lowerBound) } ?? 0
            if part.isJSON {
                choices[choice, default: Choice()].arguments[
                    StreamChannel(block: number, kind: .toolArguments), default: []] += value.decodedUTF8()
            } else {
                choices[choice, default: Choice()].text += value.decodedUTF8()
            }
        }
        return true
    }

    /// Whether several answers may be asked for at once. Elsewhere, blocks are parts of one.
    private static func mayHaveChoices(_ operation: Inference.Operation) -> Bool {
        operation == .chat || operation == .completions || operation == .generateContent
    }

    private mutating func readStream(_ bytes: [UInt8], _ operation: Inference.Operation) -> Bool {
        var parser = EventStreamParser(operation.dialect.framing)
        var reader = StreamEventReader(operation)
        parser.append(bytes)
        while let event = try? parser.next() {
            guard let read = try? reader.read(event, of: parser), let document = read.document else { continue }
            for delta in read.deltas {
                let piece = document.value(at: delta.node).decodedUTF8()
                let choice = Self.mayHaveChoices(operation) ? delta.channel.block : 0
                switch delta.channel.kind {
                case .content, .completion, .refusal: choices[choice, default: Choice()].text += piece
                case .toolArguments, .functionArguments:
                    choices[choice, default: Choice()].arguments[delta.channel, default: []] += piece
                default: break
                }
            }
        }
        return true
    }

    /// The text of all of it.
    private var text: [UInt8] { Array(choices.sorted { $0.key < $1.key }.map(\.value.text).joined(separator: [0x0A])) }

    /// The same, for a judge.
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

    /// Whether each of the answers has the form that was asked for.
    private func hasForm(askedBy request: InferenceRequest, _ restoration: RestorationMap) -> Bool {
        let schema = AnswerForm.isJSON(request) ? AnswerSchema(of: request) : nil
        let all = choices.isEmpty ? [Choice()] : Array(choices.values)
        return all.allSatisfy { Self.hasForm($0, askedBy: request, schema, restoration) }
    }

    private static func hasForm(
        _ choice: Choice, askedBy request: InferenceRequest, _ schema: AnswerSchema?, _ restoration: RestorationMap
    ) -> Bool {
        let (text, arguments) = (choice.text, choice.arguments)
        func isJSON(_ bytes: [UInt8]) -> Bool {
            (try? JSONDocument(
                parsing: bytes, limits: JSONLimits(maximumBytes: max(bytes.count, 1), maximumDepth: 128))) != nil
        }
        guard arguments.values.allSatisfy({ $0.isEmpty || isJSON($0) }) else { return false }
        // Who calls tools need not say anything.
        guard AnswerForm.isJSON(request), !(text.isEmpty && !arguments.isEmpty) else { return true }
        guard let schema else { return isJSON(text) }
        return schema.accepts(restoration.restored(text))
    }

    private func leaks(_ privacy: PrivacyEngine) -> Bool {
        let found = try? text.withUnsafeBytes { try !privacy.inspect(text: $0).isEmpty }
        // What can't be looked through may hold anything.
        return found ?? true
    }
}
