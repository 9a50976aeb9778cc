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
}
