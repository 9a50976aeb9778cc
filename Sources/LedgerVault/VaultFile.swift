internal import Glibc

/// An open file, closed with its owner. Every call says what it could not do, and to which path.
final class VaultFile: Sendable {
    let raw: Int32
    let path: String

    private init(raw: Int32, path: String) {
        self.raw = raw
        self.path = path
    }

    deinit { _ = close(raw) }

    static func reading(_ path: String) throws(VaultError) -> VaultFile { try opening(path, O_RDONLY, "read") }

    /// For reading and overwriting.
    static func updating(_ path: String) throws(VaultError) -> VaultFile { try opening(path, O_RDWR, "write") }

    /// A new file, for its owner only; fails if there is one.
    static func creating(_ path: String) throws(VaultError) -> VaultFile {
        try opening(path, O_RDWR | O_CREAT | O_EXCL, "create")
    }

    /// A file to lock, made where it is missing.
    static func locking(_ path: String) throws(VaultError) -> VaultFile { try opening(path, O_RDWR | O_CREAT, "write") }

    /// What `open` opens; `nil` where there is no such file.
    static func found(_ open: () throws(VaultError) -> VaultFile) throws(VaultError) -> VaultFile? {
        do throws(VaultError) {
            return try open()
        } catch {
            if case .system(_, _, ENOENT) = error { return nil }
            throw error
        }
    }

    private static func opening(_ path: String, _ flags: Int32, _ operation: String) throws(VaultError) -> VaultFile {
        let raw = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard raw >= 0 else { throw .system(operation: operation, path: path, code: errno) }
        return VaultFile(raw: raw, path: path)
    }

    func size() throws(VaultError) -> Int {
        var facts = stat()
        guard fstat(raw, &facts) == 0 else { throw .system(operation: "measure", path: path, code: errno) }
        return Int(facts.st_size)
    }

    /// Reads so many bytes from a place of the file; fewer at its end.
    func bytes(at offset: Int, count: Int) throws(VaultError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let part = pread(
                    raw, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                if part == 0 { return }
                if part < 0 {
                    if errno == EINTR { continue }
                    code = errno
                    return
                }
                filled += part
            }
        }
        guard code == 0 else { throw .system(operation: "read", path: path, code: code) }
        return bytes
    }

    /// Overwrites a place of the file.
    func write(_ bytes: some Collection<UInt8>, at offset: Int) throws(VaultError) {
        let bytes = Array(bytes)
        var written = 0
        while written < bytes.count {
            let part = bytes.withUnsafeBytes {
                pwrite(raw, $0.baseAddress.map { $0 + written }, bytes.count - written, off_t(offset + written))
            }
            guard part > 0 else {
                if part < 0, errno == EINTR { continue }
                throw .system(operation: "write", path: path, code: part < 0 ? errno : ENOSPC)
            }
            written += part
        }
    }

    /// Overwrites a stretch with zeros.
    func erase(_ range: Range<Int>) throws(VaultError) {
        let zeros = [UInt8](repeating: 0, count: min(range.count, 1 << 16))
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(zeros.count, range.upperBound - offset)
            try write(zeros[..<count], at: offset)
            offset += count
        }
    }

    /// Makes content and metadata durable.
    func synchronise() throws(VaultError) {
        guard fsync(raw) == 0 else { throw .system(operation: "synchronise", path: path, code: errno) }
    }

    /// Takes the file for this process alone; false if another has it and `waits` does not say to wait.
    func lock(waits: Bool) throws(VaultError) -> Bool {
        while flock(raw, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw .system(operation: "lock", path: path, code: errno) }
        }
        return true
    }
}
