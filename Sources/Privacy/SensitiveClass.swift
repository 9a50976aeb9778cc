public import Inference

/// A class of sensitive data that detectors of this module find, as a small number; policies and the ledger know it as `DataClass`.
public struct SensitiveClass: Sendable, Hashable {
    /// Index into the catalogue, below 128.
    public let rawValue: UInt8

    /// The class with a number; the number must be in the catalogue.
    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The name in policies, settings and the ledger.
    public var dataClass: DataClass { details.dataClass }

    var specificity: UInt8 { details.specificity }

    /// The word that surrogates begin with and redacted text shows: at most eight upper-case ASCII letters, and none is the end of
    /// another (`SurrogateSyntax` relies on both).
    public var label: StaticString { details.label }

    /// All that the catalogue says.
    public var details: Details { SensitiveClassCatalogue.all[Int(rawValue)] }

    /// Every class, in the catalogue's order.
    public static let allCases: [SensitiveClass] = SensitiveClassCatalogue.all.indices.map {
        SensitiveClass(rawValue: UInt8($0))
    }

    /// The class of a name; `nil` if there is none.
    public static func named(_ name: DataClass) -> SensitiveClass? { byName[name] }

    private static let byName: [DataClass: SensitiveClass] = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0.dataClass, $0) })

    /// A line of the catalogue.
    public struct Details: Sendable {
        /// The name in policies, settings and the ledger.
        public let dataClass: DataClass
        /// See `SensitiveClass.label`.
        public let label: StaticString
        /// What it is, in a few words.
        public let title: String
        /// The country whose numbers it holds (ISO 3166, lower case), or `nil` for what is the same everywhere.
        public let country: String?
        /// Whether it is looked for unless the settings say otherwise.
        public let isDefault: Bool
        /// Which of two overlapping findings of equal score is taken: the greater. What a checksum or a literal proves stands above
        /// what only a shape suggests.
        let specificity: UInt8
    }
}

/// A set of classes.
struct SensitiveClassSet: Sendable, Hashable {
    private(set) var bits: UInt128 = 0

    init(_ classes: [SensitiveClass] = []) {
        for sensitiveClass in classes { insert(sensitiveClass) }
    }

    static let all: SensitiveClassSet = {
        var set = SensitiveClassSet()
        for sensitiveClass in SensitiveClass.allCases { set.insert(sensitiveClass) }
        return set
    }()

    @inline(__always)
    func contains(_ sensitiveClass: SensitiveClass) -> Bool { bits &>> UInt128(sensitiveClass.rawValue) & 1 != 0 }

    /// Whether some class is in both.
    func intersects(_ other: SensitiveClassSet) -> Bool { bits & other.bits != 0 }

    /// What is in both.
    func intersection(_ other: SensitiveClassSet) -> SensitiveClassSet {
        var set = SensitiveClassSet()
        set.bits = bits & other.bits
        return set
    }

    mutating func insert(_ sensitiveClass: SensitiveClass) { bits |= 1 << UInt128(sensitiveClass.rawValue) }
}
