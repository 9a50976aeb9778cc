/// One thing wrong in a configuration file: where, what was expected, what was found. Never a secret.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let source: String
    /// The line and column, both from 1; `nil` where the whole file is meant.
    public let position: YAMLNode.Position?
    /// What is wrong.
    public let message: String

    /// `file:line:column: message`.
    public var description: String {
        guard let position else { return "\(source): \(message)" }
        return "\(source):\(position.line):\(position.column): \(message)"
    }
}

/// Everything wrong in a configuration, in the order of files and lines; at least one error.
public struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
    /// The errors.
    public let errors: [ConfigurationError]

    /// One error a line.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}
