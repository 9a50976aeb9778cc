public import Inference

/// The classes that detectors of this module find, as small numbers; policies and the ledger know them as `DataClass`.
public enum SensitiveClass: UInt8, CaseIterable, Sendable {
    /// An e-mail address.
    case email
    /// A telephone number.
    case phone
    /// A payment card's number.
    case card
    /// An international bank account number.
    case iban
    /// A United States social security number.
    case ssn
    /// An IP address or network, version 4 or 6.
    case ipAddress
    /// An API key, token or private key.
    case secret

    /// The name in policies and the ledger.
    public var dataClass: DataClass {
        switch self {
        case .email: .email
        case .phone: .phone
        case .card: .card
        case .iban: .iban
        case .ssn: .ssn
        case .ipAddress: .ipAddress
        case .secret: .secret
        }
    }

    /// The word that surrogates begin with and redacted text shows: upper-case ASCII letters, and none is the end of another
    /// (`SurrogateSyntax` relies on both).
    public var label: StaticString {
        switch self {
        case .email: "EMAIL"
        case .phone: "PHONE"
        case .card: "CARD"
        case .iban: "IBAN"
        case .ssn: "SSN"
        case .ipAddress: "IP"
        case .secret: "SECRET"
        }
    }

    /// Which of two overlapping findings of equal score is the more specific: the one that a checksum or a literal proves.
    var specificity: UInt8 {
        switch self {
        case .secret: 6
        case .iban: 5
        case .email: 4
        case .card: 3
        case .ipAddress: 2
        case .ssn: 1
        case .phone: 0
        }
    }
}

/// A set of classes.
struct SensitiveClassSet: Sendable, Hashable {
    private(set) var bits: UInt32 = 0

    func contains(_ sensitiveClass: SensitiveClass) -> Bool { bits & (1 << UInt32(sensitiveClass.rawValue)) != 0 }

    mutating func insert(_ sensitiveClass: SensitiveClass) { bits |= 1 << UInt32(sensitiveClass.rawValue) }
}
