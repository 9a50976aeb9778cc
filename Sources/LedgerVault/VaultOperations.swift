internal import Glibc

/// The system calls by which payloads reach the disk, so that tests can make each of them fail. Results are an `errno`, 0 for success.
protocol VaultOperations: Sendable {
    /// Writes bytes at a place, perhaps not all: how many, or the error.
    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> (written: Int, code: Int32)
    /// Makes what was written durable.
    func synchronise(_ file: Int32) -> Int32
    /// Takes back what was written behind a place.
    func truncate(_ file: Int32, to bytes: Int) -> Int32
}

/// The system itself.
struct SystemVaultOperations: VaultOperations {
    static let noSpace = ENOSPC

    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> (written: Int, code: Int32) {
        let written = pwrite(file, bytes.baseAddress, bytes.count, off_t(offset))
        return written < 0 ? (0, errno) : (written, 0)
    }

    func synchronise(_ file: Int32) -> Int32 { fdatasync(file) == 0 ? 0 : errno }

    func truncate(_ file: Int32, to bytes: Int) -> Int32 { ftruncate(file, off_t(bytes)) == 0 ? 0 : errno }
}
