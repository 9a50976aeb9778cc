extension Int64 {
    func floored(to unit: Int64) -> Int64 {
        let rest = self % unit
        return self - (rest < 0 ? rest + unit : rest)
    }

    mutating func addSaturating(_ other: Int64) {
        let (sum, over) = addingReportingOverflow(other)
        self = over ? (other < 0 ? .min : .max) : sum
    }
}

extension Int {
    /// Saturates: figures of providers are a peer's input.
    mutating func add(_ other: Int64) {
        let (sum, over) = addingReportingOverflow(Int(other))
        self = over ? .max : sum
    }
}
