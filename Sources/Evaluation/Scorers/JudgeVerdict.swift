/// What a judge said, read strictly: a JSON object of the members asked for and no others, alone or in a single fence
/// of Markdown.
enum JudgeVerdict {
    /// Which of two answers is better.
    enum Preference: String, Sendable {
        case a = "A"
        case b = "B"
        case tie

        var valueOfA: Double {
            switch self {
            case .a: 1
            case .b: 0
            case .tie: 0.5
            }
        }
    }

    /// The grade from 1 to 5; `nil` for anything else.
    static func grade(_ text: String) -> Int? {
        guard let grade = member("score", of: text)?.int, (1...5).contains(grade) else { return nil }
        return grade
    }

    /// The preference; `nil` for anything else.
    static func preference(_ text: String) -> Preference? {
        member("winner", of: text)?.text.flatMap(Preference.init(rawValue:))
    }

    private static func member(_ name: String, of text: String) -> ValueTree? {
        let trimmed = text.trimmingBlanks
        guard let value = ValueTree(json: trimmed) ?? onlyFence(trimmed), let members = value.members else {
            return nil
        }
        for member in members where member.key != name {
            guard member.key == "reason", member.value.text != nil else { return nil }
        }
        return value[name]
    }

    /// JSON in a fence that is all of the text: around a verdict that was quoted there may be another.
    private static func onlyFence(_ text: String) -> ValueTree? {
        guard text.hasPrefix("```"), text.hasSuffix("```"), let inside = JSONInText.fenced(text) else { return nil }
        return ValueTree(json: inside)
    }
}
