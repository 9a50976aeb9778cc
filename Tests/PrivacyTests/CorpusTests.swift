import Foundation
import Inference
import Privacy
import Testing

/// Recall and precision on the corpora of `../shared/data`; each test prints its figures and every miss.
///
/// Where a recognizer's case and a detector disagree, and why:
/// - two texts with telephone numbers stand there twice with contradicting spans;
/// - a span of UK_NINO begins with the space before the number, a URL's with the quotation mark before it;
/// - `code is030594W903B`, `code is199003052397`: what letters join to digits is one word to us, as in every other class;
/// - PERSON needs a tagger, which has tests of its own.
@Suite struct CorpusTests {
    private static let classes = PresidioNames.classes.mapValues(\.dataClass)

    @Test func `each class alone agrees with the recognizers' own cases`() throws {
        guard let cases = try Fixtures.cases("data/pii/recognizer_cases.jsonl") else { return }
        var figures: [String: (agreed: Int, total: Int)] = [:]
        for item in cases {
            guard let dataClass = Self.classes[item.entity], dataClass != SensitiveClass.person.dataClass else {
                continue
            }
            let engine = try PrivacyEngine(
                scanner: Fixtures.scanner, names: Fixtures.names,
                settings: PrivacySettings(classes: [dataClass], threshold: 1))
            let bytes = [UInt8](item.text.utf8)
            let found = try bytes.withUnsafeBytes { try engine.inspect(text: $0).map(\.range) }
            let expected = (item.spans ?? []).map { Fixtures.byteRange($0, in: item.text) }
            figures[item.entity, default: (0, 0)].total += 1
            if found == expected {
                figures[item.entity, default: (0, 0)].agreed += 1
            } else {
                print("recognizer case \(item.entity) expected \(expected) found \(found): \(item.text)")
            }
        }
        for (entity, figure) in figures.sorted(by: { $0.key < $1.key }) where figure.agreed < figure.total {
            print("recognizer cases of \(entity): \(figure.agreed) of \(figure.total) agree")
        }
        let agreed = figures.values.reduce(0) { $0 + $1.agreed }
        let total = figures.values.reduce(0) { $0 + $1.total }
        print("recognizer cases: \(agreed) of \(total) agree")
        #expect(Double(agreed) >= 0.99 * Double(total))
    }

    @Test func `values that the recognizers verify get their verdict`() throws {
        struct Value: Decodable {
            let entity: String
            let value: String?
            let valid: Bool?
            let source: String
        }
        guard let data = try Fixtures.read("data/pii/validator_cases.jsonl") else { return }
        var agreed = 0
        var total = 0
        for line in data.split(separator: 0x0A) {
            let item = try JSONDecoder().decode(Value.self, from: line)
            // The same value has another verdict under a setting that the recognizer has and we don't.
            guard let sensitiveClass = PresidioNames.classes[item.entity], !item.source.contains("in_strict_mode"),
                let value = item.value
            else { continue }
            total += 1
            let verdict = IdentifierChecks.verdict(sensitiveClass, value)
            let expected: IdentifierChecks.Verdict =
                switch item.valid {
                case true: .accept
                case false: .reject
                default: .neutral
                }
            if verdict == expected {
                agreed += 1
            } else {
                print("value \(item.entity) expected \(expected) found \(verdict?.rawValue ?? "no format"): \(value)")
            }
        }
        print("values: \(agreed) of \(total) agree")
        #expect(agreed == total)
    }

    @Test func `context makes bare numbers findings`() throws {
        guard let cases = try Fixtures.cases("data/pii/context_cases.jsonl") else { return }
        var found = 0
        var total = 0
        for item in cases {
            guard let dataClass = Self.classes[item.entity] else { continue }
            // What has no candidate has no score to rise, in Presidio either: a licence with asterisks, a number inside a word, a
            // sentence about permanent account numbers without one.
            if item.text.contains("**") || item.text.contains("mypassport") || !item.text.contains(where: \.isNumber) {
                continue
            }
            total += 1
            if try Fixtures.values(item.text, of: dataClass).isEmpty {
                print("context case \(item.entity) not found: \(item.text)")
            } else {
                found += 1
            }
        }
        print("context cases: \(found) of \(total) found")
        #expect(found == total)
    }

    @Test func `the whole engine on synthetic sentences`() throws {
        struct Sentence: Decodable {
            struct Span: Decodable {
                let entity_type: String
                let start_position: Int
                let end_position: Int
            }
            let full_text: String
            let spans: [Span]
        }
        guard let data = try Fixtures.read("data/pii/synth_dataset_v2.json.gz") else { return }
        var figures: [DataClass: (expected: Int, hit: Int, found: Int, right: Int)] = [:]
        for sentence in try JSONDecoder().decode([Sentence].self, from: data) {
            let bytes = [UInt8](sentence.full_text.utf8)
            let findings = try bytes.withUnsafeBytes { try Fixtures.engine.inspect(text: $0) }
            var expected: [(DataClass?, Range<Int>)] = []
            for span in sentence.spans {
                let range = Fixtures.byteRange([span.start_position, span.end_position], in: sentence.full_text)
                expected.append((Self.classes[span.entity_type], range))
            }
            for case (let dataClass?, let range) in expected {
                figures[dataClass, default: (0, 0, 0, 0)].expected += 1
                if findings.contains(where: {
                    $0.dataClass == dataClass && $0.range.overlaps(range) && $0.range.count * 2 >= range.count
                }) {
                    figures[dataClass, default: (0, 0, 0, 0)].hit += 1
                } else {
                    let value = String(decoding: bytes[range], as: UTF8.self)
                    print("synthetic miss \(dataClass): `\(value)` in `\(sentence.full_text.suffix(120))`")
                }
            }
            for finding in findings {
                figures[finding.dataClass, default: (0, 0, 0, 0)].found += 1
                if expected.contains(where: { $0.0 == finding.dataClass && $0.1.overlaps(finding.range) }) {
                    figures[finding.dataClass, default: (0, 0, 0, 0)].right += 1
                } else {
                    let value = String(decoding: bytes[finding.range], as: UTF8.self)
                    print(
                        "synthetic extra \(finding.dataClass) \(finding.score): `\(value)` in `\(sentence.full_text.suffix(160))`"
                    )
                }
            }
        }
        let proven: Set<DataClass> = [.card, .email, .iban, .ssn, .ipAddress]
        for (dataClass, figure) in figures.sorted(by: { $0.key < $1.key }) {
            print(
                "synthetic \(dataClass): recall \(figure.hit) of \(figure.expected), precision \(figure.right) of \(figure.found)"
            )
            let recall = Double(figure.hit) / Double(max(1, figure.expected))
            let precision = Double(figure.right) / Double(max(1, figure.found))
            if proven.contains(dataClass) { #expect(recall == 1 && precision == 1, "\(dataClass)") }
            if dataClass == .phone { #expect(recall >= 0.90 && precision >= 0.90) }
            // A national identifier has no business in sentences that hold none.
            if figure.expected == 0, SensitiveClass.named(dataClass)?.details.country != nil {
                #expect(figure.found <= 1, "\(dataClass)")
            }
        }
    }

    @Test func `secrets of the kinds we know`() throws {
        guard let cases = try Fixtures.cases("data/secrets/secret_cases.jsonl.gz") else { return }
        let kinds: Set<String> = [
            "aws-access-token", "github-app-token", "github-fine-grained-pat", "github-oauth", "github-pat",
            "github-refresh-token", "gitlab-pat", "huggingface-access-token", "huggingface-organization-api-token",
            "jwt",
            "npm-access-token", "openai-api-key", "anthropic-admin-api-key", "private-key", "sendgrid-api-token",
            "slack-app-token", "slack-bot-token", "slack-config-access-token", "slack-config-refresh-token",
            "slack-legacy-bot-token", "slack-legacy-token", "slack-legacy-workspace-token", "slack-user-token",
            "stripe-access-token", "twilio-api-key", "gcp-api-key",
        ]
        var figures = (positives: 0, hits: 0, negatives: 0, quiet: 0)
        for item in cases where kinds.contains(item.entity) {
            let bytes = [UInt8](item.text.utf8)
            let engine = try PrivacyEngine(
                scanner: Fixtures.scanner, names: Fixtures.names, settings: PrivacySettings(classes: [.secret]))
            let findings = try bytes.withUnsafeBytes { try engine.inspect(text: $0) }
            if item.positive == true {
                figures.positives += 1
                let spans = (item.spans ?? []).map { Fixtures.byteRange($0, in: item.text) }
                let isCovered = spans.allSatisfy { span in
                    findings.contains {
                        $0.range.lowerBound <= span.lowerBound && $0.range.upperBound >= span.upperBound
                    }
                }
                if isCovered {
                    figures.hits += 1
                } else {
                    print("secret missed, \(item.entity): \(item.text.prefix(160)) \(findings.map(\.range)) \(spans)")
                }
            } else {
                figures.negatives += 1
                if findings.isEmpty {
                    figures.quiet += 1
                } else {
                    print("secret extra, \(item.entity): \(item.text.prefix(160))")
                }
            }
        }
        print(
            "secrets: recall \(figures.hits) of \(figures.positives), \(figures.quiet) of \(figures.negatives) negatives quiet"
        )
        #expect(Double(figures.hits) >= 0.99 * Double(figures.positives))
    }
}
