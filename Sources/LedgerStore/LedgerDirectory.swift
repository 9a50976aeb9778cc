/// The files of a ledger: `log-000001` and so on, each a log in the layout c2sp.org/tlog-tiles, of which the last one is
/// written; `wal`, the write-ahead log; `lock`, held by the process that writes.
struct LedgerDirectory: Sendable {
    let path: String

    var lockPath: String { "\(path)/lock" }
    /// The folder of the write-ahead log.
    var writeAheadPath: String { "\(path)/wal" }

    /// The folder of a log, numbered from 1.
    func logPath(_ number: Int) -> String { "\(path)/\(LedgerFolder.name(ofLog: number))" }
    /// The file with a log's public key.
    func keyPath(_ number: Int) -> String { "\(logPath(number))/vkey" }
    /// The file with a log's checkpoint.
    func checkpointPath(_ number: Int) -> String { "\(logPath(number))/checkpoint" }

    /// The path of a file of the write-ahead log, numbered from 1.
    func writeAheadPath(_ number: Int) -> String {
        let digits = String(number)
        return "\(writeAheadPath)/\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).wal"
    }

    /// The number of a file of the write-ahead log; `nil` for another name.
    func writeAheadNumber(_ name: String) -> Int? {
        guard name.hasSuffix(".wal"), let number = Int(name.dropLast(4)), number > 0,
            writeAheadPath(number) == "\(writeAheadPath)/\(name)"
        else { return nil }
        return number
    }
}
