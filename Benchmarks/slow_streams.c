// Many slow streams at once, each on a TLS connection of its own: one thread, one epoll loop.
//
//   slow_streams PORT BODYFILE STREAMS SECONDS KEY [plain]
//
// Connects one after the other, then begins the streams evenly over four seconds. A stream that has ended is asked for again, so that so
// many stay open for SECONDS; what its first event took, and how many events came, stands in the one line of JSON at the end. A line
// "open" on standard output says when all are under way. `plain` does without TLS, to ask the upstream itself.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RAMP_MS = 4000, MOST_SAMPLES = 1 << 20, TAIL = 32 };

struct stream {
    int socket;
    SSL *tls;
    double asked;      // microseconds; 0 while nothing is under way
    int has_first;
    char tail[TAIL];   // the last bytes that came, for what is cut in two
    size_t tail_count;
};

static double samples[MOST_SAMPLES];
static size_t sample_count, events, whole, wrong;
static char request[64 << 10];
static int request_count;

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int fail(const char *what) {
    fprintf(stderr, "slow_streams: %s\n", what);
    return 1;
}

static int connect_to(struct stream *s, int port, SSL_CTX *context) {
    int on = 1;
    s->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (connect(s->socket, (struct sockaddr *)&place, sizeof place)) return 0;
    setsockopt(s->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!context) return 1;
    s->tls = SSL_new(context);
    SSL_set_fd(s->tls, s->socket);
    SSL_set_tlsext_host_name(s->tls, "localhost");
    SSL_set_alpn_protos(s->tls, (const unsigned char *)"\x08http/1.1", 9);
    return SSL_connect(s->tls) == 1;
}

static int ask(struct stream *s) {
    s->asked = microseconds();
    s->has_first = 0;
    s->tail_count = 0;
    ssize_t n = s->tls ? SSL_write(s->tls, request, request_count) : send(s->socket, request, (size_t)request_count, MSG_NOSIGNAL);
    return n == request_count;
}

static size_t count_of(const char *bytes, size_t count, const char *word) {
    size_t found = 0, length = strlen(word);
    const char *end = bytes + count;
    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), word, length)); at += length) found++;
    return found;
}

// What came; 0 where the connection is of no more use.
static int take(struct stream *s, char *bytes, size_t count, double now) {
    // `bytes` has TAIL bytes of room before it.
    char *start = bytes - s->tail_count;
    memcpy(start, s->tail, s->tail_count);
    size_t length = count + s->tail_count;
    events += count_of(start, length, "data: {") - count_of(s->tail, s->tail_count, "data: {");
    if (!s->has_first && memmem(start, length, "data: {", 7)) {
        s->has_first = 1;
        if (sample_count < MOST_SAMPLES) samples[sample_count++] = now - s->asked;
    }
    int is_whole = length >= 5 && !memcmp(start + length - 5, "0\r\n\r\n", 5);
    if (is_whole && !memmem(start, length, "data: [DONE]", 12)) wrong++;
    s->tail_count = length < TAIL ? length : TAIL;
    memmove(s->tail, start + length - s->tail_count, s->tail_count);
    if (!is_whole) return 1;
    whole++;
    return ask(s);
}

static int receive(struct stream *s) {
    static char room[TAIL + (64 << 10)];
    char *bytes = room + TAIL;
    double now = microseconds();
    for (;;) {
        ssize_t n = s->tls ? SSL_read(s->tls, bytes, 64 << 10) : recv(s->socket, bytes, 64 << 10, 0);
        if (n <= 0) {
            int waits = s->tls ? SSL_get_error(s->tls, (int)n) == SSL_ERROR_WANT_READ : n < 0 && (errno == EAGAIN || errno == EINTR);
            return waits;
        }
        if (!take(s, bytes, (size_t)n, now)) return 0;
    }
}

int main(int count, char **arguments) {
    if (count < 6) return fail("usage: slow_streams PORT BODYFILE STREAMS SECONDS KEY [plain]");
    int port = atoi(arguments[1]), streams = atoi(arguments[3]);
    double seconds = atof(arguments[4]);
    static char body[32 << 10];
    FILE *file = fopen(arguments[2], "r");
    if (!file) return fail("can't read the body");
    size_t length = fread(body, 1, sizeof body, file);
    fclose(file);
    request_count = snprintf(request, sizeof request,
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%.*s",
        arguments[5], length, (int)length, body);
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX *context = count > 6 ? NULL : SSL_CTX_new(TLS_client_method());

    int poll_set = epoll_create1(EPOLL_CLOEXEC);
    struct stream *all = calloc((size_t)streams, sizeof *all);
    if (!all) return fail("no memory");
    for (int i = 0; i < streams; i++) {
        if (!connect_to(&all[i], port, context)) return fail("can't connect");
        fcntl(all[i].socket, F_SETFL, O_NONBLOCK);
        struct epoll_event want = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(poll_set, EPOLL_CTL_ADD, all[i].socket, &want);
    }
    double begun = microseconds(), end = begun + RAMP_MS * 1e3 + seconds * 1e6;
    int under_way = 0, lost = 0;
    while (microseconds() < end) {
        int due = (int)((microseconds() - begun) / 1e3 * streams / RAMP_MS);
        while (under_way < streams && under_way < due) {
            if (!ask(&all[under_way++])) lost++;
            if (under_way == streams) {
                // What was measured on the way up is not of so many streams.
                sample_count = events = whole = 0;
                printf("open\n");
                fflush(stdout);
            }
        }
        struct epoll_event ready[256];
        int n = epoll_wait(poll_set, ready, 256, 1);
        for (int i = 0; i < n; i++) {
            struct stream *s = ready[i].data.ptr;
            if (receive(s)) continue;
            epoll_ctl(poll_set, EPOLL_CTL_DEL, s->socket, NULL);
            lost++;
        }
    }
    qsort(samples, sample_count, sizeof *samples, compare);
    if (!sample_count) return fail("no stream began");
    printf("{\"streams\":%d,\"samples\":%zu,\"p50\":%.0f,\"p90\":%.0f,\"p99\":%.0f,\"most\":%.0f,\"events\":%zu,\"whole\":%zu,\"wrong\":%zu,\"lost\":%d}\n",
        streams, sample_count, samples[sample_count / 2], samples[sample_count * 9 / 10], samples[sample_count * 99 / 100], samples[sample_count - 1], events, whole, wrong, lost);
    return 0;
}
