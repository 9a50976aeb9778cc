internal import JSONText

/// When a token is good and for whom: the registered claims (RFC 7519 §4.1).
struct TokenValidity {
    /// From when on it is good, in seconds since 1970, with the clocks' difference allowed for.
    let from: Int64
    /// Until when.
    let until: Int64

    /// Reads the claims of a token whose signature is its issuer's, and fails unless it is good now and meant for us.
    init(_ claims: JSONValue, _ issuer: TokenIssuer, now: Int64) throws(IdentityFailure) {
        guard let expires = try Self.time("exp", claims) else { throw .claims }
        let (notBefore, issued) = (try Self.time("nbf", claims), try Self.time("iat", claims))
        from = max(notBefore ?? .min, issued ?? .min).subtracting(issuer.leewaySeconds)
        until = expires.adding(issuer.leewaySeconds)
        guard Self.isMeant(claims["aud"], for: issuer.audiences) else { throw .wrongAudience }
        guard now < until else { throw .expired }
        guard now >= from else { throw .notYetValid }
        guard let most = issuer.maximumLifetimeSeconds else { return }
        guard let issued else { throw .claims }
        guard expires.subtracting(issued) <= most else { throw .lifetime }
    }

    /// A NumericDate: seconds, possibly with a fraction, which is dropped; `nil` where it is absent.
    private static func time(_ name: StaticString, _ claims: JSONValue) throws(IdentityFailure) -> Int64? {
        guard let value = claims[name] else { return nil }
        if let whole = value.int { return Int64(whole) }
        guard let number = value.double, let whole = Int64(exactly: number.rounded(.down)) else { throw .claims }
        return whole
    }

    private static func isMeant(_ claim: JSONValue?, for audiences: [String]) -> Bool {
        guard let claim else { return false }
        if claim.kind == .string { return audiences.contains { claim.equals($0) } }
        guard claim.kind == .array, claim.elements.allSatisfy({ $0.kind == .string }) else { return false }
        return claim.elements.contains { element in audiences.contains { element.equals($0) } }
    }
}

extension Int64 {
    fileprivate func adding(_ other: Int64) -> Int64 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func subtracting(_ other: Int64) -> Int64 {
        let (difference, isOver) = subtractingReportingOverflow(other)
        return isOver ? (other < 0 ? .max : .min) : difference
    }
}
