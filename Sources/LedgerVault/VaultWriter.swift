internal import Cryptography
internal import Glibc
internal import Ledger
internal import LedgerStore

/// Writes what all threads hand over, on a thread of its own: a batch with one synchronisation, while which the next one gathers.
final class VaultWriter: @unchecked Sendable {
    enum Job: Sendable {
        case request(LedgerVault.SealedRequest, @Sendable (Result<LedgerVault.Receipt, VaultUnavailable>) -> Void)
        case answer(LedgerVault.Answer)

        var bytes: Int {
            switch self {
            case .request(let sealed, _): sealed.bytes
            case .answer(let answer): answer.text.count + VaultRecord.Layout.overhead
            }
        }

        var isRequest: Bool {
            if case .request = self { true } else { false }
        }
    }

    private let settings: VaultSettings
    private let folder: VaultFolder
    private let lock: VaultFile
    private let operations: any VaultOperations
    private let monitor = Monitor()

    // Guarded by the monitor.
    private var jobs: [Job] = []
    private var queuedBytes = 0
    private var requests = 0
    private var isClosing = false
    private var currentStatus = LedgerVault.Status.healthy
    private var lost = 0

    // The writing thread's own.
    private var files: [SegmentFile] = []

    private enum Bounds {
        /// Files that stay open: today's, and yesterday's while its last answers come.
        static let files = 2
    }

    init(_ settings: VaultSettings, _ folder: VaultFolder, lock: VaultFile, operations: any VaultOperations) {
        self.settings = settings
        self.folder = folder
        self.lock = lock
        self.operations = operations
    }

    var status: LedgerVault.Status { monitor.withLock { currentStatus } }

    var lostAnswers: Int { monitor.withLock { lost } }

    func submit(_ job: Job) {
        let refusal: VaultUnavailable? = monitor.withLock {
            if let refusal = self.refusal {
                if !job.isRequest { lost += 1 }
                return refusal
            }
            jobs.append(job)
            queuedBytes += job.bytes
            if job.isRequest { requests += 1 }
            monitor.signal()
            return nil
        }
        if let refusal, case .request(_, let completion) = job { completion(.failure(refusal)) }
    }

    private var refusal: VaultUnavailable? {
        if isClosing { return .closed }
        if case .failed(let reason) = currentStatus { return .failed(reason) }
        return queuedBytes > settings.queueBytes ? .overloaded : nil
    }

    /// Lets the thread end after what waits; false if it was told before.
    func beginClosing() -> Bool {
        monitor.withLock {
            guard !isClosing else { return false }
            isClosing = true
            monitor.signal()
            return true
        }
    }

    // MARK: The writing thread

    /// Writes until told to close.
    func run() {
        var isLast = false
        while !isLast {
            let batch: [Job]
            (batch, isLast) = take()
            write(batch)
        }
        files = []
        monitor.withLock { if case .failed = currentStatus {} else { currentStatus = .closed } }
        flock(lock.raw, LOCK_UN)
    }

    /// Waits for work and takes all of it; whether it is the last.
    private func take() -> ([Job], Bool) {
        monitor.withLock {
            var isLazy = false
            while requests == 0, !isClosing {
                if jobs.isEmpty {
                    monitor.wait()
                } else if isLazy {
                    break
                } else {
                    isLazy = true
                    monitor.wait(until: Monitor.now() + UInt64(max(0, settings.laziness)) * 1_000_000)
                }
            }
            defer { (jobs, queuedBytes, requests) = ([], 0, 0) }
            return (jobs, isClosing)
        }
    }

    private func write(_ batch: [Job]) {
        guard !batch.isEmpty else { return }
        // Between the look whether a request was shredded and its answer, nobody shreds.
        let gate = batch.contains { !$0.isRequest } ? sharedGate() : nil
        defer { if let gate { flock(gate.raw, LOCK_UN) } }

        var done:
            [(
                @Sendable (Result<LedgerVault.Receipt, VaultUnavailable>) -> Void,
                Result<LedgerVault.Receipt, VaultUnavailable>
            )] = []
        var lostNow = 0
        // What gathered while a write failed fails as well.
        var status = self.status
        if case .failed = status {} else { status = .healthy }
        func fail(_ error: VaultUnavailable) {
            switch (error, status) {
            case (_, .failed): break
            case (.noSpace, _): status = .noSpace
            case (.failed(let reason), _): status = .failed(reason)
            default: break
            }
        }
        for job in batch {
            do throws(VaultUnavailable) {
                if case .failed(let reason) = status { throw .failed(reason) }
                switch job {
                case .request(let sealed, let completion):
                    let file = try file(of: sealed.key.segment, makes: true)
                    let offset = try file.append(sealed.records, operations)
                    done.append(
                        (
                            completion,
                            .success(LedgerVault.Receipt(record: sealed.record.moved(to: offset), key: sealed.key))
                        ))
                case .answer(let answer):
                    if gate == nil { lostNow += 1 } else { try write(answer) }
                }
            } catch {
                fail(error)
                if case .request(_, let completion) = job {
                    done.append((completion, .failure(error)))
                } else {
                    lostNow += 1
                }
            }
        }
        for file in files where file.isDirty {
            file.isDirty = false
            guard settings.isDurable else { continue }
            // Once only: after a failure the kernel has forgotten which pages were not written, and a second call would succeed.
            let code = operations.synchronise(file.raw)
            if code != 0 { fail(.failed("cannot synchronise: \(VaultError.message(code))")) }
        }
        monitor.withLock {
            if case .failed = currentStatus {} else { currentStatus = status }
            lost += lostNow
        }
        for (completion, result) in done {
            if case .failed(let reason) = status { completion(.failure(.failed(reason))) } else { completion(result) }
        }
    }

    /// Keeps shredders waiting while it is held; `nil` where they can't be, so that no answer may be written.
    private func sharedGate() -> VaultFile? {
        guard let gate = try? VaultFile.locking(folder.shredding) else { return nil }
        while flock(gate.raw, LOCK_SH) != 0 {
            guard errno == EINTR else { return nil }
        }
        return gate
    }

    private func write(_ answer: LedgerVault.Answer) throws(VaultUnavailable) {
        let receipt = answer.receipt
        guard let file = try? file(of: receipt.key.segment, makes: false), !file.isShredded(receipt.record) else {
            return
        }
        var flags: VaultRecord.Flags = []
        if answer.isCut { flags.insert(.cut) }
        if answer.isStream { flags.insert(.stream) }
        let record = VaultRecord(
            .answer, flags, of: receipt.record.requestID, attempt: receipt.record.attempt, at: answer.time,
            textBytes: answer.text.count, in: receipt.key.segment)
        let bytes: [UInt8]
        do {
            bytes = try answer.text.withUnsafeBytes {
                try SealedText.bytes(record, text: $0, salt: Digest32(), under: receipt.key)
            }
        } catch {
            throw .failed("\(error)")
        }
        _ = try file.append([bytes], operations)
    }

    private func file(of segment: VaultSegment, makes: Bool) throws(VaultUnavailable) -> SegmentFile {
        if let open = files.first(where: { $0.segment == segment }) { return open }
        do throws(VaultError) {
            let path = folder.sealed(segment)
            let isThere = access(path, F_OK) == 0
            let file = isThere || !makes ? try VaultFile.updating(path) : try VaultFile.creating(path)
            if !isThere, makes, settings.isDurable { try folder.synchronise() }
            let new = SegmentFile(segment, file, size: try file.size())
            // What is not on disk yet stays open for its synchronisation.
            if files.count >= Bounds.files, let index = files.firstIndex(where: { !$0.isDirty }) {
                files.remove(at: index)
            }
            files.append(new)
            return new
        } catch {
            if case .system(_, _, SystemVaultOperations.noSpace) = error { throw .noSpace }
            throw .failed("\(error)")
        }
    }
}

/// A segment's file, to append to.
private final class SegmentFile {
    let segment: VaultSegment
    var isDirty = false
    private let file: VaultFile
    private var size: Int

    init(_ segment: VaultSegment, _ file: VaultFile, size: Int) {
        self.segment = segment
        self.file = file
        self.size = size
    }

    var raw: Int32 { file.raw }

    /// Appends records, all or none; where the first one begins.
    func append(_ records: [[UInt8]], _ operations: any VaultOperations) throws(VaultUnavailable) -> Int {
        let start = size
        var end = start
        isDirty = true
        for record in records {
            var written = 0
            while written < record.count {
                let (count, code) = record.withUnsafeBytes {
                    operations.write(file.raw, UnsafeRawBufferPointer(rebasing: $0[written...]), at: end + written)
                }
                if code == EINTR { continue }
                guard code == 0, count > 0 else {
                    let isFull = [ENOSPC, EDQUOT, EFBIG].contains(code) || code == 0
                    guard isFull, operations.truncate(file.raw, to: start) == 0 else {
                        throw .failed("cannot write: \(VaultError.message(code))")
                    }
                    throw .noSpace
                }
                written += count
            }
            end += record.count
        }
        size = end
        return start
    }

    /// Whether a record's key was destroyed. One that can't be read counts as such.
    func isShredded(_ record: VaultRecord) -> Bool {
        guard let bytes = try? file.bytes(at: record.slotRange.lowerBound, count: 12), bytes.count == 12 else {
            return true
        }
        return bytes.allSatisfy { $0 == 0 }
    }
}

extension VaultRecord {
    /// The same at another place.
    func moved(to offset: Int) -> VaultRecord {
        VaultRecord(
            segment: segment, requestID: requestID, attempt: attempt, kind: kind, time: time, textBytes: textBytes,
            isShredded: isShredded, flags: flags, offset: offset)
    }
}
