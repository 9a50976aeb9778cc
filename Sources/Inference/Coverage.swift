/// What was looked at in a request and what was not: every text and part with its verdict, summed by place.
public struct Coverage: Sendable, Hashable {
    /// What became of a text or part.
    public enum Verdict: String, Sendable, Hashable, CaseIterable {
        /// Inspected as it stands.
        case scanned
        /// Inspected as it stands and also decoded: escapes, look-alike letters, base64.
        case decoded
        /// No detector can read it; `reason` is its kind.
        case unscannable
        /// Passed over; `reason` is the rule.
        case skipped
    }

    /// One line of the receipt.
    public struct Line: Sendable, Hashable {
        /// Where it stands.
        public let place: InferenceRequest.Place
        /// What became of it.
        public let verdict: Verdict
        /// The kind of what can't be read (`image`, `audio`, `file`, `encrypted`, `binary`), or the rule by which it was passed over
        /// (`protocol`: words of the API itself, such as roles and types; `number`: numbers too short to identify anybody); else empty.
        public let reason: String
        /// How many, at least one.
        public let count: Int

        /// Puts a line together.
        public init(place: InferenceRequest.Place, verdict: Verdict, reason: String = "", count: Int) {
            self.place = place
            self.verdict = verdict
            self.reason = reason
            self.count = count
        }

        fileprivate var key: (String, String, String) { (place.rawValue, verdict.rawValue, reason) }
    }

    /// By place, verdict and reason, each combination once, in that order.
    public let lines: [Line]

    /// Nothing was there.
    public static let empty = Coverage([])

    /// Sums lines that come in any order and may repeat.
    public init(_ lines: [Line]) {
        var sums: [Line] = []
        for line in lines.sorted(by: { $0.key < $1.key }) {
            if let last = sums.last, last.key == line.key {
                sums[sums.count - 1] = Line(
                    place: line.place, verdict: line.verdict, reason: line.reason, count: last.count + line.count)
            } else {
                sums.append(line)
            }
        }
        self.lines = sums
    }

    /// How many have a verdict.
    public func count(_ verdict: Verdict) -> Int {
        var sum = 0
        for line in lines where line.verdict == verdict { sum += line.count }
        return sum
    }

    /// The receipt in one line, as a structured field (RFC 9651): `scanned=12, decoded=1, unscannable=1;image=1, skipped=4;protocol=4`.
    public var header: String {
        Verdict.allCases.map { verdict in
            var reasons: [(String, Int)] = []
            for line in lines where line.verdict == verdict && !line.reason.isEmpty {
                if let index = reasons.firstIndex(where: { $0.0 == line.reason }) {
                    reasons[index].1 += line.count
                } else {
                    reasons.append((line.reason, line.count))
                }
            }
            return reasons.sorted { $0.0 < $1.0 }
                .reduce("\(verdict.rawValue)=\(count(verdict))") { $0 + ";\($1.0)=\($1.1)" }
        }.joined(separator: ", ")
    }
}
