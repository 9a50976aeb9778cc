import Cedar
import JSONText

/// Reads the conformance corpus' own files of requests and verdicts; entities and requests in them are Cedar's to read.
struct TestJSON {
    private let value: JSONValue

    static func parse(_ bytes: [UInt8]) throws -> TestJSON {
        TestJSON(value: try JSONDocument(parsing: Array(bytes)).root)
    }

    subscript(_ key: String) -> TestJSON? { value[key].map(TestJSON.init) }

    var string: String? { value.string }

    var bool: Bool? { value.bool }

    var elements: [TestJSON] { value.kind == .array ? value.elements.map(TestJSON.init) : [] }

    var members: [(key: String, value: TestJSON)] {
        value.kind == .object ? value.members.map { ($0.key.string ?? "", TestJSON(value: $0.value)) } : []
    }

    /// The request that it describes, among other things.
    func request(schema: Schema? = nil) throws -> Request {
        try Request(json: value.withRawBytes { String(decoding: $0, as: UTF8.self) }, source: "request", schema: schema)
    }
}
