internal import SecureTransport

extension ConfigurationLoader {
    private enum ClientCertificateMode: String, CaseIterable {
        case none
        case optional
        case required
    }

    private enum MinimumVersion: String, CaseIterable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    private static let certificatesExpectation = "a list of `{chain: path, key: path}`"

    static func tls(_ section: ConfigurationSection) -> TLSConfiguration {
        var tls = TLSConfiguration(certificates: [])
        let list = section.required("certificates", certificatesExpectation)
        for field in list?.elements(of: "`{chain: path, key: path}`") ?? [] {
            read(certificate: field.section, into: &tls)
        }
        if let list, tls.certificates.isEmpty, case .sequence = list.node.content {
            list.report("expected at least one without `hosts`, for clients that name no host we know")
        }
        tls.clientCertificates = clientCertificates(section.section("client_certificates"))
        if let version = section.field("minimum_version")?.choice(MinimumVersion.self) {
            tls.minimumVersion = version == .tls12 ? .tls12 : .tls13
        }
        if let period = section.field("ticket_rotation")?.milliseconds(in: 60_000...86_400_000) {
            tls.ticketKeyPeriodSeconds = period / 1000
        }
        if let limit = section.field("handshake_timeout")?.milliseconds(in: 100...300_000) {
            tls.handshakeTimeLimitMilliseconds = limit
        }
        section.finish()
        return tls
    }

    private static func read(certificate section: ConfigurationSection, into tls: inout TLSConfiguration) {
        let chain = section.required("chain", "the path of a PEM file")?.path()
        let key = section.required("key", "the path of a PEM file")?.path()
        let hosts = section.field("hosts")
        let names = hosts?.elements(of: "host names")?.compactMap { $0.string("a host name") }
        section.finish()
        let files = TLSConfiguration.CertificateFiles(certificate: chain ?? "", key: key ?? "")
        guard let names else {
            // Broken `hosts` are reported already; this one then must not count as missing too.
            tls.certificates.append(files)
            return
        }
        // Pairs for the same names, ECDSA and RSA, belong together.
        if let index = tls.hosts.firstIndex(where: { $0.names == names }) {
            tls.hosts[index].certificates.append(files)
        } else {
            tls.hosts.append(TLSConfiguration.Host(names: names, certificates: [files]))
        }
    }

    private static func clientCertificates(_ section: ConfigurationSection) -> TLSConfiguration.ClientCertificates {
        let mode = section.field("mode")?.choice(ClientCertificateMode.self) ?? .none
        let authorities: String?
        if mode == .none {
            authorities = section.field("ca")?.path()
        } else {
            authorities = section.required(
                "ca", "the path of a PEM file, since client certificates are \(mode.rawValue)")?.path()
        }
        let revocationLists = section.field("crl")?.path()
        section.finish()
        let files = TLSConfiguration.ClientAuthorities(
            certificates: authorities ?? "", revocationLists: revocationLists)
        switch mode {
        case .none: return .none
        case .optional: return .optional(files)
        case .required: return .required(files)
        }
    }
}
