// TLS, BIO and X.509, for `SecureTransport`: OpenSSL's macros and inline functions as functions, and the three calls of
// the hot path with their error handling in one place.
#ifndef SALLYPORT_TLS_SHIMS_H
#define SALLYPORT_TLS_SHIMS_H
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// What an SSL call came to.
#define TLS_DONE 0
#define TLS_WANTS_INPUT 1
#define TLS_PEER_CLOSED 2
#define TLS_FAILED 3

// The error queue belongs to the thread and libcurl's OpenSSL shares it, so it is emptied before every SSL call;
// peeking first, since emptying an empty queue walks all of its 16 places.
static inline void tls_forget_errors(void) {
    if (ERR_peek_error() != 0) ERR_clear_error();
}

static inline int tls_outcome(SSL *ssl, int result) {
    switch (SSL_get_error(ssl, result)) {
        case SSL_ERROR_NONE: return TLS_DONE;
        case SSL_ERROR_WANT_READ: return TLS_WANTS_INPUT;
        case SSL_ERROR_ZERO_RETURN: return TLS_PEER_CLOSED;
        default: return TLS_FAILED;
    }
}

static inline int tls_handshake(SSL *ssl) {
    tls_forget_errors();
    int result = SSL_do_handshake(ssl);
    return result == 1 ? TLS_DONE : tls_outcome(ssl, result);
}

static inline int tls_read(SSL *ssl, void *into, size_t room, size_t *count) {
    tls_forget_errors();
    int result = SSL_read_ex(ssl, into, room, count);
    if (result == 1) return TLS_DONE;
    *count = 0;
    return tls_outcome(ssl, result);
}

static inline int tls_write(SSL *ssl, const void *bytes, size_t count, size_t *written) {
    tls_forget_errors();
    int result = SSL_write_ex(ssl, bytes, count, written);
    if (result == 1) return TLS_DONE;
    *written = 0;
    return tls_outcome(ssl, result);
}

static inline int tls_has_received_close_notify(const SSL *ssl) {
    return (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

// BIO

static inline int tls_bio_type(void) { return BIO_get_new_index() | BIO_TYPE_SOURCE_SINK; }
static inline void tls_bio_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void tls_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline long tls_bio_memory(BIO *bio, const unsigned char **bytes) {
    return BIO_get_mem_data(bio, (char **)bytes);
}

// Contexts

// Everything about a context that does not come from files. Answers NULL, or the name of the step that failed.
static inline const char *tls_configure_server(SSL_CTX *ctx, int minimum_version, const char *suites12,
                                               const char *suites13, const char *groups, const char *fallback_groups) {
    if (SSL_CTX_set_min_proto_version(ctx, minimum_version) != 1) return "minimum version";
    if (SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) != 1) return "maximum version";
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                 SSL_OP_NO_ANTI_REPLAY);
    SSL_CTX_clear_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
    // Buffers of idle connections go back to the heap (34 KB each otherwise). A write may come from another address
    // when it is repeated.
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_get_security_level(ctx) < 2) SSL_CTX_set_security_level(ctx, 2);
    if (SSL_CTX_set_cipher_list(ctx, suites12) != 1) return "TLS 1.2 cipher suites";
    if (SSL_CTX_set_ciphersuites(ctx, suites13) != 1) return "TLS 1.3 cipher suites";
    if (SSL_CTX_set1_groups_list(ctx, groups) != 1 && SSL_CTX_set1_groups_list(ctx, fallback_groups) != 1)
        return "key exchange groups";
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (SSL_CTX_set_num_tickets(ctx, 1) != 1) return "tickets";
    if (SSL_CTX_set_max_early_data(ctx, 0) != 1 || SSL_CTX_set_recv_max_early_data(ctx, 0) != 1) return "early data";
    ERR_clear_error();
    return NULL;
}

static inline void tls_set_server_name_callback(SSL_CTX *ctx, int (*callback)(SSL *, int *, void *), void *argument) {
    SSL_CTX_set_tlsext_servername_callback(ctx, callback);
    SSL_CTX_set_tlsext_servername_arg(ctx, argument);
}

static inline int tls_add_chain(SSL_CTX *ctx, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(ctx, certificate);
}

// Only the certificates given are a chain; OpenSSL must not look for more in the store of client authorities.
static inline void tls_no_automatic_chain(SSL_CTX *ctx) { SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN); }

static inline unsigned long tls_crl_flags(void) { return X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL; }

// Whether a revocation list has a serial number, given as hexadecimal digits.
static inline int tls_list_has(X509_CRL *list, const char *serial) {
    BIGNUM *number = NULL;
    X509_REVOKED *entry = NULL;
    int found = 0;
    if (BN_hex2bn(&number, serial) > 0) {
        ASN1_INTEGER *integer = BN_to_ASN1_INTEGER(number, NULL);
        found = integer != NULL && X509_CRL_get0_by_serial(list, &entry, integer) == 1;
        ASN1_INTEGER_free(integer);
    }
    BN_free(number);
    ERR_clear_error();
    return found;
}

// Arms one ticket's cipher and MAC with our keys.
static inline int tls_arm_ticket(EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, unsigned char *aes_key,
                                 unsigned char *mac_key, size_t mac_key_size, unsigned char *iv, int encrypt) {
    OSSL_PARAM params[3];
    char digest[] = "SHA256";
    params[0] = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key, mac_key_size);
    params[1] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
    params[2] = OSSL_PARAM_construct_end();
    if (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, aes_key, iv, encrypt) != 1) return 0;
    return EVP_MAC_CTX_set_params(mac, params);
}

// X.509

static inline int tls_reason(unsigned long error) { return ERR_GET_REASON(error); }
static inline int tls_library(unsigned long error) { return ERR_GET_LIB(error); }

static inline void tls_free_x509_info(STACK_OF(X509_INFO) * infos) { sk_X509_INFO_pop_free(infos, X509_INFO_free); }

// Seconds since 1970; answers 0 when the time cannot be read.
static inline int tls_epoch(const ASN1_TIME *time, long long *seconds) {
    int days = 0, rest = 0;
    ASN1_TIME *zero = ASN1_TIME_set(NULL, 0);
    int ok = zero != NULL && ASN1_TIME_diff(&days, &rest, zero, time) == 1;
    ASN1_TIME_free(zero);
    *seconds = (long long)days * 86400 + rest;
    return ok;
}

// RFC 4514 text: RFC 2253's, whose escaping of every byte past ASCII it gave up.
static inline void tls_print_name(BIO *bio, const X509_NAME *name) {
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

typedef struct {
    int type;  // GEN_DNS, GEN_URI, GEN_EMAIL, GEN_IPADD
    const unsigned char *bytes;
    size_t count;
} tls_alternative_name;

static inline GENERAL_NAMES *tls_alternative_names(const X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}
static inline int tls_alternative_name_count(const GENERAL_NAMES *names) {
    return names == NULL ? 0 : sk_GENERAL_NAME_num(names);
}
// Answers 0 for kinds of name that we do not show.
static inline int tls_alternative_name_at(const GENERAL_NAMES *names, int index, tls_alternative_name *name) {
    int type = 0;
    const ASN1_STRING *value =
        (const ASN1_STRING *)GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), &type);
    if (type != GEN_DNS && type != GEN_URI && type != GEN_EMAIL && type != GEN_IPADD) return 0;
    if (value == NULL) return 0;
    name->type = type;
    name->bytes = ASN1_STRING_get0_data(value);
    name->count = (size_t)ASN1_STRING_length(value);
    return 1;
}

static inline EVP_PKEY *tls_generate_p256(void) { return EVP_EC_gen("P-256"); }
static inline EVP_PKEY *tls_generate_rsa(unsigned int bits) { return EVP_RSA_gen(bits); }

// Adds one extension in the notation of x509v3_config(5).
static inline int tls_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL) return 0;
    int ok = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return ok;
}
#endif
