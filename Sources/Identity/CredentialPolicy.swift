public import Inference

/// Which credentials a listener wants: the ways of proving an identity that count, and whether one will do.
///
/// A credential that was presented is always judged, and an invalid one is never passed over for a valid one beside it: whoever
/// tries stolen or forged credentials shall not hide them behind his own. Credentials of methods that do not count are not looked at.
public struct CredentialPolicy: Hashable, Sendable {
    /// How many of the methods must prove an identity.
    public enum Requirement: String, Hashable, Sendable, CaseIterable {
        /// One valid credential will do; more must prove the same principal.
        case any
        /// Every method that counts must prove the same principal.
        case all
    }

    /// What came of judging the credential of one method; nothing is said of a method whose credential was not presented.
    public typealias Verdict = (method: Principal.Method, result: Result<ProvenIdentity, IdentityFailure>)

    /// How many.
    public let requirement: Requirement
    /// The methods that count, in the order of `Principal.Method`; at least one.
    public let methods: [Principal.Method]

    /// API keys alone.
    public static let keysAlone = CredentialPolicy(.any, [.apiKey])

    /// Takes the methods in any order.
    public init(_ requirement: Requirement, _ methods: Set<Principal.Method>) {
        self.requirement = requirement
        self.methods = Principal.Method.allCases.filter(methods.contains)
    }

    /// Whether credentials of a method count.
    public func counts(_ method: Principal.Method) -> Bool { methods.contains(method) }

    /// Whom all credentials together prove, or why they prove nobody. `verdicts` has at most one of each method.
    public func identity(of verdicts: [Verdict]) -> Result<ProvenIdentity, IdentityFailure> {
        var whole: ProvenIdentity?
        for method in methods {
            guard let verdict = verdicts.first(where: { $0.method == method }) else { continue }
            switch verdict.result {
            case .failure(let failure): return .failure(failure)
            case .success(let identity):
                guard let before = whole else {
                    whole = identity
                    continue
                }
                guard let both = before.joined(with: identity) else { return .failure(.conflicting) }
                whole = both
            }
        }
        guard let whole else { return .failure(.missing) }
        if requirement == .all, whole.furtherProofs.count + 1 < methods.count { return .failure(.incomplete) }
        return .success(whole)
    }
}

extension ProvenIdentity {
    /// What two credentials prove together; `nil` where they contradict each other: in the principal, the tenant, or the value of an
    /// attribute. Teams and models are those that both name, since each credential may be meant to give less than its holder has;
    /// one that has no word on teams leaves them to the other.
    func joined(with other: ProvenIdentity) -> ProvenIdentity? {
        guard kind == other.kind, name == other.name else { return nil }
        if let tenant, let second = other.tenant, tenant != second { return nil }
        var attributes = attributes
        for attribute in other.attributes {
            if let known = attributes.first(where: { $0.name == attribute.name }) {
                guard known.value == attribute.value else { return nil }
            } else {
                attributes.append(attribute)
            }
        }
        var joined = ProvenIdentity(
            kind: kind, name: name, teams: Self.both(teams, other.teams) { one, two in one.filter(two.contains) },
            tenant: tenant ?? other.tenant, attributes: attributes,
            models: Self.both(models, other.models) { $0.intersection($1) }, proof: proof)
        joined.furtherProofs = furtherProofs + [other.proof] + other.furtherProofs
        return joined
    }

    private static func both<Value>(_ one: Value?, _ two: Value?, _ join: (Value, Value) -> Value) -> Value? {
        guard let one, let two else { return one ?? two }
        return join(one, two)
    }
}
