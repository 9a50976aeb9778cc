public import Inference

extension LedgerEntry {
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
        /// W3C trace context of the caller; member `traceparent`, absent where the caller's text is none.
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
        /// What data where; member `data` (list of `class`, `count`, `place`; an intent's lines also have `treatment`) and member
        /// `coverage`, the whole receipt in sums (list of `count`, `place`, `reason?`, `verdict`; see `Coverage`).
        public var data: DataSummary
        /// The tools that the request defines; members `tools` and `tools_left_out`.
        public var tools: Tools
        /// What the caller says it needs the answer for; member `purpose`.
        public var purpose: Purpose?
        /// SHA-256 of the policy set in force, in hexadecimal; member `policy_set`.
        public var policySet: String
        /// How long the stages before took; member `stages_us`.
        public var stages: StageTimes

        /// Puts it together.
        public init(
            requestID: RequestID, traceparent: String?, principal: Principal, clientAddress: String, dialect: Dialect,
            operation: Operation, model: ModelID, isStreaming: Bool, estimatedInputTokens: Int, data: DataSummary,
            tools: Tools = Tools([]), purpose: Purpose? = nil, policySet: String, stages: StageTimes = StageTimes()
        ) {
            self.requestID = requestID
            self.traceparent = traceparent.flatMap { Self.isTraceParent($0) ? $0 : nil }
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
            self.stages = stages
        }

        /// Whether a text has the form of a `traceparent` (W3C Trace Context, 3.2): a caller could put anything there, also
        /// somebody's data, which no detector has seen.
        private static func isTraceParent(_ text: String) -> Bool {
            let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            return parts.map(\.count) == [2, 32, 16, 2]
                && parts.allSatisfy { part in
                    part.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
                }
        }
    }

    /// Microseconds that a request spent in the stages before its record, waiting for a thread included; `nil` for a stage that it
    /// did not reach. An object with the members `authorise`, `inspect`, `read` and `treat`.
    public struct StageTimes: Hashable, Sendable {
        /// Parsing the body.
        public var read: Int64?
        /// Looking for sensitive data.
        public var inspect: Int64?
        /// Asking the policies.
        public var authorise: Int64?
        /// Making the form that may leave; of this attempt.
        public var treat: Int64?

        /// No stage was reached.
        public init(read: Int64? = nil, inspect: Int64? = nil, authorise: Int64? = nil, treat: Int64? = nil) {
            self.read = read
            self.inspect = inspect
            self.authorise = authorise
            self.treat = treat
        }
    }
}
