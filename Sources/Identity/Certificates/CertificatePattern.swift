/// Which certificates a rule is for: those with a name that fits.
///
/// Parts of a name may be `*`, which fits one whole part whatever it is, or a capture such as `{team}`, which does the same and keeps
/// it. A part is a segment of a SPIFFE ID's path, a label of a DNS name, what stands before or after the `@` of an e-mail address, or the
/// value of an attribute of the subject.
public struct CertificatePattern: Sendable {
    /// The kinds of name that a pattern may be for.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The SPIFFE ID: the only URI of the certificate, and well formed.
        case spiffe
        /// Another URI, compared whole and byte by byte.
        case uri
        /// A DNS name, in any case.
        case dns
        /// An e-mail address, its domain in any case.
        case email
    }

    private enum Part: Sendable {
        case exactly(String)
        case anything
        case capture(String)

        init?(_ text: some StringProtocol, literal: (String) -> Bool) {
            if text == "*" {
                self = .anything
            } else if text.hasPrefix("{"), text.hasSuffix("}") {
                let name = String(text.dropFirst().dropLast())
                guard NameTemplate.isCaptureName(name) else { return nil }
                self = .capture(name)
            } else {
                let text = String(text)
                guard literal(text), !text.utf8.contains(where: { "*{}".utf8.contains($0) }) else { return nil }
                self = .exactly(text)
            }
        }

        var capture: String? { if case .capture(let name) = self { name } else { nil } }
    }

    private enum Shape: Sendable {
        case spiffe(trustDomain: String, [Part])
        case uri(String)
        case dns([Part])
        case email(local: Part, domain: Part)
        case subject([(type: String, value: Part)])
    }

    private let shape: Shape

    /// Reads a pattern; `nil` where it is none of its kind, or uses a capture twice.
    public init?(_ kind: Kind, _ text: String) {
        switch kind {
        case .spiffe:
            let isSegment = { (segment: Substring) in Part(segment) { SPIFFEID.isSegment($0[...]) } != nil }
            guard let id = SPIFFEID(text, isSegment: isSegment) else { return nil }
            let parts = id.segments.compactMap { Part($0) { _ in true } }
            shape = .spiffe(trustDomain: id.trustDomain, parts)
        case .uri:
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
            shape = .uri(text)
        case .dns:
            let labels = Self.labels(text)
            let parts = labels.compactMap { Part($0, literal: Self.isLabel) }
            guard parts.count >= 2, parts.count == labels.count else { return nil }
            shape = .dns(parts)
        case .email:
            guard let (local, domain) = Self.address(text),
                let localPart = Part(local, literal: { !$0.isEmpty }),
                let domainPart = Part(domain, literal: { Self.labels($0).allSatisfy(Self.isLabel) })
            else { return nil }
            shape = .email(local: localPart, domain: domainPart)
        }
        guard Set(captures).count == captures.count else { return nil }
    }

    /// Attributes of the subject that must all be there, each once, such as `CN` and `O`; `nil` for none, for a type that is none, or
    /// where a capture is used twice.
    public init?(subject: [(type: String, value: String)]) {
        var attributes: [(type: String, value: Part)] = []
        for (type, text) in subject {
            let isType = type.utf8.allSatisfy { Base62.isDigit($0) || $0 == 0x2E }
            guard !type.isEmpty, isType, let part = Part(text, literal: { !$0.isEmpty }) else { return nil }
            attributes.append((type.lowercased(), part))
        }
        guard !attributes.isEmpty else { return nil }
        shape = .subject(attributes)
        guard Set(captures).count == captures.count else { return nil }
    }

    /// The names of its captures.
    public var captures: [String] {
        switch shape {
        case .spiffe(_, let parts), .dns(let parts): parts.compactMap(\.capture)
        case .uri: []
        case .email(let local, let domain): [local, domain].compactMap(\.capture)
        case .subject(let attributes): attributes.compactMap(\.value.capture)
        }
    }

    /// What it captures of a certificate; `nil` where it does not fit. Of several names of a kind one must fit; if several do and are
    /// not captured alike, nobody could say who is meant, and none does.
    func captured(of names: CertificateNames) -> [String: String]? {
        switch shape {
        case .spiffe(let domain, let parts):
            guard let id = SPIFFEID(uris: names.uris), id.trustDomain == domain else { return nil }
            return Self.match(parts, id.segments)
        case .uri(let text):
            return names.uris.contains { $0.utf8.elementsEqual(text.utf8) } ? [:] : nil
        case .dns(let parts):
            return Self.only(
                names.dnsNames.compactMap { name in
                    let labels = Self.labels(name)
                    return labels.allSatisfy(Self.isLabel) ? Self.match(parts, labels) : nil
                })
        case .email(let local, let domain):
            return Self.only(
                names.emails.compactMap { name in
                    guard let address = Self.address(name) else { return nil }
                    return Self.match([local, domain], [address.local, address.domain])
                })
        case .subject(let attributes):
            guard let subject = DistinguishedName(names.subject) else { return nil }
            var values: [String] = []
            for (type, _) in attributes {
                guard let value = subject.value(of: type) else { return nil }
                values.append(value)
            }
            return Self.match(attributes.map(\.value), values)
        }
    }

    private static func only(_ found: [[String: String]]) -> [String: String]? {
        guard let first = found.first, found.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    private static func match(_ parts: [Part], _ values: [String]) -> [String: String]? {
        guard parts.count == values.count else { return nil }
        var captured: [String: String] = [:]
        for (part, value) in zip(parts, values) {
            switch part {
            // Bytes: texts that look alike may be equal as texts.
            case .exactly(let text): guard text.utf8.elementsEqual(value.utf8) else { return nil }
            case .anything: break
            case .capture(let name): captured[name] = value
            }
        }
        return captured
    }

    /// The labels of a DNS name in lowercase; captures keep their case.
    private static func labels(_ text: String) -> [String] {
        text.split(separator: ".", omittingEmptySubsequences: false).map { label in
            label.hasPrefix("{") ? String(label) : lowercased(label)
        }
    }

    /// With the letters A to Z as a to z and all others as they are: Unicode has further letters whose lowercase is ASCII, such as
    /// the sign of the kelvin.
    private static func lowercased(_ text: Substring) -> String {
        String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func isLabel(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && text.utf8.allSatisfy { Base62.isDigit($0) || $0 == 0x2D || $0 == 0x5F }
    }

    /// What stands before the `@`, and after it in lowercase; `nil` without one, and with several, since `a@evil.com@example.org` could
    /// be taken for somebody at either place.
    private static func address(_ text: String) -> (local: String, domain: String)? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return (String(parts[0]), parts[1].hasPrefix("{") ? String(parts[1]) : lowercased(parts[1]))
    }
}
