internal import Cedar
public import Inference

/// The classes of data that policies can count: each has a number in `context.counts`, 0 where nothing was found, so that a policy
/// may compare it without asking `has`.
public struct CountedClasses: Sendable {
    /// Zero of each.
    let zeros: Record

    /// Those that detectors know; `unscannable` is always among them.
    public init(_ classes: some Sequence<DataClass>) {
        zeros = Record(Set(classes).union([.unscannable]).map { Record.Field($0.rawValue, .long(0)) })
    }

    /// The classes that have a name in `Inference`.
    public static let basic = CountedClasses([.email, .phone, .card, .iban, .ssn, .ipAddress, .secret])
}
