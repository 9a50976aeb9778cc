internal import Ledger

/// Adds up a report, one entry at a time, in one pass. Texts are given once and then named by number: `caller`, `place`,
/// `word`, `policies`.
public struct ReportBuilder {
    /// What is counted of an attempt or a denial; the texts by their numbers.
    public struct Entry {
        /// Milliseconds since 1970.
        public var time: Int64 = 0
        /// From `caller`.
        public var caller = 0
        /// From `place`; -1 for denials.
        public var place = -1
        /// From `policies`.
        public var policies = 0
        /// From `word`: why it was denied; -1 for attempts.
        public var reason = -1
        /// From `word`: how it ended; -1 where that is not recorded.
        public var outcome = -1
        /// Whether it counts as a request: no attempt of the same request did before.
        public var isNewRequest = true
        /// Tokens of the prompt; -1 where the upstream did not say.
        public var input: Int64 = -1
        /// Those of them from a cache.
        public var cachedInput: Int64 = 0
        /// Tokens of the answer.
        public var output: Int64 = 0
        /// Nano-USD; `nil` where no price is known.
        public var nanoUSD: Int64?
        /// Microseconds to the first byte; -1 where there was none.
        public var firstByte: Int64 = -1
        /// Microseconds to the end.
        public var total: Int64 = -1
        /// Microseconds of the gateway's own; -1 where not recorded.
        public var gateway: Int64 = -1

        /// Nothing yet.
        public init() {}
    }

    struct CallerName: Hashable {
        let tenant: String
        let name: String
    }

    struct Cell: Hashable {
        let dataClass: Int32
        let place: Int32
        let treatment: Int32
    }

    struct Sum {
        var attempts = 0
        var values = 0
        /// The last attempt that counted, so that two places of one attempt count once.
        var last = -1

        mutating func add(_ count: Int, _ serial: Int) {
            values &+= count
            if last != serial { attempts += 1 }
            last = serial
        }
    }

    struct Use {
        var model = (attempts: 0, input: 0, cached: 0, output: 0, unpriced: 0)
        var nanoUSD: Int64 = 0
        var firstByte: [Int64] = []
        var total: [Int64] = []
    }

    struct Hour {
        var attempts = 0
        var denied = 0
        var raw = 0
        var treated = 0
    }

    var report = ExposureReport()
    var callerNames = Interner<CallerName>()
    var callers: [ExposureReport.Caller] = []
    var places = Interner<LedgerEvent.Place>()
    var uses: [Use] = []
    var words = Interner<String>()
    var lists = Interner<[String]>()
    var decisions: [(permitted: Int, denied: Int)] = []
    var cells: [Cell: Sum] = [:]
    var hours: [Int64: Hour] = [:]
    var reasons: [Int: Int] = [:]
    var outcomes: [Int: Int] = [:]
    var unidentified: [Int: Int] = [:]
    var refused: [Int: Int] = [:]
    var acts: [Int: Int] = [:]
    var gateway: [Int64] = []
    var first = Int64.max
    var last = Int64.min
    var serial = 0
    var current = Entry()
    private let raw: Int
    private let unreachable: Int
    private let cached: Int

    /// A builder for what matches `filter`; it is given matching entries only.
    public init(_ filter: LedgerFilter) {
        report.filter = filter
        raw = words.number("raw")
        unreachable = words.number("unreachable")
        cached = words.number("cached")
    }

    // MARK: Texts

    /// The number of a principal.
    public mutating func caller(tenant: String, name: String) -> Int {
        let number = callerNames.number(CallerName(tenant: tenant, name: name))
        if number == callers.count { callers.append(ExposureReport.Caller(tenant: tenant, principal: name)) }
        return number
    }

    /// The number of a destination.
    public mutating func place(_ place: LedgerEvent.Place) -> Int {
        let number = places.number(place)
        if number == uses.count { uses.append(Use()) }
        return number
    }

    /// The number of a class, treatment, reason, outcome or kind.
    public mutating func word(_ text: String) -> Int { words.number(text) }

    /// The number of a set of policies.
    public mutating func policies(_ names: [String]) -> Int {
        let number = lists.number(names)
        if number == decisions.count { decisions.append((0, 0)) }
        return number
    }

    // MARK: Entries

    /// Names a ledger that was asked, and how many of its entries are known.
    public mutating func addLedger(_ name: String, entries: Int) {
        report.ledgers.append(ExposureReport.Count(name: name, count: entries))
    }

    /// Counts an attempt or a denial; its findings follow.
    public mutating func add(_ entry: Entry) {
        current = entry
        serial += 1
        first = min(first, entry.time)
        last = max(last, entry.time)
        let hour = entry.time.floored(to: 3_600_000)
        guard entry.place >= 0 else {
            report.totals.denied += 1
            callers[entry.caller].denied += 1
            decisions[entry.policies].denied += 1
            reasons[entry.reason, default: 0] += 1
            hours[hour, default: Hour()].denied += 1
            return
        }
        guard entry.outcome != cached else {
            report.totals.cached += 1
            decisions[entry.policies].permitted += 1
            outcomes[entry.outcome, default: 0] += 1
            return
        }
        report.totals.attempts += 1
        if entry.isNewRequest { report.totals.requests += 1 }
        callers[entry.caller].attempts += 1
        decisions[entry.policies].permitted += 1
        uses[entry.place].model.attempts += 1
        hours[hour, default: Hour()].attempts += 1
        if entry.gateway >= 0 { gateway.append(entry.gateway) }
        if entry.outcome >= 0 { addResult(entry) } else { report.totals.open += 1 }
    }

    /// Counts values of one class in the entry added last, which left in one way.
    public mutating func addFinding(dataClass: Int, treatment: Int, count: Int) {
        guard current.place >= 0, current.outcome != unreachable, current.outcome != cached else { return }
        let cell = Cell(
            dataClass: Int32(truncatingIfNeeded: dataClass), place: Int32(truncatingIfNeeded: current.place),
            treatment: Int32(truncatingIfNeeded: treatment))
        cells[cell, default: Sum()].add(count, serial)
        callers[current.caller].values &+= count
        let hour = current.time.floored(to: 3_600_000)
        if treatment == raw {
            callers[current.caller].rawValues &+= count
            report.totals.rawValues &+= count
            hours[hour, default: Hour()].raw &+= count
        } else {
            report.totals.treatedValues &+= count
            hours[hour, default: Hour()].treated &+= count
        }
    }

    /// Counts failed identifications.
    public mutating func addUnidentified(reason: Int, count: Int) { unidentified[reason, default: 0] &+= count }

    /// Counts requests of known principals that were turned away before policy was asked.
    public mutating func addRefused(reason: Int, count: Int) { refused[reason, default: 0] &+= count }

    /// Counts an entry of another kind.
    public mutating func addAct(kind: Int, count: Int) { acts[kind, default: 0] &+= count }

    private mutating func addResult(_ entry: Entry) {
        outcomes[entry.outcome, default: 0] += 1
        if entry.input >= 0 {
            uses[entry.place].model.input.add(entry.input)
            uses[entry.place].model.cached.add(entry.cachedInput)
            uses[entry.place].model.output.add(entry.output)
            report.totals.input.add(entry.input)
            report.totals.cachedInput.add(entry.cachedInput)
            report.totals.output.add(entry.output)
            callers[entry.caller].tokens.add(entry.input)
            callers[entry.caller].tokens.add(entry.output)
        }
        if let cost = entry.nanoUSD {
            uses[entry.place].nanoUSD.addSaturating(cost)
            report.totals.nanoUSD.addSaturating(cost)
            callers[entry.caller].nanoUSD.addSaturating(cost)
        } else {
            uses[entry.place].model.unpriced += 1
            report.totals.unpriced += 1
        }
        if entry.firstByte >= 0 { uses[entry.place].firstByte.append(entry.firstByte) }
        if entry.total >= 0 { uses[entry.place].total.append(entry.total) }
    }
}
