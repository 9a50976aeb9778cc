// libcurl's multi interface, for `Upstream`: its variadic functions as typed ones that Swift can call.
#ifndef SALLYPORT_CCURL_H
#define SALLYPORT_CCURL_H
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>
// What the loop around libcurl waits with; Swift's Glibc module leaves them out.
#include <sys/epoll.h>
#include <sys/eventfd.h>

// 7.87 brought the cached trust store; 7.85 CURLOPT_PROTOCOLS_STR; 7.80 CURLOPT_PREREQFUNCTION. Debian 12 has 7.88.
#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or newer is needed"
#endif

static inline CURLcode sallyport_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode sallyport_easy_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode sallyport_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode sallyport_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode sallyport_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}
// CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION share a signature.
typedef size_t (*sallyport_bytes_callback)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode sallyport_easy_set_bytes_callback(CURL *easy, CURLoption option, sallyport_bytes_callback value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode sallyport_easy_set_open_socket(CURL *easy, curl_opensocket_callback value) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}
static inline CURLcode sallyport_easy_set_progress(CURL *easy, curl_xferinfo_callback value) {
    return curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, value);
}
static inline CURLcode sallyport_easy_set_before_request(CURL *easy, curl_prereq_callback value) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value);
}
static inline CURLcode sallyport_easy_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode sallyport_easy_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode sallyport_easy_get_socket(CURL *easy, curl_socket_t *value) {
    return curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}
static inline CURLMcode sallyport_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode sallyport_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode sallyport_multi_set_socket_callback(CURLM *multi, curl_socket_callback value) {
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, value);
}
static inline CURLMcode sallyport_multi_set_timer_callback(CURLM *multi, curl_multi_timer_callback value) {
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, value);
}
static inline CURLSHcode sallyport_share_sessions(CURLSH *share) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}
// CURLVERSION_NOW and CURLAUTH_BASIC are macros.
static inline const char *sallyport_default_authorities(void) { return curl_version_info(CURLVERSION_NOW)->cainfo; }
static inline CURLcode sallyport_easy_set_proxy_basic(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_PROXYAUTH, CURLAUTH_BASIC);
}
// Names the calling thread for `top` and debuggers: at most 15 characters. (prctl is variadic; pthread_setname_np wants _GNU_SOURCE.)
void sallyport_name_thread(const char *name);
// The unnamed union of CURLMsg has no reliable spelling in Swift.
static inline CURLcode sallyport_message_result(const CURLMsg *message) { return message->data.result; }
#endif
