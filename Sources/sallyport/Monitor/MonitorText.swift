import Foundation

/// What `/monitor` of the operators' port says.
struct MonitorFigures: Decodable {
    struct Slot: Decodable {
        let requests, errors, cacheHits, tokens: Int
        let nanoUsd: Int64
        let p50Ms, p95Ms: Double?
    }
    struct Drift: Decodable {
        let state: String
        let requests, reference: Int?
    }
    struct Stream: Decodable {
        let alias, destination: String
        let canary: Bool
        let lastMinute: Slot
        let drift: Drift
    }
    struct Alert: Decodable {
        let since, summary: String
    }
    let time: String
    let watching: Bool
    let streams: [Stream]
    let alerts: [Alert]
}

/// The same for people.
enum MonitorText {
    static func table(_ report: MonitorFigures) -> String {
        var table = TextTable(
            ["model", "candidate", "req/min", "errors", "p50 ms", "p95 ms", "$/min", "cache", "drift"],
            right: [2, 3, 4, 5, 6, 7])
        for stream in report.streams {
            let slot = stream.lastMinute
            table.add([
                stream.alias + (stream.canary ? " (canary)" : ""), stream.destination, "\(slot.requests)",
                share(slot.errors, of: slot.requests), ModelsList.text(slot.p50Ms, places: 0),
                ModelsList.text(slot.p95Ms, places: 0), dollars(slot.nanoUsd), share(slot.cacheHits, of: slot.requests),
                word(stream.drift),
            ])
        }
        var text = "\(line(report))\n"
        if !report.streams.isEmpty { text += "\n\(table.text)\n" }
        for alert in report.alerts { text += "\nsince \(alert.since): \(alert.summary)" }
        return text
    }

    /// One line for all streams.
    static func line(_ report: MonitorFigures) -> String {
        let traffic = report.streams.map(\.lastMinute)
        let (requests, errors) = (traffic.reduce(0) { $0 + $1.requests }, traffic.reduce(0) { $0 + $1.errors })
        let spent = traffic.reduce(Int64(0)) { $0 &+ $1.nanoUsd }
        let hits = traffic.reduce(0) { $0 + $1.cacheHits }
        let slowest = traffic.compactMap(\.p95Ms).max()
        let drift =
            !report.watching
            ? "not watched"
            : report.alerts.isEmpty
                ? "\(report.streams.count { $0.drift.state == "steady" }) steady, "
                    + "\(report.streams.count { $0.drift.state == "learning" }) learning"
                : "\(report.streams.count { $0.drift.state == "drifting" }) DRIFTING"
        return
            "\(report.time)  \(String(format: "%.1f", Double(requests) / 60)) req/s  errors \(share(errors, of: requests))  "
            + "p95 \(ModelsList.text(slowest, places: 0)) ms  \(dollars(spent)) $/min  cache \(share(hits, of: requests))  "
            + "drift: \(drift)"
    }

    private static func word(_ drift: MonitorFigures.Drift) -> String {
        guard drift.state == "learning", let requests = drift.requests, let reference = drift.reference else {
            return drift.state
        }
        return "learning \(min(requests, reference))/\(reference)"
    }

    private static func share(_ part: Int, of all: Int) -> String {
        all == 0 ? "-" : String(format: "%.1f %%", 100 * Double(part) / Double(all))
    }

    private static func dollars(_ nanoUSD: Int64) -> String { String(format: "%.4f", Double(nanoUSD) / 1e9) }
}
