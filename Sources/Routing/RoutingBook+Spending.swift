public import Inference

extension RoutingBook {
    /// Adds what was spent today before this process began; `day` is today's, in days since 1970-01-01. What is another day's by now is left out.
    public mutating func add(spent: [Destination: Money], day: Int) {
        for (destination, money) in spent where records[destination] != nil || records.count < Self.capacity {
            records[destination, default: CandidateRecord()].add(spent: money, day: day)
        }
    }
}

extension CandidateRecord {
    /// Adds what was spent on a day; the latest day is kept.
    mutating func add(spent cost: Money, day: Int) {
        guard day >= spent.day else { return }
        if spent.day != day { spent = (day, 0) }
        let (sum, over) = spent.nanoUSD.addingReportingOverflow(cost.nanoUSD)
        spent.nanoUSD = over ? .max : sum
    }
}
