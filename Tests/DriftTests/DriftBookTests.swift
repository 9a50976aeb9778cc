import Drift
import Foundation
import Testing

private let name = StreamName(alias: "chat", destination: "upstream/model")

private func watch(_ traffic: inout Traffic, _ count: Int, _ book: inout DriftBook) -> [DriftEvent] {
    (0..<count).flatMap { _ in book.add(traffic.next(), to: name) }
}

@Suite struct `What changes is told` {
    static let changes: [(String, @Sendable (inout Traffic.Model) -> Void, DriftFeature.Family)] = [
        ("its name alone", { $0.name = "model-2" }, .model),
        ("its answers' length by a half", { $0.answerLength *= 1.5 }, .model),
        ("its refusals", { $0.refusals = 0.2 }, .model),
        ("its style", { $0.style = 0.06 }, .model),
        ("its time", { $0.firstByte *= 2.5 }, .service),
        ("its price", { $0.price *= 1.2 }, .service),
        ("its failures", { $0.failures = 0.15 }, .service),
        ("its callers' prompts", { $0.promptLength *= 3 }, .traffic),
    ]

    @Test(arguments: changes.indices, [1, 2, 3] as [UInt64])
    func `a change is found within 200 requests`(_ change: Int, seed: UInt64) {
        let (what, apply, family) = Self.changes[change]
        var (traffic, book) = (Traffic(seed: seed), DriftBook(seed: seed &+ 77))
        #expect(watch(&traffic, 3_000, &book).isEmpty)
        apply(&traffic.model)
        var found: Int?
        for request in 1...200 where found == nil {
            for case .raised(let alert) in book.add(traffic.next(), to: name) where alert.family == family {
                found = request
                #expect(alert.stream == name && alert.since <= alert.raised && !alert.changes.isEmpty)
            }
        }
        #expect(found != nil, "\(what) was not found")
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `20,000 requests that are alike raise nothing`(seed: UInt64) {
        var (traffic, book) = (Traffic(seed: seed &* 1_001), DriftBook(seed: seed))
        #expect(watch(&traffic, 20_000, &book).isEmpty)
        #expect(book.alerts.isEmpty && book.streams.count == 1 && book.streams[0].isWatching)
    }
}

@Suite struct `What becomes of an alert` {
    @Test func `who goes back to what it was is recovered`() {
        var (traffic, book) = (Traffic(seed: 4), DriftBook(seed: 5))
        _ = watch(&traffic, 600, &book)
        let before = traffic.model
        traffic.model.answerLength *= 3
        let raised = watch(&traffic, 200, &book)
        #expect(raised.count == 1 && book.alerts.count == 1)
        traffic.model = before
        let resolved = watch(&traffic, 400, &book)
        guard case .resolved(let alert, .recovered) = resolved.first else {
            Issue.record("\(resolved)")
            return
        }
        #expect(book.alerts.isEmpty && book.raised == ["model": 1])
        guard case .raised(let first) = raised[0] else { return }
        #expect(alert.id == first.id)
        // And it is watched on.
        traffic.model.name = "model-9"
        #expect(watch(&traffic, 200, &book).count == 1)
    }

    @Test func `what an operator accepts is the new reference`() {
        var (traffic, book) = (Traffic(seed: 8), DriftBook(seed: 9))
        _ = watch(&traffic, 400, &book)
        traffic.model.name = "model-2"
        #expect(watch(&traffic, 200, &book).count == 1)
        #expect(book.accept(alias: "other", destination: nil).streams == 0)
        let accepted = book.accept(alias: "chat", destination: nil)
        guard accepted.streams == 1, case .resolved(_, .accepted) = accepted.events.first else {
            Issue.record("\(accepted)")
            return
        }
        #expect(watch(&traffic, 3_000, &book).isEmpty)
    }

    @Test func `after its time a new state is the reference`() {
        var settings = DriftSettings()
        settings.acceptAfter = 500_000
        var (traffic, book) = (Traffic(seed: 10), DriftBook(settings, seed: 11))
        _ = watch(&traffic, 400, &book)
        traffic.model.name = "model-2"
        let events = watch(&traffic, 1_200, &book)
        #expect(events.count == 2 && book.alerts.isEmpty)
        guard case .resolved(_, .aged) = events.last else {
            Issue.record("\(events)")
            return
        }
    }

    @Test func `an alert says the names before and now`() throws {
        var (traffic, book) = (Traffic(seed: 12), DriftBook(seed: 13))
        _ = watch(&traffic, 400, &book)
        traffic.model.name = "model-2"
        _ = watch(&traffic, 100, &book)
        let change = try #require(book.alerts.first?.changes.first { $0.feature == .reportedModel })
        #expect(change.before == "model-1 100 %" && change.now.hasPrefix("model-2 "))
        #expect(change.logEvidence > 10 && change.shift > 0.1)
        #expect(book.alerts[0].summary.contains("model of chat at upstream/model changed: "))
    }
}

@Suite struct `What is kept` {
    @Test func `streams beyond the most are not watched`() {
        var settings = DriftSettings()
        settings.streams = 2
        var (traffic, book) = (Traffic(seed: 1), DriftBook(settings, seed: 1))
        for stream in 0..<5 { _ = book.add(traffic.next(), to: StreamName(alias: "\(stream)", destination: "a/b")) }
        #expect(book.streams.count == 2 && book.unwatched == 3)
    }

    @Test func `settings of other sizes begin anew, others do not`() {
        var (traffic, book) = (Traffic(seed: 1), DriftBook(seed: 1))
        _ = watch(&traffic, 10, &book)
        var settings = DriftSettings()
        settings.alpha = 0.01
        book.adopt(settings)
        #expect(book.streams.count == 1)
        settings.window = 50
        book.adopt(settings)
        #expect(book.streams.isEmpty)
    }

    @Test func `what is written down and read again goes on as if nothing had been`() throws {
        var (traffic, book) = (Traffic(seed: 21), DriftBook(seed: 22))
        _ = watch(&traffic, 700, &book)
        var copy = try JSONDecoder().decode(DriftBook.self, from: JSONEncoder().encode(book))
        #expect(copy == book)
        traffic.model.answerLength *= 2
        var other = traffic
        let first = watch(&traffic, 200, &book)
        #expect(!first.isEmpty && watch(&other, 200, &copy) == first)
    }
}
