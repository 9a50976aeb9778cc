/// Certificates for trying out and testing: an authority of one's own and what it signed.
///
/// The authority's private key is thrown away when it has signed: nobody can later make further certificates that a
/// machine trusting `ca.pem` would accept. Making new certificates therefore makes a new authority. Before that it signs
/// `ca.crl`, a list that revokes nothing: what its leaves name as their revocation list, for clients that insist on one.
public enum DevelopmentCertificates {
    /// What to make.
    public struct Options: Sendable {
        /// Host names and IP addresses for which the server's certificates are valid.
        public var names: [String]
        /// Days until the certificates expire; 397 is what browsers allow.
        public var days: Int = 397
        /// Names for which a client certificate `client-NAME.pem` is made: letters, digits, `-`, `_` and `.`.
        public var clients: [String] = []

        /// `localhost`, `127.0.0.1`, `::1` and this machine's host name.
        public init() {
            names = ["localhost", "127.0.0.1", "::1"]
            if let host = PEMFile.hostName(), !names.contains(host) { names.append(host) }
        }
    }

    /// The paths of what is made.
    public struct Files: Sendable, Equatable {
        /// The authority's certificate, which clients must trust.
        public let authority: String
        /// The system's authorities and ours, for clients whose setting replaces the system's (`SSL_CERT_FILE`).
        public let bundle: String
        /// The authority's revocation list, empty.
        public let revocationList: String
        /// The server's ECDSA P-256 certificate and key.
        public let ecdsa: TLSConfiguration.CertificateFiles
        /// The server's RSA 2048 certificate and key.
        public let rsa: TLSConfiguration.CertificateFiles
        /// Client certificates, in the order asked for.
        public let clients: [TLSConfiguration.CertificateFiles]

        /// The files in `directory`, whether they exist or not.
        public init(in directory: String, clients: [String] = []) {
            authority = directory + "/ca.pem"
            bundle = directory + "/bundle.pem"
            revocationList = directory + "/ca.crl"
            ecdsa = .init(certificate: directory + "/server-ecdsa.pem", key: directory + "/server-ecdsa.key")
            rsa = .init(certificate: directory + "/server-rsa.pem", key: directory + "/server-rsa.key")
            self.clients = clients.map { name in
                .init(certificate: directory + "/client-\(name).pem", key: directory + "/client-\(name).key")
            }
        }
    }

    /// Where distributions keep the system's authorities, in one file.
    private static let systemBundles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
    ]

    /// Makes everything in `directory`, replacing what is there; keys are readable by their owner only.
    ///
    /// - Throws: ``TLSConfigurationError`` if a name is unusable or a file cannot be written.
    @discardableResult
    public static func generate(
        in directory: String, options: Options = Options()
    ) throws(TLSConfigurationError) -> Files {
        let files = Files(in: directory, clients: options.clients)
        let names = options.names.map { (isAddress($0) ? "IP:" : "DNS:") + $0 }
        guard let first = options.names.first else {
            throw TLSConfigurationError("names", "none given", "name the hosts that clients will connect to")
        }
        try PEMFile.makeDirectory(directory)
        let listURI = "file://" + percentEncoded(PEMFile.absolute(directory)) + "/ca.crl"
        let authority = try CertificateAuthority(
            commonName: "Sallyport development CA \(serialDate())", organisation: "Sallyport development",
            days: options.days, revocationListURI: listURI)
        var drafts: [(path: String, bytes: [UInt8], mode: UInt32)] = []
        func add(
            _ paths: TLSConfiguration.CertificateFiles, _ name: String, _ names: [String],
            _ usage: CertificateAuthority.Usage, _ algorithm: PrivateKey.Algorithm
        ) throws(TLSConfigurationError) {
            let key = try PrivateKey.generate(algorithm)
            let leaf = try authority.issue(
                commonName: name, names: names, usage: usage, key: key, days: options.days)
            drafts.append((paths.key, key.pem, 0o600))
            drafts.append((paths.certificate, leaf.pem, 0o644))
        }

        try add(files.ecdsa, String(first.prefix(64)), names, .server, .p256)
        try add(files.rsa, String(first.prefix(64)), names, .server, .rsa2048)
        for (paths, name) in zip(files.clients, options.clients) {
            guard !name.isEmpty, name.utf8.count <= 64, name.utf8.allSatisfy(isFileNameByte) else {
                throw TLSConfigurationError(
                    "`\(name)`", "is not a client name", "use up to 64 letters, digits, `-`, `_` and `.`")
            }
            try add(paths, name, ["URI:urn:sallyport:client:\(name)"], .client, .p256)
        }
        drafts.append((files.authority, authority.certificate.pem, 0o644))
        let list = try authority.revocationList([], nextUpdateSeconds: options.days * 86_400)
        drafts.append((files.revocationList, list, 0o644))
        drafts.append((files.bundle, systemAuthorities() + authority.certificate.pem, 0o644))
        for draft in drafts { try PEMFile.store(draft.bytes, to: draft.path, mode: draft.mode) }
        return files
    }

    /// The first certificate of every `.pem` file in `directory`, bundles aside.
    public static func show(_ directory: String) throws(TLSConfigurationError) -> [CertificateSummary] {
        var summaries: [CertificateSummary] = []
        for path in try PEMFile.list(directory, suffix: ".pem") where !path.hasSuffix("/bundle.pem") {
            summaries += try summary(of: path).prefix(1)
        }
        return summaries
    }

    /// Every certificate in one PEM file, in order.
    public static func summary(of path: String) throws(TLSConfigurationError) -> [CertificateSummary] {
        try X509Certificate.read(pem: PEMFile.contents(of: path), path: path).map { $0.summary(path: path) }
    }

    private static func systemAuthorities() -> [UInt8] {
        for path in systemBundles {
            if let bytes = try? PEMFile.contents(of: path) { return bytes.last == 0x0A ? bytes : bytes + [0x0A] }
        }
        return []
    }

    private static func percentEncoded(_ path: String) -> String {
        path.utf8.map { byte in
            isFileNameByte(byte) || byte == UInt8(ascii: "/")
                ? String(UnicodeScalar(byte)) : "%" + hexadecimal([byte]).uppercased()
        }.joined()
    }

    private static func isAddress(_ name: String) -> Bool {
        name.contains(":") || name.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
    }

    private static func isFileNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// Tells one authority from the next in a trust store's list.
    private static func serialDate() -> String {
        String(PEMFile.now(), radix: 36)
    }
}
