/// Hexadecimal text (RFC 4648 §8), written in lowercase, read in either case.
public enum Hexadecimal {
    /// The digits of the bytes.
    public static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { output in
            var next = 0
            for byte in bytes {
                output[next] = digit(byte &>> 4)
                output[next + 1] = digit(byte & 15)
                next += 2
            }
            return next
        }
    }

    /// The digits of the bytes.
    public static func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { encode($0) } }

    /// Appends the digits of the bytes.
    @inlinable
    public static func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + bytes.count * 2)
        for byte in bytes {
            output.append(digit(byte &>> 4))
            output.append(digit(byte & 15))
        }
    }

    /// The bytes that an even number of digits stand for; `nil` for anything else.
    public static func decode(_ digits: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            if let first = high {
                bytes.append(first &<< 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? bytes : nil
    }

    /// The bytes that an even number of digits stand for; `nil` for anything else.
    public static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }

    @inlinable
    static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
