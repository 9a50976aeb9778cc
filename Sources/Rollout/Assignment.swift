public import Cryptography
internal import Inference

/// Who is in which arm: decided by a keyed hash, so that everybody stays where they are, a greater share keeps who was in, gateways with
/// the same key agree, and no caller can choose.
public enum Assignment {
    /// The place of a unit, 0..<10,000, evenly spread, and unlike its place in any other rollout.
    ///
    /// - Parameters:
    ///   - rollout: The rollout's identity.
    ///   - unit: What stays together: a principal or a conversation, in any bytes.
    ///   - key: Known to the gateways only.
    public static func place(of unit: [UInt8], in rollout: String, key: SymmetricKey) -> Int {
        let digest = HMACSHA256.authenticate(key: key, Array(rollout.utf8) + [0] + unit)
        let number = digest.withBytes { bytes in bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        // The high half of number × 10,000: even to within 10,000 / 2⁶⁴.
        return Int(number.multipliedFullWidth(by: 10_000).high)
    }
}
