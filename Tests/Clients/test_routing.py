"""Which candidate serves a request, what callers and operators are told of it, and how little a provider in trouble is asked."""
import json, urllib.error, urllib.request
import pytest
from conftest import eventually

HELLO = {"model": "demo", "messages": [{"role": "user", "content": "hello"}]}
MODELS = """  pair: { caller_strategies: [cheapest], candidates: [{ provider: upstream, model: dear, price: { input_usd_per_million: 9, output_usd_per_million: 9 } }, { provider: upstream, model: thrifty, price: { input_usd_per_million: 1, output_usd_per_million: 1 } }] }
  down-first: { candidates: [{ provider: upstream, model: err-503 }, { provider: upstream, model: echo }] }
  busy-both: { candidates: [{ provider: upstream, model: err-429 }, { provider: claude, model: err-429 }] }
  refused-first: { candidates: [{ provider: upstream, model: err-403 }, { provider: claude, model: echo }] }
  narrow: { candidates: [{ provider: claude, model: echo, price: { input_usd_per_million: 1, output_usd_per_million: 1 } }, { provider: upstream, model: echo, price: { input_usd_per_million: 1, output_usd_per_million: 1 } }] }
  blind: { candidates: [{ provider: upstream, model: blind, capabilities: [json_schema] }, { provider: upstream, model: able, capabilities: [tools] }] }
  bounded: { max_cost_usd: 0.000001, candidates: [{ provider: upstream, model: dear2, price: { input_usd_per_million: 9, output_usd_per_million: 9 } }] }
"""
TOOLS = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}]


@pytest.fixture
def routed(make_gateway, provider): return make_gateway(upstream=provider.url, models=MODELS).start()


def asked(provider): return [json.loads(s["raw"])["model"] for s in provider.seen]


def test_the_answer_says_which_candidate_and_why(routed):
    r = routed.post({**HELLO, "model": "pair"})
    assert r.headers["x-sallyport-route"] == 'upstream/dear; strategy=ordered; attempt=1; reason="as listed"'
    r = routed.post({**HELLO, "model": "pair"}, headers={"x-sallyport-strategy": "cheapest"})
    assert r.headers["x-sallyport-route"].startswith("upstream/thrifty; strategy=cheapest; attempt=1; reason=\"expected cost ")
    routes = [e["route"] for e in routed.entries() if e["kind"] == "intent" and e["model"] == "pair"]
    assert routes[0] == {"passed_over": 1, "reason": "as listed", "strategy": "ordered"}
    assert routes[1]["strategy"] == "cheapest" and routes[1]["reason"].startswith("expected cost ")


def test_a_strategy_that_the_alias_does_not_allow_is_refused(routed, provider):
    for hint in ("fastest", "quickest"):
        r = routed.post({**HELLO, "model": "pair"}, headers={"x-sallyport-strategy": hint})
        assert r.status_code == 400 and "`ordered`, `cheapest`" in r.json()["error"]["message"]
    assert not provider.seen


def test_who_lacks_what_a_request_needs_is_not_asked(routed, provider):
    assert routed.post({**HELLO, "model": "blind", "tools": TOOLS}).status_code == 200
    assert asked(provider) == ["able"]
    image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]}]
    r = routed.post({"model": "blind", "messages": image})
    assert r.status_code in (400, 403, 422) and asked(provider) == ["able"]


def test_what_would_cost_too_much_is_not_sent(routed, provider):
    r = routed.post({**HELLO, "model": "bounded"})
    assert r.status_code == 400 and "would cost" in r.json()["error"]["message"] and not provider.seen


def test_who_fails_is_ejected_and_tried_again_by_single_requests(routed, provider):
    for _ in range(100): assert routed.post({**HELLO, "model": "down-first"}).status_code == 200
    tries = asked(provider).count("err-503")
    # Three before it is ejected, then one after one, two, four … seconds; 100 requests take few seconds, on a slow machine more.
    assert 3 <= tries <= 10 and len(provider.seen) <= 120
    with urllib.request.urlopen(routed.admin + "/models") as r: report = json.load(r)
    states = {c["model"]: c for m in report["models"] if m["alias"] == "down-first" for c in m["candidates"]}
    assert states["err-503"]["state"] in ("ejected", "trial") and states["err-503"]["error_rate"] == 1
    assert states["echo"]["state"] == "ready" and states["echo"]["error_rate"] == 0 and states["echo"]["first_token_p50_ms"] > 0


def test_who_asks_to_be_left_alone_is(routed, provider):
    assert routed.post({**HELLO, "model": "busy-both"}).status_code == 429
    seen = len(provider.seen)
    r = routed.post({**HELLO, "model": "busy-both"})
    # `retry-after: 1` of both: within that second nobody is asked; a slow machine may be beyond it.
    assert r.status_code == 429 and int(r.headers["retry-after"]) >= 1
    assert len(provider.seen) == seen or "left alone" not in r.text


def test_models_and_their_routes_are_explained(routed):
    report = json.loads(routed.run("models", "explain", "pair", "--json", "--strategy", "cheapest").stdout)
    assert report["measured"] and [c["destination"] for c in report["candidates"]] == ["upstream/thrifty", "upstream/dear"]
    report = json.loads(routed.run("models", "explain", "blind", "--json", "--needs", "tools").stdout)
    assert report["excluded"] == [{"destination": "upstream/blind", "reason": "lacks tools"}]
    assert "upstream/thrifty" in routed.run("models").stdout
    routed.stop()
    assert not json.loads(routed.run("models", "list", "--json").stdout)["measured"]
    assert routed.run("models", "explain", "nothing", check=False).returncode != 0


@pytest.mark.parametrize("kind", ["steady", "bursty", "degrading"])
def test_balanced_is_near_hindsight(routed, kind):
    report = json.loads(routed.run("models", "simulate", "--generate", kind, "--seed", "1", "--json").stdout)
    lines = {line["way"]: line for line in report["lines"]}
    assert report["cost_over_hindsight"] <= 1.1 and lines["hindsight"]["mean_ms"] <= lines["balanced"]["mean_ms"]
    assert lines["balanced"]["mean_ms"] < lines["always-cheapest"]["mean_ms"]
    assert lines["balanced"]["cost_nano_usd"] < lines["always-fastest"]["cost_nano_usd"]


def test_the_models_page_needs_no_script_and_says_what_was_measured(routed):
    for _ in range(3): assert routed.post({**HELLO, "model": "down-first"}).status_code == 200
    with urllib.request.urlopen(routed.admin + "/models.html") as r:
        page, policy = r.read().decode(), r.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "<script" not in page
    assert "upstream/err-503" in page and "f-denied" in page and 'href="/exposure"' in page
    with urllib.request.urlopen(routed.admin + "/exposure") as r: assert 'href="/models.html"' in r.read().decode()
    request = urllib.request.Request(routed.admin + "/models.html", headers={"host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused: urllib.request.urlopen(request)
    assert refused.value.code == 421


def test_who_refuses_the_gateway_itself_is_not_the_last(routed, provider):
    assert routed.post({**HELLO, "model": "refused-first"}).status_code == 200
    assert asked(provider) == ["err-403", "echo"]


def test_a_full_limit_is_told_though_another_candidate_cannot_carry_the_request(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=MODELS, limits="teams: { tests: { usd_per_day: 0.001 } }").start()
    r = g.post({**HELLO, "model": "narrow", "n": 2, "max_tokens": 9000})
    assert r.status_code == 429 and "USD a day for team" in r.json()["error"]["message"] and not provider.seen
    eventually(lambda: [e["reason"] for e in g.entries() if e["kind"] == "denied"] == ["limit"])


def test_idle_candidates_are_probed_and_the_ledger_has_it(make_gateway, provider):
    price = "price: { input_usd_per_million: 1, output_usd_per_million: 1 }"
    models = f"  idle: {{ probe: {{ after: 1s }}, candidates: [{{ provider: upstream, model: first, {price} }}, {{ provider: claude, model: second, {price} }}] }}\n  silent: {{ candidates: [{{ provider: upstream, model: third }}] }}\n"
    g = make_gateway(upstream=provider.url, models=models, limits="models: { idle: { usd_per_day: 1 } }").start()
    eventually(lambda: {"first", "second"} <= set(asked(provider)))
    assert "third" not in asked(provider)
    sent = [json.loads(s["raw"]) for s in provider.seen]
    assert all(b.get("max_completion_tokens", b.get("max_tokens")) == 16 and b["stream"] for b in sent)
    def measured():
        with urllib.request.urlopen(g.admin + "/models") as r: report = json.load(r)
        states = [c for m in report["models"] if m["alias"] == "idle" for c in m["candidates"]]
        return all((c["first_token_p50_ms"] or 0) > 0 and c["state"] == "ready" for c in states)
    eventually(measured)
    intents = [e for e in g.entries() if e["kind"] == "intent"]
    assert {e["principal"]["name"] for e in intents} == {"sallyport"} and {e["purpose"] for e in intents} == {"probe"}
    eventually(lambda: len([e for e in g.entries() if e["kind"] == "result" and e["outcome"] == "completed"]) >= 2)
    # Who has requests of its own is left alone.
    assert g.post({**HELLO, "model": "silent"}).status_code == 200


def test_a_probe_that_policy_denies_is_not_sent(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models="  idle: { probe: { after: 1s }, candidates: [{ provider: upstream, model: first }] }\n")
    policies = g.folder / "policies/access.cedar"
    policies.write_text(policies.read_text() + '\n@id("no-probes")\nforbid (principal == Service::"sallyport", action, resource);\n')
    g.start()
    eventually(lambda: any(e["kind"] == "denied" and e["principal"]["name"] == "sallyport" for e in g.entries()))
    assert not provider.seen


def test_what_was_spent_today_outlives_the_gateway_and_stands_once(make_gateway, provider):
    price = "price: { input_usd_per_million: 2000, output_usd_per_million: 10000 }"
    models = f"  one: {{ candidates: [{{ provider: upstream, model: same, {price} }}] }}\n  two: {{ candidates: [{{ provider: upstream, model: same, {price} }}] }}\n"
    g = make_gateway(upstream=provider.url, models=models).start()
    def candidates():
        return {m["alias"]: m["candidates"][0] for m in json.loads(g.run("models", "list", "--json").stdout)["models"] if m["alias"] in ("one", "two")}
    def spent(): return candidates()["one"]["spent_today_nano_usd"]
    assert spent() == 0
    for name in ("one", "two"): assert g.post({**HELLO, "model": name}).status_code == 200
    both = eventually(lambda: (s := spent()) > 0 and s)
    cost = next(e["cost_nano_usd"] for e in g.entries() if e["kind"] == "result")
    assert eventually(lambda: spent() == 2 * cost) and both in (cost, 2 * cost)
    assert candidates()["two"]["spent_today_counted_under"] == "one" and "spent_today_nano_usd" not in candidates()["two"]
    assert "see one" in g.run("models").stdout
    g.stop()
    g.start()
    # The index is fed beside the start.
    assert eventually(lambda: spent() == 2 * cost)
    assert g.post({**HELLO, "model": "two"}).status_code == 200
    assert eventually(lambda: spent() == 3 * cost)


def test_an_explanation_says_when_a_request_is_hedged_and_with_whom(make_gateway, provider):
    pair = "candidates: [{ provider: upstream, model: first }, { provider: upstream, model: second }]"
    models = f"  hedged: {{ hedge: {{ after: 250ms, max_cost_share: 5% }}, {pair} }}\n  usual: {{ hedge: {{ after: p95, max_cost_share: 5% }}, {pair} }}\n  plain: {{ {pair} }}\n"
    g = make_gateway(upstream=provider.url, models=models).start()
    def explained(name): return json.loads(g.run("models", "explain", name, "--input-tokens", "5", "--json").stdout).get("hedge")
    both = {"beside": "upstream/first", "with": "upstream/second", "max_cost_share": 0.05}
    assert explained("hedged") == {**both, "after_ms": 250, "whole_after_ms": 250}
    assert explained("usual") == both and explained("plain") is None
    text = g.run("models", "explain", "hedged").stdout
    assert "hedge: after 250 ms without a first token, or 250 ms without an answer that comes whole from upstream/first, upstream/second is asked beside it, for at most 5 % of what the model cost of late" in text
    assert "hedge: none yet, too little of upstream/first was measured" in g.run("models", "explain", "usual").stdout
    for _ in range(12): assert g.post({**HELLO, "model": "usual"}).status_code == 200
    assert eventually(lambda: (explained("usual") or {}).get("whole_after_ms", -1) >= 0)
