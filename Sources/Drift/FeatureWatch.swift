internal import Statistics

/// The test that suits a feature.
private enum Monitor: Hashable, Sendable, Codable {
    case numbers(ExchangeabilityMonitor)
    case categories(ExchangeabilityMonitor)
    case share(ShareMonitor)
    /// While another hand has it.
    case lent

    init?(_ reference: [Double], categories: Int?, _ alpha: Double, _ seed: UInt64) {
        let monitor: Monitor? =
            switch categories {
            case nil: ExchangeabilityMonitor(reference: reference, alpha: alpha, seed: seed).map { .numbers($0) }
            case 2:
                ShareMonitor(hits: reference.count { $0 > 0 }, of: reference.count, alpha: alpha, seed: seed)
                    .map { .share($0) }
            case let count?:
                ExchangeabilityMonitor(
                    categories: reference.map { Int($0) }, count: count, alpha: alpha, seed: seed
                ).map { .categories($0) }
            }
        guard let monitor else { return nil }
        self = monitor
    }

    mutating func add(_ value: Double) {
        // Taken out and put back, so that it stays the only copy and its counts are changed in place.
        let own = self
        self = .lent
        switch consume own {
        case .numbers(var monitor):
            monitor.add(value)
            self = .numbers(monitor)
        case .categories(var monitor):
            monitor.add(category: Int(value))
            self = .categories(monitor)
        case .share(var monitor):
            monitor.add(value > 0)
            self = .share(monitor)
        case .lent: break
        }
    }

    var logEvidence: Double {
        switch self {
        case .numbers(let monitor), .categories(let monitor): monitor.logEvidence
        case .share(let monitor): monitor.logEvidence
        case .lent: 0
        }
    }

    var hasDrifted: Bool {
        switch self {
        case .numbers(let monitor), .categories(let monitor): monitor.hasDrifted
        case .share(let monitor): monitor.hasDrifted
        case .lent: false
        }
    }
}

/// One feature of one stream: its reference, its latest values, and the tests between them. Bounded memory.
struct FeatureWatch: Hashable, Sendable, Codable {
    /// How many names are told apart; the last place is for all others.
    private static let names = 31
    /// How many classes of equal size numbers are put into.
    private static let parts = 10
    /// As many windows a change may be too small for a word before its test begins anew.
    private static let patience = 5

    let feature: DriftFeature
    private(set) var reference: [Double] = []
    private(set) var labels: [String] = []
    private var edges: [Double] = []
    private var referenceCounts: [Int] = []
    private var monitor: Monitor?
    private var trend: PageHinkley?
    /// The reference's mean and standard deviation.
    private var centre = 0.0
    private var spread = 0.0
    /// The latest values, in a ring.
    private var recent: [Double] = []
    private var place = 0
    private var recentCounts: [Int] = []
    /// Since when the evidence has been rising, in milliseconds since 1970.
    private(set) var rising: Int64?
    /// Since when there is an alarm.
    private(set) var alarm: Int64?
    /// Values in a row that were too much like the reference to go on with an alarm, or too little unlike it to begin one.
    private var calm = 0
    private var seed: UInt64

    init(_ feature: DriftFeature, seed: UInt64) {
        self.feature = feature
        self.seed = seed
    }

    /// What became of the alarm with a value.
    enum Change { case raised, resolved }

    /// Takes in what a request says of it.
    mutating func add(_ features: RequestFeatures, _ settings: DriftSettings) -> Change? {
        guard let value = value(in: features) else { return nil }
        guard monitor != nil else {
            reference.append(value)
            if reference.count >= settings.reference { freeze(settings, at: features.time) }
            return nil
        }
        remember(value, settings.window)
        monitor?.add(value)
        if let deviation = deviation(value) { trend?.add(deviation) }
        if let evidence = monitor?.logEvidence, evidence < 0.7 { rising = features.time }
        return judge(at: features.time, settings)
    }

    /// Begins anew: what comes next is the reference.
    mutating func forget() {
        let next = FeatureWatch(feature, seed: seed &* 0x2545_F491_4F6C_DD1D &+ 1)
        self = next
    }

    // MARK: - Figures

    /// Whether the reference is complete.
    var isWatching: Bool { monitor != nil }
    /// Latest values at hand.
    var recentCount: Int { recent.count }
    /// The evidence against no change, as a factor's logarithm.
    var logEvidence: Double { monitor?.logEvidence ?? 0 }
    /// Whether Page's test says that the mean has moved; `nil` for what has no mean.
    var hasTrend: Bool? { trend?.hasChanged }

    /// The population stability index between reference and latest values, less what chance alone brings.
    var shift: Double {
        // Classes that nobody has ever been in would count for the smoothing's sake alone.
        let classes = referenceCounts.indices.filter { referenceCounts[$0] + recentCounts[$0] > 0 }
        guard !recent.isEmpty, !reference.isEmpty,
            let index = PopulationStability.index(
                reference: classes.map { referenceCounts[$0] }, current: classes.map { recentCounts[$0] })
        else { return 0 }
        let chance = Double(classes.count - 1) * (1 / Double(recent.count) + 1 / Double(reference.count))
        return max(index - chance, 0)
    }

    /// The p-value of the test of Kolmogorov and Smirnov; `nil` for what is no number, or without values.
    var smirnov: Double? {
        guard case .number = feature.kind else { return nil }
        return KolmogorovSmirnovTest.test(reference, recent)?.pValue
    }

    /// What is typical, before and now, in words: the median, or the share of the category that changed most.
    var sizes: (before: String, now: String) {
        switch feature.kind {
        case .number: return (Self.text(median(reference)), Self.text(median(recent)))
        case .category(let words): return shares { words.indices.contains($0) ? words[$0] : "other" }
        case .name: return shares { labels.indices.contains($0) ? labels[$0] : "other" }
        }
    }

    // MARK: - Parts

    private mutating func value(in features: RequestFeatures) -> Double? {
        guard case .name = feature.kind else { return features[feature] }
        guard let name = features.name(feature) else { return nil }
        if let place = labels.firstIndex(of: name) { return Double(place) }
        // After the reference too: a new name is told by its name, and still counts as one that was never seen.
        guard labels.count < Self.names else { return Double(Self.names) }
        labels.append(name)
        return Double(labels.count - 1)
    }

    private var categories: Int? {
        switch feature.kind {
        case .number: nil
        case .category(let words): words.count
        case .name: Self.names + 1
        }
    }

    private mutating func freeze(_ settings: DriftSettings, at time: Int64) {
        if let categories {
            referenceCounts = Array(repeating: 0, count: categories)
        } else {
            let sorted = reference.sorted()
            for part in 1..<Self.parts {
                let share = Double(part) / Double(Self.parts)
                guard let edge = SampleQuantile.linear(ofSorted: sorted, at: share) else { continue }
                if edges.last != edge { edges.append(edge) }
            }
            // What is above all that was seen is a class of its own: where the reference is one value there would be no other.
            if let last = sorted.last, edges.last != last { edges.append(last) }
            referenceCounts = Array(repeating: 0, count: edges.count + 1)
            let moments = SampleMoments(reference)
            (centre, spread) = (moments.mean, moments.standardDeviation ?? 0)
            if spread > 0 { trend = PageHinkley(tolerance: 0.25, threshold: 25) }
        }
        for value in reference { referenceCounts[histogramPlace(value)] += 1 }
        recentCounts = Array(repeating: 0, count: referenceCounts.count)
        rising = time
        watch(settings)
    }

    /// A test without any evidence yet. Every second value of the reference scales it.
    private mutating func watch(_ settings: DriftSettings) {
        seed = seed &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        let alpha = settings.alpha / Double(DriftFeature.allCases.count)
        monitor = Monitor(reference, categories: categories, alpha, seed)
        if trend != nil { trend = PageHinkley(tolerance: 0.25, threshold: 25) }
        calm = 0
    }

    private func histogramPlace(_ value: Double) -> Int {
        if categories != nil { return min(max(Int(value), 0), max(referenceCounts.count - 1, 0)) }
        return edges.firstIndex { value <= $0 } ?? edges.count
    }

    private mutating func remember(_ value: Double, _ window: Int) {
        if recent.count < window {
            recent.append(value)
        } else {
            recentCounts[histogramPlace(recent[place])] -= 1
            recent[place] = value
            place = (place + 1) % window
        }
        recentCounts[histogramPlace(value)] += 1
    }

    private func deviation(_ value: Double) -> Double? {
        guard trend != nil, spread > 0 else { return nil }
        return min(max((value - centre) / spread, -5), 5)
    }

    private mutating func judge(at time: Int64, _ settings: DriftSettings) -> Change? {
        guard let monitor, monitor.hasDrifted else { return nil }
        let isGreat = isWorthAWord(settings.leastShift)
        guard alarm == nil else {
            calm = shift < settings.leastShift / 2 ? calm + 1 : 0
            guard calm >= settings.window else { return nil }
            alarm = nil
            watch(settings)
            return .resolved
        }
        if isGreat {
            alarm = time
            calm = 0
            return .raised
        }
        calm += 1
        if calm >= Self.patience * settings.window { watch(settings) }
        return nil
    }

    private func isWorthAWord(_ leastShift: Double) -> Bool {
        // Few values say little about a size.
        guard recent.count >= min(20, reference.count), shift >= leastShift else { return false }
        guard case .number(let ratio, let step) = feature.kind else { return true }
        guard let before = median(reference), let now = median(recent) else { return false }
        let (low, high) = (min(abs(before), abs(now)), max(abs(before), abs(now)))
        // A wider spread about the same median is one too, for what varies by itself.
        if ratio < 1.5, shift >= 2 * leastShift { return true }
        return abs(now - before) >= step && (low == 0 ? high > 0 : high / low >= ratio)
    }

    private func median(_ values: [Double]) -> Double? { SampleQuantile.linear(ofSorted: values.sorted(), at: 0.5) }

    private func shares(_ word: (Int) -> String) -> (String, String) {
        let (all, latest) = (Double(max(reference.count, 1)), Double(max(recent.count, 1)))
        func change(_ place: Int) -> Double {
            abs(Double(referenceCounts[place]) / all - Double(recentCounts[place]) / latest)
        }
        guard !recent.isEmpty else { return ("", "") }
        func share(_ counts: [Int], _ all: Double, _ place: Int) -> String {
            "\(word(place)) \(Self.text(100 * Double(counts[place]) / all)) %"
        }
        // Of two names the one that came is told: that is what one looks for.
        let most = referenceCounts.indices.max { change($0) < change($1) } ?? 0
        let came =
            recentCounts.indices.max {
                Double(recentCounts[$0]) / latest - Double(referenceCounts[$0]) / all
                    < Double(recentCounts[$1]) / latest - Double(referenceCounts[$1]) / all
            } ?? most
        let went =
            recentCounts.indices.max {
                Double(referenceCounts[$0]) / all - Double(recentCounts[$0]) / latest
                    < Double(referenceCounts[$1]) / all - Double(recentCounts[$1]) / latest
            } ?? most
        return (share(referenceCounts, all, went), share(recentCounts, latest, came))
    }

    private static func text(_ value: Double?) -> String {
        guard let value, abs(value) < 1e15 else { return "–" }
        let scale: Double = abs(value) >= 100 ? 1 : abs(value) >= 1 ? 10 : 1_000
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
