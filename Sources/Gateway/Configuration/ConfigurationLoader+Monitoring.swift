internal import Cryptography
internal import Drift
internal import Inference
internal import LedgerRelay
internal import Routing
internal import Suggestions
internal import Upstream

/// The section `monitoring` of `sallyport.yaml`.
extension ConfigurationLoader {
    static func monitoring(
        _ section: ConfigurationSection, _ policies: ReadPolicies, _ reading: ConfigurationReading
    ) -> MonitoringSettings {
        let state =
            section.field("state")?.path() ?? ConfigurationPath.resolve("var/monitor.json", besides: section.source)
        var settings = MonitoringSettings(state: state)
        if let isOn = section.field("enabled")?.bool() { settings.isOn = isOn }
        if let count = section.field("reference")?.integer(in: 40...2_000) { settings.drift.reference = count }
        if let field = section.field("window"), let count = field.integer(in: 20...1_000) {
            settings.drift.window = count
            if count > settings.drift.reference {
                field.report("expected at most `reference`, which is \(settings.drift.reference), found \(count)")
            }
        }
        if let alpha = share(section.field("false_alarms"), 0.000001...0.1) { settings.drift.alpha = alpha }
        if let shift = share(section.field("least_shift"), 0.01...1) { settings.drift.leastShift = shift }
        if let time = section.field("accept_after")?.milliseconds(in: 60_000...31_536_000_000) {
            settings.drift.acceptAfter = Int64(time)
        }
        alerts(section.section("alerts"), &settings)
        let canaries = section.section("canaries")
        if canaries.isPresent { settings.canaries = self.canaries(canaries, policies, reading) }
        section.finish()
        return settings
    }

    /// A number such as `0.001`; `nil` with a report for others.
    private static func share(_ field: ConfigurationField?, _ range: ClosedRange<Double>) -> Double? {
        guard let field, let text = field.string("a number such as `\(range.lowerBound)`") else { return nil }
        guard let value = Double(text), range.contains(value) else {
            field.report("expected a number from \(range.lowerBound) to \(range.upperBound), found `\(text)`")
            return nil
        }
        return value
    }

    // MARK: - Alerts

    private static func alerts(_ section: ConfigurationSection, _ settings: inout MonitoringSettings) {
        if let logs = section.field("log")?.bool() { settings.logsAlerts = logs }
        for (key, isWebhook) in [("webhooks", true), ("alertmanagers", false)] {
            settings.targets += section.section(key).named.compactMap { field in
                guard ConfigurationField.isWord(field.key) else {
                    field.reportKey("`\(field.key)`: expected a name of letters, digits, `_`, `-` and `.`")
                    return nil
                }
                let inner = field.section
                defer { inner.finish() }
                return target(field.key, inner, isWebhook: isWebhook)
            }
        }
        let names = settings.targets.map(\.name)
        if Set(names).count < names.count {
            section.reading.report(
                section.source, section.position, "`\(section.name)`: two receivers have the same name")
        }
        section.finish()
    }

    private static func target(_ name: String, _ section: ConfigurationSection, isWebhook: Bool) -> AlertTarget? {
        let example = isWebhook ? "https://hooks.example.com/sallyport" : "https://alertmanager.example.com:9093"
        let address = section.required("url", "an address such as `\(example)`")
        let text = address?.string("an address such as `\(example)`")
        let plaintext = section.field("plaintext")?.bool() ?? false
        let tls = tls(provider: section)
        var kind = AlertTarget.Kind.alertmanager
        if isWebhook {
            let field = section.required("secret", "`{env: NAME}` or `{file: path}`: what its signatures are made with")
            guard let field, let reference = field.secret() else { return nil }
            switch reference {
            case .absent(let reason):
                field.report(reason)
                return nil
            case .present(let secret):
                guard secret.reveal().utf8.count >= 16 else {
                    field.report("expected at least 16 characters: who guesses it can sign")
                    return nil
                }
                kind = .webhook(SymmetricKey(Array(secret.reveal().utf8)))
            }
        }
        guard let address, let text else { return nil }
        do throws(RelayAddressError) {
            let endpoint = try RelayEndpoint(text, plaintext: plaintext, tls: tls)
            return AlertTarget(name: name, kind: kind, endpoint: endpoint)
        } catch {
            address.report(error.problem)
            return nil
        }
    }

    // MARK: - Canaries

    private static func canaries(
        _ section: ConfigurationSection, _ policies: ReadPolicies, _ reading: ConfigurationReading
    ) -> CanarySettings? {
        let known = policies.aliases.map(\.id.rawValue)
        let field = section.required("aliases", "a list of aliases of models.yaml")
        let aliases = (field?.elements(of: "aliases") ?? []).compactMap { element -> String? in
            guard let name = element.string("an alias") else { return nil }
            guard known.contains(name), !name.contains("*") else {
                element.report(
                    "no alias without a wildcard is called `\(name)`" + Spelling.question(name, among: known))
                return nil
            }
            return name
        }
        var minute = 4 * 60
        if let at = section.field("at"), let text = at.string("a time such as `04:00`, in quotes") {
            let parts = text.split(separator: ":").map { ScalarText.integer($0) }
            if parts.count == 2, let hours = parts[0], let minutes = parts[1], (0...23).contains(hours),
                (0...59).contains(minutes)
            {
                minute = hours * 60 + minutes
            } else {
                at.report("expected a time of day (UTC) such as `\"04:00\"`, found `\(text)`")
            }
        }
        let interval = section.field("every")?.milliseconds(in: 1_000...86_400_000)
        let money = section.required("max_usd", "the most US dollars that they may cost on one day")?.nanoUSD()
        var questions = CanaryQuestions.own
        if let file = section.field("questions"), let path = file.path(), let text = reading.text(path, namedAt: file) {
            questions = text.split(whereSeparator: \.isNewline).map(String.init)
                .filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
            if !(5...200).contains(questions.count) {
                file.report("expected 5 to 200 questions, one a line, found \(questions.count) in `\(path)`")
            }
        }
        let repeats = section.field("repeats")?.integer(in: 1...20)
        let tokens = section.field("answer_tokens")?.integer(in: 16...4_096)
        section.finish()
        guard let money else { return nil }
        var settings = CanarySettings(
            aliases: aliases, minuteOfDay: minute, interval: interval.map(Int64.init), questions: questions,
            dailyNanoUSD: money)
        if let repeats { settings.repeats = repeats }
        if let tokens { settings.answerTokens = tokens }
        return settings
    }
}
