public import Inference
private import JSONText

/// A request as the ledger recorded it, read back: what policies saw of it, and what they said. Made from an `intent`, a
/// `cached` or a `denied` entry.
public struct RecordedRequest: Sendable {
    /// What policies said of one destination.
    public typealias Considered = LedgerEntry.Considered

    /// What an entry does not tell, so that policies can't be asked again.
    public enum Gap: String, Hashable, Sendable, CaseIterable {
        /// Some tools' names could not be recorded.
        case tools
        /// Some of the principal's attributes could not be recorded.
        case attributes
        /// The name of a model was cut.
        case model
    }

    /// The entry's index.
    public let sequence: UInt64
    /// The request's identifier, `req_…`.
    public let request: String
    /// When, in milliseconds since 1970, UTC.
    public let milliseconds: Int64
    /// Who.
    public let principal: Principal
    /// The caller's address without port.
    public let clientAddress: String
    /// The caller's protocol.
    public let dialect: Dialect
    /// What for.
    public let operation: Operation
    /// The model that the caller named.
    public let model: ModelID
    /// What data where, and what was looked at.
    public let data: DataSummary
    /// Tools that the request defines.
    public let tools: [String]
    /// What the caller said it is for.
    public let purpose: Purpose?
    /// Rough count of prompt tokens.
    public let estimatedTokens: Int
    /// SHA-256 of the policies that decided, in hexadecimal.
    public let policySet: String
    /// The destinations that policy was asked about.
    public let considered: [Considered]
    /// Why it was refused; `nil` where it was sent, or would have been were its answer not kept.
    public let denial: LedgerEntry.DenialReason?
    /// Which attempt of the request, from 1; 1 for what was refused.
    public let attempt: Int
    /// What is not recorded.
    public let gaps: [Gap]

    /// Bytes of which every line of such an entry holds one, and no other line: so that others need not be parsed. (A quotation
    /// mark within a text is escaped, so they are nothing but the member.)
    public static let markers = ["intent", "cached", "denied"].map { Array(#""kind":"\#($0)""#.utf8) }

    /// Reads a line of the log, given without line feed; `nil` for entries of another kind, and for what is no entry that this
    /// module wrote.
    public init?(line: [UInt8]) {
        guard let document = try? JSONDocument(parsing: line), let isIntent = Self.isIntent(document.root) else {
            return nil
        }
        let entry = document.root
        guard let version = entry["v"]?.int, LedgerSchema.known.contains(version),
            let sequence = entry["seq"]?.int, sequence >= 0, let request = entry["request"]?.string,
            let milliseconds = entry["time"]?.string.flatMap(LedgerTime.init)?.milliseconds,
            let principal = entry["principal"].flatMap(Self.principal), let client = entry["client"]?.string,
            let dialect = entry["dialect"]?.string.flatMap(Dialect.init(rawValue:)),
            let operation = entry["operation"]?.string.flatMap(Operation.init(rawValue:)),
            let model = entry["model"]?.string, let tokens = entry["tokens_estimated"]?.int,
            let policySet = entry["policy_set"]?.string
        else { return nil }
        self.sequence = UInt64(sequence)
        self.request = request
        self.milliseconds = milliseconds
        self.principal = principal
        clientAddress = client
        self.dialect = dialect
        self.operation = operation
        self.model = ModelID(model)
        data = Self.data(entry)
        tools = entry["tools"]?.elements.compactMap(\.string) ?? []
        purpose = entry["purpose"]?.string.flatMap(Purpose.init)
        estimatedTokens = tokens
        self.policySet = policySet
        attempt = entry["attempt"]?.int ?? 1
        if isIntent {
            denial = nil
        } else {
            guard let reason = entry["reason"]?.string.flatMap(LedgerEntry.DenialReason.init(rawValue:)) else {
                return nil
            }
            denial = reason
        }
        considered = entry["considered"]?.elements.compactMap { Self.considered($0) } ?? []
        var gaps: [Gap] = []
        if entry["tools_left_out"] != nil { gaps.append(.tools) }
        if entry["principal"]?["attributes_left_out"] != nil { gaps.append(.attributes) }
        if model.hasSuffix("…") || considered.contains(where: { $0.destination.model.hasSuffix("…") }) {
            gaps.append(.model)
        }
        self.gaps = gaps
    }

    private static func isIntent(_ entry: JSONValue) -> Bool? {
        switch entry["kind"]?.string {
        case "intent", "cached": true
        case "denied": false
        default: nil
        }
    }

    private static func principal(_ value: JSONValue) -> Principal? {
        guard let kind = value["kind"]?.string.flatMap(Principal.Kind.init(rawValue:)),
            let methods = value["method"]?.string?.split(separator: "+"), let name = value["name"]?.string,
            let tenant = value["tenant"]?.string, let credential = value["credential"]?.string
        else { return nil }
        // Where the credentials are told apart does not matter: policies see them as one text.
        let credentials = credential.split(
            separator: "+", maxSplits: methods.count - 1, omittingEmptySubsequences: false)
        let proofs = zip(methods, credentials).compactMap { method, credential in
            Principal.Method(rawValue: String(method)).map { Principal.Proof($0, String(credential)) }
        }
        guard let first = proofs.first, proofs.count == methods.count else { return nil }
        let attributes = value["attributes"]?.members.compactMap { member -> PrincipalAttribute? in
            guard let name = member.key.string, let value = attribute(member.value) else { return nil }
            return PrincipalAttribute(name, value)
        }
        return Principal(
            kind: kind, name: name, teams: value["teams"]?.elements.compactMap(\.string) ?? [], tenant: tenant,
            method: first.method, credential: first.credential, furtherProofs: Array(proofs.dropFirst()),
            attributes: attributes ?? [])
    }

    private static func attribute(_ value: JSONValue) -> PrincipalAttribute.Value? {
        switch value.kind {
        case .string: value.string.map { .string($0) }
        case .number: value.int.map { .long(Int64($0)) }
        case .true: .bool(true)
        case .false: .bool(false)
        case .array: .strings(value.elements.compactMap(\.string))
        default: nil
        }
    }

    private static func data(_ entry: JSONValue) -> DataSummary {
        let counts = entry["data"]?.elements.compactMap { line -> DataSummary.Count? in
            guard let dataClass = line["class"]?.string, let count = line["count"]?.int, count > 0 else { return nil }
            return DataSummary.Count(dataClass: DataClass(dataClass), place: place(line), count: count)
        }
        let coverage = entry["coverage"]?.elements.compactMap { line -> Coverage.Line? in
            guard let count = line["count"]?.int, count > 0,
                let verdict = line["verdict"]?.string.flatMap(Coverage.Verdict.init(rawValue:))
            else { return nil }
            return Coverage.Line(
                place: place(line), verdict: verdict, reason: line["reason"]?.string ?? "", count: count)
        }
        return DataSummary(counts: counts ?? [], coverage: Coverage(coverage ?? []))
    }

    private static func place(_ line: JSONValue) -> InferenceRequest.Place {
        line["place"]?.string.flatMap(InferenceRequest.Place.init(rawValue:)) ?? .other
    }

    private static func considered(_ value: JSONValue) -> Considered? {
        guard let destination = value["destination"], let provider = destination["provider"]?.string,
            let model = destination["model"]?.string
        else { return nil }
        return Considered(
            destination: Destination(provider: ProviderID(provider), model: model),
            form: value["form"]?.string.flatMap(SendingForm.init(rawValue:)),
            policies: value["policies"]?.elements.compactMap(\.string) ?? [])
    }
}
