/// Text that only the holder of a key can read: counted in the coverage receipt as `unscannable`, so that policy can refuse it.
enum EncryptedText {
    /// Marks that begin what is encrypted: OpenPGP (RFC 9580 §6.2), age, CMS (RFC 7468 §9), S/MIME, Ansible's vault, `openssl enc -a`.
    static let triggers: [LiteralTrigger] = [
        "-----BEGIN PGP MESSAGE-----", "-----BEGIN AGE ENCRYPTED FILE-----", "-----BEGIN CMS-----",
        "-----BEGIN PKCS7-----", "-----BEGIN ENCRYPTED MESSAGE-----", "age-encryption\\.org/v1",
        "\\$ANSIBLE_VAULT;[0-9]",
        "U2FsdGVkX1[89+/]",
    ].map { expression in
        LiteralTrigger(nil, expression) { _, inspection in inspection.encryptedParts += 1 }
    }
}
