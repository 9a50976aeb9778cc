import Cryptography
import Glibc
import Identity

/// The files that hold keys: the list of API keys (digests only) and the master key. Written so that a reader sees the
/// old text or the new one, never a part; readable by their owner only.
enum KeyFile {
    /// What went wrong with a file.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ path: String, _ problem: String) {
            description = "\(path): \(problem)"
        }
    }

    /// The API keys; none where the file is missing.
    static func readRegister(_ path: String) throws -> KeyRegister {
        guard access(path, F_OK) == 0 else { return KeyRegister() }
        do {
            return try KeyRegister(parsing: try ConfigurationFiles.read(path), source: path)
        } catch let error as ConfigurationFileError {
            throw Failure(path, error.reason)
        }
    }

    /// Changes the list of API keys; two programs that do so at once come one after the other.
    static func changeRegister<Result>(
        _ path: String, _ change: (inout KeyRegister) throws -> Result
    ) throws -> Result {
        try makeFolder(of: path)
        return try locked(path) {
            var register = try readRegister(path)
            let result = try change(&register)
            try replace(path, with: register.text)
            return result
        }
    }

    /// Runs while no other program changes the file.
    private static func locked<Result>(_ path: String, _ change: () throws -> Result) throws -> Result {
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Failure(path + ".lock", String(cString: strerror(errno))) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { throw Failure(path + ".lock", String(cString: strerror(errno))) }
        return try change()
    }

    /// The master key, from which all others are derived; made where the file is missing and `makes` says so.
    static func readMaster(_ path: String, makes: Bool) throws -> MasterKey {
        if makes, access(path, F_OK) != 0 {
            try makeFolder(of: path)
            try replace(path, with: MasterKey(key: SymmetricKey(try SecureRandom.bytes(32))).text)
        }
        let text: [UInt8]
        do {
            text = try ConfigurationFiles.read(path)
        } catch {
            throw Failure(path, error.reason)
        }
        guard let master = MasterKey(text: text) else {
            throw Failure(
                path,
                "expected 64 hexadecimal digits, the master key as the first `sallyport serve` made it, and at most a line "
                    + "`generation N`")
        }
        return master
    }

    /// The vault's master key; made where the file is missing and `makes` says so.
    static func readVaultKey(_ path: String, makes: Bool) throws -> SymmetricKey {
        do {
            return try readMaster(path, makes: makes).key
        } catch let failure as Failure where access(path, F_OK) != 0 {
            throw failure
        } catch {
            throw Failure(
                path, "expected 64 hexadecimal digits, the vault's master key as the first `sallyport serve` made it")
        }
    }

    /// Puts the next generation of derived keys in force; the master key itself stays.
    static func rotateMaster(_ path: String) throws -> MasterKey {
        guard access(path, F_OK) == 0 else {
            throw Failure(
                path, "there is no master key yet, so there is nothing to rotate: the first `sallyport serve` makes it")
        }
        return try locked(path) {
            guard let next = try readMaster(path, makes: false).next else {
                throw Failure(path, "there is no further generation")
            }
            try replace(path, with: next.text)
            return next
        }
    }

    /// What tells one state of a file from another.
    static func stamp(_ path: String) -> [Int] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }

    /// Makes a file that is not there yet, and its folder where that is missing.
    static func create(_ path: String, _ text: [UInt8]) throws {
        try makeFolder(of: path)
        try replace(path, with: text)
    }

    static func makeFolder(of path: String) throws {
        guard let end = path.lastIndex(of: "/"), end > path.startIndex else { return }
        let folder = String(path[..<end])
        if access(folder, F_OK) == 0 { return }
        try makeFolder(of: folder)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw Failure(folder, String(cString: strerror(errno)))
        }
    }

    /// Writes a file so that a reader sees the old text or the new one.
    static func replace(_ path: String, with text: [UInt8]) throws {
        let new = path + ".new"
        unlink(new)
        let file = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(new, String(cString: strerror(errno))) }
        defer { close(file) }
        // A gateway that runs as another user can read what it could read before.
        var old = stat()
        if stat(path, &old) == 0, old.st_uid != geteuid() || old.st_gid != getegid() {
            _ = fchown(file, old.st_uid, old.st_gid)
        }
        var rest = text[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(new, String(cString: strerror(errno))) }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0, rename(new, path) == 0 else { throw Failure(new, String(cString: strerror(errno))) }
    }
}
