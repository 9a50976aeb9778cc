public import Inference

extension LedgerEntry {
    /// `cached`: a request was answered with an answer that was kept from an earlier request, which policy permitted to be sent in the same
    /// form to the same destination. Nothing left, and it cost nothing; so it has no result.
    public struct Cached: Sendable {
        /// When; member `time`.
        public var time: LedgerTime
        /// Who and what for. Its members `data` and `coverage` say what was found, as in `denied`.
        public var asked: Asked
        /// Whose answer it was; member `destination`, as in `intent`.
        public var destination: Destination
        /// Where the destination computes; member `region` of `destination`.
        public var region: String?
        /// Whether the destination is in the house; member `internal` of `destination`.
        public var isInternal: Bool
        /// In which form the request would have left; member `form`.
        public var form: SendingForm
        /// Identifiers of the policies that permit it; member `policies`.
        public var policies: [String]
        /// Every destination that was considered; member `considered`. The first 32.
        public var considered: [Considered]
        /// In the place of which attempt, from 1; member `attempt`.
        public var attempt: Int
        /// The request that was sent for the answer; member `answer_of`.
        public var answerOf: RequestID
        /// How long ago the answer came; member `age_ms`.
        public var ageMilliseconds: Int64
        /// Bytes of the answer's body as it was kept; member `answer_bytes`.
        public var answerBytes: Int

        /// Puts it together.
        public init(
            time: LedgerTime, asked: Asked, destination: Destination, region: String?, isInternal: Bool,
            form: SendingForm, policies: [String], considered: [Considered], attempt: Int, answerOf: RequestID,
            ageMilliseconds: Int64, answerBytes: Int
        ) {
            self.time = time
            self.asked = asked
            self.destination = destination
            self.region = region
            self.isInternal = isInternal
            self.form = form
            self.policies = policies
            self.considered = considered
            self.attempt = attempt
            self.answerOf = answerOf
            self.ageMilliseconds = ageMilliseconds
            self.answerBytes = answerBytes
        }
    }
}
