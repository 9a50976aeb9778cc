/// The text of an API key: `sp_`, 33 letters and digits that carry 192 random bits, and 6 that check the rest.
///
/// The check (CRC-32, in base 62) is no protection. It tells a mistyped or cut key from a wrong one without a look-up, and lets
/// secret scanners report a leaked key with certainty. The text is a secret: it does not print, and only its SHA-256 digest is kept.
public struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How many random bytes a key needs.
    public static let randomByteCount = 24
    /// How each key begins.
    public static let prefix: StaticString = "sp_"

    private static let randomDigits = 33  // 62³³ > 2¹⁹²
    private static let checkDigits = 6  // 62⁶ > 2³²
    static let length = 3 + randomDigits + checkDigits

    private let text: [UInt8]

    /// Makes a key of 24 random bytes, which the caller draws; `nil` for any other count.
    public static func make(random: [UInt8]) -> APIKey? {
        guard random.count == randomByteCount else { return nil }
        var text = Array("sp_".utf8)
        text += Base62.digits(of: random, count: randomDigits)
        text += check(text[...])
        return APIKey(text: text)
    }

    /// Reads the text of a key, UTF-8; `nil` if its form, its length or its check is wrong.
    public init?(parsing text: some Collection<UInt8>) {
        let text = Array(text)
        guard text.withUnsafeBytes({ APIKey.isWellFormed($0) }) else { return nil }
        self.init(text: text)
    }

    /// Reads the text of a key; `nil` if its form, its length or its check is wrong.
    public init?(parsing text: String) {
        self.init(parsing: text.utf8)
    }

    private init(text: [UInt8]) { self.text = text }

    /// The secret itself, for the one moment in which its owner is shown it.
    public func reveal() -> String { String(decoding: text, as: UTF8.self) }

    /// Lends the bytes of the text.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { text.withUnsafeBytes(body) }

    /// Never the key.
    public var description: String { "sp_…" }
    /// Never the key.
    public var debugDescription: String { description }
    /// Never the key.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether the bytes have the form of a key, its check included.
    static func isWellFormed(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count == length, text[0] == UInt8(ascii: "s"), text[1] == UInt8(ascii: "p"),
            text[2] == UInt8(ascii: "_")
        else { return false }
        for index in 3..<length where !Base62.isDigit(text[index]) { return false }
        var remainder = CRC32.checksum(text[..<(length - checkDigits)])
        for index in stride(from: length - 1, through: length - checkDigits, by: -1) {
            guard text[index] == Base62.digit(Int(remainder % 62)) else { return false }
            remainder /= 62
        }
        return true
    }

    private static func check(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let checksum = text.withUnsafeBytes { CRC32.checksum($0[...]) }
        return Base62.digits(of: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }, count: checkDigits)
    }
}
