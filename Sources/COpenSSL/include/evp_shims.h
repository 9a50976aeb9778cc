// EVP: digests, MACs, key derivation, ciphers and signatures, for `Cryptography`.
#ifndef SALLYPORT_EVP_SHIMS_H
#define SALLYPORT_EVP_SHIMS_H
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

/// Keys an HMAC-SHA-256 context; 1 on success.
static inline int sallyport_hmac_sha256_key(EVP_MAC_CTX *context, const unsigned char *key, size_t length) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    static const unsigned char none = 0;  // a null key would mean "the key you had"
    return EVP_MAC_init(context, length ? key : &none, length, parameters);
}

/// HKDF-SHA-256, extract and expand (RFC 5869); 1 on success.
static inline int sallyport_hkdf_sha256(
    EVP_KDF *algorithm, const unsigned char *key, size_t key_length, const unsigned char *salt, size_t salt_length,
    const unsigned char *info, size_t info_length, unsigned char *output, size_t output_length) {
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(algorithm);
    if (context == NULL) return 0;
    OSSL_PARAM parameters[5], *next = parameters;
    *next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
    *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_length);
    if (salt_length) *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_length);
    if (info_length) *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_length);
    *next = OSSL_PARAM_construct_end();
    int status = EVP_KDF_derive(context, output, output_length, parameters);
    EVP_KDF_CTX_free(context);
    return status;
}

// Public keys and signatures. None of these leaves anything in the thread's error queue.

/// Makes a key of one type from parameters, and checks it as far as OpenSSL can; NULL for one that is none.
static inline EVP_PKEY *sallyport_public_key(const char *type, OSSL_PARAM_BLD *parameters) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *list = OSSL_PARAM_BLD_to_param(parameters);
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (list == NULL || maker == NULL || EVP_PKEY_fromdata_init(maker) != 1 ||
        EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, list) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(maker);
    OSSL_PARAM_free(list);
    if (key != NULL) {
        EVP_PKEY_CTX *judge = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
        if (judge == NULL || EVP_PKEY_public_check(judge) != 1) {
            EVP_PKEY_free(key);
            key = NULL;
        }
        EVP_PKEY_CTX_free(judge);
    }
    ERR_clear_error();
    return key;
}

/// An RSA key of modulus and exponent, both big-endian.
static inline EVP_PKEY *sallyport_rsa_key(
    const unsigned char *modulus, size_t modulus_length, const unsigned char *exponent, size_t exponent_length) {
    EVP_PKEY *key = NULL;
    BIGNUM *n = BN_bin2bn(modulus, (int)modulus_length, NULL), *e = BN_bin2bn(exponent, (int)exponent_length, NULL);
    OSSL_PARAM_BLD *parameters = OSSL_PARAM_BLD_new();
    if (n != NULL && e != NULL && parameters != NULL &&
        OSSL_PARAM_BLD_push_BN(parameters, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(parameters, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        key = sallyport_public_key("RSA", parameters);
    OSSL_PARAM_BLD_free(parameters);
    BN_free(n);
    BN_free(e);
    return key;
}

/// A key on a named curve; the point is uncompressed (SEC 1 §2.3.3).
static inline EVP_PKEY *sallyport_ec_key(const char *curve, const unsigned char *point, size_t length) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *parameters = OSSL_PARAM_BLD_new();
    if (parameters != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(parameters, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(parameters, OSSL_PKEY_PARAM_PUB_KEY, point, length) == 1)
        key = sallyport_public_key("EC", parameters);
    OSSL_PARAM_BLD_free(parameters);
    return key;
}

/// An Ed25519 key of its 32 bytes.
static inline EVP_PKEY *sallyport_ed25519_key(const unsigned char *bytes, size_t length) {
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, bytes, length);
    ERR_clear_error();
    return key;
}

/// The DER form of an ECDSA signature of r and s, big-endian, each half of `raw`; 0 where there is none. Free `*der` with
/// OPENSSL_free.
static inline int sallyport_ecdsa_der(const unsigned char *raw, size_t length, unsigned char **der) {
    int half = (int)(length / 2), size = 0;
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, half, NULL), *s = BN_bin2bn(raw + half, half, NULL);
    if (signature != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(signature, r, s) == 1) {
        r = s = NULL;
        size = i2d_ECDSA_SIG(signature, der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return size > 0 ? size : 0;
}

/// Whether a signature is a key's, of a message; `digest` is NULL for Ed25519, `pss` asks for RSASSA-PSS with a salt as long as
/// the digest. 1 if so, 0 for everything else.
static inline int sallyport_verify(
    EVP_PKEY *key, const char *digest, int pss, const unsigned char *signature, size_t signature_length,
    const unsigned char *message, size_t message_length) {
    int status = 0;
    EVP_PKEY_CTX *options = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context != NULL && EVP_DigestVerifyInit_ex(context, &options, digest, NULL, NULL, key, NULL) == 1 &&
        (!pss || (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1)))
        status = EVP_DigestVerify(context, signature, signature_length, message, message_length) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return status;
}
/// An Ed25519 private key of its 32 bytes of seed (RFC 8032 §5.1.5); NULL for any other count.
static inline EVP_PKEY *sallyport_ed25519_private_key(const unsigned char *seed, size_t length) {
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, length);
    ERR_clear_error();
    return key;
}

/// The 32 bytes of an Ed25519 key's public half; 1 on success.
static inline int sallyport_ed25519_public_half(EVP_PKEY *key, unsigned char *into) {
    size_t length = 32;
    int status = EVP_PKEY_get_raw_public_key(key, into, &length) == 1 && length == 32;
    ERR_clear_error();
    return status;
}

/// An Ed25519 signature of a message, 64 bytes; 1 on success.
static inline int sallyport_ed25519_sign(
    EVP_PKEY *key, const unsigned char *message, size_t message_length, unsigned char *into) {
    int status = 0;
    size_t length = 64;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context != NULL && EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, key, NULL) == 1)
        status = EVP_DigestSign(context, into, &length, message, message_length) == 1 && length == 64;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return status;
}

#endif
