"""Answers that are given again: where an alias says so, to who may ask for them, and with the asker's own values in them."""
import json, pathlib, re, shutil, socket, subprocess, threading, time
import httpx2
import pytest
from conftest import eventually, free_port
from test_limits import redis  # noqa: F401  a server of its own for each test

PRICE = "price: { input_usd_per_million: 2, output_usd_per_million: 10 }"
CACHED = "".join(f"  {name}: {{ cache: {{ for: {time}{more} }}, candidates: [{{ provider: {provider}, model: {model}, {PRICE} }}] }}\n" for name, model, time, provider, more in [
    ("kept", "echo", "1h", "upstream", ""), ("brief", "echo", "1s", "upstream", ""), ("own", "echo", "1h", "upstream", ", per: principal"), ("adding", "adds", "1h", "upstream", ""),
    ("pieces", "split-5", "1h", "upstream", ""), ("cutting", "cut", "1h", "upstream", ""), ("failing", "err-500", "1h", "upstream", ""), ("calls", "tool", "1h", "upstream", ""),
    ("slowly", "slow", "1h", "upstream", ""), ("letters", "odd", "1h", "upstream", ""), ("messages", "echo", "1h", "claude", ""), ("gems", "echo", "1h", "gem", ""), ("vectors", "vec", "1h", "upstream", "")])
EMAIL, OTHER = "ada.lovelace@example.org", "grace.hopper@example.org"


def body(text="hello", model="kept", **k): return {"model": model, "messages": [{"role": "user", "content": text}], **k}


def state(r): return r.headers["x-sallyport-cache"]


def kinds(g, *words): return [e for e in g.entries() if e["kind"] in words]


def metrics(g): return dict(l.rsplit(" ", 1) for l in httpx2.get(g.admin + "/metrics", trust_env=False).text.splitlines() if l and l[0] != "#")


def raw(g, body, path="/v1/chat/completions", headers=()):
    """The answer with its body as it came over the wire."""
    with httpx2.Client(verify=g.context(), timeout=60, trust_env=False) as c: return c.post(g.url + path, json=body, headers={"authorization": "Bearer " + g.key, **dict(headers)})


def test_the_same_question_is_answered_without_asking_again(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED, limits="teams: { tests: { usd_per_day: 1, tokens_per_minute: 100000 } }").start()
    first = g.post(body(max_tokens=9))
    second = g.post(body(max_tokens=9))
    assert (first.status_code, second.status_code) == (200, 200), first.text + second.text
    assert (state(first), state(second)) == ("miss", "hit")
    assert first.json() == second.json() and int(second.headers["age"]) <= 60 and "age" not in first.headers
    assert len(provider.bodies()) == 1
    assert first.headers["x-sallyport-destination"] == second.headers["x-sallyport-destination"] == "upstream/echo"
    # Nothing left, and nothing was paid for; the ledger says so in an entry of its own.
    eventually(lambda: sorted(e["kind"] for e in kinds(g, "intent", "result", "cached")) == ["cached", "intent", "result"])
    entry = kinds(g, "cached")[0]
    assert entry["answer_of"] == first.headers["x-request-id"] and entry["request"] == second.headers["x-request-id"]
    assert entry["destination"] == {"internal": False, "model": "echo", "provider": "upstream"} and entry["form"] and entry["policies"] and entry["answer_bytes"] > 50
    assert not {"prompt", "exposed", "cost_nano_usd"} & set(entry)
    spent = json.loads(g.run("limits", "--json").stdout)["limits"]
    assert next(l for l in spent if l["measure"] == "usd_per_day")["spent"] == 11 * 2_000 + 7 * 10_000
    m = metrics(g)
    assert m['sallyport_cache_requests_total{result="hit"}'] == "1" and m['sallyport_cache_requests_total{result="miss"}'] == "1"
    assert m["sallyport_cache_answers"] == "1" and int(m["sallyport_cache_bytes"]) > 100
    assert sum(int(v) for k, v in m.items() if k.startswith("sallyport_upstream_attempts_total")) == 1
    assert "valid" in g.verify().stdout or g.verify().returncode == 0


def test_the_audit_verbs_tell_it_from_what_left(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    first, second = [g.post(body(f"write to {EMAIL}")) for _ in range(2)]
    assert state(second) == "hit"
    eventually(lambda: kinds(g, "cached") and kinds(g, "result"))
    name = second.headers["x-request-id"]
    assert any("cached" in l and first.headers["x-request-id"] in l for l in g.run("audit", "tail").stdout.splitlines())
    rows = [json.loads(l) for l in g.run("audit", "query", "--outcome", "cached", "--json").stdout.splitlines()]
    assert [r["request"] for r in rows] == [name] and rows[0]["result"]["cost_nano_usd"] == 0
    report = json.loads(g.run("audit", "report", "--json").stdout)
    assert report["totals"]["requests"] == 1 and report["totals"]["attempts"] == 1 and report["totals"]["cached"] == 1
    assert sum(c["values"] for c in report["exposure"]) == 1 and report["totals"]["open"] == 0
    assert "1 answered from the cache" in g.run("audit", "report").stdout
    # Whose data it was, left once.
    assert len(g.run("audit", "subject", EMAIL, "--json").stdout.splitlines()) == 1
    table = [l.split(",") for l in g.run("audit", "export", "--format", "csv").stdout.splitlines()]
    at = {n: i for i, n in enumerate(table[0])}
    row = next(r for r in table[1:] if r[at["request"]] == name)
    assert (row[at["outcome"]], row[at["bytes_sent"]], row[at["cost_nano_usd"]]) == ("cached", "0", "0")
    page = httpx2.get(f"{g.admin}/exposure/requests/{name}", trust_env=False)
    if page.status_code == 200: assert "Answered from the cache" in page.text
    assert any(json.loads(l)["unmapped"].get("answer_of") for l in g.run("audit", "export", "--format", "ocsf").stdout.splitlines() if name in l)


def test_a_kept_answer_holds_surrogates_and_each_gets_its_own_values(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    answers = [g.post(body(f"write to {who}")) for who in (EMAIL, EMAIL, OTHER)]
    assert [state(r) for r in answers] == ["miss", "hit", "miss"]
    texts = [r.json()["choices"][0]["message"]["content"] for r in answers]
    assert texts == [f"write to {w}" for w in (EMAIL, EMAIL, OTHER)]
    assert not any(EMAIL.encode() in b or OTHER.encode() in b for b in provider.bodies())


def test_what_is_replaced_for_good_is_asked_once_for_all_and_shows_nobody_elses_values(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED)
    file = g.folder / "policies/privacy.yaml"
    file.write_text(re.sub(r"(?m)^  email:.*$", "  email: remove", file.read_text()))
    g.start()
    answers = [g.post(body(f"write to {who}")) for who in (EMAIL, OTHER)]
    assert [state(r) for r in answers] == ["miss", "hit"]
    assert EMAIL not in answers[1].text and OTHER not in answers[1].text


def test_what_the_model_added_is_taken_out_of_a_kept_answer_too(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED)
    with (g.folder / "policies/privacy.yaml").open("a") as f: f.write("\nanswers: { redact: [secret] }\n")
    g.start()
    for stream in (False, True):
        first, second = [raw(g, body("hello", "adding", stream=stream)) for _ in range(2)]
        assert (state(first), state(second)) == ("miss", "hit")
        assert first.content == second.content and b"BEGIN PRIVATE KEY" not in second.content


@pytest.mark.parametrize("model", ["kept", "pieces", "letters"])
@pytest.mark.parametrize("usage", [False, True])
def test_a_stream_is_given_again_as_a_stream(make_gateway, provider, model, usage):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    question = body(f"tell {EMAIL} of " + "é¤ " * 300, model, stream=True, **({"stream_options": {"include_usage": True}} if usage else {}))
    first, second = raw(g, question), raw(g, question)
    assert (state(first), state(second)) == ("miss", "hit") and len(provider.bodies()) == 1
    assert second.headers["content-type"].startswith("text/event-stream")
    data = lambda r: b"".join(json.loads(l[6:])["choices"][0]["delta"].get("content", "").encode() for l in r.content.split(b"\n") if l.startswith(b"data: {") and json.loads(l[6:])["choices"])
    assert data(first) == data(second) and EMAIL.encode() in data(second) and second.content.endswith(b"data: [DONE]\n\n")
    assert (b'"usage": {' in second.content or b'"usage":{' in second.content) == usage
    # The whole answer is another one.
    assert state(g.post(body(question["messages"][0]["content"], model))) == "miss"
    assert "".join(c.choices[0].delta.content or "" for c in g.openai().chat.completions.create(**question) if c.choices) == question["messages"][0]["content"]
    # An SDK writes the same question in other bytes.
    assert len(provider.bodies()) == 3


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["kept", "messages", "gems"])
def test_every_dialect_gets_kept_answers_in_its_own_words(make_gateway, provider, model, stream):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    text = f"for {EMAIL}"
    def openai():
        r = g.openai().chat.completions.create(model=model, messages=[{"role": "user", "content": text}], stream=stream)
        return "".join(c.choices[0].delta.content or "" for c in r if c.choices) if stream else r.choices[0].message.content
    def responses():
        r = g.openai().responses.create(model=model, input=text, stream=stream)
        return "".join(e.delta for e in r if e.type == "response.output_text.delta") if stream else r.output_text
    def anthropic():
        ask = dict(model=model, max_tokens=64, messages=[{"role": "user", "content": text}])
        if not stream: return g.anthropic().messages.create(**ask).content[0].text
        with g.anthropic().messages.stream(**ask) as s: return "".join(s.text_stream)
    def gemini():
        client = g.gemini(); models = client.models
        return "".join(c.text or "" for c in models.generate_content_stream(model=model, contents=text)) if stream else models.generate_content(model=model, contents=text).text
    def bedrock():
        ask = dict(modelId=model, messages=[{"role": "user", "content": [{"text": text}]}])
        client = g.bedrock()
        if not stream: return client.converse(**ask)["output"]["message"]["content"][0]["text"]
        return "".join(e["contentBlockDelta"]["delta"].get("text", "") for e in client.converse_stream(**ask)["stream"] if "contentBlockDelta" in e)
    askers = [openai, anthropic, gemini, bedrock] + ([responses] if model != "kept" else [])
    for ask in askers:
        before, hits = len(provider.bodies()), len(kinds(g, "cached"))
        first = ask()
        assert text in first
        asked = len(provider.bodies())
        assert ask() == first and len(provider.bodies()) == asked and asked <= before + 1, ask.__name__
        eventually(lambda: len(kinds(g, "cached")) == hits + (1 if asked > before else 2))


def test_embeddings_are_given_again(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    answers = [g.post({"model": "vectors", "input": ["one", "two"]}, path="/v1/embeddings") for _ in range(2)]
    assert [state(r) for r in answers] == ["miss", "hit"] and answers[0].json() == answers[1].json()


def test_tool_calls_are_given_again_with_the_callers_values(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    tools = [{"type": "function", "function": {"name": "send", "parameters": {"type": "object", "properties": {"text": {"type": "string"}}}}}]
    for stream in (False, True):
        answers = [raw(g, body(f"to {EMAIL}", "calls", tools=tools, stream=stream)) for _ in range(2)]
        assert [state(r) for r in answers] == ["miss", "hit"]
        assert not stream and EMAIL in json.loads(answers[1].json()["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"])["text"] or stream and answers[0].content == answers[1].content


def test_the_callers_cache_control_is_heeded(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    ask = lambda *values: state(g.post(body(), headers=[("cache-control", v) for v in values]))
    assert [ask("no-store"), ask("no-store"), ask()] == ["off", "off", "miss"]
    assert [ask(), ask("no-cache"), ask("no-store"), ask("max-age=3600"), ask()] == ["hit", "miss", "off", "hit", "hit"]
    assert len(provider.bodies()) == 5
    time.sleep(1.1)
    assert ask("max-age=1") == "miss"


def test_nothing_is_kept_unless_the_alias_says_so(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    assert [state(g.post(body(model="up/echo"))) for _ in range(2)] == ["off", "off"] and len(provider.bodies()) == 2


def test_a_kept_answer_expires(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    assert state(g.post(body(model="brief"))) == "miss"
    time.sleep(1.1)
    assert state(g.post(body(model="brief"))) == "miss" and len(provider.bodies()) == 2


def test_never_across_tenants_and_on_request_not_across_principals(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED)
    (g.folder / "policies/principals.yaml").write_text("default_tenant: default\nteams: { tests: {}, suspended: {}, acme: { tenant: acme } }\n")
    colleague, theirs = g.make_key("--principal", "colleague", "--team", "tests"), g.make_key("--principal", "tester", "--team", "acme")
    g.start()
    # No sensitive value in it, so that the same bytes would leave for all of them.
    assert [state(g.post(body(), key=k)) for k in (None, colleague, theirs, theirs)] == ["miss", "hit", "miss", "hit"]
    assert [state(g.post(body(model="own"), key=k)) for k in (None, None, colleague, colleague)] == ["miss", "hit", "miss", "hit"]
    assert len(provider.bodies()) == 4


def test_policy_is_asked_before_the_cache(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED)
    barred = g.make_key("--principal", "mallory", "--team", "suspended")
    g.start()
    assert state(g.post(body())) == "miss"
    r = g.post(body(), key=barred)
    assert r.status_code == 403 and "x-sallyport-cache" not in r.headers


def test_other_policies_find_nothing_that_was_kept_before(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    assert [state(g.post(body())) for _ in range(2)] == ["miss", "hit"]
    file = g.folder / "policies/access.cedar"
    before = file.read_text()
    file.write_text(before + "\n// another set\n")
    g.reload()
    assert [state(g.post(body())) for _ in range(2)] == ["miss", "hit"]
    file.write_text(before)
    g.reload()
    # The same files as at first are the same policies.
    assert state(g.post(body())) == "hit"


@pytest.mark.parametrize("change", [
    {"temperature": 0.5}, {"max_tokens": 5}, {"messages": [{"role": "user", "content": "hello "}]}, {"seed": 1}, {"user": "u"}, {"metadata": {"a": "b"}}, {"model": "own"}, {"response_format": {"type": "json_object"}}])
def test_another_question_is_another(make_gateway, provider, change):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    assert [state(g.post(body())), state(g.post({**body(), **change}))] == ["miss", "miss"]


@pytest.mark.parametrize("question", [
    body(model="cutting", stream=True), body(model="failing"), body(n=2), body(tools=[{"type": "web_search"}]), body(web_search_options={}),
    body([{"type": "text", "text": "what is this"}, {"type": "image_url", "image_url": {"url": "https://example.org/picture.png"}}])])
def test_what_is_not_whole_or_depends_on_more_than_the_question_is_not_kept(make_gateway, provider, question):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    def ask():
        try: return state(raw(g, question))
        except (httpx2.RemoteProtocolError, httpx2.ReadError): return "cut"
        except KeyError: return "refused"
    for _ in range(2): assert ask() in ("miss", "off", "cut", "refused")
    assert len(provider.bodies()) >= 2 or all(e["kind"] != "cached" for e in g.entries())
    assert kinds(g, "cached") == []


def test_a_stream_that_its_caller_left_is_not_kept(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED).start()
    with httpx2.Client(verify=g.context(), timeout=60, trust_env=False) as c:
        with c.stream("POST", g.url + "/v1/chat/completions", json=body(model="slowly", stream=True), headers={"authorization": "Bearer " + g.key}) as r:
            next(r.iter_lines())
    eventually(lambda: [e["outcome"] for e in kinds(g, "result")] == ["cancelled"])
    assert metrics(g)["sallyport_cache_answers"] == "0"


def test_what_the_vault_keeps_is_always_sent(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED)
    file = g.folder / "policies/privacy.yaml"
    file.write_text(file.read_text().split("\npayloads:")[0] + "\npayloads: { rules: [{ seal: [request, answer] }] }\n")
    g.start()
    assert [state(g.post(body())) for _ in range(2)] == ["off", "off"] and len(provider.bodies()) == 2


def test_hits_count_in_limits_on_requests(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED, limits="principals: { tester: { requests_per_minute: 3, burst: 3 } }").start()
    answers = [g.post(body()) for _ in range(4)]
    assert [r.status_code for r in answers] == [200, 200, 200, 429] and state(answers[2]) == "hit"
    assert answers[2].headers["x-ratelimit-remaining-requests"] == "0"


def test_memory_is_bounded(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED, settings="cache: { max_bytes: 1MiB, max_answer: 64KiB }").start()
    for i in range(40): assert state(g.post(body(f"{i} " + "word " * 10_000))) == "miss"
    m = metrics(g)
    assert int(m["sallyport_cache_bytes"]) <= 1 << 20 and int(m["sallyport_cache_evictions_total"]) > 0
    # One that is longer than `max_answer` is not kept.
    for stream in (False, True):
        for _ in range(2): assert state(raw(g, body("word " * 14_000, stream=stream))) == "miss"


def test_a_caller_that_reads_slowly_gets_all_of_a_kept_stream(make_gateway, provider):
    g = make_gateway(upstream=provider.url, models=CACHED, settings="cache: { max_bytes: 64MiB, max_answer: 16MiB }").start()
    question = body("word " * 12_000, "letters", stream=True)
    first = raw(g, question)
    with httpx2.Client(verify=g.context(), timeout=60, trust_env=False) as c:
        with c.stream("POST", g.url + "/v1/chat/completions", json=question, headers={"authorization": "Bearer " + g.key}) as r:
            assert state(r) == "hit"
            time.sleep(1)
            assert b"".join(r.iter_bytes()) == first.content


# ---- several gateways, one Redis

def sharing(redis, more=""): return f'cache: {{ store: redis, redis: {{ address: "{redis.address}", timeout: 20s{more} }} }}'


def twins(make_gateway, provider, settings):
    gateways = [make_gateway(upstream=provider.url, models=CACHED, settings=settings) for _ in range(2)]
    gateways[0].start()
    shutil.copy(gateways[0].folder / "master.key", gateways[1].folder / "master.key")
    return [gateways[0], gateways[1].start()]


def command(redis, *parts):
    out = subprocess.run(["redis-cli", "-p", redis.address.split(":")[1], *parts], capture_output=True, check=True).stdout
    return out.rstrip(b"\n")


def test_gateways_share_answers_that_redis_can_not_read(make_gateway, provider, redis):
    a, b = twins(make_gateway, provider, sharing(redis))
    for stream in (False, True):
        first = raw(a, body("a word that is in no other text", stream=stream))
        assert state(first) == "miss"
        second = eventually(lambda: (r := raw(b, body("a word that is in no other text", stream=stream))) and state(r) == "hit" and r)
        assert second.content == first.content
    keys = command(redis, "KEYS", "*").splitlines()
    assert len(keys) == 2 and all(re.fullmatch(rb"\{sallyport\}:answer:[0-9a-f]{64}", k) for k in keys)
    for k in keys:
        assert b"no other text" not in command(redis, "GET", k.decode())
        assert 0 < int(command(redis, "PTTL", k.decode())) <= 3_600_000
    # Another master key is another cache.
    stranger = make_gateway(upstream=provider.url, models=CACHED, settings=sharing(redis)).start()
    assert state(stranger.post(body("a word that is in no other text"))) == "miss"


def test_what_was_changed_in_redis_is_a_miss_and_told(make_gateway, provider, redis):
    g = make_gateway(upstream=provider.url, models=CACHED, settings=sharing(redis)).start()
    g.post(body("one")); g.post(body("two"))
    keys = eventually(lambda: (k := command(redis, "KEYS", "*").splitlines()) and len(k) == 2 and k)
    # Each holds what was sealed as the other.
    command(redis, "RENAME", keys[0].decode(), "x"); command(redis, "RENAME", keys[1].decode(), keys[0].decode()); command(redis, "RENAME", "x", keys[1].decode())
    for word in ("one", "two"):
        r = g.post(body(word))
        assert state(r) == "miss" and r.json()["choices"][0]["message"]["content"] == word
    assert g.logged().count("a kept answer was changed") == 2
    for word in ("one", "two"): eventually(lambda: state(g.post(body(word))) == "hit")
    for k in keys: command(redis, "SETRANGE", k.decode(), "40", "xx")
    assert state(g.post(body("one"))) == "miss"
    command(redis, "FLUSHALL")
    command(redis, "EVAL", "for i = 1, 1 do redis.call('HSET', KEYS[1], 'a', 'b') redis.call('HSET', KEYS[2], 'a', 'b') end", "2", keys[0].decode(), keys[1].decode())
    assert state(g.post(body("one"))) == "miss" and g.post(body("two")).status_code == 200


def test_without_redis_everything_is_a_miss_and_goes_on(make_gateway, provider, redis):
    g = make_gateway(upstream=provider.url, models=CACHED, settings=sharing(redis)).start()
    assert state(g.post(body())) == "miss"
    eventually(lambda: state(g.post(body())) == "hit")
    redis.stop()
    assert [state(g.post(body())) for _ in range(3)] == ["miss"] * 3
    ready = httpx2.get(g.admin + "/readyz", trust_env=False)
    assert ready.status_code == 200 and "answers that were kept can't be had" in ready.text
    redis.start()
    eventually(lambda: state(g.post(body())) == "hit")


def test_a_redis_that_never_answers_costs_one_wait_a_second_at_most(make_gateway, provider):
    with socket.create_server(("127.0.0.1", 0), backlog=256) as deaf:
        held = []
        def accept():
            while True:
                try: held.append(deaf.accept()[0])
                except OSError: return
        threading.Thread(target=accept, daemon=True).start()
        g = make_gateway(upstream=provider.url, models=CACHED, settings=f'cache: {{ store: redis, redis: {{ address: "127.0.0.1:{deaf.getsockname()[1]}", timeout: 2s }} }}').start()
        answers = [g.post(body()) for _ in range(5)]
        assert [r.status_code for r in answers] == [200] * 5 and {state(r) for r in answers} == {"miss"}
        assert len(provider.bodies()) == 5
        assert g.logged().count("answers can't be kept in Redis") == 1
    for s in held: s.close()


def test_requests_that_are_counted_together_count_hits_too(make_gateway, provider, redis):
    shared = f'limit_state: {{ redis: {{ address: "{redis.address}", timeout: 20s }} }}\n' + sharing(redis)
    gateways = [make_gateway(upstream=provider.url, models=CACHED, settings=shared, limits="principals: { tester: { requests_per_minute: 4, burst: 4, usd_per_day: 1 } }") for _ in range(2)]
    for g in gateways: g.start()
    answers = [gateways[i % 2].post(body(max_tokens=9)) for i in range(6)]
    assert [r.status_code for r in answers] == [200] * 4 + [429] * 2
