private import Cryptography

/// Base58Check: digits of base 58 whose last four bytes are the start of the double SHA-256 of those before (Bitcoin Core,
/// `base58.cpp`; Ripple writes the digits in another order).
enum Base58 {
    enum Alphabet {
        case bitcoin, ripple

        fileprivate var values: [UInt8] { self == .bitcoin ? Base58.bitcoin : Base58.ripple }
    }

    private static let bitcoin = values("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
    private static let ripple = values("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")

    /// The version byte of an address of 25 bytes whose checksum is right; `nil` otherwise.
    static func version(of digits: UnsafeBufferPointer<UInt8>, alphabet: Alphabet = .bitcoin) -> UInt8? {
        let values = alphabet.values
        var number = [UInt8](repeating: 0, count: 25)
        for digit in digits {
            guard values[Int(digit)] != 255 else { return nil }
            var carry = Int(values[Int(digit)])
            for index in stride(from: 24, through: 0, by: -1) {
                carry += 58 * Int(number[index])
                number[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            guard carry == 0 else { return nil }
        }
        // Every leading zero byte is one leading digit of value 0, so a number has one way to be written.
        let zeroDigits = digits.prefix { values[Int($0)] == 0 }.count
        guard zeroDigits == number.prefix(while: { $0 == 0 }).count else { return nil }
        let check = SHA256.hash(SHA256.hash(Array(number[..<21])).bytes)
        guard check.bytes.prefix(4).elementsEqual(number[21...]) else { return nil }
        return number[0]
    }

    private static func values(_ alphabet: StaticString) -> [UInt8] {
        var values = [UInt8](repeating: 255, count: 256)
        for index in 0..<58 { values[Int(alphabet.utf8Start[index])] = UInt8(index) }
        return values
    }
}
