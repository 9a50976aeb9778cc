internal import Ledger

extension ReportBuilder {
    /// The report.
    public consuming func finish() -> ExposureReport {
        var report = report
        report.totals.principals = callers.count { $0.attempts + $0.denied > 0 }
        if first <= last {
            report.span = LedgerTime(milliseconds: first)...LedgerTime(milliseconds: last)
        }
        report.exposure = exposure()
        report.callers = callers.filter { $0.attempts + $0.denied > 0 }.sorted {
            (-$0.rawValues, -$0.values, -$0.attempts, $0.tenant, $0.principal)
                < (-$1.rawValues, -$1.values, -$1.attempts, $1.tenant, $1.principal)
        }
        (report.trendUnit, report.trend) = trend(report.filter)
        report.policies = policies()
        report.denials = counts(reasons)
        report.outcomes = counts(outcomes)
        report.unidentified = counts(unidentified)
        report.refused = counts(refused)
        report.acts = counts(acts)
        report.models = models()
        report.gateway = ExposureReport.Percentiles(gateway)
        return report
    }

    private func exposure() -> [ExposureReport.Exposure] {
        // Regions of one model are one destination here.
        var merged: [ExposureReport.Exposure] = []
        let all = cells.map { cell, sum in
            let place = places.values[Int(cell.place)]
            return ExposureReport.Exposure(
                dataClass: words.values[Int(cell.dataClass)], provider: place.provider, model: place.model,
                isInternal: place.isInternal, treatment: words.values[Int(cell.treatment)], attempts: sum.attempts,
                values: sum.values)
        }
        for line in all.sorted(by: { $0.key < $1.key }) {
            if let last = merged.last, last.key == line.key, last.isInternal == line.isInternal {
                merged[merged.count - 1] = last.adding(line)
            } else {
                merged.append(line)
            }
        }
        return merged
    }

    private func trend(_ filter: LedgerFilter) -> (ExposureReport.TrendUnit, [ExposureReport.Moment]) {
        guard first <= last else { return (.hour, []) }
        let unit: ExposureReport.TrendUnit = last - first <= 72 * 3_600_000 ? .hour : .day
        var moments: [Int64: ExposureReport.Moment] = [:]
        for (hour, sum) in hours {
            let time = hour.floored(to: unit.milliseconds)
            var moment = moments[time] ?? ExposureReport.Moment(time: LedgerTime(milliseconds: time))
            moment.attempts += sum.attempts
            moment.denied += sum.denied
            moment.rawValues += sum.raw
            moment.treatedValues += sum.treated
            moments[time] = moment
        }
        let start = first.floored(to: unit.milliseconds)
        // Clocks that went astray shall not make a line of a million zeros.
        if (last - start) / unit.milliseconds < 4_000 {
            for time in stride(from: start, through: last, by: Int(unit.milliseconds)) where moments[time] == nil {
                moments[time] = ExposureReport.Moment(time: LedgerTime(milliseconds: time))
            }
        }
        return (unit, moments.values.sorted { $0.time < $1.time })
    }

    private func policies() -> [ExposureReport.Policy] {
        var sums: [String: ExposureReport.Policy] = [:]
        for (names, counts) in zip(lists.values, decisions) where counts.permitted + counts.denied > 0 {
            for name in names {
                sums[name, default: ExposureReport.Policy(name: name)].permitted += counts.permitted
                sums[name, default: ExposureReport.Policy(name: name)].denied += counts.denied
            }
        }
        return sums.values.sorted {
            (-$0.permitted - $0.denied, $0.name) < (-$1.permitted - $1.denied, $1.name)
        }
    }

    private func counts(_ sums: [Int: Int]) -> [ExposureReport.Count] {
        sums.map { ExposureReport.Count(name: words.values[$0.key], count: $0.value) }
            .sorted { (-$0.count, $0.name) < (-$1.count, $1.name) }
    }

    private func models() -> [ExposureReport.Model] {
        var merged: [ExposureReport.Model] = []
        var times: [(firstByte: [Int64], total: [Int64])] = []
        let all = zip(places.values, uses).filter { $0.1.model.attempts > 0 }.sorted {
            ($0.0.provider, $0.0.model, $0.0.isInternal ? 1 : 0) < ($1.0.provider, $1.0.model, $1.0.isInternal ? 1 : 0)
        }
        for (place, use) in all {
            if merged.last?.provider != place.provider || merged.last?.model != place.model
                || merged.last?.isInternal != place.isInternal
            {
                merged.append(
                    ExposureReport.Model(
                        provider: place.provider, model: place.model, isInternal: place.isInternal))
                times.append(([], []))
            }
            let index = merged.count - 1
            merged[index].attempts += use.model.attempts
            merged[index].input.add(Int64(use.model.input))
            merged[index].cachedInput.add(Int64(use.model.cached))
            merged[index].output.add(Int64(use.model.output))
            merged[index].unpriced += use.model.unpriced
            merged[index].nanoUSD.addSaturating(use.nanoUSD)
            times[index].firstByte += use.firstByte
            times[index].total += use.total
        }
        for index in merged.indices {
            merged[index].firstByte = ExposureReport.Percentiles(times[index].firstByte)
            merged[index].total = ExposureReport.Percentiles(times[index].total)
        }
        return merged
    }
}

extension ExposureReport.Percentiles {
    /// Of any measurements; `nil` of none.
    init?(_ measurements: [Int64]) {
        guard !measurements.isEmpty else { return nil }
        let sorted = measurements.sorted()
        func rank(_ percent: Int) -> Int64 { sorted[(sorted.count * percent + 99) / 100 - 1] }
        self.init(count: sorted.count, p50: rank(50), p95: rank(95))
    }
}

extension ExposureReport.Exposure {
    fileprivate var key: (String, String, String, String) { (dataClass, provider, model, treatment) }

    fileprivate func adding(_ other: Self) -> Self {
        Self(
            dataClass: dataClass, provider: provider, model: model, isInternal: isInternal, treatment: treatment,
            attempts: attempts + other.attempts, values: values &+ other.values)
    }
}
