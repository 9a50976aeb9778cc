"""A second attempt beside a slow first one: who answers first is heard, the other is cancelled, both are on record and paid for."""
import json, socket, threading, time, urllib.request
import httpx2
import pytest
from conftest import eventually
from fault_proxy import Fault, FaultProxy
from mock_provider import Provider
from test_faults import COST, PRICE, TEXT, House, said

TWO = f'candidates: [{{ provider: slow, model: "*", {PRICE} }}, {{ provider: quick, model: "*", {PRICE} }}]'
MODELS = f"""  soon/*: {{ hedge: {{ after: 300ms, max_cost_share: 100% }}, {TWO} }}
  usual/*: {{ hedge: {{ after: p95, max_cost_share: 20% }}, {TWO} }}
  paid/*: {{ hedge: {{ after: 300ms, max_cost_share: 10% }}, {TWO} }}
  counted/*: {{ hedge: {{ after: 300ms, max_cost_share: 50% }}, candidates: [{{ provider: slow, model: "*", price: unknown }}, {{ provider: quick, model: "*", price: unknown }}] }}
  never/*: {{ {TWO} }}
  one/*: {{ hedge: {{ after: 300ms, max_cost_share: 100% }}, candidates: [{{ provider: slow, model: "*", max_concurrent: 1, {PRICE} }}, {{ provider: quick, model: "*", {PRICE} }}] }}
  mixed/*: {{ hedge: {{ after: 300ms, max_cost_share: 10% }}, candidates: [{{ provider: own, model: "*", price: unknown }}, {{ provider: quick, model: "*", price: unknown }}] }}
  first/*: {{ hedge: {{ after: 300ms, max_cost_share: 100% }}, candidates: [{{ provider: slow, model: "*", price: unknown }}, {{ provider: quick, model: "*", price: unknown }}] }}
"""
PROVIDER = '  {name}: {{ kind: openai, base_url: "{url}", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: "1.1", first_byte_timeout: 10m }}\n'
# So that what `own` may see as it is can't be said to `quick`: two names of one object would become equal.
REDACTED = '@id("no-pseudonyms")\nforbid (principal, action == Action::"send_pseudonymised", resource in Provider::"quick");\n'
DOUBLED = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {"alice@example.org": {}, "[EMAIL]": {}}}}}]
HOURS = Fault("delay", seconds=3600)
STREAMS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest.fixture
def house(make_gateway, request):
    """Two providers behind proxies; `ask` and `attempts` as in the tests of faults."""
    h = House.__new__(House)
    h.behind, h.healthy = Provider(), Provider()
    h.slow, h.quick = (FaultProxy(p.server.server_address[1]) for p in (h.behind, h.healthy))
    providers = PROVIDER.format(name="slow", url=h.slow.url) + PROVIDER.format(name="own", url=h.slow.url).replace("trust: external", "trust: internal") + PROVIDER.format(name="quick", url=h.quick.url)
    # What has no price has none to be limited by.
    limits = "" if "counted" in request.node.name else "teams: { tests: { tokens_per_minute: 6000 }, administrators: { tokens_per_minute: 6000 } }" if "tokens" in request.node.name else "teams: { tests: { usd_per_day: 1000 } }"
    h.gateway = make_gateway(models=MODELS, providers=providers, limits=limits)
    policy = h.gateway.folder / "policies/access.cedar"
    policy.write_text(policy.read_text() + REDACTED)
    h.gateway.start()
    h.client = httpx2.Client(verify=h.gateway.context(), timeout=120, trust_env=False)
    yield h
    h.client.close()
    for part in (h.slow, h.quick, h.behind, h.healthy): part.stop()


def hedges(house):
    with urllib.request.urlopen(house.gateway.admin + "/metrics") as r: lines = r.read().decode().splitlines()
    return {l.split()[0].removeprefix("sallyport_hedges_total"): int(l.split()[1]) for l in lines if l.startswith("sallyport_hedges_total{")}


def warm(house, alias, count=1, stream=False):
    """What hedges are paid from: requests that were answered at once. More than the test's own hedges need: on a busy machine one of these
    may be hedged, and what was spent counts for a little less with every five seconds."""
    for _ in range(count): assert house.ask(f"{alias}/m", stream).headers["x-sallyport-route"].startswith("slow/m; ")


@STREAMS
def test_the_quicker_one_answers_and_the_slow_one_is_cancelled(house, stream):
    warm(house, "soon", 6, stream)
    before = house.standing()
    house.slow.fault = HOURS
    r = house.ask("soon/m", stream)
    assert r.status_code == 200 and said(r) == TEXT and r.headers["x-sallyport-route"] == 'quick/m; strategy=ordered; attempt=2; reason="as listed"; hedged=won'
    # The slow one's connection is closed, so that it need not go on.
    eventually(lambda: len(house.slow.gone) == 1)
    assert house.attempts(r) == [("slow/m", "cancelled", None), ("quick/m", "completed", 200)]
    after = eventually(lambda: (s := house.standing())["open"] == 0 and s)
    # What it had begun may be billed.
    assert after["assumed"] > before["assumed"] and after["spent"] - before["spent"] == COST + after["assumed"] - before["assumed"]
    if not stream: assert int(r.headers["x-sallyport-cost-nanousd"]) == after["spent"] - before["spent"]
    assert hedges(house) == {'{alias="soon/*",outcome="won"}': 1}


@STREAMS
def test_the_first_one_may_still_be_first(house, stream):
    warm(house, "soon", 6, stream)
    house.slow.fault, house.quick.fault = Fault("delay", seconds=1.5), HOURS
    r = house.ask("soon/m", stream)
    assert said(r) == TEXT and r.headers["x-sallyport-route"] == 'slow/m; strategy=ordered; attempt=1; reason="as listed"; hedged=lost'
    eventually(lambda: len(house.quick.gone) == 1)
    assert not house.slow.gone and house.attempts(r) == [("slow/m", "completed", 200), ("quick/m", "cancelled", None)]
    assert hedges(house) == {'{alias="soon/*",outcome="lost"}': 1}


def test_a_stream_that_has_begun_is_not_hedged(house):
    warm(house, "soon", 6, True)
    house.slow.fault = Fault("delay", "later", seconds=1.5)
    r = house.ask("soon/m", True)
    assert said(r) == TEXT and r.headers["x-sallyport-route"].endswith('reason="as listed"') and not house.quick.seen


def test_the_second_one_takes_over_where_the_first_one_fails_meanwhile(house):
    warm(house, "soon", 6)
    house.slow.fault = Fault("delay", "headed", seconds=3600)      # a head, and nothing more: no first byte
    house.quick.fault = Fault("delay", seconds=1.5)
    r = house.ask("soon/m", True)
    assert said(r) == TEXT and r.headers["x-sallyport-route"].startswith("quick/m")
    house.slow.fault, house.quick.fault = Fault("delay", seconds=1.5), Fault("reset", "before")
    r = house.ask("soon/m")
    assert said(r) == TEXT and house.attempts(r) == [("slow/m", "completed", 200), ("quick/m", "cut", None)]


def test_who_is_not_hedged_waits(house):
    warm(house, "never", 2)
    house.slow.fault = Fault("delay", seconds=2)
    r = house.ask("never/m")
    assert said(r) == TEXT and house.attempts(r) == [("slow/m", "completed", 200)] and not house.quick.seen and hedges(house) == {}


def test_without_measurements_there_is_no_usual_time(house):
    house.slow.fault = Fault("delay", seconds=2)
    assert house.ask("usual/m").headers["x-sallyport-route"].startswith("slow/m; ") and not house.quick.seen


@STREAMS
def test_after_the_usual_time_a_second_one_is_asked(house, stream):
    warm(house, "usual", 20, stream)
    seen = len(house.quick.seen)
    house.slow.fault = HOURS
    r = house.ask("usual/m", stream)
    assert said(r) == TEXT and r.headers["x-sallyport-route"].endswith("hedged=won") and len(house.quick.seen) == seen + 1


@pytest.mark.parametrize("alias, most", [("paid", 2), ("counted", 10)])
def test_hedges_keep_to_their_share(house, alias, most):
    # Of twenty requests' cost a tenth; of twenty requests half.
    warm(house, alias, 20)
    house.slow.fault = Fault("delay", seconds=1)
    for _ in range(20): assert said(house.ask(f"{alias}/m")) == TEXT
    count = sum(hedges(house).values())
    # What they cost, and the requests meanwhile, count too; what is older counts less.
    assert 1 <= count <= most + (2 if alias == "paid" else 10) and len(house.quick.seen) == count


@STREAMS
def test_who_leaves_cancels_both(house, stream):
    warm(house, "soon", 6, stream)
    house.slow.fault = house.quick.fault = HOURS
    body = json.dumps({"model": "soon/m", "max_tokens": 7, "stream": stream, "messages": [{"role": "user", "content": TEXT}]}).encode()
    with socket.create_connection(("localhost", house.gateway.port)) as plain, house.gateway.context().wrap_socket(plain, server_hostname="localhost") as caller:
        caller.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {house.gateway.key}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        eventually(lambda: len(house.quick.seen) == 1)
    eventually(lambda: len(house.slow.gone) == 1 and len(house.quick.gone) == 1)
    results = eventually(lambda: (r := [e for e in house.gateway.entries() if e["kind"] == "result"])[-1]["outcome"] == "cancelled" and r)
    assert [r["outcome"] for r in results[-2:]] == ["cancelled"] * 2
    eventually(lambda: house.standing()["open"] == 0)


@STREAMS
def test_what_the_first_one_refuses_for_good_is_told_though_a_hedge_is_under_way(house, stream):
    warm(house, "soon", 6, stream)
    house.slow.fault, house.quick.fault = Fault("delay", seconds=2), HOURS
    r = house.ask("soon/err-400", stream)
    assert r.status_code == 400
    eventually(lambda: house.attempts(r) == [("slow/err-400", "refused", 400), ("quick/err-400", "cancelled", None)])
    assert hedges(house) == {'{alias="soon/*",outcome="failed"}': 1}


def test_who_was_given_up_makes_room_while_the_other_one_answers(house):
    warm(house, "one", 6, True)
    gone = len(house.slow.gone)         # on a busy machine a hedge may have won before
    house.slow.fault = HOURS
    answers = []
    thread = threading.Thread(target=lambda: answers.append(house.ask("one/slow", True)))       # 200 words, one every 20 ms
    thread.start()
    eventually(lambda: len(house.slow.gone) > gone, otherwise=lambda: (house.slow.models(), house.quick.models(), hedges(house), [a.headers for a in answers]))
    house.slow.fault = None
    assert house.ask("one/slow").headers["x-sallyport-route"].startswith("slow/")
    thread.join(120)
    assert answers[0].headers["x-sallyport-route"].endswith("hedged=won")


def test_what_a_second_one_may_not_be_told_is_no_denial_and_not_counted(house):
    warm_own = [house.ask("mixed/m") for _ in range(11)]
    assert all(r.headers["x-sallyport-route"].startswith("own/m; ") for r in warm_own)
    house.slow.fault = Fault("delay", seconds=1.5)
    for _ in range(2):
        r = house.ask("mixed/m", tools=DOUBLED)
        assert said(r) == TEXT and r.headers["x-sallyport-route"].startswith("own/m; ") and not house.quick.seen
        assert house.attempts(r) == [("own/m", "completed", 200)]
    assert [e for e in house.gateway.entries() if e["kind"] == "denied"] == [] and hedges(house) == {}
    # One hedge may be made of so many requests, and none was.
    house.ask("mixed/m")
    assert len(house.quick.seen) == 1 and hedges(house) == {'{alias="mixed/*",outcome="won"}': 1}


def test_an_answer_tells_of_its_own_attempts_tokens(house):
    other, mine = house.gateway.make_key("--principal", "other", "--team", "administrators"), house.gateway.key
    house.gateway.key = other
    for _ in range(3): house.ask("first/m")
    time.sleep(2)       # until its tokens are all there again: 100 come in a second
    alone = house.ask("never/m").headers["x-ratelimit-remaining-tokens"]
    house.gateway.key = mine
    house.slow.fault, house.quick.fault = Fault("delay", seconds=1.5), HOURS
    r = house.ask("first/m")
    assert r.headers["x-sallyport-route"].endswith("hedged=lost") and r.headers["x-ratelimit-remaining-tokens"] == alone
