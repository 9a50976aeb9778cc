import Inference
import Testing
import Upstream

@testable import RemoteAnalyzer

/// Against the stand-in, over HTTP.
@Suite struct AnalysisTests {
    @Test func `spans come back as bytes of each text, in our classes`() async throws {
        let said = try await analyzer().said(of: [
            "Maria Keller lives in Berlin", "nothing here", "write to m.keller@example.org, E-12345",
        ])
        #expect(
            said == [
                ["person Maria Keller 85", "place Berlin 85"], [],
                ["email m.keller@example.org 100", "custom E-12345 70"],
            ])
    }

    @Test(arguments: [
        "🎉🎉 for Łukasz Wójcik!", "e\u{301}e\u{301} José Ñandú", "👩‍👩‍👧‍👦 王小明 住在 東京", "\u{FEFF}\u{200B}Zoë 🦊 Müller",
        "Ame\u{301}lie Noe\u{308}l",
        "\u{10FFFF}\u{10000}Maria Keller\u{1F1E9}\u{1F1EA}", "\\ \" \n\t\u{0}\u{1F} Maria Keller \u{2028}",
        "x\r\nMaria Keller",
    ])
    func `an offset counts code points, whatever stands before it`(_ text: String) async throws {
        let names = ["Maria Keller", "Łukasz Wójcik", "José Ñandú", "王小明", "Zoë 🦊 Müller", "Ame\u{301}lie Noe\u{308}l"]
        // Alone (a string) and among others (a list).
        for texts in [[text], ["", text, "🎉", text]] {
            for (given, said) in zip(texts, try await analyzer().said(of: texts)) where given == text {
                let person = try #require(said.first { $0.hasPrefix("person ") })
                #expect(names.contains { Array("person \($0) 85".utf8) == Array(person.utf8) }, "\(person)")
            }
        }
    }

    @Test func `a request without text asks nobody`() async throws {
        let nowhere = try analyzer { $0.url = "http://127.0.0.1:9/analyze" }
        #expect(try await nowhere.said(of: []) == [])
        #expect(try await nowhere.said(of: ["", "  \n\t"]) == [[], []])
    }

    @Test func `a text that stands twice goes once, and both have its spans`() async throws {
        // With one text a call, a second call would be one too many.
        let said = try await analyzer("most=1") { $0.textsPerCall = 1 }.said(
            of: Array(repeating: "Maria Keller", count: 50))
        #expect(said == Array(repeating: ["person Maria Keller 85"], count: 50))
    }

    @Test func `what is less sure than the threshold is passed over`() async throws {
        #expect(try await analyzer().said(of: ["on 2026-01-31"]) == [[]])
        #expect(try await analyzer { $0.scoreThreshold = 40 }.said(of: ["on 2026-01-31"]) == [["date 2026-01-31 40"]])
    }

    @Test func `an entity that is mapped to nothing is passed over, an unknown one is custom`() async throws {
        #expect(try await analyzer().said(of: ["E-12345 of Contoso"]) == [["custom E-12345 70"]])
        let mapped = try analyzer {
            $0.entities.classes.updateValue(DataClass("us_npi"), forKey: "EMPLOYEE_ID")
            $0.entities.classes.updateValue(DataClass("custom"), forKey: "ORGANIZATION")
        }
        #expect(try await mapped.said(of: ["E-12345 of Contoso"]) == [["us_npi E-12345 70", "custom Contoso 85"]])
        let strict = try analyzer { $0.entities.unknown = nil }
        #expect(try await strict.said(of: ["E-12345 of Contoso"]) == [[]])
    }

    @Test func `the authorisation and the language are sent`() async throws {
        let settings: (inout RemoteAnalyzer.Settings) -> Void = {
            $0.authorization = UpstreamHeader("authorization", "Bearer s3cret")
            $0.language = "de"
        }
        #expect(try await analyzer("bearer=s3cret&language=de", settings).said(of: ["Berlin"]) == [["place Berlin 85"]])
        #expect(try await analyzer("bearer=other", settings).failure(of: ["Berlin"])?.status == 401)
        #expect(try await analyzer("language=en", settings).failure(of: ["Berlin"])?.status == 400)
    }

    @Test func `large texts are cut, and what stands at a cut is found whole`() async throws {
        let filler = "Łorem 🎉 ipsum dolor sit amet, consectetur. "
        var text = ""
        var names = 0
        while text.utf8.count < 300_000 {
            text += filler + (names % 3 == 0 ? "Maria Keller" : "Zoë 🦊 Müller") + ". "
            names += 1
        }
        for limit in [1_024, 4_000, 32 << 10] {
            let said = try await analyzer { $0.bytesPerCall = limit }.said(of: [text, "Berlin", text + "."])
            #expect(said.map(\.count) == [names, 1, names], "cut at \(limit)")
            #expect(Set(said[0]) == ["person Maria Keller 85", "person Zoë 🦊 Müller 85"])
        }
    }

    @Test func `twenty analyses go side by side`() async throws {
        let client = try analyzer("parallel=20") { $0.connections = 20 }
        try await withThrowingTaskGroup(of: [[String]].self) { group in
            for index in 0..<20 { group.addTask { try await client.said(of: ["\(index) Maria Keller"]) } }
            for try await said in group { #expect(said == [["person Maria Keller 85"]]) }
        }
        #expect(!client.isCircuitOpen)
    }

    @Test func `no more calls go at once than there may be connections`() async throws {
        let client = try analyzer("most=2") {
            $0.connections = 2
            $0.textsPerCall = 1
        }
        let texts = (0..<12).map { "\($0) Berlin" }
        #expect(try await client.said(of: texts) == Array(repeating: ["place Berlin 85"], count: 12))
    }
}
