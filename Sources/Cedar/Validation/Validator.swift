/// Checks policies, requests and entities against a schema.
///
/// A policy that passes can't fail when it is evaluated on a request and entities that pass, but for overflow of longs and
/// for entities that are not there (Cedar's soundness theorem). Making one costs time in proportion to the schema; checking
/// changes nothing, so that one may be shared.
public struct Validator: Sendable {
    /// How strictly policies are checked.
    public enum Mode: String, Sendable, CaseIterable {
        /// Operands of `==`, members of sets and branches of `if` need one type, and constructors of extensions literals:
        /// what analysis tools need, and what catches more mistakes.
        case strict
        /// Everything that can't fail will do.
        case permissive
    }

    /// The schema.
    public let schema: Schema
    let index: SchemaIndex

    /// Makes a schema ready to check with.
    public init(_ schema: Schema) {
        self.schema = schema
        index = SchemaIndex(schema)
    }

    /// Checks policies and templates. Of a policy that a link made of a template only what the link brought is checked; the
    /// template is checked for every entity type that may stand in its slots.
    public func validate(_ policies: PolicySet, mode: Mode = .strict) -> ValidationReport {
        var findings: [(offset: Int, policy: Policy, problem: TypeChecker.Problem)] = []
        for policy in policies.templates + policies.policies {
            for problem in problems(of: policy, mode) { findings.append((problem.offset, policy, problem)) }
        }
        findings.sort { $0.offset < $1.offset }
        let positions = policies.source.positions(atSorted: findings.map(\.offset))
        return ValidationReport(
            findings: zip(findings, positions).map { finding, position in
                ValidationFinding(
                    policy: finding.policy.id,
                    severity: finding.problem.kind == .impossible ? .warning : .error, kind: finding.problem.kind,
                    source: policies.source.name, position: position, message: finding.problem.message)
            })
    }

    /// What is wrong with one policy, each problem once, in the order in which it was found.
    private func problems(of policy: Policy, _ mode: Mode) -> [TypeChecker.Problem] {
        var check = PolicyCheck(policy: policy, index: index, mode: mode)
        check.run()
        var seen = Set<TypeChecker.Problem>()
        return check.problems.filter { seen.insert($0).inserted }
    }
}

extension SourceText {
    /// The places of byte offsets that come in ascending order, in one pass.
    func positions(atSorted offsets: [Int]) -> [SourcePosition] {
        var result: [SourcePosition] = []
        var line = 1
        var column = 1
        var index = 0
        for offset in offsets {
            while index < min(offset, bytes.count) {
                if bytes[index] == UInt8(ascii: "\n") {
                    line += 1
                    column = 1
                } else if bytes[index] & 0xC0 != 0x80 {
                    column += 1
                }
                index += 1
            }
            result.append(SourcePosition(line: line, column: column))
        }
        return result
    }
}
