import Inference

/// Sums the coverage receipt of one request while its texts are inspected.
struct CoverageTally {
    private struct Key: Hashable {
        let place: InferenceRequest.Place
        let verdict: Coverage.Verdict
    }

    private var lines: [Coverage.Line]
    private var counts: [Key: Int] = [:]
    /// Texts of one place follow each other: counted without a look-up each.
    private var current: (key: Key, count: Int)?

    init(_ request: InferenceRequest) {
        lines = request.skipped
        for part in request.unscannable {
            lines.append(
                Coverage.Line(place: part.place, verdict: .unscannable, reason: part.kind.rawValue, count: 1))
        }
    }

    /// Counts a text that the workspace has just been through.
    mutating func add(_ place: InferenceRequest.Place, _ workspace: TextInspector.Workspace) {
        let key = Key(place: place, verdict: workspace.isDecoded ? .decoded : .scanned)
        if let current, current.key == key {
            self.current?.count += 1
        } else {
            if let current { counts[current.key, default: 0] += current.count }
            current = (key, 1)
        }
        if workspace.encryptedParts > 0 {
            lines.append(
                Coverage.Line(
                    place: place, verdict: .unscannable,
                    reason: InferenceRequest.UnscannablePart.Kind.encrypted.rawValue,
                    count: workspace.encryptedParts))
        }
    }

    /// The receipt.
    var coverage: Coverage {
        var lines = lines
        if let current {
            lines.append(Coverage.Line(place: current.key.place, verdict: current.key.verdict, count: current.count))
        }
        for (key, count) in counts { lines.append(Coverage.Line(place: key.place, verdict: key.verdict, count: count)) }
        return Coverage(lines)
    }
}
