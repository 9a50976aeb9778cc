import NIOCore
import Upstream

/// Where an upstream engine's thread puts what concerns the requests of one event loop: a whole batch costs one hop. The sinks are confined to the loop; `deliver` may be called from any thread.
final class EventLoopMailbox: UpstreamMailbox, @unchecked Sendable {
    private let loop: any EventLoop
    private var sinks: [UInt64: any UpstreamSink] = [:]
    private var lastToken: UInt64 = 0

    init(loop: any EventLoop) {
        self.loop = loop
    }

    /// A token that was not used before. On the loop only.
    func nextToken() -> UInt64 {
        loop.preconditionInEventLoop()
        lastToken += 1
        return lastToken
    }

    /// Brings the events of a token to `sink`, until the last one. On the loop only.
    func add(_ sink: any UpstreamSink, under token: UInt64) {
        sinks[token] = sink
    }

    func deliver(_ batch: [UpstreamDelivery]) {
        loop.execute {
            var touched: [any UpstreamSink] = []
            for delivery in batch {
                guard let sink = self.sinks[delivery.token] else { continue }
                if case .end = delivery.event { self.sinks[delivery.token] = nil }
                sink.receive(delivery.event)
                if touched.last !== sink { touched.append(sink) }
            }
            for sink in touched { sink.batchEnded() }
        }
    }
}

/// Takes the events of one call, on its event loop.
protocol UpstreamSink: AnyObject {
    /// Takes one event.
    func receive(_ event: UpstreamEvent)
    /// No more events come in this tick: what was gathered can be passed on.
    func batchEnded()
}
