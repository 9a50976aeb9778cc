/// Signs requests with AWS Signature Version 4 ("Create a signed AWS API request", AWS IAM User Guide), for services that want each
/// segment of the path encoded once more for the signature than it is sent: all but S3.
///
/// libcurl signs, too (`CURLOPT_AWS_SIGV4`), but whether it encodes the path that once more depends on its version: 7.88 does not,
/// and AWS refuses its signature wherever a path has an escape, as those of most of Bedrock's models do (`…-v1%3A0`).
public struct AWSSignatureV4: Sendable, CustomStringConvertible {
    private let accessKeyID: String
    private let secret: SymmetricKey
    private let region: String
    private let service: String

    /// What is signed of a request.
    public struct Request {
        /// `POST`.
        public var method: String
        /// The path as it is sent, without a query: `/` and escaped segments.
        public var path: String
        /// The header fields that are signed, names in lower case, values without blanks around them; `host` and `x-amz-date` among
        /// them.
        public var headers: [(name: String, value: String)]
        /// The SHA-256 of the body.
        public var bodyDigest: Digest32

        /// Puts a request together.
        public init(method: String, path: String, headers: [(name: String, value: String)], bodyDigest: Digest32) {
            self.method = method
            self.path = path
            self.headers = headers
            self.bodyDigest = bodyDigest
        }
    }

    /// Takes an access key, and where it is used: region and service as AWS calls them, such as `eu-central-1` and `bedrock`.
    public init(accessKeyID: String, secretAccessKey: String, region: String, service: String) {
        self.accessKeyID = accessKeyID
        secret = SymmetricKey(Array("AWS4\(secretAccessKey)".utf8))
        self.region = region
        self.service = service
    }

    /// The value of `authorization`. `date` is that of `x-amz-date`, `20261123T004559Z` in UTC.
    public func authorization(of request: Request, date: String) -> String {
        let headers = request.headers.sorted { $0.name < $1.name }
        let names = headers.map(\.name).joined(separator: ";")
        var canonical = "\(request.method)\n\(Self.encoded(path: request.path))\n\n"
        for header in headers { canonical += "\(header.name):\(header.value)\n" }
        canonical += "\n\(names)\n\(Hexadecimal.encode(request.bodyDigest.bytes))"

        let day = String(date.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let digest = Hexadecimal.encode(SHA256.hash(Array(canonical.utf8)).bytes)
        let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(digest)"
        var key = secret
        for step in [day, region, service, "aws4_request"] {
            key = SymmetricKey(HMACSHA256.authenticate(key: key, Array(step.utf8)).bytes)
        }
        let signature = Hexadecimal.encode(HMACSHA256.authenticate(key: key, Array(text.utf8)).bytes)
        return "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    }

    /// Never the key.
    public var description: String { "AWSSignatureV4(\(region), \(service))" }

    /// Each byte of the path but RFC 3986's unreserved ones and slashes, escaped once more.
    private static func encoded(path: String) -> String {
        var bytes: [UInt8] = []
        for byte in path.utf8 {
            let isPlain =
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x2E || byte == 0x5F
                || byte == 0x7E || byte == 0x2F
            if isPlain {
                bytes.append(byte)
            } else {
                bytes += [0x25] + Hexadecimal.encode([byte]).uppercased().utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
