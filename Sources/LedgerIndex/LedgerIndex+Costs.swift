internal import GRDB
public import Inference
public import Ledger

extension LedgerIndex {
    /// What attempts cost that began from `start` until before `end`, by where they went; those without a known cost are left out.
    public func costs(from start: LedgerTime, before end: LedgerTime) throws(LedgerIndexError) -> [Destination: Money] {
        try answering { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT provider, place.model, total(cost) FROM event
                    JOIN result ON result.id = event.id JOIN place ON place.id = event.place
                    WHERE event.time >= ? AND event.time < ? AND cost IS NOT NULL GROUP BY provider, place.model
                    """, arguments: [start.milliseconds, end.milliseconds])
            var costs: [Destination: Money] = [:]
            for row in rows {
                let destination = Destination(provider: ProviderID(row[0]), model: row[1])
                let sum: Double = row[2]
                costs[destination] = Money(nanoUSD: Int64(min(max(0, sum), 9e18)))
            }
            return costs
        }
    }
}
