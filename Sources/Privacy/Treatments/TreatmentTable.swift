public import Inference

/// The treatment of each class, for look-up by findings.
struct TreatmentTable: Sendable {
    /// By the classes' raw values.
    private var known = [Treatment](repeating: .surrogate, count: SensitiveClass.allCases.count)
    /// Of classes with a name of one's own, which findings share one number.
    private var named: [DataClass: Treatment] = [:]
    /// Whether some class blocks: else no finding need be asked.
    private(set) var blocks = false

    init(_ treatments: [DataClass: Treatment] = [:]) {
        for (dataClass, treatment) in treatments {
            if let sensitiveClass = SensitiveClass.named(dataClass) {
                known[Int(sensitiveClass.rawValue)] = treatment
            } else {
                named[dataClass] = treatment
            }
            if treatment == .block { blocks = true }
        }
    }

    /// Of a class, by its name.
    subscript(dataClass: DataClass) -> Treatment {
        SensitiveClass.named(dataClass).map { known[Int($0.rawValue)] } ?? named[dataClass] ?? .surrogate
    }

    subscript(finding: Finding) -> Treatment {
        if finding.sensitiveClass == .custom, !named.isEmpty, let treatment = named[finding.dataClass] {
            return treatment
        }
        return known[Int(finding.sensitiveClass.rawValue)]
    }
}

extension PrivacyEngine {
    /// The classes among some findings that refuse a request in every form, sorted by name; empty if it may go on.
    ///
    /// `treat` refuses it all the same; who asks before spends no reservation on it.
    public func blocked(_ findings: Findings) -> [DataClass] {
        guard treatments.blocks else { return [] }
        let classes = findings.outranked.union(findings.items.map(\.dataClass))
        return classes.filter { treatments[$0] == .block }.sorted()
    }
}
