import Foundation
import Inference
import Testing

@testable import Upstream

/// What of an answer reaches the caller, and that nothing broken looks whole.
@Suite struct AnswerTests {
    @Test func `an answer comes with its status, header and body`() async throws {
        let server = try await Shared.provider.value
        let engine = try TestEngine()
        let secret = try #require(UpstreamHeader("Authorization", "Bearer sk-1"))
        let extra = try #require(UpstreamHeader("Anthropic-Beta", "tools-2"))
        let endpoint = try plaintext(server.url("/json"), headers: [secret])
        let body = [UInt8](repeating: 0x20, count: 200_000)
        let answer = await engine.answer(endpoint, headers: [extra], body: body)

        #expect(answer.isComplete)
        #expect(answer.head?.status == 200)
        #expect(answer.head?.isSelfDelimited == true)
        #expect(answer.head?.value(of: "x-request-id") == "r1")
        #expect(answer.head?.value(of: "content-type") == "application/json")
        #expect(answer.head?.value(of: "absent") == nil)
        let seen = try JSONDecoder().decode(Seen.self, from: Data(answer.body))
        #expect(seen.method == "POST")
        #expect(seen.length == 200_000)
        let lines = seen.head.lowercased().components(separatedBy: "\r\n")
        #expect(lines.contains("authorization: bearer sk-1"))
        #expect(lines.contains("anthropic-beta: tools-2"))
        #expect(lines.contains("content-type: application/json"))
        #expect(lines.contains("accept-encoding: identity"))
        #expect(!seen.head.lowercased().contains("expect:"))
    }

    @Test func `what one request adds is not in the next`() async throws {
        let server = try await Shared.provider.value
        let engine = try TestEngine()
        let endpoint = try plaintext(server.url("/json"))
        let extra = try #require(UpstreamHeader("X-Extra", "1"))
        let empty = try #require(UpstreamHeader("X-Empty", ""))
        let first = await engine.answer(endpoint, token: 1, headers: [extra, empty])
        let second = await engine.answer(endpoint, token: 2)
        let third = await engine.answer(endpoint, token: 3, headers: [empty])
        #expect(first.text.contains("X-Extra: 1") && first.text.contains("X-Empty:"))
        #expect(!second.text.contains("X-Extra") && !second.text.contains("X-Empty"))
        #expect(!third.text.contains("X-Extra") && third.text.contains("X-Empty:"))
        for answer in [first, second, third] { #expect(answer.text.contains("Accept-Encoding: identity")) }
    }

    @Test func `an empty body is a body of no bytes`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/json")), body: [])
        #expect(answer.text.contains(#""length": 0"#))
    }

    @Test(arguments: [400, 401, 404, 429, 500, 503, 529])
    func `a status of error is an answer, not a failure`(_ status: Int) async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/status?code=\(status)")))
        #expect(answer.isComplete)
        #expect(answer.head?.status == status)
        #expect(answer.head?.value(of: "retry-after") == "7")
    }

    @Test(arguments: ["/cut-length", "/cut-chunked", "/cut-in-chunk"])
    func `an answer that ends early is a failure`(_ path: String) async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url(path)))
        #expect(answer.head?.status == 200)
        #expect(!answer.isComplete)
        #expect(answer.failure?.kind == .cut)
    }

    @Test func `a connection that ends before the answer is a reset`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/cut-head")))
        #expect(answer.head == nil)
        #expect(answer.failure?.kind == .reset)
    }

    @Test func `an answer that only its connection ends says so`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/undelimited")))
        #expect(answer.isComplete)
        #expect(answer.head?.isSelfDelimited == false)
        #expect(answer.text == "until the end")
    }

    @Test func `a redirect is not followed`() async throws {
        let server = try await Provider()
        let answer = try await TestEngine().answer(plaintext(server.url("/redirect")))
        #expect(answer.isComplete)
        #expect(answer.head?.status == 302)
        #expect(answer.head?.value(of: "location") == "/json")
        #expect(await server.hasTold(ofRequests: 1))
        #expect(server.lines("request").count == 1)
    }

    @Test func `interim answers leave nothing behind`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/interim")))
        #expect(answer.isComplete)
        #expect(answer.head?.status == 201)
        #expect(answer.head?.value(of: "x-final") == "yes")
        #expect(answer.head?.value(of: "x-interim") == nil)
        #expect(answer.head?.value(of: "link") == nil)
        #expect(answer.text == "final")
    }

    @Test func `trailers change nothing`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/trailers")))
        #expect(answer.isComplete)
        #expect(answer.text == "body")
        #expect(answer.head?.value(of: "x-trailer") == nil)
    }

    @Test func `a head beyond the limit is refused`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/big-head")))
        #expect(answer.head == nil)
        #expect(answer.failure?.kind == .headTooLarge)
        var settings = UpstreamEngine.Settings()
        settings.headBytes = 200_000
        let generous = try await TestEngine(settings).answer(plaintext(server.url("/big-head")))
        #expect(generous.isComplete)
    }

    @Test func `an encoded answer is refused`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/gzip")))
        #expect(answer.head == nil)
        #expect(answer.failure?.kind == .malformed)
    }

    @Test func `what is no HTTP is malformed`() async throws {
        let server = try await Shared.provider.value
        let answer = try await TestEngine().answer(plaintext(server.url("/garbage")))
        #expect(answer.failure?.kind == .malformed)
    }

    @Test func `fields are read without blanks and doubtful bytes`() async throws {
        let server = try await Shared.provider.value
        let head = try #require(try await TestEngine().answer(plaintext(server.url("/odd-head"))).head)
        #expect(head.value(of: "x-twice") == "one")
        #expect(head.value(of: "x-blanks") == "in the middle")
        #expect(head.fields.filter { $0.name == "x-twice" }.map(\.value) == ["one", "two"])
        let block = "A: b\r\nC: d\re\r\n folded\r\nno colon\r\nF:\u{1}g\r\nH:\r\n"
        let odd = UpstreamHead(status: 200, isSelfDelimited: true, block: Array(block.utf8))
        #expect(odd.fields.map(\.name) == ["a", "h"])
        #expect(odd.value(of: "c") == nil)
        #expect(odd.value(of: "h") == "")
    }

    private struct Seen: Decodable {
        let method: String
        let head: String
        let length: Int
    }
}
