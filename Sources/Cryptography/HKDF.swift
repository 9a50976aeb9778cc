private import COpenSSL

/// HKDF with SHA-256 (RFC 5869): several keys from one master key.
public enum HKDF {
    /// OpenSSL refused: it has no HKDF, the length asked for is not within 1…8,160, or there is no memory.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// Says what failed.
        public let description = "key derivation failed in OpenSSL's HKDF"
    }

    nonisolated(unsafe) private static let algorithm: OpaquePointer? = EVP_KDF_fetch(nil, "HKDF", nil)

    /// Extracts and expands: `count` bytes, at most 255 × 32, that depend on the master key, the salt (may be empty)
    /// and the purpose named by `info` (may be empty).
    public static func derive(master: SymmetricKey, salt: [UInt8], info: [UInt8], count: Int) throws(Failure)
        -> SymmetricKey
    {
        guard count > 0, algorithm != nil else { throw Failure() }
        var output = [UInt8](repeating: 0, count: count)
        let status = master.withBytes { key in
            sallyport_hkdf_sha256(
                algorithm, key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count, salt, salt.count, info,
                info.count, &output, count)
        }
        defer { output.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        guard status == 1 else { throw Failure() }
        return SymmetricKey(output)
    }
}
