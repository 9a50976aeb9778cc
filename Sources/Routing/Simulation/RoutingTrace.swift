public import Inference

/// Requests as they came, and how each candidate answered or would have: what a simulation runs over.
public struct RoutingTrace: Sendable {
    /// How a candidate answers a request.
    public struct Timing: Hashable, Sendable {
        /// From the start to the first token, in nanoseconds.
        public var firstToken: UInt64
        /// From the start to the end, in nanoseconds.
        public var total: UInt64
        /// Whether it fails, after `firstToken`, before anything came.
        public var fails: Bool

        /// Puts the figures together.
        public init(firstToken: UInt64, total: UInt64, fails: Bool = false) {
            self.firstToken = firstToken
            self.total = max(firstToken, total)
            self.fails = fails
        }
    }

    /// One request.
    public struct Request: Hashable, Sendable {
        /// When it came, in nanoseconds from the start.
        public var at: UInt64
        /// The prompt's tokens.
        public var input: Int
        /// The answer's tokens.
        public var output: Int
        /// How each candidate answers it, in the order of `candidates`; `nil`: nobody knows.
        public var timings: [Timing?]

        /// Puts a request together.
        public init(at: UInt64, input: Int, output: Int, timings: [Timing?]) {
            self.at = at
            self.input = input
            self.output = output
            self.timings = timings
        }
    }

    /// Who answers.
    public let candidates: [Destination]
    /// The requests, in the order of time; each has a timing for each candidate of which any is known.
    public let requests: [Request]

    /// Puts a trace together. A recorded one knows only how the candidate answered that served a request: of the others it is taken that
    /// they would have answered as they did the last time before (or else the first time after), tokens alike.
    public init(candidates: [Destination], requests: [Request]) {
        self.candidates = candidates
        var sorted = requests.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
        for candidate in candidates.indices {
            var last = sorted.lazy.compactMap { $0.timings.indices.contains(candidate) ? $0.timings[candidate] : nil }
                .first
            for index in sorted.indices {
                while sorted[index].timings.count < candidates.count { sorted[index].timings.append(nil) }
                last = sorted[index].timings[candidate] ?? last
                sorted[index].timings[candidate] = last
            }
        }
        self.requests = sorted
    }
}
