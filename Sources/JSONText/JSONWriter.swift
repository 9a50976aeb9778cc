/// Writes JSON as bytes, without blanks, with commas and escapes by itself.
///
/// It writes what it is told in the order it is told: names come before their values, whoever opens also closes, and whoever
/// wants RFC 8785's canonical form gives the members sorted. Strings and numbers are canonical by themselves.
public struct JSONWriter: Sendable {
    /// What is written so far.
    public private(set) var bytes: [UInt8] = []
    /// Whether a comma has to precede the next element or member.
    private var needsComma = false

    /// An empty writer with room for so many bytes.
    public init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    /// Writes one value behind what is in `target`, in place.
    public static func append(to target: inout [UInt8], _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: 0)
        // Moved there and back, so that it stays the only copy.
        swap(&writer.bytes, &target)
        write(&writer)
        swap(&writer.bytes, &target)
    }

    /// Begins an object.
    public mutating func beginObject() { begin(0x7B) }

    /// Ends an object.
    public mutating func endObject() { end(0x7D) }

    /// Begins an array.
    public mutating func beginArray() { begin(0x5B) }

    /// Ends an array.
    public mutating func endArray() { end(0x5D) }

    /// Writes a member's name; its value has to follow.
    public mutating func key(_ name: StaticString) {
        guard name.hasPointerRepresentation else { return key(name.description) }
        key(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// Writes a member's name; its value has to follow.
    @_disfavoredOverload
    public mutating func key(_ name: String) {
        var name = name
        name.withUTF8 { key(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a member's name, given as UTF-8; its value has to follow.
    public mutating func key(_ utf8: UnsafeRawBufferPointer) {
        string(utf8)
        bytes.append(0x3A)
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ text: StaticString) {
        guard text.hasPointerRepresentation else { return string(text.description) }
        string(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes a string.
    @_disfavoredOverload
    public mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a string, given as UTF-8.
    public mutating func string(utf8: [UInt8]) {
        utf8.withUnsafeBytes { string($0) }
    }

    /// Writes a string, given as UTF-8.
    public mutating func string(_ utf8: UnsafeRawBufferPointer) {
        separate()
        bytes.append(0x22)
        JSONEscape.append(utf8, to: &bytes)
        bytes.append(0x22)
        needsComma = true
    }

    /// Writes a string whose text is escaped already.
    public mutating func string(escaped text: ArraySlice<UInt8>) {
        separate()
        bytes.append(0x22)
        bytes.append(contentsOf: text)
        bytes.append(0x22)
        needsComma = true
    }

    /// Writes a whole number.
    public mutating func int(_ value: Int) { int64(Int64(value)) }

    /// Writes a whole number.
    public mutating func int64(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(0x2D) }
        digits(value.magnitude)
        needsComma = true
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() { raw("null") }

    /// Writes a value that is JSON already.
    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Writes a value that is JSON already.
    public mutating func raw(_ json: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Writes a value that is JSON already.
    public mutating func raw(_ json: StaticString) {
        separate()
        json.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }

    /// Writes a number in the canonical form of RFC 8785 §3.2.2.3; what is not finite becomes `null`, as in ECMAScript.
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        JSONNumber.append(value, to: &bytes)
        needsComma = true
    }

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func end(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
    }

    private mutating func digits(_ value: UInt64) {
        var count = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        bytes.append(contentsOf: repeatElement(0x30, count: count))
        var position = bytes.count
        rest = value
        while rest > 0 {
            position -= 1
            bytes[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
