private import Glibc

/// Why a file can't be read, in words.
public struct ConfigurationFileError: Error, Hashable, Sendable {
    /// Such as `no such file or directory`.
    public let reason: String

    /// Takes the reason in words, lowercase and without a period.
    public init(reason: String) { self.reason = reason }
}

/// The disk, as far as the configuration needs it.
public enum ConfigurationFiles {
    /// The largest file that is read: a thousand times the size of any real one.
    static let maximumBytes = 64 << 20

    /// The whole content of a file. Blocks; not for event loops. A named pipe is refused rather than waited for, as nobody may ever
    /// write to it; what a shell hands over under `/dev` is read.
    public static func read(_ path: String) throws(ConfigurationFileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw ConfigurationFileError(errorNumber: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw ConfigurationFileError(errorNumber: errno) }
        guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) || path.hasPrefix("/dev/") else {
            throw ConfigurationFileError(reason: "is not a regular file")
        }
        guard fcntl(file, F_SETFL, 0) == 0 else { throw ConfigurationFileError(errorNumber: errno) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count == 0 { return content }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw ConfigurationFileError(errorNumber: errno)
            }
            content += buffer[..<count]
            guard content.count <= maximumBytes else {
                throw ConfigurationFileError(reason: "larger than \(ScalarText.text(bytes: maximumBytes))")
            }
        }
    }
}

extension ConfigurationFileError {
    fileprivate init(errorNumber: Int32) {
        switch errorNumber {
        case ENOENT: self.init(reason: "no such file or directory")
        case EACCES, EPERM: self.init(reason: "permission denied")
        case EISDIR: self.init(reason: "is a directory")
        default: self.init(reason: "error \(errorNumber)")
        }
    }
}
