internal import Evaluation
internal import Inference
internal import Statistics

/// The run drawn again many times: the same cases for all candidates, so that what they have in common cancels out.
struct MetricResampling {
    /// One candidate's figures as arrays, NaN where nothing is known.
    private struct Column {
        var scores: [Double]
        var usd: [Double]
        var latencies: [Double]
        /// The places of the cases with a time, the fastest first.
        var order: [Int]
        var results: [CaseResult?]
        var isPriced: Bool
    }

    private let columns: [Column]
    private let cases: Int
    /// How often each case was drawn.
    private var counts: [Int]

    init(_ record: RunRecord) {
        cases = record.cases.count
        counts = Array(repeating: 1, count: cases)
        columns = record.contestants.map { [cases] contestant in
            let results =
                Array(contestant.results.prefix(cases))
                + Array(repeating: nil, count: max(0, cases - contestant.results.count))
            let latencies = results.map { result in
                result?.latencyMilliseconds.flatMap { $0.isFinite ? $0 : nil } ?? .nan
            }
            return Column(
                scores: results.map { $0?.score ?? .nan },
                // An error without a price cost nothing, as in sums of runs.
                usd: results.map { result in
                    guard let result else { return .nan }
                    return result.cost.map { Double($0.nanoUSD) / 1e9 } ?? 0
                },
                latencies: latencies,
                order: latencies.indices.filter { !latencies[$0].isNaN }.sorted { latencies[$0] < latencies[$1] },
                results: results, isPriced: results.allSatisfy { $0 == nil || $0?.cost != nil || $0?.isError == true })
        }
    }

    /// Draws the cases anew.
    mutating func draw(_ generator: inout SeededGenerator) {
        for place in counts.indices { counts[place] = 0 }
        for _ in 0..<cases { counts[generator.index(below: cases)] += 1 }
    }

    /// A candidate's value in what is drawn; NaN where it is not known.
    func value(_ dimension: Dimension, of candidate: Int) -> Double {
        switch dimension {
        case .score: mean(columns[candidate].scores)
        case .usd: columns[candidate].isPriced ? mean(columns[candidate].usd) * 1000 : .nan
        case .latency: quantiles([0.95], of: candidate).first.flatMap { $0 } ?? .nan
        }
    }

    /// What gates ask for, in what is drawn.
    func metrics(of candidate: Int) -> [String: Double?] {
        let column = columns[candidate]
        var (cases, errors, passes, refusals, leaks) = (0, 0, 0, 0, 0)
        let isInspected = column.results.allSatisfy { $0?.isInspected != false || $0?.isError == true }
        for (place, result) in column.results.enumerated() where counts[place] > 0 {
            guard let result else { continue }
            cases += counts[place]
            if result.passes { passes += counts[place] }
            if result.isError {
                errors += counts[place]
            } else {
                if result.isRefusal { refusals += counts[place] }
                if result.isLeak { leaks += counts[place] }
            }
        }
        func part(_ count: Int, of whole: Int) -> Double? { whole > 0 ? Double(count) / Double(whole) : nil }
        func known(_ value: Double) -> Double? { value.isNaN ? nil : value }
        let times = quantiles([0.5, 0.9, 0.95, 0.99], of: candidate)
        let usd = column.isPriced ? mean(column.usd) : .nan
        return [
            "score": known(mean(column.scores)), "pass_rate": part(passes, of: cases),
            "error_rate": part(errors, of: cases), "errors": Double(errors),
            "refusal_rate": part(refusals, of: cases - errors),
            "leak_rate": isInspected ? part(leaks, of: cases - errors) : nil,
            "p50_ms": times[0], "p90_ms": times[1], "p95_ms": times[2], "p99_ms": times[3],
            "mean_ms": known(mean(column.latencies)), "usd_per_1k": known(usd * 1000),
            "usd": known(usd * Double(cases)),
        ]
    }

    private func mean(_ values: [Double]) -> Double {
        var (sum, count) = (0.0, 0)
        for (place, value) in values.enumerated() where !value.isNaN {
            sum += value * Double(counts[place])
            count += counts[place]
        }
        return count > 0 ? sum / Double(count) : .nan
    }

    /// By linear interpolation (type 7), as ``SampleQuantile/linear(ofSorted:at:)``; the probabilities ascend.
    private func quantiles(_ probabilities: [Double], of candidate: Int) -> [Double?] {
        let column = columns[candidate]
        let total = column.order.reduce(0) { $0 + counts[$1] }
        guard total > 0 else { return probabilities.map { _ in nil } }
        var found: [Double?] = []
        var (next, drawn) = (0, 0)
        for probability in probabilities {
            let position = Double(total - 1) * probability
            let below = Int(position)
            while next < column.order.count, drawn + counts[column.order[next]] <= below {
                drawn += counts[column.order[next]]
                next += 1
            }
            guard next < column.order.count else {
                return found + probabilities.dropFirst(found.count).map { _ in nil }
            }
            let value = column.latencies[column.order[next]]
            var after = value
            if drawn + counts[column.order[next]] <= below + 1 {
                let following = column.order[(next + 1)...].first { counts[$0] > 0 }
                after = following.map { column.latencies[$0] } ?? value
            }
            found.append(value + (position - Double(below)) * (after - value))
        }
        return found
    }
}
