import Inference
import JSONText
import Testing

@testable import Ledger

@Suite struct ExposureEntryTests {
    /// So many values of a class, all different.
    private static func values(
        _ dataClass: DataClass, _ treatment: AppliedTreatment, _ count: Int, first: UInt64
    ) -> Exposure.Values {
        Exposure.Values(
            dataClass: dataClass, treatment: treatment,
            fingerprints: (0..<UInt64(count)).map { ValueFingerprint(high: first, low: $0) })
    }

    private static func lines(_ exposure: Exposure) throws -> [JSONDocument] {
        var intent = LedgerSamples.intent
        intent.exposure = exposure
        var sequencer = LedgerSequencer(size: 0)
        sequencer.append(try EncodedIntent(intent))
        let taken = sequencer.takeBatch()
        let batch = try #require(taken)
        let receipts = sequencer.confirm(batch)
        let lines = LedgerSamples.entries(batch)
        #expect(receipts.map(\.sequence) == [UInt64(lines.count - 1)], "the receipt names the intent")
        return try lines.map { try JSONDocument(parsing: $0) }
    }

    private static func fingerprints(_ entry: JSONValue) -> [String] {
        var all: [String] = []
        for line in entry["exposed"]?.elements.map({ $0 }) ?? [] {
            for value in line["values"]?.elements.map({ $0.string ?? "" }) ?? [] { all.append(value) }
        }
        return all
    }

    @Test(arguments: [(0, 0), (1, 0), (512, 0), (513, 1), (2_560, 1), (2_561, 2), (32_768, 16)])
    func `an intent holds the first fingerprints, and parts before it the others`(count: Int, parts: Int) throws {
        let half = count / 2
        let exposure = Exposure(
            counts: [],
            values: [
                Self.values(.phone, .mask, half, first: 1), Self.values(.email, .surrogate, count - half, first: 2),
            ].filter { !$0.fingerprints.isEmpty })
        let entries = try Self.lines(exposure)
        let intent = try #require(entries.last?.root)
        #expect(entries.count == parts + 1)
        #expect(intent["kind"]?.string == "intent")
        #expect(intent["exposure_parts"]?.int == (parts > 0 ? parts : nil))
        for (index, part) in entries.dropLast().map(\.root).enumerated() {
            #expect(part["kind"]?.string == "exposure")
            #expect(part["part"]?.int == index + 1)
            #expect(part["seq"]?.int == index)
            #expect(part["request"]?.string == intent["request"]?.string)
            #expect(part["attempt"]?.int == intent["attempt"]?.int)
        }
        let found = Self.fingerprints(intent) + entries.dropLast().flatMap { Self.fingerprints($0.root) }
        #expect(found.count == count)
        #expect(found == exposure.values.flatMap { $0.fingerprints.map(\.text) })
    }

    @Test(arguments: [1, 13, 160])
    func `the fullest entries fit a leaf, however many classes share them`(valuesEach: Int) throws {
        let values = (0..<UInt64(32_768 / valuesEach)).map { number in
            Self.values(
                DataClass("\(number)" + String(repeating: "c", count: 59)), .surrogate, valuesEach, first: number)
        }
        var intent = LedgerSamples.intent
        intent.exposure = Exposure(counts: [], values: values)
        let encoded = try EncodedIntent(intent)
        #expect(encoded.exposures.allSatisfy { $0.bundleBytes <= LedgerSchema.maximumLineBytes + 1 })
        let slices = ExposureSlices(intent.exposure)
        let all = (slices.intent + slices.parts.joined()).reduce(0) { $0 + $1.fingerprints.count }
        #expect(all == intent.exposure.fingerprintCount)
    }

    @Test(
        arguments: [
            (0, 0, "AAAAAAAAAAAAAAAAAAAAAA"), (.max, .max, "_____________________w"),
            (0x0001_0203_0405_0607, 0x0809_0A0B_0C0D_0E0F, "AAECAwQFBgcICQoLDA0ODw"),
        ] as [(UInt64, UInt64, String)])
    func `a fingerprint reads as it is written`(high: UInt64, low: UInt64, text: String) {
        let fingerprint = ValueFingerprint(high: high, low: low)
        #expect(fingerprint.text == text)
        #expect(ValueFingerprint(text) == fingerprint)
    }

    @Test(arguments: [
        "", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAA+A", "é",
    ])
    func `what is no fingerprint is none`(text: String) {
        #expect(ValueFingerprint(text) == nil)
    }
}

@Suite struct RefusalTallyTests {
    private static func principal(_ name: String) -> Principal {
        Principal(kind: .user, name: name, teams: [], tenant: "acme", method: .apiKey, credential: "k")
    }

    private static func at(_ milliseconds: Int64) -> LedgerTime { LedgerTime(milliseconds: milliseconds) }

    @Test func `the first refusal is recorded at once, those that follow together`() throws {
        var tally = RefusalTally()
        let first = tally.count(reason: "overloaded", Self.principal("alice"), at: Self.at(0))
        #expect(first?.reasons == [.init(reason: "overloaded", count: 1)])
        for number in 0..<40 {
            let none = tally.count(
                reason: "rate_limited", Self.principal("p\(number)"), at: Self.at(1 + Int64(number)))
            #expect(none == nil)
        }
        let due = tally.take(at: Self.at(1_000))
        let entry = try #require(due)
        #expect(entry.principals.count == 16)
        #expect(entry.others == 24)
        #expect(entry.since == Self.at(1))
        let nothing = tally.takeAll(at: Self.at(5_000))
        #expect(nothing == nil)
    }

    @Test func `a flood of spent limits has few entries of its own`() {
        var tally = RefusalTally()
        var admitted = 0
        for millisecond in 0..<3_000 where tally.admitsLimitDenial(at: Self.at(Int64(millisecond))) { admitted += 1 }
        #expect(admitted == 48)
        let afterClockWentBack = tally.admitsLimitDenial(at: Self.at(-10_000))
        #expect(afterClockWentBack)
    }
}
