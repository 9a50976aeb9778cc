import Cryptography
import Testing

@Suite struct HKDFTests {
    /// RFC 5869, appendix A.1 to A.3.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 22), [UInt8](0...0x0C), [UInt8](0xF0...0xF9),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        ),
        (
            [UInt8](0...0x4F), [UInt8](0x60...0xAF), [UInt8](0xB0...0xFF),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                + "cc30c58179ec3e87c14c01d5c1f3434f1d87"
        ),
        (
            [UInt8](repeating: 0x0B, count: 22), [], [],
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        ),
    ])
    func `RFC 5869's inputs give RFC 5869's keys`(master: [UInt8], salt: [UInt8], info: [UInt8], output: String) throws
    {
        let key = try HKDF.derive(master: SymmetricKey(master), salt: salt, info: info, count: output.count / 2)
        #expect(key.withBytes { Hexadecimal.encode($0) } == output)
    }

    @Test func `more than 255 blocks are refused`() throws {
        let master = SymmetricKey([1])
        #expect(throws: HKDF.Failure.self) { try HKDF.derive(master: master, salt: [], info: [], count: 255 * 32 + 1) }
        #expect(throws: HKDF.Failure.self) { try HKDF.derive(master: master, salt: [], info: [], count: 0) }
        #expect(try HKDF.derive(master: master, salt: [], info: [], count: 255 * 32).count == 8_160)
    }
}
