private import CCurl
private import Glibc
internal import LedgerStore

/// Brings entries to a syslog receiver over TLS (RFC 5425). Syslog answers nothing, so nobody can know for certain that a
/// message arrived. What can be known: that the receiver's machine has taken the bytes (TCP), and that the connection
/// lived on for a while after that; only then an entry counts as arrived, and everything after it is brought again on a
/// new connection.
final class SyslogSink: StreamSink {
    private enum Bounds {
        /// How long the receiver's machine may leave bytes unacknowledged, in milliseconds.
        static let acknowledgement = 60_000
        /// Batches whose settling is waited for; more are not sent before.
        static let unsettled = 4_096
    }

    let refused: UInt64 = 0
    let batch = (entries: 256, bytes: 256 << 10)
    private let settings: SyslogSettings
    private let stop: StopSignal
    private var connection: TLSConnection?
    /// The ends of batches that the receiver's machine has taken, and when.
    private var taken: [(end: LedgerPosition, at: UInt64)] = []

    init(_ settings: SyslogSettings, stop: StopSignal) {
        self.settings = settings
        self.stop = stop
    }

    func send(_ entries: [StreamEntry]) throws(RelayFailure) {
        let connection = try connected()
        var bytes: [UInt8] = []
        for entry in entries {
            bytes += SyslogMessage.frame(entry, facility: settings.facility, hostname: settings.hostname)
        }
        try connection.send(bytes, within: Bounds.acknowledgement)
        try connection.waitUntilTaken(within: Bounds.acknowledgement)
        if taken.count >= Bounds.unsettled { taken.removeFirst(taken.count - Bounds.unsettled + 1) }
        if let last = entries.last { taken.append((last.position.next, RelayClock.milliseconds())) }
    }

    func settled() throws(RelayFailure) -> LedgerPosition? {
        guard let connection else { return nil }
        try connection.check()
        let time = RelayClock.milliseconds()
        var end: LedgerPosition?
        while let first = taken.first, first.at + UInt64(settings.settlingMilliseconds) <= time {
            end = first.end
            taken.removeFirst()
        }
        return end
    }

    func disconnect() {
        connection = nil
        taken = []
    }

    private func connected() throws(RelayFailure) -> TLSConnection {
        if let connection { return connection }
        let made = try TLSConnection(settings.endpoint, stop: stop)
        connection = made
        return made
    }
}
