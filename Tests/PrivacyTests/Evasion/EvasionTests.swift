import Foundation
import Inference
import Privacy
import PrivacyTesting
import Testing

/// What disguises cost: of the values that are found as they stand, how many are found in each disguise.
///
/// Values are those of the corpora: of the recognizers' cases and of values with check digits, each class alone and the whole engine;
/// of synthetic sentences; of secrets. A sample of them; `stride` thins it, since a build for debugging is slow.
@Suite("Recall under disguises") struct EvasionTests {
    struct Sample: Sendable {
        let before: String
        let value: String
        let after: String
        let dataClass: DataClass
        let engine: PrivacyEngine
    }

    private enum Bounds {
        #if DEBUG
            static let stride = 30
            /// Of few values one more or less is not one in a hundred.
            static let slack = 1
        #else
            static let stride = 6
            static let slack = 0
        #endif
        /// Of what is found as it stands.
        static let recall = 0.99
        /// Bytes: of one or two digits no encoding is told from a word.
        static let encodedValue = 5
    }

    @Test(arguments: EvasionTransform.families.map(\.name))
    func `a disguise costs at most one value in a hundred`(family: String) throws {
        guard let samples = try Self.samples() else { return }
        let plain = try samples.filter { sample in
            let start = sample.before.utf8.count
            return try Self.isFound(
                sample, Array((sample.before + sample.value + sample.after).utf8),
                start..<(start + sample.value.utf8.count))
        }
        #expect(plain.count * 4 > samples.count * 3)
        for transform in EvasionTransform.families.first(where: { $0.name == family })?.transforms ?? [] {
            var random = FuzzText.Random(seed: 7)
            var figures = (found: 0, total: 0)
            for sample in plain where Self.isFair(transform, sample) {
                guard
                    let disguised = transform.apply(
                        before: sample.before, value: sample.value, after: sample.after, &random)
                else { continue }
                figures.total += 1
                if try Self.isFound(sample, disguised.text, disguised.range) {
                    figures.found += 1
                } else {
                    print("hidden by \(transform.name): \(sample.dataClass) `\(sample.value)`")
                }
            }
            let needed = transform.isExtra ? 0.85 : Bounds.recall
            #expect(
                Double(figures.found + Bounds.slack) >= needed * Double(figures.total), "\(transform.name): \(figures)")
        }
    }

    /// Whether somebody may expect the value to be found: an encoding joined to a word is another word.
    private static func isFair(_ transform: EvasionTransform, _ sample: Sample) -> Bool {
        guard transform.isEncoding, transform.reach == .value else { return true }
        func joins(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
        return sample.value.utf8.count >= Bounds.encodedValue && !joins(sample.before.last)
            && !joins(sample.after.first)
    }

    private static func isFound(_ sample: Sample, _ text: [UInt8], _ range: Range<Int>) throws -> Bool {
        try text.withUnsafeBytes { bytes in
            try sample.engine.inspect(text: bytes).contains { finding in
                // What another class takes whole is found as well.
                finding.dataClass == sample.dataClass && finding.range.overlaps(range)
                    || finding.range.clamped(to: range) == range
            }
        }
    }

    // MARK: Samples

    private static func samples() throws -> [Sample]? {
        guard let cases = try Fixtures.cases("data/pii/recognizer_cases.jsonl"),
            let secrets = try Fixtures.cases("data/secrets/secret_cases.jsonl.gz"),
            let sentences = try Fixtures.read("data/pii/synth_dataset_v2.json.gz")
        else { return nil }
        // Names need a tagger, which has tests of its own.
        let tagged = [SensitiveClass.person.dataClass, SensitiveClass.place.dataClass]
        let classes = PresidioNames.classes.mapValues(\.dataClass).filter { !tagged.contains($0.value) }
        var engines: [DataClass: PrivacyEngine] = [:]
        func alone(_ dataClass: DataClass) throws -> PrivacyEngine {
            if let engine = engines[dataClass] { return engine }
            let engine = try PrivacyEngine(
                scanner: Fixtures.scanner, settings: PrivacySettings(classes: [dataClass], threshold: 1))
            engines[dataClass] = engine
            return engine
        }
        var samples: [Sample] = []
        func add(_ text: String, _ span: [Int], _ dataClass: DataClass, _ engine: PrivacyEngine) {
            let scalars = Array(text.unicodeScalars)
            func part(_ range: Range<Int>) -> String { scalars[range].map(String.init).joined() }
            samples.append(
                Sample(
                    before: part(0..<span[0]), value: part(span[0]..<span[1]), after: part(span[1]..<scalars.count),
                    dataClass: dataClass, engine: engine))
        }
        for item in cases {
            guard let dataClass = classes[item.entity], let span = item.spans?.first else { continue }
            add(item.text, span, dataClass, try alone(dataClass))
            add(item.text, span, dataClass, Fixtures.engine)
        }
        // The same value stands in many lines of one kind.
        for (index, item) in secrets.enumerated() where index % 8 == 0 && item.positive == true {
            guard let span = item.spans?.first, item.entity != "jwt-base64" else { continue }
            add(item.text, span, .secret, Fixtures.engine)
        }
        for (index, sentence) in try JSONDecoder().decode([Sentence].self, from: sentences).enumerated()
        where index % 4 == 0 {
            for span in sentence.spans {
                guard let dataClass = classes[span.entity_type] else { continue }
                add(sentence.full_text, [span.start_position, span.end_position], dataClass, Fixtures.engine)
            }
        }
        return samples.enumerated().filter { $0.offset % Bounds.stride == 0 }.map(\.element)
    }

    private struct Sentence: Decodable {
        struct Span: Decodable {
            let entity_type: String
            let start_position: Int
            let end_position: Int
        }
        let full_text: String
        let spans: [Span]
    }
}
