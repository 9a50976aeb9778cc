internal import Inference
internal import JSONText

/// `{"error":{"code","message","status","details"}}` (AIP-193): `code` is the status of HTTP, `status` its name in gRPC.
enum GeminiErrorBody {
    static func body(_ error: RequestError) -> [UInt8] {
        let status = error.kind.status(in: .gemini)
        return write(message: error.message, status: status, word: type(ofStatus: status), field: error.param)
    }

    static func body(_ error: UpstreamError, status: Int) -> [UInt8] {
        let word = error.type.flatMap { isWord($0) ? $0 : nil }
        return write(message: error.message, status: status, word: word ?? type(ofStatus: status), field: nil)
    }

    private static func write(message: String, status: Int, word: String, field: String?) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("code")
        writer.int(status)
        writer.key("message")
        writer.string(message)
        writer.key("status")
        writer.string(word)
        if let field { writeViolation(of: field, message, to: &writer) }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// `google.rpc.BadRequest`, which is how Google names a member at fault.
    private static func writeViolation(of field: String, _ message: String, to writer: inout JSONWriter) {
        writer.key("details")
        writer.beginArray()
        writer.beginObject()
        writer.key("@type")
        writer.string("type.googleapis.com/google.rpc.BadRequest")
        writer.key("fieldViolations")
        writer.beginArray()
        writer.beginObject()
        writer.key("field")
        writer.string(field)
        writer.key("description")
        writer.string(message)
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endArray()
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == 0x5F }
    }

    /// The canonical codes of gRPC (google.rpc.Code).
    static func type(ofStatus status: Int) -> String {
        switch status {
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 409: "ABORTED"
        case 429: "RESOURCE_EXHAUSTED"
        case 405, 501: "UNIMPLEMENTED"
        case 408, 504: "DEADLINE_EXCEEDED"
        case 502, 503, 529: "UNAVAILABLE"
        case 400..<500: "INVALID_ARGUMENT"
        default: "INTERNAL"
        }
    }
}
