/// All features of one stream, and the alerts about it.
public struct DriftStream: Hashable, Sendable, Codable {
    /// Whose requests.
    public let name: StreamName
    /// Requests taken in, the reference's included.
    public private(set) var requests = 0
    /// When the last one came, in milliseconds since 1970.
    public private(set) var last: Int64 = 0
    /// Alerts that are not over.
    public private(set) var alerts: [DriftAlert] = []
    private var watches: [FeatureWatch]

    init(_ name: StreamName, seed: UInt64) {
        self.name = name
        watches = DriftFeature.allCases.enumerated().map { place, feature in
            FeatureWatch(feature, seed: (seed &+ UInt64(place)) &* 0x9E37_79B9_7F4A_7C15)
        }
    }

    /// How far one feature is.
    public struct Standing: Hashable, Sendable {
        /// Which one.
        public let feature: DriftFeature
        /// Values of the reference so far, and of the latest ones.
        public let counts: (reference: Int, recent: Int)
        /// Whether the reference is complete.
        public let isWatching: Bool
        /// Since when there is an alarm, in milliseconds since 1970; `nil`: there is none.
        public let alarm: Int64?
        /// What is typical, before and now.
        public let sizes: (before: String, now: String)
        /// The population stability index, less what chance brings.
        public let shift: Double
        /// The p-value of the test of Kolmogorov and Smirnov for the latest values as they are; `nil` for categories. Whoever
        /// looks often sees small ones.
        public let smirnov: Double?
        /// Whether the test of Page and Hinkley says that the mean has moved; `nil` for categories.
        public let hasTrend: Bool?
        /// The natural logarithm of the evidence against no change.
        public let logEvidence: Double

        /// By feature and figures.
        public static func == (left: Self, right: Self) -> Bool {
            left.feature == right.feature && left.shift == right.shift && left.logEvidence == right.logEvidence
                && left.alarm == right.alarm
        }

        /// By feature.
        public func hash(into hasher: inout Hasher) { hasher.combine(feature) }
    }

    /// How far each feature is of which there was any value.
    public var standings: [Standing] {
        watches.filter { !$0.reference.isEmpty }.map { watch in
            Standing(
                feature: watch.feature, counts: (watch.reference.count, watch.recentCount),
                isWatching: watch.isWatching, alarm: watch.alarm, sizes: watch.sizes, shift: watch.shift,
                smirnov: watch.isWatching ? watch.smirnov : nil, hasTrend: watch.hasTrend,
                logEvidence: watch.logEvidence)
        }
    }

    /// Each watched feature's stability index, less what chance brings: quicker to make than ``standings``.
    public var shifts: [(feature: DriftFeature, shift: Double)] {
        watches.filter { $0.isWatching && $0.recentCount > 0 }.map { ($0.feature, $0.shift) }
    }

    /// Whether any feature's reference is complete.
    public var isWatching: Bool { watches.contains { $0.isWatching } }

    /// Takes a request in.
    mutating func add(_ features: RequestFeatures, _ settings: DriftSettings) -> [DriftEvent] {
        requests &+= 1
        last = features.time
        var events: [DriftEvent] = []
        for place in watches.indices {
            switch watches[place].add(features, settings) {
            case .raised: raise(watches[place], features.time, settings, &events)
            case .resolved: settle(watches[place].feature.family, &events)
            case nil: break
            }
        }
        return events + age(at: features.time, settings)
    }

    /// Takes what comes next as the reference.
    mutating func accept(_ reason: DriftEvent.Reason, family: DriftFeature.Family? = nil) -> [DriftEvent] {
        for place in watches.indices where family == nil || watches[place].feature.family == family {
            watches[place].forget()
        }
        let over = alerts.filter { family == nil || $0.family == family }
        alerts.removeAll { family == nil || $0.family == family }
        return over.map { .resolved($0, reason) }
    }

    private mutating func raise(
        _ watch: FeatureWatch, _ time: Int64, _ settings: DriftSettings, _ events: inout [DriftEvent]
    ) {
        let family = watch.feature.family
        let sizes = watch.sizes
        let change = DriftAlert.Change(
            feature: watch.feature, before: sizes.before, now: sizes.now, shift: watch.shift,
            logEvidence: watch.logEvidence)
        // What changes together is one alert.
        if let place = alerts.firstIndex(where: { $0.family == family }) {
            alerts[place].changes.removeAll { $0.feature == watch.feature }
            return alerts[place].changes.append(change)
        }
        let alert = DriftAlert(
            id: "\(name.alias)/\(name.destination)/\(family.rawValue)\(name.isCanary ? "/canary" : "")/\(time)",
            stream: name, family: family, raised: time, since: watch.rising ?? time,
            requests: max(0, requests - settings.reference), changes: [change], alpha: settings.alpha)
        alerts.append(alert)
        events.append(.raised(alert))
    }

    private mutating func settle(_ family: DriftFeature.Family, _ events: inout [DriftEvent]) {
        guard !watches.contains(where: { $0.feature.family == family && $0.alarm != nil }),
            let place = alerts.firstIndex(where: { $0.family == family })
        else { return }
        events.append(.resolved(alerts.remove(at: place), .recovered))
    }

    private mutating func age(at time: Int64, _ settings: DriftSettings) -> [DriftEvent] {
        guard let limit = settings.acceptAfter else { return [] }
        return alerts.filter { time - $0.raised >= limit }.flatMap { accept(.aged, family: $0.family) }
    }
}
