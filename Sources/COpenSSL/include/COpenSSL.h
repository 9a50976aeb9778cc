// The parts of OpenSSL that Swift cannot reach by itself: macros, as functions.
#ifndef SALLYPORT_COPENSSL_H
#define SALLYPORT_COPENSSL_H
#include "evp_shims.h"
#include "tls_shims.h"
#include "vault_shims.h"
#endif
