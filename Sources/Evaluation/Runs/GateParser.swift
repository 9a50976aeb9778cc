internal import Suggestions

/// Reads gates.
struct GateParser {
    private let scalars: [Unicode.Scalar]
    private let scorers: [String]?
    private let tags: [String]?
    private var index = 0
    private var depth = 0
    /// How many parts were read, those read twice included: parentheses may be tried both ways.
    private var parts = 0

    static let deepest = 32
    static let longest = 4096
    static let mostParts = 20_000

    init(_ text: String, scorers: [String]?, tags: [String]?) {
        scalars = Array(text.unicodeScalars)
        self.scorers = scorers
        self.tags = tags
    }

    mutating func gate() throws(Gate.Failure) -> GateCondition {
        guard scalars.count <= Self.longest else {
            throw Gate.Failure(column: Self.longest + 1, message: "more than \(Self.longest) characters")
        }
        let condition = try disjunction()
        skipBlanks()
        guard index == scalars.count else { throw failure("expected `&&`, `||` or the end") }
        return condition
    }

    // MARK: - Conditions

    private mutating func disjunction() throws(Gate.Failure) -> GateCondition {
        var condition = try conjunction()
        while take("||") { condition = .or(condition, try conjunction()) }
        return condition
    }

    private mutating func conjunction() throws(Gate.Failure) -> GateCondition {
        var condition = try negation()
        while take("&&") { condition = .and(condition, try negation()) }
        return condition
    }

    private mutating func negation() throws(Gate.Failure) -> GateCondition {
        try enter()
        defer { depth -= 1 }
        skipBlanks()
        if current == "!", peek(1) != "=" {
            index += 1
            return .not(try negation())
        }
        // A parenthesis may hold a condition or a number: what follows it tells.
        guard current == "(" else { return try comparison() }
        let start = index
        do throws(Gate.Failure) {
            return try comparison()
        } catch let asNumber {
            index = start + 1
            do throws(Gate.Failure) {
                let condition = try disjunction()
                guard take(")") else { throw failure("expected `)`") }
                return condition
            } catch let asCondition {
                // What was read further is what was meant.
                throw asCondition.column >= asNumber.column ? asCondition : asNumber
            }
        }
    }

    private mutating func comparison() throws(Gate.Failure) -> GateCondition {
        skipBlanks()
        let start = index
        let left = try sum(nil)
        let comparison = try sign()
        let metrics = left.metrics
        let right = try sum(metrics.count == 1 ? metrics.first : nil)
        let text = String(String.UnicodeScalarView(scalars[start..<index])).trimmingBlanks
        skipBlanks()
        let next = index
        if (try? sign()) != nil {
            index = next
            throw failure("a comparison of a comparison: join two with `&&`")
        }
        return .comparison(left, comparison, right, text: text)
    }

    private mutating func sign() throws(Gate.Failure) -> GateCondition.Comparison {
        for word in ["<=", ">=", "==", "!=", "<", ">"] where take(word) {
            if let comparison = GateCondition.Comparison(rawValue: word) { return comparison }
        }
        skipBlanks()
        if current == "=" { throw failure("expected a comparison, did you mean `==`?") }
        throw failure("expected a comparison such as `>=`")
    }

    // MARK: - Numbers

    private mutating func sum(_ compared: GateMetric?) throws(Gate.Failure) -> GateTerm {
        var term = try product(compared)
        while true {
            if take("+") {
                term = .operation(term, "+", try product(compared))
            } else if take("-") {
                term = .operation(term, "-", try product(compared))
            } else {
                return term
            }
        }
    }

    private mutating func product(_ compared: GateMetric?) throws(Gate.Failure) -> GateTerm {
        var term = try factor(compared)
        while true {
            if take("*") {
                term = .operation(term, "*", try factor(compared))
            } else if take("/") {
                term = .operation(term, "/", try factor(compared))
            } else {
                return term
            }
        }
    }

    private mutating func factor(_ compared: GateMetric?) throws(Gate.Failure) -> GateTerm {
        try enter()
        defer { depth -= 1 }
        if take("-") { return .negative(try factor(compared)) }
        if take("(") {
            let term = try sum(compared)
            guard take(")") else { throw failure("expected `)`") }
            return term
        }
        skipBlanks()
        guard let scalar = current else { throw failure("expected a number or a metric, found the end") }
        if (0x30...0x39).contains(scalar.value) || scalar == "." { return .number(try number()) }
        return try name(compared)
    }

    private mutating func number() throws(Gate.Failure) -> Double {
        let start = index
        while let scalar = current, (0x30...0x39).contains(scalar.value) || scalar == "." { index += 1 }
        if current == "e" {
            index += 1
            if current == "-" || current == "+" { index += 1 }
            while let scalar = current, (0x30...0x39).contains(scalar.value) { index += 1 }
        }
        let text = String(String.UnicodeScalarView(scalars[start..<index]))
        let isPercent = current == "%"
        guard let value = Double(text.hasPrefix(".") ? "0\(text)" : text), value.isFinite else {
            throw Gate.Failure(column: start + 1, message: "expected a number")
        }
        if isPercent { index += 1 }
        return isPercent ? value / 100 : value
    }

    private mutating func name(_ compared: GateMetric?) throws(Gate.Failure) -> GateTerm {
        let start = index
        let word = word()
        guard !word.isEmpty else { throw failure("expected a number or a metric") }
        guard word == "baseline" else { return .metric(try metric(word, start)) }
        if current == "." {
            index += 1
            let start = index
            return .baseline(try metric(self.word(), start))
        }
        guard let compared else {
            throw Gate.Failure(
                column: start + 1,
                message: "`baseline` needs one metric on the left of the comparison: say which, as in `baseline.score`")
        }
        return .baseline(compared)
    }

    private mutating func metric(_ word: String, _ start: Int) throws(Gate.Failure) -> GateMetric {
        var metric = GateMetric(name: word)
        if word == "scorer", current == "." {
            index += 1
            let start = index
            metric.scorer = try known(self.word(), scorers, "scorer", start)
        } else if !Gate.metrics.contains(word) {
            let names = Gate.metrics + ["baseline"]
            throw Gate.Failure(
                column: start + 1,
                message: "unknown metric `\(word.inMessage)`" + Spelling.question(word, among: names))
        }
        guard current == "[" else { return metric }
        index += 1
        let start = index
        var tag = String.UnicodeScalarView()
        while let scalar = current, scalar != "]" {
            tag.append(scalar)
            index += 1
        }
        guard current == "]" else { throw Gate.Failure(column: start, message: "`[` without `]`") }
        metric.tag = try known(String(tag), tags, "tag", start)
        index += 1
        return metric
    }

    private func known(
        _ word: String, _ words: [String]?, _ what: String, _ start: Int
    ) throws(Gate.Failure) -> String {
        guard !word.isEmpty else { throw Gate.Failure(column: start + 1, message: "expected a \(what)'s name") }
        guard let words, !words.contains(where: { $0.isIdentical(to: word) }) else { return word }
        throw Gate.Failure(
            column: start + 1,
            message: "the suite has no \(what) `\(word.inMessage)`" + Spelling.question(word, among: words))
    }

    // MARK: - Reading

    private var current: Unicode.Scalar? { peek(0) }

    private func peek(_ distance: Int) -> Unicode.Scalar? {
        index + distance < scalars.count ? scalars[index + distance] : nil
    }

    private mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = current, scalar.isOfWord || (scalar == "-" && isInName(word)) {
            word.append(scalar)
            index += 1
        }
        return String(word)
    }

    /// A `-` belongs to a name only where a scorer of the suite goes on so; else it is a minus.
    private func isInName(_ word: String.UnicodeScalarView) -> Bool {
        let start = Array((String(word) + "-").utf8)
        return scorers?.contains { $0.utf8.starts(with: start) } == true && previousIsScorer(word.count)
    }

    private func previousIsScorer(_ length: Int) -> Bool {
        let before = index - length
        return before >= 7 && scalars[(before - 7)..<before].elementsEqual("scorer.".unicodeScalars)
    }

    private mutating func take(_ text: String) -> Bool {
        skipBlanks()
        guard scalars[index...].starts(with: text.unicodeScalars) else { return false }
        index += text.unicodeScalars.count
        return true
    }

    private mutating func skipBlanks() {
        while let scalar = current, scalar.isBlank { index += 1 }
    }

    private mutating func enter() throws(Gate.Failure) {
        depth += 1
        parts += 1
        guard depth <= Self.deepest else { throw failure("nested deeper than \(Self.deepest)") }
        guard parts <= Self.mostParts else { throw failure("more than \(Self.mostParts) parts") }
    }

    private func failure(_ message: String) -> Gate.Failure { Gate.Failure(column: index + 1, message: message) }
}
