extension JSONValue {
    /// The text that a string or name stands for, `nil` for all else.
    public var string: String? {
        guard kind == .string else { return nil }
        return withDecodedUTF8 { String(decoding: $0, as: UTF8.self) }
    }

    /// The text that a string stands for, as UTF-8; for all else its bytes as written.
    public func decodedUTF8() -> [UInt8] {
        let range = contentRange
        guard hasEscapes else { return Array(document.bytes[range]) }
        return document.bytes.withUnsafeBufferPointer { text in
            [UInt8](unsafeUninitializedCapacity: range.count) { target, count in
                guard let base = text.baseAddress, let address = target.baseAddress else { return }
                count = JSONStringDecoder.decode(base, from: range.lowerBound, to: range.upperBound, into: address)
            }
        }
    }

    /// Lends the text that a string stands for, as UTF-8, copied only if it has escapes; for all else its bytes as written.
    @inlinable
    public func withDecodedUTF8<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let range = contentRange
        return try document.bytes.withUnsafeBufferPointer { text in
            guard hasEscapes, let base = text.baseAddress else {
                return try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[range])))
            }
            return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: range.count) { target in
                guard let address = target.baseAddress else { return try body(UnsafeRawBufferPointer(target)) }
                let length = JSONStringDecoder.decode(
                    base, from: range.lowerBound, to: range.upperBound, into: address)
                return try body(UnsafeRawBufferPointer(start: address, count: length))
            }
        }
    }

    /// Whether it is a string or name that stands for this text; allocates nothing unless it has escapes.
    public func equals(_ text: StaticString) -> Bool {
        guard text.hasPointerRepresentation else { return string == text.description }
        return equals(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether it is a string or name that stands for this text.
    public func equals(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { equals($0) }
    }

    /// Whether it is a string or name that stands for this text.
    public func equals(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard kind == .string else { return false }
        // Decoded text is never longer than its content.
        let range = contentRange
        guard range.count == text.count || (hasEscapes && range.count > text.count) else { return false }
        return withDecodedUTF8 {
            $0.count == text.count
                && Bytes.areSame(
                    $0.baseAddress?.assumingMemoryBound(to: UInt8.self), text.baseAddress, count: text.count)
        }
    }

    /// Which bytes of `document.bytes` stand for a range of the decoded text (in UTF-8 bytes of `decodedUTF8()`).
    ///
    /// An escape or a character of which the range has a part is taken whole. The time is linear in the string; for many
    /// ranges of one string take `offsetMapper()`.
    public func rawRange(ofDecoded range: Range<Int>) -> Range<Int> {
        var mapper = offsetMapper()
        return mapper.rawRange(ofDecoded: range)
    }

    /// Maps ranges of the decoded text, in linear time for all of them if they come in ascending order.
    public func offsetMapper() -> JSONOffsetMapper { JSONOffsetMapper(self) }
}
