/// A request in the words of the command line, each as a case of `policies/tests` would have it.
public struct RequestWords: Sendable {
    /// The member of a case, such as `model`, with its text.
    private var members: [(name: String, node: YAMLNode.Content)] = []

    /// Nothing is said yet.
    public init() {}

    /// Says one thing; `nil` says nothing.
    public mutating func say(_ name: String, _ text: String?) {
        guard let text else { return }
        members.append((name, .scalar(text, isQuoted: false)))
    }

    /// Says several things of one kind; none says nothing.
    public mutating func say(_ name: String, all texts: [String]) {
        guard !texts.isEmpty else { return }
        members.append((name, .sequence(texts.map { Self.node(.scalar($0, isQuoted: false)) })))
    }

    /// Says things that have names; none says nothing.
    public mutating func say(_ name: String, named parts: [(name: String, text: String)]) {
        var words = RequestWords()
        for part in parts { words.say(part.name, part.text) }
        say(name, words)
    }

    /// Says things that are said together; none says nothing.
    public mutating func say(_ name: String, _ words: RequestWords) {
        if !words.members.isEmpty { members.append((name, words.node.content)) }
    }

    /// The same as a file would have it.
    var node: YAMLNode {
        Self.node(
            .mapping(
                members.map { YAMLNode.Entry(key: $0.name, position: Self.position, value: Self.node($0.node)) }))
    }

    private static let position = YAMLNode.Position(line: 1, column: 1)

    private static func node(_ content: YAMLNode.Content) -> YAMLNode {
        YAMLNode(content: content, position: position)
    }
}
