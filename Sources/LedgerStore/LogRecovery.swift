internal import Ledger

/// What a start finds on the disk, made fit to be written to.
struct LogRecovery {
    /// The number of the file to go on with; 0 if there is none.
    private(set) var number = 0
    /// Its bytes.
    private(set) var size = 0
    /// The end of the log.
    private(set) var head: LedgerHead?
    /// Bytes that were cut off behind it.
    private(set) var cutBytes = 0

    /// Reads the last file of the log, checks it and its link to the file before it, and compares with the head
    /// recorded apart. Cuts what a write that was never confirmed left behind the last whole line. Throws, and changes
    /// nothing, where anything else is not as it was written.
    init(_ directory: LedgerDirectory) throws(LedgerStoreError) {
        let recorded = try directory.recordedHead()
        let numbers = try directory.logNumbers()
        if let last = numbers.last {
            number = last
            let before = numbers.dropLast().last
            head = if let before { try Self.lastHead(directory.logPath(before)) } else { nil }
            try readLast(directory.logPath(last), recorded)
        }
        if let recorded, recorded.sequence > head?.sequence ?? 0 || head == nil {
            throw .broken(
                file: number == 0 ? directory.headPath : directory.logPath(number), line: 1,
                problem: .cut(expected: recorded.sequence, last: head?.sequence))
        }
    }

    private mutating func readLast(_ path: String, _ recorded: LedgerHead?) throws(LedgerStoreError) {
        var checker = LedgerChecker(after: head)
        var lines = try LogLines(path: path)
        reading: while true {
            let start = lines.offset
            let piece = try lines.next()
            switch piece {
            case .line(let line):
                do throws(LedgerProblem) {
                    try checker.check([UInt8](line))
                    if let recorded { try checker.compare(with: recorded) }
                } catch {
                    guard Self.isUnwritten(line, after: checker.head, recorded) else {
                        throw .broken(file: path, line: lines.number, problem: error)
                    }
                    size = start
                    break reading
                }
            case .tooLong(let bytes):
                throw .broken(file: path, line: lines.number, problem: .tooLong(bytes: bytes))
            case .end:
                size = start
                break reading
            }
        }
        head = checker.head
        let file = try FileDescriptor.appending(path)
        cutBytes = try file.size() - size
        if cutBytes > 0 { try file.truncate(to: size) }
    }

    /// Whether a line is what loss of power leaves of one that was never confirmed: blocks the disk never wrote read as
    /// zeros, which no entry contains. Only behind the recorded head, so that zeros over confirmed entries are not
    /// taken for that.
    private static func isUnwritten(
        _ line: UnsafeRawBufferPointer, after head: LedgerHead?, _ recorded: LedgerHead?
    ) -> Bool {
        guard let recorded, let head, head.sequence >= recorded.sequence else { return false }
        return line.contains(0)
    }

    /// The head of a file that others follow, so that its last line has an end.
    private static func lastHead(_ path: String) throws(LedgerStoreError) -> LedgerHead {
        guard let line = try LogTail.lines(path, count: 1).first else {
            throw .broken(file: path, line: 1, problem: .unfinished)
        }
        do throws(LedgerProblem) {
            return try LedgerChecker.head(at: line)
        } catch {
            throw .broken(file: path, line: 1, problem: error)
        }
    }
}
