// TLS, BIO and X.509, for `SecureTransport`.
#ifndef SALLYPORT_TLS_SHIMS_H
#define SALLYPORT_TLS_SHIMS_H
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#endif
