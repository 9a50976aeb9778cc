/// One thing that is wrong with a policy text.
public struct PolicyError: Hashable, Sendable, CustomStringConvertible {
    /// The name of the text, a path usually.
    public let source: String
    /// Where it is wrong.
    public let position: SourcePosition
    /// What is wrong, in lowercase without a final period.
    public let message: String

    /// Puts an error together.
    public init(source: String, position: SourcePosition, message: String) {
        self.source = source
        self.position = position
        self.message = message
    }

    /// `source:line:column: message`.
    public var description: String { "\(source):\(position): \(message)" }
}

/// Everything that is wrong with a policy text, in the order of the text; at least one error.
public struct PolicyErrors: Error, Hashable, Sendable, CustomStringConvertible {
    /// The errors.
    public let errors: [PolicyError]

    /// Wraps at least one error.
    public init(_ errors: [PolicyError]) {
        precondition(!errors.isEmpty, "a failure names what is wrong")
        self.errors = errors
    }

    /// One error a line.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}
