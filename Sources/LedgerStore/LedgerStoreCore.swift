internal import Ledger

/// What the recording threads and the writing thread share, and the writing thread's work.
final class LedgerStoreCore: @unchecked Sendable {
    private enum Sleep {
        /// Working, or about to look at the queue.
        case awake
        /// Entries wait that are not urgent: only an intent wakes.
        case untilDue
        /// Nothing waits: anything wakes.
        case idle
    }

    private let settings: LedgerStoreSettings
    private let monitor = Monitor()

    // Guarded by the monitor.
    private var submissions: [Submission] = []
    private var queuedBytes = 0
    private var urgent = 0
    private var sleep = Sleep.awake
    private var currentStatus = LedgerStore.Status.healthy
    private var isClosing = false
    private var stop: LedgerEntry.Stop?
    private var dropped = 0
    private var durableHead: LedgerHead?

    // The writing thread's own, after `init`.
    private var writer: LogWriter
    private var sequencer: LedgerSequencer
    /// When the last batch with intents was taken, on the monotonic clock.
    private var lastBatch: UInt64 = 0
    /// Intents in it.
    private var lastIntents = 0

    private enum Bounds {
        /// How often a full disk is looked at again.
        static let noSpaceNanoseconds: UInt64 = 1_000_000_000
    }

    init(
        _ settings: LedgerStoreSettings, start: LedgerEntry.Start, operations: any FileOperations
    ) throws(LedgerStoreError) {
        self.settings = settings
        let writer = try LogWriter(settings, operations: operations)
        let (head, cutBytes) = (writer.recoveredHead, writer.cutBytes)
        self.writer = writer
        sequencer = LedgerSequencer(after: head)
        durableHead = head
        try recordStart(start, cutBytes: cutBytes)
    }

    private func recordStart(_ start: LedgerEntry.Start, cutBytes: Int) throws(LedgerStoreError) {
        var start = start
        start.durability = settings.durability.rawValue
        start.cutBytes = cutBytes
        do throws(LedgerEntryTooLong) {
            sequencer.append(try LedgerEntry.start(start).encoded())
        } catch {
            throw .entry(error)
        }
        guard let batch = sequencer.takeBatch() else { return }
        do throws(LogWriter.Fault) {
            guard try writer.makeRoom(for: batch.bytes.count) else { throw LogWriter.Fault(reason: "the disk is full") }
            try writer.write(batch)
        } catch {
            throw .unwritable(directory: settings.directory, reason: error.reason)
        }
        _ = sequencer.confirm(batch)
        durableHead = batch.head
    }

    // MARK: For any thread

    var status: LedgerStore.Status {
        monitor.lock()
        defer { monitor.unlock() }
        return currentStatus
    }

    var head: LedgerHead? {
        monitor.lock()
        defer { monitor.unlock() }
        return durableHead
    }

    var droppedEntries: Int {
        monitor.lock()
        defer { monitor.unlock() }
        return dropped
    }

    /// Takes an entry; false if it is refused, which an intent's queue is also told.
    @discardableResult
    func submit(_ submission: Submission) -> Bool {
        monitor.lock()
        if let reason = refusal(of: submission) {
            if case .intent = submission {} else { dropped += 1 }
            monitor.unlock()
            if case .intent(_, let token, let queue) = submission {
                queue.deliver([LedgerCompletion(token: token, result: .failure(reason))])
            }
            return false
        }
        submissions.append(submission)
        queuedBytes += submission.bytes
        let wakes: Bool
        if case .intent = submission {
            urgent += 1
            wakes = sleep != .awake
        } else {
            wakes = sleep == .idle
        }
        if wakes { sleep = .awake }
        monitor.unlock()
        if wakes { monitor.signal() }
        return true
    }

    private func refusal(of submission: Submission) -> LedgerUnavailable? {
        if isClosing { return .closed }
        if case .failed(let reason) = currentStatus { return .failed(reason) }
        if case .result = submission { return nil }
        return queuedBytes > settings.queueBytes ? .overloaded : nil
    }

    /// Lets the writing thread end after what waits; false if it was told before.
    func beginClosing(_ stop: LedgerEntry.Stop?) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard !isClosing else { return false }
        isClosing = true
        self.stop = stop
        monitor.signal()
        return true
    }

    // MARK: The writing thread

    /// Writes until told to close.
    func run() {
        var batch: [Submission] = []
        var isLast = false
        while !isLast {
            isLast = takeWork(into: &batch)
            write(batch)
            batch.removeAll(keepingCapacity: true)
        }
        finish()
    }

    /// Waits for work and takes all of it; true if it is the last.
    private func takeWork(into batch: inout [Submission]) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        var due = UInt64.max
        if currentStatus == .noSpace { due = Monitor.now() + Bounds.noSpaceNanoseconds }
        var isLazy = false
        // Intents came together, or while others were being written: more are to be expected.
        let hasCompany = lastIntents > 1 || (lastIntents > 0 && urgent > 0)
        while urgent == 0, !isClosing {
            if !isLazy, !submissions.isEmpty {
                isLazy = true
                due = min(due, Monitor.now() + UInt64(max(0, settings.laziness)) * 1_000_000)
            }
            sleep = isLazy ? .untilDue : .idle
            if due == .max {
                monitor.wait()
            } else {
                guard Monitor.now() < due else { break }
                monitor.wait(until: due)
            }
        }
        sleep = .awake
        if urgent > 0, settings.durability == .power { gather(expectingMore: hasCompany) }
        swap(&batch, &submissions)
        lastIntents = urgent
        urgent = 0
        queuedBytes = 0
        return isClosing
    }

    /// Waits until the last batch with intents is long enough ago, if more are expected. Nobody signals meanwhile.
    private func gather(expectingMore: Bool) {
        let start = lastBatch + UInt64(max(0, settings.gathering)) * 1_000
        while expectingMore, !isClosing, Monitor.now() < start { monitor.wait(until: start) }
        lastBatch = Monitor.now()
    }

    /// Writes a batch and tells its intents what became of them.
    private func write(_ submissions: [Submission]) {
        var completions = CompletionGroups()
        var waiting: [(token: UInt64, queue: any LedgerCompletionQueue)] = []
        do throws(LogWriter.Fault) {
            if case .failed(let reason) = status { throw LogWriter.Fault(reason: reason) }
            let hasRoom = try writer.makeRoom(for: submissions.reduce(0) { $0 + $1.bytes })
            var unwritten = 0
            for submission in submissions {
                switch submission {
                case .intent(let intent, let token, let queue) where hasRoom:
                    sequencer.append(intent)
                    waiting.append((token, queue))
                case .intent(_, let token, let queue):
                    completions.add(.failure(.noSpace), token: token, queue: queue)
                case .result(let entry):
                    sequencer.append(entry)
                case .other(let entry) where hasRoom:
                    sequencer.append(entry)
                case .other:
                    unwritten += 1
                }
            }
            let receipts = try writeGathered()
            settle(hasRoom ? .healthy : .noSpace, dropped: unwritten)
            for (place, receipt) in zip(waiting, receipts) {
                completions.add(.success(receipt), token: place.token, queue: place.queue)
            }
        } catch {
            sequencer.fail()
            completions = CompletionGroups()
            for case .intent(_, let token, let queue) in submissions {
                completions.add(.failure(.failed(error.reason)), token: token, queue: queue)
            }
            settle(.failed(error.reason), dropped: submissions.count { !$0.isIntent })
        }
        completions.deliver()
    }

    /// Writes what the sequencer holds; the receipts of its intents.
    private func writeGathered() throws(LogWriter.Fault) -> [IntentReceipt] {
        guard let batch = sequencer.takeBatch() else { return [] }
        try writer.write(batch)
        monitor.lock()
        durableHead = batch.head
        monitor.unlock()
        return sequencer.confirm(batch)
    }

    private func settle(_ status: LedgerStore.Status, dropped count: Int) {
        monitor.lock()
        if currentStatus != .closed { currentStatus = status }
        dropped += count
        monitor.unlock()
    }

    private func finish() {
        do throws(LogWriter.Fault) {
            if let stop, !sequencer.hasFailed, let entry = try? LedgerEntry.stop(stop).encoded() {
                sequencer.append(entry)
                _ = try writeGathered()
            }
        } catch {
            sequencer.fail()
            settle(.failed(error.reason), dropped: 1)
        }
        writer.close()
        settle(.closed, dropped: 0)
    }
}
