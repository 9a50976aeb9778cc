internal import Cryptography
public import Inference

/// An intent, encoded, with what its receipt will say.
public struct EncodedIntent: Sendable {
    /// Whose request.
    public let requestID: RequestID
    let destination: Destination
    let form: SendingForm
    let commitment: Digest32
    let entry: EncodedEntry

    /// The most bytes that its line takes, line feed included.
    public var lineBytes: Int { entry.lineBytes }

    /// Encodes an intent. Throws for what does not fit a line.
    public init(_ intent: LedgerEntry.Intent) throws(LedgerEntryTooLong) {
        requestID = intent.asked.requestID
        destination = intent.destination
        form = intent.form
        commitment = intent.commitment
        entry = try intent.encoded()
    }
}
