private import Cryptography

/// Shares out records among the parts of a data set: each by where its conversation began, so that a conversation and what continues it
/// are never in two parts. The same seed gives the same parts, also of a data set that has grown since.
public struct DataSplit: Hashable, Sendable {
    /// A part.
    public enum Part: String, Hashable, Sendable, CaseIterable {
        /// To learn from.
        case train
        /// To choose settings by.
        case validation
        /// To judge the result by.
        case test
    }

    /// Percent of each part, in the order of `Part`; together 100.
    public let shares: [Int]
    private let seed: UInt64

    /// `90/5/5`, or `90/10` for training and validation; `nil` for what is none, or not 100 together.
    public init?(_ text: String, seed: UInt64) {
        let shares = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard (2...3).contains(shares.count), shares.allSatisfy({ (0...100).contains($0) }),
            shares.reduce(0, +) == 100
        else { return nil }
        self.shares = shares
        self.seed = seed
    }

    /// The parts that it makes.
    public var parts: [Part] { Array(Part.allCases.prefix(shares.count)) }

    /// Where a record belongs.
    public func part(of record: DataRecord) -> Part {
        let place = Lot.number("split", seed, record.opening.bytes) % 10_000
        var border: UInt64 = 0
        for (part, share) in zip(parts, shares) {
            border += UInt64(share) * 100
            if place < border { return part }
        }
        return .train
    }
}

/// Numbers that are drawn by what something is, not by when it came: the same for a seed each time.
enum Lot {
    static func number(_ purpose: String, _ seed: UInt64, _ bytes: [UInt8]) -> UInt64 {
        let digest = SHA256.hash(Array("\(purpose) \(seed) ".utf8) + bytes)
        return digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
