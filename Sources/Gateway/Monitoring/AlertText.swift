import Drift
import JSONText
import Ledger
import LedgerRelay

/// An alert as others are told of it.
struct AlertText: AlertTelling {
    let alert: DriftAlert
    let reason: DriftEvent.Reason?
    /// When it was over, in milliseconds since 1970; `nil`: it is not.
    let ended: Int64?

    init(_ alert: DriftAlert) { (self.alert, reason, ended) = (alert, nil, nil) }

    /// `resolved`: why it is over, at this time; `nil`: it is not.
    init(_ alert: DriftAlert, resolved reason: DriftEvent.Reason?, at time: Int64) {
        (self.alert, self.reason) = (alert, reason)
        ended = reason == nil ? nil : time
    }

    /// `2026-11-23T12:33:05.885Z`.
    static func time(_ milliseconds: Int64) -> String { LedgerTime(milliseconds: milliseconds).description }

    /// For whom it is sent to.
    var message: AlertMessage {
        AlertMessage(
            id: alert.id + (ended == nil ? "/raised" : "/resolved"), alert: alert.id, body: webhook, labels: labels,
            annotations: annotations, began: alert.since, ended: ended)
    }

    private var labels: [(String, String)] {
        [
            ("alertname", "SallyportDrift"), ("alias", alert.stream.alias), ("destination", alert.stream.destination),
            ("family", alert.family.rawValue), ("severity", alert.family == .traffic ? "info" : "warning"),
            ("canary", alert.stream.isCanary ? "true" : "false"),
        ]
    }

    private var annotations: [(String, String)] {
        [
            ("summary", alert.summary),
            ("description", alert.changes.map { Self.words($0) }.joined(separator: "\n")),
        ]
    }

    private static func words(_ change: DriftAlert.Change) -> String {
        let shift = (change.shift * 100).rounded() / 100
        return "\(change.feature.rawValue): \(change.before) → \(change.now), shift \(shift)"
    }

    /// The body of a webhook: `event` (`drift.raised` or `drift.resolved`) and the alert.
    private var webhook: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("event")
        json.string(ended == nil ? "drift.raised" : "drift.resolved")
        if let reason {
            json.key("reason")
            json.string(reason.rawValue)
        }
        json.key("alert")
        Self.write(alert, to: &json)
        if let ended {
            json.key("ended")
            json.string(Self.time(ended))
        }
        json.endObject()
        return json.bytes
    }

    /// An alert as JSON, in webhooks and on the operators' port.
    static func write(_ alert: DriftAlert, to json: inout JSONWriter) {
        json.beginObject()
        for (key, value) in [
            ("id", alert.id), ("alias", alert.stream.alias), ("destination", alert.stream.destination),
            ("family", alert.family.rawValue), ("since", time(alert.since)), ("raised", time(alert.raised)),
            ("summary", alert.summary),
        ] {
            json.key(key)
            json.string(value)
        }
        json.key("canary")
        json.bool(alert.stream.isCanary)
        json.key("requests")
        json.int(alert.requests)
        json.key("false_alarm_probability")
        json.double(alert.alpha)
        json.key("changes")
        json.beginArray()
        for change in alert.changes {
            json.beginObject()
            for (key, value) in [
                ("feature", change.feature.rawValue), ("before", change.before), ("now", change.now),
            ] {
                json.key(key)
                json.string(value)
            }
            json.key("shift")
            json.double(change.shift)
            json.key("log_evidence")
            json.double(change.logEvidence)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
