internal import Cedar
internal import Inference

/// What policies are asked about: the actions of `policies/access.cedarschema`.
public enum AccessAction: String, Hashable, Sendable, CaseIterable {
    /// To know that a model exists.
    case listModels = "list_models"
    /// To send a request to a model as the caller wrote it.
    case sendRaw = "send_raw"
    /// To send it with surrogates in place of what was found.
    case sendPseudonymised = "send_pseudonymised"
    /// To send it with the names of classes in place of what was found.
    case sendRedacted = "send_redacted"
    /// To let a model use a tool that the request defines.
    case useTool = "use_tool"
    /// To use a function of the gateway itself that is for its operators.
    case administer

    /// The action that sends in a form.
    init(_ form: SendingForm) {
        switch form {
        case .raw: self = .sendRaw
        case .pseudonymised: self = .sendPseudonymised
        case .redacted: self = .sendRedacted
        }
    }

    /// `Action::"send_raw"`.
    var uid: EntityUID { EntityUID(type: Vocabulary.action, id: rawValue) }
}
