private import Glibc
public import LedgerStore
private import Synchronization

/// All that becomes of a ledger beyond its machine while a gateway serves: streams and copies, each on a thread of its
/// own that reads the log's files. None of them can slow or stop the log, whatever happens out there.
public final class LedgerRelay: Sendable {
    private let stop = StopSignal()
    private let records: [RelayRecord]
    private let threads: [LedgerThread]
    private let working: Working

    /// How many threads are at work.
    private final class Working: Sendable { let count = Atomic<Int>(0) }

    /// Begins. The folder must be there, and no former relay of it at work.
    public init(_ folder: LedgerFolder, _ settings: RelaySettings, log: RelayLog) {
        var records: [RelayRecord] = []
        var threads: [LedgerThread] = []
        let working = Working()
        func begin(_ record: RelayRecord, _ work: @escaping @Sendable () -> Void) {
            records.append(record)
            working.count.add(1, ordering: .relaxed)
            let run: @Sendable () -> Void = {
                work()
                working.count.subtract(1, ordering: .releasing)
            }
            guard let thread = LedgerThread(run) else {
                working.count.subtract(1, ordering: .relaxed)
                _ = record.failed("no thread to work on")
                return log(.warning, "`\(record.condition.name)`: no thread to work on")
            }
            threads.append(thread)
        }
        for stream in settings.streams {
            let record = RelayRecord(name: stream.name, kind: LedgerStream.kind(stream))
            let work = LedgerStream(settings: stream, folder: folder, record: record, stop: stop, log: log)
            begin(record) { work.run() }
        }
        if let copy = settings.copy, let interval = settings.copyInterval {
            let record = RelayRecord(name: copy.location, kind: "copy")
            let work = LedgerCopying(
                settings: copy, interval: interval, folder: folder, record: record, stop: stop, log: log)
            begin(record) { work.run() }
        }
        self.records = records
        self.threads = threads
        self.working = working
    }

    /// How everything is doing.
    public var conditions: [RelayCondition] { records.map(\.condition) }

    /// Ends it all: what the log has now is still brought away, if that takes no longer than `patience` milliseconds; the
    /// rest waits in the log for the next start. Waits.
    public func end(patience: Int = 2_000) {
        stop.ask()
        let end = RelayClock.milliseconds() + UInt64(max(0, patience))
        while working.count.load(ordering: .acquiring) > 0, RelayClock.milliseconds() < end { usleep(10_000) }
        stop.set()
        for thread in threads { thread.join() }
    }
}
