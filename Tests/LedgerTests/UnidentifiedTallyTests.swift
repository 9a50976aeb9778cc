import Ledger
import Testing

@Suite struct UnidentifiedTallyTests {
    private func at(_ milliseconds: Int64) -> LedgerTime { LedgerTime(milliseconds: milliseconds) }

    @Test func `the first is recorded at once, those that follow together`() throws {
        var tally = UnidentifiedTally(intervalMilliseconds: 1_000)
        let first = tally.count(reason: "unknown", clientAddress: "192.0.2.1", at: at(0))
        #expect(first?.reasons == [.init(reason: "unknown", count: 1)])
        for millisecond in 1..<1_000 {
            let none = tally.count(
                reason: millisecond % 3 == 0 ? "expired" : "unknown", clientAddress: "192.0.2.1",
                at: at(Int64(millisecond)))
            #expect(none == nil)
        }
        let nextDue = tally.count(reason: "unknown", clientAddress: "192.0.2.2", at: at(1_000))
        let next = try #require(nextDue)
        #expect(next.reasons == [.init(reason: "expired", count: 333), .init(reason: "unknown", count: 667)])
        #expect(next.clientAddresses == ["192.0.2.1", "192.0.2.2"])
        #expect(next.since == at(1))
        #expect(next.time == at(1_000))
    }

    @Test func `a flood's end is recorded when asked for`() {
        var tally = UnidentifiedTally(intervalMilliseconds: 1_000)
        _ = tally.count(reason: "unknown", clientAddress: "a", at: at(0))
        _ = tally.count(reason: "unknown", clientAddress: "a", at: at(10))
        let early = tally.take(at: at(20))
        #expect(early == nil)
        let due = tally.take(at: at(1_000))
        #expect(due?.reasons.first?.count == 1)
        let nothing = tally.takeAll(at: at(5_000))
        #expect(nothing == nil)
        _ = tally.count(reason: "unknown", clientAddress: "a", at: at(5_500))
        _ = tally.count(reason: "unknown", clientAddress: "a", at: at(5_501))
        let rest = tally.takeAll(at: at(5_502))
        #expect(rest?.reasons.first?.count == 1)
    }

    @Test func `a clock that was put back keeps nothing from the record`() {
        var tally = UnidentifiedTally(intervalMilliseconds: 1_000)
        _ = tally.count(reason: "unknown", clientAddress: "a", at: at(5_000_000))
        let due = tally.count(reason: "unknown", clientAddress: "a", at: at(10))
        #expect(due?.reasons.first?.count == 1)
    }

    @Test func `a flood from many addresses fills no entry`() throws {
        var tally = UnidentifiedTally(intervalMilliseconds: 1_000)
        _ = tally.count(reason: "unknown", clientAddress: "x", at: at(0))
        for number in 0..<900 { _ = tally.count(reason: "unknown", clientAddress: "\(number)", at: at(1)) }
        let entryDue = tally.take(at: at(2_000))
        let entry = try #require(entryDue)
        #expect(entry.clientAddresses.count == 16)
        #expect(entry.others == 900 - 16)
        #expect(entry.reasons == [.init(reason: "unknown", count: 900)])
    }
}
