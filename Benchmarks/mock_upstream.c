// A model provider for load tests: plain HTTP/1.1 with keep-alive on loopback, one thread, one epoll loop, no allocation per
// request. It costs less than any proxy in front of it, so that the proxy is what one measures.
//
//   mock_upstream PORT
//
// Every POST is answered: with a chat completion of some 600 bytes, or, where the body says "stream":true, with 50 events and
// [DONE], all at once. The model's name changes the pace: mock-slow answers after 20 ms, mock-paced sends an event every 2 ms,
// mock-trickle its first event at once and the others every 200 ms.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS = 50,            // of a stream, [DONE] not counted
    SLOW_MS = 20,           // what mock-slow takes to think
    PACE_MS = 2,            // between two events of mock-paced
    TRICKLE_MS = 200,       // between two events of mock-trickle
    INPUT_MOST = 64 << 20,  // bytes of a request; past them the connection ends
};

struct text {
    char bytes[1024];
    size_t count;
};

static struct text answer;
static struct text stream[EVENTS + 2];  // the head, the events, [DONE]: each sent on its own, as providers do

struct connection {
    int socket;
    char *input;
    size_t have, room;
    // What is still to be written: `next` up to `last` of `out`, of the first one from `offset` on.
    const struct text *out;
    size_t next, last, offset;
    int waits_for_room;
    // A timed answer: when its next piece is due, and which one it is (-1: the whole answer of mock-slow).
    long long due;
    int step, timed, pace;
    struct connection *before, *after;
};

static int poll_set;
static struct connection *timed_first;

static long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void schedule(struct connection *c, long long due) {
    c->due = due;
    if (c->timed) return;
    c->timed = 1;
    c->before = NULL;
    c->after = timed_first;
    if (timed_first) timed_first->before = c;
    timed_first = c;
}

static void unschedule(struct connection *c) {
    if (!c->timed) return;
    c->timed = 0;
    if (c->before) c->before->after = c->after;
    else timed_first = c->after;
    if (c->after) c->after->before = c->before;
}

static void end(struct connection *c) {
    unschedule(c);
    close(c->socket);
    free(c->input);
    free(c);
}

// Writes what is due; 0 when the connection is gone.
static int drain(struct connection *c) {
    while (c->next < c->last) {
        const struct text *t = &c->out[c->next];
        ssize_t n = send(c->socket, t->bytes + c->offset, t->count - c->offset, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) {
            if (!c->waits_for_room) {
                struct epoll_event want = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
                epoll_ctl(poll_set, EPOLL_CTL_MOD, c->socket, &want);
                c->waits_for_room = 1;
            }
            return 1;
        }
        if (n < 0) return 0;
        c->offset += (size_t)n;
        if (c->offset == t->count) {
            c->offset = 0;
            c->next++;
        }
    }
    if (c->waits_for_room) {
        struct epoll_event want = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poll_set, EPOLL_CTL_MOD, c->socket, &want);
        c->waits_for_room = 0;
    }
    return 1;
}

static int put(struct connection *c, const struct text *texts, size_t count) {
    c->out = texts;
    c->next = c->offset = 0;
    c->last = count;
    return drain(c);
}

static int says(const char *body, size_t count, const char *words) { return memmem(body, count, words, strlen(words)) != NULL; }

static int respond(struct connection *c, const char *body, size_t count) {
    int streams = says(body, count, "\"stream\":true") || says(body, count, "\"stream\": true");
    int trickles = says(body, count, "mock-trickle");
    if (streams && (trickles || says(body, count, "mock-paced"))) {
        c->step = trickles ? 2 : 1;
        c->pace = trickles ? TRICKLE_MS : PACE_MS;
        schedule(c, milliseconds() + c->pace);
        return put(c, stream, (size_t)c->step);
    }
    if (streams) return put(c, stream, EVENTS + 2);
    if (!says(body, count, "mock-slow")) return put(c, &answer, 1);
    c->step = -1;
    schedule(c, milliseconds() + SLOW_MS);
    return 1;
}

// The length of the body that this head announces.
static size_t body_length(const char *head, size_t count) {
    const char *line = head, *stop = head + count;
    while (line < stop) {
        const char *next = memmem(line, (size_t)(stop - line), "\r\n", 2);
        if (!next) break;
        if (!strncasecmp(line, "content-length:", 15)) return strtoull(line + 15, NULL, 10);
        line = next + 2;
    }
    return 0;
}

// Answers what has come whole, one request after the other; 0 when the connection is gone.
static int serve(struct connection *c) {
    while (!c->timed && c->next == c->last && c->have) {
        const char *blank = memmem(c->input, c->have, "\r\n\r\n", 4);
        if (!blank) return 1;
        size_t head = (size_t)(blank - c->input) + 4, body = body_length(c->input, head);
        if (body > INPUT_MOST) return 0;
        if (c->have < head + body) return 1;
        if (!respond(c, c->input + head, body)) return 0;
        c->have -= head + body;
        memmove(c->input, c->input + head + body, c->have);
    }
    return 1;
}

static int receive(struct connection *c) {
    if (c->room - c->have < 4096) {
        if (c->room >= INPUT_MOST) return 0;
        char *more = realloc(c->input, c->room * 2);
        if (!more) return 0;
        c->input = more;
        c->room *= 2;
    }
    ssize_t n = recv(c->socket, c->input + c->have, c->room - c->have, 0);
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    if (n == 0) return 0;
    c->have += (size_t)n;
    return serve(c);
}

static void accept_all(int listener) {
    int socket, on = 1;
    while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        if (c) c->input = malloc(c->room = 16 << 10);
        if (!c || !c->input) {
            free(c);
            close(socket);
            continue;
        }
        c->socket = socket;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event want = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poll_set, EPOLL_CTL_ADD, socket, &want);
    }
}

static void run_timed(void) {
    long long now = milliseconds();
    for (struct connection *c = timed_first, *after; c; c = after) {
        after = c->after;
        if (c->due > now || c->next < c->last) continue;
        int alive;
        if (c->step < 0) {
            unschedule(c);
            alive = put(c, &answer, 1);
        } else {
            alive = put(c, &stream[c->step], 1);
            if (c->step++ == EVENTS + 1) unschedule(c);
            else schedule(c, c->due + c->pace);
        }
        if (!alive || (!c->timed && !serve(c))) end(c);
    }
}

static void write_texts(void) {
    static const char body[] =
        "{\"id\":\"chatcmpl-bench0123456789abcdef0123\",\"object\":\"chat.completion\",\"created\":1760000000,\"model\":\"mock-gpt\","
        "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"This answer is as long as a short turn of a chat usually "
        "is. It says nothing in particular, so that whoever reads it on the way has ordinary prose to read, and nothing to find in it.\","
        "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":330,\"completion_tokens\":45,"
        "\"total_tokens\":375,\"prompt_tokens_details\":{\"cached_tokens\":0}},\"system_fingerprint\":\"fp_bench\"}";
    answer.count = (size_t)snprintf(answer.bytes, sizeof answer.bytes,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nx-request-id: req_bench\r\n\r\n%s", sizeof body - 1, body);
    stream[0].count = (size_t)snprintf(stream[0].bytes, sizeof stream[0].bytes,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 1; i <= EVENTS; i++) {
        char event[512];
        int n = snprintf(event, sizeof event,
            "data: {\"id\":\"chatcmpl-bench0123456789abcdef0123\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"mock-gpt\","
            "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word%02d\"},\"finish_reason\":%s}]}\n\n", i, i == EVENTS ? "\"stop\"" : "null");
        stream[i].count = (size_t)snprintf(stream[i].bytes, sizeof stream[i].bytes, "%x\r\n%s\r\n", n, event);
    }
    struct text *done = &stream[EVENTS + 1];
    done->count = (size_t)snprintf(done->bytes, sizeof done->bytes, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

int main(int count, char **arguments) {
    int port = count == 2 ? atoi(arguments[1]) : 0;
    if (port < 1 || port > 65535) {
        fprintf(stderr, "usage: mock_upstream PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    write_texts();

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (bind(listener, (struct sockaddr *)&place, sizeof place) || listen(listener, 4096)) {
        perror("mock_upstream");
        return 1;
    }
    poll_set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll_set, EPOLL_CTL_ADD, listener, &want);

    for (;;) {
        struct epoll_event ready[256];
        int n = epoll_wait(poll_set, ready, 256, timed_first ? 1 : -1);
        for (int i = 0; i < n; i++) {
            struct connection *c = ready[i].data.ptr;
            if (!c) {
                accept_all(listener);
                continue;
            }
            int alive = 1;
            if (ready[i].events & EPOLLOUT) alive = drain(c) && serve(c);
            if (alive && ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) alive = receive(c);
            if (!alive) end(c);
        }
        if (timed_first) run_timed();
    }
}
