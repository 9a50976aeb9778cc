internal import Glibc
internal import Ledger

/// Writes the log's files. Owned by one thread; blocks.
struct LogWriter: ~Copyable {
    /// Writing or synchronising failed: what the disk holds is unknown now.
    struct Fault: Error {
        let reason: String
    }

    private let directory: LedgerDirectory
    private let settings: LedgerStoreSettings
    private let operations: any FileOperations
    private let lockFile: FileDescriptor
    private let headFile: FileDescriptor
    private var file: FileDescriptor
    private var number: Int
    private var size: Int
    /// Up to where the disk has room set aside for this file.
    private var reservedEnd: Int
    /// Whether this file system cannot set room aside, so that free room is asked for instead.
    private var asksForFreeRoom = false

    /// The end of the log as the start found it; `nil` for a new log.
    let recoveredHead: LedgerHead?
    /// Bytes that were cut off behind it.
    let cutBytes: Int

    /// Takes the directory for this process, and reads and mends its end.
    init(_ settings: LedgerStoreSettings, operations: any FileOperations) throws(LedgerStoreError) {
        let directory = LedgerDirectory(path: settings.directory)
        try directory.create()
        let lockFile = try FileDescriptor.updating(directory.lockPath)
        guard try lockFile.lock() else { throw .inUse(directory: settings.directory) }
        let recovery = try LogRecovery(directory)
        let headFile = try FileDescriptor.updating(directory.headPath)
        let isNew = recovery.number == 0
        let path = directory.logPath(max(1, recovery.number))
        let file = isNew ? try FileDescriptor.creating(path) : try FileDescriptor.appending(path)
        // What a killed process left may be in memory only: from here on it counts as durable.
        try file.synchronise()
        try directory.synchronise()
        self.directory = directory
        self.settings = settings
        self.operations = operations
        self.lockFile = lockFile
        self.headFile = headFile
        self.file = file
        number = max(1, recovery.number)
        size = recovery.size
        reservedEnd = recovery.size
        recoveredHead = recovery.head
        cutBytes = recovery.cutBytes
    }

    /// Sees to it that the disk has room for so many bytes and, behind them, for the reserve. False if it has not;
    /// throws where the disk itself fails.
    mutating func makeRoom(for bytes: Int) throws(Fault) -> Bool {
        let needed = size + bytes + settings.reservedBytes
        if asksForFreeRoom { return operations.freeBytes(file.raw) >= bytes + settings.reservedBytes }
        if needed <= reservedEnd { return true }
        // Twice the reserve at a time, so that few batches ask; where the disk is nearly full, no more than needed.
        for end in [needed + settings.reservedBytes, needed] {
            let code = operations.reserve(file.raw, from: reservedEnd, bytes: end - reservedEnd)
            switch code {
            case 0:
                reservedEnd = end
                return true
            case ENOSPC, EDQUOT, EFBIG, EINTR:
                continue
            case EOPNOTSUPP, ENOSYS, EINVAL:
                asksForFreeRoom = true
                return try makeRoom(for: bytes)
            default:
                throw Fault(reason: "cannot set room aside: \(LedgerStoreError.message(code))")
            }
        }
        return false
    }

    /// Appends a batch, makes it durable, and records the head behind it. After a fault nothing may be written any
    /// more.
    mutating func write(_ batch: LedgerSequencer.Batch) throws(Fault) {
        if size >= settings.rotationBytes { rotate() }
        try append(batch.bytes)
        if settings.durability == .power {
            // Once only: after a failure the kernel has forgotten which pages were not written, and a second call would
            // succeed.
            let code = operations.synchronise(file.raw)
            guard code == 0 else { throw Fault(reason: "cannot synchronise: \(LedgerStoreError.message(code))") }
        }
        do throws(LedgerStoreError) {
            try headFile.overwrite(Array("\(batch.head)\n".utf8))
        } catch {
            throw Fault(reason: "\(error)")
        }
    }

    /// Gives the room set aside back, makes the head durable, and gives the directory free. What fails here costs
    /// nothing but that.
    mutating func close() {
        defer { lockFile.unlock() }
        do throws(LedgerStoreError) {
            try file.truncate(to: size)
            try headFile.synchronise()
        } catch {
            return
        }
    }

    private mutating func append(_ bytes: [UInt8]) throws(Fault) {
        var written = 0
        while written < bytes.count {
            let (count, code) = bytes.withUnsafeBytes {
                operations.write(file.raw, UnsafeRawBufferPointer(rebasing: $0[written...]))
            }
            guard code == 0 || code == EINTR else {
                throw Fault(reason: "cannot write: \(LedgerStoreError.message(code))")
            }
            guard count > 0 || code == EINTR else { throw Fault(reason: "cannot write: the disk takes no bytes") }
            written += count
            size += count
        }
    }

    /// Goes on in a new file. Where none can be made, the old one grows on: nothing is lost, and the next batch tries
    /// again.
    private mutating func rotate() {
        do throws(LedgerStoreError) {
            let next = try FileDescriptor.creating(directory.logPath(number + 1))
            guard operations.reserve(next.raw, from: 0, bytes: settings.reservedBytes) == 0 || asksForFreeRoom else {
                _ = unlink(next.path)
                return
            }
            try next.synchronise()
            try directory.synchronise()
            try file.truncate(to: size)
            file = next
            number += 1
            size = 0
            reservedEnd = asksForFreeRoom ? 0 : settings.reservedBytes
        } catch {
            return
        }
    }
}
