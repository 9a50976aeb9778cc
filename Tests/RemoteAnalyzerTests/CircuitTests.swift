import Testing

@testable import RemoteAnalyzer

@Suite struct CircuitBreakerTests {
    private static let second: UInt64 = 1_000_000_000

    /// A breaker that opens after three failures, for ten seconds; a class, since `#require` takes no mutation.
    private final class Breaker {
        private var breaker = CircuitBreaker(failuresToOpen: 3, pause: 10 * CircuitBreakerTests.second)

        var isOpen: Bool { breaker.isOpen }

        func admit(now: UInt64) -> CircuitBreaker.Admission? { breaker.admit(now: now) }

        func report(_ outcome: CircuitBreaker.Outcome, of admission: CircuitBreaker.Admission, now: UInt64) {
            breaker.report(outcome, of: admission, now: now)
        }

        func fail(times: Int) throws {
            for _ in 0..<times { report(.unwell, of: try #require(admit(now: 0)), now: 0) }
        }
    }

    @Test func `it opens after so many failures in a row, not before`() throws {
        let breaker = Breaker()
        try breaker.fail(times: 2)
        #expect(!breaker.isOpen)
        try breaker.fail(times: 1)
        #expect(breaker.isOpen)
        #expect(breaker.admit(now: 10 * Self.second - 1) == nil)
    }

    @Test func `a success in between begins the row anew`() throws {
        let breaker = Breaker()
        try breaker.fail(times: 2)
        let admission = try #require(breaker.admit(now: 0))
        breaker.report(.well, of: admission, now: 0)
        try breaker.fail(times: 2)
        #expect(!breaker.isOpen)
    }

    @Test func `a call given up does not count`() throws {
        let breaker = Breaker()
        try breaker.fail(times: 1)
        for _ in 0..<5 { breaker.report(.unknown, of: try #require(breaker.admit(now: 0)), now: 0) }
        try breaker.fail(times: 1)
        #expect(!breaker.isOpen)
        try breaker.fail(times: 1)
        #expect(breaker.isOpen)
    }

    @Test func `after the pause one call probes, and only one`() throws {
        let breaker = Breaker()
        try breaker.fail(times: 3)
        let probe = try #require(breaker.admit(now: 10 * Self.second))
        #expect(breaker.admit(now: 11 * Self.second) == nil)
        breaker.report(.well, of: probe, now: 12 * Self.second)
        #expect(!breaker.isOpen)
        #expect(breaker.admit(now: 12 * Self.second) != nil)
    }

    @Test func `a probe that fails opens it again for as long`() throws {
        let breaker = Breaker()
        try breaker.fail(times: 3)
        let probe = try #require(breaker.admit(now: 10 * Self.second))
        breaker.report(.unwell, of: probe, now: 11 * Self.second)
        #expect(breaker.admit(now: 21 * Self.second - 1) == nil)
        #expect(breaker.admit(now: 21 * Self.second) != nil)
    }

    @Test func `after a probe given up the next call probes`() throws {
        let breaker = Breaker()
        try breaker.fail(times: 3)
        let probe = try #require(breaker.admit(now: 10 * Self.second))
        breaker.report(.unknown, of: probe, now: 11 * Self.second)
        #expect(breaker.isOpen)
        let next = try #require(breaker.admit(now: 11 * Self.second))
        breaker.report(.well, of: next, now: 11 * Self.second)
        #expect(!breaker.isOpen)
    }

    @Test(arguments: [CircuitBreaker.Outcome.well, .unwell])
    func `what began before it opened counts no longer`(_ outcome: CircuitBreaker.Outcome) throws {
        let breaker = Breaker()
        let late = try #require(breaker.admit(now: 0))
        let later = try #require(breaker.admit(now: 0))
        try breaker.fail(times: 3)
        breaker.report(outcome, of: late, now: 5 * Self.second)
        #expect(breaker.admit(now: 10 * Self.second - 1) == nil)
        let probe = try #require(breaker.admit(now: 10 * Self.second))
        breaker.report(outcome, of: later, now: 10 * Self.second)
        #expect(breaker.admit(now: 10 * Self.second) == nil, "the probe is still out")
        breaker.report(.well, of: probe, now: 10 * Self.second)
        #expect(!breaker.isOpen)
    }
}

/// The same over HTTP, with a clock that the test moves.
@Suite struct CircuitTests {
    @Test func `a service that fails is left alone, tried once, and trusted again`() async throws {
        let clock = TestClock()
        // It fails three times, and then again once: exactly as often as it may be asked.
        let client = try analyzer("fault=status&code=503&first=4&key=circuit", clock: clock) { $0.failuresToOpen = 3 }
        for _ in 0..<3 { #expect(await client.failure(of: ["Berlin"])?.kind == .status) }
        #expect(client.isCircuitOpen)
        for _ in 0..<100 { #expect(await client.failure(of: ["Berlin"])?.kind == .circuitOpen) }
        clock.advance(milliseconds: 10_000)
        #expect(await client.failure(of: ["Berlin"])?.kind == .status, "the probe reached the service")
        #expect(await client.failure(of: ["Berlin"])?.kind == .circuitOpen)
        clock.advance(milliseconds: 9_999)
        #expect(await client.failure(of: ["Berlin"])?.kind == .circuitOpen)
        clock.advance(milliseconds: 1)
        #expect(try await client.said(of: ["Berlin"]) == [["place Berlin 85"]])
        #expect(!client.isCircuitOpen)
    }

    @Test func `while one probes, others are refused at once`() async throws {
        let clock = TestClock()
        let client = try analyzer("fault=hang&first=2&key=probe", clock: clock) {
            $0.failuresToOpen = 1
            $0.deadlineMilliseconds = 5_000
        }
        #expect(await client.failure(of: ["Berlin"])?.kind == .deadline)
        clock.advance(milliseconds: 10_000)
        let probe = Task { await client.failure(of: ["Berlin"])?.kind }
        try await Task.sleep(for: .milliseconds(500))
        #expect(await client.failure(of: ["Berlin"])?.kind == .circuitOpen)
        #expect(await probe.value == .deadline)
    }

    @Test(arguments: ["deadline", "unreachable", "malformed", "status 500", "status 401", "status 429"])
    func `what says that the service is not well opens it`(_ fault: String) async throws {
        let query =
            switch fault {
            case "deadline": "fault=hang"
            case "unreachable": "fault=cut"
            case "malformed": "fault=shape"
            default: "fault=status&code=\(fault.suffix(3))"
            }
        let client = try analyzer(query) {
            $0.failuresToOpen = 2
            $0.deadlineMilliseconds = fault == "deadline" ? 100 : 20_000
        }
        for _ in 0..<2 { _ = await client.failure(of: ["Berlin"]) }
        #expect(client.isCircuitOpen)
    }

    @Test(arguments: [400, 413, 422])
    func `a service that refuses one request for its content is well`(_ status: Int) async throws {
        let client = try analyzer("fault=status&code=\(status)") { $0.failuresToOpen = 1 }
        for _ in 0..<3 { #expect(await client.failure(of: ["Berlin"])?.kind == .status) }
        #expect(!client.isCircuitOpen)
    }
}
