private import COpenSSL

/// A certification authority of our own, for development and tests. Its key stays in memory.
final class CertificateAuthority: Sendable {
    let key: PrivateKey
    let certificate: X509Certificate
    private let organisation: String

    private let revocationListURI: String?

    /// Makes a self-signed authority that may sign leaves only; they name `revocationListURI` as the place of its list.
    init(
        commonName: String, organisation: String, days: Int, revocationListURI: String? = nil
    ) throws(TLSConfigurationError) {
        self.organisation = organisation
        self.revocationListURI = revocationListURI
        key = try PrivateKey.generate(.p256)
        certificate = try Self.draft(commonName, organisation: organisation, key: key, days: days)
        let extensions = [
            (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"), (NID_key_usage, "critical,keyCertSign,cRLSign"),
            (NID_subject_key_identifier, "hash"), (NID_authority_key_identifier, "keyid:always"),
        ]
        try Self.finish(certificate, extensions: extensions, issuer: certificate, signedBy: key)
    }

    /// Makes a certificate for `key`, valid for `names` (`DNS:…`, `IP:…`, `URI:…`, `email:…`).
    func issue(
        commonName: String, names: [String], usage: Usage, key: PrivateKey, days: Int
    ) throws(TLSConfigurationError) -> X509Certificate {
        // The notation of x509v3_config(5) separates by commas: a name must not bring its own.
        if let wrong = names.first(where: { $0.contains { $0 == "," || $0.isWhitespace || !$0.isASCII } }) {
            throw TLSConfigurationError(
                "`\(wrong)`", "is not a name that a certificate can carry", "use host names, IP addresses or URIs")
        }
        let leaf = try Self.draft(commonName, organisation: organisation, key: key, days: days)
        guard X509_set_issuer_name(leaf.pointer, X509_get_subject_name(certificate.pointer)) == 1 else {
            throw Self.fault()
        }
        var extensions = [
            (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
            (NID_ext_key_usage, usage.rawValue), (NID_subject_key_identifier, "hash"),
            (NID_authority_key_identifier, "keyid:always"),
        ]
        if !names.isEmpty { extensions.append((NID_subject_alt_name, names.joined(separator: ","))) }
        if let uri = revocationListURI { extensions.append((NID_crl_distribution_points, "URI:" + uri)) }
        try Self.finish(leaf, extensions: extensions, issuer: certificate, signedBy: self.key)
        return leaf
    }

    /// A list (PEM) that revokes `revoked` and is current from a day before now until `seconds` from now.
    func revocationList(
        _ revoked: [X509Certificate], nextUpdateSeconds seconds: Int
    ) throws(TLSConfigurationError) -> [UInt8] {
        ERR_clear_error()
        guard let list = X509_CRL_new(), let time = ASN1_TIME_new() else { throw Self.fault() }
        defer {
            X509_CRL_free(list)
            ASN1_TIME_free(time)
        }
        guard X509_CRL_set_version(list, 1) == 1,  // version 2 is written as 1
            X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate.pointer)) == 1,
            X509_gmtime_adj(time, -86_400) != nil, X509_CRL_set1_lastUpdate(list, time) == 1
        else { throw Self.fault() }
        for certificate in revoked {
            guard let entry = X509_REVOKED_new() else { throw Self.fault() }
            guard X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.pointer)) == 1,
                X509_REVOKED_set_revocationDate(entry, time) == 1, X509_CRL_add0_revoked(list, entry) == 1
            else {
                X509_REVOKED_free(entry)
                throw Self.fault()
            }
        }
        guard X509_gmtime_adj(time, seconds) != nil, X509_CRL_set1_nextUpdate(list, time) == 1,
            X509_CRL_sort(list) == 1, X509_CRL_sign(list, key.pointer, EVP_sha256()) > 0
        else { throw Self.fault() }
        return Array(OpenSSLText.printed { PEM_write_bio_X509_CRL($0, list) }.utf8)
    }

    /// What a leaf is for.
    enum Usage: String {
        case server = "serverAuth"
        case client = "clientAuth"
    }

    private static func draft(
        _ commonName: String, organisation: String, key: PrivateKey, days: Int
    ) throws(TLSConfigurationError) -> X509Certificate {
        ERR_clear_error()
        guard let pointer = X509_new() else { throw fault() }
        let certificate = X509Certificate(owning: pointer)
        guard let serial = BN_new() else { throw fault() }
        defer { BN_free(serial) }
        let name = X509_get_subject_name(pointer)
        guard X509_set_version(pointer, 2) == 1,  // version 3 is written as 2
            BN_rand(serial, 127, 0, 0) == 1,  // 16 bytes, positive
            BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(pointer)) != nil,
            // A day before now: machines' clocks differ.
            X509_gmtime_adj(X509_getm_notBefore(pointer), -86_400) != nil,
            X509_gmtime_adj(X509_getm_notAfter(pointer), days * 86_400) != nil,
            X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, organisation, -1, -1, 0) == 1,
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, commonName, -1, -1, 0) == 1,
            X509_set_issuer_name(pointer, name) == 1, X509_set_pubkey(pointer, key.pointer) == 1
        else { throw fault() }
        return certificate
    }

    private static func finish(
        _ certificate: X509Certificate, extensions: [(Int32, String)], issuer: X509Certificate, signedBy key: PrivateKey
    ) throws(TLSConfigurationError) {
        for (kind, value) in extensions {
            guard tls_add_extension(certificate.pointer, issuer.pointer, kind, value) == 1 else { throw fault() }
        }
        guard X509_sign(certificate.pointer, key.pointer, EVP_sha256()) > 0 else { throw fault() }
    }

    private static func fault() -> TLSConfigurationError {
        TLSConfigurationError(
            "development certificate", "cannot be made: \(OpenSSLText.takeReason())", "check the names asked for")
    }
}
