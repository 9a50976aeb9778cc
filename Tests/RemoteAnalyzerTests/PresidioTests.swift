import Foundation
import Testing

@testable import RemoteAnalyzer

private let presidio = ProcessInfo.processInfo.environment["SALLYPORT_PRESIDIO"]

/// Against the real `presidio-analyzer` of PyPI (`Tests/Clients/presidio_server.py`), whose address `SALLYPORT_PRESIDIO` tells. It is
/// 400 MB to install, so `make conformance` does it and `make test` does not; there the stand-in speaks the same protocol.
@Suite(
    .enabled(if: presidio != nil, "SALLYPORT_PRESIDIO names no presidio-analyzer: see make conformance"))
struct PresidioTests {
    private func analyzer(_ change: (inout RemoteAnalyzer.Settings) -> Void = { _ in }) throws -> RemoteAnalyzer {
        var settings = RemoteAnalyzer.Settings(url: try #require(presidio))
        settings.allowsPlaintext = true
        settings.deadlineMilliseconds = 120_000
        change(&settings)
        return try RemoteAnalyzer(settings: settings)
    }

    @Test func `what Presidio finds comes back in our classes, at its bytes`() async throws {
        let said = try await analyzer().said(of: [
            "Maria Keller lives in Berlin, m.keller@example.org", "🎉🎉 4111 1111 1111 1111 of Contoso",
            "e\u{301} Zoë 🦊 Müller pays DE89 3704 0044 0532 0130 00", "nothing to see", "",
            "SSN 219-09-9999 and 00:1B:44:11:3A:B7",
        ])
        #expect(
            said[0].filter { !$0.hasPrefix("url ") } == [
                "person Maria Keller 85", "place Berlin 85", "email m.keller@example.org 100",
            ])
        #expect(said[1] == ["card 4111 1111 1111 1111 100"])
        #expect(said[2].contains("person Zoë 🦊 Müller 85"))
        #expect(said[2].contains("iban DE89 3704 0044 0532 0130 00 100"))
        #expect(said[3...4] == [[], []])
        #expect(said[5].contains { $0.hasPrefix("ssn 219-09-9999 ") })
        #expect(said[5].contains { $0.hasPrefix("mac_address 00:1B:44:11:3A:B7 ") })
    }

    @Test func `alone, in a list and in pieces the same is found`() async throws {
        let texts = (0..<40).map { index in
            "\(index). 🎉 \(["Łukasz Wójcik", "José Ñandú", "Maria Keller"][index % 3]) of \(["Łódź", "東京"][index % 2]) "
                + "wrote to user\(index)@example.org on 2026-01-\(10 + index % 20)."
        }
        let wanted = try await analyzer { $0.textsPerCall = 1 }.said(of: texts)
        #expect(wanted.allSatisfy { $0.count >= 3 })
        #expect(try await analyzer().said(of: texts) == wanted)
        let long = texts.joined(separator: " ")
        let whole = try await analyzer().said(of: [long])
        let cut = try await analyzer { $0.bytesPerCall = 1_024 }.said(of: [long])
        for kind in ["person ", "place ", "email "] {
            #expect(whole[0].filter { $0.hasPrefix(kind) }.count == texts.count)
            #expect(cut[0].filter { $0.hasPrefix(kind) } == whole[0].filter { $0.hasPrefix(kind) })
        }
    }

    @Test func `twenty at once are answered`() async throws {
        let client = try analyzer()
        try await withThrowingTaskGroup(of: [[String]].self) { group in
            for index in 0..<20 { group.addTask { try await client.said(of: ["\(index) Maria Keller", "\(index)"]) } }
            for try await said in group { #expect(said == [["person Maria Keller 85"], []]) }
        }
    }

    @Test func `a language that Presidio does not have is an error`() async throws {
        let failure = try await analyzer { $0.language = "xx" }.failure(of: ["Maria Keller"])
        #expect(failure?.kind == .status && failure?.status == 500)
    }

    @Test func `what takes longer than the deadline is an error`() async throws {
        let client = try analyzer { $0.deadlineMilliseconds = 20 }
        #expect(
            await client.failure(of: [String(repeating: "Maria Keller met a friend. ", count: 20_000)])?.kind
                == .deadline)
    }
}
