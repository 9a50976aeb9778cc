public import Inference

// What requests tell of a destination while they are under way.

extension RoutingBook {
    /// Notes that a request leaves for a destination. Once its answer begins, `answerBegan` is to be called, and with its end `record`
    /// with the number in `AttemptMeasure.sending`.
    ///
    /// - Returns: Its number; `nil` where it need not be followed, since others are.
    public mutating func sent(
        _ destination: Destination, inputTokens: Int, isStream: Bool, outputTokens: Int? = nil, now: UInt64
    ) -> UInt64? {
        guard let record = records[destination] else { return nil }
        let size = CandidateRecord.size(ofInput: inputTokens)
        let usual = record.usual(size: size)
        let output = outputTokens ?? (record.outputs.count > 0 ? record.outputs.mean : Self.typicalOutput)
        lastSending &+= 1
        let isFollowed =
            records[destination]?.sendings.add(
                lastSending, size: size, isStream: isStream,
                start: UInt64(nanoseconds: usual?.start(isStream: isStream).middle ?? 0),
                expected: UInt64(nanoseconds: usual?.total(output: output, isStream: isStream) ?? 0), now: now)
        return isFollowed == true ? lastSending : nil
    }

    /// Notes that the answer to a request that was `sent` begins.
    public mutating func answerBegan(_ destination: Destination, _ sending: UInt64, now: UInt64) {
        records[destination]?.sendings.began(sending, now: now)
    }

    mutating func ended(_ destination: Destination, _ sending: UInt64, _ measure: AttemptMeasure) {
        if measure.outcome == .outpaced, measure.firstToken == nil {
            records[destination]?.sendings.givenUp(sending, after: measure.total)
            return
        }
        guard measure.outcome.isHealthy == true, measure.outcome.isAnswer, let output = measure.usage?.output else {
            records[destination]?.sendings.dropped(sending)
            return
        }
        records[destination]?.sendings.ended(sending, total: measure.total, output: output)
    }
}
