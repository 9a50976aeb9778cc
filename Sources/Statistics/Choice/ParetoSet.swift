/// Which way of a dimension is the better one.
public enum Preference: String, Hashable, Sendable, Codable {
    /// More is better.
    case high
    /// Less is better.
    case low
}

/// What no other beats in everything: the candidates worth choosing among.
public enum ParetoSet {
    /// The places of the points that no other dominates, ascending: none is at least as good in every dimension and better
    /// in one. Equal points are all in it. A point with a NaN, or with fewer dimensions than there are preferences, is not in
    /// it and dominates none; what is beyond the preferences is ignored. Time grows with the square of the points.
    public static func indices(of points: [[Double]], preferences: [Preference]) -> [Int] {
        let usable = points.indices.filter { index in
            points[index].count >= preferences.count && !points[index].prefix(preferences.count).contains { $0.isNaN }
        }
        return usable.filter { index in
            !usable.contains { dominates(points[$0], points[index], preferences) }
        }
    }

    private static func dominates(_ first: [Double], _ second: [Double], _ preferences: [Preference]) -> Bool {
        var isBetter = false
        for (place, preference) in preferences.enumerated() {
            let (a, b) = preference == .high ? (first[place], second[place]) : (second[place], first[place])
            if a < b { return false }
            if a > b { isBetter = true }
        }
        return isBetter
    }
}
