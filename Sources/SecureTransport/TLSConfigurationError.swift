/// A fault in the TLS configuration: which file, what is wrong with it, and what to do.
public struct TLSConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or setting at fault.
    public let place: String
    /// What is wrong.
    public let problem: String
    /// What to do about it.
    public let remedy: String

    /// The three in one line, as `place: problem: remedy`.
    public var description: String { "\(place): \(problem): \(remedy)" }

    init(_ place: String, _ problem: String, _ remedy: String) {
        self.place = place
        self.problem = problem
        self.remedy = remedy
    }
}
