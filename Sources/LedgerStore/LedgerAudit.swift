private import Glibc
public import Ledger

/// What an audit found.
public struct LedgerVerification: Sendable {
    /// The first line that is not as it was written.
    public struct Finding: Sendable {
        /// The file's path.
        public let file: String
        /// The line, from 1.
        public let line: Int
        /// What is wrong with it.
        public let problem: LedgerProblem
    }

    /// Files of the log that were read.
    public internal(set) var files = 0
    /// Entries that are as they were written, up to the first problem.
    public internal(set) var entries = 0
    /// The end of what was checked; `nil` for a log without entries. Kept elsewhere, it is the next audit's `head`.
    public internal(set) var head: LedgerHead?
    /// The first problem; `nil` if there is none.
    public internal(set) var firstProblem: Finding?
    /// Bytes of a line without end behind the last entry: an entry being written now, or one that a crash cut and that
    /// was never confirmed. No problem.
    public internal(set) var unfinishedBytes = 0

    /// The line of the last entry in its file.
    var lastLine = 0

    /// Whether the whole log is as it was written.
    public var isIntact: Bool { firstProblem == nil }
}

/// One entry as it stands in the log.
public struct LedgerLine: Sendable {
    /// The file's path.
    public let file: String
    /// The line's JSON, without line feed.
    public let json: [UInt8]
}

/// Reads a ledger for its auditors, also while a gateway writes to it. Blocks.
public enum LedgerAudit {
    /// Checks every entry, and the head that the directory remembers.
    ///
    /// A change to any byte, and a line missing, doubled or moved, is found by the line after it. What only a head
    /// recorded apart can show is a change to the last line and lines missing at the end: the file `head` in the
    /// directory does against accidents and the careless, and `head`, an end that was kept elsewhere, against whoever
    /// can write to the whole directory.
    public static func verify(
        directory path: String, head expected: LedgerHead? = nil
    ) throws(LedgerStoreError) -> LedgerVerification {
        let directory = LedgerDirectory(path: path)
        // First, so that it is not ahead of what is read after it.
        let recorded = try directory.recordedHead()
        let heads = [recorded, expected].compactMap(\.self)
        let numbers = try directory.logNumbers()
        var result = LedgerVerification()
        var checker = LedgerChecker()
        for number in numbers {
            let isLast = number == numbers.last
            try verify(directory.logPath(number), isLast: isLast, &checker, heads, &result)
            result.files += 1
            guard result.isIntact else { return result }
        }
        let missing = heads.filter { $0.sequence > result.head?.sequence ?? 0 || result.head == nil }
        if let missed = missing.max(by: { $0.sequence < $1.sequence }) {
            result.firstProblem = .init(
                file: numbers.last.map { directory.logPath($0) } ?? directory.headPath, line: result.lastLine + 1,
                problem: .cut(expected: missed.sequence, last: result.head?.sequence))
        }
        return result
    }

    /// The last entries, at most `count`, in their order. They are not checked.
    public static func tail(directory path: String, count: Int) throws(LedgerStoreError) -> [LedgerLine] {
        let directory = LedgerDirectory(path: path)
        var lines: [LedgerLine] = []
        for number in try directory.logNumbers().reversed() where lines.count < count {
            let file = directory.logPath(number)
            let found = try LogTail.lines(file, count: count - lines.count)
            lines.insert(contentsOf: found.map { LedgerLine(file: file, json: $0) }, at: 0)
        }
        return lines
    }

    /// Gives the entries that hold one of some bytes, in their order, without line feed, until `body` says no; with bounded memory,
    /// however long the log is. They are not checked.
    public static func entries(
        directory path: String, holding markers: [[UInt8]], _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws(LedgerStoreError) {
        let directory = LedgerDirectory(path: path)
        for number in try directory.logNumbers() {
            var lines = try LogLines(path: directory.logPath(number))
            reading: while true {
                switch try lines.next() {
                case .line(let line):
                    if markers.contains(where: { holds(line, $0) }), !body(line) { return }
                case .tooLong: continue
                case .end: break reading
                }
            }
        }
    }

    /// Whether a marker, of at least two bytes, stands in the line.
    private static func holds(_ line: UnsafeRawBufferPointer, _ marker: [UInt8]) -> Bool {
        guard let base = line.baseAddress, line.count >= marker.count else { return false }
        // The second byte is looked for, since markers begin with a quotation mark, of which lines are full.
        var start = 1
        let end = line.count - marker.count + 2
        while start < end, let found = memchr(base + start, Int32(marker[1]), end - start) {
            if memcmp(found - 1, marker, marker.count) == 0 { return true }
            start = UnsafeRawPointer(found) - base + 1
        }
        return false
    }

    private static func verify(
        _ path: String, isLast: Bool, _ checker: inout LedgerChecker, _ heads: [LedgerHead],
        _ result: inout LedgerVerification
    ) throws(LedgerStoreError) {
        var lines = try LogLines(path: path)
        result.lastLine = 0
        while true {
            let piece = try lines.next()
            do throws(LedgerProblem) {
                switch piece {
                case .line(let line):
                    try checker.check([UInt8](line))
                    for head in heads { try checker.compare(with: head) }
                case .tooLong(let bytes):
                    throw .tooLong(bytes: bytes)
                case .end(let unfinishedBytes):
                    guard isLast || unfinishedBytes == 0 else { throw .unfinished }
                    result.unfinishedBytes = unfinishedBytes
                    return
                }
            } catch {
                // An unfinished line has no number yet.
                let line = error == .unfinished ? lines.number + 1 : lines.number
                result.firstProblem = .init(file: path, line: line, problem: error)
                return
            }
            result.entries += 1
            result.lastLine = lines.number
            result.head = checker.head
        }
    }
}
