private import COpenSSL

/// A certification authority of our own, for development and tests. Its key stays in memory.
final class CertificateAuthority: Sendable {
    let key: PrivateKey
    let certificate: X509Certificate
    private let organisation: String

    /// Makes a self-signed authority that may sign leaves only.
    init(commonName: String, organisation: String, days: Int) throws(TLSConfigurationError) {
        self.organisation = organisation
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
        try Self.finish(leaf, extensions: extensions, issuer: certificate, signedBy: self.key)
        return leaf
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
