public import Cryptography
public import Inference

extension LedgerEntry {
    /// `start`: the gateway began to write.
    public struct Start: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// The gateway's version; member `version`.
        public var version: String
        /// SHA-256 of the policy set in force, in hexadecimal; member `policy_set`.
        public var policySet: String
        /// `power` or `process`, see `LedgerStore`; member `durability`. The store fills it in.
        public var durability: String
        /// Bytes of an unfinished last line that were cut off; member `cut_bytes`. The store fills it in.
        public var cutBytes: Int

        /// Puts it together.
        public init(
            time: LedgerTime, version: String, policySet: String, durability: String = "power", cutBytes: Int = 0
        ) {
            self.time = time
            self.version = version
            self.policySet = policySet
            self.durability = durability
            self.cutBytes = cutBytes
        }
    }

    /// `stop`: the gateway ends in good order.
    public struct Stop: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// Why, a word such as `signal`; member `reason`.
        public var reason: String

        /// Puts it together.
        public init(time: LedgerTime, reason: String) {
            self.time = time
            self.reason = reason
        }
    }

    /// `reload`: configuration, policies, keys and certificates were read again.
    public struct Reload: Hashable, Sendable {
        /// What made the gateway read.
        public enum Trigger: String, Hashable, Sendable, CaseIterable {
            /// A file of the policies changed.
            case files
            /// SIGHUP.
            case signal
            /// An administrator's request; the `administered` entry before says whose.
            case request
        }

        /// When; member `time`.
        public var time: LedgerTime
        /// Whether the new set is in force; otherwise the old one is still; member `ok`.
        public var isInForce: Bool
        /// SHA-256 of the policy set in force now, in hexadecimal; member `policy_set`.
        public var policySet: String
        /// The same of the set in force before; member `policy_set_before`.
        public var policySetBefore: String
        /// What made the gateway read; member `trigger`.
        public var trigger: Trigger
        /// The number of API keys in force now; member `keys`.
        public var keys: Int

        /// Puts it together.
        public init(
            time: LedgerTime, isInForce: Bool, policySet: String, policySetBefore: String, trigger: Trigger, keys: Int
        ) {
            self.time = time
            self.isInForce = isInForce
            self.policySet = policySet
            self.policySetBefore = policySetBefore
            self.trigger = trigger
            self.keys = keys
        }
    }

    /// `administered`: somebody used, or tried to use, a function of the gateway that is for its operators.
    public struct Administered: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// The request's identifier; member `request`.
        public var requestID: RequestID
        /// Who; member `principal`, as in `intent`.
        public var principal: Principal
        /// The caller's address without port; member `client`.
        public var clientAddress: String
        /// Which function, such as `reload`; member `function`.
        public var function: String
        /// Whether policy permits it; member `ok`.
        public var isPermitted: Bool
        /// Identifiers of the policies that decided; member `policies`.
        public var policies: [String]
        /// SHA-256 of the policy set that decided, in hexadecimal; member `policy_set`.
        public var policySet: String

        /// Puts it together.
        public init(
            time: LedgerTime, requestID: RequestID, principal: Principal, clientAddress: String, function: String,
            isPermitted: Bool, policies: [String], policySet: String
        ) {
            self.time = time
            self.requestID = requestID
            self.principal = principal
            self.clientAddress = clientAddress
            self.function = function
            self.isPermitted = isPermitted
            self.policies = policies
            self.policySet = policySet
        }
    }

    /// `key_created` and `key_revoked`: the set of API keys changed. What changed while no gateway served is recorded at the next start.
    public struct KeyChange: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// The key's public identifier; member `key`.
        public var keyID: String
        /// Whose key; member `principal` (`kind`, `name`, `teams`, `tenant`).
        public var kind: Principal.Kind
        /// Whose key.
        public var name: String
        /// The teams of whose key.
        public var teams: [String]
        /// The tenant of whose key.
        public var tenant: String
        /// The models that it may be used for, as names or beginnings with `*`; member `models`, empty: all.
        public var models: [String]
        /// The addresses from which it may be used, in CIDR notation; member `addresses`, empty: all.
        public var addresses: [String]
        /// When it was made, or revoked; member `since`.
        public var since: LedgerTime
        /// Until when it is valid; member `expires`.
        public var expires: LedgerTime?

        /// Puts it together.
        public init(
            time: LedgerTime, keyID: String, kind: Principal.Kind, name: String, teams: [String], tenant: String,
            models: [String], addresses: [String], since: LedgerTime, expires: LedgerTime?
        ) {
            self.time = time
            self.keyID = keyID
            self.kind = kind
            self.name = name
            self.teams = teams
            self.tenant = tenant
            self.models = models
            self.addresses = addresses
            self.since = since
            self.expires = expires
        }
    }

    /// `keys_rotated`: from this entry on, surrogates are made under another generation of the tenants' keys.
    public struct KeyRotation: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// Which generation is in force now, from 1 on; member `generation`.
        public var generation: Int

        /// Puts it together.
        public init(time: LedgerTime, generation: Int) {
            self.time = time
            self.generation = generation
        }
    }

    /// `continued`: the first entry of a log that goes on after another, which was closed by `audit rotate`.
    public struct Continued: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// The origin of the log before; member `origin` of `after`.
        public var origin: String
        /// How many entries it has; member `size` of `after`.
        public var size: UInt64
        /// The root of its last checkpoint; member `root` of `after`, standard base64 as the checkpoint has it.
        public var root: String

        /// Puts it together.
        public init(time: LedgerTime, origin: String, size: UInt64, root: String) {
            self.time = time
            self.origin = origin
            self.size = size
            self.root = root
        }
    }

    /// `shredded`: data keys of sealed payloads were destroyed, so that nobody can read those any more.
    public struct Shredding: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// How many data keys; member `keys`.
        public var keys: Int
        /// What was sealed before this moment; member `before`, absent where it was not chosen by age.
        public var before: LedgerTime?
        /// Whose payloads, as fingerprints; member `subjects`, absent where it is empty.
        public var subjects: [ValueFingerprint]

        /// How many sealed requests; member `requests`.
        public var requests: Int
        /// How they were chosen: `before`, `retention`, `subject`, `request` or `unrecorded`; member `reason`.
        public var reason: String
        /// The request, where one was chosen by its identifier; member `request`.
        public var request: String?
        /// Whether it came to its end; otherwise it was broken off, and some of it may still be readable; member `ok`.
        public var isComplete: Bool

        /// Puts it together.
        public init(
            time: LedgerTime, keys: Int, before: LedgerTime? = nil, subjects: [ValueFingerprint] = [],
            requests: Int = 0,
            reason: String, request: String? = nil, isComplete: Bool = true
        ) {
            self.time = time
            self.keys = keys
            self.before = before
            self.subjects = subjects
            self.requests = requests
            self.reason = reason
            self.request = request
            self.isComplete = isComplete
        }
    }

    /// `opened`: somebody who holds the vault's master key read a sealed payload on the gateway's machine.
    public struct Opening: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// The request's identifier; member `request`.
        public var request: String

        /// Puts it together.
        public init(time: LedgerTime, request: String) {
            self.time = time
            self.request = request
        }
    }

    /// `exported`: somebody who holds the vault's master key opened sealed payloads on the gateway's machine and made a data set of them,
    /// or tried to.
    public struct DataExport: Hashable, Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// The account on the machine; member `user`.
        public var user: String
        /// How the records are written, such as `openai-chat`; member `format`.
        public var format: String
        /// What was chosen by, such as `since=2026-11-16`; member `filters`.
        public var filters: [String]
        /// How many sealed requests were to be opened; member `requests`.
        public var requests: Int
        /// How many records were written; member `records`.
        public var records: Int
        /// SHA-256 of the datasheet, which has those of the files; member `digest`, absent where nothing was written.
        public var digest: Digest32?
        /// Whether a data set was written; otherwise it was refused or broken off, and nothing is left of it; member `ok`.
        public var isComplete: Bool

        /// Puts it together.
        public init(
            time: LedgerTime, user: String, format: String, filters: [String], requests: Int, records: Int,
            digest: Digest32?, isComplete: Bool
        ) {
            self.time = time
            self.user = user
            self.format = format
            self.filters = filters
            self.requests = requests
            self.records = records
            self.digest = digest
            self.isComplete = isComplete
        }
    }
}
