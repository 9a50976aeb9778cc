internal import Cedar
internal import Suggestions

/// Checks policies against a schema, and says what is wrong with them in words for who writes them.
struct PolicyReview {
    /// What refuses the policies, in the order of the text.
    private(set) var errors: [PolicyError] = []
    /// What is strange, but sound.
    private(set) var warnings: [PolicyError] = []

    private let policies: PolicySet
    private let schema: Schema

    /// `classes` are the classes of data that there are.
    init(_ policies: PolicySet, _ schema: Schema, classes: [String]) {
        self.policies = policies
        self.schema = schema
        for template in policies.templates {
            errors.append(
                PolicyError(
                    source: policies.source.name, position: policies.source.position(at: template.offset),
                    message: "templates are not linked here: write the principal or resource in place of the slot"))
        }
        var told: Set<ToldFinding> = []
        let findings = Validator(schema).validate(policies, mode: .strict).findings
        let misspelt = Set(
            findings.filter { [.unknownAction, .unknownEntityType].contains($0.kind) }.map(\.policy))
        for finding in findings {
            // That nothing applies follows from a word that there is not.
            if finding.kind == .noApplicableAction, misspelt.contains(finding.policy) { continue }
            // What is wrong in several contexts, or for several types, is told once.
            guard told.insert(ToldFinding(position: finding.position, kind: finding.kind)).inserted else { continue }
            let error = PolicyError(
                source: finding.source, position: finding.position, message: message(of: finding))
            if finding.severity == .error { errors.append(error) } else { warnings.append(error) }
        }
        var words = WordCheck(classes: classes)
        for policy in policies.policies { for condition in policy.conditions { words.check(condition.body) } }
        errors += words.problems.map { offset, message in
            PolicyError(
                source: policies.source.name, position: policies.source.position(at: offset), message: message)
        }
        errors.sort { ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column) }
    }

    private struct ToldFinding: Hashable {
        let position: SourcePosition
        let kind: ValidationFinding.Kind
    }

    /// The message, with what to do about it where that is not plain. A word that others have is no slip for a similar one.
    private func message(of finding: ValidationFinding) -> String {
        let parts = finding.message.split(separator: ", did you mean", maxSplits: 1)
        let advice = advice(on: finding, isQuestion: parts.count > 1)
        if !advice.isEmpty { return String(parts.first ?? "") + advice }
        guard finding.kind == .unknownAttribute, let path = path(at: finding), path.names.count > 1 else {
            return finding.message
        }
        let owner = ReadPath(variable: path.variable, names: path.names.dropLast())
        return finding.message.replacing(" of a record", with: " of `\(owner.text)`")
    }

    private func advice(on finding: ValidationFinding, isQuestion: Bool) -> String {
        switch finding.kind {
        case .unguardedAttribute:
            guard let path = path(at: finding), let name = path.names.last else { return "" }
            let owner = ReadPath(variable: path.variable, names: path.names.dropLast())
            return ": guard it with `\(owner.text) has \(name) && …`"
        case .unknownAttribute:
            guard let path = path(at: finding), let name = path.names.last, path.names.count == 1 else { return "" }
            switch path.variable {
            case .context:
                let having = schema.actions.filter { $0.context[name] != nil }.map(\.uid.description)
                guard !having.isEmpty else { return "" }
                return ": only \(having.joined(separator: ", ")) has it, so name that in the head"
            case .resource:
                let having = schema.entityTypes.filter { $0.attributes[name] != nil }.map(\.name)
                guard !having.isEmpty else { return "" }
                return
                    ": only `\(having.joined(separator: "`, `"))` has it, so say `resource is …` or name actions in the head"
            case .principal:
                guard !isQuestion else { return "" }
                return
                    ": what tokens, certificates or principals.yaml say of principals is declared in \(schema.source.name)"
            case .action: return ""
            }
        case .unexpectedType, .incompatibleTypes:
            // A text where a value of an extension is wanted is a forgotten constructor.
            let constructors = [
                ("ipaddr", "ip"), ("datetime", "datetime"), ("duration", "duration"), ("decimal", "decimal"),
            ]
            guard finding.message.contains("`String`"),
                let name = constructors.first(where: { finding.message.contains("`\($0.0)`") })?.1
            else { return "" }
            return ": write `\(name)(\"…\")`"
        default: return ""
        }
    }

    /// The attribute that a finding speaks of.
    private func path(at finding: ValidationFinding) -> ReadPath? {
        for policy in policies.policies where policy.id == finding.policy {
            for condition in policy.conditions {
                let found = condition.body.firstPath { expression, name in
                    finding.message.contains("`\(name)`")
                        && policies.source.position(at: expression.offset) == finding.position
                }
                if let found { return found }
            }
        }
        return nil
    }
}

/// Finds texts that are compared with a value of few known words and are none of them: a rule for the class `cards` would never
/// apply, and nobody would notice.
private struct WordCheck {
    private(set) var problems: [(offset: Int, message: String)] = []
    private let words: [String: (what: String, known: [String])]

    init(classes: [String]) {
        words = [
            "context.classes": ("class of data", classes + Vocabulary.houseClasses),
            "context.operation": ("operation", Vocabulary.operations),
            "context.dialect": ("dialect", Vocabulary.dialects),
            "principal.method": ("way of proving an identity", Vocabulary.methods),
            "principal.methods": ("way of proving an identity", Vocabulary.methods),
            "resource.trust": ("level of trust", Vocabulary.trusts),
            "resource.provider.trust": ("level of trust", Vocabulary.trusts),
        ]
    }

    /// Recursion is bounded by the height that the parser allows.
    mutating func check(_ expression: Expression) {
        if case .binary(let operation, let left, let right) = expression.kind {
            switch operation {
            case .equal, .notEqual, .contains, .containsAll, .containsAny:
                compare(left, right)
                compare(right, left)
            default: break
            }
        }
        var children: [Expression] = []
        expression.forEachChild { children.append($0) }
        for child in children { check(child) }
    }

    private mutating func compare(_ side: Expression, _ other: Expression) {
        guard let path = side.path, let (what, known) = words[path.text] else { return }
        for (word, offset) in texts(other) where !known.contains(word) {
            problems.append((offset, "there is no \(what) `\(word)`" + Spelling.question(word, among: known)))
        }
    }

    private func texts(_ expression: Expression) -> [(word: String, offset: Int)] {
        switch expression.kind {
        case .literal(.string(let text)): return [(text, expression.offset)]
        case .set(let members): return members.flatMap(texts)
        default: return []
        }
    }
}
