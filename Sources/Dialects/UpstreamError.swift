internal import JSONText

/// What a provider said was wrong, read from whatever shape it came in (`design/wire.md`, 16 and 17): both dialects' own,
/// `error.code` as a number, `{"detail":…}`, a bare string, or no JSON at all.
public struct UpstreamError: Hashable, Sendable {
    /// For a person. It may quote the request in its treated form: restore it before it goes to the caller, and keep it
    /// out of logs.
    public var message: String
    /// The provider's word for the kind of error.
    public var type: String?
    /// The provider's code; numbers became text.
    public var code: String?
    /// The parameter at fault.
    public var param: String?

    /// Puts an error together.
    public init(message: String, type: String? = nil, code: String? = nil, param: String? = nil) {
        self.message = message
        self.type = type
        self.code = code
        self.param = param
    }

    /// Reads an error answer's body. What is no JSON is not quoted: it may be a page of HTML.
    public init(status: Int, body: [UInt8]) {
        self.init(message: "the provider answered with status \(status)")
        guard let root = try? JSONDocument(parsing: body).root, root.kind == .object else { return }
        let error = root["error"] ?? root
        if let text = error.string {
            message = text
            return
        }
        guard error.kind == .object else { return }
        if let text = (error["message"] ?? error["detail"])?.string, !text.isEmpty { message = text }
        type = error["type"]?.string
        if type == "error" { type = nil }
        param = error["param"]?.string
        if let value = error["code"] { code = value.string ?? value.int.map(String.init) }
    }

    /// The status to answer with. That the provider refuses *our* credentials is our fault, not the caller's, whose SDK
    /// would blame its own key; everything odd is a failed upstream.
    public static func callerStatus(for status: Int) -> Int {
        switch status {
        case 401, 402, 403, 407: 502
        case 400..<600: status
        default: 502
        }
    }
}
