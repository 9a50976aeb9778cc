/// What is known of all streams: a value that can be written down and read again.
public struct DriftBook: Hashable, Sendable, Codable {
    /// What was written in another shape is not read.
    public static let version = 1

    /// The shape of what is written.
    public let version: Int
    /// How closely it watches.
    public private(set) var settings: DriftSettings
    /// Streams in the order in which they came.
    public private(set) var streams: [DriftStream] = []
    /// Requests of streams for which there was no room.
    public private(set) var unwatched = 0
    /// Alerts that were raised, by family.
    public private(set) var raised: [String: Int] = [:]
    private var seed: UInt64

    /// Nothing is known yet. `seed` breaks ties, drawn at random.
    public init(_ settings: DriftSettings = DriftSettings(), seed: UInt64) {
        version = Self.version
        self.settings = settings
        self.seed = seed
    }

    /// Takes other settings; streams go on where both agree on what a reference is, and begin anew otherwise.
    public mutating func adopt(_ other: DriftSettings) {
        if !settings.agrees(with: other) { streams = [] }
        settings = other
    }

    /// Takes a request in; what it changed about alerts.
    public mutating func add(_ features: RequestFeatures, to name: StreamName) -> [DriftEvent] {
        guard let place = place(of: name) else {
            unwatched &+= 1
            return []
        }
        let events = streams[place].add(features, settings.applied(to: name))
        for case .raised(let alert) in events { raised[alert.family.rawValue, default: 0] += 1 }
        return events
    }

    /// Takes what comes next as the reference: of all streams, or those of an alias, or of its one destination. How many, and
    /// what that ended.
    public mutating func accept(alias: String?, destination: String?) -> (streams: Int, events: [DriftEvent]) {
        var (count, events): (Int, [DriftEvent]) = (0, [])
        for place in streams.indices {
            let name = streams[place].name
            guard alias == nil || alias == name.alias, destination == nil || destination == name.destination else {
                continue
            }
            count += 1
            events += streams[place].accept(.accepted)
        }
        return (count, events)
    }

    /// Forgets the streams of which this says so: their alias is gone, say.
    public mutating func keep(where isKept: (StreamName) -> Bool) { streams.removeAll { !isKept($0.name) } }

    /// Alerts that are not over.
    public var alerts: [DriftAlert] { streams.flatMap(\.alerts) }

    private mutating func place(of name: StreamName) -> Int? {
        if let place = streams.firstIndex(where: { $0.name == name }) { return place }
        guard streams.count < settings.streams else { return nil }
        seed = seed &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
        streams.append(DriftStream(name, seed: seed))
        return streams.count - 1
    }
}
