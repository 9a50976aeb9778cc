import Dialects
import Inference
import Testing

struct ModelListTests {
    private let models = [
        ListedModel(id: ModelID("demo"), created: 1_700_000_000, owner: "sallyport"),
        ListedModel(
            id: ModelID("claude"), displayName: "Claude", created: 0, owner: "anthropic", maximumInputTokens: 200_000,
            maximumOutputTokens: 64_000),
    ]

    @Test func `OpenAI's list and model`() {
        let demo = #"{"id":"demo","object":"model","created":1700000000,"owned_by":"sallyport"}"#
        #expect(
            text(ModelList.list(models, in: .openAI))
                == #"{"object":"list","data":[\#(demo),{"id":"claude","object":"model","created":0,"owned_by":"anthropic"}]}"#
        )
        #expect(text(ModelList.model(models[0], in: .openAI)) == demo)
        #expect(text(ModelList.list([], in: .openAI)) == #"{"object":"list","data":[]}"#)
    }

    @Test func `Anthropic's list and model`() {
        let demo =
            #"{"type":"model","id":"demo","display_name":"demo","created_at":"2023-11-14T22:13:20Z","capabilities":null,"max_input_tokens":null,"max_tokens":null,"lifecycle":"active","line":null,"deprecated_at":null,"retires_at":null}"#
        let claude =
            #"{"type":"model","id":"claude","display_name":"Claude","created_at":"1970-01-01T00:00:00Z","capabilities":null,"max_input_tokens":200000,"max_tokens":64000,"lifecycle":"active","line":null,"deprecated_at":null,"retires_at":null}"#
        #expect(
            text(ModelList.list(models, in: .anthropic))
                == #"{"data":[\#(demo),\#(claude)],"first_id":"demo","last_id":"claude","has_more":false}"#)
        #expect(text(ModelList.model(models[1], in: .anthropic)) == claude)
        #expect(
            text(ModelList.list([], in: .anthropic))
                == #"{"data":[],"first_id":null,"last_id":null,"has_more":false}"#)
    }

    @Test(arguments: [
        (951_782_400, "2000-02-29T00:00:00Z"), (951_868_799, "2000-02-29T23:59:59Z"),
        (951_868_800, "2000-03-01T00:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        (-62_135_596_800, "0001-01-01T00:00:00Z"), (.max, "1970-01-01T00:00:00Z"), (.min, "1970-01-01T00:00:00Z"),
    ])
    func `times are RFC 3339 in UTC`(seconds: Int, expected: String) {
        let model = ListedModel(id: ModelID("m"), created: seconds)
        #expect(text(ModelList.model(model, in: .anthropic)).contains(#""created_at":"\#(expected)""#))
    }
}
