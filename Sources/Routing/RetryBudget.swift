/// How many second attempts a gateway makes, so that a provider in trouble is not asked twice as often: a fifth of the requests of the last
/// ten seconds or so, and ten a second besides. No clock: time comes as an argument.
struct RetryBudget: Sendable {
    /// A request adds so many thousandths of an attempt.
    private static let perRequest = 200
    /// What requests add counts up to the requests of ten busy seconds, in thousandths.
    private static let mostFromRequests = 100_000
    /// Attempts a second that need no requests, and how many of them can be saved up.
    private static let perSecond: UInt64 = 10
    private static let mostFromTime = 10_000

    private var fromRequests = 0
    private var fromTime = mostFromTime
    private var filledAt: UInt64 = 0

    /// A request came.
    mutating func requestCame() { fromRequests = min(fromRequests + Self.perRequest, Self.mostFromRequests) }

    /// Takes a second attempt; `false` if none is left.
    mutating func take(now: UInt64) -> Bool {
        if now > filledAt {
            let milliseconds = min((now - filledAt) / 1_000_000, 10_000)
            if milliseconds > 0 {
                fromTime = min(fromTime + Int(milliseconds * Self.perSecond), Self.mostFromTime)
                filledAt = now
            }
        }
        if fromTime >= 1000 {
            fromTime -= 1000
        } else if fromRequests >= 1000 {
            fromRequests -= 1000
        } else {
            return false
        }
        return true
    }

    /// Gives one back that was not made.
    mutating func giveBack() { fromRequests = min(fromRequests + 1_000, Self.mostFromRequests) }
}
