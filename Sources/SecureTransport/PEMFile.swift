private import Glibc

/// Whole files, read and written without Foundation.
enum PEMFile {
    /// A certificate file is some KB; the system's bundle 220 KB. What is larger is not one.
    private static let maximumBytes = 16 << 20

    /// The bytes of the file at `path`.
    static func contents(of path: String) throws(TLSConfigurationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let missing = errno == ENOENT
            throw TLSConfigurationError(
                "`\(path)`", "cannot be opened: \(String(cString: strerror(errno)))",
                missing
                    ? "name an existing file, or make development certificates with `sallyport certs generate`"
                    : "let the gateway's user read it")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw TLSConfigurationError(
                    "`\(path)`", "cannot be read: \(String(cString: strerror(errno)))", "name a readable file")
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= maximumBytes else {
                throw TLSConfigurationError("`\(path)`", "is larger than 16 MiB", "name a PEM file")
            }
        }
    }

    /// Whether others than the owner may read the file; false when that cannot be told.
    static func isReadableByOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o044 != 0
    }

    /// Writes the file at once: a new file beside it, which then takes its name.
    static func store(_ bytes: [UInt8], to path: String, mode: UInt32) throws(TLSConfigurationError) {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw unwritable(path) }
        var done = 0
        var failed = fchmod(descriptor, mode) != 0
        while done < bytes.count, !failed {
            let count = bytes.withUnsafeBytes { raw in
                write(descriptor, raw.baseAddress?.advanced(by: done), raw.count - done)
            }
            if count < 0, errno == EINTR { continue }
            failed = count <= 0
            done += max(0, count)
        }
        failed = close(descriptor) != 0 || failed
        guard !failed, rename(draft, path) == 0 else {
            let error = unwritable(path)
            unlink(draft)
            throw error
        }
    }

    /// Makes the directory if it is not there.
    static func makeDirectory(_ path: String) throws(TLSConfigurationError) {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw unwritable(path) }
    }

    /// The absolute path of an existing directory, links resolved; `path` itself where that fails.
    static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The paths of the files in `directory` whose names end in `suffix`, sorted.
    static func list(_ directory: String, suffix: String) throws(TLSConfigurationError) -> [String] {
        guard let stream = opendir(directory) else {
            throw TLSConfigurationError(
                "`\(directory)`", "cannot be listed: \(String(cString: strerror(errno)))",
                "name a directory of certificates, or make one with `sallyport certs generate`")
        }
        defer { closedir(stream) }
        var paths: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(suffix) { paths.append(directory + "/" + name) }
        }
        return paths.sorted()
    }

    /// This machine's host name; nil where there is none.
    static func hostName() -> String? {
        var name = [UInt8](repeating: 0, count: 256)
        let failed = name.withUnsafeMutableBytes { raw in
            guard let start = raw.baseAddress else { return true }
            return gethostname(start.assumingMemoryBound(to: CChar.self), raw.count - 1) != 0
        }
        let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        return failed || text.isEmpty ? nil : text
    }

    /// Seconds since 1970.
    static func now() -> Int64 { Int64(time(nil)) }

    private static func unwritable(_ path: String) -> TLSConfigurationError {
        TLSConfigurationError(
            "`\(path)`", "cannot be written: \(String(cString: strerror(errno)))", "name a directory you may write to")
    }
}
