/// One request of ours.
struct HTTPRequest {
    enum Method: String {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
    }

    let method: Method
    let url: String
    /// `name: value` each, in visible ASCII.
    var headers: [String] = []
    var body: [UInt8] = []
    /// Signs the request for an S3-compatible store; `nil` for none.
    var signing: SigningCredentials?
    /// The longest answer that is read; a longer one is a failure.
    var maximumAnswerBytes = 1 << 20
}

/// What a server answered.
struct HTTPAnswer {
    let status: Int
    /// Names in lower case; of several of one name the last.
    let headers: [String: String]
    let body: [UInt8]

    /// Whether it did what it was asked.
    var isSuccess: Bool { (200...299).contains(status) }

    /// Statuses that say nothing about the request itself, so that it may be sent again.
    static func isPassing(_ status: Int) -> Bool { [408, 425, 429, 500, 502, 503, 504].contains(status) }

    /// How long to wait before the next try, in milliseconds, if the server says so in seconds (RFC 9110 §10.2.3); a day
    /// at most. Dates are passed over: clocks differ.
    var retryAfterMilliseconds: Int? {
        headers["retry-after"].flatMap { Int($0) }.flatMap { $0 >= 0 ? min($0, 86_400) * 1_000 : nil }
    }
}

/// What requests to an S3-compatible store are signed with (AWS Signature Version 4, by libcurl). It does not print.
public struct SigningCredentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let accessKey: String
    let secretKey: String
    let sessionToken: String?
    let region: String

    /// Takes the parts; `nil` for a region or an access key with other than letters, digits and `-`, `_`, `.`, `/`, or
    /// secrets that are not visible ASCII.
    public init?(accessKey: String, secretKey: String, sessionToken: String? = nil, region: String) {
        func isPlain(_ text: String) -> Bool {
            !text.isEmpty
                && text.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                        || [0x2D, 0x2E, 0x2F, 0x5F].contains(byte)
                }
        }
        func isVisible(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
        guard isPlain(region), isPlain(accessKey), isVisible(secretKey), sessionToken.map(isVisible) ?? true else {
            return nil
        }
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.region = region
    }

    /// Never the secret.
    public var description: String { "…" }
    /// Never the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
