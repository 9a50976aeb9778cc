/// How closely traffic is watched.
public struct DriftSettings: Hashable, Sendable, Codable {
    /// How many of a stream's first values are the reference.
    public var reference = 300
    /// How many of the latest values are compared with it in size.
    public var window = 100
    /// The probability of any false alarm of a stream, ever, as long as its requests are independent and alike.
    public var alpha = 0.001
    /// The population stability index, less what chance alone brings, below which a change is not worth a word.
    public var leastShift = 0.1
    /// Milliseconds after which an alarm's new state becomes the reference; `nil`: only by an operator's word.
    public var acceptAfter: Int64?
    /// How many answers to the fixed set of questions are the reference: few, since they are asked seldom.
    public var canaryReference = 48
    /// How many of their latest answers are compared with it.
    public var canaryWindow = 24
    /// The probability of any false alarm of theirs.
    public var canaryAlpha = 0.01
    /// The most streams that are watched; of further ones nothing is kept.
    public var streams = 256

    /// The defaults.
    public init() {}

    /// Whether what was kept under other settings can go on under these.
    func agrees(with other: DriftSettings) -> Bool {
        reference == other.reference && window == other.window && canaryReference == other.canaryReference
            && canaryWindow == other.canaryWindow
    }

    /// How closely a stream is watched.
    func applied(to name: StreamName) -> DriftSettings {
        guard name.isCanary else { return self }
        var settings = self
        (settings.reference, settings.window, settings.alpha) = (canaryReference, canaryWindow, canaryAlpha)
        return settings
    }
}
