public import Inference
internal import JSONText

/// Turns a provider's event stream into one of the caller's dialect, event by event: nothing is held back but an event that is not whole
/// yet. Where the pieces are cut makes no difference to the result.
///
/// A stream that was cut has no end here either: the caller's last event is written for the provider's last event alone.
public struct StreamTranslation: Sendable {
    private var parser: EventStreamParser
    private var reader: any ReplyEventReader
    private var sink: Sink

    /// What writes for the caller.
    private struct Sink: Sendable {
        var writer: any ReplyEventWriter
        let dialect: Dialect
        var output: [UInt8] = []
        var usage: TokenUsage?
        var failure: UpstreamError?
        /// Whether the last event was written: nothing comes behind it, least of all a clean end behind an error.
        private(set) var hasEnded = false
        /// Where citations stand in the text; `nil` where the caller's dialect has them with their parts.
        var text: CitedText?
        /// Citations of the part under way, whose end is not known yet.
        private var waiting: [Citation] = []

        /// The most citations that one part may have; more are noted as lost.
        private static let mostCitations = 1_024

        init(writer: any ReplyEventWriter, dialect: Dialect, text: CitedText?) {
            self.writer = writer
            self.dialect = dialect
            self.text = text
        }

        mutating func take(_ event: ReplyEvent) throws(TranslationFault) {
            guard !hasEnded else { return }
            switch event {
            case .text(let words): text?.add(words)
            case .citation(let citation) where text != nil: return try take(citation)
            case .partEnded, .stopped, .toolCall, .done: try endPart()
            case .lost(let extra): return writer.losses.drop(extra)
            default: break
            }
            switch event {
            case .usage(let figures): usage = figures.tokens
            case .done: hasEnded = true
            case .failed(let error):
                hasEnded = true
                failure = error
                return try writer.write(.failed(error.translated(to: dialect)), to: &output)
            default: break
            }
            try writer.write(event, to: &output)
        }

        private mutating func take(_ citation: Citation) throws(TranslationFault) {
            guard let text else { return }
            guard citation.span == .part else { return try writer.write(.citation(text.placed(citation)), to: &output) }
            guard waiting.count < Self.mostCitations else { return writer.losses.drop(.citations) }
            waiting.append(citation)
        }

        private mutating func endPart() throws(TranslationFault) {
            guard let text else { return }
            for citation in waiting { try writer.write(.citation(text.placed(citation)), to: &output) }
            waiting = []
            self.text?.endPart()
        }
    }

    init(
        _ reader: any ReplyEventReader, of provider: Operation, _ writer: any ReplyEventWriter,
        in callerDialect: Dialect
    ) {
        parser = EventStreamParser(provider.dialect.framing)
        self.reader = reader
        // Where the provider counts what the caller's dialect does not, the text itself has to be looked at.
        let text: CitedText? =
            switch (callerDialect, provider) {
            case (.anthropic, _), (.bedrock, _): nil
            case (_, .messages), (_, .converse), (.openAI, .chat): CitedText(limit: 0)
            default: CitedText()
            }
        sink = Sink(writer: writer, dialect: callerDialect, text: text)
    }

    /// What the answer took, so far as it was said.
    public var usage: TokenUsage? { sink.usage }

    /// What the provider said when it gave up, in its own words; `nil` as long as it has not.
    public var failure: UpstreamError? { sink.failure }

    /// How many bytes the next piece may bring work for besides its own: of an event that is not whole, and of an answer that the
    /// caller's dialect repeats at its end.
    public var keptBytes: Int { parser.unfinished.count + sink.writer.keptBytes }

    /// What was left out of the answer so far, in words of ours.
    public var losses: [String] { sink.writer.losses.notes }

    /// Takes a piece of the provider's stream and gives what the caller's stream goes on with; it may be empty.
    public mutating func push(_ chunk: [UInt8]) throws -> [UInt8] {
        parser.append(chunk)
        sink.output.removeAll(keepingCapacity: true)
        while let event = try parser.next() { try Self.translate(event, of: parser, &reader, &sink) }
        return sink.output
    }

    /// The provider's body is at its end: an event whose blank line is missing counts as whole.
    public mutating func end() throws -> [UInt8] {
        let last = try push(parser.closing)
        sink.output.removeAll(keepingCapacity: true)
        try reader.end { (said) throws(TranslationFault) in try sink.take(said) }
        return last + sink.output
    }

    private static func translate(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser, _ reader: inout any ReplyEventReader,
        _ sink: inout Sink
    ) throws(TranslationFault) {
        try reader.read(event, of: parser) { (said) throws(TranslationFault) in try sink.take(said) }
    }

    /// An event's data as JSON.
    static func document(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser
    ) throws(TranslationFault) -> JSONDocument {
        do throws(JSONSyntaxError) {
            return try parser.document(of: event)
        } catch {
            throw TranslationFault("an event of the provider's stream is not valid JSON: \(error)")
        }
    }
}
