import Dialects
import Inference
import NIOCore
import NIOHTTP1

/// The answers that the gateway makes itself.
enum Answering {
    /// The fields of every answer: its identifier, under the names that the dialects' SDKs read.
    static func headers(_ requestID: RequestID, _ dialect: Dialect) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.reserveCapacity(12)
        let id = requestID.description
        headers.add(name: "x-request-id", value: id)
        headers.add(name: "request-id", value: id)
        if dialect == .bedrock { headers.add(name: "x-amzn-requestid", value: id) }
        // Nothing here is for a browser to interpret or frame (OWASP Secure Headers; testssl asks for them).
        headers.add(name: "strict-transport-security", value: "max-age=31536000")
        headers.add(name: "x-content-type-options", value: "nosniff")
        headers.add(name: "content-security-policy", value: "default-src 'none'; frame-ancestors 'none'")
        return headers
    }

    /// Answers with an error in the caller's dialect.
    static func refuse(
        _ exchange: Exchange, _ error: RequestError, status: Int? = nil, dialect: Dialect, _ requestID: RequestID,
        _ headers: HTTPHeaders
    ) {
        let body = ErrorBody.body(error, in: dialect, requestID: requestID.description)
        var headers = headers
        for (name, value) in ErrorBody.headers(error, in: dialect) { headers.replaceOrAdd(name: name, value: value) }
        json(exchange, status: status ?? error.status(in: dialect), headers, body)
    }

    /// Answers with JSON.
    static func json(_ exchange: Exchange, status: Int, _ headers: HTTPHeaders, _ body: [UInt8]) {
        var headers = headers
        headers.replaceOrAdd(name: "content-type", value: "application/json")
        exchange.answer(status: status, headers: headers, body: ByteBuffer(bytes: body))
    }
}
