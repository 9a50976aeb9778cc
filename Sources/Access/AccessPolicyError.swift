internal import Cedar

/// Everything that is wrong with an access policy file, in the order of the file.
public struct AccessPolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One thing that is wrong.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// The file.
        public let source: String
        /// The line, counted from 1.
        public let line: Int
        /// The column, counted from 1.
        public let column: Int
        /// What is wrong.
        public let message: String

        init(_ error: PolicyError) {
            source = error.source
            line = error.position.line
            column = error.position.column
            message = error.message
        }

        /// `file:line:column: message`.
        public var description: String { "\(source):\(line):\(column): \(message)" }
    }

    /// At least one problem.
    public let problems: [Problem]

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
