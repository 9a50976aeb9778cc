import Cryptography

/// Keys that their issuers printed for everybody, in documentation and in the tests of their own kits: Google's of firebase-android-sdk,
/// which every scanner of secrets passes over, and the two test keys of Stripe's documentation. They open nothing.
///
/// Kept as the first eight bytes of their SHA-256, so that this file is no finding itself.
enum PublishedSample {
    private static let digests: Set<UInt64> = [
        0xF56E323494A6FFC2, 0x2037ABCAFFB2B777, 0x3F370C9DD8225C63, 0xE4A5542BB7FD7B67, 0xA19F89AB3555EAC1,
        0x0B476BDF9ACF2123, 0xEB540D2B6EE2A0A4, 0x37F8F09BDF12C2F2, 0x8731261CB72D8626, 0x49F777DB995E8260,
        0x27A9A42931DFF7EB, 0xDC0FCF046C61640C, 0x4C98242DCADC8B29, 0xEA9BB1082CF95663, 0x3A8B61D0F636B007,
        0xA6C814BC555AE62C, 0x2CAFC0970149A84F, 0xF2D6CA16515033E5,
    ]

    /// Whether a key is one of them.
    static func contains(_ key: UnsafeRawBufferPointer) -> Bool {
        SHA256.hash(key).withBytes { digests.contains(UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))) }
    }
}
