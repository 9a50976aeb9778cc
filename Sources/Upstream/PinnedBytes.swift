/// Bytes at an address that stays: libcurl reads `CURLOPT_POSTFIELDS` from where they are until the transfer is removed.
///
/// A copy on purpose. An array's address is only promised inside `withUnsafeBytes`; and the copy lets the caller drop its
/// own, so that a large body is in memory once.
final class PinnedBytes: @unchecked Sendable {
    // Unchecked: written in `init` only.
    let pointer: UnsafeMutableRawPointer
    let count: Int

    init(_ bytes: [UInt8]) {
        count = bytes.count
        pointer = .allocate(byteCount: max(1, count), alignment: 1)
        bytes.withUnsafeBytes { source in
            if let base = source.baseAddress { pointer.copyMemory(from: base, byteCount: source.count) }
        }
    }

    deinit { pointer.deallocate() }
}
