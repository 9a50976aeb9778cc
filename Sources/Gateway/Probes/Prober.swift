import Inference
import Routing
import Synchronization

/// Finds candidates that had no request for long, and has them asked (`probe` in models.yaml).
struct Prober {
    private let pipeline: RequestPipeline
    private let service: GatewayService
    /// When a candidate was probed last, in nanoseconds of the monotone clock: one that policy or a limit keeps from it is not asked
    /// again at once.
    private var probedAt: [Destination: UInt64] = [:]

    /// So many at once: a gateway with hundreds of candidates asks them one after the other.
    private static let mostAtOnce = 4
    /// Probes of several gateways, or of candidates that fell silent together, do not come together.
    private static let jitterShare: UInt64 = 10

    init(_ pipeline: RequestPipeline, _ service: GatewayService) {
        self.pipeline = pipeline
        self.service = service
    }

    /// Asks those that are due. Call it about once a second.
    mutating func tick(now: UInt64 = Clock.monotone()) {
        let aliases = pipeline.activeSet.routing.listed.filter { $0.terms.probe != nil }
        guard !aliases.isEmpty else { return probedAt = [:] }
        var known: Set<Destination> = []
        var begun = 0
        for alias in aliases {
            guard let probe = alias.terms.probe else { continue }
            for candidate in alias.candidates {
                let destination = candidate.destination
                // Of several aliases' candidates that are the same, the first alias speaks.
                guard known.insert(destination).inserted, begun < Self.mostAtOnce else { continue }
                let jitter = UInt64.random(in: 0...probe.after / Self.jitterShare)
                if let last = probedAt[destination], now < last + probe.after + jitter { continue }
                let isIdle = pipeline.routing.withLock { $0.isIdle(destination, for: probe.after, now: now) }
                guard isIdle else { continue }
                probedAt[destination] = now
                begun += 1
                service.probe(destination, of: alias, probe.kind)
            }
        }
        probedAt = probedAt.filter { known.contains($0.key) }
    }
}
