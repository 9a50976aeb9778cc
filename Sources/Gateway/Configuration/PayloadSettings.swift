public import Inference

/// Which requests and answers are kept, sealed, in the vault: the section `payloads` of `policies/privacy.yaml`. Nothing, unless it says
/// so.
public struct PayloadSettings: Hashable, Sendable {
    /// What of a request can be kept.
    public enum Part: String, Hashable, Sendable, CaseIterable {
        /// Its body as it leaves.
        case request
        /// The answer as it comes from the provider.
        case answer
        /// Its body as it came from the caller.
        case original
    }

    /// A rule: what is kept of the requests that it fits. An empty list fits all.
    public struct Rule: Hashable, Sendable {
        /// Models, as callers name them.
        public var models: [ModelScope.Pattern] = []
        /// Providers that they go to.
        public var providers: [ProviderID] = []
        /// Teams, one of which the principal is in.
        public var teams: [String] = []
        /// Tenants.
        public var tenants: [String] = []
        /// Names of users and services.
        public var principals: [String] = []
        /// Forms in which they leave.
        public var forms: [SendingForm] = []
        /// What is kept; nothing, where it is empty.
        public var parts: Set<Part> = [.request, .answer]

        func fits(_ model: ModelID, _ destination: Destination, _ form: SendingForm, _ principal: Principal) -> Bool {
            func isIn<Value: Equatable>(_ list: [Value], _ fits: (Value) -> Bool) -> Bool {
                list.isEmpty || list.contains(where: fits)
            }
            return isIn(models) { $0.matches(model) } && isIn(providers) { $0 == destination.provider }
                && isIn(teams) { principal.teams.contains($0) } && isIn(tenants) { $0 == principal.tenant }
                && isIn(principals) { $0 == principal.name } && isIn(forms) { $0 == form }
        }
    }

    /// The rules, of which the first that fits decides.
    public var rules: [Rule] = []
    /// How long payloads and the salts of commitments are kept, in milliseconds; `nil`: until somebody shreds them.
    public var keepMilliseconds: Int64?
    /// How much of an answer is kept, in bytes.
    public var answerBytes = 8 << 20

    /// What is kept of a request.
    func parts(
        _ model: ModelID, _ destination: Destination, _ form: SendingForm, _ principal: Principal
    ) -> Set<Part> {
        rules.first { $0.fits(model, destination, form, principal) }?.parts ?? []
    }
}
