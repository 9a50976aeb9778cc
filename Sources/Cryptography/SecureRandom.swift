private import COpenSSL

/// OpenSSL's generator has no randomness to give.
public struct SecureRandomError: Error, Sendable, CustomStringConvertible {
    /// Says what failed.
    public let description = "OpenSSL's random generator failed"
}

/// Random bytes fit for keys, from OpenSSL's generator.
public enum SecureRandom {
    /// That many random bytes.
    public static func bytes(_ count: Int) throws(SecureRandomError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let status = bytes.withUnsafeMutableBytes { fillStatus($0) }
        guard status else { throw SecureRandomError() }
        return bytes
    }

    /// Overwrites memory with random bytes.
    public static func fill(_ memory: UnsafeMutableRawBufferPointer) throws(SecureRandomError) {
        guard fillStatus(memory) else { throw SecureRandomError() }
    }

    private static func fillStatus(_ memory: UnsafeMutableRawBufferPointer) -> Bool {
        guard let start = memory.baseAddress, !memory.isEmpty else { return true }
        guard let count = Int32(exactly: memory.count) else { return false }
        return RAND_bytes(start.assumingMemoryBound(to: UInt8.self), count) == 1
    }
}

/// Random words drawn from OpenSSL in blocks: for identifiers and salts, of which every request needs some. Owned by
/// one thread at a time, an event loop say. Words handed out are overwritten here.
public struct SecureRandomReserve: ~Copyable {
    private var words: [UInt64]
    private var next: Int

    /// Holds nothing yet; draws 1 KiB at a time.
    public init() {
        words = [UInt64](repeating: 0, count: 128)
        next = words.count
    }

    /// The next 64 random bits.
    public mutating func word() throws(SecureRandomError) -> UInt64 {
        if next == words.count {
            var failure: SecureRandomError?
            words.withUnsafeMutableBytes { memory in
                do throws(SecureRandomError) { try SecureRandom.fill(memory) } catch { failure = error }
            }
            if let failure { throw failure }
            next = 0
        }
        defer {
            words[next] = 0
            next += 1
        }
        return words[next]
    }
}
