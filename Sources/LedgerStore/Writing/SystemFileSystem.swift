private import Glibc

/// The system itself.
struct SystemFileSystem: FileSystem {
    func open(_ path: String, _ way: FileAccess) throws(FileFault) -> Int32 {
        let flags =
            switch way {
            case .reading: O_RDONLY
            case .updating: O_RDWR
            case .updatingOrCreating: O_RDWR | O_CREAT
            case .replacing: O_RDWR | O_CREAT | O_TRUNC
            case .directory: O_RDONLY | O_DIRECTORY
            }
        return try Self.attempt { Glibc.open(path, flags | O_CLOEXEC, 0o600) }
    }

    func close(_ file: Int32) { _ = Glibc.close(file) }

    func size(_ file: Int32) throws(FileFault) -> Int {
        var facts = stat()
        _ = try Self.attempt { fstat(file, &facts) }
        return Int(facts.st_size)
    }

    func read(_ file: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileFault) -> Int {
        try Self.attempt { pread(file, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileFault) -> Int {
        try Self.attempt { pwrite(file, bytes.baseAddress, bytes.count, off_t(offset)) }
    }

    // Never a second time: after a failure the kernel has forgotten which pages were not written, and would say yes.
    func synchroniseData(_ file: Int32) throws(FileFault) {
        guard fdatasync(file) == 0 else { throw FileFault(code: errno) }
    }

    func synchronise(_ file: Int32) throws(FileFault) {
        guard fsync(file) == 0 else { throw FileFault(code: errno) }
    }

    func rename(_ old: String, to new: String) throws(FileFault) {
        _ = try Self.attempt { Glibc.rename(old, new) }
    }

    func remove(_ path: String) throws(FileFault) { _ = try Self.attempt { unlink(path) } }

    func removeDirectory(_ path: String) throws(FileFault) { _ = try Self.attempt { rmdir(path) } }

    func makeDirectory(_ path: String) throws(FileFault) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw FileFault(code: errno) }
        return false
    }

    func names(_ path: String) throws(FileFault) -> [String]? {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return nil }
            throw FileFault(code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw FileFault(code: errno) }
        return names.sorted()
    }

    func lock(_ file: Int32) throws(FileFault) -> Bool {
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw FileFault(code: errno) }
        return false
    }

    /// Calls until no signal comes between.
    private static func attempt<Number: SignedInteger>(_ call: () -> Number) throws(FileFault) -> Number {
        while true {
            let result = call()
            if result >= 0 { return result }
            guard errno == EINTR else { throw FileFault(code: errno) }
        }
    }
}
