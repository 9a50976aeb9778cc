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
    /// In which form each finding leaves; empty where all leave as they are.
    private let treatments: [AppliedTreatment]

    init(
        requestID: RequestID, destination: Destination, form: SendingForm, body: [UInt8], restoration: RestorationMap,
        treatments: [AppliedTreatment]
    ) {
        self.requestID = requestID
        self.destination = destination
        self.form = form
        self.body = body
        self.restoration = restoration
        self.treatments = treatments
        replacements = treatments.count
    }

    /// The same request in another dialect's words, made of this one's body alone.
    func translated(_ body: [UInt8]) -> TreatedRequest {
        TreatedRequest(
            requestID: requestID, destination: destination, form: form, body: body, restoration: restoration,
            treatments: treatments)
    }

    /// In which form a finding leaves, by its index in `Findings.items`.
    func treatment(of item: Int) -> AppliedTreatment {
        treatments.indices.contains(item) ? treatments[item] : usualTreatment
    }

    /// In which form a value leaves of which nothing else is known.
    var usualTreatment: AppliedTreatment { form == .raw ? .raw : .label }

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
    /// The request holds more different values of sensitive data than can be recorded: the caller's to send in parts.
    case tooManyValues(Int)
    /// The request holds data of a class whose treatment is `block`: the caller's to mend, not to be sent again as it is.
    case blocked(DataClass)

    /// The fault in words; nothing of the request.
    public var description: String {
        switch self {
        case .foreignFindings: "the findings belong to another request"
        case .overlappingEdits: "two changes of the request overlap"
        case .ambiguousNames: "two names of one object would become equal"
        case .surrogatesExhausted: "no free surrogate was found"
        case .tooManyValues(let limit):
            "the request holds more than \(limit) different values of sensitive data: send it in parts"
        case .blocked(let dataClass): "data of the class `\(dataClass)` may not be sent"
        }
    }
}
