import Dialects
import Inference
import NIOHTTP1
import Testing

@testable import Gateway

/// What methods and paths ask for, where the path says which model.
struct RequestTargetTests {
    private func target(_ method: HTTPMethod, _ uri: String) -> (target: RequestTarget, dialect: Dialect) {
        RequestTarget.read(HTTPRequestHead(version: .http1_1, method: method, uri: uri))
    }

    @Test(arguments: [
        ("/model/a.b-v1%3A0/converse", "a.b-v1:0", false), ("/model/up%2Fecho/converse-stream", "up/echo", true),
        ("/model/x/converse?y=z", "x", false), ("/model/arn%3aaws%3A1%2Fä/converse", "arn:aws:1/ä", false),
    ])
    func `Bedrock's callers name the model and the stream in the path`(uri: String, model: String, streams: Bool) {
        let (found, dialect) = target(.POST, uri)
        #expect(found == .inference(.converse, at: RequestAddress(model: model, isStreaming: streams)))
        #expect(dialect == .bedrock)
        #expect(target(.GET, uri).target == .wrongMethod(allowed: "POST"))
    }

    @Test(arguments: [
        "/model/", "/model/x", "/model//converse", "/model/x/converse/", "/model/a/b/converse",
        "/model/%zz/converse", "/model/a%00b/converse", "/model/%FF/converse",
    ])
    func `other paths there are unknown, and said so in Bedrock's shape`(uri: String) {
        let (found, dialect) = target(.POST, uri)
        #expect(found == .unknown && dialect == .bedrock)
    }
}
