private import Glibc

/// The files of a ledger on this machine's disk: a ledger's folder with its logs, or the folder of one log alone, as it
/// may have been copied from elsewhere.
public struct LedgerFolder: LedgerSource {
    private enum Bounds {
        /// The most bytes of a file that is read whole: more than a bundle of 256 entries of the greatest length.
        static let file = 32 << 20
    }

    /// The folder's path.
    public let path: String
    /// The number of the one log whose folder this is; `nil` for a whole ledger.
    private let onlyLog: Int?

    /// Takes a path; throws where neither a ledger nor a log is.
    public init(_ path: String) throws(LedgerReadError) {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.path = path
        let names = try Self.names(in: path)
        // Before all else: a `checkpoint` laid beside the logs must not make one log of them.
        let isLedger = names.contains { Self.number($0) != nil } || names.contains("wal")
        if !isLedger, names.contains("vkey") || names.contains("checkpoint") {
            onlyLog = path.split(separator: "/").last.flatMap { Self.number($0) } ?? 1
            return
        }
        onlyLog = nil
        if isLedger { return }
        if names.contains(where: { $0.hasPrefix("ledger-") && $0.hasSuffix(".jsonl") }) { throw .formerVersion(path) }
        throw .noLedger(path)
    }

    /// Whether this is the folder of one log.
    public var isOneLog: Bool { onlyLog != nil }

    /// A log's folder name, such as `log-000001`.
    public static func name(ofLog number: Int) -> String {
        let digits = String(number)
        return "log-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
    }

    /// The number in a log's folder name; `nil` for another name.
    public static func number(_ name: some StringProtocol) -> Int? {
        guard name.hasPrefix("log-"), let number = Int(name.dropFirst(4)), number > 0,
            Self.name(ofLog: number) == String(name)
        else { return nil }
        return number
    }

    /// The path of a file of a log.
    public func place(of file: String, inLog log: Int) -> String {
        let folder = onlyLog == nil ? "\(path)/\(Self.name(ofLog: log))" : path
        return file.isEmpty ? folder : "\(folder)/\(file)"
    }

    /// The numbers of the logs, in order.
    public func logNumbers() throws(LedgerReadError) -> [Int] {
        if let onlyLog { return [onlyLog] }
        return try Self.names(in: path).compactMap { Self.number($0) }.sorted()
    }

    /// A file's bytes; `nil` if there is none.
    public func contents(of file: String, inLog log: Int) throws(LedgerReadError) -> [UInt8]? {
        try Self.contents(of: place(of: file, inLog: log))
    }

    /// The paths of all files of a log.
    public func paths(inLog log: Int) throws(LedgerReadError) -> [String]? {
        let root = place(of: "", inLog: log)
        var files: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            for name in try Self.names(in: folder.isEmpty ? root : "\(root)/\(folder)") {
                let file = folder.isEmpty ? name : "\(folder)/\(name)"
                if Self.isFolder("\(root)/\(file)") { folders.append(file) } else { files.append(file) }
            }
        }
        return files
    }

    /// Reads a file whole; `nil` if there is none.
    static func contents(of path: String) throws(LedgerReadError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .system(operation: "read", path: path, code: errno)
        }
        defer { _ = close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw .system(operation: "measure", path: path, code: errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw .malformed(path: path, reason: "not a file") }
        guard facts.st_size <= Bounds.file else {
            throw .malformed(path: path, reason: "\(facts.st_size) bytes, more than any file of a log has")
        }
        var problem: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(facts.st_size)) { buffer, count in
            while count < buffer.count {
                let length = read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if length < 0, errno == EINTR { continue }
                if length < 0 { problem = errno }
                if length <= 0 { return }
                count += length
            }
        }
        guard problem == 0 else { throw .system(operation: "read", path: path, code: problem) }
        return bytes
    }

    private static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, in their order.
    static func names(in path: String) throws(LedgerReadError) -> [String] {
        guard let stream = opendir(path) else {
            throw .system(operation: "open the folder", path: path, code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
