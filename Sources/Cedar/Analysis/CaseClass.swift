/// Requests that share something, described as a policy would describe them.
public struct CaseClass<Label: Hashable & Sendable>: Sendable {
    /// What they share.
    public let label: Label
    /// What holds of exactly these requests, as far as it tells them from those that don't share it: each a condition of the
    /// policy language, all of them must hold.
    public let conditions: [Expression]
    /// The simplest of them.
    public let witness: RequestCase
    /// How many cases it covers.
    public let count: Int

    /// Whether a request is one of them.
    public func contains(_ request: Request, entities: Entities) -> Bool {
        conditions.allSatisfy { condition in
            let (program, root) = Program.alone(condition)
            return (try? Evaluator(program: program, request: request, entities: entities).bool(root)) ?? false
        }
    }
}

/// What became of all cases of a split.
public struct CaseClassification<Label: Hashable & Sendable>: Sendable {
    /// The classes; together they cover each case that has a label, unless there were too many classes.
    public let classes: [CaseClass<Label>]
    /// Cases that were looked at: those that no assumption ruled out.
    public let cases: Int
    /// Cases with a label.
    public let labelled: Int
    /// Cases with a label that are in no class, since there were too many.
    public let uncovered: Int
}

extension CaseSplit {
    /// Sorts cases by a label; `nil` is for what is of no interest. Each class takes as few conditions as it can without
    /// covering a case that has another label, or none.
    public func classify<Label: Hashable & Sendable>(
        maximumClasses: Int = 64, _ label: (RequestCase) -> Label?
    ) -> CaseClassification<Label> {
        var table = CaseTable<Label>(width: atoms.count)
        for ordinal in 0..<count {
            guard let requestCase = requestCase(ordinal) else { continue }
            let outcomes = atoms.map { $0.holds(requestCase.request, requestCase.entities) }
            table.add(ordinal, outcomes, label(requestCase))
        }
        var classes: [CaseClass<Label>] = []
        while classes.count < maximumClasses, let seed = table.simplestUncovered() {
            let conditions = table.generalise(seed)
            let covered = table.cover(conditions)
            guard let label = table.label(seed), let witness = requestCase(table.ordinal(seed)) else { break }
            classes.append(
                CaseClass(
                    label: label,
                    conditions: conditions.map {
                        $0.holds ? atoms[$0.atom].guarded : atoms[$0.atom].guarded.negated
                    }, witness: witness, count: covered))
        }
        return CaseClassification(
            classes: classes, cases: table.count, labelled: table.labelled, uncovered: table.uncovered)
    }
}

/// The outcome of every atom in every case, with the cases' labels.
private struct CaseTable<Label: Hashable> {
    struct Literal {
        let atom: Int
        let holds: Bool
    }

    private let width: Int
    private let words: Int
    private var bits: [UInt64] = []
    private var ordinals: [Int] = []
    /// 0 for none.
    private var labels: [Int32] = []
    private var isCovered: [Bool] = []
    private var known: [Label] = []
    private var numbers: [Label: Int32] = [:]
    private var seeds: [Int]?
    private(set) var labelled = 0
    private(set) var uncovered = 0

    init(width: Int) {
        self.width = width
        words = (width + 63) / 64
    }

    var count: Int { ordinals.count }

    mutating func add(_ ordinal: Int, _ outcomes: [Bool], _ label: Label?) {
        ordinals.append(ordinal)
        var row = [UInt64](repeating: 0, count: words)
        for (index, holds) in outcomes.enumerated() where holds { row[index / 64] |= 1 << UInt64(index % 64) }
        bits += row
        isCovered.append(false)
        guard let label else {
            labels.append(0)
            return
        }
        labelled += 1
        uncovered += 1
        if let number = numbers[label] {
            labels.append(number)
        } else {
            known.append(label)
            numbers[label] = Int32(known.count)
            labels.append(Int32(known.count))
        }
    }

    func ordinal(_ row: Int) -> Int { ordinals[row] }
    func label(_ row: Int) -> Label? { labels[row] == 0 ? nil : known[Int(labels[row]) - 1] }

    /// The case with a label, in no class yet, in which the fewest atoms hold.
    mutating func simplestUncovered() -> Int? {
        if seeds == nil {
            // The last one is the simplest.
            seeds = labels.indices.filter { labels[$0] != 0 }
                .map { ($0, weight($0)) }.sorted { ($1.1, $1.0) < ($0.1, $0.0) }.map(\.0)
        }
        while let row = seeds?.last {
            if !isCovered[row] { return row }
            seeds?.removeLast()
        }
        return nil
    }

    private func weight(_ row: Int) -> Int {
        (0..<words).reduce(0) { $0 + bits[row * words + $1].nonzeroBitCount }
    }

    /// Conditions that hold in the case and in no case of another label, as few as leaving one out after the other gives.
    func generalise(_ row: Int) -> [Literal] {
        var mask = [UInt64](repeating: 0, count: words)
        for index in 0..<width { mask[index / 64] |= 1 << UInt64(index % 64) }
        let holds = (0..<width).map { bits[row * words + $0 / 64] >> UInt64($0 % 64) & 1 == 1 }
        // What does not hold is left out first, since it tells less; and what policies say last, behind assumptions.
        let order = (0..<width).reversed()
        for index in order.filter({ !holds[$0] }) + order.filter({ holds[$0] }) {
            mask[index / 64] &= ~(1 << UInt64(index % 64))
            if hasOther(row, mask) { mask[index / 64] |= 1 << UInt64(index % 64) }
        }
        return (0..<width).filter { mask[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
            .map { Literal(atom: $0, holds: holds[$0]) }
    }

    /// Whether a case that agrees in what the mask says has another label.
    private func hasOther(_ row: Int, _ mask: [UInt64]) -> Bool {
        for other in labels.indices where labels[other] != labels[row] && agrees(other, row, mask) { return true }
        return false
    }

    private func agrees(_ one: Int, _ other: Int, _ mask: [UInt64]) -> Bool {
        for word in 0..<words where (bits[one * words + word] ^ bits[other * words + word]) & mask[word] != 0 {
            return false
        }
        return true
    }

    /// Marks the cases in which the conditions hold, and counts them.
    mutating func cover(_ literals: [Literal]) -> Int {
        var covered = 0
        for row in labels.indices where labels[row] != 0 {
            let isMember = literals.allSatisfy {
                (bits[row * words + $0.atom / 64] >> UInt64($0.atom % 64) & 1 == 1) == $0.holds
            }
            guard isMember else { continue }
            covered += 1
            if !isCovered[row] { uncovered -= 1 }
            isCovered[row] = true
        }
        return covered
    }
}
