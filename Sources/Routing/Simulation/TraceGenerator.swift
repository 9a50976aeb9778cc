internal import Inference

/// Makes traces that are the same for the same seed.
public enum TraceGenerator {
    /// What the trace is like.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Five requests a second, to candidates that stay as they are.
        case steady
        /// Five requests a second, ten for half a minute of every two: more than the candidates' `maximumConcurrent` lets go where it
        /// were best.
        case bursty
        /// Five requests a second; from a third of the time to two thirds one candidate takes six times as long, from one request to the
        /// next, and one in twenty of its requests fails.
        case degrading
    }

    /// A candidate as it is when it is well.
    public struct Model: Hashable, Sendable {
        /// The candidate, with its price.
        public let candidate: RouteCandidate
        /// Milliseconds to the first token of a prompt of 1,000 tokens; half of it does not depend on the prompt.
        public let firstTokenMilliseconds: Double
        /// Tokens a second from then on.
        public let tokensPerSecond: Double

        /// Describes it.
        public init(candidate: RouteCandidate, firstTokenMilliseconds: Double, tokensPerSecond: Double) {
            self.candidate = candidate
            self.firstTokenMilliseconds = firstTokenMilliseconds
            self.tokensPerSecond = tokensPerSecond
        }
    }

    /// Three models as there are many: a cheap slow one, one between, and a dear quick one; with the requests that each takes at a time.
    public static let usual: [Model] = [
        model("cheap", 100, 500, firstToken: 900, pace: 40, concurrent: 100),
        model("middle", 250, 1_500, firstToken: 400, pace: 100, concurrent: 30),
        model("quick", 1_250, 10_000, firstToken: 250, pace: 200, concurrent: 30),
    ]

    private static func model(
        _ name: String, _ input: Int64, _ output: Int64, firstToken: Double, pace: Double, concurrent: Int
    ) -> Model {
        Model(
            candidate: RouteCandidate(
                destination: Destination(provider: ProviderID(name), model: "model"),
                price: TokenPrice(input: input, output: output), maximumConcurrent: concurrent),
            firstTokenMilliseconds: firstToken, tokensPerSecond: pace)
    }

    /// Makes a trace of `seconds`, in steps of 10 ms.
    ///
    /// - Parameter troubled: Which model the trace's trouble is with.
    public static func trace(
        _ kind: Kind, _ models: [Model] = usual, troubled: Int = 1, seconds: Int = 900, seed: UInt64
    ) -> RoutingTrace {
        var lots = SplitMix(seed)
        var requests: [RoutingTrace.Request] = []
        for step in 0..<max(0, seconds) * 100 {
            let part = Double(step) / Double(max(1, seconds) * 100)
            let inBurst = kind == .bursty && (6_000..<9_000).contains(step % 12_000)
            let perSecond: Double = inBurst ? 10 : 5
            guard lots.unit() < perSecond / 100 else { continue }
            let input = Int(1_200 * lots.logNormal(0.8))
            let output = max(1, Int(300 * lots.logNormal(0.6)))
            let timings = models.indices.map { index -> RoutingTrace.Timing? in
                let slowdown = index == troubled ? Self.slowdown(kind, part: part) : 1
                let model = models[index]
                let first =
                    model.firstTokenMilliseconds * (0.5 + Double(input) / 2_000) * slowdown * lots.logNormal(0.15)
                let rest = Double(output) * 1_000 / model.tokensPerSecond * slowdown * lots.logNormal(0.1)
                let fails = index == troubled && kind == .degrading && slowdown > 1.5 && lots.unit() < 0.05
                return RoutingTrace.Timing(
                    firstToken: UInt64(first * 1e6), total: UInt64((first + rest) * 1e6), fails: fails)
            }
            requests.append(
                RoutingTrace.Request(at: UInt64(step) * 10_000_000, input: input, output: output, timings: timings))
        }
        return RoutingTrace(candidates: models.map(\.candidate.destination), requests: requests)
    }

    private static func slowdown(_ kind: Kind, part: Double) -> Double {
        kind == .degrading && part >= 1.0 / 3 && part < 2.0 / 3 ? 6 : 1
    }
}

extension SplitMix {
    /// A factor around 1 whose logarithm has about this standard deviation, no more than six of them away (Irwin–Hall).
    fileprivate mutating func logNormal(_ deviation: Double) -> Double {
        let normal = (0..<12).reduce(-6.0) { sum, _ in sum + unit() }
        // (1 + x/256)^256 for eˣ: a core has no mathematical library.
        var power = 1 + normal * deviation / 256
        for _ in 0..<8 { power *= power }
        return power
    }
}
