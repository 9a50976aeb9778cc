import Limits
import Testing

@testable import Gateway

/// Whose turn it is among those who wait for room.
struct LimitLinesTests {
    @Test func `principals of one name in two tenants take turns`() async throws {
        let lines = LimitLines()
        func join(_ tenant: String) throws -> UInt64 {
            try #require(lines.join(.model("m"), turn: .init(tenant: tenant, name: "agent"), length: 8))
        }
        let (first, second, third, other) = (try join("a"), try join("a"), try join("a"), try join("b"))
        // Of those who wait, each tenant has its turn: the third of one stands behind the first of the other.
        for ticket in [first, second, other, third] {
            #expect(await lines.sleep(.model("m"), ticket, seen: nil) == .goOn)
            lines.leave(.model("m"), ticket)
        }
    }
}
