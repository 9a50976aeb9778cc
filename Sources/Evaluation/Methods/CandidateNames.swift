internal import Suggestions

/// Reads candidates as the command line names them: `gpt-5-mini`, `gpt-5-mini/few-shot-5`, `*/few-shot-5` (all models),
/// `gpt-5-mini/*` (all methods), `*/*`.
public enum CandidateNames {
    /// Why a name is no candidate.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let message: String
        /// What is wrong.
        public var description: String { message }
    }

    /// The candidates, each once, in the order of the names. `models` are those that `*` stands for; another model's
    /// name is taken as it is.
    public static func read(
        _ names: [String], models: [String], methods: [Method]
    ) throws(Failure) -> [Candidate] {
        var candidates: [Candidate] = []
        for name in names {
            // Models' names may have slashes of their own: what follows the last one is a method only if it is one.
            let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let last = parts.last ?? ""
            let known = methods.filter { $0.name == last || last == "*" }
            let hasMethod = parts.count > 1 && !known.isEmpty
            let model = hasMethod ? parts.dropLast().joined(separator: "/") : name
            guard !model.isEmpty else { throw Failure(message: "candidate `\(name.inMessage)` names no model") }
            if parts.count > 1, !hasMethod, models.contains(parts.dropLast().joined(separator: "/")) {
                throw Failure(
                    message: "unknown method `\(last.inMessage)`"
                        + Spelling.question(last, among: methods.map(\.name)))
            }
            guard model != "*" || !models.isEmpty else {
                throw Failure(message: "`*` stands for no model: the suite names no `models`")
            }
            let chosen = hasMethod ? known : [methods.first { $0.name == "zero-shot" } ?? Method()]
            candidates += Candidate.product(models: model == "*" ? models : [model], methods: chosen)
        }
        var seen: Set<String> = []
        return candidates.filter { seen.insert($0.name).inserted }
    }
}
