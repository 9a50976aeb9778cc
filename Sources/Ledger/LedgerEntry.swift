public import Cryptography
public import Inference

/// What the ledger records. Version 2 of the schema: each entry is one line, an object in RFC 8785's canonical form.
///
/// Version 2 added what policies see, so that they can be asked again: `considered` of intents, `form` in it,
/// `principal.attributes`, `purpose`, `tools` and `tools_left_out`. Lines of version 1 stay valid; they say nothing of these.
///
/// Members of every line:
///
/// | member | value |
/// |---|---|
/// | `kind` | `intent`, `result`, `denied`, `unidentified`, `start`, `stop`, `reload`, `administered`, `key_created`, `key_revoked`, `keys_rotated` |
/// | `prev` | SHA-256, as 64 hexadecimal digits, of the line before, without its line feed; 64 zeros in the first line |
/// | `seq` | the line's index in the whole log, from 0 |
/// | `time` | when its maker wrote it, UTC, with milliseconds; lines of different event loops may be out of order by moments |
/// | `v` | 2 |
///
/// The further members stand with the types below, in the order of their names. A member whose value is `nil` is left
/// out, but for `cost_nano_usd` and `usage`, which are `null` then. Numbers are whole and within ±(2⁵³ − 1), which
/// every reader of JSON keeps exactly; what lies outside is brought to the nearer end.
///
/// No entry holds a value of anybody's data: the types have no place for one. Names that a caller chose freely (the
/// model asked for, `traceparent`) are cut at 256 bytes, marked with `…`.
public enum LedgerEntry: Sendable {
    /// A request is about to leave. On disk before its first byte goes out.
    case intent(Intent)
    /// How a request ended that had an intent.
    case result(Result)
    /// A request of a known principal was refused, and nothing left.
    case denied(Denied)
    /// Requests without a proven identity, counted.
    case unidentified(Unidentified)
    /// The gateway began to write.
    case start(Start)
    /// The gateway ends in good order.
    case stop(Stop)
    /// Configuration, policies, keys or certificates were read again.
    case reload(Reload)
    /// Somebody used, or tried to use, a function of the gateway that is for its operators.
    case administered(Administered)
    /// An API key was made.
    case keyCreated(KeyChange)
    /// An API key was revoked.
    case keyRevoked(KeyChange)
    /// Surrogates are made under new keys.
    case keysRotated(KeyRotation)
}

/// The version of the schema that this module writes, the member `v`.
public enum LedgerSchema {
    /// Version 2.
    public static let version = 2
    /// The versions that a reader knows.
    public static let known = 1...version
    /// The most bytes a line may have, its line feed not counted: what a tlog-tiles entry bundle holds
    /// (`c2sp.org/tlog-tiles`).
    public static let maximumLineBytes = 65_535
}

extension LedgerEntry {
    /// A number of findings or treatments of one class.
    public struct ClassCount: Hashable, Sendable {
        /// The kind of data.
        public let dataClass: DataClass
        /// How many.
        public let count: Int

        /// Puts a line together.
        public init(dataClass: DataClass, count: Int) {
            self.dataClass = dataClass
            self.count = count
        }
    }

    /// The names of the tools that a request defines, as far as they are recorded: a caller chooses them freely, so only those of
    /// 1 to 128 ASCII letters, digits, `_`, `.` and `-` are, of the first 256, and no more than fit 8 KiB. The others are counted.
    public struct Tools: Hashable, Sendable {
        private enum Bounds {
            /// The longest name that either dialect allows.
            static let name = 128
            /// An eighth of a line.
            static let allNames = 8_192
            /// More than providers take.
            static let count = 256
        }

        /// The names, each once, in their order; member `tools`.
        public let names: [String]
        /// How many others there are; member `tools_left_out`, absent where it is 0.
        public let leftOut: Int

        /// Takes all names; those that `isPrivate` says yes to are counted only.
        public init(_ all: [String], isPrivate: (String) -> Bool = { _ in false }) {
            var names: [String] = []
            var seen: Set<String> = []
            var room = Bounds.allNames
            var leftOut = 0
            for name in all where seen.insert(name).inserted {
                let bytes = name.utf8.count
                guard seen.count <= Bounds.count, bytes <= room, Self.isName(name), !isPrivate(name) else {
                    leftOut += 1
                    continue
                }
                room -= bytes
                names.append(name)
            }
            self.names = names
            self.leftOut = leftOut
        }

        private static func isName(_ text: String) -> Bool {
            (1...Bounds.name).contains(text.utf8.count)
                && text.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                    default: false
                    }
                }
        }
    }

    /// Who asked, for what: what intents and denials have in common.
    public struct Asked: Sendable {
        /// The request's identifier; member `request`, as `req_…`.
        public var requestID: RequestID
        /// W3C trace context of the caller; member `traceparent`.
        public var traceparent: String?
        /// Who; member `principal`: `attributes` (an object from name to text, number, boolean or list of texts; absent
        /// without any), `attributes_left_out` (how many found no room in 8 KiB; absent where it is 0), `credential`, `kind`,
        /// `method`, `name`, `teams`, `tenant`.
        public var principal: Principal
        /// The caller's address without port; member `client`.
        public var clientAddress: String
        /// The caller's protocol; member `dialect`.
        public var dialect: Dialect
        /// What for; member `operation`.
        public var operation: Operation
        /// The model that the caller named; member `model`.
        public var model: ModelID
        /// Whether the answer shall be streamed; member `stream`.
        public var isStreaming: Bool
        /// Rough count of prompt tokens; member `tokens_estimated`.
        public var estimatedInputTokens: Int
        /// What data where; members `data` (list of `class`, `count`, `place`) and `coverage` (`texts` inspected,
        /// `unscannable` parts).
        public var data: DataSummary
        /// The tools that the request defines; members `tools` and `tools_left_out`.
        public var tools: Tools
        /// What the caller says it needs the answer for; member `purpose`.
        public var purpose: Purpose?
        /// SHA-256 of the policy set in force, in hexadecimal; member `policy_set`.
        public var policySet: String

        /// Puts it together.
        public init(
            requestID: RequestID, traceparent: String?, principal: Principal, clientAddress: String, dialect: Dialect,
            operation: Operation, model: ModelID, isStreaming: Bool, estimatedInputTokens: Int, data: DataSummary,
            tools: Tools = Tools([]), purpose: Purpose? = nil, policySet: String
        ) {
            self.requestID = requestID
            self.traceparent = traceparent
            self.principal = principal
            self.clientAddress = clientAddress
            self.dialect = dialect
            self.operation = operation
            self.model = model
            self.isStreaming = isStreaming
            self.estimatedInputTokens = estimatedInputTokens
            self.data = data
            self.tools = tools
            self.purpose = purpose
            self.policySet = policySet
        }
    }

    /// `intent`: a request is about to leave.
    public struct Intent: Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// Who and what for.
        public var asked: Asked
        /// Where to; member `destination`: `internal`, `model`, `provider`, `region`.
        public var destination: Destination
        /// Where the destination computes; member `region` of `destination`.
        public var region: String?
        /// Whether the destination is in the house; member `internal` of `destination`.
        public var isInternal: Bool
        /// In which form; member `form`.
        public var form: SendingForm
        /// Identifiers of the policies that permit it; member `policies`.
        public var policies: [String]
        /// Every destination that was considered, this one included; member `considered`. The first 32.
        public var considered: [Considered]
        /// How many values were replaced, by class; member `treatments` (list of `class`, `count`).
        public var treatments: [ClassCount]
        /// SHA-256(salt ‖ body as it leaves), see `PromptCommitter`; member `prompt`, hexadecimal.
        public var commitment: Digest32
        /// Which attempt of this request, from 1; member `attempt`.
        public var attempt: Int

        /// Puts it together.
        public init(
            time: LedgerTime, asked: Asked, destination: Destination, region: String?, isInternal: Bool,
            form: SendingForm, policies: [String], considered: [Considered], treatments: [ClassCount],
            commitment: Digest32, attempt: Int
        ) {
            self.time = time
            self.asked = asked
            self.destination = destination
            self.region = region
            self.isInternal = isInternal
            self.form = form
            self.policies = policies
            self.considered = considered
            self.treatments = treatments
            self.commitment = commitment
            self.attempt = attempt
        }
    }

    /// How a request ended.
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// The caller has the whole answer.
        case completed
        /// The upstream answered with an error, which the caller has.
        case refused
        /// No connection to the upstream, so nothing left.
        case unreachable
        /// The upstream took too long.
        case timedOut = "timed_out"
        /// The upstream stopped in the middle.
        case cut
        /// The caller went away.
        case cancelled
        /// This gateway failed.
        case failed
    }

    /// `result`: how a request ended.
    public struct Result: Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// The request's identifier; member `request`.
        public var requestID: RequestID
        /// The sequence number of the intent; member `intent`.
        public var intent: UInt64
        /// How; member `outcome`.
        public var outcome: Outcome
        /// The HTTP status of the upstream's answer, or `nil` where there was none; member `status`.
        public var status: Int?
        /// Tokens as the upstream counted them, `nil` where it did not say; member `usage` (`cached_input`, `input`,
        /// `output`).
        public var usage: TokenUsage?
        /// What it cost, `nil` where the price is unknown; member `cost_nano_usd`.
        public var cost: Money?
        /// Microseconds from the intent to the first byte of the answer; member `first_byte_us`.
        public var firstByteMicroseconds: Int64?
        /// Microseconds from the intent to the end; member `total_us`.
        public var totalMicroseconds: Int64
        /// Bytes of body sent to the upstream; member `bytes_sent`.
        public var bytesSent: Int
        /// Bytes of body received from the upstream; member `bytes_received`.
        public var bytesReceived: Int
        /// Attempts before this one; member `retries`.
        public var retries: Int

        /// Puts it together.
        public init(
            time: LedgerTime, requestID: RequestID, intent: UInt64, outcome: Outcome, status: Int?, usage: TokenUsage?,
            cost: Money?, firstByteMicroseconds: Int64?, totalMicroseconds: Int64, bytesSent: Int, bytesReceived: Int,
            retries: Int
        ) {
            self.time = time
            self.requestID = requestID
            self.intent = intent
            self.outcome = outcome
            self.status = status
            self.usage = usage
            self.cost = cost
            self.firstByteMicroseconds = firstByteMicroseconds
            self.totalMicroseconds = totalMicroseconds
            self.bytesSent = bytesSent
            self.bytesReceived = bytesReceived
            self.retries = retries
        }
    }

    /// Why a known principal's request was refused.
    public enum DenialReason: String, Hashable, Sendable, CaseIterable {
        /// A policy forbids it, or none permits it.
        case policy
        /// A policy failed, which denies.
        case policyError = "policy_error"
        /// The treatment of a class in it is `block`.
        case blocked
        /// A part could not be inspected and had to be.
        case unscannable
        /// A limit on requests, tokens or money.
        case limit
        /// The credential may not be used for the model.
        case credential
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

    /// How often identification failed for one reason.
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

    /// `key_created` and `key_revoked`: the set of API keys changed.
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
        /// Until when it is valid; member `expires`.
        public var expires: LedgerTime?

        /// Puts it together.
        public init(
            time: LedgerTime, keyID: String, kind: Principal.Kind, name: String, teams: [String], tenant: String,
            expires: LedgerTime?
        ) {
            self.time = time
            self.keyID = keyID
            self.kind = kind
            self.name = name
            self.teams = teams
            self.tenant = tenant
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
}
