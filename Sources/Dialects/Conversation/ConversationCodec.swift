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
    typealias Part = Conversation.Part

    /// Begins to write a body; `losses` are those of reading.
    init(conversation: Conversation, target: TranslationTarget, losses: Losses, writer: JSONWriter)

    /// What is lost so far.
    var losses: Losses { get }
    /// What is written so far.
    var writer: JSONWriter { get }

    /// Writes the body whole: what the dialect can't say is refused, or noted as lost where that changes no answer.
    mutating func write() throws(RequestError)
}

extension ConversationWriter {
    static func write(
        _ conversation: Conversation, for target: TranslationTarget, losses: inout Losses
    ) throws(RequestError) -> [UInt8] {
        var writer = Self(
            conversation: conversation, target: target, losses: losses,
            writer: JSONWriter(capacity: target.expectedBytes))
        try writer.write()
        losses = writer.losses
        return writer.writer.bytes
    }
}

/// Reads a dialect's whole answer.
protocol ReplyReader {
    /// Reads an answer; `nil` for what is none. `name` tells it from all other answers where it has no name of its own.
    static func read(_ tape: Tape, named name: String) -> Reply?
    /// The same, for dialects that name all that needs a name.
    static func read(_ tape: Tape) -> Reply?
}

extension ReplyReader {
    static func read(_ tape: Tape, named name: String) -> Reply? { read(tape) }
}

/// Writes a dialect's whole answer.
protocol ReplyWriter {
    /// Writes an answer, whose citations stand behind their texts. What of it has no words and is no part of what the model says is noted
    /// as lost; for the rest it throws.
    static func write(
        _ reply: Reply, as caller: TranslatedAnswer, losses: inout Losses
    ) throws(TranslationFault) -> [UInt8]
}

/// Reads a dialect's stream, event by event.
protocol ReplyEventReader: Sendable {
    /// Reads an event's data and hands on what it says, which may be several things or none.
    mutating func read(
        _ event: ServerSentEvent, of parser: borrowing EventStreamParser,
        _ said: (ReplyEvent) throws(TranslationFault) -> Void
    ) throws(TranslationFault)

    /// The stream is over: what only its end tells is said now. Most dialects have an event for that.
    mutating func end(_ said: (ReplyEvent) throws(TranslationFault) -> Void) throws(TranslationFault)
}

extension ReplyEventReader {
    mutating func end(_ said: (ReplyEvent) throws(TranslationFault) -> Void) throws(TranslationFault) {}
}

/// Writes a dialect's stream, event by event.
protocol ReplyEventWriter: Sendable {
    /// Appends what an event says in this dialect: whole events, or nothing.
    mutating func write(_ event: ReplyEvent, to stream: inout [UInt8]) throws(TranslationFault)
    /// How many bytes of the answer it keeps, to say them again.
    var keptBytes: Int { get }
    /// What was left out of the answer, which its last event but one says: the head with the warnings is gone by then.
    var losses: Losses { get set }
}

extension ReplyEventWriter {
    var keptBytes: Int { 0 }
}
