import Testing

@testable import Limits

struct FairQueueTests {
    private func drain(_ queue: inout FairQueue<String>) -> [UInt64] {
        var order: [UInt64] = []
        while let first = queue.first {
            order.append(first)
            _ = queue.remove(first)
        }
        return order
    }

    @Test func `tenants take turns, however many one of them brings`() {
        var queue = FairQueue<String>()
        for ticket in 1...5 as ClosedRange<UInt64> { _ = queue.add(ticket, of: "a") }
        _ = queue.add(6, of: "b")
        _ = queue.add(7, of: "c")
        _ = queue.add(8, of: "b")
        #expect(drain(&queue) == [1, 2, 6, 7, 3, 8, 4, 5])
        #expect(queue.count == 0)
    }

    @Test func `who leaves the line frees the place, and who leaves the door lets the next one to it`() {
        var queue = FairQueue<String>()
        let atDoor = [queue.add(1, of: "a"), queue.add(2, of: "a"), queue.add(3, of: "b"), queue.add(4, of: "c")]
        #expect(atDoor == [true, false, false, false])
        let called = [queue.remove(3), queue.remove(1), queue.remove(9)]
        #expect(called == [nil, 2, nil])
        #expect(queue.count == 2)
        #expect(drain(&queue) == [2, 4])
        let isFirst = queue.add(5, of: "a")
        #expect(isFirst)
    }
}
