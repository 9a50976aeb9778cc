/// What a word of the context speaks of: a class of data, or what speaks for or against any of them.
struct Topic: Sendable, Hashable {
    /// Below 160: the class's number, or one of those from 128 on.
    let index: UInt8

    init(index: UInt8) { self.index = index }

    /// Numbers of a class.
    init(_ sensitiveClass: SensitiveClass) { index = sensitiveClass.rawValue }

    static let phone = Topic(.phone)
    static let card = Topic(.card)
    static let ssn = Topic(.ssn)
    static let ipAddress = Topic(.ipAddress)

    /// Says "number" but not whose.
    static let number = Topic(index: 128)
    /// Other numbers: orders, tickets, times, amounts.
    static let other = Topic(index: 129)
    /// Versions, which look like addresses.
    static let version = Topic(index: 130)
    /// Birth, age and what stands on identity papers.
    static let birth = Topic(index: 131)
}
