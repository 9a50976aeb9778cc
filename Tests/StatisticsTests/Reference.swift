import Foundation
import Testing

/// What SciPy and statsmodels say: `scripts/statistics/reference.json`, which `reference.py` beside it makes.
struct Reference: Decodable {
    struct Sample: Decodable {
        let values: [Double]
        let tStatistic, tPValue, tLower, tUpper, signPValue: Double
        let percentile, BCa: [Double]
        let resampled: [Double]
    }

    struct SignFlip: Decodable {
        let values: [Double]
        let pValue: Double
    }

    struct Distance: Decodable {
        let first, second: [Double]
        let statistic: Double
        let exact, asymptotic: Double?
    }

    struct Holm: Decodable {
        let pValues, adjusted: [Double]
    }

    struct Stability: Decodable {
        let reference, current: [Int]
        let index: Double
    }

    struct Generator: Decodable {
        let seed: String
        let values: [String]
    }

    let versions: [String: String]
    let values: [String: [[Double]]]
    let samples: [Sample]
    let distances, largeDistances: [Distance]
    let holm: [Holm]
    let signFlips: [SignFlip]
    let stability: [Stability]
    let generators: [Generator]

    static let shared = Result { try read() }

    private static func read() throws -> Reference {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "scripts/statistics/reference.json"))
        return try JSONDecoder().decode(Reference.self, from: data)
    }
}

/// Whether two numbers agree to 1e-9 of their size, be they ever so small; only what is left over of 1 − 1 counts as 0.
func agrees(_ value: Double?, _ reference: Double, within tolerance: Double = 1e-9) -> Bool {
    guard let value else { return false }
    return abs(value - reference) <= max(tolerance * abs(reference), value == 0 ? 1e-16 : 0)
}
