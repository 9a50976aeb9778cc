import Dialects
import Inference

/// Requests, answers and streams between every two dialects. What one dialect's side sends is made of OpenAI's by translation.
enum TranslationBench {
    private static let callers: [Operation] = [.chat, .messages, .responses, .converse, .generateContent]
    private static let providers: [Operation] = [.chat, .messages, .converse, .generateContent]
    private static let facts = TranslatedAnswer(
        identifier: "0123456789abcdef01234567", created: 1_795_394_759, model: "chat")
    private static let target = TranslationTarget(model: "some-large-model-2026-11")

    static func cases() throws -> [BenchCase] {
        try callers.flatMap { caller in
            try providers.flatMap { provider in
                try Translation(from: caller, to: provider).map { try cases($0) } ?? []
            }
        }
    }

    private static func cases(_ translation: Translation) throws -> [BenchCase] {
        let way = "\(translation.caller) → \(translation.provider)"
        var cases: [BenchCase] = []
        for sample in SampleChats.requests {
            let body = try request(sample.body, of: translation.caller)
            cases.append(
                BenchCase(name: "request, \(sample.name): \(way)", count: 16, bytes: 16 * body.count) {
                    for _ in 0..<16 { _ = try translation.request(body, to: target) }
                })
        }
        let back = "\(translation.caller) ← \(translation.provider)"
        for sample in SampleChats.answers {
            let body = try answer(sample.body, of: translation.provider)
            cases.append(
                BenchCase(name: "answer, \(sample.name): \(back)", count: 16, bytes: 16 * body.count) {
                    for _ in 0..<16 { _ = try translation.answer(body, as: facts) }
                })
        }
        for sample in SampleChats.streams {
            let pieces = try pieces(stream(sample.body, of: translation.provider), translation.provider)
            let bytes = pieces.reduce(0) { $0 + $1.count }
            cases.append(
                BenchCase(name: "stream, \(sample.name): \(back)", count: pieces.count, bytes: bytes) {
                    var stream = translation.stream(as: facts)
                    for piece in pieces { _ = try stream.push(piece) }
                    _ = try stream.end()
                })
        }
        return cases
    }

    // MARK: - What the other side sends

    private static func request(_ chat: [UInt8], of operation: Operation) throws -> [UInt8] {
        if operation == .responses { return SampleChats.responses(chat) }
        guard let translation = Translation(from: .chat, to: operation) else { return chat }
        return try translation.request(chat, to: target).body
    }

    private static func answer(_ chat: [UInt8], of operation: Operation) throws -> [UInt8] {
        guard let translation = Translation(from: operation, to: .chat) else { return chat }
        return try translation.answer(chat, as: facts).body
    }

    private static func stream(_ chat: [UInt8], of operation: Operation) throws -> [UInt8] {
        guard let translation = Translation(from: operation, to: .chat) else { return chat }
        var stream = translation.stream(as: facts)
        return try stream.push(chat) + stream.end()
    }

    /// A stream event by event, as it comes while a model thinks.
    private static func pieces(_ stream: [UInt8], _ operation: Operation) throws -> [[UInt8]] {
        var parser = EventStreamParser(operation.dialect.framing)
        parser.append(stream)
        var pieces: [[UInt8]] = []
        while let event = try parser.next() { pieces.append(Array(parser.bytes[event.range])) }
        return pieces
    }
}
