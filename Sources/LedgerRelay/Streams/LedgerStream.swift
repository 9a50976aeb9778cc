private import Ledger
internal import LedgerStore
private import Synchronization

/// How a stream, a copy or a witness is doing, for the operator.
public struct RelayCondition: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// What it is: `syslog`, `otlp`, `copy` or `witness`.
    public let kind: String
    /// Whether the last that was tried succeeded; `nil` while nothing was tried.
    public internal(set) var isWell: Bool?
    /// Why not, where it did not.
    public internal(set) var trouble: String?
    /// Entries of this process's time that have arrived; of a copy those that it has.
    public internal(set) var delivered: UInt64 = 0
    /// Entries that the receiver has refused for good.
    public internal(set) var refused: UInt64 = 0
    /// Entries under a checkpoint that have not arrived, as far as is known.
    public internal(set) var lag: UInt64 = 0
    /// Seconds since the oldest of these was recorded; 0 where there are none.
    public internal(set) var lagSeconds: Double = 0
    /// Tries that failed.
    public internal(set) var failures: UInt64 = 0
    /// Up to where everything has arrived, as `LOG/INDEX`; `nil` where that is not known or makes no sense.
    public internal(set) var position: String?

    init(name: String, kind: String) {
        self.name = name
        self.kind = kind
    }
}

/// A condition that one thread writes and others read.
final class RelayRecord: Sendable {
    private let value: Mutex<RelayCondition>

    init(name: String, kind: String) { value = Mutex(RelayCondition(name: name, kind: kind)) }

    var condition: RelayCondition { value.withLock { $0 } }

    func note(_ change: (inout RelayCondition) -> Void) { value.withLock { change(&$0) } }

    /// Whether this is news: a failure after success, or the first, or another one.
    func failed(_ failure: String) -> Bool {
        value.withLock {
            let isNews = $0.isWell != false || $0.trouble != failure
            $0.isWell = false
            $0.trouble = failure
            $0.failures += 1
            return isNews
        }
    }

    /// Whether this is news: success after failure.
    func succeeded() -> Bool {
        value.withLock {
            let isNews = $0.isWell == false
            $0.isWell = true
            $0.trouble = nil
            return isNews
        }
    }
}

/// Follows a ledger's log and brings each entry to one receiver, in order and at least once, never ahead of the log's
/// checkpoint and never in its way: it reads the log's files on a thread of its own, with bounded memory.
struct LedgerStream {
    private enum Pause {
        /// Between two looks at a log that has nothing new, in milliseconds.
        static let idle = 250
        /// After the first failure; each next one is twice as long.
        static let first = 500
        /// The longest after a failure.
        static let longest = 30_000
    }

    let settings: LedgerStreamSettings
    let folder: LedgerFolder
    let record: RelayRecord
    let stop: StopSignal
    let log: RelayLog

    static func kind(_ settings: LedgerStreamSettings) -> String {
        switch settings.destination {
        case .syslog: "syslog"
        case .openTelemetry: "otlp"
        }
    }

    /// Until it is told to stop.
    func run() {
        var follower: LedgerFollower?
        var failures = 0
        while !stop.isSet {
            do {
                var reading = try follower ?? self.follower()
                reading.rewind()
                follower = reading
                defer { follower = reading }
                try follow(&reading, &failures)
                if stop.isAsked { return }
            } catch {
                let failure = error as? RelayFailure
                if failure?.kind == .stopped { return }
                if record.failed("\(error)") { log(.warning, "stream `\(settings.name)`: \(error)") }
                failures += 1
                let doubled = Pause.first << min(failures - 1, 10)
                let pause = max(failure?.retryAfter ?? 0, min(Pause.longest, doubled))
                if stop.isAsked { return }
                stop.rest(milliseconds: pause * Int.random(in: 80...120) / 100)
            }
        }
    }

    private func follower() throws -> LedgerFollower {
        let path = "\(folder.path)/streams"
        try PositionFile.makeFolder(path)
        return try LedgerFollower(folder, file: "\(path)/\(settings.name)", fromStart: settings.fromStart)
    }

    private func follow(_ follower: inout LedgerFollower, _ failures: inout Int) throws {
        let sink = try sink()
        defer { sink.disconnect() }
        var refused: UInt64 = 0
        while !stop.isSet {
            let batch = try follower.batch(entries: sink.batch.entries, bytes: sink.batch.bytes)
            if !batch.isEmpty {
                if let first = batch.first?.time { note(lagSince: first.milliseconds) }
                try sink.send(batch)
                failures = 0
                if record.succeeded() { log(.info, "stream `\(settings.name)`: goes on") }
                if sink.refused > refused {
                    let count = sink.refused - refused
                    record.note { $0.refused += count }
                    refused = sink.refused
                    log(.warning, "stream `\(settings.name)`: the receiver refused \(count) entries for good")
                }
            }
            let before = follower.confirmed
            if let end = try sink.settled() {
                // Not remembered is no reason to stop: after a restart more is sent again.
                do { try follower.confirm(end) } catch { log(.warning, "stream `\(settings.name)`: \(error)") }
            }
            try note(follower, since: before)
            guard batch.isEmpty else { continue }
            if stop.isAsked { return }
            stop.rest(milliseconds: Pause.idle)
        }
    }

    private func note(lagSince milliseconds: Int64) {
        let seconds = Double(max(0, RelayClock.epochMilliseconds() - milliseconds)) / 1_000
        record.note { $0.lagSeconds = seconds }
    }

    private func note(_ follower: LedgerFollower, since before: LedgerPosition) throws {
        let lag = try follower.lag()
        let end = follower.confirmed
        record.note {
            $0.lag = lag
            if lag == 0 { $0.lagSeconds = 0 }
            $0.position = "\(end)"
            $0.delivered += end.log == before.log ? end.index - before.index : end.index
        }
    }

    private func sink() throws(RelayFailure) -> any StreamSink {
        switch settings.destination {
        case .syslog(let syslog): SyslogSink(syslog, stop: stop)
        case .openTelemetry(let collector): try OpenTelemetrySink(collector, stop: stop)
        }
    }
}
