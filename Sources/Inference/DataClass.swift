/// A kind of sensitive data that detectors know, such as `email`; policies and the ledger speak of these.
public struct DataClass: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name in policies, the ledger and metrics: lowercase letters, digits and underscores.
    public let rawValue: String
    /// Wraps a name.
    public init(_ rawValue: String) { self.rawValue = rawValue }
    /// The name itself.
    public var description: String { rawValue }
    /// In the order of names.
    public static func < (left: DataClass, right: DataClass) -> Bool { left.rawValue < right.rawValue }

    /// An e-mail address.
    public static let email = DataClass("email")
    /// A telephone number.
    public static let phone = DataClass("phone")
    /// A payment card's number.
    public static let card = DataClass("card")
    /// An international bank account number.
    public static let iban = DataClass("iban")
    /// A United States social security number.
    public static let ssn = DataClass("ssn")
    /// An IP address, version 4 or 6.
    public static let ipAddress = DataClass("ip_address")
    /// A secret: an API key, token or private key.
    public static let secret = DataClass("secret")
    /// A part that no detector can read: an image, a sound, a file.
    public static let unscannable = DataClass("unscannable")
}

/// In which form data may be sent to a destination; policies decide it, from the most open to the most closed.
public enum SendingForm: String, Hashable, Sendable, CaseIterable {
    /// As the caller wrote it.
    case raw
    /// Sensitive values replaced by surrogates, which are turned back in the answer.
    case pseudonymised
    /// Sensitive values replaced by the name of their class, for good.
    case redacted
}
