import Cryptography
import Glibc
public import LedgerStore
import TransparencyLog

/// The key that signs the ledger's checkpoints, in a file of its own: a signer key of c2sp.org/signed-note, readable by its
/// owner only. Its name is the ledger's, unless the configuration names it otherwise.
enum LedgerKey {
    private enum Bounds {
        static let nameBytes = 100
        static let seedBytes = 32
        /// Of a name that is made up.
        static let randomBytes = 4
    }

    /// Whether a ledger may be called so.
    static func isName(_ text: String) -> Bool {
        text.utf8.count <= Bounds.nameBytes && !text.hasSuffix("/") && NoteKeyName(text) != nil
    }

    /// Reads the key; makes it where the file is missing and `makes` says so. `nil` if it is missing otherwise.
    static func read(_ path: String, name: String?, makes: Bool) throws -> NoteSigner? {
        if access(path, F_OK) != 0 {
            guard makes else { return nil }
            let made = "sallyport-" + Hexadecimal.encode(try SecureRandom.bytes(Bounds.randomBytes))
            guard let keyName = NoteKeyName(name ?? made),
                let text = NoteSigner.text(name: keyName, seed: try SecureRandom.bytes(Bounds.seedBytes))
            else { throw KeyFile.Failure(path, "the key could not be made") }
            try KeyFile.create(path, Array("\(text)\n".utf8))
        }
        let bytes: [UInt8]
        do {
            bytes = try ConfigurationFiles.read(path)
        } catch {
            throw KeyFile.Failure(path, error.reason)
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let signer: NoteSigner
        do throws(LogFormatError) {
            signer = try NoteSigner(text: String(decoding: lines.first ?? [], as: UTF8.self))
        } catch {
            // Never the text: it is a secret.
            throw KeyFile.Failure(path, "expected `PRIVATE+KEY+…`, the ledger's signing key: \(error)")
        }
        guard lines.count == 1, signer.verifier.type == .ed25519 else {
            throw KeyFile.Failure(path, "expected one Ed25519 key, `PRIVATE+KEY+…`, and nothing else")
        }
        guard let name else { return signer }
        guard let keyName = NoteKeyName(name), let named = signer.named(keyName) else {
            throw KeyFile.Failure(path, "the key cannot be called `\(name)`")
        }
        return named
    }
}

extension LedgerStoreSettings {
    /// Those of a configuration; the signing key is made where it is missing and `makesKey` says so.
    public init(_ ledger: GatewayConfiguration.LedgerSettings, makesKey: Bool) throws {
        guard let signer = try LedgerKey.read(ledger.signingKey, name: ledger.name, makes: makesKey) else {
            throw KeyFile.Failure(ledger.signingKey, "there is no signing key; the first `sallyport serve` makes it")
        }
        self.init(
            directory: ledger.directory, signer: signer, remembered: ledger.remembered,
            durability: ledger.durability == .power ? .power : .process, checkpointInterval: ledger.checkpointInterval)
    }
}
