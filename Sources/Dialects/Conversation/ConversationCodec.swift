internal import JSONText

/// Reads a dialect's request.
protocol ConversationReader {
    typealias Part = Conversation.Part

    /// Begins to read a body into a draft of it.
    init(tape: Tape, draft: ConversationDraft)

    /// What is read so far.
    var draft: ConversationDraft { get }

    /// Reads the body whole: what it does not know it refuses, or notes as lost where that changes no answer.
    mutating func read() throws(RequestError)
}

extension ConversationReader {
    static func read(_ tape: Tape) throws(RequestError) -> (Conversation, Losses) {
        var reader = Self(tape: tape, draft: try ConversationDraft(tape))
        try reader.read()
        return (reader.draft.conversation, reader.draft.losses)
    }
}

/// Writes a dialect's request.
protocol ConversationWriter {
    /// Writes a body: what the dialect can't say is refused, or noted as lost where that changes no answer.
    static func write(
        _ conversation: Conversation, for target: TranslationTarget, losses: inout Losses
    ) throws(RequestError) -> [UInt8]
}

/// Reads a dialect's whole answer.
protocol ReplyReader {
    /// Reads an answer; `nil` for what is none.
    static func read(_ tape: Tape) -> Reply?
}

/// Writes a dialect's whole answer.
protocol ReplyWriter {
    /// Writes an answer.
    static func write(_ reply: Reply, as caller: TranslatedAnswer) -> [UInt8]
}

/// Reads a dialect's stream, event by event.
protocol ReplyEventReader: Sendable {
    /// Reads an event's data and hands on what it says, which may be several things or none.
    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser,
        _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault)
}

/// Writes a dialect's stream, event by event.
protocol ReplyEventWriter: Sendable {
    /// Appends what an event says in this dialect: whole events, or nothing.
    mutating func write(_ event: ReplyEvent, to stream: inout [UInt8]) throws(TranslationFault)
}
