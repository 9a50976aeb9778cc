// Cedar's strings are sequences of code points: `é` and `e` + U+0301 differ. Swift's `==` calls them equal, so that every
// comparison of names and strings in this module goes through these functions.

/// Whether two strings have the same UTF-8 bytes.
@inline(__always)
func sameBytes(_ left: String, _ right: String) -> Bool {
    let count = left.utf8.count
    guard count == right.utf8.count else { return false }
    let fast = left.utf8.withContiguousStorageIfAvailable { leftBytes in
        right.utf8.withContiguousStorageIfAvailable { rightBytes in
            equalBytes(leftBytes, rightBytes, count)
        }
    }
    if let fast, let fast { return fast }
    return left.utf8.elementsEqual(right.utf8)
}

@inline(__always)
private func equalBytes(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>, _ count: Int) -> Bool {
    guard let left = UnsafeRawPointer(left.baseAddress), let right = UnsafeRawPointer(right.baseAddress) else {
        return count == 0
    }
    if left == right { return true }
    var index = 0
    while index &+ 8 <= count {
        let same =
            left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            == right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        if !same { return false }
        index &+= 8
    }
    while index < count {
        if left.load(fromByteOffset: index, as: UInt8.self) != right.load(fromByteOffset: index, as: UInt8.self) {
            return false
        }
        index &+= 1
    }
    return true
}

/// Hashes a string's UTF-8 bytes and an end mark.
func hashBytes(_ string: String, into hasher: inout Hasher) {
    let fast: Void? = string.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    if fast == nil {
        for byte in string.utf8 { hasher.combine(byte) }
    }
    hasher.combine(UInt8(0xFF))
}

/// Whether the first string's UTF-8 bytes stand before the second's, in the order of unsigned bytes.
func bytesPrecede(_ left: String, _ right: String) -> Bool {
    let fast = left.utf8.withContiguousStorageIfAvailable { leftBytes in
        right.utf8.withContiguousStorageIfAvailable { rightBytes in
            for index in 0..<min(leftBytes.count, rightBytes.count) where leftBytes[index] != rightBytes[index] {
                return leftBytes[index] < rightBytes[index]
            }
            return leftBytes.count < rightBytes.count
        }
    }
    if let fast, let fast { return fast }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
}

/// A string as a key of dictionaries and sets: the same only where every byte is.
struct ByteKey: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ByteKey, right: ByteKey) -> Bool { sameBytes(left.text, right.text) }

    func hash(into hasher: inout Hasher) { hashBytes(text, into: &hasher) }
}
