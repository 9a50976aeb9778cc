internal import Inference
private import JSONText

/// Which pieces of which texts go in which call, and what the answers then say of the texts. Pure.
///
/// Texts that are the same go once (`"type"`, `"string"` and `"user"` stand in a request many times), blank ones not at all.
struct AnalysisPlan: Sendable {
    /// A part of a text.
    struct Piece: Sendable {
        /// Index into the texts.
        let text: Int
        let range: Range<Int>
    }

    /// The pieces of each call, at least one.
    let calls: [[Piece]]
    private let texts: [[UInt8]]
    /// For each text the one that goes in its place: itself, or an earlier one that is the same.
    private let representatives: [Int]

    /// Plans; fails where the texts are too many bytes or no UTF-8.
    init(_ texts: [[UInt8]], _ settings: RemoteAnalyzer.Settings) throws(RemoteAnalyzerError) {
        self.texts = texts
        var bytes = 0
        var representatives: [Int] = []
        representatives.reserveCapacity(texts.count)
        var known: [[UInt8]: Int] = [:]
        var packing = Packing(bytes: settings.bytesPerCall, texts: settings.textsPerCall)
        for (index, text) in texts.enumerated() {
            if let first = known[text] {
                representatives.append(first)
                continue
            }
            known[text] = index
            representatives.append(index)
            guard !Self.isBlank(text) else { continue }
            bytes += text.count
            guard bytes <= settings.bytesPerAnalysis else {
                throw RemoteAnalyzerError(
                    .tooLarge, "the texts have more than \(settings.bytesPerAnalysis) bytes together")
            }
            guard Self.isUTF8(text) else { throw RemoteAnalyzerError(.notUTF8, "a text is not UTF-8") }
            for range in TextPieces.cut(text, limit: packing.bytes) { packing.add(Piece(text: index, range: range)) }
            guard packing.calls.count < settings.callsPerAnalysis else {
                throw RemoteAnalyzerError(.tooLarge, "the texts need more than \(settings.callsPerAnalysis) calls")
            }
        }
        self.representatives = representatives
        calls = packing.finish()
    }

    // MARK: - What is asked

    /// The body of a call. A single text goes as a string, which services without batches understand, too; several as a list.
    func body(ofCall call: Int, _ settings: RemoteAnalyzer.Settings) -> [UInt8] {
        let pieces = calls[call]
        var writer = JSONWriter(capacity: pieces.reduce(128) { $0 + $1.range.count + $1.range.count / 16 + 8 })
        writer.beginObject()
        writer.key("text")
        if pieces.count > 1 { writer.beginArray() }
        for piece in pieces {
            texts[piece.text][piece.range].withUnsafeBytes { writer.string($0) }
        }
        if pieces.count > 1 { writer.endArray() }
        writer.key("language")
        writer.string(settings.language)
        writer.key("score_threshold")
        writer.double(Double(settings.scoreThreshold) / 100)
        writer.endObject()
        return writer.bytes
    }

    // MARK: - What is answered

    /// What the answers, one for each call, say of each text.
    func spans(
        from answers: [[UInt8]], _ settings: RemoteAnalyzer.Settings
    ) throws(RemoteAnalyzerError) -> [[RemoteSpan]] {
        precondition(answers.count == calls.count, "\(answers.count) answers to \(calls.count) calls")
        var spans = [[RemoteSpan]](repeating: [], count: texts.count)
        for (pieces, answer) in zip(calls, answers) {
            let found = try AnalyzeAnswer.read(answer, texts: pieces.count, settings)
            for (piece, entities) in zip(pieces, found) where !entities.isEmpty {
                try Self.place(entities, of: piece, in: texts[piece.text], into: &spans[piece.text], settings)
            }
        }
        for index in spans.indices { RemoteSpan.unite(&spans[index]) }
        for (index, representative) in representatives.enumerated() where representative != index {
            spans[index] = spans[representative]
        }
        return spans
    }

    /// Turns what was found in a piece into spans of its text.
    private static func place(
        _ entities: [AnalyzeAnswer.Entity], of piece: Piece, in text: [UInt8], into spans: inout [RemoteSpan],
        _ settings: RemoteAnalyzer.Settings
    ) throws(RemoteAnalyzerError) {
        var codePoints: [Int] = []
        codePoints.reserveCapacity(2 * entities.count)
        for entity in entities {
            codePoints.append(entity.start)
            codePoints.append(entity.end)
        }
        let order = codePoints.indices.sorted { codePoints[$0] < codePoints[$1] }
        guard let bytes = CodePoints.byteOffsets(of: order.map { codePoints[$0] }, in: text[piece.range]) else {
            throw RemoteAnalyzerError(.malformed, "an offset lies outside its text")
        }
        // All offsets are checked before any entity is passed over: an answer with one that is wrong is wrong.
        var offsets = codePoints
        for (place, index) in order.enumerated() { offsets[index] = piece.range.lowerBound + bytes[place] }
        for (index, entity) in entities.enumerated() {
            guard entity.score >= settings.scoreThreshold, let dataClass = settings.entities[entity.type] else {
                continue
            }
            spans.append(
                RemoteSpan(
                    range: offsets[2 * index]..<offsets[2 * index + 1], dataClass: dataClass, score: entity.score))
        }
    }

    // MARK: - Texts

    private static func isBlank(_ text: [UInt8]) -> Bool {
        text.allSatisfy { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0D) }
    }

    private static func isUTF8(_ text: [UInt8]) -> Bool {
        String(validating: text, as: UTF8.self) != nil
    }

    /// Fills calls in order, each up to its limits.
    private struct Packing {
        let bytes: Int
        let texts: Int
        private(set) var calls: [[Piece]] = []
        private var current: [Piece] = []
        private var filled = 0

        init(bytes: Int, texts: Int) {
            self.bytes = bytes
            self.texts = texts
        }

        mutating func add(_ piece: Piece) {
            if !current.isEmpty, current.count >= texts || filled + piece.range.count > bytes { close() }
            current.append(piece)
            filled += piece.range.count
        }

        mutating func finish() -> [[Piece]] {
            if !current.isEmpty { close() }
            return calls
        }

        private mutating func close() {
            calls.append(current)
            current = []
            filled = 0
        }
    }
}
