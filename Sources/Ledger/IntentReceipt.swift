public import Cryptography
public import Inference

/// The proof that a request's intent is on disk. Only the ledger makes it, and nothing leaves without it.
public struct IntentReceipt: Hashable, Sendable {
    /// Whose request.
    public let requestID: RequestID
    /// Where it may go.
    public let destination: Destination
    /// In which form.
    public let form: SendingForm
    /// Which attempt of the request, from 1.
    public let attempt: Int
    /// The index of the intent in its log; results name it.
    public let sequence: UInt64
    /// The commitment to the body, as the intent's line has it.
    public let commitment: Digest32

    init(intent: LedgerSequencer.PendingIntent) {
        requestID = intent.requestID
        destination = intent.destination
        form = intent.form
        attempt = intent.attempt
        sequence = intent.sequence
        commitment = intent.commitment
    }
}
