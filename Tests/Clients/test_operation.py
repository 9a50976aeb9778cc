"""Running it: reload, drain, keys, limits, fallback, cancellation, what operators ask."""
import json, os, pathlib, shutil, signal, socket, subprocess, threading, time
import httpx2, openai, pytest
from conftest import PROGRAM, eventually

HELLO = {"model": "up/echo", "messages": [{"role": "user", "content": "hello"}]}


def test_help_on_every_verb():
    for verb in ([], ["serve"], ["check"], ["keys"], ["keys", "create"], ["keys", "list"], ["keys", "revoke"], ["audit"], ["audit", "verify"], ["audit", "tail"], ["certs"], ["certs", "generate"], ["certs", "show"]):
        p = subprocess.run([PROGRAM, *verb, "--help"], capture_output=True, text=True)
        assert p.returncode == 0 and "USAGE" in p.stdout, verb


def test_a_mistake_in_the_configuration_is_named_with_its_place(make_gateway):
    gateway = make_gateway()
    file = gateway.folder / "sallyport.yaml"
    file.write_text(file.read_text().replace("listen:", "lissten:"))
    p = gateway.run("check", check=False)
    assert p.returncode != 0 and "sallyport.yaml:1:1" in p.stderr and "listen" in p.stderr


@pytest.mark.parametrize("setting", ["listen", "admin"])
def test_a_port_that_is_taken_is_named_with_its_setting(make_gateway, setting):
    g = make_gateway()
    with socket.create_server(("127.0.0.1", g.port if setting == "listen" else g.admin_port)) as taken:
        g.start(wait=False)
        assert g.process.wait(120) != 0
        assert f"`{setting}`: can't listen at `127.0.0.1:{taken.getsockname()[1]}`: Address already in use: another process listens there" in g.logged()


def test_operators_ask_at_an_address_of_ipv6(make_gateway):
    try: socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError: pytest.skip("this machine has no IPv6")
    g = make_gateway()
    file = g.folder / "sallyport.yaml"
    file.write_text(file.read_text().replace("address: 127.0.0.1", 'address: "::1"'))
    g.url, g.admin = f"https://[::1]:{g.port}", f"http://[::1]:{g.admin_port}"
    g.start()
    assert g.listed(g.key) == 200
    for verb in (["models", "--json"], ["limits", "--json"], ["monitor", "--once", "--json"], ["rollout", "status", "--json"]):
        p = g.run(*verb)
        assert json.loads(p.stdout) and not p.stderr, (verb, p.stderr)


def test_reload_is_all_or_nothing(gateway):
    policy = gateway.folder / "policies/access.cedar"
    good = policy.read_text()
    assert gateway.post(HELLO).status_code == 200
    policy.write_text("permit (principal, action, resource")
    gateway.reload()
    assert gateway.post(HELLO).status_code == 200 and "access.cedar:1:" in gateway.logged()
    policy.write_text('@id("nothing-leaves") forbid (principal, action, resource);')
    gateway.reload()
    r = gateway.post(HELLO)
    assert r.status_code == 403 and "nothing-leaves" in r.text
    policy.write_text(good)
    gateway.reload()
    assert gateway.post(HELLO).status_code == 200


def test_certificates_are_reloaded_without_dropping_a_connection(gateway):
    with httpx2.Client(verify=gateway.context(), trust_env=False) as c:
        headers = {"authorization": "Bearer " + gateway.key}
        assert c.post(gateway.url + "/v1/chat/completions", json=HELLO, headers=headers).status_code == 200
        shutil.rmtree(gateway.folder / "certs")
        gateway.run("certs", "generate", "--directory", str(gateway.folder / "certs"), config=False)
        gateway.reload()
        assert c.post(gateway.url + "/v1/chat/completions", json=HELLO, headers=headers).status_code == 200
    assert gateway.post(HELLO).status_code == 200, "a new connection must be made under the new authority"


def test_keys_can_be_made_and_revoked_while_it_serves(gateway):
    key = gateway.make_key("--principal", "late", "--team", "tests")
    assert gateway.post(HELLO, key=key).status_code == 200
    listed = json.loads(gateway.run("keys", "list", "--json").stdout)
    mine = next(k for k in listed if k["principal"] == "late")
    assert key not in json.dumps(listed)
    gateway.run("keys", "revoke", mine["id"])
    assert eventually(lambda: gateway.listed(key) == 401) and gateway.post(HELLO, key=key).status_code == 401


def test_sigterm_lets_streams_finish_and_takes_no_new_requests(gateway):
    got = []
    def run():
        for c in gateway.openai().chat.completions.create(model="up/slow", messages=HELLO["messages"], stream=True):
            if c.choices: got.append(c.choices[0].delta.content or "")
    def refused():
        try: gateway.post(HELLO)
        except httpx2.HTTPError: return True
    t = threading.Thread(target=run); t.start(); eventually(lambda: got)
    gateway.process.send_signal(signal.SIGTERM); eventually(refused)
    t.join(); assert "".join(got).split() == [f"w{i}" for i in range(200)]
    assert gateway.process.wait(60) == 0
    assert gateway.entries()[-1]["kind"] == "stop" and gateway.verify().returncode == 0


def test_the_provider_sees_at_once_that_the_caller_left(gateway, provider):
    s = gateway.openai().chat.completions.create(model="up/slow", messages=HELLO["messages"], stream=True)
    for i, _ in enumerate(s):
        if i == 5: break
    s.close()
    # The mock writes 200 words, one every 20 ms, and meets the closed connection on the second write after it.
    eventually(lambda: provider.gone)
    assert eventually(lambda: [e for e in gateway.entries() if e["kind"] == "result"])[-1]["outcome"] == "cancelled"


def test_the_next_candidate_is_tried_before_the_first_byte(make_gateway, provider):
    models = """  dead-first: { strategy: ordered, candidates: [{ provider: second, model: echo }, { provider: upstream, model: echo }] }
  busy-first: { strategy: ordered, candidates: [{ provider: upstream, model: err-429 }, { provider: upstream, model: echo }] }
  down-first: { strategy: ordered, candidates: [{ provider: upstream, model: err-503 }, { provider: upstream, model: echo }] }
  bad-first: { strategy: ordered, candidates: [{ provider: upstream, model: err-400 }, { provider: upstream, model: echo }] }
  cheap: { strategy: cheapest, candidates: [{ provider: upstream, model: dear, price: { input_usd_per_million: 9, output_usd_per_million: 9 } }, { provider: upstream, model: thrifty, price: { input_usd_per_million: 1, output_usd_per_million: 1 } }] }
"""
    gateway = make_gateway(upstream=provider.url, models=models).start()
    for model in ("dead-first", "busy-first", "down-first"):
        assert gateway.post({**HELLO, "model": model}).status_code == 200, model
    assert gateway.post({**HELLO, "model": "bad-first"}).status_code == 400
    r = gateway.post({**HELLO, "model": "cheap"})
    assert r.status_code == 200 and r.json()["model"] == "thrifty"
    gateway.stop()
    assert [e["attempt"] for e in gateway.entries() if e["kind"] == "intent"][:2] == [1, 2]
    dead, good = [e for e in gateway.entries() if e["kind"] == "result"][:2]
    assert (dead["outcome"], dead["bytes_sent"]) == ("unreachable", 0) and good["bytes_sent"] > 0, "the ledger says what left, not what would have"


def test_the_rate_limit_of_a_key_holds(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, limits="default: { requests_per_minute: 60, burst: 3 }").start()
    answers = [gateway.post(HELLO) for _ in range(6)]
    assert [r.status_code for r in answers[:3]] == [200] * 3 and 429 in [r.status_code for r in answers[3:]]
    limited = next(r for r in answers if r.status_code == 429)
    assert int(limited.headers["retry-after"]) >= 1 and limited.json()["error"]["type"]
    left = lambda r: [r.headers[f"x-ratelimit-{word}-requests"] for word in ("limit", "remaining", "reset")]
    assert left(answers[0])[:2] == ["60", "2"] and left(limited)[:2] == ["60", "0"] and all(left(r)[2].endswith("s") for r in (answers[0], limited))
    message = gateway.post({**HELLO, "max_tokens": 9}, path="/v1/messages", key=gateway.make_key("--principal", "third", "--team", "tests"))
    assert message.headers["anthropic-ratelimit-requests-remaining"] == "2" and message.headers["anthropic-ratelimit-requests-reset"].endswith("Z")
    other = gateway.make_key("--principal", "other", "--team", "tests")
    assert gateway.post(HELLO, key=other).status_code == 200


def test_what_operators_ask(gateway):
    gateway.post({**HELLO, "messages": [{"role": "user", "content": "maria@example.org"}]})
    assert httpx2.get(gateway.admin + "/livez").text == "ok\n"
    text = httpx2.get(gateway.admin + "/metrics").text
    assert 'sallyport_requests_total{operation="chat",status="200"} 1' in text and 'sallyport_findings_total{class="email"} 1' in text


def test_a_caller_never_chooses_a_header_of_the_upstream(gateway, provider):
    gateway.post(HELLO, headers={"cookie": "a=b", "x-forwarded-for": "10.9.8.7", "x-custom": "c", "host": "localhost"})
    headers = {k.lower(): v for k, v in provider.seen[-1]["headers"].items()}
    assert headers["authorization"] == "Bearer sk-test-provider"
    assert not {"cookie", "x-forwarded-for", "x-custom", "x-api-key", "via", "forwarded"} & headers.keys() and gateway.key not in json.dumps(headers)


def test_limits_of_size(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, settings="limits: { body_bytes: 64KiB }").start()
    r = gateway.post({**HELLO, "messages": [{"role": "user", "content": "x" * 70000}]})
    assert r.status_code == 413 and r.json()["error"]["message"]
    with httpx2.Client(verify=gateway.context(), trust_env=False) as c:
        def pieces():
            for _ in range(100): yield b"x" * 1000
        assert c.post(gateway.url + "/v1/chat/completions", content=pieces(), headers={"authorization": "Bearer " + gateway.key}).status_code == 413
    assert gateway.post({**HELLO, "messages": [{"role": "user", "content": "x" * 60000}]}).status_code == 200


def test_bad_json_is_refused_in_place(gateway, provider):
    for body in (b'{"model": ', b'{"model":"up/echo","model":"demo","messages":[]}', b'[' * 100 + b']' * 100, b'{"model":"up/echo","messages":[{"role":"user","content":"\xff"}]}', b'\xef\xbb\xbf{}'):
        with httpx2.Client(verify=gateway.context(), trust_env=False) as c:
            r = c.post(gateway.url + "/v1/chat/completions", content=body, headers={"authorization": "Bearer " + gateway.key, "content-type": "application/json"})
        assert r.status_code == 400 and r.json()["error"]["message"], body
    assert provider.bodies() == []


def test_an_idle_http2_connection_does_not_hold_up_the_end(gateway):
    with httpx2.Client(verify=gateway.context(), http2=True, trust_env=False) as c:
        assert c.post(gateway.url + "/v1/chat/completions", json=HELLO, headers={"authorization": "Bearer " + gateway.key}).http_version == "HTTP/2"
        begun = time.time()
        assert gateway.stop() == 0 and time.time() - begun < 25, "it waited for the drain's 30 seconds"


def test_requests_in_flight_come_back_to_zero_over_both_versions(gateway):
    for http2 in (False, True):
        with httpx2.Client(verify=gateway.context(), http2=http2, trust_env=False) as c:
            for stream in (False, True): c.post(gateway.url + "/v1/chat/completions", json={**HELLO, "stream": stream}, headers={"authorization": "Bearer " + gateway.key})
            c.get(gateway.url + "/v1/nowhere", headers={"authorization": "Bearer " + gateway.key}); c.get(gateway.url + "/v1/models")
    text = lambda: httpx2.get(gateway.admin + "/metrics").text
    eventually(lambda: "sallyport_requests_in_flight 0\n" in text())
    text = text()
    assert 'sallyport_requests_total{operation="chat",status="200"} 4\n' in text


def test_a_models_name_carries_no_data(gateway, provider):
    for name in ("up/4242424242424242", "up/maria.keller@example.org", "up/name with blanks", "up/\u00fcber"):
        r = gateway.post({**HELLO, "model": name})
        assert r.status_code in (400, 404) and provider.bodies() == [], name
    assert gateway.post({**HELLO, "model": "up/org/model-3.5:latest"}).status_code == 200
