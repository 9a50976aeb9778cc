internal import CCurl
private import Cryptography

/// An easy handle that carries one request after the other, and what came back so far. Confined to one thread.
final class HTTPTransfer {
    /// The bounds of an answer's head.
    private static let maximumHeaders = 100

    let handle: CurlHandle
    private var lines: UnsafeMutablePointer<curl_slist>?
    private var pinnedBody: UnsafeMutableRawPointer?
    private var status = 0
    private var headers: [String: String] = [:]
    private var body: [UInt8] = []
    private var maximumBytes = 0
    private(set) var isTooLong = false

    init(
        _ endpoint: RelayEndpoint, stop: StopSignal, idleMilliseconds: Int, totalMilliseconds: Int
    ) throws(RelayFailure) {
        handle = try CurlHandle(endpoint, stop: stop)
        let context = Unmanaged.passUnretained(self).toOpaque()
        handle.set(CURLOPT_PRIVATE, pointer: context)
        handle.set(CURLOPT_USERAGENT, "sallyport")
        handle.set(CURLOPT_ACCEPT_ENCODING, nil)
        handle.set(CURLOPT_HTTP09_ALLOWED, 0)
        // One request a connection at a time: the parallel ones then use connections of their own, which servers of
        // objects like better than many streams of one.
        handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        handle.set(CURLOPT_TIMEOUT_MS, totalMilliseconds)
        handle.set(CURLOPT_LOW_SPEED_LIMIT, 1)
        handle.set(CURLOPT_LOW_SPEED_TIME, max(1, idleMilliseconds / 1_000))
        handle.set(CURLOPT_MAXLIFETIME_CONN, 3_600)
        handle.set(CURLOPT_WRITEDATA, pointer: context)
        handle.set(CURLOPT_HEADERDATA, pointer: context)
        let easy = handle.easy
        handle.note(
            CURLOPT_WRITEFUNCTION, sallyport_easy_set_bytes_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody))
        handle.note(
            CURLOPT_HEADERFUNCTION, sallyport_easy_set_bytes_callback(easy, CURLOPT_HEADERFUNCTION, receiveHeader))
        try handle.check()
    }

    deinit { release() }

    /// Puts a request on the handle, which must not be in a multi handle.
    func begin(_ request: HTTPRequest) throws(RelayFailure) {
        release()
        status = 0
        headers = [:]
        body = []
        isTooLong = false
        maximumBytes = request.maximumAnswerBytes
        handle.clearWords()
        handle.set(CURLOPT_URL, request.url)
        setMethod(request)
        sign(request)
        try setHeaders(request)
        try handle.check()
    }

    /// What the server said; the transfer must be over.
    func answer() -> HTTPAnswer { HTTPAnswer(status: status, headers: headers, body: body) }

    /// Frees what libcurl was lent; the transfer must not be in a multi handle.
    func release() {
        if lines != nil {
            handle.set(CURLOPT_HTTPHEADER, list: nil)
            curl_slist_free_all(lines)
            lines = nil
        }
        if pinnedBody != nil {
            handle.set(CURLOPT_POSTFIELDS, pointer: nil)
            pinnedBody?.deallocate()
            pinnedBody = nil
        }
    }

    private func setMethod(_ request: HTTPRequest) {
        handle.set(CURLOPT_NOBODY, 0)
        switch request.method {
        case .get: handle.set(CURLOPT_HTTPGET, 1)
        case .head: handle.set(CURLOPT_NOBODY, 1)
        case .delete: handle.set(CURLOPT_HTTPGET, 1)
        case .put, .post:
            handle.set(CURLOPT_POST, 1)
            let count = request.body.count
            // libcurl does not copy it: it must stay where it is until the transfer is over.
            let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, count), alignment: 1)
            request.body.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { memory.copyMemory(from: base, byteCount: count) }
            }
            pinnedBody = memory
            handle.set(CURLOPT_POSTFIELDSIZE_LARGE, size: count)
            handle.set(CURLOPT_POSTFIELDS, pointer: memory)
        }
        handle.set(
            CURLOPT_CUSTOMREQUEST,
            request.method == .put || request.method == .delete ? request.method.rawValue : nil)
    }

    private func sign(_ request: HTTPRequest) {
        guard let signing = request.signing else {
            handle.set(CURLOPT_AWS_SIGV4, nil)
            return handle.set(CURLOPT_USERNAME, nil)
        }
        handle.set(CURLOPT_AWS_SIGV4, "aws:amz:\(signing.region):s3")
        handle.set(CURLOPT_USERNAME, signing.accessKey)
        handle.set(CURLOPT_PASSWORD, signing.secretKey)
    }

    private func setHeaders(_ request: HTTPRequest) throws(RelayFailure) {
        var all = request.headers
        if request.signing == nil {
            all.append("Expect:")
        } else {
            // A header without value is not sent, but libcurl would sign it. So stores may be asked whether they want a
            // large body, but nobody waits for their answer.
            handle.set(CURLOPT_EXPECT_100_TIMEOUT_MS, 1)
        }
        if let signing = request.signing {
            // Signed as well, so that nobody on the way changes what is stored.
            all.append("x-amz-content-sha256: \(SHA256.hash(request.body).hex)")
            if let token = signing.sessionToken { all.append("x-amz-security-token: \(token)") }
        }
        for line in all {
            guard let longer = curl_slist_append(lines, line) else {
                throw RelayFailure(.internal, "no memory for a header")
            }
            lines = longer
        }
        handle.set(CURLOPT_HTTPHEADER, list: lines)
    }

    fileprivate func receive(header line: UnsafeRawBufferPointer) -> Bool {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // A status line begins a head: what came before was an interim answer.
            headers = [:]
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return true
        }
        guard let colon = text.firstIndex(of: ":"), headers.count < Self.maximumHeaders else {
            return headers.count < Self.maximumHeaders
        }
        let value = text[text.index(after: colon)...]
        headers[text[..<colon].lowercased()] = String(
            value.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        return true
    }

    fileprivate func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= maximumBytes else {
            isTooLong = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer? {
    context.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let total = size * count
    guard total > 0, let bytes, let transfer = transfer(context) else { return 0 }
    // Any other number than `total` aborts.
    return transfer.receive(body: UnsafeRawBufferPointer(start: bytes, count: total)) ? total : 0
}

private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let total = size * count
    guard let bytes, let transfer = transfer(context) else { return 0 }
    return transfer.receive(header: UnsafeRawBufferPointer(start: bytes, count: total)) ? total : 0
}
