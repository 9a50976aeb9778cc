public import Cryptography

/// A conversation that ends with an answer: one record of a data set. Its texts are treated; nothing of who asked stands in it.
public struct DataRecord: Hashable, Sendable {
    /// What was said, the answer last.
    public var messages: [DataMessage]
    /// The tools that the model might call: a JSON array as OpenAI's API has it; empty where there are none.
    public var tools: [UInt8]
    /// What it is about, such as the purpose that the caller named; words for choosing, not texts.
    public var tags: [String]
    /// How good the answer was, 0…1, where somebody said so.
    public var feedback: Double?

    /// Puts a record together.
    public init(messages: [DataMessage], tools: [UInt8] = [], tags: [String] = [], feedback: Double? = nil) {
        self.messages = messages
        self.tools = tools
        self.tags = tags
        self.feedback = feedback
    }

    /// The answer; empty where the record has no message.
    public var answer: DataMessage { messages.last ?? DataMessage(.assistant, "") }

    /// Where the conversation began: a digest of the first words of its user, without regard to case and white space.
    ///
    /// A conversation and all that continues it have the same, and so has the same question asked again. It says nothing about the
    /// instructions before, which often have the time of day in them.
    public var opening: Digest32 {
        let first = messages.first { $0.role == .user } ?? messages.first
        return SHA256.hash(Self.plain(first?.content ?? ""))
    }

    /// A digest of all that is said, without regard to case and white space: equal for exact duplicates.
    public var digest: Digest32 {
        var hasher = SHA256Hasher()
        for message in messages {
            Self.add(message.role.rawValue, to: &hasher)
            Self.add(Self.plain(message.content), to: &hasher)
            for call in message.calls {
                Self.add(call.name, to: &hasher)
                Self.add(call.arguments, to: &hasher)
            }
        }
        return hasher.finalize()
    }

    /// All that is said, in one text: what near duplicates are judged by.
    public var text: String {
        messages.map { message in
            ([message.content] + message.calls.map { "\($0.name) \($0.arguments)" }).joined(separator: " ")
        }.joined(separator: "\n")
    }

    /// With the length before it, so that no two lists of texts have the same bytes.
    private static func add(_ text: String, to hasher: inout SHA256Hasher) {
        hasher.update(Array("\(text.utf8.count):".utf8))
        hasher.update(Array(text.utf8))
    }

    private static func plain(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
