public import Inference
public import Privacy

/// What every detector must keep, whatever it looks for: a suite to run a new one through.
///
/// It knows no test framework: it gives back what is wrong, and a test expects that to be nothing.
///
/// ```swift
/// let conformance = DetectorConformance(scanner: scanner, dataClass: "us_itin", samples: ["my ITIN is 911-70-1234"])
/// #expect(try conformance.violations().isEmpty)
/// ```
public struct DetectorConformance {
    /// A promise that was broken, and by what text.
    public struct Violation: Sendable, Hashable, CustomStringConvertible {
        /// Which promise.
        public let promise: Promise
        /// The text, which is a sample or made from one.
        public let text: String

        /// The promise and the text.
        public var description: String { "\(promise.rawValue): `\(text)`" }
    }

    /// What is promised.
    public enum Promise: String, Sendable, Hashable {
        /// A sample is found at all.
        case findsSamples = "finds each sample"
        /// Findings lie in the text, in order, on borders of characters, and are of the class.
        case staysInRange = "findings lie in the text, in order, on borders of characters"
        /// Nothing is found where there is nothing.
        case staysQuiet = "finds nothing in text without the class"
        /// Text before and after, on lines of its own, changes nothing.
        case ignoresSurroundings = "finds the same between other lines"
        /// What letters or digits join is another word.
        case respectsWords = "takes no part of a longer word"
        /// A higher threshold finds no more.
        case isMonotone = "finds no more at a higher threshold"
        /// The same text gives the same findings.
        case isDeterministic = "finds the same again"
        /// Any bytes are looked through without a trap, and findings keep in range.
        case survivesDamage = "looks through cut and broken samples"
        /// Twice the text takes about twice the time.
        case isLinear = "takes time linear in the text"
    }

    /// Texts that have nothing of any class but look a little like it.
    public static let foreign = [
        "", " ", "\n", "a", "1", "é", "电话", "It was a bright cold day in April.", "func f(x: Int) -> Int { x + 1 }",
        "v1.2.3, 10:30, 50 %, 3.14, #7, 24/7, page 12 of 30", "- [ ] buy milk\n- [x] write", "https",
    ]

    private let engine: (Int) throws -> PrivacyEngine
    private let dataClass: DataClass
    private let samples: [String]

    /// The class alone is looked for; each sample holds it once or more, well enough for `threshold`.
    public init(scanner: any CandidateScanner, dataClass: DataClass, samples: [String]) {
        self.dataClass = dataClass
        self.samples = samples
        engine = { threshold in
            try PrivacyEngine(
                scanner: scanner, settings: PrivacySettings(classes: [dataClass], threshold: threshold))
        }
    }

    /// Everything that is wrong at a threshold; `time`, a clock of nanoseconds, lets linear time be checked too.
    public func violations(threshold: Int = 1, time: (() -> Int)? = nil) throws -> [Violation] {
        let usual = try engine(threshold)
        let strict = try engine(min(100, threshold + 40))
        var violations: [Violation] = []
        func check(_ promise: Promise, _ text: String, _ isKept: Bool) {
            if !isKept { violations.append(Violation(promise: promise, text: text)) }
        }
        // Below the usual threshold a weak shape may be anything.
        let sure = try engine(max(threshold, PrivacySettings().threshold))
        for text in Self.foreign {
            check(.staysQuiet, text, try find(text, sure).isEmpty)
        }
        for sample in samples {
            let found = try find(sample, usual)
            check(.findsSamples, sample, !found.isEmpty)
            check(.staysInRange, sample, areInRange(found, Array(sample.utf8)))
            check(.isDeterministic, sample, try find(sample, usual) == found)
            let before = "It was a bright cold day in April, and the clocks were striking.\n\n"
            let between = try find(before + sample + "\n\nSo it goes.", usual)
            let shifted = between.map {
                $0.range.lowerBound - before.utf8.count..<$0.range.upperBound - before.utf8.count
            }
            check(.ignoresSurroundings, sample, shifted == found.map(\.range))
            let surer = try find(sample, strict)
            check(.isMonotone, sample, surer.allSatisfy { sure in found.contains { $0.range.overlaps(sure.range) } })
            for finding in found { check(.respectsWords, sample, try respectsWords(finding, sample, usual)) }
            check(.survivesDamage, sample, try survivesDamage(sample, usual))
            if let time { check(.isLinear, sample, try isLinear(sample, usual, time)) }
        }
        return violations
    }

    private func find(_ text: String, _ engine: PrivacyEngine) throws -> [Finding] {
        try find(Array(text.utf8), engine)
    }

    private func find(_ bytes: [UInt8], _ engine: PrivacyEngine) throws -> [Finding] {
        try bytes.withUnsafeBytes { try engine.inspect(text: $0) }
    }

    private func areInRange(_ findings: [Finding], _ bytes: [UInt8]) -> Bool {
        var last = 0
        for finding in findings {
            guard finding.dataClass == dataClass, finding.range.lowerBound >= last, !finding.range.isEmpty,
                finding.range.upperBound <= bytes.count, isBorder(finding.range.lowerBound, bytes),
                isBorder(finding.range.upperBound, bytes), (1...100).contains(finding.score)
            else { return false }
            last = finding.range.upperBound
        }
        return true
    }

    /// Whether no continuation byte of UTF-8 begins here.
    private func isBorder(_ offset: Int, _ bytes: [UInt8]) -> Bool {
        offset >= bytes.count || bytes[offset] & 0xC0 != 0x80
    }

    /// Joined to letters or digits on both sides, the same range is no finding.
    private func respectsWords(_ finding: Finding, _ sample: String, _ engine: PrivacyEngine) throws -> Bool {
        let bytes = Array(sample.utf8)
        let value = Array(bytes[finding.range])
        for joint in ["x7Q", "84w"] {
            let joined = Array(joint.utf8) + value + Array(joint.utf8)
            let range = joint.utf8.count..<joint.utf8.count + value.count
            if try find(joined, engine).contains(where: { $0.range == range }) { return false }
        }
        return true
    }

    private func survivesDamage(_ sample: String, _ engine: PrivacyEngine) throws -> Bool {
        let bytes = Array(sample.utf8)
        for cut in 0...bytes.count {
            // The cut may go through a character: what is looked through need not be UTF-8.
            for piece in [Array(bytes[..<cut]), Array(bytes[cut...]), bytes[..<cut] + [0xFF, 0x80] + bytes[cut...]] {
                let findings = try find(piece, engine)
                guard findings.allSatisfy({ $0.range.upperBound <= piece.count }) else { return false }
            }
        }
        return true
    }

    /// Sixteen times the text may take sixty-four times as long before it is called more than linear: machines are busy.
    private func isLinear(_ sample: String, _ engine: PrivacyEngine, _ time: () -> Int) throws -> Bool {
        let unit = Array((sample + " ").utf8)
        func nanoseconds(_ count: Int) throws -> Int {
            var text: [UInt8] = []
            while text.count < count { text += unit }
            var best = Int.max
            for _ in 0..<3 {
                let start = time()
                _ = try find(text, engine)
                best = min(best, time() - start)
            }
            return best
        }
        return try nanoseconds(64_000) <= 64 * max(1_000, nanoseconds(4_000))
    }
}
