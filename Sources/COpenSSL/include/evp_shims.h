// EVP: digests, MACs, key derivation, ciphers and signatures, for `Cryptography`.
#ifndef SALLYPORT_EVP_SHIMS_H
#define SALLYPORT_EVP_SHIMS_H
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
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
#endif
