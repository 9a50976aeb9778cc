/// What a model can do beyond text, and what a request needs of one.
public struct ModelCapabilities: OptionSet, Hashable, Sendable {
    /// One bit each.
    public let rawValue: UInt8
    /// Takes bits as they are.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Takes pictures.
    public static let vision = ModelCapabilities(rawValue: 1)
    /// Calls tools.
    public static let tools = ModelCapabilities(rawValue: 2)
    /// Holds its answer to a JSON schema.
    public static let jsonSchema = ModelCapabilities(rawValue: 4)

    /// Each with its word, as configuration files and headers have it.
    public static let named: [(word: String, capability: ModelCapabilities)] = [
        ("vision", .vision), ("tools", .tools), ("json_schema", .jsonSchema),
    ]

    /// The capability of a word; `nil` for anything else.
    public init?(word: String) {
        guard let known = Self.named.first(where: { $0.word == word }) else { return nil }
        self = known.capability
    }

    /// The words, in a fixed order.
    public var words: [String] { Self.named.filter { contains($0.capability) }.map(\.word) }
}
