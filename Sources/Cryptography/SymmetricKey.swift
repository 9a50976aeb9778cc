private import COpenSSL

/// A secret key of any length. It does not print, is not encoded, and its memory is overwritten before it is freed.
public final class SymmetricKey: Sendable, CustomStringConvertible, CustomReflectable {
    nonisolated(unsafe) private let storage: UnsafeMutableRawBufferPointer

    /// Copies the bytes; the caller overwrites its own copy where that matters.
    public init(_ bytes: UnsafeRawBufferPointer) {
        storage = .allocate(byteCount: bytes.count, alignment: 8)
        storage.copyMemory(from: bytes)
    }

    /// Copies the bytes; the caller overwrites its own copy where that matters.
    public init(_ bytes: [UInt8]) {
        storage = .allocate(byteCount: bytes.count, alignment: 8)
        storage.copyBytes(from: bytes)
    }

    /// A new key of random bytes.
    public init(randomCount count: Int) throws(SecureRandomError) {
        precondition(count > 0, "a key has bytes, not \(count)")
        storage = .allocate(byteCount: count, alignment: 8)
        try SecureRandom.fill(storage)
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// The number of bytes.
    public var count: Int { storage.count }

    /// Lends the bytes; they must not be kept.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(storage)) }
    }

    /// The length, never the key.
    public var description: String { "SymmetricKey(\(count) bytes)" }

    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
