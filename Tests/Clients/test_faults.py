"""What becomes of requests, of their record and of their money when a provider, or the way to it, is in trouble."""
import concurrent.futures, json, threading, time
import httpx2
import pytest
from authority import Authority
from conftest import eventually
from fault_proxy import Fault, FaultProxy
from mock_provider import Provider

PRICE = "price: { input_usd_per_million: 2, output_usd_per_million: 10 }"
COST = 11 * 2_000 + 7 * 10_000      # of the mock's answers: 11 tokens in, 7 out
TEXT = "a text that is long enough for several events of a stream"
# Each test names models of its own, so that no candidate is ejected for what another test did to it.
MODELS = f"""  pair/*: {{ candidates: [{{ provider: faulty, model: "*", {PRICE} }}, {{ provider: second, model: "*", {PRICE} }}] }}
  tls/*: {{ candidates: [{{ provider: sealed, model: "*", {PRICE} }}, {{ provider: second, model: "*", {PRICE} }}] }}
  both/*: {{ candidates: [{{ provider: faulty, model: "*", {PRICE} }}, {{ provider: faulty2, model: "*", {PRICE} }}] }}
  alone/*: {{ candidates: [{{ provider: faulty, model: "*", {PRICE} }}] }}
  claude/x/*: {{ candidates: [{{ provider: faulty-claude, model: "*", {PRICE} }}, {{ provider: claude, model: "*", {PRICE} }}] }}
  gem/x/*: {{ candidates: [{{ provider: faulty-gem, model: "*", {PRICE} }}, {{ provider: gem, model: "*", {PRICE} }}] }}
  well/*: {{ candidates: [{{ provider: second, model: "*", {PRICE} }}] }}
"""
# Times that a test waits out are short, the others so long that no machine is too slow.
PROVIDERS = """  faulty: {{ kind: openai, base_url: "{faulty}/v1", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: "1.1", first_byte_timeout: 1500ms, idle_timeout: 1500ms }}
  faulty2: {{ kind: openai, base_url: "{faulty}/v1", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: "1.1", first_byte_timeout: 1500ms }}
  faulty-claude: {{ kind: anthropic, base_url: "{faulty}/v1", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: "1.1" }}
  faulty-gem: {{ kind: gemini, base_url: "{faulty}/v1beta", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: "1.1" }}
  sealed: {{ kind: openai, base_url: "{sealed}/v1", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, ca_file: {ca}, http_version: "1.1" }}
"""
TEAM = ("team", "tests", "usd_per_day")


class House:
    """A gateway, a healthy provider, and another behind proxies that are at fault."""

    def __init__(self, folder):
        from conftest import Gateway
        authority = Authority(folder / "authority", "Providers")
        certificate = authority.issue(subject="/CN=127.0.0.1", names="IP:127.0.0.1")
        self.behind, self.healthy = Provider(), Provider()
        self.proxy = FaultProxy(self.behind.server.server_address[1])
        self.sealed = FaultProxy(self.behind.server.server_address[1], certificate)
        self.gateway = Gateway(folder / "gateway", upstream=self.healthy.url, second=self.healthy.url, models=MODELS, limits="teams: { tests: { usd_per_day: 1000 } }",
                               providers=PROVIDERS.format(faulty=self.proxy.origin, sealed=self.sealed.origin, ca=authority.certificate)).start()
        self.client = httpx2.Client(verify=self.gateway.context(), timeout=120, trust_env=False)

    def stop(self):
        self.client.close()
        if self.gateway.process.poll() is None: self.gateway.process.kill(); self.gateway.process.wait()
        for part in (self.proxy, self.sealed, self.behind, self.healthy): part.stop()

    def ask(self, model, stream=False, client=None, **k):
        """The answer's head and all of its body that came, also where it broke off."""
        body = {"model": model, "max_tokens": 7, "stream": stream, "messages": [{"role": "user", "content": TEXT}], **k}
        pieces = []
        with (client or self.client).stream("POST", self.gateway.url + "/v1/chat/completions", json=body, headers={"authorization": "Bearer " + self.gateway.key}) as r:
            try:
                for piece in r.iter_bytes(): pieces.append(piece)
                r.broke_off = False
            except httpx2.HTTPError: r.broke_off = True
        r.came = b"".join(pieces).decode()
        return r

    def standing(self):
        return next(l for l in json.loads(self.gateway.run("limits", "--json").stdout)["limits"] if (l["scope"], l["name"], l["measure"]) == TEAM)

    def attempts(self, answer):
        """(destination, outcome, status) of each attempt of a request, once all have their results; every intent has exactly one."""
        request = answer.headers["x-request-id"] if not isinstance(answer, str) else answer
        def look():
            entries = [e for e in self.gateway.entries() if e.get("request") == request]
            intents, results = ({e["attempt"]: e for e in entries if e["kind"] == kind} for kind in ("intent", "result"))
            assert len(entries) == len(intents) + len(results), entries
            return intents.keys() == results.keys() and bool(intents) and [("{provider}/{model}".format(**intents[n]["destination"]), results[n]["outcome"], results[n].get("status")) for n in sorted(intents)]
        return eventually(look)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    h = House(tmp_path_factory.mktemp("faults"))
    yield h
    h.stop()


@pytest.fixture(autouse=True)
def well_before_and_after(house):
    house.proxy.fault = house.sealed.fault = None
    yield
    house.proxy.fault = house.sealed.fault = None


def said(answer):
    """The text of an answer, whole or streamed."""
    if not answer.headers["content-type"].startswith("text/event-stream"): return json.loads(answer.came)["choices"][0]["message"]["content"]
    events = [json.loads(e[6:]) for e in answer.came.split("\n\n") if e.startswith("data: {")]
    return "".join(e["choices"][0]["delta"].get("content") or "" for e in events if e.get("choices"))


counter = iter(range(10_000))
def model(): return f"m{next(counter)}"


BEFORE = {
    "reset-before": (Fault("reset", "before"), "cut", None), "reset-status": (Fault("reset", "status"), "cut", None), "reset-head": (Fault("reset", "head"), "cut", None),
    "close-before": (Fault("close", "before"), "cut", None), "close-head": (Fault("close", "head"), "cut", None),
    "reset-headed": (Fault("reset", "headed"), "cut", None), "close-headed": (Fault("close", "headed"), "cut", None),
    "garbage": (Fault("garbage", "before"), "failed", None), "delay": (Fault("delay", seconds=3600), "timed_out", None),
    "429": (Fault("status", status=429), "refused", 429), "429-after": (Fault("status", status=429, headers=(("retry-after", "1"),)), "refused", 429),
    "500": (Fault("status", status=500), "refused", 500), "503": (Fault("status", status=503), "refused", 503), "504": (Fault("status", status=504), "refused", 504),
}
WHOLE = {"reset-body": (Fault("reset", "body"), "cut", None), "close-body": (Fault("close", "body"), "cut", None), "long": (Fault("long"), "cut", None),
         "short": (Fault("short"), "failed", None), "stalled": (Fault("delay", "body", seconds=3600), "timed_out", None)}


@pytest.mark.parametrize("name, stream", [(n, s) for n in [*BEFORE, *WHOLE] for s in (False, True) if not s or n in BEFORE])
def test_before_the_first_byte_another_candidate_answers(house, name, stream):
    fault, outcome, status = (BEFORE | WHOLE)[name]
    before, asked, m = house.standing(), len(house.healthy.bodies()), model()
    house.proxy.fault = fault
    r = house.ask("pair/" + m, stream)
    assert r.status_code == 200 and not r.broke_off and said(r) == TEXT
    assert "attempt=2" in r.headers["x-sallyport-route"]
    assert house.proxy.models().count(m) == 1 and len(house.healthy.bodies()) == asked + 1
    assert house.attempts(r) == [("faulty/" + m, outcome, status), ("second/" + m, "completed", 200)]
    after = eventually(lambda: (s := house.standing())["open"] == 0 and s)
    # What an error says was not done costs nothing; of all else the provider may have done the most that was asked of it.
    mayHaveCost = status is None or status == 504
    assert (after["assumed"] > before["assumed"]) == mayHaveCost
    assert after["spent"] - before["spent"] == COST + after["assumed"] - before["assumed"]
    # Nothing else may come over its connection.
    house.proxy.fault = None
    assert said(house.ask("alone/" + model(), stream)) == TEXT


AFTER = {"reset-first": Fault("reset", "first"), "close-first": Fault("close", "first"), "reset-later": Fault("reset", "later"), "close-later": Fault("close", "later"),
         "garbage": Fault("garbage", "later"), "stalled": Fault("delay", "later", seconds=3600)}


@pytest.mark.parametrize("name", AFTER)
def test_after_the_first_byte_nobody_else_is_asked(house, name):
    # In the `first` event nothing that the caller could have had has come yet, unless that event is whole; so there the other candidate answers.
    before, asked, m = house.standing(), len(house.healthy.bodies()), model()
    house.proxy.fault = AFTER[name]
    r = house.ask("pair/" + m, stream=True)
    assert r.status_code == 200 and house.proxy.models().count(m) == 1
    outcome = "timed_out" if name == "stalled" else "cut"
    if name.endswith("first"):
        assert said(r) == TEXT and not r.broke_off
        assert house.attempts(r) == [("faulty/" + m, outcome, None), ("second/" + m, "completed", 200)]
    else:
        assert TEXT.startswith(said(r)) and said(r) != TEXT and len(house.healthy.bodies()) == asked
        # An error event of the dialect, and no end that looks whole.
        assert r.broke_off and "[DONE]" not in r.came and '"error"' in r.came.rsplit("data: ", 1)[1]
        assert house.attempts(r) == [("faulty/" + m, outcome, 200)]
        after = eventually(lambda: (s := house.standing())["open"] == 0 and s)
        assert after["spent"] - before["spent"] == after["assumed"] - before["assumed"] > 0


def test_an_answer_that_is_whole_may_lose_its_connection(house):
    m = model()
    house.proxy.fault = Fault("reset", "trailer")
    r = house.ask("pair/" + m, stream=True)
    assert said(r) == TEXT and not r.broke_off and r.came.endswith("data: [DONE]\n\n")
    assert house.attempts(r) == [("faulty/" + m, "completed", 200)]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_answer_that_trickles_is_whole(house, stream):
    m = model()
    house.proxy.fault = Fault("trickle")
    r = house.ask("pair/" + m, stream)
    assert said(r) == TEXT and house.attempts(r) == [("faulty/" + m, "completed", 200)]


@pytest.mark.parametrize("name", ["handshake", "record", "reset", "close"])
def test_tls_that_is_cut_is_a_fault_like_any_other(house, name):
    asked, m = len(house.healthy.bodies()), model()
    house.sealed.fault = Fault(name, None if name == "handshake" else "later")
    r = house.ask("tls/" + m, stream=True)
    if name == "handshake":
        before = house.sealed.models().count(m)
        assert before == 0 and said(r) == TEXT
        assert house.attempts(r) == [("sealed/" + m, "unreachable", None), ("second/" + m, "completed", 200)]
    else:
        assert r.broke_off and TEXT.startswith(said(r)) and said(r) != TEXT and len(house.healthy.bodies()) == asked
        assert house.attempts(r) == [("sealed/" + m, "cut", 200)]
    house.sealed.fault = None
    assert said(house.ask("tls/" + model())) == TEXT


# ---- the SDKs

def test_the_openai_sdk_hears_of_a_break_as_an_error(house):
    import openai
    house.proxy.fault = Fault("reset", "later")
    came = []
    with pytest.raises(openai.APIError):
        for c in house.gateway.openai().chat.completions.create(model="alone/" + model(), max_tokens=7, messages=[{"role": "user", "content": TEXT}], stream=True): came.append(c)
    assert came
    house.proxy.fault = Fault("reset", "head")
    with pytest.raises(openai.InternalServerError) as e: house.gateway.openai().chat.completions.create(model="alone/" + model(), max_tokens=7, messages=[{"role": "user", "content": TEXT}])
    assert e.value.status_code == 502


def test_the_anthropic_sdk_hears_of_a_break_as_an_error(house):
    import anthropic
    create = lambda m, **k: house.gateway.anthropic().messages.create(model="claude/x/" + m, max_tokens=7, messages=[{"role": "user", "content": TEXT}], **k)
    house.proxy.fault = Fault("reset", "headed")
    assert "".join(e.delta.text for e in create(model(), stream=True) if e.type == "content_block_delta") == TEXT
    # Nor has the caller anything yet where a message has only begun.
    house.proxy.fault = Fault("reset", "later")
    assert "".join(e.delta.text for e in create(model(), stream=True) if e.type == "content_block_delta") == TEXT
    house.proxy.fault = Fault("reset", "fifth")
    asked, came = len(house.healthy.bodies()), []
    with pytest.raises(anthropic.APIError):
        for e in create(model(), stream=True): came.append(e)
    assert came and len(house.healthy.bodies()) == asked


def test_the_gemini_sdk_hears_of_a_break_as_an_error(house):
    from google.genai import errors
    client = house.gateway.gemini()
    stream = lambda m: client.models.generate_content_stream(model="gem/x/" + m, contents=TEXT, config={"max_output_tokens": 7})
    house.proxy.fault = Fault("reset", "headed")
    assert "".join(c.text or "" for c in stream(model())) == TEXT
    house.proxy.fault = Fault("reset", "later")
    asked, came = len(house.healthy.bodies()), []
    with pytest.raises((errors.APIError, httpx2.HTTPError, ValueError)):
        for c in stream(model()): came.append(c)
    assert came and len(house.healthy.bodies()) == asked


# ---- load, ejection, and others' peace

STORMS = {"429": Fault("status", status=429), "429-after": Fault("status", status=429, headers=(("retry-after", "2"),)), "503": Fault("status", status=503),
          "reset": Fault("reset", "before"), "handshake": Fault("handshake")}


@pytest.mark.parametrize("name", STORMS)
def test_in_a_storm_the_other_candidate_serves_and_load_stays_low(house, name):
    m, count, way = model(), 120, "tls/" if name == "handshake" else "pair/"
    proxy = house.sealed if name == "handshake" else house.proxy
    proxy.fault = STORMS[name]
    seen = lambda: proxy.connections if name == "handshake" else proxy.models().count(m)
    asked, healthy, began = seen(), len(house.healthy.bodies()), time.time()
    with concurrent.futures.ThreadPoolExecutor(4) as pool: answers = list(pool.map(lambda i: house.ask(way + m, stream=i % 2 == 0), range(count)))
    assert all(said(a) == TEXT for a in answers)
    load = seen() - asked + len(house.healthy.bodies()) - healthy
    # Three failures in a row eject it, those under way with them; then one trial after one, two, four … seconds.
    trials, elapsed = 0, time.time() - began
    while 2 ** trials - 1 < elapsed: trials += 1
    assert load <= 1.2 * count and seen() - asked <= 3 + 3 + trials, (load, seen() - asked, elapsed)


def test_where_all_fail_nobody_is_asked_much_more_than_once(house):
    m, count, began = model(), 150, time.time()
    house.proxy.fault = Fault("status", status=503)
    with concurrent.futures.ThreadPoolExecutor(4) as pool: answers = list(pool.map(lambda i: house.ask("both/" + m), range(count)))
    assert {a.status_code for a in answers} == {503} and all(json.loads(a.came)["error"]["message"] for a in answers)
    assert count <= house.proxy.models().count(m) <= 1.2 * count


def test_who_is_ejected_gets_requests_again_when_it_is_well(house):
    m = model()
    house.proxy.fault = Fault("reset", "before")
    failures = 0
    while failures < 3: failures += "attempt=2" in house.ask("pair/" + m).headers.get("x-sallyport-route", "")
    seen = house.proxy.models().count(m)
    # At once, and whatever the time: the next request goes elsewhere, unless it is the trial after a second.
    route = house.ask("pair/" + m).headers["x-sallyport-route"]
    assert route.startswith("second/") and house.proxy.models().count(m) - seen <= 1
    house.proxy.fault = None
    eventually(lambda: house.ask("pair/" + m).headers["x-sallyport-route"].startswith("faulty/"))
    assert all(house.ask("pair/" + m).headers["x-sallyport-route"].startswith("faulty/") for _ in range(5))


def test_who_does_not_answer_is_ejected_by_its_time_limit(house):
    m = model()
    house.proxy.fault = Fault("delay", seconds=3600)
    with concurrent.futures.ThreadPoolExecutor(8) as pool: answers = list(pool.map(lambda i: house.ask("pair/" + m, stream=True), range(8)))
    assert all(said(a) == TEXT for a in answers)
    assert house.ask("pair/" + m).headers["x-sallyport-route"].startswith("second/")
    eventually(lambda: len(house.proxy.gone) >= 8)


def test_others_do_not_wait_for_who_hangs(make_gateway):
    behind, healthy = Provider(), Provider()
    proxy = FaultProxy(behind.server.server_address[1])
    proxy.fault = Fault("delay", seconds=3600)
    g = make_gateway(upstream=proxy.url, second=healthy.url, models='  well/*: { candidates: [{ provider: second, model: "*" }] }\n').start()
    house = type("", (), {"gateway": g, "client": httpx2.Client(verify=g.context(), timeout=300, trust_env=False, limits=httpx2.Limits(max_connections=300))})
    ask = lambda m: House.ask(house, m, stream=True)
    hanging = [threading.Thread(target=lambda: ask("up/hangs"), daemon=True) for _ in range(64)]
    for t in hanging: t.start()
    eventually(lambda: len(proxy.seen) == 64)
    with concurrent.futures.ThreadPoolExecutor(8) as pool: answers = list(pool.map(lambda i: ask("well/echo"), range(100)))
    # All were served while every one of the others still hung.
    assert all(said(a) == TEXT for a in answers) and all(t.is_alive() for t in hanging) and not proxy.gone
    house.client.close()
    g.stop()
    assert [e["outcome"] for e in g.entries() if e["kind"] == "result"].count("completed") == 100
    for part in (proxy, behind, healthy): part.stop()
