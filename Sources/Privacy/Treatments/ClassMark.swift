/// The mark that stands for a value whose class alone is told: `[EMAIL]`.
enum ClassMark {
    /// The mark, with something more after the class's label.
    static func text(_ sensitiveClass: SensitiveClass, after more: [UInt8] = []) -> [UInt8] {
        let label = sensitiveClass.label
        var mark = [UInt8(ascii: "[")]
        mark.append(contentsOf: UnsafeBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount))
        if !more.isEmpty { mark.append(UInt8(ascii: " ")) }
        mark += more
        mark.append(UInt8(ascii: "]"))
        return mark
    }
}

/// Keeps the names of members different that get the same text for different values: `[EMAIL]`, `[EMAIL 2]`, `**** 4242`,
/// `**** 4242 2`.
struct DistinctNames {
    private struct Key: Hashable {
        let text: [UInt8]
        let value: [UInt8]
    }

    private var numbers: [Key: Int] = [:]
    private var counts: [[UInt8]: Int] = [:]

    /// The text with the value's number if it is not the first with this text.
    mutating func distinct(_ text: [UInt8], _ value: UnsafeRawBufferPointer) -> [UInt8] {
        let key = Key(text: text, value: [UInt8](value))
        let number = numbers[key] ?? counts[text, default: 0] + 1
        if numbers[key] == nil {
            numbers[key] = number
            counts[text] = number
        }
        guard number > 1 else { return text }
        let ending = Array(" \(number)".utf8)
        return text.last == UInt8(ascii: "]") ? text.dropLast() + ending + [UInt8(ascii: "]")] : text + ending
    }
}
