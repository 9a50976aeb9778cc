public import Access
public import Inference
internal import Ledger

/// A request as far as policies see it, without its text: for tests, explanations and replays of policies.
public struct RequestSketch: Sendable {
    /// What is asked of the gateway.
    public enum Question: Hashable, Sendable {
        /// To send something to a model.
        case send(Operation)
        /// Whether the model shows in the list of models.
        case listModels
        /// Whether a function of the gateway's own may be used, such as `reload`.
        case administer(function: String)

        /// By the word that policies know: `chat`, `list_models` and so on; `nil` for another.
        init?(word: String, function: String?) {
            switch word {
            case "list_models": self = .listModels
            case "administer": self = .administer(function: function ?? "reload")
            default:
                guard let operation = Operation(rawValue: word) else { return nil }
                self = .send(operation)
            }
        }

        /// The word that policies know.
        public var word: String {
            switch self {
            case .send(let operation): operation.rawValue
            case .listModels: "list_models"
            case .administer: "administer"
            }
        }

        /// Whether the answer is a form of sending; otherwise it is yes or no.
        var isSending: Bool {
            guard case .send = self else { return false }
            return true
        }

        static let words = Operation.allCases.map(\.rawValue) + ["list_models", "administer"]
    }

    /// Who asks.
    public var principal: Principal
    /// The model asked for: an alias, or `provider/model`, one of an alias's candidates.
    public var model: ModelID
    /// A model that no configuration has, in place of those that the name leads to.
    public var supposed: Candidate?
    /// What is asked; `nil`: to send in the dialect that the model's first provider speaks (`chat` or `messages`).
    public var question: Question?
    /// What data it has.
    public var data: DataSummary
    /// Classes in it that no form of sending may have, by `privacy.yaml`.
    public var blocked: [DataClass] = []
    /// The names of its tools.
    public var tools: [String] = []
    /// What the caller says it is for.
    public var purpose: Purpose?
    /// The caller's address.
    public var clientAddress = Self.usualAddress
    /// Rough count of prompt tokens.
    public var estimatedTokens = Self.usualTokens
    /// When it comes, in seconds since 1970, UTC.
    public var time: Int64

    /// What is taken where nothing is said: every real request has an address and some tokens.
    public static let usualAddress = "127.0.0.1"
    /// See `usualAddress`.
    public static let usualTokens = 100

    /// Puts a request together; its other properties may be set afterwards.
    public init(principal: Principal, model: ModelID, data: DataSummary, time: Int64) {
        self.principal = principal
        self.model = model
        self.data = data
        self.time = time
    }

    /// The request that the ledger recorded.
    init(_ recorded: RecordedRequest) {
        principal = recorded.principal
        model = recorded.model
        question = .send(recorded.operation)
        data = recorded.data
        tools = recorded.tools
        purpose = recorded.purpose
        clientAddress = recorded.clientAddress
        estimatedTokens = recorded.estimatedTokens
        time = (recorded.milliseconds - ((recorded.milliseconds % 1_000) + 1_000) % 1_000) / 1_000
    }
}
