"""Rollouts: a candidate that is as good gets on, one that gets worse in midway is taken back, whatever is killed meanwhile."""
import concurrent.futures, http.server, json, os, shutil, signal, stat, subprocess, threading, time, urllib.error, urllib.request
import httpx2
import pytest
from conftest import PROGRAM, eventually, free_port
from mock_provider import Provider

PRICE = "price: { input_usd_per_million: 1, output_usd_per_million: 2 }"
MODELS = f'  small: {{ candidates: [{{ provider: upstream, model: echo, {PRICE} }}] }}\n  other: {{ candidates: [{{ provider: second, model: echo, {PRICE} }}] }}\n'


class Scripted(Provider):
    """A provider that can get worse."""
    mode = "good"
    def __init__(self): self.gate = threading.Event(); super().__init__()

    def answer(self, h, body):
        if self.mode == "hangs": self.gate.wait(600)
        if self.mode == "errors": return self.whole(h, 500, {"error": {"message": "scripted", "type": "server_error"}})
        if self.mode == "some-errors" and len(self.seen) % 3 == 0: return self.whole(h, 500, {"error": {"message": "scripted", "type": "server_error"}})
        if self.mode == "slow": time.sleep(0.4)
        if self.mode == "refuses": body["messages"].append({"role": "user", "content": "I'm sorry, but I can't help with that."})
        if self.mode == "leaks": body["model"] = "adds"
        if self.mode == "no-form": body["messages"].append({"role": "user", "content": "surely: {"})
        if self.mode == "dear": body["messages"].append({"role": "user", "content": "x"})
        super().answer(h, body)

    def whole(self, h, status, obj, headers=()):
        if self.mode == "dear" and "usage" in obj: obj["usage"] = {"prompt_tokens": 900, "completion_tokens": 700, "total_tokens": 1600}
        super().whole(h, status, obj, headers)


class House:
    def __init__(self, make_gateway, count=1, second=None, models=MODELS, **k):
        self.control, self.canary = Scripted(), Scripted()
        self.gateways = [make_gateway(upstream=self.control.url, second=second or self.canary.url, models=models, **k).start() for _ in range(count)]
        self.gateway, self.number = self.gateways[0], 0
        self.clients = [httpx2.Client(verify=g.context(), timeout=120, trust_env=False) for g in self.gateways]

    def close(self):
        for part in (self.control, self.canary): part.gate.set()
        for part in self.clients: part.close()
        for part in (self.control, self.canary): part.stop()

    def ask(self, text=None, gateway=0, **body):
        if text is None: self.number += 1; text = f'{{"n": {self.number}}}'
        return self.clients[gateway].post(self.gateways[gateway].url + "/v1/chat/completions", headers={"authorization": "Bearer " + self.gateways[gateway].key},
            json={"model": "small", "messages": [{"role": "user", "content": text}], **body})

    def ask_many(self, count, gateway=0, **body):
        with concurrent.futures.ThreadPoolExecutor(8) as pool: return list(pool.map(lambda _: self.ask(gateway=gateway, **body), range(count)))

    def start(self, *guards, steps="50,100", requests=40, seconds=0, more=()):
        self.gateway.run("rollout", "start", "small", "--to", "second/echo", "--steps", steps, "--min-requests", str(requests), "--min-seconds", str(seconds),
            *[x for g in guards for x in ("--guard", g)], *more)

    def say(self, verb, check=True, gateway=0): return self.gateways[gateway].run("rollout", verb, "small", check=check)

    def status(self, gateway=0):
        return next((r for r in json.loads(self.gateways[gateway].run("rollout", "status", "--json").stdout)["rollouts"] if r["name"] == "small"), None)

    def steps(self, gateway=0): return [e for e in self.gateways[gateway].entries() if e["kind"] == "rollout"]

    def until(self, phase, most=1600, gateway=0, **body):
        """Asks until a rollout is there; how many requests that took."""
        for count in range(0, most, 40):
            if self.status(gateway)["phase"] == phase: return count
            assert all(r.status_code == 200 for r in self.ask_many(40, gateway, **body))
        raise AssertionError(self.status(gateway))


@pytest.fixture
def make_house(make_gateway):
    made = []
    def make(*a, **k):
        made.append(House(make_gateway, *a, **k))
        return made[-1]
    yield make
    for h in made: h.close()


@pytest.fixture
def house(make_house): return make_house()


def arm(r): return r.headers["x-sallyport-rollout"].split("; arm=")[1] if "x-sallyport-rollout" in r.headers else None


def test_an_equal_candidate_is_promoted_step_by_step_and_each_step_is_on_record(house):
    house.start(steps="25,50,100")
    answers = house.ask_many(60)
    assert {arm(r) for r in answers} == {"canary", "control"}
    for r in answers:
        assert r.headers["x-sallyport-destination"] == ("second/echo" if arm(r) == "canary" else "upstream/echo")
        assert r.headers["x-sallyport-rollout"] == f"small; arm={arm(r)}"
    house.until("promoted")
    assert house.gateway.run("rollout", "status", "small", "--wait", "--exit-code").returncode == 0
    assert arm(house.ask()) == "canary"
    steps = house.steps()
    assert [(s["share_before"], s["share"], s["phase"]) for s in steps] == [(0, 2500, "running"), (2500, 5000, "running"), (5000, 10000, "running"), (10000, 10000, "promoted")]
    assert steps[0]["reason"] == "started" and {s["reason"] for s in steps[1:]} <= {"minimum", "shown"}
    assert all(e["candidate"]["count"] >= 20 and not e["broken"] for s in steps[1:] for e in s["evidence"] if e["guard"].startswith("error"))
    intents = [e for e in house.gateway.entries() if e["kind"] == "intent"]
    assert all(("; rollout=small; arm=" in e["route"]["reason"]) for e in intents)
    house.gateway.verify()
    assert "promoted" in house.gateway.run("audit", "tail", "--count", "1000").stdout


def test_a_conversation_stays_in_its_arm_and_a_greater_share_keeps_who_was_in(house):
    house.start(steps="30,60,100", requests=100000)
    before = {n: arm(house.ask(f"conversation {n}")) for n in range(60)}
    assert {n: arm(house.ask(f"conversation {n}")) for n in range(60)} == before
    assert 5 <= sum(a == "canary" for a in before.values()) <= 35
    house.say("promote")
    after = {n: arm(house.ask(f"conversation {n}")) for n in range(60)}
    assert all(after[n] == "canary" for n in before if before[n] == "canary") and sum(a == "canary" for a in after.values()) > sum(a == "canary" for a in before.values())


WORSE = [
    ("errors", "error_rate<=control+0.05", {}), ("some-errors", "error_rate<=control+0.05", {}), ("slow", "p95_ms<=1.5*control+100", {}), ("refuses", "refusal_rate<=control+0.05", {}),
    ("leaks", "leak_rate<=control+0.05", {}), ("no-form", "invalid_rate<=control+0.05", {"response_format": {"type": "json_object"}}), ("dear", "usd<=1.2*control", {}),
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("mode,guard,body", WORSE, ids=[w[0] for w in WORSE])
def test_one_that_gets_worse_in_midway_is_rolled_back(house, mode, guard, body, stream):
    if stream and mode == "dear": pytest.skip("the mock's streams say their own figures")
    if stream: body = {**body, "stream": True}
    house.start(guard, "error_rate<=control+0.5", steps="50", requests=100000)
    house.say("hold")                                     # so that it stays there, however good it is
    assert all(r.status_code == 200 for r in house.ask_many(240, **body))
    assert house.status()["phase"] == "held"
    house.canary.mode = mode
    house.until("rolled_back", **body)
    assert house.gateway.run("rollout", "status", "small", "--exit-code", check=False).returncode == 3
    last = house.steps()[-1]
    assert last["phase"] == "rolled_back" and last["share"] == 0 and last["reason"] in ("guard", "failing")
    if mode not in ("errors",): assert [e["guard"] for e in last["evidence"] if e["broken"]] == [guard]
    seen = len(house.canary.seen)
    assert all(arm(r) is None and r.headers["x-sallyport-destination"] == "upstream/echo" for r in house.ask_many(20, **body))
    assert len(house.canary.seen) == seen


@pytest.mark.parametrize("how", ["errors", "refused"])
def test_a_hard_failure_costs_at_most_twenty_requests_none_of_which_the_caller_sees(make_house, how):
    house = make_house(second="http://127.0.0.1:9/v1" if how == "refused" else None)
    house.start(steps="50", requests=100000)
    if how == "errors": house.ask_many(40)
    house.canary.mode = how
    for _ in range(150):
        assert house.ask().status_code == 200
        if house.status()["phase"] == "rolled_back": break
    assert house.status()["phase"] == "rolled_back" and house.steps()[-1]["reason"] in ("failing", "guard")
    failed = sum(e["kind"] == "result" and e["outcome"] != "completed" for e in house.gateway.entries())
    assert 3 <= failed <= 20


ERRORS_ALONE = "error_rate<=control+0.05"


def test_tries_that_hang_count_as_failed_while_they_are_under_way(house):
    house.start(ERRORS_ALONE, steps="50", requests=100000, more=["--max-wait", "0.2"])
    assert all(r.status_code == 200 for r in house.ask_many(20))
    house.canary.mode = "hangs"
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(house.ask) for _ in range(40)]
        eventually(lambda: house.status()["phase"] == "rolled_back")
        hanging = sum(not w.done() for w in waiting)
        house.canary.gate.set()
        assert hanging >= 5 and all(w.result().status_code == 200 for w in waiting)      # the provider's own patience had no part in it
    assert house.steps()[-1]["reason"] in ("failing", "guard")


def test_tries_that_hang_count_though_a_hedge_answers_in_their_place(make_house):
    house = make_house(models=f"  small: {{ strategy: ordered, hedge: {{ after: 300ms, max_cost_share: 100% }}, candidates: [{{ provider: upstream, model: echo, {PRICE} }}, {{ provider: upstream, model: again, {PRICE} }}] }}\n")
    house.start(ERRORS_ALONE, steps="50", requests=100000, more=["--max-wait", "600"])
    assert all(r.status_code == 200 for r in house.ask_many(60))
    seen = len(house.canary.seen)
    house.canary.mode = "hangs"
    for _ in range(100):
        assert house.ask().status_code == 200
        if house.status()["phase"] == "rolled_back": break
    assert house.status()["phase"] == "rolled_back" and house.steps()[-1]["reason"] == "failing"
    assert len(house.canary.seen) - seen <= 20


def test_tries_that_hang_count_though_callers_leave(house):
    house.start(ERRORS_ALONE, steps="50", requests=100000, more=["--max-wait", "600"])
    before = house.ask_many(60)
    assert all(r.status_code == 200 for r in before)
    patience = 2 + 3 * max(r.elapsed.total_seconds() for r in before)      # longer than the control takes, on whatever machine
    seen = len(house.canary.seen)
    house.canary.mode = "hangs"
    def leave():
        try: house.clients[0].post(house.gateway.url + "/v1/chat/completions", headers={"authorization": "Bearer " + house.gateway.key}, timeout=patience,
            json={"model": "small", "messages": [{"role": "user", "content": f"{time.monotonic_ns()}"}]})
        except httpx2.TimeoutException: pass
    for _ in range(10):
        with concurrent.futures.ThreadPoolExecutor(8) as pool: list(pool.map(lambda _: leave(), range(8)))
        if house.status()["phase"] == "rolled_back": break
    eventually(lambda: house.status()["phase"] == "rolled_back")
    assert house.steps()[-1]["reason"] == "failing"
    assert len(house.canary.seen) - seen <= 40


def test_what_operators_say_is_done_and_nobody_else_may(house):
    house.start(steps="10,100", requests=100000)
    assert house.say("resume", check=False).returncode and "not now" in house.say("resume", check=False).stderr
    house.say("hold"); assert house.status()["phase"] == "held"
    assert house.gateway.run("rollout", "status", "small", "--exit-code", check=False).returncode == 4
    house.say("resume"); house.say("promote"); assert house.status()["share"] == 100
    house.say("rollback"); assert house.status()["phase"] == "rolled_back" and arm(house.ask()) is None
    house.say("stop"); assert house.status() is None
    assert house.say("hold", check=False).returncode == 1
    for headers in ({}, {"authorization": "Bearer " + "0" * 64}, {"authorization": "Bearer " + house.gateway.key}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(house.gateway.admin + "/rollouts", b'{"name":"small","command":"promote"}', headers))
        assert refused.value.code == 403
    heard = overheard(house)
    def shown(order): return urllib.request.urlopen(urllib.request.Request(house.gateway.admin + "/rollouts", order, {"authorization": heard[0]})).status
    for order, code in ((heard[1].replace(b"hold", b"stop"), 403), (heard[1], 404), (heard[1], 403)):    # once, and nothing else
        with pytest.raises(urllib.error.HTTPError) as refused: shown(order)
        assert refused.value.code == code
    for bad in (["--to", "nobody/echo"], ["--to", "second"], ["--to", "second/echo", "--guard", "errors<=1"], ["--to", "second/echo", "--steps", "5,1"]):
        assert house.gateway.run("rollout", "start", "small", *bad, check=False).returncode
    assert "did you mean `small`" in house.gateway.run("rollout", "start", "smal", "--to", "second/echo", check=False).stderr
    assert [(s["phase"], s["reason"]) for s in house.steps()] == [("running", "started"), ("held", "operator"), ("running", "operator"), ("running", "operator"), ("rolled_back", "operator")]


def overheard(house):
    """What an order shows to a program that listens in the gateway's place: its `authorization` and its body."""
    heard = []
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *a): pass
        def do_POST(self):
            heard.extend([self.headers["authorization"], self.rfile.read(int(self.headers["content-length"]))])
            self.send_response(200); self.send_header("content-length", "5"); self.end_headers(); self.wfile.write(b"done\n")
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        g = house.gateway
        other = g.folder / "other.yaml"; other.write_text((g.folder / "sallyport.yaml").read_text().replace(f"port: {g.admin_port} }}", f"port: {server.server_address[1]} }}"))
        r = subprocess.run([PROGRAM, "rollout", "hold", "small", "--config", str(other)], capture_output=True, text=True, timeout=120, env={**os.environ, "TEST_PROVIDER_KEY": "sk-test-provider"})
        server.shutdown()
    assert len(heard) == 2, r.stderr
    return heard


def feedback(house, request, gateway=0, key=None, **body):
    g = house.gateways[gateway]
    return house.clients[gateway].post(g.url + "/v1/feedback", headers={"authorization": "Bearer " + (key or g.key)}, json={"request_id": request, **body})


def test_feedback_counts_once_and_only_from_who_asked(house):
    house.start("feedback>=control-0.05", steps="50", requests=100000)
    r = house.ask(); request = r.headers["x-request-id"]
    other = house.gateway.make_key("--principal", "somebody", "--team", "tests")
    assert feedback(house, request, thumbs="up", key=other).status_code == 404
    first = feedback(house, request, thumbs="up", comment="very good, mail me at jane@example.org")
    assert (first.status_code, first.json()) == (200, {"request_id": request, "repeated": False})
    assert feedback(house, request, score=0).json() == {"request_id": request, "repeated": True}
    unknown = feedback(house, "req_" + "0" * 32, score=1)
    assert unknown.status_code == 404 and unknown.json()["error"]["type"]
    for bad in ({}, {"score": 2}, {"score": "1"}, {"thumbs": "sideways"}, {"score": 1, "thumbs": "up"}, {"score": 1, "more": 1}):
        assert feedback(house, request, **bad).status_code == 400, bad
    assert feedback(house, "nonsense", score=1).status_code == 400
    # What changes nothing is not journalled, whoever says it how often.
    journal = (house.gateway.folder / "var/rollouts/rollouts.journal").read_text()
    assert "req_" + "0" * 32 not in journal and journal.count('"feedback":{') == 1
    guards = house.status()["guards"]
    assert sum(g["treatment_count"] + g["control_count"] for g in guards) == 1 and guards[0]["treatment_mean" if arm(r) == "canary" else "control_mean"] == 1
    house.gateway.stop(signal.SIGKILL); house.gateway.start()
    assert feedback(house, request, score=0).json()["repeated"] is True
    for f in (house.gateway.folder / "var/rollouts").iterdir(): assert "jane" not in f.read_text()


def test_subtly_worse_answers_are_found_by_feedback(house):
    house.start("feedback>=control-0.05", steps="50", requests=100000); house.say("hold")
    def judge(r, canary): assert feedback(house, r.headers["x-request-id"], thumbs="up" if arm(r) == "control" or canary else "down").status_code == 200
    for r in house.ask_many(60): judge(r, True)
    assert house.status()["phase"] == "held"
    for _ in range(20):
        for r in house.ask_many(20): arm(r) and judge(r, False)
        if house.status()["phase"] == "rolled_back": break
    assert house.status()["phase"] == "rolled_back" and house.steps()[-1]["evidence"][0]["broken"]


@pytest.mark.parametrize("promote,worse,phase,reason,share", [(True, False, "promoted", "better", 100), (False, False, "held", "better", 50), (True, True, "rolled_back", "worse", 0)], ids=["promotes", "holds", "worse"])
def test_an_ab_test_ends_with_a_verdict_and_what_it_rests_on(house, promote, worse, phase, reason, share):
    path = house.gateway.folder / "policies/rollouts.yaml"
    path.write_text(f"rollouts:\n  small: {{ alias: small, to: second/echo, min_requests: 10, min_time: 0s, guards: ['error_rate<=control+0.5'], ab: {{ measure: feedback, share: 50%, promote: {str(promote).lower()} }} }}\n")
    assert eventually(lambda: (s := house.status()) and s["mode"] == "ab" and s["share"] == 50 and s["steps"] == [50])
    for _ in range(20):
        if house.status()["phase"] != "running": break
        for r in house.ask_many(20):
            if arm(r): assert feedback(house, r.headers["x-request-id"], thumbs="up" if (arm(r) == "canary") != worse else "down").status_code == 200
    state = house.status()
    assert (state["phase"], state["reason"], state["share"]) == (phase, reason, share)
    test = state["ab"]
    assert test["verdict"] == reason and test["measure"] == "feedback" and test[f"log_{reason}"] >= test["log_needed"] and min(test["treatment_count"], test["control_count"]) >= 3
    last = house.steps()[-1]
    assert (last["mode"], last["reason"], last["ab"]["verdict"]) == ("ab", reason, reason) and last["ab"]["candidate"]["mean_millionths"] == (0 if worse else 1_000_000)
    assert last["ab"][f"log_{reason}_milli"] >= last["ab"]["log_needed_milli"]
    text = house.gateway.run("rollout", "status", "small", "--exit-code", check=False)
    assert text.returncode == {"promoted": 0, "held": 4, "rolled_back": 3}[phase] and "A/B by feedback" in text.stdout and text.stdout.count(reason) >= 2
    with urllib.request.urlopen(house.gateway.admin + "/rollouts.html", timeout=60) as r: page = r.read().decode()
    assert "The A/B test of small by feedback" in page and f"<td>{reason}</td>" in page
    with urllib.request.urlopen(house.gateway.admin + "/metrics", timeout=60) as r: figures = r.read().decode()
    assert f'sallyport_rollout_ab_evidence{{rollout="small",alias="small",measure="feedback",verdict="{reason}"}} 1.0' in figures
    house.gateway.verify()


def test_an_ab_test_that_shows_nothing_keeps_the_control_and_nonsense_is_refused(house):
    house.gateway.run("rollout", "start", "small", "--to", "second/echo", "--ab", "error_rate", "--ab-max-values", "100", "--min-requests", "10", "--min-seconds", "0")
    house.until("rolled_back")
    assert house.status()["reason"] == "no_difference" == house.steps()[-1]["ab"]["verdict"] and arm(house.ask()) is None
    assert house.gateway.run("rollout", "stop", "small").returncode == 0
    for bad, says in ((["--ab", "mood"], "unknown measure `mood`"), (["--ab", "feedback", "--steps", "5,100"], "no steps"), (["--ab", "feedback", "--ab-share", "100"], "share"), (["--ab", "judge_score"], "needs a judge")):
        r = house.gateway.run("rollout", "start", "small", "--to", "second/echo", *bad, check=False)
        assert r.returncode and says in r.stderr, (bad, r.stderr)
    path = house.gateway.folder / "policies/rollouts.yaml"
    for ab, says in (("{ measure: mood }", "unknown measure `mood`"), ("{ share: 5 }", "measure"), ("{ measure: feedback, promote: perhaps }", "expected `true` or `false`"), ("{ measure: feedback, max_values: 3 }", "max_values"), ("{ measure: feedback, rest: 1 }", "unknown key")):
        path.write_text(f"rollouts:\n  small: {{ alias: small, to: second/echo, ab: {ab} }}\n")
        r = house.gateway.run("check", check=False)
        assert r.returncode and says in r.stdout + r.stderr and "rollouts.yaml:2:" in r.stdout + r.stderr, (ab, r.stdout, r.stderr)


def test_who_may_not_have_the_candidate_stays_in_control_and_counts_for_neither(house):
    policy = house.gateway.folder / "policies/access.cedar"
    policy.write_text(policy.read_text() + '\n@id("not-second") forbid (principal, action, resource) when { resource has provider && resource.provider == Provider::"second" };\n')
    r = house.gateway.run("check", check=False)
    if r.returncode: policy.write_text(policy.read_text().replace('resource has provider && resource.provider == Provider::"second"', 'resource in Provider::"second"')); house.gateway.run("check")
    house.gateway.reload()
    house.start(steps="50", requests=100000)
    assert all(arm(r) is None and r.status_code == 200 for r in house.ask_many(30))
    state = house.status()
    assert (state["requests"], state["control_requests"]) == (0, 0) and not house.canary.seen


def test_killed_and_started_again_it_goes_on_where_it_was(house):
    house.start(steps="50,100", requests=100000)
    house.ask_many(100)
    before = eventually(lambda: (s := house.status())["requests"] + s["control_requests"] == 100 and s)
    house.gateway.stop(signal.SIGKILL); house.gateway.start()
    after = house.status()
    assert after == before
    house.say("promote"); house.gateway.stop(signal.SIGKILL); house.gateway.start()
    assert house.status()["share"] == 100 and arm(house.ask()) == "canary"
    house.gateway.stop(); house.gateway.start()      # in good order, by way of the snapshot
    eventually(lambda: house.status()["step_requests"] == 1)
    house.gateway.stop(signal.SIGKILL); house.gateway.start()
    assert house.status()["share"] == 100 and house.status()["step_requests"] == 1
    # Each step is on record, perhaps twice where the gateway was killed at once.
    steps = [(s["time"], s["share"]) for s in house.steps()]
    assert [share for _, share in sorted(set(steps))] == [5000, 10000]
    folder = house.gateway.folder / "var/rollouts"
    assert all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in folder.iterdir())


def test_files_begin_rollouts_and_end_them(make_house):
    house = make_house()
    path = house.gateway.folder / "policies/rollouts.yaml"
    hash_before = house.gateway.run("check").stdout
    path.write_text("rollouts:\n  small: { alias: small, to: second/echo, steps: [50, 100], min_requests: 100000, guards: ['error_rate<=control+0.05'] }\n")
    assert house.gateway.run("check").stdout != hash_before
    eventually(lambda: (s := house.status()) and s["from_file"])
    assert {arm(r) for r in house.ask_many(30)} == {"canary", "control"}
    assert "policies/rollouts.yaml" in house.say("stop", check=False).stderr
    house.say("rollback")
    house.gateway.reload(); assert house.status()["phase"] == "rolled_back"       # the same plan is not begun again
    path.write_text(path.read_text().replace("100000", "90000"))
    eventually(lambda: house.status()["phase"] == "running")
    # Under another name it is another rollout, which begins when the one of that alias has ended.
    def names(): return [r["name"] for r in json.loads(house.gateway.run("rollout", "status", "--json").stdout)["rollouts"]]
    path.write_text(path.read_text().replace("small:", "renamed:", 1)); eventually(lambda: names() == ["renamed"])
    eventually(lambda: [(s["name"], s["reason"]) for s in house.steps()][-2:] == [("small", "stopped"), ("renamed", "started")])
    path.unlink(); eventually(lambda: names() == [])
    assert arm(house.ask()) is None
    path.write_text("rollouts:\n  first: { alias: small, to: second/echo }\n  next: { alias: small, to: second/other }\n")
    r = house.gateway.run("check", check=False)
    assert r.returncode and "rollouts.yaml:3:" in r.stdout + r.stderr and "the rollout `first` has the alias `small` already" in r.stdout + r.stderr
    for wrong, said in [("alias: smal", "did you mean `small`"), ("to: secnd/echo", "did you mean `second`"), ("steps: [5, 1]", "greater than the one before"), ("guards: ['errors<=1']", "unknown measure"), ("shares: 1", "unknown key")]:
        key = wrong.split(":")[0]
        plan = {"alias": "alias: small", "to": "to: second/echo"} | {key: wrong}
        path.write_text("rollouts:\n  small: { " + ", ".join(plan.values()) + " }\n")
        r = house.gateway.run("check", check=False)
        assert r.returncode and said in r.stdout + r.stderr and "rollouts.yaml:2:" in r.stdout + r.stderr
