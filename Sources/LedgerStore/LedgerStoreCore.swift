internal import Cryptography
internal import Ledger
internal import TransparencyLog

/// What the recording threads and the committing thread share, and the committing thread's work.
final class LedgerStoreCore: @unchecked Sendable {
    private enum Sleep {
        /// Working, or about to look at the queue.
        case awake
        /// Entries wait that are not urgent: only an intent wakes.
        case untilDue
        /// Nothing waits: anything wakes.
        case idle
    }

    private enum Bounds {
        /// How often it is looked whether there is room again.
        static let noSpaceNanoseconds: UInt64 = 1_000_000_000
        /// How long a batch waits for room before its intents are refused: bundles come in good time, unless the disk is sick.
        static let patienceNanoseconds: UInt64 = 3_000_000_000
    }

    /// A rotation that was asked for.
    private struct RotationOrder: Sendable {
        let time: LedgerTime
        let done: @Sendable (Result<LedgerStore.Rotation, LedgerStoreError>) -> Void
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
    private var durableLog: (log: Int, size: UInt64)
    private var rotations: [RotationOrder] = []

    // The committing thread's own, after `init`.
    private let publisher: LogPublisher
    private let writeAhead: WriteAheadLog
    private var sequencer: LedgerSequencer
    private var number: Int
    /// Intents with a receipt that have no result yet.
    private var inFlight = 0
    /// When the last batch with intents was taken, on the monotonic clock.
    private var lastBatch: UInt64 = 0
    /// Intents in it.
    private var lastIntents = 0

    /// Held until `finish`.
    private var lock: OpenFile?
    private(set) var sequencing: LogSequencing
    private let cosigning: CosigningThread?

    /// What the start cut from the write-ahead log.
    let cut: LedgerStore.Cut?

    init(
        _ settings: LedgerStoreSettings, start: LedgerEntry.Start, system: any FileSystem
    ) throws(LedgerStoreError) {
        let recovery = try LedgerRecovery(settings, system: system)
        var start = start
        start.durability = settings.durability.rawValue
        start.cutBytes = recovery.cutBytes
        var entries: [LedgerEntry] = [.start(start)]
        if let former = recovery.continues { entries.insert(Self.continued(former, at: start.time), at: 0) }
        self.settings = settings
        cut = recovery.cutPlace.map { LedgerStore.Cut(place: $0, bytes: recovery.cutBytes) }
        publisher = recovery.publisher
        writeAhead = recovery.writeAhead
        sequencer = LedgerSequencer(size: recovery.tree.size)
        number = recovery.number
        durableLog = (recovery.number, recovery.tree.size)
        lock = recovery.lock
        let cosigning = settings.cosigner.map { CosigningThread($0, LedgerDirectory(path: settings.directory)) }
        self.cosigning = cosigning
        // Given its way back to us at the end: a closure may not hold what is not whole yet.
        let link = CoreLink()
        sequencing = LogSequencing(
            settings, recovery, published: { cosigning?.take($0, log: $1) },
            changed: { link.core?.sequencingChanged($0) })
        link.core = self
        do throws(LedgerEntryTooLong) {
            for entry in entries { sequencer.append(try entry.encoded()) }
        } catch {
            throw .entry(error)
        }
        guard let batch = sequencer.takeBatch() else { return }
        guard writeAhead.room >= WriteAheadLog.need(batch.bytes.count) else {
            throw .unwritable(directory: settings.directory, reason: "no room in the write-ahead log")
        }
        try commit(batch)
        _ = sequencer.confirm(batch)
    }

    /// Ends the present log of a ledger that nobody writes to, and begins the next one.
    static func rotate(
        _ settings: LedgerStoreSettings, at time: LedgerTime, system: any FileSystem
    ) throws(LedgerStoreError) -> LedgerStore.Rotation {
        let recovery = try LedgerRecovery(settings, system: system)
        var publisher = recovery.publisher
        guard let former = publisher.last?.checkpoint else {
            throw .damaged(place: publisher.directory.checkpointPath(recovery.number), reason: "is missing")
        }
        let number = recovery.number + 1
        try publisher.makeLog(number)
        var tree = LogTree()
        do throws(LedgerEntryTooLong) {
            var sequencer = LedgerSequencer(size: 0)
            sequencer.append(try continued(former, at: time).encoded())
            sequencer.takeBatch()?.bytes.withUnsafeBytes { bytes in
                _ = WriteAheadRecord.forEachEntry(bytes) { tree.append($0) }
            }
        } catch {
            throw .entry(error)
        }
        _ = try publisher.publish(tree, log: number)
        return LedgerStore.Rotation(former: former, number: number, origin: publisher.origin(number))
    }

    private static func continued(_ former: Checkpoint, at time: LedgerTime) -> LedgerEntry {
        .continued(
            LedgerEntry.Continued(
                time: time, origin: String(decoding: former.origin, as: UTF8.self), size: former.size,
                root: former.root.withBytes { Base64.encode(Array($0)) }))
    }

    /// What the threads do.
    var bodies: [@Sendable () -> Void] {
        let (sequencing, cosigning) = (sequencing, cosigning)
        return [{ self.run() }, { sequencing.run() }]
            + (cosigning.map { thread in [{ thread.run { sequencing.cosign($0, $1) } }] } ?? [])
    }

    // MARK: For any thread

    var status: LedgerStore.Status {
        monitor.lock()
        defer { monitor.unlock() }
        return currentStatus
    }

    var durable: (log: Int, size: UInt64) {
        monitor.lock()
        defer { monitor.unlock() }
        return durableLog
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

    /// Asks for a rotation.
    func rotate(
        at time: LedgerTime, _ done: @escaping @Sendable (Result<LedgerStore.Rotation, LedgerStoreError>) -> Void
    ) {
        monitor.lock()
        guard !isClosing else {
            monitor.unlock()
            return done(.failure(.notServing(.closed)))
        }
        rotations.append(RotationOrder(time: time, done: done))
        sleep = .awake
        monitor.unlock()
        monitor.signal()
    }

    /// Takes word from the thread behind: there is more room, or it failed for good.
    fileprivate func sequencingChanged(_ failure: LedgerStoreError?) {
        monitor.lock()
        if let failure, currentStatus != .closed { currentStatus = .failed("\(failure)") }
        monitor.unlock()
        monitor.signal()
    }

    /// Lets the committing thread end after what waits; false if it was told before.
    @discardableResult
    func beginClosing(_ stop: LedgerEntry.Stop?) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        guard !isClosing else { return false }
        isClosing = true
        self.stop = stop
        monitor.signal()
        return true
    }

    // MARK: The committing thread

    /// Writes until told to close.
    func run() {
        var batch: [Submission] = []
        var isLast = false
        while !isLast {
            isLast = takeWork(into: &batch)
            write(batch)
            batch.removeAll(keepingCapacity: true)
            rotateWhereAsked()
        }
        writeStop()
        sequencing.close()
        cosigning?.close()
    }

    /// Gives the directory free, when all threads have ended.
    func finish() {
        lock = nil
        settle(.closed, dropped: 0)
    }

    /// Waits for work and takes all of it; true if it is the last.
    private func takeWork(into batch: inout [Submission]) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        var due = UInt64.max
        if case .noSpace = currentStatus { due = Monitor.now() + Bounds.noSpaceNanoseconds }
        var isLazy = false
        // Intents came together, or while others were being written: more are to be expected.
        let hasCompany = lastIntents > 1 || (lastIntents > 0 && urgent > 0)
        while urgent == 0, !isClosing, rotations.isEmpty {
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
        do throws(LedgerStoreError) {
            if case .failed(let reason) = status { throw .notServing(.failed(reason)) }
            waitForRoom(submissions)
            var budget = Budget(room: writeAhead.room, settings: settings, inFlight: inFlight)
            for case .result(let entry) in submissions { budget.takeResult(entry.bundleBytes) }
            var refusal: LedgerUnavailable?
            var unwritten = 0
            for submission in submissions {
                switch submission {
                case .intent(let intent, let token, let queue):
                    if budget.takeIntent(intent.bundleBytes) {
                        sequencer.append(intent)
                        waiting.append((token, queue))
                    } else {
                        let reason = refusal ?? .noSpace(sequencing.trouble ?? "the disk is too slow")
                        refusal = reason
                        completions.add(.failure(reason), token: token, queue: queue)
                    }
                case .result(let entry) where budget.hasRoomForResults:
                    sequencer.append(entry)
                case .other(let entry) where budget.takeOther(entry.bundleBytes):
                    sequencer.append(entry)
                case .result, .other:
                    unwritten += 1
                }
            }
            inFlight = budget.inFlight
            writeAhead.want(budget.reserved)
            let receipts = try writeGathered()
            settle(budget.status(sequencing.trouble), dropped: unwritten)
            for (place, receipt) in zip(waiting, receipts) {
                completions.add(.success(receipt), token: place.token, queue: place.queue)
            }
        } catch {
            let reason: String
            if case .notServing(.failed(let text)) = error { reason = text } else { reason = "\(error)" }
            sequencer.fail()
            completions = CompletionGroups()
            for case .intent(_, let token, let queue) in submissions {
                completions.add(.failure(.failed(reason)), token: token, queue: queue)
            }
            settle(.failed(reason), dropped: submissions.count { !$0.isIntent })
        }
        completions.deliver()
    }

    /// Lets the thread behind make room where a batch finds none, unless that cannot.
    private func waitForRoom(_ submissions: [Submission]) {
        let intents = submissions.count { $0.isIntent }
        guard intents > 0 else { return }
        let whole = Budget(room: 0, settings: settings, inFlight: inFlight + intents)
        let need = min(
            whole.reserved + submissions.reduce(0) { $0 + WriteAheadLog.need($1.bytes) },
            writeAhead.capacity / 2)
        guard writeAhead.room < need else { return }
        let end = Monitor.now() + Bounds.patienceNanoseconds
        writeAhead.want(need)
        monitor.lock()
        defer { monitor.unlock() }
        while writeAhead.room < need, !isClosing, Monitor.now() < end, sequencing.trouble == nil {
            if case .failed = currentStatus { return }
            sequencing.makeRoom()
            monitor.wait(until: min(end, Monitor.now() + 50_000_000))
        }
    }

    /// Writes what the sequencer holds; the receipts of its intents.
    private func writeGathered() throws(LedgerStoreError) -> [IntentReceipt] {
        guard let batch = sequencer.takeBatch() else { return [] }
        try commit(batch)
        return sequencer.confirm(batch)
    }

    /// Makes a batch durable and hands it on.
    private func commit(_ batch: LedgerSequencer.Batch) throws(LedgerStoreError) {
        try writeAhead.append(batch, log: number)
        monitor.lock()
        durableLog = (number, batch.end)
        monitor.unlock()
        sequencing.take(batch)
    }

    private func settle(_ status: LedgerStore.Status, dropped count: Int) {
        monitor.lock()
        switch (currentStatus, status) {
        case (.closed, _): break
        case (.failed, .healthy), (.failed, .noSpace), (.failed, .failed): break
        default: currentStatus = status
        }
        dropped += count
        monitor.unlock()
    }

    /// Begins the next log for whom asked for it since the last batch, once for all of them.
    private func rotateWhereAsked() {
        monitor.lock()
        let orders = rotations
        rotations = []
        monitor.unlock()
        guard let first = orders.first else { return }
        let result = begin(at: first.time)
        for order in orders { order.done(result) }
    }

    private func begin(at time: LedgerTime) -> Result<LedgerStore.Rotation, LedgerStoreError> {
        do throws(LedgerStoreError) {
            if case .failed(let reason) = status { throw .notServing(.failed(reason)) }
            let (former, next) = try sequencing.rotate().get()
            number = next
            sequencer = LedgerSequencer(size: 0)
            do throws(LedgerEntryTooLong) {
                sequencer.append(try Self.continued(former, at: time).encoded())
            } catch {
                throw .entry(error)
            }
            do throws(LedgerStoreError) {
                _ = try writeGathered()
            } catch {
                sequencer.fail()
                settle(.failed("\(error)"), dropped: 1)
                throw error
            }
            return .success(LedgerStore.Rotation(former: former, number: next, origin: publisher.origin(next)))
        } catch {
            return .failure(error)
        }
    }

    private func writeStop() {
        if case .failed = status { return }
        guard let stop, !sequencer.hasFailed, let entry = try? LedgerEntry.stop(stop).encoded(),
            writeAhead.room >= WriteAheadLog.need(entry.bundleBytes)
        else { return }
        do throws(LedgerStoreError) {
            sequencer.append(entry)
            _ = try writeGathered()
        } catch {
            sequencer.fail()
            settle(.failed("\(error)"), dropped: 1)
        }
    }
}

/// How the thread behind reaches the core, which does not exist yet when that is made.
private final class CoreLink: @unchecked Sendable {
    /// Set before any thread is started.
    weak var core: LedgerStoreCore?
}

/// What a batch may take of the write-ahead log: all that leaves room for the results of intents in flight.
private struct Budget {
    /// Room that is always kept, in bytes: for `stop` and `continued`.
    private static let ownEntries = 8_192
    /// Room for an intent of usual length, in bytes.
    private static let usualIntent = 16_384

    /// What is left, in bytes.
    private var room: Int
    private let resultBytes: Int
    private let mostReserved: Int
    private let full: Int
    private(set) var inFlight: Int
    private(set) var hasRefused = false

    init(room: Int, settings: LedgerStoreSettings, inFlight: Int) {
        // One record's head; further ones are counted with what they hold.
        self.room = room - WriteAheadLog.need(0)
        self.inFlight = inFlight
        resultBytes = settings.writeAhead.resultBytes
        full = settings.writeAhead.fileBytes
        // An intent whose result never comes must not stop the ledger for good.
        mostReserved = settings.writeAhead.fileBytes * settings.writeAhead.maximumFiles / 2
    }

    /// What is kept free for results.
    var reserved: Int { reserve(inFlight) }

    private func reserve(_ inFlight: Int) -> Int { min(inFlight * resultBytes, mostReserved) + Self.ownEntries }

    /// Whether results can be written, as they always can unless there were more than intents.
    var hasRoomForResults: Bool { room >= 0 }

    mutating func takeResult(_ bytes: Int) {
        room -= WriteAheadLog.need(bytes) - WriteAheadLog.need(0)
        inFlight = max(0, inFlight - 1)
    }

    mutating func takeIntent(_ bytes: Int) -> Bool {
        let need = WriteAheadLog.need(bytes) - WriteAheadLog.need(0)
        guard !hasRefused, room - need >= reserve(inFlight + 1) else {
            hasRefused = true
            return false
        }
        room -= need
        inFlight += 1
        return true
    }

    mutating func takeOther(_ bytes: Int) -> Bool {
        let need = WriteAheadLog.need(bytes) - WriteAheadLog.need(0)
        guard room - need >= reserve(inFlight) else {
            hasRefused = true
            return false
        }
        room -= need
        return true
    }

    /// How the ledger is after the batch: well, unless it refused something or could not take an intent of usual length.
    func status(_ trouble: String?) -> LedgerStore.Status {
        guard hasRefused || room < reserve(inFlight) + min(Self.usualIntent, full / 8) else { return .healthy }
        return .noSpace(trouble ?? "the disk is too slow")
    }
}
