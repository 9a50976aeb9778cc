public import Inference
public import Ledger

/// Re-decides requests that the ledger recorded, under other policies or today's: what would change, for whom, how often.
///
/// Takes one request after the other and keeps sums only, so that a ledger of any length can be replayed. What an entry does not
/// tell is never guessed: such requests are counted apart.
public struct PolicyReplay {
    /// What policies said, or would say, of a request and a destination.
    public struct Judgement: Hashable, Sendable, CustomStringConvertible {
        /// The form in which it may be sent; `nil` where it is denied.
        public let form: SendingForm?
        /// The policies that decided, by id, sorted; empty where nothing permits it.
        public let policies: [String]

        init(form: SendingForm?, policies: [String]) {
            self.form = form
            self.policies = policies.sorted()
        }

        /// In words: `raw by internal-models-see-everything`.
        public var description: String {
            guard let form else { return policies.isEmpty ? "denied: nothing permits it" : "denied" + by }
            return form.rawValue + by
        }

        private var by: String { " by \(policies.joined(separator: ", "))" }
    }

    /// What would be different for one destination of a request.
    public struct Change: Hashable, Sendable {
        /// In which way it would be.
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            /// It was permitted, and would be denied.
            case refused
            /// It was denied, and would be permitted.
            case allowed
            /// It would be sent in another form.
            case form
            /// The outcome is the same, but other policies decide.
            case policy
        }

        /// Who asked, as policies write it: `User::"alice"`.
        public let who: String
        /// The model asked for.
        public let model: ModelID
        /// The destination that policies were asked about.
        public let destination: Destination
        /// The classes of data that were in it, sorted.
        public let classes: [DataClass]
        /// What policies said.
        public let was: Judgement
        /// What they would say.
        public let becomes: Judgement

        /// In which way it would be different.
        public var kind: Kind {
            switch (was.form, becomes.form) {
            case (_?, nil): .refused
            case (nil, _?): .allowed
            case (let was, let becomes): was == becomes ? .policy : .form
            }
        }
    }

    /// Equal changes of several requests.
    public struct Group: Sendable {
        /// What would be different.
        public let change: Change
        /// For how many requests.
        public fileprivate(set) var count = 0
        /// The first of them in the ledger.
        public fileprivate(set) var first: LedgerTime
        /// The last of them in the ledger.
        public fileprivate(set) var last: LedgerTime
    }

    /// What became of the requests.
    public struct Sums: Sendable {
        /// Requests in the time asked for.
        public internal(set) var requests = 0
        /// Requests that were decided again.
        public internal(set) var redecided = 0
        /// Of those: requests with a change at some destination.
        public internal(set) var changed = 0
        /// Of those: requests that were sent, or might have been, and would be refused altogether.
        public internal(set) var refused = 0
        /// Of those: requests that were refused altogether and could be sent.
        public internal(set) var allowed = 0
        /// Requests that `privacy.yaml` refused before policies were asked.
        public internal(set) var blocked = 0
        /// Requests whose entry does not tell all that policies see, by what it lacks (the first thing, of several).
        public internal(set) var notRecorded: [RecordedRequest.Gap: Int] = [:]
        /// Recorded destinations to which no alias leads any more.
        public internal(set) var gone: [Destination: Int] = [:]
        /// Destinations to which the alias leads now, and about which policies were not asked then.
        public internal(set) var new: [Destination: Int] = [:]
        /// Changes beyond the most groups that are kept.
        public internal(set) var ungrouped = 0
    }

    /// Enough for every report that somebody reads, and few enough to keep.
    private static let mostGroups = 20_000

    /// The sums so far.
    public private(set) var sums = Sums()
    private var groups: [Change: Group] = [:]
    private let workbench: PolicyWorkbench
    /// What to compare with in place of what was decided then.
    private let base: PolicyWorkbench?
    private let since: LedgerTime?
    private let until: LedgerTime?

    /// Replays under some policies what was recorded from `since` on and before `until`, and compares with what was decided then,
    /// or with what `base` says today.
    public init(
        _ workbench: PolicyWorkbench, comparedWith base: PolicyWorkbench? = nil, since: LedgerTime? = nil,
        until: LedgerTime? = nil
    ) {
        self.workbench = workbench
        self.base = base
        self.since = since
        self.until = until
    }

    /// Decides a request again; gives what would be different. Further attempts of a request are passed over.
    @discardableResult
    public mutating func take(_ request: RecordedRequest) -> [Change] {
        let time = LedgerTime(milliseconds: request.milliseconds)
        guard request.attempt == 1, since.map({ time >= $0 }) ?? true, until.map({ time < $0 }) ?? true else {
            return []
        }
        sums.requests += 1
        if request.denial == .blocked {
            sums.blocked += 1
            return []
        }
        if let gap = request.gaps.first {
            sums.notRecorded[gap, default: 0] += 1
            return []
        }
        let answers = (try? workbench.answers(to: RequestSketch(request))) ?? []
        let judged = judged(request)
        for answer in answers where !judged.contains(where: { $0.destination == answer.destination }) {
            sums.new[answer.destination, default: 0] += 1
        }
        return compare(request, judged, answers, at: time)
    }

    /// What to compare with, by destination.
    private func judged(_ request: RecordedRequest) -> [(destination: Destination, was: Judgement)] {
        guard let base else {
            return request.considered.map { ($0.destination, Judgement(form: $0.form, policies: $0.policies)) }
        }
        let answers = (try? base.answers(to: RequestSketch(request))) ?? []
        return answers.map { ($0.destination, Judgement($0)) }
    }

    private mutating func compare(
        _ request: RecordedRequest, _ judged: [(destination: Destination, was: Judgement)], _ answers: [PolicyAnswer],
        at time: LedgerTime
    ) -> [Change] {
        var changes: [Change] = []
        var (wasPermitted, isPermitted, isComparable) = (false, false, false)
        for (destination, was) in judged {
            guard let answer = answers.first(where: { $0.destination == destination }) else {
                sums.gone[destination, default: 0] += 1
                continue
            }
            isComparable = true
            let becomes = Judgement(answer)
            wasPermitted = wasPermitted || was.form != nil
            isPermitted = isPermitted || becomes.form != nil
            if was != becomes {
                changes.append(
                    Change(
                        who: "\(request.principal.policyName)", model: request.model,
                        destination: destination, classes: request.data.byClass.map(\.dataClass), was: was,
                        becomes: becomes))
            }
        }
        guard isComparable else { return [] }
        sums.redecided += 1
        if !changes.isEmpty { sums.changed += 1 }
        if wasPermitted, !isPermitted { sums.refused += 1 }
        if !wasPermitted, isPermitted { sums.allowed += 1 }
        for change in changes { count(change, at: time) }
        return changes
    }

    private mutating func count(_ change: Change, at time: LedgerTime) {
        if groups[change] == nil, groups.count >= Self.mostGroups {
            sums.ungrouped += 1
            return
        }
        groups[change, default: Group(change: change, first: time, last: time)].add(time)
    }

    /// The changes, most frequent first.
    public var changes: [Group] {
        groups.values.sorted { left, right in
            left.count == right.count
                ? (left.change.who, "\(left.change.destination)", "\(left.change.becomes)")
                    < (right.change.who, "\(right.change.destination)", "\(right.change.becomes)")
                : left.count > right.count
        }
    }
}

extension PolicyReplay.Judgement {
    fileprivate init(_ answer: PolicyAnswer) {
        switch answer.outcome {
        case .form(let form): self.init(form: form, policies: answer.policies)
        case .denied, .blocked, .permitted: self.init(form: nil, policies: answer.policies)
        }
    }
}

extension PolicyReplay.Group {
    fileprivate mutating func add(_ time: LedgerTime) {
        count += 1
        first = min(first, time)
        last = max(last, time)
    }
}

extension Principal {
    /// As policies write it: `User::"alice"`. What could act on a terminal is replaced.
    public var policyName: String {
        let safe = name.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                "\u{FFFD}"
            default: String(scalar)
            }
        }
        return "\(kind == .user ? "User" : "Service")::\"\(safe.joined())\""
    }
}
