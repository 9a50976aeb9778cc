/// A text hidden whole in an encoding: base64 (RFC 4648 §4 and §5) or hexadecimal digits.
///
/// What is found in it is mapped to the whole run: half a run can't be replaced without spoiling the rest.
struct HiddenText: Sendable {
    enum Encoding: Sendable { case base64, hexadecimal }

    /// The decoded text: mostly UTF-8.
    let bytes: [UInt8]
    /// The run in the text that was looked through, padding included.
    let originalRange: Range<Int>
    /// 1, or 2 if the run was itself inside a hidden text.
    let level: Int
    /// The encoding of this level.
    let encoding: Encoding
}

/// Holds what people wrote: it does not print.
extension HiddenText: CustomStringConvertible, CustomReflectable {
    var description: String { "HiddenText(\(bytes.count) bytes at \(originalRange), \(encoding))" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension ShadowText {
    /// Encodings inside encodings.
    static let hiddenLevels = 2

    /// The texts hidden in `text`, in order; those of the second level follow the one in which they stand.
    ///
    /// Runs whose first bytes are no text are left at once, so that images and keys cost nothing; the time is linear, and what is
    /// decoded on each level is shorter than the text.
    static func hiddenTexts(in text: UnsafeBufferPointer<UInt8>) -> [HiddenText] {
        var found: [HiddenText] = []
        search(text, level: 1, within: nil, &found)
        return found
    }

    private static func search(
        _ text: UnsafeBufferPointer<UInt8>, level: Int, within run: Range<Int>?, _ found: inout [HiddenText]
    ) {
        var search = HiddenTextSearch(text)
        while let decoded = search.next() {
            found.append(
                HiddenText(
                    bytes: decoded.bytes, originalRange: run ?? decoded.range, level: level, encoding: decoded.encoding)
            )
            guard level < Self.hiddenLevels else { continue }
            decoded.bytes.withUnsafeBufferPointer {
                Self.search($0, level: level + 1, within: run ?? decoded.range, &found)
            }
        }
    }
}
