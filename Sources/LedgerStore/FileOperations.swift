private import Glibc

/// The system calls by which entries reach the disk, so that tests can make each of them fail. Results are an `errno`,
/// 0 for success.
protocol FileOperations: Sendable {
    /// Appends bytes, perhaps not all: how many, or the error.
    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> (written: Int, code: Int32)
    /// Makes what was written durable.
    func synchronise(_ file: Int32) -> Int32
    /// Allocates room behind what is written, without making the file longer.
    func reserve(_ file: Int32, from offset: Int, bytes: Int) -> Int32
    /// Bytes free on the file's disk.
    func freeBytes(_ file: Int32) -> Int
}

/// The system itself.
struct SystemFileOperations: FileOperations {
    private typealias Allocate = @convention(c) (Int32, Int32, off_t, off_t) -> Int32

    /// `FALLOC_FL_KEEP_SIZE` of `<linux/falloc.h>`.
    private static let keepSize: Int32 = 1

    /// `fallocate`, which glibc declares for GNU sources only and so not for Swift; `nil` where the C library has none.
    private static let allocate: Allocate? = dlsym(nil, "fallocate").map { unsafeBitCast($0, to: Allocate.self) }

    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> (written: Int, code: Int32) {
        let written = Glibc.write(file, bytes.baseAddress, bytes.count)
        return written < 0 ? (0, errno) : (written, 0)
    }

    func synchronise(_ file: Int32) -> Int32 {
        fdatasync(file) == 0 ? 0 : errno
    }

    func reserve(_ file: Int32, from offset: Int, bytes: Int) -> Int32 {
        guard let allocate = Self.allocate else { return ENOSYS }
        return allocate(file, Self.keepSize, off_t(offset), off_t(bytes)) == 0 ? 0 : errno
    }

    func freeBytes(_ file: Int32) -> Int {
        var facts = statvfs()
        guard fstatvfs(file, &facts) == 0 else { return 0 }
        return Int(clamping: UInt64(facts.f_bavail) &* UInt64(facts.f_frsize))
    }
}
