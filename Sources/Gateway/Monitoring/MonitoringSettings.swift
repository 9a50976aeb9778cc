public import Drift
public import LedgerRelay

/// How traffic is watched, and who is told what changed: the section `monitoring` of `sallyport.yaml`.
public struct MonitoringSettings: Sendable {
    /// Whether anything is watched.
    public var isOn = true
    /// The file that remembers what traffic was like.
    public var state: String
    /// How closely it is watched.
    public var drift = DriftSettings()
    /// Whether alerts are log lines.
    public var logsAlerts = true
    /// Who else is told.
    public var targets: [AlertTarget] = []
    /// What models are asked every day; `nil`: nothing.
    public var canaries: CanarySettings?

    /// The defaults, with the file that remembers.
    public init(state: String) { self.state = state }
}

/// The questions that the gateway asks itself, to notice that a provider changed a model without a word.
public struct CanarySettings: Sendable, Hashable {
    /// Which aliases are asked, each candidate of them.
    public var aliases: [String]
    /// When, in minutes after midnight UTC.
    public var minuteOfDay: Int
    /// Instead, milliseconds from one time to the next; `nil`: once a day.
    public var interval: Int64?
    /// The questions, the same every time.
    public var questions: [String]
    /// How often each is asked each time.
    public var repeats = 2
    /// The most tokens of an answer.
    public var answerTokens = 128
    /// Nano-USD that all of them may cost on one day (UTC).
    public var dailyNanoUSD: Int64
}
