/// A secret that came from the environment or a file, such as a provider's API key. It does not print.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Takes a text of visible ASCII, the only letters that may stand in a header; `nil` for others, and for an empty one.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.text = text
    }

    /// The secret itself, where it is sent to whom it is meant for.
    public func reveal() -> String { text }

    /// Never the secret.
    public var description: String { "…" }
    /// Never the secret.
    public var debugDescription: String { description }
    /// Never the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
