internal import Ledger
internal import Synchronization
internal import TransparencyLog

/// Gives confirmed entries their place in bundles and tiles, behind the requests' back, and publishes checkpoints. It has
/// a thread of its own; the write-ahead log holds the entries until it is done, so it may fail and try again.
final class LogSequencing: @unchecked Sendable {
    private enum Bounds {
        /// How soon something that failed is tried again.
        static let retryNanoseconds: UInt64 = 1_000_000_000
        /// How much of the write-ahead log may fill before a checkpoint is made ahead of its time.
        static let share = 4
    }

    /// What became of a rotation that was asked for: the last checkpoint of the log before, and the new log's number.
    typealias Rotated = Result<(former: Checkpoint, number: Int), LedgerStoreError>

    private let settings: LedgerStoreSettings
    private let writeAhead: WriteAheadLog
    private let monitor = Monitor()
    private let answers = Monitor()

    // Guarded by the monitor.
    private var pending: [LedgerSequencer.Batch] = []
    private var pendingBytes = 0
    /// When the first of them came.
    private var pendingSince: UInt64 = 0
    private var isIdle = false
    private var isClosing = false
    private var wantsRotation = false
    private var wantsRoom = false
    private var cosigned: [NoteSignature] = []
    private var cosignedText: [UInt8] = []
    private var currentTrouble: String?
    private var followers: [@Sendable (SequencedLog) -> Void] = []

    /// Guarded by `answers`.
    private var rotated: Rotated?

    // The thread's own, after `init`.
    private var publisher: LogPublisher
    private var tree: LogTree
    private var number: Int
    private var lastAttempt: UInt64 = 0
    private var hasFailed = false

    /// Told, on this thread, of a failure for good (`nil`: none) and whenever there is more room.
    private let changed: @Sendable (LedgerStoreError?) -> Void
    private let published: @Sendable (SignedCheckpoint, Int) -> Void

    init(
        _ settings: LedgerStoreSettings, _ recovery: LedgerRecovery,
        published: @escaping @Sendable (SignedCheckpoint, Int) -> Void,
        changed: @escaping @Sendable (LedgerStoreError?) -> Void
    ) {
        self.settings = settings
        writeAhead = recovery.writeAhead
        publisher = recovery.publisher
        tree = recovery.tree
        number = recovery.number
        self.published = published
        self.changed = changed
    }

    // MARK: - For any thread

    /// Why entries stay in the write-ahead log; `nil` while they do not.
    var trouble: String? {
        monitor.lock()
        defer { monitor.unlock() }
        return currentTrouble
    }

    /// Adds somebody to be told of each checkpoint. Called on the sequencing thread, and must only hand over.
    func follow(_ body: @escaping @Sendable (SequencedLog) -> Void) {
        monitor.lock()
        defer { monitor.unlock() }
        followers.append(body)
    }

    /// Takes further signatures of a checkpoint.
    func cosign(_ text: [UInt8], _ signatures: [NoteSignature]) {
        monitor.lock()
        (cosigned, cosignedText) = (signatures, text)
        monitor.unlock()
        monitor.signal()
    }

    // MARK: - For the thread that writes ahead

    /// Takes a batch that is durable.
    func take(_ batch: LedgerSequencer.Batch) {
        monitor.lock()
        if pending.isEmpty { pendingSince = Monitor.now() }
        pending.append(batch)
        pendingBytes += batch.bytes.count
        let wakes = isIdle || pendingBytes >= hurryBytes || writeAhead.wantsFile
        isIdle = false
        monitor.unlock()
        if wakes { monitor.signal() }
    }

    /// Asks for a checkpoint now, so that the write-ahead log has room again.
    func makeRoom() {
        monitor.lock()
        wantsRoom = true
        monitor.unlock()
        monitor.signal()
    }

    /// Ends the present log and begins the next one, in which nothing stands yet. Blocks.
    func rotate() -> Rotated {
        answers.lock()
        rotated = nil
        answers.unlock()
        monitor.lock()
        wantsRotation = true
        monitor.unlock()
        monitor.signal()
        answers.lock()
        defer { answers.unlock() }
        while true {
            if let rotated { return rotated }
            answers.wait()
        }
    }

    /// Lets the thread end after what waits, as far as the disk takes it.
    func close() {
        monitor.lock()
        isClosing = true
        monitor.unlock()
        monitor.signal()
    }

    // MARK: - The thread

    private var hurryBytes: Int { writeAhead.capacity / Bounds.share }

    private struct Work {
        var batches: [LedgerSequencer.Batch] = []
        var rotates = false
        var isLast = false
        var signatures: [NoteSignature] = []
        var signedText: [UInt8] = []
    }

    /// Works until told to close, or until a synchronisation fails.
    func run() {
        while true {
            var work = wait()
            do throws(LedgerStoreError) {
                try publish(work.batches)
                if !work.signatures.isEmpty { try cosign(work) }
                if work.rotates {
                    let begun = try beginLog()
                    // What fails from here on is no failure of the rotation: the log is begun.
                    work.rotates = false
                    answer(.success(begun))
                }
                if !work.isLast {
                    while writeAhead.wantsFile { try makeFile() }
                }
                note(nil)
            } catch {
                note("\(error)")
                // Before whoever waits for a rotation writes on.
                if error.isFinal { changed(error) }
                if work.rotates { answer(.failure(error)) }
                guard !error.isFinal else {
                    refuseRotations(error)
                    return
                }
            }
            if work.isLast { return }
        }
    }

    /// Waits until there is something to do.
    private func wait() -> Work {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            let now = Monitor.now()
            let retry = currentTrouble == nil ? 0 : lastAttempt + Bounds.retryNanoseconds
            let isHurried =
                isClosing || wantsRotation || !cosigned.isEmpty
                || (now >= retry && (pendingBytes >= hurryBytes || writeAhead.wantsFile))
                || (now >= retry && wantsRoom && !pending.isEmpty)
            let due =
                pending.isEmpty
                ? currentTrouble == nil ? UInt64.max : retry
                : max(retry, pendingSince + UInt64(max(0, settings.checkpointInterval)) * 1_000_000)
            if isHurried || now >= due {
                lastAttempt = now
                defer { (wantsRotation, wantsRoom, cosigned, cosignedText) = (false, false, [], []) }
                return Work(
                    batches: pending, rotates: wantsRotation, isLast: isClosing, signatures: cosigned,
                    signedText: cosignedText)
            }
            isIdle = pending.isEmpty
            if due == .max { monitor.wait() } else { monitor.wait(until: due) }
        }
    }

    private func publish(_ batches: [LedgerSequencer.Batch]) throws(LedgerStoreError) {
        guard !batches.isEmpty else { return }
        var grown = tree
        for batch in batches {
            batch.bytes.withUnsafeBytes { bytes in
                _ = WriteAheadRecord.forEachEntry(bytes) { grown.append($0) }
            }
        }
        tree = try publisher.publish(grown, log: number)
        monitor.lock()
        pending.removeFirst(batches.count)
        pendingBytes -= batches.reduce(0) { $0 + $1.bytes.count }
        pendingSince = Monitor.now()
        let followers = followers
        monitor.unlock()
        if writeAhead.release(log: number, size: tree.size) { changed(nil) }
        for follower in followers { follower(SequencedLog(log: number, size: tree.size)) }
        if let checkpoint = publisher.last { published(checkpoint, number) }
    }

    private func makeFile() throws(LedgerStoreError) {
        try writeAhead.makeFile()
        changed(nil)
    }

    private func cosign(_ work: Work) throws(LedgerStoreError) {
        guard var checkpoint = publisher.last, checkpoint.text == work.signedText else { return }
        for signature in work.signatures { checkpoint.append(signature) }
        try publisher.cosign(checkpoint, log: number)
    }

    private func beginLog() throws(LedgerStoreError) -> (former: Checkpoint, number: Int) {
        guard let former = publisher.last?.checkpoint else {
            throw .damaged(place: publisher.directory.checkpointPath(number), reason: "is missing")
        }
        do throws(LedgerStoreError) {
            try publisher.makeLog(number + 1)
        } catch {
            // The next start goes on with the last log that it sees, so nothing may follow in the one before.
            guard !error.isFinal, publisher.mayShow(number + 1) else { throw error }
            throw .unclear(path: publisher.directory.checkpointPath(number + 1), reason: "\(error)")
        }
        number += 1
        tree = LogTree()
        return (former, number)
    }

    private func answer(_ result: Rotated) {
        answers.lock()
        rotated = result
        answers.unlock()
        answers.signal()
    }

    private func note(_ trouble: String?) {
        monitor.lock()
        currentTrouble = trouble
        monitor.unlock()
    }

    /// Nothing is written any more; who waits for a rotation is told.
    private func refuseRotations(_ error: LedgerStoreError) {
        while true {
            monitor.lock()
            while !isClosing, !wantsRotation { monitor.wait() }
            let isLast = isClosing
            wantsRotation = false
            monitor.unlock()
            if isLast { return }
            answer(.failure(error))
        }
    }
}
