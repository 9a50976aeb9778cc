private import JSONText
internal import LedgerStore

/// Brings entries to an OpenTelemetry collector (OTLP/HTTP, JSON). An answer of 200 says that it has them.
final class OpenTelemetrySink: StreamSink {
    private enum Bounds {
        /// Bytes of entries in a post: collectors take 4 MiB and more, and each entry stands twice in it, more or less.
        static let bytes = 1 << 20
    }

    private let settings: OpenTelemetrySettings
    private let client: HTTPClient
    private(set) var refused: UInt64 = 0
    private var arrived: LedgerPosition?
    /// Entries in a post at the moment: fewer where the collector found a post too large.
    private var width: Int

    init(_ settings: OpenTelemetrySettings, stop: StopSignal) throws(RelayFailure) {
        self.settings = settings
        // Trying again is the stream's own business: it never ends.
        client = try HTTPClient(settings.endpoint, stop: stop, retries: .none, totalMilliseconds: 60_000)
        width = settings.batch
    }

    var batch: (entries: Int, bytes: Int) { (width, Bounds.bytes) }

    func send(_ entries: [StreamEntry]) throws(RelayFailure) {
        var rest = entries[...]
        var count = rest.count
        while !rest.isEmpty {
            let part = rest.prefix(count)
            var answer = try post(Array(part), withoutBodies: false)
            if answer.status == 413, part.count > 1 {
                // At once: after a failure a sink begins anew, and would find the same post too large for ever.
                count = part.count / 2
                width = count
                continue
            }
            if answer.status == 413 {
                // Known rather than never: its place, attributes and length, without the text that is too long.
                answer = try post(Array(part), withoutBodies: true)
            }
            guard answer.isSuccess else { throw refusal(answer) }
            refused += rejected(answer)
            arrived = part.last?.position.next
            rest = rest.dropFirst(part.count)
        }
        if width < settings.batch { width += 1 }
    }

    func settled() -> LedgerPosition? {
        defer { arrived = nil }
        return arrived
    }

    func disconnect() {}

    private func post(_ entries: [StreamEntry], withoutBodies: Bool) throws(RelayFailure) -> HTTPAnswer {
        var request = HTTPRequest(method: .post, url: settings.endpoint.address(of: ""))
        request.headers = ["content-type: application/json"]
        if let header = settings.header { request.headers.append("\(header.name): \(header.value)") }
        request.body = OpenTelemetryRecords.body(entries, hostname: settings.hostname, withoutBodies: withoutBodies)
        return try client.send(request)
    }

    /// A collector may take a post and refuse records in it (`partialSuccess`); it asks not to be sent them again.
    private func rejected(_ answer: HTTPAnswer) -> UInt64 {
        guard let document = try? JSONDocument(parsing: answer.body),
            let rejected = document.root["partialSuccess"]?["rejectedLogRecords"]
        else { return 0 }
        return UInt64(clamping: rejected.int ?? rejected.string.flatMap { Int($0) } ?? 0)
    }

    private func refusal(_ answer: HTTPAnswer) -> RelayFailure {
        let hint =
            switch answer.status {
            case 401, 403: ": check the token"
            case 404, 405: ": check the path, which is `/v1/logs` as a rule"
            case 413: ": too large even without the entry's text"
            default: ""
            }
        return RelayFailure(
            .refused, "`\(settings.endpoint.text)`: status \(answer.status)\(hint)", status: answer.status,
            retryAfter: answer.retryAfterMilliseconds)
    }
}
