/// How news of the relay is told: a level and a line, without secrets and without anything that a peer wrote.
public struct RelayLog: Sendable {
    /// How much it asks for attention.
    public enum Level: Sendable {
        /// What happens.
        case info
        /// What should not happen.
        case warning
    }

    private let write: @Sendable (Level, String) -> Void

    /// Takes what writes a line; called from several threads.
    public init(_ write: @escaping @Sendable (Level, String) -> Void) { self.write = write }

    func callAsFunction(_ level: Level, _ line: String) { write(level, line) }
}
