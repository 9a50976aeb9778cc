internal import Cryptography

/// Where the vault's master key is: the setting `ledger.vault_key`.
public enum VaultKeySettings: Hashable, Sendable {
    /// In a file of 64 hexadecimal digits, which the first run makes.
    case file(String)
    /// In the environment: 64 hexadecimal digits.
    case secret(Secret)
    /// Its public half in a PEM file, for which everything is sealed; the private half is elsewhere.
    case publicKey(PublicKey)

    /// An RSA key of which the gateway needs the public half only.
    public struct PublicKey: Hashable, Sendable {
        /// The PEM file.
        public let file: String
        /// Where `audit open` finds the private half: a file, or a `pkcs11:` URI; `nil` where this machine has none.
        public let privateKey: String?
        /// The token's PIN, or the file's passphrase; `nil` asks at the terminal.
        public let pin: Secret?
        let digest: OAEPDigest
    }
}

extension ConfigurationLoader {
    static func vaultKey(_ ledger: ConfigurationSection) -> VaultKeySettings {
        let standard = VaultKeySettings.file(ConfigurationPath.resolve("var/vault.key", besides: ledger.source))
        guard let field = ledger.field("vault_key") else { return standard }
        let forms = "`{file: path}`, `{env: NAME}` or `{public_key: path, private_key: path or pkcs11 URI}`"
        guard case .mapping = field.node.content else {
            field.report("expected \(forms)")
            return standard
        }
        let section = field.section
        let (file, variable, half) = (section.field("file"), section.field("env"), section.field("public_key"))
        let privateKey = section.field("private_key")
        let pin = section.field("pin")
        let digest = section.field("digest")?.choice(OAEPDigest.self)
        section.finish()
        switch (file, variable, half) {
        case (let file?, nil, nil): return file.path().map { .file($0) } ?? standard
        case (nil, let variable?, nil): return secret(variable).map { .secret($0) } ?? standard
        case (nil, nil, let half?):
            let place = privateKey?.string("a path or a `pkcs11:` URI")
            return .publicKey(
                VaultKeySettings.PublicKey(
                    file: half.path() ?? "",
                    privateKey: place.map {
                        $0.hasPrefix("pkcs11:") ? $0 : ConfigurationPath.resolve($0, besides: field.source)
                    }, pin: pin.flatMap { Self.pin($0) }, digest: digest ?? .sha256))
        default:
            field.report("expected one of \(forms)")
            return standard
        }
    }

    /// The key itself, out of the environment.
    private static func secret(_ variable: ConfigurationField) -> Secret? {
        guard let name = variable.string("the name of an environment variable") else { return nil }
        if variable.reading.assumesSecrets { return Secret("assumed") }
        guard let text = variable.reading.environment[name], !text.isEmpty else {
            variable.report("environment variable `\(name)` is not set")
            return nil
        }
        guard let secret = Secret(text), Hexadecimal.decode(text)?.count == 32 else {
            variable.report("environment variable `\(name)`: expected 64 hexadecimal digits")
            return nil
        }
        return secret
    }

    /// A PIN need not be there for sealing; whoever opens is asked for it then.
    private static func pin(_ field: ConfigurationField) -> Secret? {
        if case .present(let secret) = field.secret() { return secret }
        return nil
    }
}
