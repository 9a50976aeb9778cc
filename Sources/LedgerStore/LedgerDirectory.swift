private import Glibc
internal import Ledger

/// The files of a ledger: `ledger-000001.jsonl` and those after it hold the log, `head` remembers its end, `lock` is
/// held by the process that writes.
struct LedgerDirectory: Sendable {
    let path: String

    var lockPath: String { "\(path)/lock" }
    var headPath: String { "\(path)/head" }

    /// The path of a file of the log, numbered from 1.
    func logPath(_ number: Int) -> String {
        let digits = String(number)
        return "\(path)/ledger-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).jsonl"
    }

    /// Makes the directory where it is missing (not those above it), and its name durable.
    func create() throws(LedgerStoreError) {
        guard mkdir(path, 0o700) != 0 else {
            let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            try FileDescriptor.directory(parent.isEmpty ? "/" : parent).synchronise()
            return
        }
        guard errno == EEXIST else { throw .system(operation: "make the directory", path: path, code: errno) }
    }

    /// Makes the names in the directory durable.
    func synchronise() throws(LedgerStoreError) { try FileDescriptor.directory(path).synchronise() }

    /// The numbers of the files of the log, in order.
    func logNumbers() throws(LedgerStoreError) -> [Int] {
        guard let stream = opendir(path) else {
            throw .system(operation: "open the directory", path: path, code: errno)
        }
        defer { closedir(stream) }
        var numbers: [Int] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix("ledger-"), name.hasSuffix(".jsonl"),
                let number = Int(name.dropFirst(7).dropLast(6)), logPath(number).hasSuffix("/" + name)
            else { continue }
            numbers.append(number)
        }
        return numbers.sorted()
    }

    /// The end of the log as it was when it was last written; `nil` before the first time.
    func recordedHead() throws(LedgerStoreError) -> LedgerHead? {
        guard access(headPath, F_OK) == 0 else { return nil }
        let file = try FileDescriptor.reading(headPath)
        let bytes = try file.bytes(at: 0, count: 128)
        if bytes.isEmpty { return nil }
        let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let head = LedgerHead(text) else { throw .unreadableHead(path: headPath) }
        return head
    }
}
