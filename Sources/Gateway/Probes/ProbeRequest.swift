import Inference
import JSONText
import NIOCore
import NIOHTTP1
import Routing

/// A small request of the gateway's own. It says nothing of anybody.
struct ProbeRequest: Sendable {
    let operation: Inference.Operation
    let head: HTTPRequestHead
    let body: ByteBuffer
    let principal: Principal

    /// Enough for models that think first, and still cheap.
    private static let mostTokens = 16

    init(_ model: ModelID, _ kind: ModelAlias.Probe.Kind, tenant: String) {
        operation = kind == .chat ? .chat : .embeddings
        var fields = HTTPHeaders()
        fields.add(name: "x-sallyport-purpose", value: "probe")
        // It asks how the provider is, not what it said before.
        fields.add(name: "cache-control", value: "no-store")
        head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: kind == .chat ? "/v1/chat/completions" : "/v1/embeddings",
            headers: fields)
        var json = JSONWriter()
        json.beginObject()
        json.key("model")
        json.string(model.rawValue)
        switch kind {
        case .chat:
            json.key("messages")
            json.raw(#"[{"role":"user","content":"Say: yes"}]"#)
            json.key("max_completion_tokens")
            json.int(Self.mostTokens)
            json.key("stream")
            json.bool(true)
        case .embeddings:
            json.key("input")
            json.string("yes")
        }
        json.endObject()
        body = ByteBuffer(bytes: json.bytes)
        principal = Principal(
            kind: .service, name: "sallyport", teams: [], tenant: tenant, method: .gateway, credential: "probe")
    }
}

/// Takes the answer to a probe, which nobody reads.
final class ProbeListener: Exchange.Transport, Sendable {
    var isWritable: Bool { true }
    func writeHead(_ head: HTTPResponseHead, isWhole: Bool) {}
    func writeBody(_ bytes: ByteBuffer) {}
    func finish() {}
    func flush() {}
    func abort() {}
    func admitted() {}
}
