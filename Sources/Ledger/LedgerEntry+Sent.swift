public import Cryptography
public import Inference

extension LedgerEntry {
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
        /// What leaves in which form, and whose. Its counts are the member `data` (list of `class`, `count`, `place`, `treatment`,
        /// whose sums are those of `asked.data`). Its values are the member `exposed`: list of `class`, `treatment` and `values`,
        /// which are keyed fingerprints of 22 base64url characters, sorted. Of more than 512 the first are here and the others in
        /// entries of the kind `exposure`, which the member `exposure_parts` counts (absent where it is 0).
        public var exposure: Exposure
        /// Whether request and response are kept, sealed, in the vault; member `sealed`.
        public var isSealed: Bool
        /// SHA-256(salt ‖ body as it leaves), see `PromptCommitter`; member `prompt`, hexadecimal.
        public var commitment: Digest32
        /// Which attempt of this request, from 1; member `attempt`.
        public var attempt: Int
        /// Why this one of the destinations that policy permits; member `route`: `passed_over`, `reason`, `strategy`. Gateways before
        /// it wrote none.
        public var choice: Choice?

        /// Puts it together.
        public init(
            time: LedgerTime, asked: Asked, destination: Destination, region: String?, isInternal: Bool,
            form: SendingForm, policies: [String], considered: [Considered], exposure: Exposure,
            isSealed: Bool = false, commitment: Digest32, attempt: Int, choice: Choice? = nil
        ) {
            self.time = time
            self.asked = asked
            self.destination = destination
            self.region = region
            self.isInternal = isInternal
            self.form = form
            self.policies = policies
            self.considered = considered
            self.exposure = exposure
            self.isSealed = isSealed
            self.commitment = commitment
            self.attempt = attempt
            self.choice = choice
        }
    }

    /// Why a destination was chosen among those that policy permits.
    public struct Choice: Hashable, Sendable {
        /// How candidates are put in order, such as `balanced`; member `strategy`.
        public var strategy: String
        /// Why this one stood where it stood, in words of ours; member `reason`.
        public var reason: String
        /// How many others policy permits; member `passed_over`.
        public var passedOver: Int

        /// Puts it together.
        public init(strategy: String, reason: String, passedOver: Int) {
            self.strategy = strategy
            self.reason = reason
            self.passedOver = passedOver
        }
    }

    /// `exposure`: fingerprints that found no room in their intent, which follows in the same batch. An attempt's parts are numbered
    /// from 1 on.
    public struct ExposurePart: Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// The request's identifier; member `request`.
        public var requestID: RequestID
        /// Which attempt of the request, from 1; member `attempt`.
        public var attempt: Int
        /// Which part, from 1; member `part`.
        public var part: Int
        /// The fingerprints; member `exposed`, as in `intent`.
        public var values: [Exposure.Values]

        /// Puts it together.
        public init(
            time: LedgerTime, requestID: RequestID, attempt: Int, part: Int, values: [Exposure.Values]
        ) {
            self.time = time
            self.requestID = requestID
            self.attempt = attempt
            self.part = part
            self.values = values
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
        /// The caller went away, or another attempt for it answered first.
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
        /// Which attempt of the request, from 1; member `attempt`. With `request` it tells which intent this belongs to.
        public var attempt: Int
        /// The index of the intent in its log; member `intent`.
        public var intent: UInt64
        /// How; member `outcome`.
        public var outcome: Outcome
        /// The HTTP status of the upstream's answer, or `nil` where there was none; member `status`.
        public var status: Int?
        /// Tokens as the upstream counted them, `nil` where it did not say; member `usage` (`cached_input`, `input`, `output`, and
        /// `estimated`: `true` where the gateway estimated them, since the answer broke off).
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

        /// Puts it together.
        public init(
            time: LedgerTime, requestID: RequestID, attempt: Int, intent: UInt64, outcome: Outcome, status: Int?,
            usage: TokenUsage?,
            cost: Money?, firstByteMicroseconds: Int64?, totalMicroseconds: Int64, bytesSent: Int, bytesReceived: Int
        ) {
            self.time = time
            self.requestID = requestID
            self.attempt = attempt
            self.intent = intent
            self.outcome = outcome
            self.status = status
            self.usage = usage
            self.cost = cost
            self.firstByteMicroseconds = firstByteMicroseconds
            self.totalMicroseconds = totalMicroseconds
            self.bytesSent = bytesSent
            self.bytesReceived = bytesReceived
        }
    }
}
