internal import Inference
internal import Rollout

/// The section `rollouts` of `sallyport.yaml`, and `policies/rollouts.yaml`, which need not be there.
extension ConfigurationLoader {
    static func rollouts(_ section: ConfigurationSection) -> RolloutSettings {
        let directory = section.field("directory")?.path()
        section.finish()
        return RolloutSettings(
            directory: directory ?? ConfigurationPath.resolve("var/rollouts", besides: section.source))
    }

    static func rolloutPlans(
        _ root: ConfigurationSection, aliases: [String], providers: [ReadProvider], prices: RolloutPrices
    ) -> [RolloutPlan] {
        let reader = RolloutReader(aliases: aliases, providers: providers.map(\.settings.id.rawValue), prices: prices)
        var plans: [RolloutPlan] = []
        for field in root.section("rollouts").named {
            guard let plan = reader.plan(field) else { continue }
            if let first = plans.first(where: { $0.alias == plan.alias }) {
                field.section.field("alias")?
                    .report("the rollout `\(first.name)` has the alias `\(plan.alias)` already")
            } else {
                plans.append(plan)
            }
        }
        root.finish()
        return plans
    }
}

private struct RolloutReader {
    let aliases: [String]
    let providers: [String]
    let prices: RolloutPrices

    func plan(_ field: ConfigurationField) -> RolloutPlan? {
        let section = field.section
        let alias = section.required("alias", "the name of an alias")?.string("the name of an alias")
        let to = section.required("to", "`PROVIDER/MODEL`")
        let sticky = section.field("sticky")?.choice(RolloutPlan.Unit.self)
        let steps = section.field("steps")
        let guards = section.field("guards")?.elements(of: "guards such as `error_rate<=control+0.02`")
        let requests = section.field("min_requests")?.integer(in: 1...1_000_000)
        let time = section.field("min_time")?.milliseconds(in: 0...2_592_000_000)
        let wait = section.field("max_wait")?.milliseconds(
            in: Int(RolloutPlan.waits.lowerBound)...Int(RolloutPlan.waits.upperBound))
        let rate = section.field("false_rollbacks").flatMap { self.share($0) }
        let shadow = section.field("shadow").map { self.shadow($0.section) }
        let test = section.field("ab").map { self.test($0.section) }
        let judge = section.field("judge").map { self.judge($0) }
        section.finish()
        if let alias, !aliases.contains(alias) {
            section.field("alias")?.report(ConfigurationLoader.unknown("alias", alias, among: aliases))
        }
        guard let alias, let to, let destination = self.destination(to) else { return nil }
        var plan = RolloutPlan(name: field.key, alias: alias, to: destination)
        if let sticky { plan.unit = sticky }
        if let steps = steps?.elements(of: "shares such as `5`, in percent") {
            plan.steps = steps.compactMap { field in self.share(field).map { Int(($0 * 10_000).rounded()) } }
        }
        if let shadow {
            // What can't be read was reported.
            guard let shadow else { return nil }
            plan.shadow = shadow
            if steps == nil { plan.mode = .shadow }
        }
        if let test {
            guard let test else { return nil }
            plan.abTest = test
            if steps == nil { plan.mode = .ab }
        }
        if let judge {
            guard let judge else { return nil }
            plan.judging = judge
        }
        if let guards { plan.guards = guards.compactMap { self.rule($0) } }
        if let requests { plan.minimumRequests = requests }
        if let time { plan.minimumMilliseconds = Int64(time) }
        plan.maximumWaitMilliseconds = wait.map { Int64($0) }
        if let rate { plan.falseRollbackRate = rate }
        if let fault = plan.fault {
            field.reportKey("`\(field.key)`: \(fault)")
            return nil
        }
        if let fault = prices.faultOfShadow(plan) { section.field("to")?.report(fault) }
        if let fault = prices.faultOfJudge(plan) { section.field("judge")?.section.field("alias")?.report(fault) }
        return plan
    }

    private func shadow(_ section: ConfigurationSection) -> RolloutPlan.Shadow? {
        let share = section.required("share", "a share in percent such as `10%`").flatMap { self.share($0) }
        let most = section.required("max_usd_per_day", "the most US dollars that it may cost on one day")?.nanoUSD()
        section.finish()
        guard let share, let most else { return nil }
        return RolloutPlan.Shadow(share: Int((share * 10_000).rounded()), maximumNanoUSD: most)
    }

    private func test(_ section: ConfigurationSection) -> RolloutPlan.ABTest? {
        let measure = section.required("measure", "a guard's measure such as `feedback`")?.string("a measure")
        let share = section.field("share").flatMap { self.share($0) }
        let most = section.field("max_values")?.integer(in: RolloutPlan.values)
        let promotes = section.field("promote")?.bool()
        let rate = section.field("false_verdicts").flatMap { self.share($0) }
        section.finish()
        guard let measure else { return nil }
        var test = RolloutPlan.ABTest(measure: measure)
        if let share { test.share = Int((share * 10_000).rounded()) }
        if let most { test.maximumValues = most }
        if let promotes { test.promotes = promotes }
        if let rate { test.falseVerdictRate = rate }
        return test
    }

    private func judge(_ field: ConfigurationField) -> RolloutPlan.Judging? {
        let section = field.section
        let alias = section.required("alias", "the name of an alias")?.string("the name of an alias")
        let rubric = section.required("rubric", "what makes an answer good, in words")?.string("words")
        let share = section.required("share", "a share in percent such as `20%`").flatMap { self.share($0) }
        let most = section.required("max_usd_per_day", "the most US dollars that it may cost on one day")?.nanoUSD()
        section.finish()
        guard let alias, let rubric, let share, let most else { return nil }
        if !aliases.contains(alias) {
            section.field("alias")?.report(ConfigurationLoader.unknown("alias", alias, among: aliases))
        }
        return RolloutPlan.Judging(
            alias: alias, rubric: rubric, share: Int((share * 10_000).rounded()), maximumNanoUSD: most)
    }

    private func destination(_ field: ConfigurationField) -> Destination? {
        guard let text = field.string("`PROVIDER/MODEL`") else { return nil }
        guard let destination = Destination(text: text) else {
            field.report("expected `PROVIDER/MODEL`, found `\(text)`")
            return nil
        }
        let provider = destination.provider.rawValue
        guard providers.contains(provider) else {
            field.report(ConfigurationLoader.unknown("provider", provider, among: providers))
            return nil
        }
        return destination
    }

    private func rule(_ field: ConfigurationField) -> RolloutGuard? {
        guard let text = field.string("a guard such as `error_rate<=control+0.02`") else { return nil }
        do throws(RolloutGuard.Fault) {
            return try RolloutGuard(text)
        } catch {
            field.report("\(error)")
            return nil
        }
    }

    /// A share in percent, with `%` or without.
    private func share(_ field: ConfigurationField) -> Double? {
        guard let text = field.string("a share in percent such as `5`") else { return nil }
        let digits: Substring = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard let parts = ScalarText.decimal(digits, places: 2), (1...10_000).contains(parts) else {
            field.report("expected a share from `0.01` to `100` percent, found `\(text)`")
            return nil
        }
        return Double(parts) / 10_000
    }
}

extension Destination {
    /// Reads `PROVIDER/MODEL`; the model may have slashes.
    init?(text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, text.utf8.count <= 512,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        self.init(provider: ProviderID(String(parts[0])), model: String(parts[1]))
    }
}
