import Dialects
import Inference
import Limits
import Testing
import Upstream

@testable import Gateway

/// What an attempt is taken to have cost by how it ended.
struct AttemptUseTests {
    private static let usage = TokenUsage(input: 3, output: 4)
    private static let actual = AttemptUse.actual(tokens: 7, cost: Money(nanoUSD: 9))

    private static func use(_ outcome: Attempt.Outcome, usage: TokenUsage? = usage) -> AttemptUse {
        RequestPipeline.use(outcome, usage: usage, cost: usage == nil ? nil : Money(nanoUSD: 9), wasForwarded: true)
    }

    private static func refused(_ status: Int, type: String? = nil, inStream: Bool) -> Attempt.Outcome {
        .refused(
            Attempt.Refused(
                head: Attempt.AnswerHead(status: status, contentType: "", passed: []),
                error: UpstreamError(message: "no", type: type), isInStream: inStream))
    }

    @Test func `who was outpaced after it was whole took what it says, else perhaps the most`() {
        #expect(Self.use(.outpaced(wasWhole: true)) == Self.actual)
        #expect(Self.use(.outpaced(wasWhole: false)) == .unknown)
        #expect(Self.use(.outpaced(wasWhole: true), usage: nil) == .unknown)
    }

    @Test func `tokens without measure are the most there are, and take none back`() {
        #expect(
            Self.use(.outpaced(wasWhole: true), usage: TokenUsage(input: .max, output: .max))
                == .actual(tokens: .max, cost: Money(nanoUSD: 9)))
    }

    @Test(arguments: [(400, AttemptUse.nothing), (429, .nothing), (500, .nothing), (504, .unknown)])
    func `an error took nothing, unless somebody only gave up waiting`(_ status: Int, _ use: AttemptUse) {
        #expect(Self.use(Self.refused(status, inStream: false), usage: nil) == use)
    }

    @Test(arguments: [
        ("overloaded_error", AttemptUse.nothing), ("rate_limit_error", .nothing), ("invalid_request_error", .nothing),
        ("server_error", .unknown), ("timeout_error", .unknown),
    ])
    func `an error at a stream's beginning took nothing where it says why`(_ type: String, _ use: AttemptUse) {
        #expect(Self.use(Self.refused(200, type: type, inStream: true), usage: nil) == use)
        #expect(Self.use(Self.refused(200, type: type, inStream: true)) == .unknown)
    }
}
