internal import CCurl
private import Glibc

/// An easy handle with everything that stays the same for its endpoint; it carries one exchange after the other.
///
/// Owned by its pool, and while it is in the multi handle also by its exchange. Engine's thread only.
final class CurlTransfer {
    let easy: UnsafeMutableRawPointer
    /// What the transfer works for at the moment; it stays alive until the handle was removed from the multi handle.
    private(set) var exchange: UpstreamExchange?
    unowned let loop: EngineLoop
    /// Where it is under way; set by the multi handle alone.
    var multi: CurlMulti?

    private let endpoint: UpstreamEndpoint
    private let constantHeaders: UnsafeMutablePointer<curl_slist>?
    /// Nodes of our own in front of the constant ones, and the last of them.
    private var ownHeaders: UnsafeMutablePointer<curl_slist>?
    private var lastOwnHeader: UnsafeMutablePointer<curl_slist>?
    private var usesConstantHeaders = false
    private var isReuseForbidden = false
    private var pinnedAddresses: UnsafeMutablePointer<curl_slist>?
    /// Where libcurl writes its words for an error.
    private let errorText: UnsafeMutablePointer<CChar>

    init(
        endpoint: UpstreamEndpoint, constantHeaders: UnsafeMutablePointer<curl_slist>?, loop: EngineLoop
    ) throws(UpstreamFailure) {
        guard let easy = curl_easy_init() else {
            throw UpstreamFailure(kind: .internal, message: "libcurl has no transfer to give")
        }
        self.easy = easy
        self.loop = loop
        self.endpoint = endpoint
        self.constantHeaders = constantHeaders
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try configure()
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
        curl_slist_free_all(pinnedAddresses)
        releaseOwnHeaders()
    }

    /// Puts an exchange on the transfer.
    ///
    /// - Parameter addresses: what libcurl does not know yet of the endpoint's name, as `host:port:address,…`.
    func begin(_ exchange: UpstreamExchange, addresses: String?) throws(UpstreamFailure) {
        self.exchange = exchange
        errorText.pointee = 0
        var options = Options(easy: easy)
        if let addresses {
            pinnedAddresses = curl_slist_append(nil, addresses)
            options.set(CURLOPT_RESOLVE, list: pinnedAddresses)
        }
        if endpoint.method == .post {
            options.set(CURLOPT_POSTFIELDSIZE_LARGE, size: exchange.body.count)
            options.set(CURLOPT_POSTFIELDS, pointer: exchange.body.pointer)
        }
        if !exchange.headers.isEmpty {
            for header in exchange.headers {
                guard let node = curl_slist_append(nil, header.line) else {
                    throw UpstreamFailure(kind: .internal, message: "no memory for a header")
                }
                if let last = lastOwnHeader { last.pointee.next = node } else { ownHeaders = node }
                lastOwnHeader = node
            }
            lastOwnHeader?.pointee.next = constantHeaders
            options.set(CURLOPT_HTTPHEADER, list: ownHeaders)
            usesConstantHeaders = false
        } else if !usesConstantHeaders {
            options.set(CURLOPT_HTTPHEADER, list: constantHeaders)
            usesConstantHeaders = true
        }
        try options.check()
    }

    /// Takes the exchange off; the transfer must not be in the multi handle.
    func end() {
        exchange = nil
        if isReuseForbidden {
            sallyport_easy_set_long(easy, CURLOPT_FORBID_REUSE, 0)
            isReuseForbidden = false
        }
        if endpoint.method == .post { sallyport_easy_set_pointer(easy, CURLOPT_POSTFIELDS, nil) }
        if pinnedAddresses != nil {
            sallyport_easy_set_list(easy, CURLOPT_RESOLVE, nil)
            curl_slist_free_all(pinnedAddresses)
            pinnedAddresses = nil
        }
        if ownHeaders != nil {
            sallyport_easy_set_list(easy, CURLOPT_HTTPHEADER, nil)
            releaseOwnHeaders()
        }
    }

    /// Whether its connection may carry other streams.
    var mayBeHTTP2: Bool { endpoint.httpVersion == .automatic && endpoint.url.isEncrypted }

    /// Lets the connection be closed after this exchange, if nobody else uses it.
    func forbidReuse() {
        sallyport_easy_set_long(easy, CURLOPT_FORBID_REUSE, 1)
        isReuseForbidden = true
    }

    /// libcurl's words for the last error, empty where it had none.
    var errorMessage: String { String(cString: errorText) }

    private func releaseOwnHeaders() {
        lastOwnHeader?.pointee.next = nil
        curl_slist_free_all(ownHeaders)
        ownHeaders = nil
        lastOwnHeader = nil
    }

    private func configure() throws(UpstreamFailure) {
        var options = Options(easy: easy)
        let context = Unmanaged.passUnretained(self).toOpaque()
        options.set(CURLOPT_PRIVATE, pointer: context)
        options.set(CURLOPT_ERRORBUFFER, pointer: errorText)
        options.set(CURLOPT_NOSIGNAL, 1)

        // Where to, and nowhere else.
        options.set(CURLOPT_URL, endpoint.url.text)
        options.set(CURLOPT_PROTOCOLS_STR, endpoint.url.isEncrypted ? "https" : "http")
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        options.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        configureProxy(&options)
        configureTLS(&options)

        // What is said.
        options.set(endpoint.method == .post ? CURLOPT_POST : CURLOPT_HTTPGET, 1)
        options.set(CURLOPT_USERAGENT, "sallyport")
        options.set(CURLOPT_ACCEPT_ENCODING, nil)
        options.set(CURLOPT_HTTP09_ALLOWED, 0)
        options.set(CURLOPT_HTTP_VERSION, mayBeHTTP2 ? Int(CURL_HTTP_VERSION_2TLS) : Int(CURL_HTTP_VERSION_1_1))
        options.set(CURLOPT_PIPEWAIT, mayBeHTTP2 ? 1 : 0)

        // Our own clock decides (`UpstreamExchange.deadline`), at the precision and with the names that we need.
        options.set(CURLOPT_CONNECTTIMEOUT_MS, 330_000)
        options.set(CURLOPT_TCP_KEEPALIVE, 1)
        // Connections are made anew once an hour, so that they follow the provider's name to new addresses.
        options.set(CURLOPT_MAXLIFETIME_CONN, 3_600)

        options.set(CURLOPT_SHARE, pointer: loop.sessions)
        options.set(CURLOPT_WRITEDATA, pointer: context)
        options.set(CURLOPT_HEADERDATA, pointer: context)
        options.set(CURLOPT_PREREQDATA, pointer: context)
        options.set(CURLOPT_OPENSOCKETDATA, pointer: context)
        options.note(CURLOPT_WRITEFUNCTION, sallyport_easy_set_bytes_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody))
        options.note(
            CURLOPT_HEADERFUNCTION, sallyport_easy_set_bytes_callback(easy, CURLOPT_HEADERFUNCTION, receiveHeader))
        options.note(CURLOPT_PREREQFUNCTION, sallyport_easy_set_before_request(easy, connectionStands))
        options.note(CURLOPT_OPENSOCKETFUNCTION, sallyport_easy_set_open_socket(easy, openSocket))
        try options.check()
    }

    private func configureProxy(_ options: inout Options) {
        guard let proxy = endpoint.proxy else {
            // The empty proxy, said explicitly, is none: neither `https_proxy` nor `all_proxy` is looked at.
            options.set(CURLOPT_PROXY, "")
            return
        }
        options.set(CURLOPT_PROXY, "\(proxy.url.isEncrypted ? "https" : "http")://\(proxy.url.authority)")
        // No exceptions, and in particular none from `no_proxy`.
        options.set(CURLOPT_NOPROXY, "")
        options.set(CURLOPT_HTTPPROXYTUNNEL, 1)
        options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let credentials = proxy.credentials {
            options.note(CURLOPT_PROXYAUTH, sallyport_easy_set_proxy_basic(easy))
            options.set(CURLOPT_PROXYUSERNAME, credentials.user)
            options.set(CURLOPT_PROXYPASSWORD, credentials.password)
        }
    }

    private func configureTLS(_ options: inout Options) {
        let tls = endpoint.tls
        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // With a file of authorities, the system's directory of them would still be trusted beside it. Without a directory,
        // libcurl also parses the file once for all connections instead of once for each (CURLOPT_CA_CACHE_TIMEOUT).
        if let authorities = tls.authorities {
            options.set(CURLOPT_CAINFO, authorities)
            options.set(CURLOPT_CAPATH, nil)
        } else if sallyport_default_authorities() != nil {
            options.set(CURLOPT_CAPATH, nil)
        }
        if let client = tls.clientCertificate {
            options.set(CURLOPT_SSLCERT, client.certificate)
            options.set(CURLOPT_SSLKEY, client.key)
        }
        if !tls.pinnedPublicKeys.isEmpty {
            options.set(CURLOPT_PINNEDPUBLICKEY, tls.pinnedPublicKeys.joined(separator: ";"))
        }
    }

    /// Sets options and remembers the first that failed, so that a setting never silently does not hold.
    struct Options {
        let easy: UnsafeMutableRawPointer
        private var failed: (option: CURLoption, code: CURLcode)?

        init(easy: UnsafeMutableRawPointer) { self.easy = easy }

        mutating func set(_ option: CURLoption, _ value: Int) {
            note(option, sallyport_easy_set_long(easy, option, value))
        }
        mutating func set(_ option: CURLoption, _ value: String?) {
            note(option, sallyport_easy_set_string(easy, option, value))
        }
        mutating func set(_ option: CURLoption, size: Int) {
            note(option, sallyport_easy_set_size(easy, option, curl_off_t(size)))
        }
        mutating func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
            note(option, sallyport_easy_set_pointer(easy, option, pointer))
        }
        mutating func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
            note(option, sallyport_easy_set_list(easy, option, list))
        }
        mutating func note(_ option: CURLoption, _ code: CURLcode) {
            if code != CURLE_OK, failed == nil { failed = (option, code) }
        }

        func check() throws(UpstreamFailure) {
            guard let failed else { return }
            let words = String(cString: curl_easy_strerror(failed.code))
            throw UpstreamFailure(
                kind: .internal, message: "libcurl refuses its option \(failed.option.rawValue): \(words)")
        }
    }
}

// MARK: - Callbacks of libcurl, on the engine's thread

private func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
}

/// A piece of the body, at most 16 KiB. When paused, libcurl keeps the whole piece and brings it again.
private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let total = size * count
    guard total > 0 else { return 0 }
    guard let bytes, let transfer = transfer(context), let exchange = transfer.exchange else { return 0 }
    switch transfer.loop.receive(body: UnsafeRawBufferPointer(start: bytes, count: total), for: exchange) {
    case .taken: return total
    case .pause: return Int(CURL_WRITEFUNC_PAUSE)
    case .abort:
        transfer.forbidReuse()
        // Any other number than `total` aborts.
        return 0
    }
}

/// One whole line of a header, a status line or an empty line.
private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let total = size * count
    guard let bytes, let transfer = transfer(context), let exchange = transfer.exchange else { return 0 }
    if transfer.loop.receive(headerLine: UnsafeRawBufferPointer(start: bytes, count: total), for: exchange) {
        return total
    }
    transfer.forbidReuse()
    return 0
}

/// The connection stands, TLS included; the request goes out next, unless it did before. The two ports are ours and the peer's.
private func connectionStands(
    _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?,
    _ peerPort: Int32, _ localPort: Int32
) -> Int32 {
    guard let transfer = transfer(context), let exchange = transfer.exchange else { return CURL_PREREQFUNC_OK }
    let goes = transfer.loop.connected(exchange, connection: Int(localPort) << 16 | Int(peerPort))
    return goes ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

/// Opens a socket, unless it would carry plaintext to a public address. This is the last look at the address that is
/// really used, whatever a name resolved to before.
private func openSocket(
    _ context: UnsafeMutableRawPointer?, _: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address, let transfer = transfer(context) else { return CURL_SOCKET_BAD }
    let target = address.pointee
    let scope = withUnsafeBytes(of: &address.pointee.addr) { start in
        // `addr` is as long as `addrlen` says, beyond its declared type.
        start.baseAddress.flatMap {
            AddressScope(family: target.family, address: $0, count: Int(target.addrlen))
        }
    }
    if let exchange = transfer.exchange, !exchange.endpoint.url.isEncrypted, scope?.allowsPlaintext != true {
        exchange.finding = .plaintextRefused(exchange.endpoint)
        return CURL_SOCKET_BAD
    }
    let descriptor = socket(target.family, target.socktype | Int32(SOCK_CLOEXEC.rawValue), target.protocol)
    if descriptor >= 0 { transfer.loop.interests.opened(descriptor) }
    return descriptor
}

extension UpstreamFailure {
    /// A plaintext endpoint's name led to a public address.
    static func plaintextRefused(_ endpoint: UpstreamEndpoint) -> UpstreamFailure {
        UpstreamFailure(
            kind: .plaintextRefused,
            message:
                "`\(endpoint.url.host)` has an address that is neither loopback nor private, and the endpoint is plaintext"
        )
    }

    /// What libcurl's result means for an exchange that came as far as `phase`.
    init(_ code: CURLcode, phase: UpstreamExchange.Phase, authority: String, words: String) {
        let general = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self.init(kind: .resolve, message: "`\(authority)`: \(general)")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            self.init(kind: .tls, message: "`\(authority)`: \(words.isEmpty ? general : words)")
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION:
            self.init(kind: .internal, message: general)
        // In TLS 1.3 the server judges our certificate after the handshake is over for us: its alert comes as a read error.
        case CURLE_RECV_ERROR where phase == .awaitingHead && words.contains(" alert "),
            CURLE_SEND_ERROR where phase == .awaitingHead && words.contains(" alert "):
            self.init(kind: .tls, message: "`\(authority)`: \(words)")
        case _ where phase == .submitted || phase == .resolving || phase == .connecting:
            self.init(kind: .connect, message: "`\(authority)`: \(words.isEmpty ? general : words)")
        // From here on libcurl's words may quote the peer, so only its general ones are used.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_FILESIZE_EXCEEDED,
            CURLE_WRITE_ERROR:
            self.init(kind: phase == .awaitingHead ? .malformed : .cut, message: general)
        case _ where phase == .awaitingHead:
            self.init(kind: .reset, message: "the connection ended before an answer: \(general)")
        default:
            self.init(kind: .cut, message: "the answer ended before it was whole: \(general)")
        }
    }
}
