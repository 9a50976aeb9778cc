private import Glibc

/// An open file, closed with its owner. Every call says what it could not do, and to which path.
struct FileDescriptor: ~Copyable {
    let raw: Int32
    let path: String

    private init(raw: Int32, path: String) {
        self.raw = raw
        self.path = path
    }

    deinit { _ = close(raw) }

    static func reading(_ path: String) throws(LedgerStoreError) -> FileDescriptor {
        try opening(path, O_RDONLY, "read")
    }

    /// Appends only: whatever else has the file open, nothing is overwritten.
    static func appending(_ path: String) throws(LedgerStoreError) -> FileDescriptor {
        try opening(path, O_WRONLY | O_APPEND, "write")
    }

    /// A new file to append to; fails if there is one.
    static func creating(_ path: String) throws(LedgerStoreError) -> FileDescriptor {
        try opening(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, "create")
    }

    /// A file to read and overwrite, made where it is missing.
    static func updating(_ path: String) throws(LedgerStoreError) -> FileDescriptor {
        try opening(path, O_RDWR | O_CREAT, "write")
    }

    static func directory(_ path: String) throws(LedgerStoreError) -> FileDescriptor {
        try opening(path, O_RDONLY | O_DIRECTORY, "open the directory")
    }

    private static func opening(
        _ path: String, _ flags: Int32, _ operation: String
    ) throws(LedgerStoreError) -> FileDescriptor {
        let raw = open(path, flags | O_CLOEXEC, 0o600)
        guard raw >= 0 else { throw .system(operation: operation, path: path, code: errno) }
        return FileDescriptor(raw: raw, path: path)
    }

    func size() throws(LedgerStoreError) -> Int {
        var facts = stat()
        guard fstat(raw, &facts) == 0 else { throw .system(operation: "measure", path: path, code: errno) }
        return Int(facts.st_size)
    }

    /// Reads up to the buffer's size from a place of the file; 0 at its end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(LedgerStoreError) -> Int {
        while true {
            let count = pread(raw, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else { throw .system(operation: "read", path: path, code: errno) }
        }
    }

    /// Reads up to so many bytes from a place of the file; none at its end.
    func bytes(at offset: Int, count: Int) throws(LedgerStoreError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        let length = try read(into: buffer, at: offset)
        return Array(buffer[..<length])
    }

    /// Overwrites the beginning of the file.
    func overwrite(_ bytes: [UInt8]) throws(LedgerStoreError) {
        let count = bytes.withUnsafeBytes { pwrite(raw, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count else {
            throw .system(operation: "write", path: path, code: count < 0 ? errno : ENOSPC)
        }
    }

    /// Sets the length, and gives room reserved behind it back.
    func truncate(to bytes: Int) throws(LedgerStoreError) {
        guard ftruncate(raw, off_t(bytes)) == 0 else {
            throw .system(operation: "shorten", path: path, code: errno)
        }
    }

    /// Makes content and metadata durable, of a directory its names.
    func synchronise() throws(LedgerStoreError) {
        guard fsync(raw) == 0 else { throw .system(operation: "synchronise", path: path, code: errno) }
    }

    /// Gives a lock back before the file is closed.
    func unlock() { flock(raw, LOCK_UN) }

    /// Takes the file for this process alone; false if another has it.
    func lock() throws(LedgerStoreError) -> Bool {
        if flock(raw, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw .system(operation: "lock", path: path, code: errno) }
        return false
    }
}
