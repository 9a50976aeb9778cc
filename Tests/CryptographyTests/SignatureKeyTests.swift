import Cryptography
import Testing

/// Keys and signatures that RFCs publish.
struct SignatureKeyTests {
    private static let signed = """
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ
        """

    private func bytes(_ text: String) throws -> [UInt8] { try #require(Base64URL.decode(text)) }

    private func verifies(
        _ key: SignatureKey, _ text: String, _ signature: [UInt8], _ algorithm: SignatureKey.Algorithm
    ) -> Bool {
        Array(text.utf8).withUnsafeBytes { key.verifies(signature, of: $0, by: algorithm) }
    }

    private func rsa() throws -> SignatureKey {
        let modulus = try bytes(
            """
            ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs\
            D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV\
            MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ
            """)
        return try #require(SignatureKey(rsaModulus: modulus, exponent: [1, 0, 1]))
    }

    private func p256() throws -> SignatureKey {
        try #require(
            SignatureKey(
                .p256, x: try bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                y: try bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")))
    }

    @Test func `the RSA signature of RFC 7515, A.2, verifies, and as nothing else`() throws {
        let key = try rsa()
        let signature = try bytes(
            """
            cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZ\
            cAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-e\
            OkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw
            """)
        let text = "eyJhbGciOiJSUzI1NiJ9.\(Self.signed)"
        #expect(verifies(key, text, signature, .rsaPKCS1SHA256))
        #expect(!verifies(key, text, signature, .rsaPSSSHA256))
        #expect(!verifies(key, text, signature, .ecdsaP256SHA256))
        #expect(!verifies(key, text + "x", signature, .rsaPKCS1SHA256))
        #expect(!verifies(key, text, signature.dropLast(), .rsaPKCS1SHA256))
        #expect(!verifies(key, text, signature + [0], .rsaPKCS1SHA256))
        #expect(!verifies(key, text, [], .rsaPKCS1SHA256))
    }

    @Test func `the ECDSA signature of RFC 7515, A.3, verifies, and no cut, longer or zero one`() throws {
        let key = try p256()
        let signature = try bytes(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
        let text = "eyJhbGciOiJFUzI1NiJ9.\(Self.signed)"
        #expect(verifies(key, text, signature, .ecdsaP256SHA256))
        #expect(!verifies(key, text + "x", signature, .ecdsaP256SHA256))
        #expect(!verifies(key, text, signature.dropLast(), .ecdsaP256SHA256))
        #expect(!verifies(key, text, signature + [0], .ecdsaP256SHA256))
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(!verifies(key, text, zero + zero, .ecdsaP256SHA256))
        #expect(!verifies(key, text, zero + signature[32...], .ecdsaP256SHA256))
        #expect(!verifies(key, text, signature[..<32] + zero, .ecdsaP256SHA256))
        // The curve's order in the place of zero.
        let order = try #require(
            Hexadecimal.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".utf8))
        #expect(!verifies(key, text, order + order, .ecdsaP256SHA256))
    }

    @Test func `the Ed25519 signature of RFC 8037, A.4, verifies, and no changed one`() throws {
        let key = try #require(SignatureKey(ed25519: try bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")))
        let signature = try bytes(
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
        let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        #expect(verifies(key, text, signature, .ed25519))
        #expect(!verifies(key, text + "x", signature, .ed25519))
        #expect(!verifies(key, text, [UInt8](repeating: 0, count: 64), .ed25519))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 0x80
            #expect(!verifies(key, text, changed, .ed25519))
        }
    }

    @Test func `what is no key is refused`() throws {
        let (x, y) = (
            try bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            try bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
        )
        #expect(SignatureKey(.p256, x: y, y: x) == nil, "a point beside the curve")
        #expect(SignatureKey(.p256, x: x, y: y.dropLast()) == nil)
        #expect(SignatureKey(.p384, x: x, y: y) == nil)
        #expect(SignatureKey(ed25519: x.dropLast()) == nil)
        let odd = [UInt8](repeating: 0xFF, count: 256)
        #expect(SignatureKey(rsaModulus: Array(odd.dropLast()), exponent: [1, 0, 1]) == nil, "2,040 bits")
        #expect(SignatureKey(rsaModulus: odd.dropLast() + [0xFE], exponent: [1, 0, 1]) == nil, "an even modulus")
        #expect(SignatureKey(rsaModulus: [UInt8](repeating: 0xFF, count: 1025), exponent: [1, 0, 1]) == nil)
        #expect(SignatureKey(rsaModulus: odd, exponent: [1]) == nil)
        #expect(SignatureKey(rsaModulus: odd, exponent: [2]) == nil)
        #expect(SignatureKey(rsaModulus: odd, exponent: []) == nil)
        #expect(SignatureKey(rsaModulus: odd, exponent: [UInt8](repeating: 1, count: 9)) == nil)
        #expect(SignatureKey(rsaModulus: [], exponent: []) == nil)
    }
}
