import NIOHTTP1

/// What the operators' port answers.
struct AdminAnswer: Sendable {
    var status = HTTPResponseStatus.ok
    var type = "text/plain; charset=utf-8"
    var headers: [(String, String)] = []
    var body: [UInt8]

    /// Some lines of text.
    static func text(_ text: String, status: HTTPResponseStatus = .ok) -> AdminAnswer {
        AdminAnswer(status: status, body: Array(text.utf8))
    }
}
