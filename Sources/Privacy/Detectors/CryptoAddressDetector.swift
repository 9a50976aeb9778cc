/// Addresses of crypto-currencies whose own checksum proves them: Base58Check (Bitcoin, Litecoin, Dogecoin, Dash, Tron, Ripple),
/// Bech32 and Bech32m (Bitcoin, Litecoin, Cardano…), Ethereum's forty hexadecimal digits with EIP-55's capitals.
enum CryptoAddressDetector {
    private enum Score {
        static let proven = 95
        /// Forty hexadecimal digits of one case: the form alone, without a checksum.
        static let form = 75
    }

    private enum Lengths {
        static let base58 = 25...36
        static let bech32 = 14...110
        static let ethereum = 42
    }

    /// Parts before the `1` of addresses, not of invoices and keys.
    private static let humanReadable: Set<String> = [
        "bc", "tb", "bcrt", "ltc", "tltc", "addr", "stake", "cosmos", "osmo", "vtc", "dgb",
    ]

    /// The version byte of Base58Check that the first character stands for: hashes of keys and of scripts.
    private static func version(first: UInt8) -> UInt8? {
        switch first {
        case UInt8(ascii: "1"): return 0x00  // Bitcoin, to a key
        case UInt8(ascii: "3"): return 0x05  // Bitcoin, to a script
        case UInt8(ascii: "2"): return 0xC4  // test network, script
        case UInt8(ascii: "m"), UInt8(ascii: "n"): return 0x6F  // test network, key
        case UInt8(ascii: "L"): return 0x30  // Litecoin
        case UInt8(ascii: "M"): return 0x32  // Litecoin, script
        case UInt8(ascii: "D"): return 0x1E  // Dogecoin
        case UInt8(ascii: "A"), UInt8(ascii: "9"): return 0x16  // Dogecoin, script
        case UInt8(ascii: "X"): return 0x4C  // Dash
        case UInt8(ascii: "T"): return 0x41  // Tron
        default: return nil
        }
    }

    /// Examines a word of letters and digits.
    static func examine(word: Range<Int>, in inspection: inout TextInspection) {
        let text = inspection.text
        guard inspection.enabled.contains(.cryptoAddress), word.count >= 14, word.count <= 110 else { return }
        let bytes = UnsafeBufferPointer(start: text.base + word.lowerBound, count: word.count)
        let score: Int?
        if word.count == Lengths.ethereum, bytes[0] == UInt8(ascii: "0"), bytes[1] | 0x20 == UInt8(ascii: "x") {
            score = ethereum(bytes)
        } else if Lengths.base58.contains(word.count), isBase58(bytes) {
            score = Score.proven
        } else {
            score = isBech32(bytes) ? Score.proven : nil
        }
        guard let score else { return }
        inspection.propose(
            Candidate(.cryptoAddress, word.lowerBound, word.upperBound, score: score),
            Grounds(check: score == Score.proven ? .accept : .neutral))
    }

    private static func isBase58(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes[0] == UInt8(ascii: "r") { return Base58.version(of: bytes, alphabet: .ripple) == 0 }
        guard let version = version(first: bytes[0]) else { return false }
        return Base58.version(of: bytes) == version
    }

    private static func isBech32(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // The part before the first `1` is short; a `1` is no digit of base 32, so the first is the last.
        guard let separator = bytes.prefix(8).firstIndex(of: UInt8(ascii: "1")), separator >= 2 else { return false }
        let prefix = String(decoding: bytes[..<separator].map { $0 | 0x20 }, as: UTF8.self)
        return humanReadable.contains(prefix) && Bech32.isValid(bytes, separator: separator)
    }

    /// EIP-55: a letter is a capital where the Keccak-256 digest of the lower-case digits has a nibble from 8 on.
    private static func ethereum(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let digits = bytes[2...]
        var hasUpper = false
        var hasLower = false
        for byte in digits {
            guard ByteClass.table[Int(byte)] & ByteClass.hexadecimal != 0 else { return nil }
            if byte >= 0x61 { hasLower = true } else if byte >= 0x41 { hasUpper = true }
        }
        guard Set(digits).count > 4 else { return nil }
        guard hasUpper && hasLower else { return Score.form }
        let digest = Keccak256.hash(digits.map { $0 >= 0x41 ? $0 | 0x20 : $0 })
        for (index, byte) in digits.enumerated() where byte >= 0x41 {
            let nibble = digest[index / 2] >> (index % 2 == 0 ? 4 : 0) & 15
            guard (nibble >= 8) == (byte < 0x61) else { return nil }
        }
        return Score.proven
    }
}
