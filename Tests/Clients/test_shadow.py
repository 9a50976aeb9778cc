"""Rollouts that ask beside callers: a shadow, whose answers nobody has, and a judge. Neither costs more than it may, whoever is killed meanwhile."""
import json, re, signal, threading, urllib.error, urllib.request
import pytest, yaml
from conftest import ROOT, eventually
from mock_provider import Provider
from test_vault import records, sealing
from test_rollout import House, Scripted, arm, make_house

TOKENS = {"max_tokens": 10}
# At the mock's figures and the prices of the tests' models: 11 tokens at 1 and 7 at 2 USD per million.
COST = 25_000


class Held(Scripted):
    """A provider that answers when it is let."""
    def __init__(self): self.gate = threading.Event(); self.gate.set(); super().__init__()
    def answer(self, h, body): self.gate.wait(120); super().answer(h, body)


class ShadowHouse(House):
    def __init__(self, make_gateway, **k):
        self.judge = k.pop("judge", None)
        super().__init__(make_gateway, **k)
    def shadow(self, *guards, share="100", usd="1", steps=None, requests=20, more=()):
        self.gateway.run("rollout", "start", "small", "--to", "second/echo", "--shadow", share, "--shadow-max-usd", usd, "--min-requests", str(requests), "--min-seconds", "0",
            *(["--steps", steps] if steps else []), *[x for g in guards for x in ("--guard", g)], *more)

    def ask(self, *a, **body): return super().ask(*a, **{**TOKENS, **body})
    def intents(self, kind): return [e for e in self.gateway.entries() if e["kind"] == "intent" and e.get("purpose") == kind]
    def results(self, kind):
        ids = {e["request"] for e in self.intents(kind)}
        return [e for e in self.gateway.entries() if e["kind"] == "result" and e["request"] in ids]
    def metric(self, name, **labels):
        with urllib.request.urlopen(self.gateway.admin + "/metrics", timeout=60) as r: lines = r.read().decode().splitlines()
        return sum(float(l.rsplit(" ", 1)[1]) for l in lines if l.startswith(name + "{") and all(f'{k}="{v}"' in l for k, v in labels.items()))
    def own(self, kind, outcome): return self.metric("sallyport_rollout_own_requests_total", kind=kind, outcome=outcome)
    def is_quiet(self, kind, count):
        """Waits until so many own requests are over, however."""
        eventually(lambda: self.metric("sallyport_rollout_own_requests_total", kind=kind) >= count)


@pytest.fixture
def make_shadow(make_gateway):
    made = []
    def make(held=False, **k):
        canary = Held() if held else None
        house = ShadowHouse(make_gateway, second=canary.url if canary else None, **k)
        if canary: house.canary.stop(); house.canary = canary
        made.append(house)
        return house
    yield make
    for h in made:
        if isinstance(h.canary, Held): h.canary.gate.set()
        h.close()


@pytest.fixture
def house(make_shadow): return make_shadow()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_shadow_is_asked_what_callers_ask_and_nobody_has_its_answers(house, stream):
    body = {"stream": True} if stream else {}
    house.shadow(requests=40)
    answers = house.ask_many(40, **body)
    assert all(r.status_code == 200 and r.headers["x-sallyport-destination"] == "upstream/echo" and arm(r) is None for r in answers)
    eventually(lambda: house.status()["phase"] == "promoted")
    state = house.status()
    assert state["requests"] >= 20 and state["control_requests"] >= 20 and (state["share"], state["mode"]) == (0, "canary") or state["mode"] == "shadow"
    house.is_quiet("shadow", len(house.canary.seen))
    asked = [json.loads(b)["messages"] for b in house.control.bodies()]
    assert all(json.loads(b)["messages"] in asked for b in house.canary.bodies())
    # Over, it asks nothing any more.
    seen = len(house.canary.seen); house.ask_many(10, **body); assert len(house.canary.seen) == seen
    intents, results = house.intents("shadow"), eventually(lambda: (r := house.results("shadow")) and len(r) == len(house.canary.seen) and r)
    assert len(intents) == len(results) == seen and all(r["outcome"] == "completed" for r in results)
    callers = {r.headers["x-request-id"] for r in answers}
    for e in intents:
        mark = e["route"]["reason"]
        assert "; rollout=small; arm=shadow; of=req_" in mark and mark.split("of=")[1].split(";")[0] in callers and e["request"] not in callers
        assert e["destination"] == {"provider": "second", "model": "echo"} or "second" in json.dumps(e["destination"])
        assert e["principal"]["name"] == "tester" if isinstance(e["principal"], dict) else "tester" in e["principal"]
    assert [s["mode"] for s in house.steps()] == ["shadow", "shadow"]
    house.gateway.verify()


def test_the_callers_answer_is_the_same_and_never_waits(make_shadow):
    house = make_shadow(held=True)
    def seen(r): return r.json(), {k: v for k, v in r.headers.items() if k not in ("x-request-id", "request-id", "date", "x-sallyport-route")}
    before = [seen(house.ask(f"question {n}")) for n in range(5)]
    house.shadow(requests=1000)
    # The candidate hangs: callers have their answers.
    house.canary.gate.clear()
    assert [seen(house.ask(f"question {n}")) for n in range(5)] == before
    eventually(lambda: len(house.canary.seen) == 5)
    # It is asked when the caller has its answer, and not before.
    house.control.gate = threading.Event(); inner = house.control.answer
    house.control.answer = lambda h, body: (house.control.gate.wait(120), inner(h, body))
    threads = [threading.Thread(target=house.ask, args=(f"held {n}",)) for n in range(4)]
    for t in threads: t.start()
    eventually(lambda: len(house.control.seen) == 14)
    assert len(house.canary.seen) == 5
    house.control.gate.set()
    for t in threads: t.join(60)
    eventually(lambda: len(house.canary.seen) == 9)
    # More than there are places for are dropped, and counted.
    house.ask_many(40)
    eventually(lambda: house.own("shadow", "full") == 17)
    assert len(house.canary.seen) <= 32
    house.canary.gate.set()
    house.is_quiet("shadow", 49)


def test_a_hundred_at_once_never_spend_more_than_a_day_may_cost_and_kill_9_forgets_nothing(make_shadow):
    house = make_shadow(held=True)
    house.shadow(usd="0.001", requests=100000)
    house.canary.gate.clear()                             # all are under way at once, and nobody knows what they come to
    assert all(r.status_code == 200 for r in house.ask_many(100))
    house.is_quiet("shadow", 60)
    worst = max(len(b) for b in house.canary.bodies()) * 1_000 + 10 * 2_000
    under_way = len(house.canary.seen)
    assert 1 <= under_way and under_way * (worst - 3_000) <= 1_000_000 and house.own("shadow", "limit") > 50
    house.gateway.stop(signal.SIGKILL); house.gateway.start(); house.canary.gate.set()
    assert all(r.status_code == 200 for r in house.ask_many(100))
    house.is_quiet("shadow", 100)
    more = len(house.canary.seen) - under_way
    assert under_way * (worst - 3_000) + more * COST <= 1_000_000
    spent = house.status()["spent_nano_usd"]
    assert more * COST <= spent <= 1_000_000
    house.gateway.stop(signal.SIGKILL); house.gateway.start()
    assert house.status()["spent_nano_usd"] == spent
    seen = len(house.canary.seen)
    assert spent > 1_000_000 - worst or house.ask().status_code == 200
    assert all(r.status_code == 200 for r in house.ask_many(100))
    house.is_quiet("shadow", 100)
    assert spent + (len(house.canary.seen) - seen) * COST <= 1_000_000
    assert sum(r.get("cost_nano_usd", 0) for r in house.results("shadow")) <= 1_000_000


def test_what_may_cost_anything_is_not_asked(house):
    house.shadow(requests=100000)
    assert all(house.ask(f"n {n}", max_tokens=None).status_code == 200 for n in range(5))
    house.is_quiet("shadow", 5)
    assert house.own("shadow", "unbounded") == 5 and not house.canary.seen


def forbid(house, what):
    policy = house.gateway.folder / "policies/access.cedar"
    policy.write_text(policy.read_text() + f'\n@id("not-there") forbid (principal, action, resource in Provider::"{what}");\n')
    house.gateway.run("check"); house.gateway.reload()


def test_a_provider_that_policy_forbids_gets_nothing_and_counts_for_nothing(house):
    forbid(house, "second")
    house.shadow(requests=100000)
    assert all(r.status_code == 200 for r in house.ask_many(30))
    state = house.status()
    assert (state["requests"], state["control_requests"]) == (0, 0) and not house.canary.seen and not house.intents("shadow")


def test_the_shadow_gets_what_its_own_permit_says(house):
    house.shadow(requests=100000)
    assert house.ask("write to jane.roe@example.org").json()["choices"][0]["message"]["content"] == "write to jane.roe@example.org"
    eventually(lambda: house.canary.seen)
    assert b"jane.roe" not in house.canary.bodies()[0] and b"EMAIL_" in house.canary.bodies()[0]
    intent = eventually(lambda: house.intents("shadow"))[0]
    assert intent["form"] == "pseudonymised"


@pytest.mark.parametrize("mode,guard", [("errors", "error_rate<=control+0.05"), ("refuses", "refusal_rate<=control+0.05"), ("dear", "usd<=1.2*control"), ("slow", "p95_ms<=1.5*control+100")])
def test_a_shadow_that_is_worse_is_taken_back_before_any_caller_sees_it(house, mode, guard):
    house.shadow(guard, steps="50,100", requests=100000)
    house.canary.mode = mode
    for _ in range(60):
        assert all(r.status_code == 200 and r.headers["x-sallyport-destination"] == "upstream/echo" for r in house.ask_many(30))
        if house.status()["phase"] == "rolled_back": break
    assert house.status()["phase"] == "rolled_back"
    assert [(s["mode"], s["phase"]) for s in house.steps()] == [("shadow", "running"), ("shadow", "rolled_back")]


def test_after_the_shadow_come_the_steps(house):
    path = house.gateway.folder / "policies/rollouts.yaml"
    path.write_text("rollouts:\n  small: { alias: small, to: second/echo, shadow: { share: 50%, max_usd_per_day: 5 }, steps: [50, 100], min_requests: 20, min_time: 0s, guards: ['error_rate<=control+0.05'] }\n")
    house.gateway.run("check"); eventually(lambda: house.status())
    state = house.status()
    assert (state["mode"], state["share"], state["step"], state["stages"]) == ("shadow", 50, 1, 3)
    house.until("promoted")
    steps = [(s["mode"], s["share"], s["phase"]) for s in house.steps()]
    assert steps == [("shadow", 5000, "running"), ("canary", 5000, "running"), ("canary", 10000, "running"), ("canary", 10000, "promoted")]
    assert arm(house.ask()) == "canary"


def test_what_makes_no_sense_is_refused_by_file_and_line(house):
    path = house.gateway.folder / "policies/rollouts.yaml"
    for text, says in (("shadow: { share: 10% }", "max_usd_per_day"), ("shadow: { share: 200%, max_usd_per_day: 5 }", "expected a share"), ("shadow: { share: 10%, max_usd_per_day: 0 }", "above 0"),
            ("judge: { alias: smal, rubric: good, share: 20%, max_usd_per_day: 1 }", "did you mean `small`"), ("guards: ['judge_score>=control-0.05']", "needs a judge"), ("shadows: {}", "shadow")):
        path.write_text("rollouts:\n  small: { alias: small, to: second/echo, " + text + " }\n")
        r = house.gateway.run("check", check=False)
        assert r.returncode and says in r.stderr + r.stdout and "rollouts.yaml:2:" in r.stderr + r.stdout, (text, r.stdout, r.stderr)
    models = house.gateway.folder / "policies/models.yaml"
    models.write_text(models.read_text() + "  dear: { candidates: [{ provider: second, model: echo2, price: unknown }] }\n")
    shadow, judge = "shadow: { share: 10%, max_usd_per_day: 5 }", "judge: { alias: dear, rubric: good, share: 20%, max_usd_per_day: 1 }"
    for text, says in ((f"to: second/echo2, {shadow}", "rollouts.yaml:2:30: `rollouts.small.to`: a shadow may cost"), (f"to: second/nobody-knows, {shadow}", "what `second/nobody-knows` costs is not known"),
            (f"to: second/echo, {judge}", "what `dear` costs is not known")):
        path.write_text("rollouts:\n  small: { alias: small, " + text + " }\n")
        r = house.gateway.run("check", check=False)
        assert r.returncode and says in r.stderr + r.stdout and "rollouts.yaml:2:" in r.stderr + r.stdout, (text, r.stdout, r.stderr)
    path.unlink()
    unpriced = house.gateway.run("rollout", "start", "small", "--to", "second/echo2", "--shadow", "10", "--shadow-max-usd", "1", check=False)
    assert unpriced.returncode and "what `second/echo2` costs is not known" in unpriced.stderr
    for bad in (["--shadow", "10"], ["--shadow", "10", "--shadow-max-usd", "0"], ["--shadow", "0", "--shadow-max-usd", "1"], ["--judge", "small"], ["--guard", "judge_score>=control-0.05"]):
        assert house.gateway.run("rollout", "start", "small", "--to", "second/echo", *bad, check=False).returncode


# ---- judges

class JudgeProvider(Provider):
    """Grades answers: 5 unless they say `worse`, then 3."""
    says = None
    def answer(self, h, body):
        material = json.loads(body["messages"][-1]["content"])
        verdict = self.says if self.says is not None else json.dumps({"reason": "so it is", "score": 3 if "worse" in material["answer"] else 5})
        self.whole(h, 200 if self.says != "error" else 500, {"id": "j", "object": "chat.completion", "created": 1, "model": body["model"], "usage": {"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70},
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": verdict}}]})


class Subtle(Scripted):
    """A provider whose answers get subtly worse: of the same form, only not as good."""
    is_worse = False
    def answer(self, h, body):
        if self.is_worse: body["messages"].append({"role": "user", "content": body["messages"][-1]["content"] + " worse"})
        super().answer(h, body)


@pytest.fixture
def judged(make_gateway):
    judge, canary = JudgeProvider(), Subtle()
    house = ShadowHouse(make_gateway, second=canary.url, providers=f'  third: {{ kind: openai, base_url: "{judge.url}", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: "1.1" }}')
    house.canary.stop(); house.canary, house.judge = canary, judge
    models = house.gateway.folder / "policies/models.yaml"
    models.write_text(models.read_text() + "  judge: { candidates: [{ provider: third, model: judge, price: { input_usd_per_million: 1, output_usd_per_million: 2 } }] }\n")
    house.gateway.run("check"); house.gateway.reload()
    yield house
    house.judge.stop(); house.close()


def judging(share="100", usd="1"): return ["--judge", "judge", "--rubric", "Is it good?", "--judge-share", share, "--judge-max-usd", usd]
def scores(house): return next(g for g in house.status()["guards"] if g["rule"].startswith("judge_score"))


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_subtly_worse_answers_are_found_by_a_judge(judged, stream):
    body = {"stream": True} if stream else {}
    judged.start("judge_score>=control-0.05", "error_rate<=control+0.1", steps="50", requests=100000, more=judging()); judged.say("hold")
    for n in range(6):                                    # not more at once than there are places
        judged.ask_many(10, **body); judged.is_quiet("judge", 10 * (n + 1))
    eventually(lambda: (s := scores(judged))["treatment_count"] + s["control_count"] == 60)
    assert scores(judged)["treatment_mean"] == scores(judged)["control_mean"] == 1 and judged.status()["phase"] == "held"
    judged.canary.is_worse = True
    for _ in range(30):
        before = judged.metric("sallyport_rollout_own_requests_total", kind="judge")
        judged.ask_many(30, **body)
        if judged.status()["phase"] == "rolled_back": break
        judged.is_quiet("judge", before + 30)
    assert judged.status()["phase"] == "rolled_back" and [e["guard"] for e in judged.steps()[-1]["evidence"] if e["broken"]] == ["judge_score>=control-0.05"]


def test_a_judge_sees_what_the_provider_saw_and_its_questions_are_on_record(judged):
    judged.start("judge_score>=control-0.05", steps="50", requests=100000, more=judging())
    assert judged.ask("mail jane.roe@example.org").status_code == 200
    eventually(lambda: scores(judged)["treatment_count"] + scores(judged)["control_count"] == 1)
    [body] = judged.judge.bodies()
    body = json.loads(body)
    material = json.loads(body["messages"][1]["content"])
    assert "Is it good?" in body["messages"][0]["content"] and "jane.roe" not in json.dumps(body) and "EMAIL" in material["answer"]
    assert material["conversation"][0]["content"] == material["answer"] and body["model"] == "judge"
    [intent] = judged.intents("judge"); [result] = eventually(lambda: judged.results("judge"))
    assert "; rollout=small; arm=judge; of=req_" in intent["route"]["reason"] and "sallyport" in json.dumps(intent["principal"]) and result["outcome"] == "completed"
    assert judged.status()["judge_spent_nano_usd"] == 50 * 1_000 + 20 * 2_000
    judged.gateway.verify()


def test_a_judge_that_policy_forbids_or_that_gives_no_verdict_counts_for_nothing(judged):
    judged.start("judge_score>=control-0.05", steps="50", requests=100000, more=judging())
    for says in ("error", "very good!", '{"score": 9}', '{"score": 5, "more": 1}'):
        judged.judge.says = says; judged.ask_many(5)
        judged.is_quiet("judge", 5)
        before = judged.metric("sallyport_rollout_own_requests_total", kind="judge"); assert before % 5 == 0 or eventually(lambda: judged.metric("sallyport_rollout_own_requests_total", kind="judge") % 5 == 0)
    judged.is_quiet("judge", 20)
    # A breaker may be open by now, so that not each was asked.
    assert judged.own("judge", "unread") + judged.own("judge", "unfit") == 20 and judged.own("judge", "unread") >= 5
    seen = len(judged.judge.seen); judged.judge.says = None
    forbid(judged, "third"); judged.ask_many(10); judged.is_quiet("judge", 30)
    assert judged.own("judge", "forbidden") == 10 and len(judged.judge.seen) == seen
    state = scores(judged)
    assert (state["treatment_count"], state["control_count"]) == (0, 0) and judged.status()["phase"] == "running"


def test_what_its_caller_may_not_send_there_does_not_get_to_a_judge_either(judged):
    policy = judged.gateway.folder / "policies/access.cedar"
    policy.write_text(policy.read_text() + '\n@id("not-theirs") forbid (principal in Team::"tests", action, resource in Provider::"third");\n')
    judged.gateway.run("check"); judged.gateway.reload()
    judged.start("judge_score>=control-0.05", steps="50", requests=100000, more=judging())
    judged.ask_many(10); judged.is_quiet("judge", 10)
    assert judged.own("judge", "forbidden") == 10 and not judged.judge.seen


def test_judging_never_costs_more_than_it_may_and_a_share_is_a_share(judged):
    judged.start("judge_score>=control-0.05", steps="50", requests=100000, more=judging(usd="0.02"))
    judged.ask_many(200); judged.is_quiet("judge", 200)
    spent = judged.status()["judge_spent_nano_usd"]
    assert len(judged.judge.seen) * 90_000 == spent <= 20_000_000 and judged.own("judge", "limit") + judged.own("judge", "full") > 0
    judged.say("rollback"); judged.say("stop")
    seen = judged.metric("sallyport_rollout_own_requests_total", kind="judge")
    judged.start("judge_score>=control-0.05", steps="50", requests=100000, more=judging(share="25"))
    judged.ask_many(200)
    eventually(lambda: judged.metric("sallyport_rollout_own_requests_total", kind="judge") > seen + 15)
    assert judged.metric("sallyport_rollout_own_requests_total", kind="judge") < seen + 120


def test_a_shadow_is_judged_too(judged):
    judged.shadow("judge_score>=control-0.05", requests=100000, more=judging())
    judged.canary.is_worse = True
    for _ in range(30):
        judged.ask_many(20)
        if judged.status()["phase"] == "rolled_back": break
    assert judged.status()["phase"] == "rolled_back" and judged.steps()[-1]["mode"] == "shadow"


# ---- form by schema

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "people": {"type": "integer"}}, "required": ["city", "people"], "additionalProperties": False}
FORMATS = [
    ("chat", "/v1/chat/completions", lambda text: {"model": "small", "messages": [{"role": "user", "content": text}], "response_format": {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}}}),
    ("messages", "/v1/messages", lambda text: {"model": "small", "max_tokens": 50, "messages": [{"role": "user", "content": text}], "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}),
    ("gemini", "/v1beta/models/small:generateContent", lambda text: {"contents": [{"role": "user", "parts": [{"text": text}]}], "generationConfig": {"responseMimeType": "application/json", "responseSchema": {
        "type": "OBJECT", "properties": {"city": {"type": "STRING"}, "people": {"type": "INTEGER"}}, "required": ["city", "people"]}}}),
]


@pytest.mark.parametrize("name,path,body", FORMATS, ids=[f[0] for f in FORMATS])
def test_an_answer_has_to_follow_the_schema_that_was_asked_for(house, name, path, body):
    house.start("format_validity>=control-0.05", "invalid_rate<=control+0.05", steps="50", requests=100000); house.say("hold")
    def guards(): return house.status()["guards"]
    def means(): return [round(sum((g[f"{a}_mean"] or 0) * g[f"{a}_count"] for a in ("treatment", "control"))) for g in guards()]
    good, bad = ['{"city": "Ulm", "people": 3}', ' {"people": 0, "city": ""}\n', '{"city": "jane.roe@example.org", "people": 3}'], ['{"city": "Ulm"}', '{"city": "Ulm", "people": "3"}', '{"city": "Ulm", "people": 3.5}', "[]", "Ulm", '```json\n{"city": "Ulm", "people": 3}\n```']
    for text in good + bad:
        r = house.clients[0].post(house.gateway.url + path, headers={"authorization": "Bearer " + house.gateway.key}, json=body(text))
        assert r.status_code == 200, r.text
    eventually(lambda: sum(guards()[0][f"{a}_count"] for a in ("treatment", "control")) == len(good + bad))
    assert means() == [len(good), len(bad)]


def choices(h, body, texts):
    """An answer with several choices; in a stream, their pieces take turns."""
    base = {"id": "c", "created": 1, "model": body["model"]}
    if not body.get("stream"):
        return Provider.whole(None, h, 200, {**base, "object": "chat.completion", "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            "choices": [{"index": i, "finish_reason": "stop", "message": {"role": "assistant", "content": t}} for i, t in enumerate(texts)]})
    pieces = [(i, {"content": t[n:n + 3]}, None) for n in range(0, max(map(len, texts)), 3) for i, t in enumerate(texts)] + [(i, {}, "stop") for i in range(len(texts))]
    data = b"".join(b"data: " + json.dumps({**base, "object": "chat.completion.chunk", "choices": [{"index": i, "delta": d, "finish_reason": f}]}).encode() + b"\n\n" for i, d, f in pieces) + b"data: [DONE]\n\n"
    h.send_response(200); h.send_header("content-type", "text/event-stream"); h.send_header("content-length", str(len(data))); h.end_headers(); h.wfile.write(data)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_each_of_several_choices_has_to_follow_the_schema(house, stream):
    house.start("format_validity>=control-0.05", steps="50", requests=100000); house.say("hold")
    good, bad = json.dumps({"city": "Ulm", "people": 3}), json.dumps({"city": "Ulm"})
    cases = [[good, good], [good, bad], [bad, good], [good, good, ""], [good, good, good], [good, "Ulm"]]
    waiting = iter(cases)
    for provider in (house.control, house.canary): provider.answer = lambda h, body: choices(h, body, next(waiting))
    for case in cases:
        assert house.ask(n=len(case), stream=stream, response_format={"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}}).status_code == 200
    guard = lambda: house.status()["guards"][0]
    eventually(lambda: sum(guard()[f"{a}_count"] for a in ("treatment", "control")) == len(cases))
    assert round(sum((guard()[f"{a}_mean"] or 0) * guard()[f"{a}_count"] for a in ("treatment", "control"))) == 2 + stream      # a stream does not say that there is a third, empty one


def test_a_candidate_that_stops_following_the_schema_is_taken_back(house):
    house.start("format_validity>=control-0.05", "error_rate<=control+0.5", steps="50", requests=100000); house.say("hold")
    ask = lambda text: house.ask(text, response_format={"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA}})
    inner = house.canary.answer
    def loose(h, body): body["messages"].append({"role": "user", "content": '{"city": "Ulm", "people": "many"}'}); inner(h, body)
    house.canary.answer = loose
    for n in range(800):
        assert ask(json.dumps({"city": f"{n}", "people": n})).status_code == 200
        if n % 40 == 39 and house.status()["phase"] == "rolled_back": break
    assert house.status()["phase"] == "rolled_back" and house.steps()[-1]["reason"] == "guard"


# ---- what is sealed of it

def test_a_data_set_has_what_callers_asked_and_what_the_gateway_asked_only_where_that_is_wanted(judged):
    house, gateway = judged, judged.gateway
    sealing(gateway); gateway.run("check"); gateway.reload()
    house.shadow("error_rate<=control+0.5", "judge_score>=control-0.05", requests=100000, more=judging())
    topics = ["the price of bread", "how tall are trees", "write a short poem", "which language is oldest", "why is the sky blue", "name three rivers"]
    for topic in topics: assert house.ask(topic).status_code == 200
    house.is_quiet("shadow", 6); house.is_quiet("judge", 12)
    results = eventually(lambda: (r := [e for e in gateway.entries() if e["kind"] == "result"]) and len(r) == 24 and r)
    assert {e["outcome"] for e in results} == {"completed"}
    eventually(lambda: len([r for r in records(gateway, 1) if r["kind"] == "answer"]) == 24)
    def export(name, *more): return json.loads(gateway.run("dataset", "export", "--format", "jsonl", "-o", str(gateway.folder / name), "--redact-findings", "--json", *more).stdout)
    out = export("callers.jsonl")
    assert out["records"] == 6 and out["sources"]["the gateway's own"] == 18
    assert "score" not in (gateway.folder / "callers.jsonl").read_text()
    every = export("all.jsonl", "--own-requests", "--near-duplicates", "1")
    assert every["records"] > 6 and every["sources"].get("the gateway's own", 0) == 0 and "own-requests" in json.dumps(every["filters"])


# ---- the page and the figures

def test_the_page_and_the_figures_say_how_it_stands(house):
    with urllib.request.urlopen(house.gateway.admin + "/rollouts.html", timeout=60) as r: assert "None:" in r.read().decode()
    house.start(steps="50,100", requests=100000, more=["--name", "small"]); house.ask_many(20)
    eventually(lambda: house.status()["requests"] + house.status()["control_requests"] == 20)
    with urllib.request.urlopen(house.gateway.admin + "/rollouts.html", timeout=60) as r: page, policy = r.read().decode(), r.headers["content-security-policy"]
    assert "error_rate&lt;=control+0.02" in page and "second/echo" in page and "50 %" in page and "<script" not in page and "default-src 'none'" in policy
    with pytest.raises(urllib.error.HTTPError) as refused: urllib.request.urlopen(urllib.request.Request(house.gateway.admin + "/rollouts.html", headers={"host": "evil.example"}))
    assert refused.value.code == 421
    assert house.metric("sallyport_rollout_share", rollout="small", alias="small", mode="canary") == 0.5
    # What the dashboard and the alerts ask of these figures, they have.
    with urllib.request.urlopen(house.gateway.admin + "/metrics", timeout=60) as r: figures = r.read().decode()
    labels = {m: set(re.findall(r'(\w+)="', l)) for m, l in re.findall(r"^(sallyport_rollout_\w+)\{(.*)\} ", figures, re.M)}
    asked = [t["expr"] for p in json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())["panels"] for t in p["targets"]] + [r["expr"] for g in yaml.safe_load((ROOT / "deploy/prometheus-alerts.yaml").read_text())["groups"] for r in g["rules"]]
    known = [(m, {l.strip() for l in by.split(",")} - {"instance"}) for e in asked for by in re.findall(r"by \(([^)]*)\)", e) for m in re.findall(r"sallyport_rollout_\w+", e) if m in labels]
    assert len(known) >= 5 and all(by <= labels[m] for m, by in known), (known, labels)
    assert house.metric("sallyport_rollout_state", rollout="small", phase="running", reason="started") == 1
    assert house.metric("sallyport_rollout_outcomes_total", rollout="small") == 20 and house.metric("sallyport_rollout_verdict", rollout="small") == 0
