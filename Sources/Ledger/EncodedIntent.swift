internal import Cryptography
public import Inference

/// An intent, encoded, with what its receipt will say. Entries that hold more of its fingerprints stand before it, and are written
/// with it or not at all.
public struct EncodedIntent: Sendable {
    /// Whose request.
    public let requestID: RequestID
    let destination: Destination
    let form: SendingForm
    let commitment: Digest32
    let attempt: Int
    /// The entries of the kind `exposure` that stand before it, in their order.
    let exposures: [EncodedEntry]
    let entry: EncodedEntry

    /// The most bytes that it and the entries before it take in bundles, lengths included.
    public var bundleBytes: Int { exposures.reduce(entry.bundleBytes) { $0 + $1.bundleBytes } }

    /// Encodes an intent. Throws for what does not fit a line.
    public init(_ intent: LedgerEntry.Intent) throws(LedgerEntryTooLong) {
        requestID = intent.asked.requestID
        destination = intent.destination
        form = intent.form
        commitment = intent.commitment
        attempt = intent.attempt
        let slices = ExposureSlices(intent.exposure)
        var exposures: [EncodedEntry] = []
        for (index, slice) in slices.parts.enumerated() {
            let part = LedgerEntry.ExposurePart(
                time: intent.time, requestID: intent.asked.requestID, attempt: intent.attempt, part: index + 1,
                values: [])
            exposures.append(try part.encoded(slice))
        }
        self.exposures = exposures
        entry = try intent.encoded(slices)
    }
}
