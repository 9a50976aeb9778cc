/// Who waits for room, in turns: one after the other of each tenant, however many one of them brings. A value; its owner serialises calls.
///
/// The first in it is at the door: nobody else may try to get in before it has or has left.
public struct FairQueue<Tenant: Hashable & Sendable>: Sendable {
    /// One that waits.
    public typealias Ticket = UInt64

    private var lines: [Tenant: [Ticket]] = [:]
    /// Whose turn is next, each tenant with a line once.
    private var turns: [Tenant] = []
    private var tenants: [Ticket: Tenant] = [:]
    /// At the door.
    public private(set) var first: Ticket?

    /// An empty queue.
    public init() {}

    /// How many wait, the one at the door included.
    public var count: Int { tenants.count }

    /// Adds one that is not there yet. Returns whether it is at the door.
    public mutating func add(_ ticket: Ticket, of tenant: Tenant) -> Bool {
        tenants[ticket] = tenant
        guard first != nil else {
            first = ticket
            return true
        }
        if lines[tenant, default: []].isEmpty { turns.append(tenant) }
        lines[tenant, default: []].append(ticket)
        return false
    }

    /// Takes one out: it got in, or has left. Returns who is at the door now, if that changed.
    public mutating func remove(_ ticket: Ticket) -> Ticket? {
        guard let tenant = tenants.removeValue(forKey: ticket) else { return nil }
        guard first == ticket else {
            lines[tenant]?.removeAll { $0 == ticket }
            if lines[tenant]?.isEmpty == true {
                lines[tenant] = nil
                turns.removeAll { $0 == tenant }
            }
            return nil
        }
        first = nil
        guard let next = turns.first else { return nil }
        turns.removeFirst()
        guard let head = lines[next]?.first else { return nil }
        lines[next]?.removeFirst()
        if lines[next]?.isEmpty == true {
            lines[next] = nil
        } else {
            turns.append(next)
        }
        first = head
        return head
    }
}
