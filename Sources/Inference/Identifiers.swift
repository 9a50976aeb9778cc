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
