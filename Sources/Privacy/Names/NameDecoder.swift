/// Finds the best labels of a run of candidates (Viterbi), and by how much each beats the best others.
///
/// Outside of the run all tokens are O.
struct NameDecoder: ~Copyable {
    /// In tokens; a longer run is cut.
    static let longestRun = 256

    /// A token's label. Other names (organisations, products) are told apart, but not reported.
    enum Label: UInt8 {
        case none, beginPerson, insidePerson, beginPlace, insidePlace, other

        var kind: NameSpan.Kind? {
            switch self {
            case .beginPerson, .insidePerson: .person
            case .beginPlace, .insidePlace: .place
            case .none, .other: nil
            }
        }

        var begins: Bool { self == .beginPerson || self == .beginPlace }
    }

    /// A token's label and the margin by which the best way over its kind beats the best over none of that kind.
    struct Decision {
        var label: Label
        var margin: Int32
    }

    private static let labels = NameTables.labels
    private let tables: NameTables
    /// Six sums a token: of the features, of the best way here, of the best way on.
    private let emissions = UnsafeMutablePointer<Int32>.allocate(capacity: longestRun * labels)
    private let forward = UnsafeMutablePointer<Int32>.allocate(capacity: longestRun * labels)
    private let backward = UnsafeMutablePointer<Int32>.allocate(capacity: longestRun * labels)
    private let origins = UnsafeMutablePointer<UInt8>.allocate(capacity: longestRun * labels)
    private let rows = UnsafeMutablePointer<UInt64>.allocate(capacity: NameTables.templates)
    private var count = 0

    init(_ tables: NameTables) {
        self.tables = tables
        emissions.initialize(repeating: 0, count: Self.longestRun * Self.labels)
        forward.initialize(repeating: 0, count: Self.longestRun * Self.labels)
        backward.initialize(repeating: 0, count: Self.longestRun * Self.labels)
        origins.initialize(repeating: 0, count: Self.longestRun * Self.labels)
        rows.initialize(repeating: 0, count: NameTables.templates)
    }

    deinit {
        emissions.deallocate()
        forward.deallocate()
        backward.deallocate()
        origins.deallocate()
        rows.deallocate()
    }

    /// Labels a run of at most `longestRun` tokens.
    mutating func decode(
        _ run: Range<Int>, of tokens: UnsafeBufferPointer<NameToken>, _ features: NameFeatures,
        _ report: (Int, Decision) -> Void
    ) {
        count = min(run.count, Self.longestRun)
        guard count > 0 else { return }
        for index in 0..<count {
            features.rows(of: run.lowerBound + index, in: tokens, into: rows)
            var sums = SIMD8<Int16>()
            for template in 0..<NameTables.templates {
                sums &+= SIMD8<Int16>(truncatingIfNeeded: tables.weights(row: rows[template]))
            }
            for label in 0..<Self.labels { emissions[index * Self.labels + label] = Int32(sums[label]) }
        }
        walkForward()
        walkBackward()
        var label = lastLabel()
        for index in stride(from: count - 1, through: 0, by: -1) {
            let chosen = Label(rawValue: label) ?? .none
            report(run.lowerBound + index, Decision(label: chosen, margin: margin(index, chosen.kind)))
            label = origins[index * Self.labels + Int(label)]
        }
    }

    @inline(__always)
    private func transition(_ former: Int, _ latter: Int) -> Int32 { tables.transitions[former &* 6 &+ latter] }

    private mutating func walkForward() {
        for label in 0..<Self.labels { forward[label] = transition(0, label) &+ emissions[label] }
        for index in 1..<max(count, 1) {
            let here = index * Self.labels
            let before = here - Self.labels
            for label in 0..<Self.labels {
                var best = 0
                var top = forward[before] &+ transition(0, label)
                for former in 1..<Self.labels {
                    let sum = forward[before + former] &+ transition(former, label)
                    if sum > top { (best, top) = (former, sum) }
                }
                origins[here + label] = UInt8(truncatingIfNeeded: best)
                forward[here + label] = top &+ emissions[here + label]
            }
        }
    }

    private mutating func walkBackward() {
        let last = (count - 1) * Self.labels
        for label in 0..<Self.labels { backward[last + label] = transition(label, 0) }
        for index in stride(from: count - 2, through: 0, by: -1) {
            let here = index * Self.labels
            let after = here + Self.labels
            for label in 0..<Self.labels {
                var top = Int32.min
                for latter in 0..<Self.labels {
                    top = max(
                        top, transition(label, latter) &+ emissions[after + latter] &+ backward[after + latter])
                }
                backward[here + label] = top
            }
        }
    }

    private func lastLabel() -> UInt8 {
        let last = (count - 1) * Self.labels
        var best = 0
        for label in 1..<Self.labels
        where forward[last + label] &+ backward[last + label] > forward[last + best] &+ backward[last + best] {
            best = label
        }
        return UInt8(truncatingIfNeeded: best)
    }

    private func margin(_ index: Int, _ kind: NameSpan.Kind?) -> Int32 {
        let here = index * Self.labels
        func way(_ label: Int) -> Int32 { forward[here + label] &+ backward[here + label] }
        let none = max(way(0), way(5))
        let person = max(way(1), way(2))
        let place = max(way(3), way(4))
        switch kind {
        case .person: return person &- max(none, place)
        case .place: return place &- max(none, person)
        case nil: return 0
        }
    }
}
