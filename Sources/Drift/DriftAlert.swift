/// Traffic is no longer what it was: what changed, of which stream, since when, by how much, and how sure that is.
public struct DriftAlert: Hashable, Sendable, Codable {
    /// One feature that changed.
    public struct Change: Hashable, Sendable, Codable {
        /// Which one.
        public let feature: DriftFeature
        /// What was typical in the reference, in words: a median, or a category's share.
        public let before: String
        /// What is typical of the latest requests.
        public let now: String
        /// The population stability index, less what chance brings.
        public let shift: Double
        /// The natural logarithm of the evidence against no change: e to this power to one.
        public let logEvidence: Double
    }

    /// Its own name: the same from its beginning to its end, and of no other.
    public let id: String
    /// Whose requests.
    public let stream: StreamName
    /// Whose change it is.
    public let family: DriftFeature.Family
    /// Milliseconds since 1970 at which the alarm was raised.
    public let raised: Int64
    /// Since when, by the evidence, it has been so; milliseconds since 1970.
    public let since: Int64
    /// Requests of the stream after its reference until the alarm.
    public let requests: Int
    /// What changed, the surest first.
    public var changes: [Change]
    /// The probability of any false alarm of this stream, ever, as long as its requests are alike.
    public let alpha: Double

    /// One line for people, without anything that a caller wrote.
    public var summary: String {
        let what = changes.prefix(4).map { "\($0.feature.rawValue) \($0.before) → \($0.now)" }.joined(separator: "; ")
        let more = changes.count > 4 ? " and \(changes.count - 4) more" : ""
        return "\(family.rawValue) of \(stream) changed: \(what)\(more)"
    }
}

/// What happened to an alert.
public enum DriftEvent: Hashable, Sendable {
    /// It began.
    case raised(DriftAlert)
    /// It is over.
    case resolved(DriftAlert, Reason)

    /// Why it is over.
    public enum Reason: String, Hashable, Sendable {
        /// Traffic is as it was.
        case recovered
        /// An operator took the new state as the reference.
        case accepted
        /// It has been so for the time after which a new state is the reference.
        case aged
    }
}
