import Cryptography
import Foundation

/// A file that has no name until it is whole: a process that is killed leaves nothing of it.
final class UnnamedFile {
    /// Where it will be.
    let path: String
    private let descriptor: Int32
    private let hasher = FileHasher()
    /// Bytes written.
    private(set) var bytes = 0

    /// Begins a file, for its owner only. Throws where the file system knows no unnamed files.
    init(_ path: String) throws {
        self.path = path
        let folder = (path as NSString).deletingLastPathComponent
        let place = folder.isEmpty ? "." : folder
        // O_TMPFILE, which Swift's Glibc does not show: __O_TMPFILE | O_DIRECTORY.
        descriptor = open(place, 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw FileProblem("\(path): can't be made: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    func write(_ data: [UInt8]) throws {
        var done = 0
        while done < data.count {
            let count = data.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
            }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw FileProblem("\(path): can't be written: \(String(cString: strerror(errno)))")
            }
            done += count
        }
        bytes += data.count
        hasher.update(data)
    }

    /// SHA-256 of all that was written, in hexadecimal.
    func digest() -> Digest32 { hasher.digest() }

    /// Gives it its name, once it is on disk; throws where there is a file of that name.
    func publish() throws {
        guard fsync(descriptor) == 0,
            linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
        else { throw FileProblem("\(path): can't be made: \(String(cString: strerror(errno)))") }
    }
}

/// A digest that grows with a file.
private final class FileHasher {
    private var hasher = SHA256Hasher()
    private var made: Digest32?

    func update(_ data: [UInt8]) { hasher.update(data) }

    func digest() -> Digest32 {
        if let made { return made }
        let digest = hasher.finalize()
        made = digest
        return digest
    }
}
