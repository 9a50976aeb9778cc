public import Inference

/// What to look for, and how sure to be.
public struct PrivacySettings: Sendable, Hashable {
    /// The classes that are looked for; others are passed over.
    public var classes: Set<DataClass>
    /// Findings below this score (0…100) are dropped. 50 keeps what its own form proves, or what its context does.
    public var threshold: Int

    /// All classes at the usual threshold, unless told otherwise.
    public init(classes: Set<DataClass>? = nil, threshold: Int = 50) {
        self.classes = classes ?? Set(SensitiveClass.allCases.map(\.dataClass))
        self.threshold = threshold
    }

    var enabled: SensitiveClassSet {
        var set = SensitiveClassSet()
        for sensitiveClass in SensitiveClass.allCases where classes.contains(sensitiveClass.dataClass) {
            set.insert(sensitiveClass)
        }
        return set
    }
}
