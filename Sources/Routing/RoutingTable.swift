public import Inference

/// An alias as a caller named it, with the destinations themselves.
public struct ResolvedAlias: Hashable, Sendable {
    /// The name that the caller used.
    public let model: ModelID
    /// The alias it belongs to, a pattern perhaps: what metrics count by, since callers can't make up more of them.
    public let alias: ModelID
    /// In which order candidates are tried.
    public let strategy: ModelAlias.Strategy
    /// What holds besides.
    public var terms = ModelAlias.Terms()
    /// Who may serve it; no model is a `*` any more, unless the alias itself says so.
    public let candidates: [RouteCandidate]
}

/// All aliases, for look-up: a value, made once and replaced as a whole on reload.
public struct RoutingTable: Sendable {
    private struct Pattern: Sendable {
        let prefix: String
        let alias: ModelAlias
    }

    /// The aliases that are no patterns, in the order of the file: what a list of models names.
    public let listed: [ResolvedAlias]
    private let exact: [ModelID: ResolvedAlias]
    // Longest first, so that the first that fits is the most particular.
    private let patterns: [Pattern]

    /// The longest rest of a name, in bytes, that a pattern takes: no provider's names are half as long.
    static let longestRest = 256

    /// Takes the aliases; of two with the same name the first counts.
    public init(_ aliases: [ModelAlias]) {
        var listed: [ResolvedAlias] = []
        var exact: [ModelID: ResolvedAlias] = [:]
        var patterns: [Pattern] = []
        for alias in aliases {
            if let prefix = alias.patternPrefix {
                patterns.append(Pattern(prefix: prefix, alias: alias))
            } else if exact[alias.id] == nil {
                let resolved = ResolvedAlias(
                    model: alias.id, alias: alias.id, strategy: alias.strategy, terms: alias.terms,
                    candidates: alias.candidates)
                listed.append(resolved)
                exact[alias.id] = resolved
            }
        }
        self.listed = listed
        self.exact = exact
        self.patterns = patterns.enumerated()
            .sorted { ($1.element.prefix.utf8.count, $0.offset) < ($0.element.prefix.utf8.count, $1.offset) }
            .map(\.element)
    }

    /// The alias for a name; `nil` if there is none. An exact name wins over patterns, a longer pattern over a shorter one.
    public func resolve(_ model: ModelID) -> ResolvedAlias? {
        if let resolved = exact[model] { return resolved }
        for pattern in patterns {
            guard let rest = Self.rest(of: model.rawValue, after: pattern.prefix) else { continue }
            let candidates = pattern.alias.candidates.map { candidate in
                guard candidate.destination.model == "*" else { return candidate }
                var candidate = candidate
                candidate.destination = Destination(provider: candidate.destination.provider, model: rest)
                return candidate
            }
            return ResolvedAlias(
                model: model, alias: pattern.alias.id, strategy: pattern.alias.strategy, terms: pattern.alias.terms,
                candidates: candidates)
        }
        return nil
    }

    /// What follows the prefix, where that may be a model's name: not empty, of sane length, without control characters or spaces.
    private static func rest(of name: String, after prefix: String) -> String? {
        // Bytes, not `hasPrefix`: that takes canonically equivalent letters for the same.
        let (name, prefix) = (name.utf8, prefix.utf8)
        guard name.starts(with: prefix) else { return nil }
        let rest = name.dropFirst(prefix.count)
        guard (1...longestRest).contains(rest.count), rest.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        return String(rest)
    }
}
