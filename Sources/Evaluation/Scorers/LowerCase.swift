/// Lower case as Python's `str.lower` and Unicode's full mapping (§3.13) have it: scalar by scalar, save for the sigma
/// at a word's end.
enum LowerCase {
    static func of(_ text: String) -> String {
        var text = text
        let ofASCII = text.withUTF8 { bytes -> String? in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            return String(unsafeUninitializedCapacity: bytes.count) { lowered in
                for (index, byte) in bytes.enumerated() {
                    lowered.initializeElement(at: index, to: byte &- 0x41 < 26 ? byte | 0x20 : byte)
                }
                return bytes.count
            }
        }
        if let ofASCII { return ofASCII }
        var lowered = String.UnicodeScalarView()
        let scalars = text.unicodeScalars
        for index in scalars.indices {
            let scalar = scalars[index]
            if scalar.isASCII {
                lowered.append((0x41...0x5A).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
            } else if scalar == "\u{3A3}" {
                lowered.append(isFinal(index, scalars) ? "\u{3C2}" : "\u{3C3}")
            } else {
                lowered.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(lowered)
    }

    /// After a cased letter and before none, case-ignorable ones passed over. What is passed over is bounded: the time
    /// stays linear.
    private static func isFinal(_ index: String.Index, _ scalars: String.UnicodeScalarView) -> Bool {
        let before = scalars[..<index].suffix(64).reversed().first { !$0.properties.isCaseIgnorable }
        guard before?.properties.isCased == true else { return false }
        let after = scalars[scalars.index(after: index)...].prefix(64).first { !$0.properties.isCaseIgnorable }
        return after?.properties.isCased != true
    }
}
