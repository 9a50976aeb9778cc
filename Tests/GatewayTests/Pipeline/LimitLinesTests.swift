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
        let (first, second, other) = (try join("a"), try join("a"), try join("b"))
        #expect(await lines.sleep(.model("m"), first, seen: nil) == .goOn)
        lines.leave(.model("m"), first)
        // Not the one of the tenant that was served, though it came sooner.
        #expect(await lines.sleep(.model("m"), other, seen: nil) == .goOn)
        lines.leave(.model("m"), other)
        #expect(await lines.sleep(.model("m"), second, seen: nil) == .goOn)
        lines.leave(.model("m"), second)
    }
}
