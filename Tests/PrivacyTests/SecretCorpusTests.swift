import Foundation
import Inference
import Privacy
import Testing

/// Recall and precision on `data/secrets`: gitleaks' rule examples, of which the values are random.
@Suite struct SecretCorpusTests {
    static func engine() throws -> PrivacyEngine {
        try PrivacyEngine(
            scanner: Fixtures.scanner, names: Fixtures.names, settings: PrivacySettings(classes: [.secret]))
    }

    @Test func `every secret of the corpus is found and texts without one are quiet`() throws {
        guard let cases = try Fixtures.cases("data/secrets/secret_cases.jsonl.gz") else { return }
        // With all classes on: what another class takes is no secret found.
        let engine = try PrivacyEngine(scanner: Fixtures.scanner)
        // What one kind's rule leaves to another's is a secret all the same: such texts stand there as positives, too.
        let secrets = Set(cases.filter { $0.positive == true }.map(\.text))
        var figures = (positives: 0, found: 0, covered: 0, equal: 0, negatives: 0, quiet: 0, contradictions: 0)
        for item in cases {
            let bytes = [UInt8](item.text.utf8)
            let found = try bytes.withUnsafeBytes {
                try engine.inspect(text: $0).filter { $0.dataClass == .secret }.map(\.range)
            }
            guard item.positive == true else {
                guard !secrets.contains(item.text) else {
                    figures.contradictions += 1
                    continue
                }
                figures.negatives += 1
                if found.isEmpty {
                    figures.quiet += 1
                } else {
                    let values = found.map { String(decoding: bytes[$0], as: UTF8.self) }
                    print("secret extra, \(item.entity): \(values) in \(item.text.prefix(160))")
                }
                continue
            }
            figures.positives += 1
            let spans = (item.spans ?? []).map { Fixtures.byteRange($0, in: item.text) }
            if spans.allSatisfy({ span in found.contains { $0.overlaps(span) } }) {
                figures.found += 1
            } else {
                print("secret missed, \(item.entity): \(item.text.prefix(200)) \(spans)")
            }
            if spans.allSatisfy({ span in found.contains { $0.clamped(to: span) == span } }) {
                figures.covered += 1
            } else if !found.isEmpty {
                print("secret cut, \(item.entity): \(found) for \(spans) in \(item.text.prefix(200))")
            }
            if found == spans { figures.equal += 1 }
        }
        print("secrets: \(figures)")
        // Some part of each value, and the whole of nearly all: half a secret that goes out is a leak.
        #expect(figures.found == figures.positives)
        // Sixteen spans of `sentry-org-token` count the closing quote in.
        #expect(Double(figures.covered) >= 0.99 * Double(figures.positives))
        // The others are passwords that look like any (NuGet's manual), and a key without quotation marks.
        #expect(Double(figures.quiet) >= 0.97 * Double(figures.negatives))
    }
}
