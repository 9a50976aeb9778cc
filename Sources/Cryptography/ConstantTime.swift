private import COpenSSL

/// Whether two runs of bytes are equal, in time that depends on their lengths only.
public func constantTimeEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard !left.isEmpty else { return true }
    return CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
}

/// Whether two runs of bytes are equal, in time that depends on their lengths only.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { right in constantTimeEqual(left, right) } }
}

/// Whether two digests are equal, in constant time.
public func constantTimeEqual(_ left: Digest32, _ right: Digest32) -> Bool {
    left.withBytes { left in right.withBytes { right in constantTimeEqual(left, right) } }
}
