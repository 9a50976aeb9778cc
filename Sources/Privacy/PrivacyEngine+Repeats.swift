import Inference
import JSONText

extension PrivacyEngine {
    /// Looks through every text again for values that were found in some of them.
    func inspectAgain(
        _ request: InferenceRequest, for values: RepeatedValues.Search, sparing spared: [Int: [Candidate]],
        _ watch: InspectionWatch, _ items: inout [Finding], _ counts: inout [DataSummary.Count],
        _ outranked: inout Set<DataClass>, _ beaten: inout [Findings.Beaten]
    ) throws {
        var all: [Finding] = []
        var next = 0
        var unwatched = InspectionWatch.interval
        var repeated: [Candidate] = []
        var again: [Findings.Beaten] = []
        for (index, text) in request.texts.enumerated() {
            let first = next
            while next < items.count, items[next].text == index { next += 1 }
            let before = items[first..<next]
            repeated.removeAll(keepingCapacity: true)
            let value = request.documents[text.document].json.value(at: text.node)
            try value.withDecodedUTF8 { bytes in
                unwatched -= bytes.count + 64
                if unwatched < 0 {
                    unwatched = InspectionWatch.interval
                    try watch.check()
                }
                try values.find(in: bytes, watch, into: &repeated)
                // A number is a value as a whole.
                if value.kind == .number { repeated.removeAll { $0.start != 0 || Int($0.end) != bytes.count } }
            }
            let more =
                repeated.isEmpty
                ? nil
                : inspector.adding(
                    repeated, to: before.map(Candidate.init), sparing: spared[index] ?? []
                ) { loser, losesClass in
                    if losesClass { outranked.insert(dataClass(of: loser)) }
                    // Not counted: only more findings of a class are.
                    again.append(Findings.Beaten(finding: finding(loser, text: index), losesClass: false))
                }
            guard let more else {
                all += before
                continue
            }
            for candidate in more { all.append(finding(candidate, text: index)) }
            let known = Dictionary(before.map { ($0.dataClass, 1) }, uniquingKeysWith: +)
            var now: [DataClass: Int] = [:]
            for candidate in more { now[dataClass(of: candidate), default: 0] += 1 }
            for (dataClass, count) in now where count > known[dataClass] ?? 0 {
                counts.append(
                    DataSummary.Count(dataClass: dataClass, place: text.place, count: count - (known[dataClass] ?? 0)))
            }
        }
        items = all
        guard !again.isEmpty else { return }
        beaten += again
        beaten.sort { $0.finding.text < $1.finding.text }
    }
}

extension Candidate {
    /// What a finding was before it was told.
    init(_ finding: Finding) {
        self.init(
            finding.sensitiveClass, finding.range.lowerBound, finding.range.upperBound, score: finding.score,
            variant: finding.variant)
        isMerged = finding.isMerged
        plain = finding.plain
    }
}
