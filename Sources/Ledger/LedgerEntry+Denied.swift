public import Inference

extension LedgerEntry {
    /// Why a known principal's request was refused.
    public enum DenialReason: String, Hashable, Sendable, CaseIterable {
        /// A policy forbids it, or none permits it.
        case policy
        /// A policy failed, which denies.
        case policyError = "policy_error"
        /// The treatment of a class in it is `block`.
        case blocked
        /// A limit on requests, tokens or money. At most 16 a second are entries of their own; the others are counted in `refused`.
        case limit
        /// The credential may not be used for the model.
        case credential
        /// More different values of sensitive data than one request may have, so that not all could be recorded.
        case tooManyValues = "too_many_values"
        /// Two names of one object would have become equal under the treatment.
        case ambiguousNames = "ambiguous_names"
    }

    /// One destination that was considered, and what policy said of it.
    public struct Considered: Hashable, Sendable {
        /// Where to; member `destination` (`model`, `provider`).
        public var destination: Destination
        /// In which form it is permitted; member `form`, absent where it is not.
        public var form: SendingForm?
        /// Identifiers of the policies that permit or forbid it, empty where none permits it; member `policies`.
        public var policies: [String]

        /// Puts it together.
        public init(destination: Destination, form: SendingForm? = nil, policies: [String]) {
            self.destination = destination
            self.form = form
            self.policies = policies
        }
    }

    /// `denied`: a known principal's request was refused, and nothing left.
    public struct Denied: Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// Who and what for.
        public var asked: Asked
        /// Why; member `reason`.
        public var reason: DenialReason
        /// The HTTP status of our answer; member `status`.
        public var status: Int
        /// The destinations considered; member `considered`. The first 32.
        public var considered: [Considered]

        /// Puts it together.
        public init(time: LedgerTime, asked: Asked, reason: DenialReason, status: Int, considered: [Considered]) {
            self.time = time
            self.asked = asked
            self.reason = reason
            self.status = status
            self.considered = considered
        }
    }

    /// `refused`: requests of known principals that nobody decided against, but which were turned away before policy was asked: for want
    /// of room or time (`overloaded`, `unavailable`), of form (`invalid_request`, `model_not_found`, …), or because a limit was spent
    /// once more (`rate_limited`). Nothing of them left. Counted over a while, at most one entry a second; `RefusalTally` makes these.
    public struct Refused: Hashable, Sendable {
        /// Whose requests, and how many.
        public struct PrincipalCount: Hashable, Sendable {
            /// The principal's name.
            public let name: String
            /// The principal's tenant.
            public let tenant: String
            /// How many requests.
            public let count: Int

            /// Puts it together.
            public init(name: String, tenant: String, count: Int) {
                self.name = name
                self.tenant = tenant
                self.count = count
            }
        }

        /// When the last of them came; member `time`.
        public var time: LedgerTime
        /// When the first of them came; member `since`.
        public var since: LedgerTime
        /// How many, by reason; member `reasons`, an object from reason to number.
        public let reasons: [ReasonCount]
        /// Whose, the first 16; member `principals`, list of `count`, `name`, `tenant`.
        public let principals: [PrincipalCount]
        /// Requests of principals that found no room in `principals`; member `others`.
        public var others: Int

        /// Puts it together.
        public init(
            time: LedgerTime, since: LedgerTime, reasons: [ReasonCount], principals: [PrincipalCount], others: Int
        ) {
            self.time = time
            self.since = since
            self.reasons = reasons.sorted { $0.reason < $1.reason }
            self.principals = principals
            self.others = others
        }
    }

    /// How often requests were refused for one reason.
    public struct ReasonCount: Hashable, Sendable {
        /// A word such as `expired`.
        public let reason: String
        /// How many.
        public let count: Int

        /// Puts it together.
        public init(reason: String, count: Int) {
            self.reason = reason
            self.count = count
        }
    }

    /// `unidentified`: requests without a proven identity, counted over a while. `UnidentifiedTally` makes these.
    public struct Unidentified: Hashable, Sendable {
        /// When the last of them came; member `time`.
        public var time: LedgerTime
        /// When the first of them came; member `since`.
        public var since: LedgerTime
        /// How many, by reason; member `reasons`, an object from reason to number.
        public let reasons: [ReasonCount]
        /// Addresses they came from, the first few; member `clients`.
        public var clientAddresses: [String]
        /// Requests from addresses that found no room in `clientAddresses`; member `others`.
        public var others: Int

        /// Puts it together.
        public init(
            time: LedgerTime, since: LedgerTime, reasons: [ReasonCount], clientAddresses: [String],
            others: Int
        ) {
            self.time = time
            self.since = since
            self.reasons = reasons.sorted { $0.reason < $1.reason }
            self.clientAddresses = clientAddresses
            self.others = others
        }
    }
}
