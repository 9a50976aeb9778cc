import Inference
import Ledger
import Testing

@testable import Gateway

struct PolicyReplayTests {
    private static let alice = Principal(
        kind: .user, name: "alice", teams: ["developers"], tenant: "default", method: .apiKey, credential: "k")
    private static let gpt = Destination(provider: ProviderID("openai"), model: "gpt")

    /// A request as it would be recorded; `considered` in the words of the ledger.
    private static func line(
        model: String = "gpt", data: String = "", considered: String? = nil, kind: String = "intent",
        extra: String = "", time: String = "2026-11-23T10:00:00.000Z"
    ) -> RecordedRequest? {
        let considered =
            considered
            ?? #"{"destination":{"model":"gpt","provider":"openai"},"form":"pseudonymised","policies":["outside-pseudonyms"]}"#
        let text =
            #"{"client":"::1","considered":[\#(considered)],"coverage":[{"count":1,"place":"user","verdict":"scanned"}],"#
            + #""data":[\#(data)],"dialect":"openai","kind":"\#(kind)","model":"\#(model)","operation":"chat","#
            + #""policy_set":"aa","principal":{"credential":"k","kind":"user","method":"api_key","name":"alice","#
            + #""teams":["developers"],"tenant":"default"},"reason":"policy","request":"req_1","seq":4,"#
            + #""time":"\#(time)","tokens_estimated":1,"tools":[]\#(extra),"v":3}"#
        return RecordedRequest(line: Array(text.utf8))
    }

    private static let email = #"{"class":"email","count":2,"place":"user"}"#

    private static func replay(_ requests: [RecordedRequest?], cedar: String = PolicyFixture.cedar) throws
        -> PolicyReplay
    {
        var replay = PolicyReplay(try PolicyFixture.workbench(cedar: cedar))
        for request in requests { replay.take(try #require(request)) }
        return replay
    }

    @Test func `under the same policies nothing changes`() throws {
        let replay = try Self.replay([
            Self.line(), Self.line(data: Self.email),
            Self.line(
                data: #"{"class":"card","count":1,"place":"user"}"#,
                considered: #"{"destination":{"model":"gpt","provider":"openai"},"policies":["cards-stay"]}"#,
                kind: "denied"),
        ])
        #expect(replay.sums.redecided == 3)
        #expect(replay.sums.changed == 0)
        #expect(replay.changes.isEmpty)
    }

    @Test func `what a new rule refuses is counted by who and where`() throws {
        let cedar =
            PolicyFixture.cedar + """

                @id("no-mail")
                forbid (principal, action, resource) when { context.counts.email > 0 } unless { resource.trust == "internal" };
                """
        let replay = try Self.replay(
            [Self.line(), Self.line(data: Self.email), Self.line(data: Self.email)], cedar: cedar)
        let group = try #require(replay.changes.first)
        #expect(replay.changes.count == 1)
        #expect(group.count == 2)
        #expect(group.change.kind == .refused)
        #expect(group.change.who == #"User::"alice""#)
        #expect(group.change.destination == Self.gpt)
        #expect(group.change.classes == [.email])
        #expect("\(group.change.was)" == "pseudonymised by outside-pseudonyms")
        #expect("\(group.change.becomes)" == "denied by no-mail")
        #expect(replay.sums.refused == 2)
        #expect(replay.sums.changed == 2)
    }

    @Test func `another form, a permission and another policy are each told as what they are`() throws {
        let denied = #"{"destination":{"model":"gpt","provider":"openai"},"policies":["gone"]}"#
        let raw = #"{"destination":{"model":"gpt","provider":"openai"},"form":"raw","policies":["gone"]}"#
        let other = #"{"destination":{"model":"gpt","provider":"openai"},"form":"pseudonymised","policies":["gone"]}"#
        let replay = try Self.replay([
            Self.line(considered: denied, kind: "denied"), Self.line(considered: raw), Self.line(considered: other),
        ])
        #expect(Set(replay.changes.map(\.change.kind)) == [.allowed, .form, .policy])
        #expect(replay.sums.allowed == 1)
        #expect(replay.sums.refused == 0)
    }

    @Test func `what an entry does not tell is not guessed`() throws {
        let replay = try Self.replay([Self.line(extra: #","tools_left_out":2"#), Self.line()])
        #expect(replay.sums.requests == 2)
        #expect(replay.sums.redecided == 1)
        #expect(replay.sums.notRecorded == [.tools: 1])
    }

    @Test func `a destination that is no more is named, and one that is new`() throws {
        let replay = try Self.replay([
            Self.line(
                considered: #"{"destination":{"model":"old","provider":"openai"},"form":"raw","policies":["x"]}"#),
            Self.line(model: "nowhere"),
        ])
        #expect(
            replay.sums.gone == [Destination(provider: ProviderID("openai"), model: "old"): 1, Self.gpt: 1])
        #expect(replay.sums.new == [Self.gpt: 1])
        #expect(replay.sums.redecided == 0)
        #expect(replay.changes.isEmpty)
    }

    @Test func `only the first attempts within the time asked for count`() throws {
        var replay = PolicyReplay(
            try PolicyFixture.workbench(), since: LedgerTime("2026-11-23"), until: LedgerTime("2026-11-24"))
        for (time, extra) in [
            ("2026-11-22T23:59:59.999Z", ""), ("2026-11-23T00:00:00.000Z", ""), ("2026-11-24T00:00:00.000Z", ""),
            ("2026-11-23T10:00:00.000Z", #","attempt":2"#),
        ] {
            replay.take(try #require(Self.line(extra: extra, time: time)))
        }
        #expect(replay.sums.requests == 1)
    }

    @Test func `what privacy refused is counted apart`() throws {
        let request = Self.line(considered: "", kind: "denied", extra: #","x":1"#)
        let text = try #require(request)
        #expect(text.denial == .policy)
        var replay = PolicyReplay(try PolicyFixture.workbench())
        let blocked =
            #"{"client":"::1","considered":[],"coverage":[{"count":1,"place":"user","verdict":"scanned"}],"data":[],"#
            + #""dialect":"openai","kind":"denied","model":"gpt","operation":"chat","policy_set":"aa","#
            + #""principal":{"credential":"k","kind":"user","method":"api_key","name":"alice","teams":[],"tenant":"t"},"#
            + #""reason":"blocked","request":"req_1","seq":4,"time":"2026-11-23T10:00:00.000Z","tokens_estimated":1,"v":3}"#
        replay.take(try #require(RecordedRequest(line: Array(blocked.utf8))))
        #expect(replay.sums.blocked == 1)
        #expect(replay.sums.redecided == 0)
    }
}
