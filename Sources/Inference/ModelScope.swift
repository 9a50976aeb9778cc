/// The models that a credential may be used for: names, or beginnings of names with a `*` after them.
///
/// Several credentials used together have several lists, and a model must stand in all of them.
public struct ModelScope: Hashable, Sendable {
    /// A name, or all names that begin so.
    public struct Pattern: Hashable, Sendable, CustomStringConvertible {
        /// As it is written, such as `gpt-6-luna` or `openai/*`.
        public let description: String
        private let stem: [UInt8]
        private let isPrefix: Bool

        /// Reads a pattern; `nil` where it is no model's name (1 to 256 bytes without spaces and control characters) or has a `*`
        /// elsewhere than at its end.
        public init?(_ text: String) {
            let bytes = Array(text.utf8)
            guard (1...256).contains(bytes.count), bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
            isPrefix = bytes.last == UInt8(ascii: "*")
            stem = isPrefix ? bytes.dropLast() : bytes
            guard !stem.contains(UInt8(ascii: "*")) else { return nil }
            description = text
        }

        /// Whether a name fits, byte by byte.
        public func matches(_ model: ModelID) -> Bool {
            // Bytes, not texts: those take canonically equivalent letters for the same.
            isPrefix ? model.rawValue.utf8.starts(with: stem) : model.rawValue.utf8.elementsEqual(stem)
        }
    }

    /// The lists, at least one; each has at least one pattern that must fit.
    public let lists: [[Pattern]]

    /// The models of one list; without a pattern none.
    public init(_ patterns: [Pattern]) { lists = [patterns] }

    private init(lists: [[Pattern]]) { self.lists = lists }

    /// Whether a model, by the name that the caller gives, is among them.
    public func allows(_ model: ModelID) -> Bool {
        lists.allSatisfy { patterns in patterns.contains { $0.matches(model) } }
    }

    /// The models that both have.
    public func intersection(_ other: ModelScope) -> ModelScope {
        self == other ? self : ModelScope(lists: lists + other.lists)
    }
}
