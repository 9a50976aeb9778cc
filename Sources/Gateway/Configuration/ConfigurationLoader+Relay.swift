internal import Glibc
internal import LedgerRelay
internal import Suggestions
internal import TransparencyLog
internal import Upstream

/// The sections `sync`, `streams` and `witnesses` of `ledger`: what becomes of it beyond this machine.
extension ConfigurationLoader {
    private enum StreamKind: String, CaseIterable {
        case syslog
        case otlp
    }

    static func relay(_ section: ConfigurationSection) -> RelaySettings {
        var settings = RelaySettings()
        copy(section.section("sync"), &settings)
        settings.streams = section.section("streams").named.compactMap { field in
            guard ConfigurationField.isWord(field.key) else {
                field.reportKey("`\(field.key)`: expected a name of letters, digits, `_`, `-` and `.` for a stream")
                return nil
            }
            return stream(field, field.section)
        }
        witnesses(section.section("witnesses"), &settings)
        return settings
    }

    // MARK: - Copies

    private static func copy(_ section: ConfigurationSection, _ settings: inout RelaySettings) {
        guard section.isPresent else { return }
        let region = section.field("region")?.word("a region such as `eu-central-1`") ?? "us-east-1"
        let address = section.field("endpoint")
        let text = address?.string("an address such as `https://s3.eu-central-1.amazonaws.com`")
        let endpoint = endpoint(section, address, text ?? "https://s3.\(region).amazonaws.com")
        let bucketField = section.required("bucket", "a bucket's name")
        let bucket = bucketField?.string("a bucket's name")
        let prefixField = section.field("prefix")
        let prefix = prefixField?.string("a prefix such as `gateways/1`") ?? ""
        let accessKey = secret(section.required("access_key", "`{env: NAME}` or `{file: path}`"))
        let secretKey = secret(section.required("secret_key", "`{env: NAME}` or `{file: path}`"))
        let token = section.field("session_token")
        let sessionToken = token.flatMap { secret($0) }
        let connections = section.field("connections")?.integer(in: 1...64) ?? 8
        settings.copyInterval = section.field("every")?.milliseconds(in: 1_000...86_400_000)
        section.finish()
        guard let endpoint, let bucket, let bucketField, let accessKey, let secretKey else { return }
        guard
            let credentials = SigningCredentials(
                accessKey: accessKey.reveal(), secretKey: secretKey.reveal(), sessionToken: sessionToken?.reveal(),
                region: region)
        else {
            return section.reading.report(
                section.source, section.position, "`\(section.name).access_key`: expected letters and digits")
        }
        do throws(RelayAddressError) {
            settings.copy = try ObjectStoreSettings(
                endpoint: endpoint, bucket: bucket, prefix: prefix, credentials: credentials, connections: connections)
        } catch {
            (error.problem.contains("prefix") ? prefixField ?? bucketField : bucketField).report(error.problem)
        }
    }

    // MARK: - Streams

    private static func stream(_ field: ConfigurationField, _ section: ConfigurationSection) -> LedgerStreamSettings? {
        let kinds = Spelling.alternatives(StreamKind.allCases.map(\.rawValue))
        guard let kind = section.required("kind", kinds)?.choice(StreamKind.self) else { return nil }
        let fromStart = section.field("from_start")?.bool() ?? false
        let hostname = section.field("hostname")?.word("this machine's name") ?? Self.hostname
        let destination =
            switch kind {
            case .syslog: syslog(section, hostname)
            case .otlp: openTelemetry(section, hostname)
            }
        section.finish()
        return destination.map { LedgerStreamSettings(name: field.key, destination: $0, fromStart: fromStart) }
    }

    private static func syslog(
        _ section: ConfigurationSection, _ hostname: String
    ) -> LedgerStreamSettings.Destination? {
        let address = section.required("address", "an address such as `siem.example.com:6514`")
        let text = address?.string("an address such as `siem.example.com:6514`")
        let facility = section.field("facility")?.integer(in: 0...23) ?? 13
        let settling = section.field("settling")?.milliseconds(in: 0...600_000) ?? 5_000
        let tls = tls(provider: section)
        guard let address, let text else { return nil }
        // Always encrypted: an audit trail in plaintext is nobody's wish.
        let hasPort = text.split(separator: ":", omittingEmptySubsequences: false).last.flatMap { UInt16($0) } != nil
        guard let endpoint = endpoint(address, "https://\(text)\(hasPort ? "" : ":6514")", tls: tls) else { return nil }
        return .syslog(
            SyslogSettings(
                endpoint: endpoint, facility: facility, hostname: hostname, settlingMilliseconds: settling))
    }

    private static func openTelemetry(
        _ section: ConfigurationSection, _ hostname: String
    ) -> LedgerStreamSettings.Destination? {
        let address = section.required("url", "an address such as `https://collector.example.com:4318/v1/logs`")
        let text = address?.string("an address such as `https://collector.example.com:4318/v1/logs`")
        let batch = section.field("batch")?.integer(in: 1...10_000) ?? 512
        let name = section.field("header")
        let header = name?.string("a header's name") ?? "authorization"
        let token = section.field("token")
        var secretHeader: SecretHeader?
        if let value = token.flatMap({ secret($0) })?.reveal() {
            let isBearer = header.lowercased() == "authorization"
            secretHeader = SecretHeader(header, isBearer ? "Bearer \(value)" : value)
            if secretHeader == nil { name?.report("expected a header's name, found `\(header)`") }
        } else if let name, token == nil {
            name.report("a header needs its value: `token: {env: NAME}`")
        }
        let endpoint = endpoint(section, address, text)
        guard let endpoint else { return nil }
        return .openTelemetry(
            OpenTelemetrySettings(endpoint: endpoint, header: secretHeader, hostname: hostname, batch: batch))
    }

    // MARK: - Witnesses

    private static func witnesses(_ section: ConfigurationSection, _ settings: inout RelaySettings) {
        guard section.isPresent else { return }
        let elements = section.required("list", "a list of witnesses")?.elements(of: "witnesses") ?? []
        settings.witnesses = elements.compactMap { witness($0.section) }
        let names = settings.witnesses.map(\.key.name)
        if Set(names).count < names.count {
            section.reading.report(section.source, section.position, "`\(section.name)`: two keys have the same name")
        }
        let quorum = section.field("quorum")
        settings.quorum = quorum?.integer(in: 0...max(0, elements.count)) ?? elements.count
        section.finish()
    }

    private static func witness(_ section: ConfigurationSection) -> WitnessSettings? {
        let address = section.required("url", "an address such as `https://witness.example.com`")
        let text = address?.string("an address such as `https://witness.example.com`")
        let endpoint = endpoint(section, address, text)
        let keyField = section.required("vkey", "a verifier key, `name+hash+base64`")
        let keyText = keyField?.string("a verifier key, `name+hash+base64`")
        let timeout = section.field("timeout")?.milliseconds(in: 100...60_000) ?? 5_000
        section.finish()
        guard let keyField, let keyText else { return nil }
        do throws(LogFormatError) {
            let key = try NoteVerifier(text: keyText)
            guard let endpoint else { return nil }
            if let witness = WitnessSettings(endpoint: endpoint, key: key, timeoutMilliseconds: timeout) {
                return witness
            }
            keyField.report("expected the key of a witness, which signs cosignatures, found a log's")
        } catch {
            keyField.report("\(error)")
        }
        return nil
    }

    // MARK: - Parts

    /// An address with `plaintext` and what protects the connection; `nil` with a report for what cannot be.
    private static func endpoint(
        _ section: ConfigurationSection, _ field: ConfigurationField?, _ text: String?
    ) -> RelayEndpoint? {
        let plaintext = section.field("plaintext")?.bool() ?? false
        let tls = tls(provider: section)
        guard let text else { return nil }
        guard let field else { return try? RelayEndpoint(text, plaintext: plaintext, tls: tls) }
        return endpoint(field, text, plaintext: plaintext, tls: tls)
    }

    private static func endpoint(
        _ field: ConfigurationField, _ text: String, plaintext: Bool = false, tls: UpstreamTLS
    ) -> RelayEndpoint? {
        do throws(RelayAddressError) {
            return try RelayEndpoint(text, plaintext: plaintext, tls: tls)
        } catch {
            field.report(error.problem)
            return nil
        }
    }

    private static func secret(_ field: ConfigurationField?) -> Secret? {
        guard let field else { return nil }
        switch field.secret() {
        case .present(let secret): return secret
        case .absent(let reason): field.report(reason)
        case nil: break
        }
        return nil
    }

    /// What this machine calls itself.
    private static var hostname: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
