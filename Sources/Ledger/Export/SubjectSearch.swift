public import Inference
private import JSONText

/// One attempt in which a value left, or was about to leave.
public struct SubjectExposure: Hashable, Sendable {
    /// A class and the form in which the value left under it.
    public struct Way: Hashable, Sendable, Comparable {
        /// What it was found to be.
        public let dataClass: String
        /// In which form it left; see `AppliedTreatment`.
        public let treatment: String

        /// Puts it together.
        public init(dataClass: String, treatment: String) {
            self.dataClass = dataClass
            self.treatment = treatment
        }

        /// By class, then form.
        public static func < (left: Self, right: Self) -> Bool {
            (left.dataClass, left.treatment) < (right.dataClass, right.treatment)
        }
    }

    /// The number of the log, and the intent's index there.
    public var log: Int
    /// The intent's index in its log.
    public var sequence: UInt64
    /// When, as the intent has it.
    public var time: String
    /// The request's identifier, `req_…`.
    public var request: String
    /// Which attempt of it, from 1.
    public var attempt: Int
    /// Who asked.
    public var principal: String
    /// In which tenant.
    public var tenant: String
    /// Where to.
    public var provider: String
    /// The provider's name of the model.
    public var model: String
    /// Where it computes.
    public var region: String?
    /// Whether that is in the house.
    public var isInternal: Bool
    /// The form of the whole request; see `SendingForm`.
    public var form: String
    /// What the value was found to be and in which form it left, each once.
    public var ways: [Way]
    /// How the attempt ended, `nil` where no result is recorded. `unreachable`: nothing left.
    public var outcome: String?
    /// Bytes of body sent, by the result.
    public var bytesSent: Int?

    /// Puts it together.
    public init(
        log: Int, sequence: UInt64, time: String, request: String, attempt: Int, principal: String, tenant: String,
        provider: String, model: String, region: String?, isInternal: Bool, form: String, ways: [Way],
        outcome: String? = nil, bytesSent: Int? = nil
    ) {
        (self.log, self.sequence, self.time) = (log, sequence, time)
        (self.request, self.attempt) = (request, attempt)
        (self.principal, self.tenant) = (principal, tenant)
        (self.provider, self.model, self.region) = (provider, model, region)
        (self.isInternal, self.form, self.ways) = (isInternal, form, ways)
        (self.outcome, self.bytesSent) = (outcome, bytesSent)
    }
}

/// Finds the attempts in which one of some fingerprints left, in entries that are given in their order.
public struct SubjectSearch: Sendable {
    private let wanted: Set<String>
    private var found: [SubjectExposure] = []
    /// By request and attempt: where in `found` one is that has no result yet.
    private var waiting: [String: Int] = [:]
    /// What entries of the kind `exposure` said of attempts whose intent has not come yet.
    private var parts: [String: Set<SubjectExposure.Way>] = [:]

    private static let exposed = Array(#""exposed":[{"#.utf8)
    private static let result = Array(#""kind":"result""#.utf8)

    /// Looks for any of these.
    public init(_ fingerprints: some Sequence<ValueFingerprint>) { wanted = Set(fingerprints.map(\.text)) }

    /// What was found, in the order of the entries.
    public var exposures: [SubjectExposure] { found }

    /// The requests of which only an entry `exposure` names a fingerprint, and no intent follows: the gateway ended in between,
    /// and nothing left.
    public var unsentRequests: Set<String> {
        Set(parts.keys.compactMap { $0.split(separator: "#").first.map(String.init) })
    }

    /// Takes the next entry. What is no entry says nothing.
    public mutating func add(log: Int, _ entry: UnsafeRawBufferPointer) {
        let isResult = !waiting.isEmpty && entry.contains(Self.result)
        guard isResult || entry.contains(Self.exposed),
            let root = (try? JSONDocument(parsing: [UInt8](entry)))?.root
        else { return }
        let request = root["request"]?.string ?? ""
        let attempt = root["attempt"]?.int ?? 0
        let key = "\(request)#\(attempt)"
        switch root["kind"]?.string {
        case "exposure":
            let ways = ways(root)
            if !ways.isEmpty { parts[key, default: []].formUnion(ways) }
        case "intent":
            let ways = ways(root).union(parts.removeValue(forKey: key) ?? [])
            guard !ways.isEmpty else { return }
            waiting[key] = found.count
            found.append(Self.exposure(log, root, request, attempt, ways))
        case "result":
            guard let index = waiting.removeValue(forKey: key) else { return }
            found[index].outcome = root["outcome"]?.string
            found[index].bytesSent = root["bytes_sent"]?.int
        default: break
        }
    }

    private func ways(_ entry: JSONValue) -> Set<SubjectExposure.Way> {
        var ways: Set<SubjectExposure.Way> = []
        guard let lines = entry["exposed"] else { return ways }
        for line in lines.elements {
            guard let values = line["values"], let dataClass = line["class"]?.string,
                let treatment = line["treatment"]?.string
            else { continue }
            for value in values.elements where value.string.map(wanted.contains) ?? false {
                ways.insert(SubjectExposure.Way(dataClass: dataClass, treatment: treatment))
                break
            }
        }
        return ways
    }

    private static func exposure(
        _ log: Int, _ intent: JSONValue, _ request: String, _ attempt: Int, _ ways: Set<SubjectExposure.Way>
    ) -> SubjectExposure {
        let destination = intent["destination"]
        return SubjectExposure(
            log: log, sequence: UInt64(clamping: intent["seq"]?.int ?? 0), time: intent["time"]?.string ?? "",
            request: request, attempt: attempt, principal: intent["principal"]?["name"]?.string ?? "",
            tenant: intent["principal"]?["tenant"]?.string ?? "", provider: destination?["provider"]?.string ?? "",
            model: destination?["model"]?.string ?? "", region: destination?["region"]?.string,
            isInternal: destination?["internal"]?.bool ?? false, form: intent["form"]?.string ?? "",
            ways: ways.sorted())
    }
}

extension UnsafeRawBufferPointer {
    /// Whether some bytes stand in it.
    fileprivate func contains(_ other: [UInt8]) -> Bool {
        guard let first = other.first, count >= other.count else { return false }
        let last = count - other.count
        var index = 0
        while index <= last {
            if self[index] == first, self[(index + 1)..<(index + other.count)].elementsEqual(other.dropFirst()) {
                return true
            }
            index += 1
        }
        return false
    }
}
