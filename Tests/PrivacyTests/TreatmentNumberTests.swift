import Inference
import JSONText
import Privacy
import Testing

@Suite("Numbers of JSON that are somebody's") struct TreatmentNumberTests {
    @Test func `a card written as a number goes out as a string with its surrogate`() throws {
        let request = try Fixtures.request(#"{"payment": {"card": 4242424242424242, "cents": 1250}, "note": "x"}"#)
        let treated = try Fixtures.treat(request, .pseudonymised)
        let body = String(decoding: treated.body, as: UTF8.self)
        #expect(body.contains(/"card": "CARD_[0-9A-Z]{8}", "cents": 1250/))
        #expect(!body.contains("4242"))
        let restored = treated.restoration.restored(treated.body)
        #expect(String(decoding: restored, as: UTF8.self).contains(#""card": "4242424242424242""#))
        _ = try JSONDocument(parsing: treated.body)
    }

    @Test func `what joins the digits stays beside the replacement`() throws {
        let request = try Fixtures.request(#"{"card": -4242424242424242, "phone": 4155550132}"#)
        let body = String(decoding: try Fixtures.treat(request, .redacted).body, as: UTF8.self)
        #expect(!body.contains("4242") && !body.contains("4155550132"))
        _ = try JSONDocument(parsing: Array(body.utf8))
    }

    @Test(arguments: [
        "4242424242424242.0", "4.242424242424242e15", "4242424242424242.000", "42424242424242420e-1",
        "4.242424242424242E+15",
    ])
    func `a card is found in every way of writing the number`(number: String) throws {
        let request = try Fixtures.request(#"{"card": \#(number)}"#)
        let treated = try Fixtures.treat(request, .pseudonymised)
        #expect(String(decoding: treated.body, as: UTF8.self).contains(/"card": "CARD_[0-9A-Z]{8}"/))
        let restored = String(decoding: treated.restoration.restored(treated.body), as: UTF8.self)
        #expect(restored == #"{"card": "\#(number)"}"#)
    }

    @Test(arguments: ["0.4242424242424242", "4242424242424242.5", "1e308", "-0.0", "1234567.25", "4.2e-400"])
    func `what is no whole number is no card`(number: String) throws {
        let request = try Fixtures.request(#"{"card": \#(number)}"#)
        #expect(try Fixtures.treat(request, .redacted).body == Array(#"{"card": \#(number)}"#.utf8))
    }

    @Test func `what another analyser found in a number with a fraction counts`() throws {
        let request = try Fixtures.request(#"[1234567.0]"#)
        let span = ForeignSpan(range: 0..<7, dataClass: .phone, score: 90)
        let findings = try Fixtures.engine.inspect(request, merging: [[span]])
        #expect(findings.items.map(\.range) == [0..<7])
    }
}
