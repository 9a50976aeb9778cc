import Drift
import JSONText
import LedgerRelay
import NIOHTTP1

/// What is known of traffic, as `/monitor` of the operators' port says it.
enum MonitorReport {
    /// One stream's figures.
    struct Row {
        let name: StreamName
        let rates: TrafficRates
        let stream: DriftStream?
    }

    static func rows(_ state: TrafficMonitor.State) -> [Row] {
        let names = Set(state.rates.keys).union(state.book.streams.map(\.name))
        return names.sorted { $0.description < $1.description }
            .map { name in
                Row(
                    name: name, rates: state.rates[name] ?? TrafficRates(),
                    stream: state.book.streams.first { $0.name == name })
            }
    }

    /// `drifting`, `steady`, `learning` or `unwatched`.
    static func word(_ stream: DriftStream?) -> String {
        guard let stream else { return "unwatched" }
        return stream.alerts.isEmpty ? stream.isWatching ? "steady" : "learning" : "drifting"
    }

    /// `time`, `began`, `watching`, `dropped_notes`, `streams`, `alerts`, `receivers`.
    static func json(_ monitor: TrafficMonitor) -> [UInt8] {
        let (state, now) = (monitor.snapshot, Clock.epochMilliseconds())
        var json = JSONWriter(capacity: 4_096)
        json.beginObject()
        json.key("time")
        json.string(AlertText.time(now))
        json.key("began")
        json.string(AlertText.time(monitor.began))
        json.key("watching")
        json.bool(monitor.settings.isOn)
        json.key("dropped_notes")
        json.int(monitor.dropped)
        json.key("streams")
        json.beginArray()
        for row in rows(state) { write(row, state.book.settings, now, to: &json) }
        json.endArray()
        json.key("alerts")
        json.beginArray()
        for alert in state.book.alerts { AlertText.write(alert, to: &json) }
        json.endArray()
        json.key("receivers")
        json.beginArray()
        for condition in monitor.alerts?.conditions ?? [] {
            json.beginObject()
            json.key("name")
            json.string(condition.name)
            json.key("kind")
            json.string(condition.kind)
            for (key, value) in [
                ("sent", condition.sent), ("failures", condition.failures), ("dropped", condition.dropped),
                ("waiting", condition.waiting),
            ] {
                json.key(key)
                json.int(value)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func write(_ row: Row, _ settings: DriftSettings, _ now: Int64, to json: inout JSONWriter) {
        json.beginObject()
        json.key("alias")
        json.string(row.name.alias)
        json.key("destination")
        json.string(row.name.destination)
        json.key("canary")
        json.bool(row.name.isCanary)
        json.key("total")
        write(row.rates.total, to: &json)
        json.key("last_minute")
        write(row.rates.minute(before: now), to: &json)
        json.key("drift")
        json.beginObject()
        json.key("state")
        json.string(word(row.stream))
        if let stream = row.stream {
            json.key("requests")
            json.int(stream.requests)
            json.key("reference")
            json.int(stream.name.isCanary ? settings.canaryReference : settings.reference)
            json.key("features")
            json.beginArray()
            for standing in stream.standings { write(standing, to: &json) }
            json.endArray()
        }
        json.endObject()
        json.endObject()
    }

    private static func write(_ slot: TrafficRates.Slot, to json: inout JSONWriter) {
        json.beginObject()
        for (key, value) in [
            ("requests", slot.requests), ("errors", slot.errors), ("cache_hits", slot.cacheHits),
            ("tokens", slot.tokens),
        ] {
            json.key(key)
            json.int(value)
        }
        json.key("nano_usd")
        json.int64(slot.nanoUSD)
        for (key, share) in [("p50_ms", 0.5), ("p95_ms", 0.95)] {
            guard let value = slot.quantile(share) else { continue }
            json.key(key)
            json.double((value * 10).rounded() / 10)
        }
        json.endObject()
    }

    private static func write(_ standing: DriftStream.Standing, to json: inout JSONWriter) {
        json.beginObject()
        json.key("feature")
        json.string(standing.feature.rawValue)
        json.key("family")
        json.string(standing.feature.family.rawValue)
        json.key("reference")
        json.int(standing.counts.reference)
        json.key("recent")
        json.int(standing.counts.recent)
        if standing.isWatching, standing.counts.recent > 0 {
            json.key("before")
            json.string(standing.sizes.before)
            json.key("now")
            json.string(standing.sizes.now)
            json.key("psi")
            json.double(standing.shift)
            json.key("log_evidence")
            json.double(standing.logEvidence)
            if let value = standing.smirnov {
                json.key("ks_p_value")
                json.double(value)
            }
            if let value = standing.hasTrend {
                json.key("page_hinkley")
                json.bool(value)
            }
        }
        if let alarm = standing.alarm {
            json.key("alarm")
            json.string(AlertText.time(alarm))
        }
        json.endObject()
    }

    /// The metrics of it, in the text format of Prometheus. Models whose names callers make up are not among them.
    static func append(_ monitor: TrafficMonitor, to text: inout Exposition) {
        guard monitor.settings.isOn else { return }
        let state = monitor.snapshot
        let streams = state.book.streams.filter { !$0.name.alias.contains("*") }
        func labels(_ name: StreamName) -> [(String, String)] {
            [("alias", name.alias), ("destination", name.destination), ("canary", name.isCanary ? "true" : "false")]
        }
        text.family(
            "sallyport_drift_alert", "gauge",
            "1 while traffic of a stream is not what its reference was, by whose change it is.")
        for stream in streams {
            for family in DriftFeature.Family.allCases {
                let isRaised = stream.alerts.contains { $0.family == family }
                text.sample(
                    "sallyport_drift_alert", labels(stream.name) + [("family", family.rawValue)], isRaised ? "1" : "0")
            }
        }
        text.family(
            "sallyport_drift_shift", "gauge",
            "Population stability index of the latest requests, less what chance brings.")
        for stream in streams {
            for watched in stream.shifts {
                text.sample(
                    "sallyport_drift_shift", labels(stream.name) + [("feature", watched.feature.rawValue)],
                    "\(watched.shift)")
            }
        }
        text.family("sallyport_drift_alerts_total", "counter", "Alerts that were raised, by whose change it was.")
        for family in DriftFeature.Family.allCases {
            text.sample(
                "sallyport_drift_alerts_total", [("family", family.rawValue)],
                "\(state.book.raised[family.rawValue] ?? 0)")
        }
        text.family(
            "sallyport_drift_dropped_total", "counter", "Requests that were not looked at, since they came too fast.")
        text.sample("sallyport_drift_dropped_total", [], "\(monitor.dropped)")
        let receivers = monitor.alerts?.conditions ?? []
        guard !receivers.isEmpty else { return }
        text.family(
            "sallyport_alert_messages_total", "counter", "Messages to receivers of alerts, by what became of them.")
        for receiver in receivers {
            for (outcome, count) in [
                ("sent", receiver.sent), ("failed", receiver.failures), ("dropped", receiver.dropped),
            ] {
                text.sample(
                    "sallyport_alert_messages_total", [("receiver", receiver.name), ("outcome", outcome)], "\(count)")
            }
        }
    }

    static func answer(_ path: Substring, _ monitor: TrafficMonitor) -> AdminAnswer {
        guard path == "/monitor.html" else {
            return AdminAnswer(
                type: "application/json", headers: [("cache-control", "no-store")], body: json(monitor))
        }
        return AdminAnswer(
            type: "text/html; charset=utf-8", headers: ExposureHeaders.all, body: Array(page(monitor).utf8))
    }
}
