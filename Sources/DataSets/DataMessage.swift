/// A message of a conversation, as every chat format knows it.
public struct DataMessage: Hashable, Sendable {
    /// Who speaks.
    public enum Role: String, Hashable, Sendable, CaseIterable {
        /// The application, before all turns; a developer's message counts as this.
        case system
        /// The person, or the program, that asks.
        case user
        /// The model.
        case assistant
        /// A tool that the model called.
        case tool
    }

    /// A call of a tool by the model.
    public struct Call: Hashable, Sendable {
        /// Names the call in its conversation: `call_1`, `call_2` …, whatever the provider called it.
        public var id: String
        /// The tool.
        public var name: String
        /// The arguments: a JSON text, as the model wrote it.
        public var arguments: String

        /// Puts a call together.
        public init(id: String, name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// Who speaks.
    public var role: Role
    /// What is said; may be empty where tools are called.
    public var content: String
    /// Calls, of an assistant only.
    public var calls: [Call]
    /// Which call a tool answers.
    public var callID: String?

    /// Puts a message together.
    public init(_ role: Role, _ content: String, calls: [Call] = [], callID: String? = nil) {
        self.role = role
        self.content = content
        self.calls = calls
        self.callID = callID
    }
}
