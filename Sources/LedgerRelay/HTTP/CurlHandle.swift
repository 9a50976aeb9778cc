internal import CCurl
private import Glibc
private import Upstream

/// An easy handle of libcurl with the bounds that all of ours have: no proxy and no credentials of the environment, no
/// redirects, no other protocol, certificates always verified. Confined to one thread.
final class CurlHandle {
    let easy: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var firstFault: (option: CURLoption, code: CURLcode)?
    /// Whether the socket was refused, since it would have carried plaintext to a public address.
    fileprivate(set) var refusedPlaintext = false
    fileprivate let isEncrypted: Bool

    fileprivate let stop: StopSignal

    init(_ endpoint: RelayEndpoint, stop: StopSignal, connectMilliseconds: Int = 10_000) throws(RelayFailure) {
        guard Self.isReady, let easy = curl_easy_init() else {
            throw RelayFailure(.internal, "libcurl has no transfer to give")
        }
        self.easy = easy
        self.stop = stop
        isEncrypted = endpoint.url.isEncrypted
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let context = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_PRIVATE, pointer: context)
        set(CURLOPT_ERRORBUFFER, pointer: errorText)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, isEncrypted ? "https" : "http")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        // The empty proxy, said explicitly, is none: neither `https_proxy` nor `all_proxy` is looked at.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NOPROXY, "*")
        set(CURLOPT_CONNECTTIMEOUT_MS, connectMilliseconds)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_OPENSOCKETDATA, pointer: context)
        note(CURLOPT_OPENSOCKETFUNCTION, sallyport_easy_set_open_socket(easy, openSocket))
        // Called at least once a second, so that nothing outlasts a stop.
        set(CURLOPT_NOPROGRESS, 0)
        set(CURLOPT_XFERINFODATA, pointer: context)
        note(CURLOPT_XFERINFOFUNCTION, sallyport_easy_set_progress(easy, progress))
        configure(endpoint.tls)
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
    }

    /// libcurl's global state, made once; it lives as long as the process.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private func configure(_ tls: UpstreamTLS) {
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // With a file of authorities, the system's directory of them would still be trusted beside it.
        if let authorities = tls.authorities {
            set(CURLOPT_CAINFO, authorities)
            set(CURLOPT_CAPATH, nil)
        } else if sallyport_default_authorities() != nil {
            set(CURLOPT_CAPATH, nil)
        }
        if let client = tls.clientCertificate {
            set(CURLOPT_SSLCERT, client.certificate)
            set(CURLOPT_SSLKEY, client.key)
        }
        if !tls.pinnedPublicKeys.isEmpty {
            set(CURLOPT_PINNEDPUBLICKEY, tls.pinnedPublicKeys.joined(separator: ";"))
        }
    }

    func set(_ option: CURLoption, _ value: Int) { note(option, sallyport_easy_set_long(easy, option, value)) }
    func set(_ option: CURLoption, _ value: String?) { note(option, sallyport_easy_set_string(easy, option, value)) }
    func set(_ option: CURLoption, size: Int) {
        note(option, sallyport_easy_set_size(easy, option, curl_off_t(size)))
    }
    func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
        note(option, sallyport_easy_set_pointer(easy, option, pointer))
    }
    func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
        note(option, sallyport_easy_set_list(easy, option, list))
    }
    /// Remembers the first option that failed, so that a setting never silently does not hold.
    func note(_ option: CURLoption, _ code: CURLcode) {
        if code != CURLE_OK, firstFault == nil { firstFault = (option, code) }
    }

    /// Throws if an option was refused.
    func check() throws(RelayFailure) {
        guard let firstFault else { return }
        let words = String(cString: curl_easy_strerror(firstFault.code))
        throw RelayFailure(.internal, "libcurl refuses its option \(firstFault.option.rawValue): \(words)")
    }

    /// What libcurl's result means.
    func failure(_ code: CURLcode, at place: String) -> RelayFailure {
        if refusedPlaintext {
            return RelayFailure(
                .tls, "`\(place)` has an address that is neither loopback nor private, and the connection is plaintext")
        }
        let general = String(cString: curl_easy_strerror(code)).lowercased()
        let own = String(cString: errorText)
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
            return RelayFailure(.unreachable, "`\(place)`: \(own.isEmpty ? general : own)")
        case CURLE_ABORTED_BY_CALLBACK: return RelayFailure(.stopped, "told to stop")
        case CURLE_OPERATION_TIMEDOUT: return RelayFailure(.timeout, "`\(place)`: took too long")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
            return RelayFailure(.tls, "`\(place)`: \(own.isEmpty ? general : own)")
        // A peer that is being restarted may end the connection within the handshake, so it may pass.
        case CURLE_SSL_CONNECT_ERROR: return RelayFailure(.unreachable, "`\(place)`: \(own.isEmpty ? general : own)")
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION,
            CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
            return RelayFailure(.internal, "`\(place)`: \(general)")
        // From here on libcurl's own words may quote the peer.
        default: return RelayFailure(.cut, "`\(place)`: \(general)")
        }
    }

    func clearWords() {
        errorText.pointee = 0
        refusedPlaintext = false
    }
}

/// Ends a transfer, also one that is still connecting, when it is told to stop.
private func progress(
    _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
    guard let context else { return 1 }
    return Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue().stop.isSet ? 1 : 0
}

/// Opens a socket, unless it would carry plaintext to a public address. This is the last look at the address that is
/// really used, whatever a name resolved to before.
private func openSocket(
    _ context: UnsafeMutableRawPointer?, _: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address, let context else { return CURL_SOCKET_BAD }
    let handle = Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
    let target = address.pointee
    if !handle.isEncrypted {
        let scope = withUnsafeBytes(of: &address.pointee.addr) { start in
            // `addr` is as long as `addrlen` says, beyond its declared type.
            start.baseAddress.flatMap {
                AddressScope(family: target.family, address: $0, count: Int(target.addrlen))
            }
        }
        guard scope?.allowsPlaintext == true else {
            handle.refusedPlaintext = true
            return CURL_SOCKET_BAD
        }
    }
    return socket(target.family, target.socktype | Int32(SOCK_CLOEXEC.rawValue), target.protocol)
}
