internal import Suggestions

/// Reads the members of a mapping, reports what is not as expected, and in the end every key that nobody asked for.
struct MappingReader {
    let source: String
    let value: ValueTree
    private var asked: [String] = []

    init(_ value: ValueTree, source: String, _ problems: inout SuiteProblems) {
        self.source = source
        self.value = value
        if value.members == nil {
            problems.report(source, value.position, "expected a mapping, found \(value.kindInWords)")
        }
    }

    /// The value of a key; `nil` where it is absent or `null`.
    mutating func optional(_ key: String) -> ValueTree? {
        asked.append(key)
        guard let value = value[key], !value.isNull else { return nil }
        return value
    }

    /// The value of a key, which has to be there.
    mutating func required(_ key: String, _ what: String, _ problems: inout SuiteProblems) -> ValueTree? {
        if let value = optional(key) { return value }
        if value.members != nil { problems.report(source, value.position, "`\(key)` is missing: expected \(what)") }
        return nil
    }

    /// A text.
    mutating func text(_ key: String, _ problems: inout SuiteProblems) -> String? {
        guard let value = optional(key) else { return nil }
        return Self.text(value, key, source, &problems)
    }

    /// A switch.
    mutating func bool(_ key: String, _ problems: inout SuiteProblems) -> Bool? {
        guard let value = optional(key) else { return nil }
        if let bool = value.bool { return bool }
        return expected("`true` or `false`", key, value, &problems)
    }

    /// A number.
    mutating func number(_ key: String, in range: ClosedRange<Double>, _ problems: inout SuiteProblems) -> Double? {
        guard let value = optional(key) else { return nil }
        if let number = value.double, range.contains(number) { return number }
        return expected("a number from \(range.lowerBound) to \(range.upperBound)", key, value, &problems)
    }

    /// A whole number.
    mutating func int(_ key: String, in range: ClosedRange<Int>, _ problems: inout SuiteProblems) -> Int? {
        guard let value = optional(key) else { return nil }
        if let number = value.int, range.contains(number) { return number }
        return expected("a whole number from \(range.lowerBound) to \(range.upperBound)", key, value, &problems)
    }

    /// A word of several.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _: Choice.Type, _ problems: inout SuiteProblems
    ) -> Choice? where Choice.RawValue == String {
        guard let value = optional(key) else { return nil }
        let words = Choice.allCases.map(\.rawValue)
        guard let text = value.text else { return expected(Spelling.alternatives(words), key, value, &problems) }
        if let choice = Choice(rawValue: text) { return choice }
        problems.report(
            source, value.position,
            "`\(key)`: expected \(Spelling.alternatives(words))" + Spelling.question(text, among: words))
        return nil
    }

    /// A text, or a list of texts.
    mutating func texts(_ key: String, _ problems: inout SuiteProblems) -> [String] {
        guard let value = optional(key) else { return [] }
        return Self.texts(value, key, source, &problems)
    }

    /// The elements of a list.
    mutating func list(_ key: String, _ problems: inout SuiteProblems) -> [ValueTree] {
        guard let value = optional(key) else { return [] }
        return value.elements ?? expected("a list", key, value, &problems) ?? []
    }

    /// Reports every key that was not asked for.
    func finish(_ problems: inout SuiteProblems) {
        for member in value.members ?? [] where !asked.contains(where: { $0.isIdentical(to: member.key) }) {
            let question = Spelling.question(member.key, among: asked)
            problems.report(source, member.position, "unknown key `\(member.key.inMessage)`\(question)")
        }
    }

    /// A text, or a number or boolean as it is written.
    static func text(
        _ value: ValueTree, _ key: String, _ source: String, _ problems: inout SuiteProblems
    ) -> String? {
        switch value.content {
        case .text(let text): return text
        case .number(let text): return text
        case .bool(let bool): return bool ? "true" : "false"
        default:
            problems.report(source, value.position, "`\(key)`: expected a text, found \(value.kindInWords)")
            return nil
        }
    }

    static func texts(
        _ value: ValueTree, _ key: String, _ source: String, _ problems: inout SuiteProblems
    ) -> [String] {
        guard let elements = value.elements else { return text(value, key, source, &problems).map { [$0] } ?? [] }
        var texts: [String] = []
        for element in elements {
            if let text = text(element, key, source, &problems) { texts.append(text) }
        }
        return texts
    }

    private func expected<Value>(
        _ what: String, _ key: String, _ value: ValueTree, _ problems: inout SuiteProblems
    ) -> Value? {
        problems.report(source, value.position, "`\(key)`: expected \(what), found \(value.kindInWords)")
        return nil
    }
}

extension String {
    /// A name as messages show it: at most 64 characters, none of them a control character.
    var inMessage: String {
        var shown = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(64) {
            shown.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
        }
        return String(shown) + (unicodeScalars.count > 64 ? "…" : "")
    }
}
