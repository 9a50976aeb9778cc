"""36 malformed HTTP/1.1 requests: each is refused and its connection closed, so that no two readers can disagree on it."""
import re, socket, ssl, time, pytest

HOST = b"Host: localhost\r\n"
POST = b"POST /v1/chat/completions HTTP/1.1\r\n" + HOST
CASES = {
    "transfer-encoding beside content-length": (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "content-length beside transfer-encoding": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
    "two equal content-lengths": (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    "two different content-lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "content-length list": (POST + b"Content-Length: 2, 2\r\n\r\n{}", 400),
    "negative content-length": (POST + b"Content-Length: -1\r\n\r\n", 400),
    "signed content-length": (POST + b"Content-Length: +2\r\n\r\n{}", 400),
    "hexadecimal content-length": (POST + b"Content-Length: 0x2\r\n\r\n{}", 400),
    "empty content-length": (POST + b"Content-Length:\r\n\r\n", 400),
    "endless content-length": (POST + b"Content-Length: 99999999999999999999999\r\n\r\n", 400),
    "unknown transfer-encoding": (POST + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    "doubled transfer-encoding": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "transfer-encoding list": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    "disguised transfer-encoding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n", 400),
    "transfer-encoding after a vertical tab": (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "transfer-encoding in http/1.0": (b"POST /v1/chat/completions HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "folded field": (POST + b"X-A: one\r\n two\r\nContent-Length: 0\r\n\r\n", 400),
    "fold before the first field": (b"GET /v1/models HTTP/1.1\r\n Host: localhost\r\n\r\n", 400),
    "bare line feeds": (b"GET /v1/models HTTP/1.1\nHost: localhost\n\n", 400),
    "bare line feed in a field": (POST + b"X-A: b\nContent-Length: 0\r\n\r\n", 400),
    "bare carriage return": (POST + b"X-A: b\rX-C: d\r\nContent-Length: 0\r\n\r\n", 400),
    "two hosts": (b"GET /v1/models HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    "no host": (b"GET /v1/models HTTP/1.1\r\nAccept: */*\r\n\r\n", 400),
    "host with a path": (b"GET /v1/models HTTP/1.1\r\nHost: localhost/evil\r\n\r\n", 400),
    "space before a colon": (POST + b"Content-Length : 0\r\n\r\n", 400),
    "field without a name": (POST + b": value\r\n\r\n", 400),
    "field without a colon": (POST + b"nonsense\r\n\r\n", 400),
    "null byte in a field": (POST + b"X-A: a\x00b\r\n\r\n", 400),
    "field name that is no token": (POST + b"X(A): b\r\n\r\n", 400),
    "lower-case method": (b"get /v1/models HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "absolute target": (b"GET https://elsewhere/v1/models HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "connect": (b"CONNECT elsewhere:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "two spaces in the request line": (b"GET  /v1/models HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "unknown version": (b"GET /v1/models HTTP/3.7\r\n" + HOST + b"\r\n", 505),
    "upgrade to h2c": (POST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", 400),
    "too large a head": (POST + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 900) for i in range(60)) + b"\r\n", 431),
}
CHUNKED = {
    "chunk size that is no number": b"zz\r\n{}\r\n0\r\n\r\n",
    "chunk size with a sign": b"+2\r\n{}\r\n0\r\n\r\n",
    "chunk that ends in a bare line feed": b"2\n{}\n0\n\n",
    "chunk longer than its size": b"1\r\n{}\r\n0\r\n\r\n",
    "endless chunk size": b"ffffffffffffffff1\r\n{}\r\n0\r\n\r\n",
    "trailer fields": b"2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n",
}


def send(gateway, data):
    context = gateway.context(); context.set_alpn_protocols(["http/1.1"])
    with context.wrap_socket(socket.create_connection(("127.0.0.1", gateway.port), 60), server_hostname="localhost") as s:
        s.settimeout(60); s.sendall(data); answer = b""
        try:
            while piece := s.recv(65536): answer += piece
        except ConnectionResetError: pass
        return answer


@pytest.mark.parametrize("name", CASES)
def test_a_malformed_head_is_refused(demo, name):
    data, status = CASES[name]
    # What follows would be a second request to whoever reads the first differently.
    answer = send(demo, data + b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + demo.key.encode() + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1 and b'"error"' in answer and b"connection: close" in answer.lower()


@pytest.mark.parametrize("name", CHUNKED)
def test_a_malformed_body_is_refused(demo, name):
    head = POST + b"Authorization: Bearer " + demo.key.encode() + b"\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = send(demo, head + CHUNKED[name])
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1 ") == 1, answer[:200]


def test_there_are_36(): assert len(CASES) == 36


def test_pipelined_requests_are_answered_in_order(demo):
    one = b"GET /v1/models/demo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + demo.key.encode() + b"\r\n\r\n"
    two = b"GET /v1/nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + demo.key.encode() + b"\r\n\r\n"
    answer = send(demo, one + one + two)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"200", b"404"]


def test_expect_100_continue_is_answered_before_the_body(demo):
    body = b'{"model":"demo","messages":[{"role":"user","content":"hi"}]}'
    context = demo.context(); context.set_alpn_protocols(["http/1.1"])
    with context.wrap_socket(socket.create_connection(("127.0.0.1", demo.port), 10), server_hostname="localhost") as s:
        s.settimeout(60)
        s.sendall(POST + b"Authorization: Bearer " + demo.key.encode() + b"\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert s.recv(1000).startswith(b"HTTP/1.1 100 ")
        s.sendall(body); answer = b""
        while piece := s.recv(65536): answer += piece
        assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("part", ["nothing", "half a head", "half a body"])
def test_a_slow_request_times_out(make_gateway, part):
    gateway = make_gateway(settings="limits: { header_timeout: 500ms, body_timeout: 500ms, idle_timeout: 1s }").start()
    data = {"nothing": b"", "half a head": POST + b"X-A: b", "half a body": POST + b"Authorization: Bearer " + gateway.key.encode() + b"\r\nContent-Length: 50\r\n\r\n{"}[part]
    answer = send(gateway, data)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_head_that_drips_times_out(make_gateway):
    gateway = make_gateway(settings="limits: { header_timeout: 1s }").start()
    context = gateway.context(); context.set_alpn_protocols(["http/1.1"])
    with context.wrap_socket(socket.create_connection(("127.0.0.1", gateway.port), 60), server_hostname="localhost") as s:
        begun = time.time(); s.settimeout(0.2); answer = b""
        for byte in POST + b"X-Drip: " + b"a" * 100:
            try: s.sendall(bytes([byte])); answer = s.recv(1000)
            except TimeoutError: continue
            except (BrokenPipeError, ConnectionResetError): break
            break
        assert answer.startswith(b"HTTP/1.1 408 ") and time.time() - begun < 20


def test_answers_that_nobody_reads_do_not_fill_the_memory(make_gateway):
    gateway = make_gateway().start()
    context = gateway.context(); context.set_alpn_protocols(["http/1.1"])
    rss = lambda: int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{gateway.process.pid}/status").read())[1]) // 1024
    before = rss()
    with context.wrap_socket(socket.create_connection(("127.0.0.1", gateway.port), 60), server_hostname="localhost") as s:
        s.settimeout(2); sent = 0
        piece = b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n" * 500
        try:
            while sent < 40 << 20: s.sendall(piece); sent += len(piece)
        except TimeoutError: pass
        assert sent < 40 << 20, "a caller that does not read its answers was read from without end"
        assert rss() - before < 24


def test_http_1_0_callers_get_streams_without_chunks(demo):
    body = b'{"model":"demo","stream":true,"messages":[{"role":"user","content":"hi"}]}'
    answer = send(demo, b"POST /v1/chat/completions HTTP/1.0\r\nAuthorization: Bearer " + demo.key.encode() + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0] and b"chunked" not in head.lower() and rest.startswith(b"data: {") and rest.endswith(b"data: [DONE]\n\n")
