internal import Inference
internal import JSONText

/// Reads the events of `streamGenerateContent`, each of which is a `GenerateContentResponse` that brings some more.
///
/// Nothing says that a text ends: it goes on from part to part, until a part of another kind comes, or the reason for the end. Nothing
/// says that the stream ends, either, but that every candidate had its reason.
struct GeminiStreamReader: Sendable {
    var facts = AnswerFacts()
    var open = OpenChannels()
    /// The text of each candidate that is under way, or was the last.
    private var runs: [Int: StreamChannel] = [:]
    /// Candidates that began and have not ended.
    private var unfinished: Set<Int> = []
    /// The first event's members beside its candidates and figures, for events that we make up: `,"modelVersion":…`.
    private var envelope: [UInt8]?

    /// Nearly every event brings figures.
    static func isPlain(_ event: ServerSentEvent, of parser: borrowing EventStreamParser) -> Bool {
        event.dataLines == 0
    }

    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) throws(StreamEventReader.Fault) -> StreamEvent {
        guard event.dataLines > 0, !event.data.isEmpty else { return StreamEvent(.other) }
        let document = try StreamEventReader.document(event, of: parser)
        var result = StreamEvent(.other, document: document)
        document.withTape { read($0, into: &result) }
        guard !open.isOverfull, unfinished.count <= OpenChannels.limit else { throw .tooManyTexts }
        return result
    }

    private mutating func read(_ tape: Tape, into event: inout StreamEvent) {
        for member in tape.members(of: 0) {
            switch member.name {
            case "error":
                guard tape.kind(member.value) != .null else { continue }
                event.kind = .error
                GeminiAnswerReader.strings(in: member.value, of: tape, into: &event.wholes)
            case "usageMetadata": facts.usage = GeminiUsage.read(member.value, of: tape)?.tokens ?? facts.usage
            case "candidates":
                for candidate in tape.elements(of: member.value) { read(candidate: candidate, of: tape, into: &event) }
            case "promptFeedback":
                if event.kind == .other { event.kind = .part }
                GeminiAnswerReader.strings(in: member.value, of: tape, into: &event.wholes)
                guard let reason = tape.member("blockReason", of: member.value).flatMap({ tape.value($0).string })
                else { continue }
                facts.finishReason = facts.finishReason ?? reason
                event.kind = .done
            case "modelVersion", "responseId", "createTime": break
            default: GeminiAnswerReader.strings(in: member.value, of: tape, into: &event.wholes)
            }
        }
        if event.kind == .error || event.kind == .done { event.closed += open.closeAll() }
        if envelope == nil { keepEnvelope(tape) }
    }

    private mutating func read(candidate: Int, of tape: Tape, into event: inout StreamEvent) {
        if event.kind == .other { event.kind = .part }
        let block = tape.member("index", of: candidate).flatMap { tape.value($0).int } ?? 0
        var reason: String?
        unfinished.insert(block)
        for member in tape.members(of: candidate) {
            switch member.name {
            case "finishReason": reason = tape.value(member.value).string
            case "logprobsResult": TokenList.note(member.value, of: tape, emptyArray: false, into: &event.tokenLists)
            case "content":
                if let parts = GeminiAnswerReader.parts(of: member.value, of: tape, besides: &event.wholes) {
                    read(parts, block, of: tape, into: &event)
                }
            default: GeminiAnswerReader.strings(in: member.value, of: tape, into: &event.wholes)
            }
        }
        guard let reason else { return }
        facts.finishReason = facts.finishReason ?? reason
        open.close(into: &event.closed) { $0.block == block }
        unfinished.remove(block)
        if unfinished.isEmpty { event.kind = .done }
    }

    private mutating func read(_ parts: Int, _ block: Int, of tape: Tape, into event: inout StreamEvent) {
        var goesOn = true
        for part in tape.elements(of: parts) {
            GeminiAnswerReader.besideText(of: part, of: tape, into: &event.wholes)
            guard let text = tape.member("text", of: part) else {
                end(block, into: &event)
                continue
            }
            guard tape.isText(text) else { continue }
            let kind: StreamChannel.Kind = GeminiAnswerReader.isThought(part, of: tape) ? .reasoning : .content
            // Of several texts in one event only the first one goes on with what came before.
            if !goesOn || runs[block]?.kind != kind { end(block, into: &event) }
            goesOn = false
            let channel = begin(block, kind)
            event.deltas.append(StreamEvent.Delta(channel: channel, node: text))
        }
    }

    /// The text that is under way, or a new one.
    private mutating func begin(_ block: Int, _ kind: StreamChannel.Kind) -> StreamChannel {
        if let run = runs[block], open.contains(run) { return run }
        let run = StreamChannel(block: block, kind: kind, index: (runs[block]?.index ?? -1) &+ 1)
        runs[block] = run
        open.open(run)
        return run
    }

    private mutating func end(_ block: Int, into event: inout StreamEvent) {
        guard let run = runs[block], open.contains(run) else { return }
        open.close(into: &event.closed) { $0 == run }
    }

    // MARK: Events of our own

    private mutating func keepEnvelope(_ tape: Tape) {
        var kept: [UInt8] = []
        let bytes = tape.document.bytes
        for member in tape.members(of: 0) {
            switch member.name {
            case "modelVersion", "responseId", "createTime":
                kept.append(0x2C)
                kept.append(contentsOf: bytes[tape.range(member.key)])
                kept.append(0x3A)
                kept.append(contentsOf: bytes[tape.range(member.value)])
            default: break
            }
        }
        envelope = kept
    }

    func appendDelta(_ channel: StreamChannel, text: [UInt8], to stream: inout [UInt8]) {
        stream.append(contentsOf: #"data: {"candidates":[{"content":{"parts":[{"text":""#.utf8)
        JSONEscape.append(text, to: &stream)
        stream.append(contentsOf: channel.kind == .reasoning ? #"","thought":true}]"#.utf8 : #""}]"#.utf8)
        stream.append(contentsOf: #","role":"model"},"index":\#(channel.block)}]"#.utf8)
        stream.append(contentsOf: envelope ?? [])
        stream.append(contentsOf: "}\r\n\r\n".utf8)
    }
}
