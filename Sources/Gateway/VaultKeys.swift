import Cryptography
import Glibc
public import LedgerVault

/// The vault's master key, as the configuration names it.
public enum VaultKeys {
    /// A key that can't be had, and why.
    public struct Failure: Error, CustomStringConvertible {
        /// Lowercase, with the file.
        public let description: String
    }

    /// What seals.
    static func master(_ settings: VaultKeySettings, makes: Bool) throws -> VaultMaster {
        switch settings {
        case .file(let path): return .secret(try KeyFile.readVaultKey(path, makes: makes))
        case .secret(let secret): return .secret(try key(secret))
        case .publicKey(let place):
            let pem: [UInt8]
            do {
                pem = try ConfigurationFiles.read(place.file)
            } catch {
                throw Failure(description: "\(place.file): \(error.reason)")
            }
            guard let key = KeyTransportPublicKey(pem: pem) else {
                throw Failure(
                    description: "\(place.file): expected an RSA key of 2048 to 8192 bits in PEM (`BEGIN PUBLIC KEY`)")
            }
            return .publicKey(key, place.digest)
        }
    }

    /// Looks at the key, and makes none: a file that is not there yet is made by the first run.
    static func check(_ settings: VaultKeySettings) throws {
        if case .file(let path) = settings, access(path, F_OK) != 0 { return }
        _ = try master(settings, makes: false)
    }

    /// What opens. Blocks, and may ask at the terminal.
    ///
    /// - Parameter place: Where the key is, in place of what the settings say: a file of 64 hexadecimal digits, a private key's PEM file,
    ///   or a `pkcs11:` URI.
    public static func opening(_ settings: VaultKeySettings, place: String? = nil) throws -> VaultMasterKey {
        if let place {
            if !place.hasPrefix("pkcs11:"), let text = try? ConfigurationFiles.read(place),
                let master = MasterKey(text: text)
            {
                return .secret(master.key)
            }
            return .privateKey(try privateKey(place, pin: nil))
        }
        switch settings {
        case .file(let path): return .secret(try KeyFile.readVaultKey(path, makes: false))
        case .secret(let secret): return .secret(try key(secret))
        case .publicKey(let place):
            guard let location = place.privateKey else {
                throw Failure(
                    description:
                        "`ledger.vault_key` names no `private_key`: say where it is with --key, a file or a pkcs11: URI"
                )
            }
            return .privateKey(try privateKey(location, pin: place.pin?.reveal()))
        }
    }

    private static func privateKey(_ location: String, pin: String?) throws -> KeyTransportPrivateKey {
        do {
            return try KeyTransportPrivateKey(at: location, pin: pin)
        } catch {
            // The URI may hold a PIN.
            throw Failure(description: location.hasPrefix("pkcs11:") ? "pkcs11: \(error)" : "\(location): \(error)")
        }
    }

    private static func key(_ secret: Secret) throws -> SymmetricKey {
        guard let bytes = Hexadecimal.decode(secret.reveal()), bytes.count == 32 else {
            throw Failure(description: "`ledger.vault_key`: expected 64 hexadecimal digits")
        }
        return SymmetricKey(bytes)
    }
}
