/// Whose requests are watched together: one destination under one alias, or the questions that are asked of it every day.
public struct StreamName: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The alias that callers name.
    public let alias: String
    /// `provider/model`.
    public let destination: String
    /// Whether it is the gateway's own fixed set of questions, not traffic.
    public let isCanary: Bool

    /// Puts a name together.
    public init(alias: String, destination: String, isCanary: Bool = false) {
        self.alias = alias
        self.destination = destination
        self.isCanary = isCanary
    }

    /// `alias at provider/model`.
    public var description: String { "\(alias) at \(destination)" + (isCanary ? " (canary)" : "") }
}
