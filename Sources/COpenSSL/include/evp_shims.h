// EVP: digests, MACs, key derivation, ciphers and signatures, for `Cryptography`.
#ifndef SALLYPORT_EVP_SHIMS_H
#define SALLYPORT_EVP_SHIMS_H
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#endif
