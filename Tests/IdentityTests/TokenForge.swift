import COpenSSL
import Cryptography

@testable import Identity

/// A key pair of OpenSSL that signs as an issuer does, and as no issuer should.
final class TokenForge: @unchecked Sendable {  // OpenSSL signs with one key on several threads.
    enum Kind: CaseIterable {
        case rsa, p256, p384, ed25519
    }

    let kind: Kind
    let kid: String?
    private let key: OpaquePointer

    init(_ kind: Kind, kid: String? = "k1", rsaBits: UInt32 = 2048) throws {
        self.kind = kind
        self.kid = kid
        let key: OpaquePointer? =
            switch kind {
            case .rsa: tls_generate_rsa(rsaBits)
            case .p256: tls_generate_p256()
            case .p384: generate("EC", group: "P-384")
            case .ed25519: generate("ED25519", group: nil)
            }
        guard let key else { throw ForgeFault() }
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    struct ForgeFault: Error {}

    var algorithm: String {
        switch kind {
        case .rsa: "RS256"
        case .p256: "ES256"
        case .p384: "ES384"
        case .ed25519: "EdDSA"
        }
    }

    /// The public key as a JWK; `more` are further members, each with a comma in front.
    func jwk(_ more: String = "") throws -> String {
        let name = kid.map { #","kid":"\#($0)""# } ?? ""
        switch kind {
        case .rsa:
            return #"{"kty":"RSA","n":"\#(try number("n"))","e":"\#(try number("e"))"\#(name)\#(more)}"#
        case .p256, .p384:
            let size = kind == .p256 ? 32 : 48
            let curve = kind == .p256 ? "P-256" : "P-384"
            return
                #"{"kty":"EC","crv":"\#(curve)","x":"\#(try number("qx", size))","y":"\#(try number("qy", size))"\#(name)\#(more)}"#
        case .ed25519:
            var bytes = [UInt8](repeating: 0, count: 32)
            var count = 32
            guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1 else { throw ForgeFault() }
            return #"{"kty":"OKP","crv":"Ed25519","x":"\#(Base64URL.encode(bytes))"\#(name)\#(more)}"#
        }
    }

    /// A token with a header and claims as they are written.
    func token(header: String? = nil, _ claims: String, isPSS: Bool = false) throws -> String {
        let name = kid.map { #","kid":"\#($0)""# } ?? ""
        let header = header ?? #"{"alg":"\#(isPSS ? "PS256" : algorithm)","typ":"JWT"\#(name)}"#
        let signed = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(claims.utf8)))"
        return "\(signed).\(Base64URL.encode(try sign(signed, isPSS: isPSS)))"
    }

    func sign(_ text: String, isPSS: Bool = false) throws -> [UInt8] {
        let digest: String? = kind == .ed25519 ? nil : kind == .p384 ? "SHA384" : "SHA256"
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var options: OpaquePointer?
        guard EVP_DigestSignInit_ex(context, &options, digest, nil, nil, key, nil) == 1 else { throw ForgeFault() }
        if isPSS {
            guard EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1,
                EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1
            else { throw ForgeFault() }
        }
        let text = Array(text.utf8)
        var count = 0
        guard EVP_DigestSign(context, nil, &count, text, text.count) == 1 else { throw ForgeFault() }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, text, text.count) == 1 else { throw ForgeFault() }
        signature = Array(signature[..<count])
        return kind == .p256 || kind == .p384 ? try raw(signature) : signature
    }

    /// r and s of a signature in DER, both in full length.
    private func raw(_ der: [UInt8]) throws -> [UInt8] {
        let size = Int32(kind == .p256 ? 32 : 48)
        let signature = der.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            return d2i_ECDSA_SIG(nil, &start, bytes.count)
        }
        guard let signature else { throw ForgeFault() }
        defer { ECDSA_SIG_free(signature) }
        var bytes = [UInt8](repeating: 0, count: Int(size) * 2)
        bytes.withUnsafeMutableBufferPointer { buffer in
            _ = BN_bn2binpad(ECDSA_SIG_get0_r(signature), buffer.baseAddress, size)
            _ = BN_bn2binpad(ECDSA_SIG_get0_s(signature), buffer.baseAddress.map { $0 + Int(size) }, size)
        }
        return bytes
    }

    private func number(_ name: String, _ size: Int? = nil) throws -> String {
        var value: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, name, &value) == 1, let value else { throw ForgeFault() }
        defer { BN_free(value) }
        let count = size ?? Int((BN_num_bits(value) + 7) / 8)
        var bytes = [UInt8](repeating: 0, count: count)
        guard BN_bn2binpad(value, &bytes, Int32(count)) >= 0 else { throw ForgeFault() }
        return Base64URL.encode(bytes)
    }
}

private func generate(_ type: String, group: String?) -> OpaquePointer? {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_keygen_init(context) == 1 else { return nil }
    if let group, EVP_PKEY_CTX_set_group_name(context, group) != 1 { return nil }
    var key: OpaquePointer?
    return EVP_PKEY_generate(context, &key) == 1 ? key : nil
}
