private import Upstream

/// Where a ledger's files are kept in an S3-compatible store, addressed path-style: `endpoint/bucket/prefix/…`.
public struct ObjectStoreSettings: Sendable, Hashable {
    /// The store's own address.
    public let endpoint: RelayEndpoint
    /// The bucket.
    public let bucket: String
    /// What stands before each name, without slashes at its ends; may be empty.
    public let prefix: String
    /// What requests are signed with.
    public let credentials: SigningCredentials
    /// How many requests run at the same time.
    public let connections: Int

    /// Puts the settings together; throws for names that would need escapes.
    public init(
        endpoint: RelayEndpoint, bucket: String, prefix: String, credentials: SigningCredentials, connections: Int = 8
    ) throws(RelayAddressError) {
        guard Self.isBucket(bucket) else {
            throw RelayAddressError(
                problem: "expected a bucket's name of 3 to 63 small letters, digits, `-` and `.`, found `\(bucket)`")
        }
        let parts = prefix.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.allSatisfy(Self.isPlain) else {
            throw RelayAddressError(
                problem: "expected a prefix of letters, digits, `-`, `_`, `.` and `/`, found `\(prefix)`")
        }
        self.endpoint = endpoint
        self.bucket = bucket
        self.prefix = parts.joined(separator: "/")
        self.credentials = credentials
        self.connections = max(1, connections)
    }

    /// Reads `s3://bucket/prefix`; `nil` for anything else.
    public static func location(_ text: String) -> (bucket: String, prefix: String)? {
        guard text.hasPrefix("s3://") else { return nil }
        let parts = text.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        return (String(bucket), parts.count > 1 ? String(parts[1]) : "")
    }

    /// `s3://bucket/prefix`.
    public var location: String { "s3://\(bucket)\(prefix.isEmpty ? "" : "/\(prefix)")" }

    private static func isBucket(_ text: String) -> Bool {
        (3...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
            } && text.first != "." && text.last != "."
    }

    private static func isPlain(_ part: Substring) -> Bool {
        part != "." && part != ".."
            && part.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
                    || [0x2D, 0x2E, 0x5F].contains(byte)
            }
    }
}

/// An S3-compatible store, as far as a ledger needs it. Blocks; confined to one thread.
final class ObjectStore {
    let settings: ObjectStoreSettings
    let client: HTTPClient

    init(_ settings: ObjectStoreSettings, stop: StopSignal) throws(RelayFailure) {
        self.settings = settings
        client = try HTTPClient(settings.endpoint, stop: stop)
    }

    /// An object's bytes; `nil` if there is none.
    func get(_ name: String, maximum: Int = 1 << 20) throws(RelayFailure) -> [UInt8]? {
        let answer = try client.send(request(.get, name, maximum: maximum))
        if answer.status == 404 { return nil }
        guard answer.status == 200 else { throw refusal(answer, "read", name) }
        return answer.body
    }

    /// Stores an object, in the place of another of its name.
    func put(_ name: String, _ bytes: [UInt8], type: String = ObjectStore.text) throws(RelayFailure) {
        let answer = try client.send(upload(name, bytes, type: type))
        guard answer.isSuccess else { throw refusal(answer, "store", name) }
    }

    /// Removes an object; no error if there is none.
    func delete(_ name: String) throws(RelayFailure) {
        let answer = try client.send(request(.delete, name))
        guard answer.isSuccess || answer.status == 404 else { throw refusal(answer, "remove", name) }
    }

    /// The names, without the settings' prefix, and sizes of all objects whose name begins so.
    func list(_ beginning: String) throws(RelayFailure) -> [String: Int] {
        var found: [String: Int] = [:]
        var last: String?
        while true {
            var query = "list-type=2&prefix=\(Self.escaped(key(beginning)))"
            // In the order of the alphabet, as it is signed.
            if let last { query += "&start-after=\(Self.escaped(last))" }
            var request = HTTPRequest(
                method: .get, url: settings.endpoint.address(of: settings.bucket, query: query))
            request.signing = settings.credentials
            request.maximumAnswerBytes = 8 << 20
            let answer = try client.send(request)
            guard answer.status == 200 else { throw refusal(answer, "list", beginning) }
            let page = ObjectListing(answer.body)
            for object in page.objects where object.key.hasPrefix(key("")) {
                found[String(object.key.dropFirst(key("").count))] = object.size
            }
            guard page.isTruncated, let next = page.objects.last?.key, next != last else { return found }
            last = next
        }
    }

    static let text = "text/plain; charset=utf-8"
    static let binary = "application/octet-stream"

    func upload(_ name: String, _ bytes: [UInt8], type: String) -> HTTPRequest {
        var request = request(.put, name)
        request.body = bytes
        request.headers = ["content-type: \(type)"]
        return request
    }

    func request(_ method: HTTPRequest.Method, _ name: String, maximum: Int = 1 << 20) -> HTTPRequest {
        var request = HTTPRequest(
            method: method, url: settings.endpoint.address(of: "\(settings.bucket)/\(key(name))"))
        request.signing = settings.credentials
        request.maximumAnswerBytes = maximum
        return request
    }

    /// What a status that means no says.
    func refusal(_ answer: HTTPAnswer, _ verb: String, _ name: String) -> RelayFailure {
        let hint =
            switch answer.status {
            case 301, 302, 307: ": the bucket is elsewhere; check `endpoint` and `region`"
            case 403: ": check the credentials, their rights, and this machine's clock"
            case 404: ": there is no such bucket"
            default: ""
            }
        return RelayFailure(
            .refused, "`\(settings.location)`: cannot \(verb) `\(name)`: status \(answer.status)\(hint)",
            status: answer.status)
    }

    private func key(_ name: String) -> String { settings.prefix.isEmpty ? name : "\(settings.prefix)/\(name)" }

    /// A key of our own letters as it stands in a query: only slashes need an escape.
    private static func escaped(_ key: String) -> String {
        key.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "%2F")
    }
}
