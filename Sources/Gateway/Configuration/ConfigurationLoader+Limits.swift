internal import Inference
internal import Limits

/// The names that `limits.yaml` may speak of.
struct LimitNames {
    let teams: [String]
    let models: [String]
    let providers: [String]
}

/// What stands in `limits.yaml`: requests are counted once each, all else by attempt.
struct ReadLimits {
    var requests = RequestLimits()
    var attempts = AttemptLimits()
}

extension ConfigurationLoader {
    static func limitState(_ section: ConfigurationSection) -> LimitStateSettings {
        let file = section.field("file")?.path()
        let durability = section.field("durability")?.choice(GatewayConfiguration.Durability.self)
        let redis = section.field("redis").flatMap { limitServer($0.section) }
        section.finish()
        return LimitStateSettings(
            file: file ?? ConfigurationPath.resolve("var/limits.sqlite", besides: section.source),
            durability: durability ?? .process, redis: redis)
    }

    private static func limitServer(_ section: ConfigurationSection) -> LimitStateSettings.Redis? {
        let server = redisServer(section, timeout: 1_000)
        let fail = section.field("fail")?.choice(LimitStateSettings.Fail.self) ?? .closed
        let gateways = fail == .closed ? section.field("gateways") : section.required("gateways", "how many there are")
        let count = gateways?.integer(in: 1...1_000)
        let lease = section.field("lease")?.milliseconds(in: 3_000...3_600_000)
        section.finish()
        return server.map {
            LimitStateSettings.Redis(
                server: $0, isClosed: fail == .closed, gateways: count ?? 1, leaseMilliseconds: lease ?? 30_000)
        }
    }

    static func requestLimits(_ root: ConfigurationSection, _ names: LimitNames) -> ReadLimits {
        var limits = ReadLimits()
        if let rule = root.field("default").map({ rule($0) }) {
            limits.requests.eachKey = rule.requests
            limits.attempts.eachKey = rule.attempt
        }
        for field in root.section("keys").named {
            let digits = field.key.utf8.dropFirst(4)
            let isID =
                field.key.hasPrefix("key_") && digits.count == 12
                && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            if !isID {
                field.reportKey(
                    "`\(field.key)`: expected a key's id such as `key_0123456789ab` (see `sallyport keys list`)")
            }
            let rule = rule(field)
            limits.requests.keys[field.key] = rule.requests
            limits.attempts.keys[field.key] = rule.attempt ?? AttemptRule()
        }
        for field in root.section("principals").named {
            let rule = rule(field)
            limits.requests.principals[field.key] = rule.requests
            limits.attempts.principals[field.key] = rule.attempt
        }
        for field in root.section("teams").named {
            if !names.teams.contains(field.key) { field.reportKey(unknown("team", field.key, among: names.teams)) }
            let rule = rule(field)
            limits.requests.teams[field.key] = rule.requests
            limits.attempts.teams[field.key] = rule.attempt
        }
        for field in root.section("models").named {
            if !names.models.contains(field.key) { field.reportKey(unknown("model", field.key, among: names.models)) }
            let rule = rule(field, isShared: true)
            limits.requests.models[field.key] = rule.requests
            if rule.isPerTenant { limits.requests.modelsPerTenant.insert(field.key) }
            limits.attempts.models[field.key] = rule.attempt
        }
        for field in root.section("providers").named {
            if !names.providers.contains(field.key) {
                field.reportKey(unknown("provider", field.key, among: names.providers))
            }
            let rule = rule(field, isShared: true)
            // A request may ask several providers, so theirs are counted by attempt.
            var attempt = rule.attempt ?? AttemptRule(isPerTenant: rule.isPerTenant)
            attempt.requests = rule.requests
            limits.attempts.providers[field.key] = attempt.isEmpty ? nil : attempt
        }
        root.finish()
        return limits
    }

    private struct ReadRule {
        let requests: MinuteRate?
        let attempt: AttemptRule?
        let isPerTenant: Bool
    }

    /// One rule; `isShared`: of what all tenants use, and of which each may have its own share.
    private static func rule(_ field: ConfigurationField, isShared: Bool = false) -> ReadRule {
        let section = field.section
        let isPerTenant = isShared ? section.field("per_tenant")?.bool() ?? false : false
        let perMinute = section.field("requests_per_minute")
        let burst = section.field("burst")?.integer(in: 1...MinuteRate.maximum)
        let tokensPerMinute = section.field("tokens_per_minute")?.integer(in: 0...MinuteRate.mostTokens)
        let tokenBurst = section.field("token_burst")
        let tokensAtOnce = tokenBurst?.integer(in: 1...MinuteRate.mostTokens)
        if tokenBurst != nil, tokensPerMinute == nil { _ = section.required("tokens_per_minute", "a whole number") }
        let attempt = AttemptRule(
            tokens: tokensPerMinute.flatMap {
                MinuteRate(perMinute: $0, burst: tokensAtOnce, maximum: MinuteRate.mostTokens)
            },
            concurrent: section.field("concurrent")?.integer(in: 0...1_000_000),
            perDay: section.field("usd_per_day")?.money(), perMonth: section.field("usd_per_month")?.money(),
            queue: queue(section), isPerTenant: isPerTenant)
        let others = ["tokens_per_minute", "concurrent", "usd_per_day", "usd_per_month"]
        let isLimit = burst == nil && others.contains { section.field($0) != nil }
        let requests = (isLimit ? perMinute : section.required("requests_per_minute", "a whole number"))?
            .integer(in: 0...MinuteRate.maximum)
        section.finish()
        return ReadRule(
            requests: requests.flatMap { MinuteRate(perMinute: $0, burst: burst) },
            attempt: attempt.isEmpty ? nil : attempt, isPerTenant: isPerTenant)
    }

    private static func queue(_ section: ConfigurationSection) -> QueueRule? {
        let milliseconds = section.field("queue_ms")
        let length = section.field("queue_length")
        let most = length?.integer(in: 1...100_000)
        guard let milliseconds else {
            if length != nil { _ = section.required("queue_ms", "a whole number of milliseconds") }
            return nil
        }
        return milliseconds.integer(in: 1...600_000).map { QueueRule(milliseconds: $0, length: most ?? 100) }
    }
}

extension ConfigurationField {
    /// An amount in US dollars, to the tenth of a cent.
    fileprivate func money() -> Money? {
        guard case .scalar(let text, isQuoted: false) = node.content,
            let thousandths = ScalarText.decimal(text, places: 3), (0...1_000_000_000).contains(thousandths)
        else {
            report("expected US dollars such as `25` or `0.5`, at most 1000000, with at most three decimal places")
            return nil
        }
        return Money(nanoUSD: thousandths * 1_000_000)
    }
}
