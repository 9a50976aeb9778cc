/// Roots of monotone functions, to the last bit.
enum Bisection {
    /// The least non-negative number within `range` for which `isReached` holds, if it holds from some point on; the
    /// upper end if it never does. Halves the ordered bit patterns, so that 1e-300 is found as exactly as 0.5, in at most
    /// 64 steps.
    static func least(in range: ClosedRange<Double>, where isReached: (Double) -> Bool) -> Double {
        var low = max(range.lowerBound, 0).bitPattern
        var high = max(range.upperBound, 0).bitPattern
        while low < high {
            let middle = low + (high - low) / 2
            if isReached(Double(bitPattern: middle)) { high = middle } else { low = middle + 1 }
        }
        return Double(bitPattern: high)
    }
}
