// Authenticated encryption, and keys wrapped for the holder of a private key, for `Cryptography`.
#ifndef SALLYPORT_VAULT_SHIMS_H
#define SALLYPORT_VAULT_SHIMS_H
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

enum { sallyport_gcm_nonce = 12, sallyport_gcm_tag = 16 };

/// AES-256-GCM (NIST SP 800-38D) with a nonce of 12 bytes: `output` gets the ciphertext and the 16 bytes of its tag. 1 on success.
static inline int sallyport_gcm_seal(
    const EVP_CIPHER *cipher, const unsigned char *key, const unsigned char *nonce, const unsigned char *extra,
    size_t extra_length, const unsigned char *text, size_t length, unsigned char *output) {
    int status = 0, count = 0;
    if (length > INT_MAX || extra_length > INT_MAX) return 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context != NULL && EVP_EncryptInit_ex2(context, cipher, key, nonce, NULL) == 1 &&
        (extra_length == 0 || EVP_EncryptUpdate(context, NULL, &count, extra, (int)extra_length) == 1) &&
        (length == 0 || EVP_EncryptUpdate(context, output, &count, text, (int)length) == 1) &&
        EVP_EncryptFinal_ex(context, output + length, &count) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, sallyport_gcm_tag, output + length) == 1)
        status = 1;
    EVP_CIPHER_CTX_free(context);
    ERR_clear_error();
    return status;
}

/// The reverse: `length` counts ciphertext and tag. 1 if it is what was sealed; 0 otherwise, and then nothing in `output` may be used.
static inline int sallyport_gcm_open(
    const EVP_CIPHER *cipher, const unsigned char *key, const unsigned char *nonce, const unsigned char *extra,
    size_t extra_length, const unsigned char *sealed, size_t length, unsigned char *output) {
    int status = 0, count = 0;
    if (length > INT_MAX || extra_length > INT_MAX || length < sallyport_gcm_tag) return 0;
    size_t text = length - sallyport_gcm_tag;
    unsigned char last[16];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context != NULL && EVP_DecryptInit_ex2(context, cipher, key, nonce, NULL) == 1 &&
        (extra_length == 0 || EVP_DecryptUpdate(context, NULL, &count, extra, (int)extra_length) == 1) &&
        (text == 0 || EVP_DecryptUpdate(context, output, &count, sealed, (int)text) == 1) &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sallyport_gcm_tag, (void *)(sealed + text)) == 1 &&
        EVP_DecryptFinal_ex(context, last, &count) == 1)
        status = 1;
    EVP_CIPHER_CTX_free(context);
    ERR_clear_error();
    return status;
}

/// A public key of PEM (SubjectPublicKeyInfo, RFC 7468 §13); NULL where there is none.
static inline EVP_PKEY *sallyport_public_key_of_pem(const unsigned char *pem, size_t length) {
    if (length > INT_MAX) return NULL;
    BIO *input = BIO_new_mem_buf(pem, (int)length);
    EVP_PKEY *key = input == NULL ? NULL : PEM_read_bio_PUBKEY(input, NULL, NULL, NULL);
    BIO_free(input);
    ERR_clear_error();
    return key;
}

/// The DER of a key's SubjectPublicKeyInfo; 0 where it has none. Free `*der` with OPENSSL_free.
static inline int sallyport_public_key_der(EVP_PKEY *key, unsigned char **der) {
    int length = i2d_PUBKEY(key, der);
    ERR_clear_error();
    return length > 0 ? length : 0;
}

/// RSA's bits; 0 for a key of another kind.
static inline int sallyport_rsa_bits(EVP_PKEY *key) {
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? EVP_PKEY_get_bits(key) : 0;
}

/// RSAES-OAEP (RFC 8017 §7.1), MGF1 with the same digest and no label. `output_length` says how much room there is, then how much was
/// written. 1 on success.
static inline int sallyport_oaep(
    EVP_PKEY *key, int encrypts, const char *digest, const unsigned char *input, size_t length, unsigned char *output,
    size_t *output_length) {
    int status = 0;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    if (context != NULL && (encrypts ? EVP_PKEY_encrypt_init(context) : EVP_PKEY_decrypt_init(context)) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
        EVP_PKEY_CTX_ctrl_str(context, "rsa_oaep_md", digest) == 1 &&
        EVP_PKEY_CTX_ctrl_str(context, "rsa_mgf1_md", digest) == 1)
        status = (encrypts ? EVP_PKEY_encrypt(context, output, output_length, input, length)
                           : EVP_PKEY_decrypt(context, output, output_length, input, length)) == 1;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    return status;
}

/// Why a private key could not be had.
enum sallyport_key_problem {
    sallyport_key_none = 0,
    /// Neither a provider nor an engine for PKCS#11 is installed.
    sallyport_key_no_pkcs11 = 1,
    /// The module could not be loaded or started.
    sallyport_key_module = 2,
    /// There is no such private key, or the PIN or passphrase is wrong.
    sallyport_key_not_found = 3
};

/// A private key of a PEM or DER file or, where `uri` begins with `pkcs11:` (RFC 7512), of a token: by OpenSSL's provider for PKCS#11, or
/// by the engine of that name where there is no such provider. `pin` is a token's PIN or a file's passphrase; NULL asks at the
/// terminal. `module` is the token's library; NULL takes what the provider or engine has by itself.
EVP_PKEY *sallyport_private_key(const char *uri, const char *module, const char *pin, int *problem);
#endif
