"""Large bodies: nobody else waits for them, and there is only so much room and time for them."""
import http.client, json, os, re, socket, ssl, threading, time, urllib.request
import pytest

# What detectors look at longest: digits and signs that may always become something.
ADVERSE = "4155550132 1.2.3.4 a:b@c ab:cd:ef 10/12/2024 "


def body(megabytes, text=ADVERSE):
    return json.dumps({"model": "up/echo", "messages": [{"role": "user", "content": text * (megabytes * (1 << 20) // len(text))}]}).encode()


def gauge(gateway, name):
    with urllib.request.urlopen(gateway.admin + "/metrics", timeout=120) as r:
        return int(float(re.search(rf"^{name}(?:{{.*}})? (\S+)$", r.read().decode(), re.M).group(1)))


def connection(gateway):
    return http.client.HTTPSConnection("localhost", gateway.port, context=gateway.context(), timeout=600)


def ask(c, gateway, data):
    c.request("POST", "/v1/chat/completions", data, {"authorization": "Bearer " + gateway.key, "content-type": "application/json"})
    r = c.getresponse()
    return r, r.read()


def wait_for(what, seconds=120):
    end = time.time() + seconds
    while not what():
        assert time.time() < end, "it never came to that"
        time.sleep(0.005)


def test_small_requests_are_answered_while_a_large_one_is_inspected(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, settings="event_loops: 1\nlimits: { inspection_timeout: 10m }").start()
    large, done, answered = body(16), [], []

    def send():
        r, text = ask(connection(gateway), gateway, large)
        done.append("large"); answered.append((r.status, text))

    small = connection(gateway)
    hello = json.dumps({"model": "up/echo", "messages": [{"role": "user", "content": "hello"}]})
    assert ask(small, gateway, hello)[0].status == 200
    thread = threading.Thread(target=send); thread.start()
    # All of it is there: from now on it is read and inspected.
    wait_for(lambda: gauge(gateway, "sallyport_body_bytes") >= len(large))
    for _ in range(20):
        assert ask(small, gateway, hello)[0].status == 200
        done.append("small")
    thread.join(600)
    assert done == ["small"] * 20 + ["large"], done
    assert answered[0][0] == 200, answered[0][1][:300]
    wait_for(lambda: gauge(gateway, "sallyport_body_bytes") == 0)


def test_an_inspection_that_takes_too_long_sends_nothing(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, settings="limits: { inspection_timeout: 10ms }").start()
    before = len(provider.seen)
    r, text = ask(connection(gateway), gateway, body(16))
    assert r.status == 503, text[:300]
    assert len(provider.seen) == before
    assert ask(connection(gateway), gateway, body(0, "hello"))[0].status in (200, 400)


def test_a_caller_that_leaves_frees_the_thread(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, settings="event_loops: 1\nlimits: { inspection_timeout: 10m }").start()
    before = len(provider.seen)
    large, c = body(16), connection(gateway)
    c.request("POST", "/v1/chat/completions", large, {"authorization": "Bearer " + gateway.key})
    wait_for(lambda: gauge(gateway, "sallyport_body_bytes") >= len(large))
    c.sock.shutdown(socket.SHUT_RDWR); c.close()
    wait_for(lambda: gauge(gateway, "sallyport_body_bytes") == 0)
    assert len(provider.seen) == before and not [e for e in gateway.entries() if e["kind"] == "intent"]


def test_bodies_share_a_bound(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, settings="limits: { body_bytes: 1MiB, bodies_in_flight: 1MiB }").start()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {gateway.key}\r\n"

    def begin(extra, data):
        s = gateway.context().wrap_socket(socket.create_connection(("127.0.0.1", gateway.port)), server_hostname="localhost")
        s.settimeout(120)
        s.sendall((head + extra + "\r\n").encode() + data)
        return s

    first = begin(f"content-length: {1 << 20}\r\n", b" " * 900_000)
    wait_for(lambda: gauge(gateway, "sallyport_body_bytes") == 900_000)
    # Its length says so: refused before any of it comes.
    second = begin("content-length: 500000\r\n", b"")
    answer = second.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 503") and "retry-after" in answer.lower(), answer
    # It does not say how long it is: refused where the room ends.
    third = begin("transfer-encoding: chunked\r\n", b"%x\r\n" % 200_000 + b" " * 200_000 + b"\r\n")
    assert third.recv(65536).decode().startswith("HTTP/1.1 503")
    # A small one has its place.
    assert gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "hello"}]}).status_code == 200
    for s in (first, second, third): s.close()
    wait_for(lambda: gauge(gateway, "sallyport_body_bytes") == 0)
