import Foundation
import JSONText
import Testing

/// Parses text, or says why not.
func reason(_ bytes: [UInt8], limits: JSONLimits = .init()) -> JSONSyntaxError.Reason? {
    do {
        _ = try JSONDocument(parsing: bytes, limits: limits)
        return nil
    } catch {
        return error.reason
    }
}

/// Parses text, or says why not.
func reason(_ text: String, limits: JSONLimits = .init()) -> JSONSyntaxError.Reason? {
    reason(Array(text.utf8), limits: limits)
}

/// How long this thread computes for something; what else the machine does meanwhile does not count.
func computingTime(_ body: () throws -> Void) rethrows -> Duration {
    func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    try body()
    return now() - start
}

/// Parses text that is expected to be right.
func document(_ text: String) throws -> JSONDocument {
    try JSONDocument(parsing: Array(text.utf8))
}

/// Repeatable randomness (SplitMix64).
struct Randomness: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
