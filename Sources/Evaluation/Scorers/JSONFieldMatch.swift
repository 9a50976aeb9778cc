/// Whether a value in the answer's JSON, named by a JSON pointer (RFC 6901), compares as told.
public struct JSONFieldMatch: Sendable {
    /// How it compares.
    public enum Comparison: String, Sendable, Hashable, CaseIterable {
        /// It is the same JSON value.
        case equal
        /// It is another, or absent.
        case notEqual = "not_equal"
        /// It is a smaller number.
        case less
        /// It is a number at most as large.
        case atMost = "at_most"
        /// It is a larger number.
        case greater
        /// It is a number at least as large.
        case atLeast = "at_least"
        /// It is there, whatever it is.
        case present
        /// It is not there.
        case absent
    }

    /// The pointer as it was written: `/user/name`; empty: the whole answer.
    public let pointer: JSONPointer
    /// How it compares.
    public let comparison: Comparison
    /// With what; `nil`: with what the same pointer names in the case's `expected_json`.
    public let value: ValueTree?

    /// Puts it together.
    public init(_ pointer: JSONPointer, _ comparison: Comparison = .equal, value: ValueTree? = nil) {
        self.pointer = pointer
        self.comparison = comparison
        self.value = value
    }

    var needsExpected: Bool { value == nil && comparison != .present && comparison != .absent }

    func score(_ text: String, _ expected: ValueTree?) -> Score {
        guard let answer = JSONInText.value(text) else { return Score(0, "the answer is no JSON") }
        let found = pointer.value(in: answer)
        switch comparison {
        case .present: return .verdict(found != nil, "the field is there", "the field is absent")
        case .absent: return .verdict(found == nil, "the field is absent", "the field is there")
        default: break
        }
        guard let wanted = value ?? expected.flatMap({ pointer.value(in: $0) }) else {
            return Score(0, "`expected_json` has no such field")
        }
        guard let found else { return Score(comparison == .notEqual ? 1 : 0, "the field is absent") }
        return .verdict(compares(found, wanted), "the field is as expected", "the field is not as expected")
    }

    private func compares(_ found: ValueTree, _ wanted: ValueTree) -> Bool {
        switch comparison {
        case .equal: return found.isSameValue(as: wanted)
        case .notEqual: return !found.isSameValue(as: wanted)
        case .present, .absent: return false
        case .less, .atMost, .greater, .atLeast: break
        }
        guard let found = found.double, let wanted = wanted.double else { return false }
        return switch comparison {
        case .less: found < wanted
        case .atMost: found <= wanted
        case .greater: found > wanted
        default: found >= wanted
        }
    }
}

/// A JSON pointer (RFC 6901).
public struct JSONPointer: Sendable, Hashable {
    /// The steps, unescaped.
    let steps: [String]

    /// The whole document.
    public static let whole = JSONPointer(steps: [])

    private init(steps: [String]) { self.steps = steps }

    /// Reads a pointer; `nil` for what begins with no slash and is not empty, and for a `~` that escapes nothing.
    public init?(_ text: String) {
        guard text.isEmpty || text.utf8.first == UInt8(ascii: "/") else { return nil }
        var steps: [String] = []
        for step in text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            var plain = String.UnicodeScalarView()
            var isEscape = false
            for scalar in step {
                if isEscape {
                    guard scalar == "0" || scalar == "1" else { return nil }
                    plain.append(scalar == "0" ? "~" : "/")
                    isEscape = false
                } else if scalar == "~" {
                    isEscape = true
                } else {
                    plain.append(scalar)
                }
            }
            guard !isEscape else { return nil }
            steps.append(String(plain))
        }
        self.steps = steps
    }

    /// What it names; `nil` where that is absent.
    func value(in tree: ValueTree) -> ValueTree? {
        var value = tree
        for step in steps {
            if value.elements != nil, step.utf8.count > 1, step.utf8.first == 0x30 { return nil }
            guard let next = value.child(step) else { return nil }
            value = next
        }
        return value
    }
}

/// JSON in an answer: the whole text, or what stands in its only fence of Markdown.
enum JSONInText {
    static func value(_ text: String) -> ValueTree? {
        let trimmed = text.trimmingBlanks
        if let value = ValueTree(json: trimmed) { return value }
        guard let inside = fenced(trimmed) else { return nil }
        return ValueTree(json: inside)
    }

    /// What stands between the first fence and the next; `nil` where there is no such pair, or a second one.
    static func fenced(_ text: String) -> String? {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        let fences = lines.indices.filter { lines[$0].drop(while: \.isBlank).starts(with: "```".unicodeScalars) }
        guard fences.count == 2 else { return nil }
        let inside = lines[(fences[0] + 1)..<fences[1]].map { String($0) }
        return inside.joined(separator: "\n").trimmingBlanks
    }
}
