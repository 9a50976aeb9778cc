public import Cryptography

/// The end of a log: its last line's index and digest. Kept elsewhere, it shows later whether the log was cut or
/// changed before it.
public struct LedgerHead: Hashable, Sendable, CustomStringConvertible {
    /// The index of the last line.
    public let sequence: UInt64
    /// SHA-256 of the last line without its line feed.
    public let digest: Digest32

    /// Puts a head together.
    public init(sequence: UInt64, digest: Digest32) {
        self.sequence = sequence
        self.digest = digest
    }

    /// Reads `SEQUENCE:DIGEST`, such as `41:0a…`, the form of `description`.
    public init?(_ text: some StringProtocol) {
        guard let colon = text.firstIndex(of: ":"), let sequence = UInt64(text[..<colon]),
            let digest = Digest32(hex: text[text.index(after: colon)...])
        else { return nil }
        self.init(sequence: sequence, digest: digest)
    }

    /// `SEQUENCE:DIGEST`.
    public var description: String { "\(sequence):\(digest)" }
}
