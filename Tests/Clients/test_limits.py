"""Limits that hold: money, tokens and places, whatever the concurrency, on one gateway and on several that share a Redis."""
import concurrent.futures, json, shutil, signal, socket, sqlite3, subprocess, threading, time
import httpx2
import pytest
from conftest import eventually, free_port
from mock_provider import Provider

# 2 USD and 10 USD per million tokens: the mock's answers (11 in, 7 out) cost 92,000 nano-USD.
COST = 11 * 2_000 + 7 * 10_000
PRICED = """  priced: { candidates: [{ provider: upstream, model: echo, price: { input_usd_per_million: 2, output_usd_per_million: 10 } }] }
  costly: { candidates: [{ provider: upstream, model: slow, price: { input_usd_per_million: 2, output_usd_per_million: 10 } }] }
  either: { candidates: [{ provider: upstream, model: echo, price: { input_usd_per_million: 2, output_usd_per_million: 10 } }, { provider: second, model: other, price: { input_usd_per_million: 2, output_usd_per_million: 10 } }] }
  unpriced: { candidates: [{ provider: upstream, model: echo }] }
"""


def body(model="priced", tokens=7, **k): return {"model": model, "max_tokens": tokens, "messages": [{"role": "user", "content": "hello"}], **k}


def limits(gateway):
    return {(l["scope"], l["name"], l["measure"]): l for l in json.loads(gateway.run("limits", "--json").stdout)["limits"]}


def parallel(gateways, count, send):
    """Sends so many at once, in turns to the gateways; the answers."""
    clients = [httpx2.Client(verify=g.context(), timeout=120, trust_env=False, limits=httpx2.Limits(max_connections=256)) for g in gateways]
    def one(i):
        g = gateways[i % len(gateways)]
        try: return clients[i % len(gateways)].post(g.url + "/v1/chat/completions", json=send(i), headers={"authorization": "Bearer " + g.key})
        except httpx2.HTTPError: return None
    with concurrent.futures.ThreadPoolExecutor(count) as pool: answers = list(pool.map(one, range(count)))
    for c in clients: c.close()
    return answers


def test_money_is_spent_as_billed_and_outlives_kill_9(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="teams: { tests: { usd_per_day: 1 } }").start()
    for _ in range(3): assert g.post(body()).status_code == 200
    team = ("team", "tests", "usd_per_day")
    assert eventually(lambda: limits(g)[team]["open"] == 0)
    assert limits(g)[team]["spent"] == 3 * COST and limits(g)[team]["left"] == 10**9 - 3 * COST
    assert "0.000276" in g.run("limits").stdout
    g.stop(signal.SIGKILL)
    g.start()
    assert limits(g)[team]["spent"] == 3 * COST
    assert g.post(body()).status_code == 200
    assert limits(g)[team]["spent"] == 4 * COST


class Boasting(Provider):
    """A provider that counts more tokens than there are numbers for."""
    def whole(self, h, status, obj, headers=()):
        most = 2 ** 63 - 1
        if "usage" in obj: obj["usage"] = {"prompt_tokens": most, "completion_tokens": most, "total_tokens": most, "prompt_tokens_details": {"cached_tokens": most}}
        super().whole(h, status, obj, headers)


def test_a_provider_that_counts_without_measure_ends_nothing_and_takes_nothing_back(make_gateway):
    boasting = Boasting()
    g = make_gateway(upstream=boasting.url, models=PRICED).start()
    for _ in range(2): assert g.post(body()).status_code == 200
    eventually(lambda: len([e for e in g.entries() if e["kind"] == "result"]) == 2)
    metrics = [l.rsplit(" ", 1) for l in httpx2.get(g.admin + "/metrics", trust_env=False).text.splitlines() if l and l[0] != "#"]
    assert metrics and all(float(value) >= 0 for _, value in metrics), [m for m in metrics if float(m[1]) < 0]
    assert float(dict(metrics)['sallyport_tokens_total{provider="upstream",direction="output"}']) > 0
    r = json.loads(g.run("monitor", "--once", "--json").stdout)
    assert all(s["total"]["nano_usd"] >= 0 for s in r["streams"])
    (g.folder / "policies/limits.yaml").write_text("teams: { tests: { usd_per_day: 1000000, tokens_per_minute: 1000000 } }\n"); g.reload()
    for _ in range(3): assert g.post(body()).status_code in (200, 429)
    assert limits(g) and g.process.poll() is None
    for l in limits(g).values(): assert all(v >= 0 for v in l.values() if isinstance(v, (int, float))), l
    g.stop(); boasting.stop()


def test_only_who_asks_for_this_machine_is_told_of_limits(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="teams: { tests: { usd_per_day: 1 } }").start()
    def status(host): return httpx2.get(g.admin + "/limits", headers={"host": host}, trust_env=False).status_code
    assert (status("localhost"), status("127.0.0.1"), status("evil.example"), status("localhost.evil.example")) == (200, 200, 421, 421)


def test_a_stream_that_breaks_off_is_estimated_in_the_ledger_and_stays_at_its_most(make_gateway, provider):
    models = "".join(f"  {m}: {{ candidates: [{{ provider: {p}, model: {m}, price: {{ input_usd_per_million: 2, output_usd_per_million: 10 }} }}] }}\n" for m, p in (("gives-up-late", "claude"), ("cut", "upstream")))
    g = make_gateway(upstream=provider.url, models=models, limits="teams: { tests: { usd_per_day: 1 } }").start()
    team, taken = ("team", "tests", "usd_per_day"), 0
    for path, model in (("/v1/messages", "gives-up-late"), ("/v1/chat/completions", "cut")):
        try: g.post({**body(model, 1000, stream=True), "messages": [{"role": "user", "content": "abcd " * 100}]}, path)
        except httpx2.HTTPError: pass
        result = eventually(lambda: [e for e in g.entries() if e["kind"] == "result"][-1] if limits(g)[team]["open"] == 0 else None)
        usage = result["usage"]
        assert usage["estimated"] is True and result["outcome"] == {"gives-up-late": "refused", "cut": "cut"}[model]
        # The mock's pieces have five letters each; the figures at the stream's beginning say one token.
        if model == "gives-up-late": assert 20 <= usage["output"] <= 40 and usage["input"] == 11
        assert result["cost_nano_usd"] == usage["input"] * 2_000 + usage["output"] * 10_000
        assert limits(g)[team]["assumed"] >= taken + 1000 * 10_000
        taken = limits(g)[team]["assumed"]
    assert "by estimate" in g.run("audit", "tail").stdout


def test_what_has_a_price_of_its_own_does_not_leave_under_a_limit_on_money(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="teams: { tests: { usd_per_day: 1 } }").start()
    r = g.post(body(service_tier="priority"))
    assert r.status_code == 422 and r.json()["error"]["code"] == "unbounded_request" and "costs more than list prices say" in r.json()["error"]["message"]
    r = g.post({"model": "priced", "prompt": ["hello"] * 100, "max_tokens": 2000}, "/v1/completions")
    assert r.status_code == 429 and not provider.bodies()


def test_what_a_killed_gateway_had_under_way_stays_spent(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="teams: { tests: { usd_per_day: 1 } }").start()
    team = ("team", "tests", "usd_per_day")
    t = threading.Thread(target=lambda: parallel([g], 4, lambda i: body("costly", 1000, stream=True)), daemon=True)
    t.start()
    eventually(lambda: len(provider.bodies()) == 4)
    reserved = limits(g)[team]["open"]
    assert reserved > 4 * 1000 * 10_000
    g.stop(signal.SIGKILL)
    t.join()
    g.start()
    assert limits(g)[team]["spent"] == reserved and limits(g)[team]["assumed"] == reserved and limits(g)[team]["open"] == 0


def test_parallel_requests_never_pass_a_budget(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits=f"teams: {{ tests: {{ usd_per_day: {50 * COST / 1e9:.3f}, queue_ms: 60000, queue_length: 1000 }} }}").start()
    budget = limits(g)[("team", "tests", "usd_per_day")]["limit"]
    answers = parallel([g], 200, lambda i: body())
    served = [a for a in answers if a.status_code == 200]
    assert {a.status_code for a in answers} == {200, 429}
    assert len(provider.bodies()) == len(served)
    bill = len(served) * COST
    entries = g.entries()
    assert sum(e.get("cost_nano_usd", 0) for e in entries if e["kind"] == "result") == bill
    standing = limits(g)[("team", "tests", "usd_per_day")]
    assert standing["spent"] == bill <= budget and standing["open"] == 0
    # What fits is served: what is left would not have held one more at its most.
    refused = next(a for a in answers if a.status_code == 429)
    most = len(provider.bodies()[0]) * 2_000 + 7 * 10_000
    assert budget - bill < most
    assert "USD a day" in refused.json()["error"]["message"] and "team `tests`" in refused.json()["error"]["message"]
    assert int(refused.headers["retry-after"]) >= 1


def test_a_request_of_unknown_cost_is_refused_under_a_budget(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="teams: { tests: { usd_per_month: 5 } }").start()
    r = g.post(body("unpriced"))
    assert r.status_code == 422 and "`price` of upstream/echo" in r.json()["error"]["message"], r.text
    r = g.post({"model": "priced", "messages": [{"role": "user", "content": "hello"}]})
    assert r.status_code == 422 and "`max_output` of upstream/echo" in r.json()["error"]["message"], r.text
    assert provider.bodies() == []


def test_a_candidate_without_room_is_passed_over(make_gateway, provider):
    from mock_provider import Provider
    other = Provider()
    g = make_gateway(upstream=provider.url, second=other.url, models=PRICED, limits="providers: { upstream: { requests_per_minute: 2, burst: 2 } }").start()
    assert [g.post(body("either")).status_code for _ in range(5)] == [200] * 5
    assert (len(provider.bodies()), len(other.bodies())) == (2, 3)
    r = [g.post(body()) for _ in range(2)][-1]
    assert r.status_code == 429 and "provider `upstream`" in r.json()["error"]["message"]
    other.stop()


def test_tokens_by_the_minute(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="principals: { tester: { tokens_per_minute: 600 } }").start()
    r = g.post(body(tokens=700))
    assert r.status_code == 429 and "ever allows" in r.json()["error"]["message"] and r.headers["x-should-retry"] == "false"
    assert g.post(body(tokens=400)).status_code == 200
    left = limits(g)[("principal", "tester", "tokens_per_minute")]["left"]
    assert 600 - 18 <= left <= 600
    assert g.anthropic().messages.create(model="priced", max_tokens=100, messages=[{"role": "user", "content": "hi"}]).usage.output_tokens == 7


def test_answers_say_what_is_left_of_tokens_in_their_dialects_words(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="principals: { tester: { tokens_per_minute: 600, token_burst: 3000 } }").start()
    r = g.post(body(tokens=1000))
    assert r.headers["x-ratelimit-limit-tokens"] == "600" and 1000 <= int(r.headers["x-ratelimit-remaining-tokens"]) < 2000 and r.headers["x-ratelimit-reset-tokens"]
    r = g.anthropic().messages.with_raw_response.create(model="priced", max_tokens=1000, messages=[{"role": "user", "content": "hi"}])
    assert r.headers["anthropic-ratelimit-tokens-limit"] == "600" and int(r.headers["anthropic-ratelimit-tokens-remaining"]) < 2000 and r.headers["anthropic-ratelimit-tokens-reset"].endswith("Z")
    codes = [g.post(body("costly", 2500, stream=True)) for _ in range(2)]
    r = next((r for r in codes if r.status_code == 429), None)
    if r: assert r.headers["x-ratelimit-limit-tokens"] == "600" and "x-ratelimit-remaining-tokens" in r.headers


def test_tokens_that_were_taken_are_taken_after_kill_9(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="teams: { tests: { tokens_per_minute: 1, token_burst: 5000 } }").start()
    team = ("team", "tests", "tokens_per_minute")
    assert g.post(body()).status_code == 200
    assert eventually(lambda: (l := limits(g)[team])["open"] == 0 and l)["left"] <= 5000 - 18 + 1
    t = threading.Thread(target=lambda: parallel([g], 1, lambda i: body("costly", 1000, stream=True)), daemon=True)
    t.start()
    eventually(lambda: len(provider.bodies()) == 2)
    g.stop(signal.SIGKILL)
    t.join()
    g.start()
    assert limits(g)[team]["left"] <= 5000 - 18 - 1000


def test_what_the_ledger_has_a_result_of_is_settled_at_the_next_start(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="teams: { tests: { usd_per_day: 1 } }").start()
    assert g.post(body()).status_code == 200
    team = ("team", "tests", "usd_per_day")
    assert eventually(lambda: (l := limits(g)[team])["open"] == 0 and l)["spent"] == COST
    name = eventually(lambda: [e["request"] for e in g.entries() if e["kind"] == "result"])[0]
    g.stop(signal.SIGKILL)
    # As it was before the settlement had been written: one attempt with a result in the ledger, one without.
    with sqlite3.connect(g.folder / "var/limits.sqlite") as db:
        period, = db.execute("SELECT period FROM amount WHERE measure = 'usd_per_day'").fetchone()
        db.execute("UPDATE amount SET spent = ? WHERE measure = 'usd_per_day'", (9 * COST + 5 * COST,))
        for n, (request, most) in enumerate([(name, 9 * COST), ("req_" + "0" * 32, 5 * COST)]):
            db.execute("INSERT INTO open VALUES (?, ?, 1, ?)", (1000 + n, request, f"team\ttests\tusd_per_day\t{period}\t{most}\tdefault"))
    db.close()
    g.start()
    l = limits(g)[team]
    assert (l["spent"], l["assumed"], l["open"]) == (COST + 5 * COST, 5 * COST, 0)


def test_who_waits_for_a_place_is_served_in_turns(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="models: { costly: { concurrent: 2, queue_ms: 60000, queue_length: 8 } }").start()
    answers = parallel([g], 12, lambda i: body("costly", 9, stream=True))
    assert sorted(a.status_code for a in answers) == [200] * 10 + [429] * 2
    # Never more than two at a time.
    assert limits(g)[("model", "costly", "concurrent")]["open"] == 0
    starts = sorted(s["at"] for s in provider.seen)
    assert len(starts) == 10 and all(starts[i + 2] - starts[i] > 2 for i in range(8))


def test_who_leaves_the_line_frees_the_place(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="models: { costly: { concurrent: 1, queue_ms: 60000, queue_length: 1 } }").start()
    with httpx2.Client(verify=g.context(), timeout=60, trust_env=False) as c:
        headers = {"authorization": "Bearer " + g.key}
        with c.stream("POST", g.url + "/v1/chat/completions", json=body("costly", 9, stream=True), headers=headers):
            with pytest.raises(httpx2.TimeoutException): httpx2.post(g.url + "/v1/chat/completions", json=body("costly"), headers=headers, timeout=0.5, verify=g.context(), trust_env=False)
            # The one in line has gone, so there is a place in it: this one waits, and is told when its time is up by leaving too.
            with pytest.raises(httpx2.TimeoutException): httpx2.post(g.url + "/v1/chat/completions", json=body("costly"), headers=headers, timeout=0.5, verify=g.context(), trust_env=False)
    eventually(lambda: limits(g)[("model", "costly", "concurrent")]["open"] == 0)
    assert len(provider.bodies()) == 1
    assert g.post(body("costly", 9, stream=True)).status_code == 200


def test_a_reload_keeps_what_was_spent(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="teams: { tests: { usd_per_day: 1 } }").start()
    assert g.post(body()).status_code == 200
    (g.folder / "policies/limits.yaml").write_text("teams: { tests: { usd_per_day: 0.001 } }\n")
    g.reload()
    team = limits(g)[("team", "tests", "usd_per_day")]
    assert (team["limit"], team["spent"]) == (10**6, COST)


# ---- tenants

TWO = "default_tenant: default\nteams: { tests: {}, sales: { tenant: acme }, administrators: {} }\n"


def of_tenants(gateway):
    return {(l["name"], l.get("tenant")): l for l in json.loads(gateway.run("limits", "--json").stdout)["limits"]}


def two_tenants(gateway):
    """Starts with a key for `tester` in each of two tenants: those of `default` and of `acme`."""
    (gateway.folder / "policies/principals.yaml").write_text(TWO)
    gateway.start()
    return gateway.key, gateway.make_key("--principal", "tester", "--team", "sales")


def spend(gateway, key, most=60):
    """Asks until nothing is left; how many were served, and what was said then."""
    served = 0
    while (r := gateway.post(body(), key=key)).status_code == 200:
        served += 1
        assert served < most
    assert r.status_code == 429
    return served, r.json()["error"]["message"]


def test_two_tenants_principals_of_one_name_have_a_budget_each(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="principals: { tester: { usd_per_day: 0.003 } }")
    ours, theirs = two_tenants(g)
    served, words = spend(g, ours)
    assert "principal `tester` of tenant `default`" in words and len(provider.bodies()) == served
    more, words = spend(g, theirs)
    assert more == served and "principal `tester` of tenant `acme`" in words
    both = {("tester", tenant): served * COST for tenant in ("default", "acme")}
    assert eventually(lambda: (l := of_tenants(g)) and sum(x["open"] for x in l.values()) == 0 and {n: x["spent"] for n, x in l.items()}) == both
    assert "TENANT" in (table := g.run("limits").stdout) and "acme" in table
    g.stop(signal.SIGKILL)
    g.start()
    assert {n: l["spent"] for n, l in of_tenants(g).items()} == both


def test_a_model_that_each_tenant_has_for_itself(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="models: { priced: { requests_per_minute: 2, usd_per_day: 1, per_tenant: true }, either: { requests_per_minute: 2 } }")
    ours, theirs = two_tenants(g)
    assert [g.post(body(), key=k).status_code for k in (ours, ours, ours, theirs, theirs, theirs)] == [200, 200, 429] * 2
    assert [g.post(body("either"), key=k).status_code for k in (ours, theirs, ours)] == [200, 200, 429]
    assert ("priced", "acme") in of_tenants(g)


def test_what_was_spent_before_tenants_were_told_apart_counts_against_each(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=PRICED, limits="principals: { tester: { usd_per_day: 0.003 } }")
    ours, theirs = two_tenants(g)
    assert g.post(body(), key=ours).status_code == 200
    eventually(lambda: sum(l["open"] for l in of_tenants(g).values()) == 0)
    g.stop(signal.SIGKILL)
    # As the gateway before this one left it: half a budget gone, a tenth of it to an attempt under way.
    with sqlite3.connect(g.folder / "var/limits.sqlite") as db:
        period, = db.execute("SELECT period FROM amount").fetchone()
        db.executescript(f"""
            DROP TABLE amount;
            CREATE TABLE amount (kind TEXT NOT NULL, name TEXT NOT NULL, measure TEXT NOT NULL, period INTEGER NOT NULL, spent INTEGER NOT NULL, assumed INTEGER NOT NULL, PRIMARY KEY (kind, name, measure)) WITHOUT ROWID;
            INSERT INTO amount VALUES ('principal', 'tester', 'usd_per_day', {period}, 1500001, 7);
            INSERT INTO open VALUES (5, 'req_{"0" * 32}', 1, 'principal	tester	usd_per_day	{period}	300000');
            PRAGMA user_version = 1;""")
    db.close()
    g.start()
    before = of_tenants(g)
    assert set(before) == {("tester", None)} and (before["tester", None]["spent"], before["tester", None]["assumed"]) == (1500001, 300007)
    for key, tenant in ((ours, "default"), (theirs, "acme")):
        assert g.post(body(), key=key).status_code == 200
        line = eventually(lambda: (l := of_tenants(g)["tester", tenant])["open"] == 0 and l)
        assert line["spent"] == 1500001 + COST
    g.stop(signal.SIGKILL)
    g.start()
    assert {n: l["spent"] for n, l in of_tenants(g).items()} == {("tester", t): 1500001 + COST for t in ("default", "acme")}


# ---- several gateways, one Redis

@pytest.fixture
def redis(tmp_path):
    if not shutil.which("redis-server"): pytest.skip("redis-server is not installed: scripts/install test")
    port = free_port()
    def begin(): return subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    class Server:
        process = begin()
        address = f"127.0.0.1:{port}"
        def stop(self): self.process.kill(); self.process.wait()
        def start(self): self.process = begin(); self.wait()
        def wait(self):
            def answers():
                try:
                    with socket.create_connection(("127.0.0.1", port), 1) as s: s.sendall(b"PING\r\n"); return s.recv(7)
                except OSError: return None
            eventually(answers)
        def ask(self, *words):
            words = [str(w).encode() for w in words]
            with socket.create_connection(("127.0.0.1", port), 10) as s:
                s.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
                return s.recv(1 << 16)
    server = Server()
    server.wait()
    yield server
    server.stop()


def shared(redis, more=""): return f'limit_state: {{ redis: {{ address: "{redis.address}", timeout: 20s{more} }} }}'


def test_three_gateways_share_a_budget(make_gateway, provider, redis):
    budget = f"teams: {{ tests: {{ usd_per_day: {50 * COST / 1e9:.3f}, queue_ms: 60000, queue_length: 1000 }} }}"
    gateways = [make_gateway(upstream=provider.url, models=PRICED, settings=shared(redis), limits=budget).start() for _ in range(3)]
    answers = parallel(gateways, 200, lambda i: body())
    served = [a for a in answers if a.status_code == 200]
    assert {a.status_code for a in answers} == {200, 429}
    bill = len(provider.bodies()) * COST
    assert len(provider.bodies()) == len(served)
    assert sum(e.get("cost_nano_usd", 0) for g in gateways for e in g.entries() if e["kind"] == "result") == bill
    team = ("team", "tests", "usd_per_day")
    standing = eventually(lambda: (l := limits(gateways[0])[team])["open"] == 0 and l)
    assert standing["spent"] == bill <= standing["limit"]
    assert standing["limit"] - bill < len(provider.bodies()[0]) * 2_000 + 7 * 10_000
    assert limits(gateways[2])[team] == standing


def test_two_tenants_principals_of_one_name_have_a_budget_each_in_redis(make_gateway, provider, redis):
    g = make_gateway(upstream=provider.url, models=PRICED, settings=shared(redis), limits="principals: { tester: { usd_per_day: 0.003 }, idle: { usd_per_day: 1 } }")
    ours, theirs = two_tenants(g)
    # What gateways before this one had counted for both together.
    day = int(time.time()) // 86400
    redis.ask("HSET", "{sallyport}:$usd_per_day:principal:tester", "p", day, "s", 1000001, "o", 200000, "a", 7)
    counts = []
    for key, tenant in ((ours, "default"), (theirs, "acme")):
        served, words = spend(g, key)
        assert f"principal `tester` of tenant `{tenant}`" in words
        line = eventually(lambda: (l := of_tenants(g)["tester", tenant])["open"] == 0 and l)
        assert (line["spent"], line["assumed"]) == (1000001 + served * COST, 200007)
        counts.append(served)
    assert counts[0] == counts[1] > 0
    assert set(of_tenants(g)) == {("tester", "default"), ("tester", "acme"), ("idle", None)}


def test_tokens_that_are_counted_together_are_told_too(make_gateway, provider, redis):
    gateways = [make_gateway(upstream=provider.url, models=PRICED, settings=shared(redis), limits="teams: { tests: { tokens_per_minute: 60, token_burst: 3000 } }").start() for _ in range(2)]
    rests = [int(gateways[i % 2].post(body(tokens=500)).headers["x-ratelimit-remaining-tokens"]) for i in range(4)]
    # What an attempt did not take may come back a moment after its answer.
    assert all(3000 - 4 * 700 < r < 2500 for r in rests)


def test_a_gateway_that_is_killed_leaves_its_reservations_spent_and_its_places_free(make_gateway, provider, redis):
    rules = "teams: { tests: { usd_per_day: 1, concurrent: 4 } }"
    gateways = [make_gateway(upstream=provider.url, models=PRICED, settings=shared(redis, ", lease: 3s"), limits=rules).start() for _ in range(3)]
    team, places = ("team", "tests", "usd_per_day"), ("team", "tests", "concurrent")
    t = threading.Thread(target=lambda: parallel(gateways[:1], 4, lambda i: body("costly", 1000, stream=True)), daemon=True)
    t.start()
    eventually(lambda: len(provider.bodies()) == 4)
    reserved = limits(gateways[1])[team]["open"]
    assert reserved > 4 * 1000 * 10_000
    assert gateways[1].post(body()).status_code == 429
    gateways[0].stop(signal.SIGKILL)
    t.join()
    # With the end of the lease the places are free; the money stays spent.
    eventually(lambda: gateways[1].post(body()).status_code == 200)
    done = len(provider.bodies()) - 4
    standing = eventually(lambda: (l := limits(gateways[2])[team])["open"] == 0 and l)
    assert standing["spent"] == reserved + done * COST and standing["assumed"] == reserved
    assert limits(gateways[2])[places]["left"] == 4


def test_a_long_answer_keeps_its_place_beyond_the_lease(make_gateway, provider, redis):
    g = make_gateway(upstream=provider.url, models=PRICED, settings=shared(redis, ", lease: 3s"), limits="models: { costly: { concurrent: 1 } }").start()
    t = threading.Thread(target=lambda: parallel([g], 1, lambda i: body("costly", 9, stream=True)), daemon=True)
    t.start()
    eventually(lambda: provider.bodies())
    time.sleep(3.6)   # more than the lease; the answer takes four seconds at least
    if t.is_alive(): assert limits(g)[("model", "costly", "concurrent")]["left"] == 0
    t.join()


def test_without_redis_nothing_passes_a_limit_unless_shares_are_allowed(make_gateway, provider, redis):
    rules = f"teams: {{ tests: {{ usd_per_day: {40 * COST / 1e9:.3f} }} }}"
    closed = make_gateway(upstream=provider.url, models=PRICED, settings=shared(redis), limits=rules).start()
    own = make_gateway(upstream=provider.url, models=PRICED, settings=shared(redis, ", fail: local-share, gateways: 4"), limits=rules).start()
    assert closed.post(body()).status_code == 200 and own.post(body()).status_code == 200
    redis.stop()
    r = closed.post(body())
    assert r.status_code == 503 and "limits can't be counted" in r.json()["error"]["message"]
    codes = [own.post(body()).status_code for _ in range(12)]
    assert 200 in codes and codes[-1] == 429
    mine = 1 + codes.count(200)
    assert mine * COST <= closed_limit(rules) // 4
    redis.start()
    eventually(lambda: closed.post(body()).status_code == 200)
    # What was spent meanwhile is posted.
    total = lambda: limits(closed)[("team", "tests", "usd_per_day")]["spent"]
    eventually(lambda: total() >= codes.count(200) * COST)


def test_what_ends_while_redis_does_not_answer_is_settled_later(make_gateway, provider, redis):
    g = make_gateway(upstream=provider.url, models=PRICED, settings=shared(redis).replace("timeout: 20s", "timeout: 2s"), limits="teams: { tests: { usd_per_day: 1, concurrent: 9 } }").start()
    team = ("team", "tests", "usd_per_day")
    t = threading.Thread(target=lambda: parallel([g], 4, lambda i: body("costly", 1000, stream=True)), daemon=True)
    t.start()
    eventually(lambda: len(provider.bodies()) == 4)
    redis.process.send_signal(signal.SIGSTOP)
    t.join()
    assert g.post(body()).status_code == 503   # by now a settlement has found no answer, too
    r = g.run("limits", check=False)
    assert r.returncode != 0 and "refused" in r.stderr and "no limits" not in r.stdout
    redis.process.send_signal(signal.SIGCONT)
    standing = eventually(lambda: (l := limits(g)[team])["open"] == 0 and l)
    done = [e for e in g.entries() if e["kind"] == "result"]
    assert standing["spent"] == sum(e["cost_nano_usd"] for e in done) and standing["assumed"] == 0
    assert limits(g)[("team", "tests", "concurrent")]["left"] == 9


@pytest.mark.parametrize("numbers", [(0, 0, 0, 2**63 - 1, 0), (0, 0, -1, 5, 0), (0, 99, 0, 5, 0), (1, 2**63 - 1, 2**63 - 1), (1, 0, 0), (7,)])
def test_nonsense_from_redis_lets_nothing_pass_and_ends_nothing(make_gateway, provider, numbers):
    reply = b"*%d\r\n" % len(numbers) + b"".join(b":%d\r\n" % n for n in numbers)
    with socket.create_server(("127.0.0.1", 0)) as server:
        def serve(c):
            with c:
                while data := c.recv(1 << 16):
                    for command in data.split(b"*")[1:]:
                        c.sendall(reply if b"EVALSHA" in command else b"$40\r\n" + b"0" * 40 + b"\r\n" if b"SCRIPT" in command else b"+PONG\r\n")
        def accept():
            while True:
                try: c, _ = server.accept()
                except OSError: return
                threading.Thread(target=serve, args=(c,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        class Fake: address = f"127.0.0.1:{server.getsockname()[1]}"
        g = make_gateway(upstream=provider.url, models=PRICED, settings=shared(Fake), limits="teams: { tests: { usd_per_day: 1 } }").start()
        for _ in range(2):
            r = g.post(body())
            assert r.status_code == 503 and "can't be counted" in r.json()["error"]["message"]
        g.run("limits", check=False)
        assert g.listed(g.key) == 200 and not provider.bodies()


def closed_limit(rules): return int(float(rules.split("usd_per_day: ")[1].split(" ")[0]) * 1e9 + 0.5)
