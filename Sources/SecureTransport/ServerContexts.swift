private import COpenSSL

/// One loaded set of certificates and rules: an `SSL_CTX` for clients in general and one for each SNI entry.
///
/// Immutable; a reload makes a new set, and each connection keeps the set it began with.
/// (Unchecked: nothing is changed after `init`, and OpenSSL counts an `SSL_CTX`'s references atomically.)
final class ServerContexts: @unchecked Sendable {
    let configuration: TLSConfiguration
    let summaries: [CertificateSummary]
    let warnings: [String]
    let fallback: OpaquePointer
    private let hosts: [String: OpaquePointer]
    private let owned: [OwnedContext]
    private let authority: ClientAuthority
    private let ticketKeys: TicketKeys
    /// Our protocols, each with a length byte before it (RFC 7301 §3.1).
    private let protocols: [[UInt8]]

    /// Reads every file that `configuration` names.
    init(
        _ configuration: TLSConfiguration, ticketKeys: TicketKeys, now: Int64
    ) throws(TLSConfigurationError) {
        self.configuration = configuration
        self.ticketKeys = ticketKeys
        protocols = configuration.applicationProtocols.map { Array($0.utf8) }
        guard protocols.allSatisfy({ (1...255).contains($0.count) }) else {
            throw TLSConfigurationError(
                "application protocols", "a name is empty or longer than 255 bytes", "use names like `h2`")
        }
        let authority = try ClientAuthority(configuration, now: now)
        self.authority = authority
        let timeout = configuration.ticketKeyPeriodSeconds
        func context(
            _ pairs: [KeyPair]
        ) throws(TLSConfigurationError) -> OwnedContext {
            let context = try OwnedContext(minimumVersion: configuration.minimumVersion)
            for pair in pairs { try pair.install(in: context.pointer) }
            try authority.install(in: context.pointer)
            SSL_CTX_set_timeout(context.pointer, timeout)
            ticketKeys.install(in: context.pointer)
            return context
        }

        let pairs = try KeyPair.load(configuration.certificates, place: "certificates")
        let general = try context(pairs)
        var owned = [general]
        var loaded = pairs
        var hosts: [String: OpaquePointer] = [:]
        for (index, host) in configuration.hosts.enumerated() {
            let pairs = try KeyPair.load(host.certificates, place: "certificates of host \(index + 1)")
            let names = host.names.isEmpty ? pairs.flatMap { $0.chain[0].names(.dns) } : host.names
            guard !names.isEmpty else {
                throw TLSConfigurationError(
                    "`\(pairs[0].files.certificate)`", "has no DNS name, and its host entry names none",
                    "add the host names to the entry")
            }
            let own = try context(pairs)
            owned.append(own)
            loaded += pairs
            for name in names { hosts[name.lowercased()] = own.pointer }
        }
        fallback = general.pointer
        self.hosts = hosts
        self.owned = owned
        summaries = loaded.map { $0.chain[0].summary(path: $0.files.certificate) }
        warnings = loaded.flatMap { $0.warnings(now: now) } + authority.warnings
        for context in owned {
            Self.installProtocolChoice(in: context.pointer, contexts: self)
        }
        if !hosts.isEmpty { Self.installHostChoice(in: fallback, contexts: self) }
    }

    /// Whether a client's certificate is on a revocation list.
    func isRevoked(_ certificate: PeerCertificate) -> Bool { authority.isRevoked(certificate) }

    /// The context for `name` as sent by SNI; nil: the general one.
    private func context(for name: String) -> OpaquePointer? {
        let name = name.lowercased()
        if let exact = hosts[name] { return exact }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        return hosts["*" + name[dot...]]
    }

    private static func installHostChoice(in context: OpaquePointer, contexts: ServerContexts) {
        let unretained = Unmanaged.passUnretained(contexts).toOpaque()
        tls_set_server_name_callback(
            context,
            { ssl, _, argument in
                guard let ssl, let argument, let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else {
                    return SSL_TLSEXT_ERR_NOACK
                }
                let contexts = Unmanaged<ServerContexts>.fromOpaque(argument).takeUnretainedValue()
                guard let chosen = contexts.context(for: String(cString: name)) else { return SSL_TLSEXT_ERR_NOACK }
                return SSL_set_SSL_CTX(ssl, chosen) == nil ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_OK
            }, unretained)
    }

    private static func installProtocolChoice(in context: OpaquePointer, contexts: ServerContexts) {
        guard !contexts.protocols.isEmpty else { return }
        let unretained = Unmanaged.passUnretained(contexts).toOpaque()
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, chosenCount, offered, offeredCount, argument in
                guard let argument, let offered, let chosen, let chosenCount else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                let contexts = Unmanaged<ServerContexts>.fromOpaque(argument).takeUnretainedValue()
                let list = UnsafeBufferPointer(start: offered, count: Int(offeredCount))
                guard let match = contexts.choose(from: list) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                // The answer points into the client's list, which OpenSSL copies at once.
                chosen.pointee = offered + match.lowerBound
                chosenCount.pointee = UInt8(match.count)
                return SSL_TLSEXT_ERR_OK
            }, unretained)
    }

    /// Where in the client's list the first of our protocols stands; nil when none does.
    func choose(from offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for wanted in protocols {
            var start = 0
            while start < offered.count {
                let name = (start + 1)..<(start + 1 + Int(offered[start]))
                guard name.upperBound <= offered.count else { return nil }
                if offered[name].elementsEqual(wanted) { return name }
                start = name.upperBound
            }
        }
        return nil
    }
}

/// Owner of one `SSL_CTX` with our protocol rules.
private final class OwnedContext {
    /// TLS 1.2: ECDHE with authenticated encryption only.
    private static let suites12 = """
        ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:\
        ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256
        """
    private static let suites13 = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
    private static let groups = "X25519:P-256:P-384"
    /// A FIPS provider may know no X25519.
    private static let approvedGroups = "P-256:P-384"

    let pointer: OpaquePointer

    init(minimumVersion: TLSConfiguration.MinimumVersion) throws(TLSConfigurationError) {
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(TLS_server_method()) else {
            throw TLSConfigurationError("OpenSSL", "no TLS: \(OpenSSLText.takeReason())", "check its configuration")
        }
        self.pointer = pointer
        let minimum = minimumVersion == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
        let failed = tls_configure_server(
            pointer, minimum, Self.suites12, Self.suites13, Self.groups, Self.approvedGroups)
        if let failed {
            throw TLSConfigurationError(
                "OpenSSL", "refuses our \(String(cString: failed)): \(OpenSSLText.takeReason())",
                "check `openssl version` (3.0 or newer) and its configuration file")
        }
        tls_no_automatic_chain(pointer)
    }

    deinit { SSL_CTX_free(pointer) }
}

/// A certificate chain with its private key.
private struct KeyPair {
    let files: TLSConfiguration.CertificateFiles
    let chain: [X509Certificate]
    let key: PrivateKey

    static func load(
        _ files: [TLSConfiguration.CertificateFiles], place: String
    ) throws(TLSConfigurationError) -> [KeyPair] {
        var pairs: [KeyPair] = []
        for files in files {
            let pair = try KeyPair(files)
            if let same = pairs.first(where: { $0.chain[0].keyKind == pair.chain[0].keyKind }) {
                throw TLSConfigurationError(
                    "`\(files.certificate)`", "has the same key type as `\(same.files.certificate)`",
                    "give one certificate for each key type, others go under their host names")
            }
            pairs.append(pair)
        }
        guard !pairs.isEmpty else {
            throw TLSConfigurationError(
                place, "none given", "name a certificate and its key, or run `sallyport certs generate`")
        }
        return pairs
    }

    private init(_ files: TLSConfiguration.CertificateFiles) throws(TLSConfigurationError) {
        self.files = files
        chain = try X509Certificate.read(pem: PEMFile.contents(of: files.certificate), path: files.certificate)
        key = try PrivateKey.read(pem: PEMFile.contents(of: files.key), path: files.key)
        guard X509_check_private_key(chain[0].pointer, key.pointer) == 1 else {
            ERR_clear_error()
            throw TLSConfigurationError(
                "`\(files.key)`", "does not belong to the first certificate in `\(files.certificate)`",
                "put the server's own certificate first, and name the key it was made with")
        }
    }

    func install(in context: OpaquePointer) throws(TLSConfigurationError) {
        ERR_clear_error()
        guard SSL_CTX_use_certificate(context, chain[0].pointer) == 1 else {
            throw TLSConfigurationError(
                "`\(files.certificate)`", "is refused: \(OpenSSLText.takeReason())",
                "use ECDSA P-256 or P-384, or RSA of at least 2048 bits")
        }
        guard SSL_CTX_use_PrivateKey(context, key.pointer) == 1 else {
            throw TLSConfigurationError(
                "`\(files.key)`", "is refused: \(OpenSSLText.takeReason())", "name the certificate's own key")
        }
        for issuer in chain.dropFirst() {
            guard tls_add_chain(context, issuer.pointer) == 1 else {
                throw TLSConfigurationError(
                    "`\(files.certificate)`", "an intermediate is refused: \(OpenSSLText.takeReason())",
                    "ask its issuer for a chain signed with SHA-256 or better")
            }
        }
    }

    func warnings(now: Int64) -> [String] {
        var warnings: [String] = []
        for certificate in chain {
            let days = certificate.summary(path: files.certificate).daysLeft(at: now)
            if certificate.notBefore > now {
                warnings.append("`\(files.certificate)`: not valid yet: `\(certificate.subject)`")
            }
            if days < 0 {
                warnings.append("`\(files.certificate)`: expired: `\(certificate.subject)`, clients will refuse it")
            } else if days < 21 {
                warnings.append("`\(files.certificate)`: expires in \(days) days: `\(certificate.subject)`")
            }
        }
        if PEMFile.isReadableByOthers(files.key) {
            warnings.append("`\(files.key)`: others than its owner may read this private key: chmod 600")
        }
        return warnings
    }
}

/// The rules for client certificates.
private struct ClientAuthority {
    private let mode: Int32
    private let authorities: [X509Certificate]
    private let lists: [RevocationList]
    /// Sessions resume only under the rules they began with: without this, a ticket would outlive a revocation.
    private let sessionContext: [UInt8]
    let warnings: [String]

    init(_ configuration: TLSConfiguration, now: Int64) throws(TLSConfigurationError) {
        var rules: [UInt8]
        switch configuration.clientCertificates {
        case .none:
            mode = SSL_VERIFY_NONE
            rules = [0]
        case .optional:
            mode = SSL_VERIFY_PEER
            rules = [1]
        case .required:
            mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
            rules = [2]
        }
        var warnings: [String] = []
        if let files = configuration.clientAuthorities {
            let pem = try PEMFile.contents(of: files.certificates)
            authorities = try X509Certificate.read(pem: pem, path: files.certificates)
            if let wrong = authorities.first(where: { !$0.isAuthority }) {
                throw TLSConfigurationError(
                    "`\(files.certificates)`", "`\(wrong.subject)` is not a certification authority",
                    "name the certificates of those who sign your clients' certificates")
            }
            rules += pem
        } else {
            authorities = []
        }
        if let path = configuration.clientAuthorities?.revocationLists {
            let pem = try PEMFile.contents(of: path)
            lists = try RevocationList.read(pem: pem, path: path)
            rules += pem
            for list in lists where list.nextUpdate < now {
                warnings.append(
                    "`\(path)`: the list of `\(list.issuer)` is past its next update: its clients will be refused")
            }
        } else {
            lists = []
        }
        self.warnings = warnings
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(rules, rules.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            throw TLSConfigurationError("OpenSSL", "no SHA-256: \(OpenSSLText.takeReason())", "check its configuration")
        }
        sessionContext = digest
    }

    func isRevoked(_ certificate: PeerCertificate) -> Bool {
        lists.contains { $0.issuer == certificate.issuer && $0.has(serial: certificate.serial) }
    }

    func install(in context: OpaquePointer) throws(TLSConfigurationError) {
        SSL_CTX_set_session_id_context(context, sessionContext, UInt32(sessionContext.count))
        SSL_CTX_set_verify(context, mode, nil)
        guard mode != SSL_VERIFY_NONE, let store = SSL_CTX_get_cert_store(context) else { return }
        for authority in authorities {
            guard X509_STORE_add_cert(store, authority.pointer) == 1,
                SSL_CTX_add_client_CA(context, authority.pointer) == 1
            else {
                throw TLSConfigurationError(
                    "client authorities", "`\(authority.subject)` is refused: \(OpenSSLText.takeReason())",
                    "check the file of authorities")
            }
        }
        guard !lists.isEmpty else { return }
        for list in lists {
            guard X509_STORE_add_crl(store, list.pointer) == 1 else {
                throw TLSConfigurationError(
                    "revocation lists", "the list of `\(list.issuer)` is refused: \(OpenSSLText.takeReason())",
                    "check the file of revocation lists")
            }
        }
        X509_STORE_set_flags(store, tls_crl_flags())
    }
}

/// Owner of one certificate revocation list.
private final class RevocationList {
    let pointer: OpaquePointer
    /// RFC 4514 text.
    let issuer: String

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
        issuer = OpenSSLText.printed { tls_print_name($0, X509_CRL_get_issuer(pointer)) }
    }

    deinit { X509_CRL_free(pointer) }

    /// Whether a serial number, hexadecimal, is on it.
    func has(serial: String) -> Bool { tls_list_has(pointer, serial) == 1 }

    static func read(pem: [UInt8], path: String) throws(TLSConfigurationError) -> [RevocationList] {
        ERR_clear_error()
        let lists = OpenSSLText.reading(pem) { bio in
            var found: [RevocationList] = []
            while let list = PEM_read_bio_X509_CRL(bio, nil, nil, nil) {
                found.append(RevocationList(owning: list))
            }
            return found
        }
        let last = ERR_peek_last_error()
        let atEnd = tls_library(last) == ERR_LIB_PEM && tls_reason(last) == PEM_R_NO_START_LINE
        let reason = OpenSSLText.takeReason()
        guard let lists, !lists.isEmpty, atEnd else {
            throw TLSConfigurationError(
                "`\(path)`", "holds no readable revocation list (\(reason))",
                "expected a PEM file with `-----BEGIN X509 CRL-----`")
        }
        return lists
    }

    var nextUpdate: Int64 {
        var seconds: Int64 = 0
        guard let time = X509_CRL_get0_nextUpdate(pointer), tls_epoch(time, &seconds) == 1 else { return .max }
        return seconds
    }
}
