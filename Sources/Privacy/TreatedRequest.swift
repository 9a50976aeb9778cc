public import Inference

/// A request in the form that policy permits for one destination: what may be sent there, and nothing else may. Only `PrivacyEngine`
/// makes one.
public struct TreatedRequest: Sendable, CustomStringConvertible, CustomReflectable {
    /// Which request.
    public let requestID: RequestID
    /// Where it may go.
    public let destination: Destination
    /// In which form it is.
    public let form: SendingForm
    /// The JSON text to send.
    public let body: [UInt8]
    /// Turns surrogates in the answer back; empty for `raw` and `redacted`, and where no treatment is reversible.
    public let restoration: RestorationMap
    /// How many places were replaced; 0 for `raw`.
    public let replacements: Int

    init(
        requestID: RequestID, destination: Destination, form: SendingForm, body: [UInt8], restoration: RestorationMap,
        replacements: Int
    ) {
        self.requestID = requestID
        self.destination = destination
        self.form = form
        self.body = body
        self.restoration = restoration
        self.replacements = replacements
    }

    /// Which request, where to and in which form; nothing of its text.
    public var description: String { "TreatedRequest(\(requestID), \(destination), \(form.rawValue))" }
    /// Shows no text.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a request can't be treated; then nothing is sent.
public enum TreatmentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The findings are of another request.
    case foreignFindings
    /// Two changes want the same bytes.
    case overlappingEdits
    /// Two names of one object would be the same after redaction.
    case ambiguousNames
    /// No free surrogate was found for a value; practically impossible.
    case surrogatesExhausted
    /// The request holds data of a class whose treatment is `block`: the caller's to mend, not to be sent again as it is.
    case blocked(DataClass)

    /// The fault in words; nothing of the request.
    public var description: String {
        switch self {
        case .foreignFindings: "the findings belong to another request"
        case .overlappingEdits: "two changes of the request overlap"
        case .ambiguousNames: "two names of one object would become equal"
        case .surrogatesExhausted: "no free surrogate was found"
        case .blocked(let dataClass): "data of the class `\(dataClass)` may not be sent"
        }
    }
}
