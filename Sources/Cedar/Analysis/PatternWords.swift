/// Finds texts that tell patterns apart: one for each combination of patterns that some text has.
///
/// Runs all patterns at once, as one automaton over the characters that they name and one that they don't.
struct PatternWords {
    private enum Token: Equatable {
        case scalar(Unicode.Scalar)
        case any
    }

    /// So many states are looked at before the search gives up.
    private static let mostStates = 4_096

    /// A text for each combination, a shortest one.
    private(set) var words: [String] = []
    /// Whether there is one for every combination.
    private(set) var isComplete = true

    private let patterns: [[Token]]

    init(_ patterns: [Pattern], constants: [String]) {
        self.patterns =
            patterns.map { pattern in
                Array(
                    pattern.pieces.map { Self.tokens(String(decoding: $0, as: UTF8.self)) }.joined(separator: [.any]))
            } + constants.map(Self.tokens)
        search()
    }

    private static func tokens(_ text: String) -> [Token] { text.unicodeScalars.map(Token.scalar) }

    private mutating func search() {
        let start = closure(of: Set(patterns.indices.map { Position(pattern: $0, token: 0) }))
        var seen: Set<Set<Position>> = [start]
        var outcomes: Set<[Bool]> = []
        var open: [(state: Set<Position>, word: String)] = [(start, "")]
        let alphabet = self.alphabet
        var next = 0
        while next < open.count {
            let (state, word) = open[next]
            next += 1
            if outcomes.insert(accepted(state)).inserted { words.append(word) }
            for scalar in alphabet {
                let following = step(state, scalar)
                guard seen.insert(following).inserted else { continue }
                guard seen.count <= Self.mostStates else {
                    isComplete = false
                    return
                }
                open.append((following, word + String(Character(scalar))))
            }
        }
    }

    private struct Position: Hashable {
        let pattern: Int
        let token: Int
    }

    /// Every character that patterns name, and one that none does.
    private var alphabet: [Unicode.Scalar] {
        var named: [Unicode.Scalar] = []
        for case .scalar(let scalar) in patterns.joined() where !named.contains(scalar) { named.append(scalar) }
        let other = (0x61...0x10_FFFF).lazy.compactMap { Unicode.Scalar($0) }.first { !named.contains($0) }
        return (other.map { [$0] } ?? []) + named
    }

    private func accepted(_ state: Set<Position>) -> [Bool] {
        patterns.indices.map { state.contains(Position(pattern: $0, token: patterns[$0].count)) }
    }

    private func step(_ state: Set<Position>, _ scalar: Unicode.Scalar) -> Set<Position> {
        var next: Set<Position> = []
        for position in state where position.token < patterns[position.pattern].count {
            switch patterns[position.pattern][position.token] {
            case .any: next.insert(position)
            case .scalar(scalar): next.insert(Position(pattern: position.pattern, token: position.token + 1))
            case .scalar: break
            }
        }
        return closure(of: next)
    }

    /// With the positions behind wildcards, which may stand for nothing.
    private func closure(of state: Set<Position>) -> Set<Position> {
        var all = state
        for position in state {
            var token = position.token
            while token < patterns[position.pattern].count, patterns[position.pattern][token] == .any {
                token += 1
                all.insert(Position(pattern: position.pattern, token: token))
            }
        }
        return all
    }
}
