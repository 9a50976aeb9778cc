private import COpenSSL

/// Owner of one X.509 certificate.
final class X509Certificate: @unchecked Sendable {  // not changed after it was made
    let pointer: OpaquePointer

    /// Takes over one reference to `pointer`.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { X509_free(pointer) }

    /// The certificates in `pem`, in order.
    static func read(pem: [UInt8], path: String) throws(TLSConfigurationError) -> [X509Certificate] {
        ERR_clear_error()
        let certificates = OpenSSLText.reading(pem) { bio in
            var found: [X509Certificate] = []
            while let certificate = PEM_read_bio_X509_AUX(bio, nil, nil, nil) {
                found.append(X509Certificate(owning: certificate))
            }
            return found
        }
        // The reading ends with "no start line", when all else is well.
        let last = ERR_peek_last_error()
        let atEnd = tls_library(last) == ERR_LIB_PEM && tls_reason(last) == PEM_R_NO_START_LINE
        let reason = OpenSSLText.takeReason()
        guard let certificates, !certificates.isEmpty else {
            throw TLSConfigurationError(
                "`\(path)`", "holds no certificate (\(reason))",
                "expected a PEM file with `-----BEGIN CERTIFICATE-----`")
        }
        guard atEnd else {
            throw TLSConfigurationError(
                "`\(path)`", "certificate \(certificates.count + 1) cannot be read: \(reason)",
                "copy the file again, PEM text unchanged")
        }
        return certificates
    }

    var pem: [UInt8] {
        Array(OpenSSLText.printed { PEM_write_bio_X509($0, pointer) }.utf8)
    }

    var subject: String { Self.text(X509_get_subject_name(pointer)) }

    var issuer: String { Self.text(X509_get_issuer_name(pointer)) }

    var notBefore: Int64 { Self.epoch(X509_get0_notBefore(pointer)) }

    var notAfter: Int64 { Self.epoch(X509_get0_notAfter(pointer)) }

    var isAuthority: Bool { X509_check_ca(pointer) == 1 }

    var serial: String {
        guard let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(pointer), nil) else { return "" }
        defer { BN_free(number) }
        guard let digits = BN_bn2hex(number) else { return "" }
        defer { CRYPTO_free(digits, nil, 0) }
        let text = String(cString: digits).lowercased().drop { $0 == "0" }
        return text.isEmpty ? "0" : String(text)
    }

    var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        guard X509_digest(pointer, EVP_sha256(), &digest, &count) == 1 else { return "" }
        return hexadecimal(digest)
    }

    /// The kind of public key as OpenSSL numbers it: certificates of different kinds stand beside each other.
    var keyKind: Int32 {
        X509_get0_pubkey(pointer).map { EVP_PKEY_get_base_id($0) } ?? 0
    }

    var keyAlgorithm: String {
        guard let key = X509_get0_pubkey(pointer) else { return "unknown" }
        let bits = EVP_PKEY_get_bits(key)
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA: return "RSA \(bits)"
        case EVP_PKEY_EC: return "ECDSA P-\(bits)"
        case EVP_PKEY_ED25519: return "Ed25519"
        default: return EVP_PKEY_get0_type_name(key).map { "\(String(cString: $0)) \(bits)" } ?? "unknown"
        }
    }

    /// The subject alternative names of the kinds DNS, URI, email and IP address, with their kinds.
    var alternativeNames: [(kind: NameKind, text: String)] {
        guard let names = tls_alternative_names(pointer) else { return [] }
        defer { GENERAL_NAMES_free(names) }
        var found: [(kind: NameKind, text: String)] = []
        for index in 0..<tls_alternative_name_count(names) {
            var name = tls_alternative_name()
            guard tls_alternative_name_at(names, index, &name) == 1 else { continue }
            let bytes = UnsafeBufferPointer(start: name.bytes, count: name.count)
            switch name.type {
            case GEN_IPADD: found.append((.address, Self.address(bytes)))
            // A zero byte would let two readers see two names: such a name is none.
            case _ where bytes.contains(0): continue
            case GEN_DNS: found.append((.dns, String(decoding: bytes, as: UTF8.self)))
            case GEN_URI: found.append((.uri, String(decoding: bytes, as: UTF8.self)))
            default: found.append((.email, String(decoding: bytes, as: UTF8.self)))
            }
        }
        return found
    }

    func names(_ kind: NameKind) -> [String] {
        alternativeNames.filter { $0.kind == kind }.map(\.text)
    }

    func summary(path: String) -> CertificateSummary {
        CertificateSummary(
            path: path, subject: subject, issuer: issuer,
            names: alternativeNames.map { "\($0.kind.rawValue):\($0.text)" }, keyAlgorithm: keyAlgorithm,
            isAuthority: isAuthority, fingerprint: fingerprint, notBefore: notBefore, notAfter: notAfter)
    }

    /// What the gateway tells of a client's certificate.
    var peer: PeerCertificate {
        let names = alternativeNames
        return PeerCertificate(
            subject: subject, issuer: issuer, dnsNames: names.filter { $0.kind == .dns }.map(\.text),
            uris: names.filter { $0.kind == .uri }.map(\.text), emails: names.filter { $0.kind == .email }.map(\.text),
            fingerprint: fingerprint, serial: serial, notAfter: notAfter)
    }

    /// Kinds of subject alternative names.
    enum NameKind: String {
        case dns = "DNS"
        case uri = "URI"
        case email = "email"
        case address = "IP"
    }

    private static func text(_ name: OpaquePointer?) -> String {
        OpenSSLText.printed { tls_print_name($0, name) }
    }

    private static func epoch(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var seconds: Int64 = 0
        return tls_epoch(time, &seconds) == 1 ? seconds : 0
    }

    private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
        guard bytes.count == 16 else { return hexadecimal(bytes) }
        let groups = stride(from: 0, to: 16, by: 2).map { index in
            String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
        }
        return groups.joined(separator: ":")
    }
}
