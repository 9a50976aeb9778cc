public import Cryptography

/// What wraps the keys of days, so that whoever holds its private half, or the key itself, can open what was sealed.
public enum VaultMaster: Sendable {
    /// A secret key of 32 bytes, which seals and opens.
    case secret(SymmetricKey)
    /// An RSA key's public half, which only seals: a gateway with it cannot read what it sealed before its start.
    case publicKey(KeyTransportPublicKey, OAEPDigest)

    /// Tells it from other master keys, in 16 hexadecimal digits.
    public var fingerprint: String {
        switch self {
        case .secret(let key): VaultMasterKey.fingerprint(key)
        case .publicKey(let key, _): String(key.fingerprint.hex.prefix(16))
        }
    }

    func wrap(_ key: SymmetricKey, for segment: VaultSegment) throws(VaultError) -> (word: String, bytes: [UInt8]) {
        do {
            switch self {
            case .secret(let master):
                let cipher = try VaultMasterKey.cipher(master)
                let nonce = try SecureRandom.bytes(AESGCM.nonceLength)
                let sealed = try key.withBytes {
                    try cipher.seal($0, nonce: nonce, authenticating: VaultMasterKey.context(segment))
                }
                return (VaultMasterKey.secretWord, nonce + sealed)
            case .publicKey(let master, let digest):
                return (VaultMasterKey.word(digest), try master.wrap(key, digest: digest))
            }
        } catch {
            throw .cryptography("\(error)")
        }
    }
}

/// What opens the keys of days.
public enum VaultMasterKey: Sendable {
    /// The secret key of 32 bytes.
    case secret(SymmetricKey)
    /// The RSA key's private half, from a file or in a token.
    case privateKey(KeyTransportPrivateKey)

    static let secretWord = "aes-256-gcm"

    static func word(_ digest: OAEPDigest) -> String { "rsa-oaep-\(digest.rawValue)" }

    /// Tells it from other master keys, in 16 hexadecimal digits.
    public var fingerprint: String {
        switch self {
        case .secret(let key): Self.fingerprint(key)
        case .privateKey(let key): String(key.publicKey.fingerprint.hex.prefix(16))
        }
    }

    static func fingerprint(_ key: SymmetricKey) -> String {
        String(HMACSHA256.authenticate(key: key, Array("sallyport vault master fingerprint 1".utf8)).hex.prefix(16))
    }

    static func cipher(_ master: SymmetricKey) throws -> AESGCM {
        let key = try HKDF.derive(
            master: master, salt: [], info: Array("sallyport vault day keys 1".utf8), count: AESGCM.keyLength)
        guard let cipher = AESGCM(key: key) else { throw AESGCM.Failure() }
        return cipher
    }

    static func context(_ segment: VaultSegment) -> [UInt8] { Array("sallyport vault day key 1\n\(segment)".utf8) }

    /// The day's key; `nil` if it was wrapped for another master key, or changed since.
    func unwrap(_ file: DayKeyFile) -> SymmetricKey? {
        switch self {
        case .secret(let master):
            guard file.word == Self.secretWord, file.wrapped.count > AESGCM.nonceLength,
                let cipher = try? Self.cipher(master)
            else { return nil }
            return cipher.open(
                file.wrapped.dropFirst(AESGCM.nonceLength), nonce: Array(file.wrapped.prefix(AESGCM.nonceLength)),
                authenticating: Self.context(file.segment)
            ).map { SymmetricKey($0) }
        case .privateKey(let key):
            guard let digest = OAEPDigest.allCases.first(where: { Self.word($0) == file.word }) else { return nil }
            return key.unwrap(file.wrapped, digest: digest)
        }
    }
}
