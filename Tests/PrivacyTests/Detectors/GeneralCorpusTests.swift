import Foundation
import Inference
import Privacy
import Testing

/// The general classes on the corpora of `../shared/data/pii`.
@Suite struct GeneralCorpusTests {
    private static let alone: [String: DataClass] = [
        "CRYPTO": DataClass("crypto_address"), "DATE_TIME": DataClass("date"), "MAC_ADDRESS": DataClass("mac_address"),
        "PH_MOBILE_NUMBER": .phone, "TR_PHONE_NUMBER": .phone, "URL": DataClass("url"),
    ]

    @Test func `each class alone agrees with the recognizers' own cases at the lowest threshold`() throws {
        guard let cases = try Fixtures.cases("data/pii/recognizer_cases.jsonl") else { return }
        var missed: [String] = []
        var total = 0
        for item in cases {
            guard let dataClass = Self.alone[item.entity] else { continue }
            total += 1
            let settings = PrivacySettings(classes: [dataClass], threshold: 1)
            let engine = try PrivacyEngine(scanner: Fixtures.scanner, settings: settings)
            let bytes = [UInt8](item.text.utf8)
            let found = try bytes.withUnsafeBytes { try engine.inspect(text: $0).map(\.range) }
            let expected = (item.spans ?? []).map { Fixtures.byteRange($0, in: item.text) }
            if found != expected { missed.append("\(item.entity) expected \(expected) found \(found): \(item.text)") }
        }
        for line in missed { print("recognizer case", line) }
        // One case wants the quotation marks around an address.
        #expect(missed.count * 50 <= total)
    }

    @Test func `addresses, ages, domains and dates of the synthetic sentences`() throws {
        struct Sentence: Decodable {
            struct Span: Decodable {
                let entity_type: String
                let start_position: Int
                let end_position: Int
            }
            let full_text: String
            let spans: [Span]
        }
        let classes: [String: Set<String>] = [
            "STREET_ADDRESS": ["street_address"], "AGE": ["age"], "DOMAIN_NAME": ["url"],
            "DATE_TIME": ["date", "date_of_birth"],
        ]
        guard let data = try Fixtures.read("data/pii/synth_dataset_v2.json.gz") else { return }
        let names = classes.values.joined().map { DataClass($0) }
        let engine = try PrivacyEngine(
            scanner: Fixtures.scanner, settings: PrivacySettings(classes: PrivacySettings.usualClasses.union(names)))
        var expected: [String: Int] = [:]
        var hit: [String: Int] = [:]
        var found: [String: Int] = [:]
        var right: [String: Int] = [:]
        for sentence in try JSONDecoder().decode([Sentence].self, from: data) {
            let bytes = [UInt8](sentence.full_text.utf8)
            let findings = try bytes.withUnsafeBytes { try engine.inspect(text: $0) }
            let spans = sentence.spans.map {
                ($0.entity_type, Fixtures.byteRange([$0.start_position, $0.end_position], in: sentence.full_text))
            }
            for (entity, members) in classes {
                let ours = findings.filter { members.contains($0.dataClass.rawValue) }.map(\.range)
                let theirs = spans.filter { $0.0 == entity }.map(\.1)
                expected[entity, default: 0] += theirs.count
                found[entity, default: 0] += ours.count
                hit[entity, default: 0] += theirs.count { span in ours.contains { $0.overlaps(span) } }
                right[entity, default: 0] += ours.count { span in theirs.contains { $0.overlaps(span) } }
            }
        }
        for entity in classes.keys.sorted() {
            let recall = Double(hit[entity] ?? 0) / Double(max(1, expected[entity] ?? 0))
            let precision = Double(right[entity] ?? 0) / Double(max(1, found[entity] ?? 0))
            print("synthetic \(entity): recall \(recall), precision \(precision)")
            #expect(recall >= 0.93 && precision >= 0.9, "\(entity)")
        }
    }
}
