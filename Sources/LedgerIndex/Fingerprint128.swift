private import Cryptography

/// A keyed fingerprint of a value, as entries have it: the first 16 bytes of an HMAC, in 22 letters of base64url.
public struct Fingerprint128: Hashable, Sendable {
    /// The 16 bytes.
    public let bytes: [UInt8]

    /// Reads the 22 letters; `nil` for anything else.
    public init?(text: some StringProtocol) {
        self.init(utf8: Array(text.utf8))
    }

    /// Reads the 22 letters, as UTF-8.
    init?(utf8 text: [UInt8]) {
        guard text.count == 22, let bytes = Base64URL.decode(text), bytes.count == 16 else { return nil }
        self.bytes = bytes
    }
}
