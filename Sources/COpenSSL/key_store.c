// Engines are how OpenSSL 3.0 reaches PKCS#11 where the distribution has no provider for it (Debian 12).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "COpenSSL.h"
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#ifndef OPENSSL_NO_ENGINE
#include <openssl/engine.h>
#endif
#include <stdlib.h>
#include <string.h>

static int given_pin(char *buffer, int size, int writes, void *data) {
    (void)writes;
    size_t length = strlen((const char *)data);
    if (size <= 0 || length > (size_t)size) return -1;
    memcpy(buffer, data, length);
    return (int)length;
}

static EVP_PKEY *stored_key(const char *uri, UI_METHOD *method, void *data) {
    EVP_PKEY *key = NULL;
    OSSL_STORE_CTX *store = OSSL_STORE_open_ex(uri, NULL, NULL, method, data, NULL, NULL, NULL);
    if (store == NULL) return NULL;
    OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
    while (key == NULL && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        if (info == NULL) {
            if (OSSL_STORE_error(store)) break;
            continue;
        }
        if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) key = OSSL_STORE_INFO_get1_PKEY(info);
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    return key;
}

#ifndef OPENSSL_NO_ENGINE
static EVP_PKEY *engine_key(const char *uri, const char *module, const char *pin, UI_METHOD *method, void *data, int *problem) {
    EVP_PKEY *key = NULL;
    ENGINE *engine = ENGINE_by_id("pkcs11");
    if (engine == NULL) {
        *problem = sallyport_key_no_pkcs11;
        return NULL;
    }
    // Its own words would stand on standard error, and they quote the URI, in which a PIN may stand.
    ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 0);
    if ((module == NULL || ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module, 0) == 1) && ENGINE_init(engine) == 1) {
        if (pin != NULL) ENGINE_ctrl_cmd_string(engine, "PIN", pin, 0);
        key = ENGINE_load_private_key(engine, uri, method, data);
        // With a key, the engine stays started for good: the key speaks through it.
        if (key == NULL) {
            *problem = sallyport_key_not_found;
            ENGINE_finish(engine);
        }
    } else {
        *problem = sallyport_key_module;
    }
    ENGINE_free(engine);
    return key;
}
#endif

static EVP_PKEY *token_key(const char *uri, const char *module, const char *pin, UI_METHOD *method, void *data, int *problem) {
    if (module != NULL) setenv("PKCS11_PROVIDER_MODULE", module, 0);
    // Beside the default provider, which must stay: what was loaded by name would take its place.
    if (OSSL_PROVIDER_try_load(NULL, "pkcs11", 1) != NULL) {
        EVP_PKEY *key = stored_key(uri, method, data);
        if (key == NULL) *problem = sallyport_key_not_found;
        return key;
    }
    ERR_clear_error();
#ifndef OPENSSL_NO_ENGINE
    return engine_key(uri, module, pin, method, data, problem);
#else
    (void)pin;
    *problem = sallyport_key_no_pkcs11;
    return NULL;
#endif
}

EVP_PKEY *sallyport_private_key(const char *uri, const char *module, const char *pin, int *problem) {
    UI_METHOD *given = pin == NULL ? NULL : UI_UTIL_wrap_read_pem_callback(given_pin, 0);
    UI_METHOD *method = given != NULL ? given : (UI_METHOD *)UI_get_default_method();
    EVP_PKEY *key;
    *problem = sallyport_key_none;
    if (strncmp(uri, "pkcs11:", 7) == 0) {
        key = token_key(uri, module, pin, method, (void *)pin, problem);
    } else {
        key = stored_key(uri, method, (void *)pin);
        if (key == NULL) *problem = sallyport_key_not_found;
    }
    UI_destroy_method(given);
    ERR_clear_error();
    return key;
}
