import Testing

@testable import RemoteAnalyzer

/// Whatever goes wrong ends the analysis with an error: none of these has spans.
@Suite struct FaultTests {
    private static let texts = ["Maria Keller", "and Berlin, secretly"]

    @Test func `nobody listens`() async throws {
        let failure = try await analyzer { $0.url = "http://127.0.0.1:9/analyze" }.failure(of: Self.texts)
        #expect(failure?.kind == .unreachable)
    }

    @Test(arguments: ["fault=slow&ms=60000", "fault=hang"])
    func `an answer after the deadline is none`(_ query: String) async throws {
        let client = try analyzer(query) { $0.deadlineMilliseconds = 150 }
        let clock = ContinuousClock()
        let begun = clock.now
        #expect(await client.failure(of: Self.texts)?.kind == .deadline)
        let took = begun.duration(to: clock.now)
        #expect(took >= .milliseconds(140) && took < .seconds(50), "\(took)")
    }

    @Test func `the deadline is for all calls together`() async throws {
        // Ten calls of 100 ms, one at a time.
        let client = try analyzer("fault=slow&ms=100") {
            $0.deadlineMilliseconds = 400
            $0.textsPerCall = 1
            $0.connections = 1
        }
        #expect(await client.failure(of: (0..<10).map { "text \($0)" })?.kind == .deadline)
    }

    @Test(arguments: [204, 302, 400, 401, 404, 413, 429, 500, 503])
    func `a status other than 200 is an error`(_ status: Int) async throws {
        let failure = try await analyzer("fault=status&code=\(status)").failure(of: Self.texts)
        #expect(failure?.kind == .status)
        #expect(failure?.status == status)
    }

    @Test func `no word of an answer comes into an error`() async throws {
        for query in ["fault=status&code=500", "fault=body&body=%5B%22Maria%22%5D", "fault=shape"] {
            let failure = try #require(try await analyzer(query).failure(of: Self.texts))
            #expect(!failure.description.contains("Maria") && !failure.description.contains("Berlin"))
        }
    }

    @Test(arguments: [
        "fault=cut", "fault=body&body=", "fault=body&body=nonsense", "fault=body&body=%5B%5B%5D%2C%5B",
        "fault=body&body=null",
        "fault=body&body=%7B%7D", "fault=body&body=%5B%5D", "fault=body&body=%5B%5B%5D%2C1%5D",
        "fault=body&body=%5B%5B%5D%2C%5B1%5D%5D", "fault=shape", "fault=count", "fault=beyond", "fault=negative",
        "fault=empty",
        "fault=score",
    ])
    func `an answer that does not fit is an error`(_ query: String) async throws {
        let kind = try await analyzer(query).failure(of: Self.texts)?.kind
        #expect(kind == (query == "fault=cut" ? .unreachable : .malformed))
    }

    @Test func `an answer larger than the limit is an error`() async throws {
        let client = try analyzer("") { $0.bytesPerAnswer = 60 }
        #expect(await client.failure(of: Self.texts)?.kind == .malformed)
        // The limit is for all answers of an analysis: each of these has some hundred bytes.
        let both = try analyzer("") {
            $0.bytesPerAnswer = 150
            $0.textsPerCall = 1
        }
        #expect(await both.failure(of: ["Maria Keller"]) == nil)
        #expect(await both.failure(of: ["Maria Keller", "Berlin"])?.kind == .malformed)
    }

    @Test func `one failed call of many fails all`() async throws {
        let client = try analyzer("fault=status&code=500&first=1&key=one-of-many") { $0.textsPerCall = 1 }
        #expect(await client.failure(of: (0..<20).map { "text \($0)" })?.kind == .status)
    }

    @Test func `what fails breaks off the calls beside it`() async throws {
        let client = try analyzer {
            $0.textsPerCall = 1
            $0.connections = 2
            $0.failuresToOpen = 100
            $0.deadlineMilliseconds = 120_000
        }
        let clock = ContinuousClock()
        let begun = clock.now
        for _ in 0..<4 { #expect(await client.failure(of: ["please hang", "please fail"])?.kind == .status) }
        // Were the calls that hang not broken off, they would hold both connections until their deadline.
        #expect(begun.duration(to: clock.now) < .seconds(100))
    }

    @Test func `texts that are too many bytes together are not sent`() async throws {
        let client = try analyzer { $0.bytesPerAnalysis = 30 }
        #expect(await client.failure(of: ["Maria Keller", "and Berlin, secretly"])?.kind == .tooLarge)
        #expect(await client.failure(of: ["Maria Keller", "Maria Keller", "Maria Keller"]) == nil)
    }

    @Test func `texts that need too many calls are not sent`() async throws {
        let client = try analyzer {
            $0.textsPerCall = 1
            $0.callsPerAnalysis = 3
        }
        #expect(await client.failure(of: ["1", "2", "3"]) == nil)
        #expect(await client.failure(of: ["1", "2", "3", "4"])?.kind == .tooLarge)
    }

    @Test(arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func `what is not UTF-8 is not sent`(_ text: [UInt8]) async throws {
        let client = try analyzer()
        do {
            _ = try await client.analyze([Array("fine".utf8), text])
            Issue.record("it was analysed")
        } catch {
            #expect(error.kind == .notUTF8)
        }
    }

    @Test func `a caller that gives up ends the analysis at once, and says nothing of the service`() async throws {
        let client = try analyzer("fault=hang") {
            $0.failuresToOpen = 1
            $0.deadlineMilliseconds = 120_000
        }
        let task = Task { await client.failure(of: Self.texts) }
        try await Task.sleep(for: .milliseconds(100))
        let clock = ContinuousClock()
        let begun = clock.now
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(begun.duration(to: clock.now) < .seconds(100))
        #expect(!client.isCircuitOpen)
    }

    @Test func `plaintext has to be allowed, and goes to no public address`() {
        let bare = RemoteAnalyzer.Settings(url: "http://127.0.0.1/analyze")
        #expect(throws: (any Error).self) { try RemoteAnalyzer(settings: bare) }
        var settings = RemoteAnalyzer.Settings(url: "http://192.0.2.1/analyze")
        #expect(throws: (any Error).self) { try RemoteAnalyzer(settings: settings) }
        settings.allowsPlaintext = true
        #expect(throws: (any Error).self) { try RemoteAnalyzer(settings: settings) }
    }
}
