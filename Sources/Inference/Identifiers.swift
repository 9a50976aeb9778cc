/// A request's own name: 128 random bits as 32 lowercase hexadecimal digits, printed as `req_…` to callers and in the ledger.
public struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// The 32 hexadecimal digits.
    public let rawValue: String

    /// `req_` and the 32 digits.
    public let description: String

    /// Makes an identifier from 128 random bits, which the caller draws.
    public init(high: UInt64, low: UInt64) {
        description = String(unsafeUninitializedCapacity: 36) { text in
            _ = text.initialize(fromContentsOf: "req_".utf8)
            for digit in 0..<32 {
                let word = digit < 16 ? high : low
                let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (digit % 16))) & 15
                text[4 + digit] = value < 10 ? 0x30 + value : 0x61 + value - 10
            }
            return 36
        }
        rawValue = String(description.dropFirst(4))
    }

    /// Reads `req_` and 32 lowercase hexadecimal digits; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix("req_"), text.utf8.count == 36 else { return nil }
        let digits = text.dropFirst(4)
        guard let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16) else {
            return nil
        }
        self.init(high: high, low: low)
        // A sign, or capital letters.
        guard description == text else { return nil }
    }

    /// By digits.
    public static func == (left: RequestID, right: RequestID) -> Bool { left.rawValue == right.rawValue }
    /// By digits.
    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

/// The name by which a caller asks for a model: an alias of `policies/models.yaml`, such as `demo` or `gpt-5-mini`.
public struct ModelID: Hashable, Sendable, CustomStringConvertible {
    /// The name as the caller writes it; never empty.
    public let rawValue: String
    /// Wraps a name.
    public init(_ rawValue: String) { self.rawValue = rawValue }
    /// The name itself.
    public var description: String { rawValue }
}

/// The name of a provider of `sallyport.yaml`, such as `openai`.
public struct ProviderID: Hashable, Sendable, CustomStringConvertible {
    /// The name as the configuration writes it; never empty.
    public let rawValue: String
    /// Wraps a name.
    public init(_ rawValue: String) { self.rawValue = rawValue }
    /// The name itself.
    public var description: String { rawValue }
}

/// Where a request may go: one model of one provider, under the provider's own name for it.
public struct Destination: Hashable, Sendable, CustomStringConvertible {
    /// The provider.
    public let provider: ProviderID
    /// The provider's own name of the model, as it is sent to it.
    public let model: String

    /// Names a model of a provider.
    public init(provider: ProviderID, model: String) {
        self.provider = provider
        self.model = model
    }

    /// `provider/model`.
    public var description: String { "\(provider)/\(model)" }
}

/// What a caller says it needs an answer for, in the header `x-sallyport-purpose`: a word that policies compare and the ledger
/// records, such as `billing` or `support/ticket-42`; no sentence, so that nobody's data slips in.
public struct Purpose: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 64 ASCII letters, digits and `.`, `_`, `:`, `/`, `-`.
    public let rawValue: String

    /// Takes a word; `nil` for anything else.
    public init?(_ text: String) {
        let isWord = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x3A, 0x5F: true
            default: false
            }
        }
        guard isWord, (1...64).contains(text.utf8.count) else { return nil }
        rawValue = text
    }

    /// The word itself.
    public var description: String { rawValue }
}
