"""`sallyport evaluate`: candidates of known accuracy, cost and latency behind a real gateway."""
import hashlib, json, os, signal, sqlite3, subprocess, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import pytest
from conftest import PROGRAM, ROOT, eventually

PRICE = "price: { input_usd_per_million: 1, output_usd_per_million: 2 }, max_output: 100"


class Bank:
    """A provider whose models are right with a known chance, by the question alone, and that writes a bill.

    right-NN answers NN of 100 questions rightly; `slow` waits; `storm` refuses with 429 for the first two seconds; `flaky` fails every third
    request with 500; `judge` prefers the answer that says RIGHT."""

    def __init__(self):
        self.crowd, self.crowded = 0, threading.Event()   # where there is a crowd, everybody waits until it is there
        self.bill, self.lock, self.delay, self.answered, self.began, self.most, self.now = [], threading.Lock(), 0.0, [], time.time(), 0, 0
        bank = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            def log_message(self, *a): pass
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
                for m in body["messages"]: m["content"] = m["content"] if isinstance(m["content"], str) else "".join(p["text"] for p in m["content"])
                with bank.lock:
                    bank.bill.append((body["model"], body["messages"][-1]["content"], body.get("seed")))
                    bank.now += 1; bank.most = max(bank.most, bank.now); count = len(bank.bill)
                try:
                    status, text = bank.answer(body, count)
                    out = {"id": "c", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}}
                    if status != 200: out = {"error": {"message": "scripted", "type": "rate_limit_error" if status == 429 else "server_error", "param": None, "code": None}}
                    raw = json.dumps(out).encode()
                    try:
                        self.send_response(status); self.send_header("content-type", "application/json"); self.send_header("content-length", str(len(raw)))
                        if status == 429: self.send_header("retry-after", "1")
                        self.end_headers(); self.wfile.write(raw)
                        if status == 200:
                            with bank.lock: bank.answered.append(bank.bill[count - 1])
                    except OSError: self.close_connection = True
                finally:
                    with bank.lock: bank.now -= 1

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 2048
            def handle_error(self, *a): pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, body, count):
        model, question = body["model"], body["messages"][-1]["content"]
        if self.delay: time.sleep(self.delay)
        if self.crowd:
            if self.now >= self.crowd: self.crowded.set()
            self.crowded.wait(120)
        if model == "storm" and time.time() < self.began + 2: return 429, ""
        if model == "flaky" and count % 3 == 0: return 500, ""
        if model == "judge":
            said = json.loads(question)
            if "answer_a" in said: return 200, json.dumps({"reason": "r", "winner": "A" if "RIGHT" in said["answer_a"] and "RIGHT" not in said["answer_b"] else "B" if "RIGHT" in said["answer_b"] and "RIGHT" not in said["answer_a"] else "tie"})
            return 200, json.dumps({"reason": "r", "score": 5 if "RIGHT" in said["answer"] else 1})
        if model == "reader": return 200, "RIGHT" if "the secret word is osprey" in question else "WRONG"
        if model == "voter": return 200, "RIGHT" if (body.get("seed") or 0) % 3 else "WRONG"
        if model == "leaks": return 200, "RIGHT, says ada.lovelace@example.org"
        chance = int(model[6:8]) if model.startswith("right-") else 100
        lot = int(hashlib.sha256((model + question).encode()).hexdigest(), 16) % 100
        return 200, "RIGHT" if lot < chance else "WRONG"

    def stop(self): self.server.shutdown(); self.server.server_close()


@pytest.fixture
def bank():
    b = Bank()
    yield b
    b.stop()


MODELS = "".join(f"  {name}: {{ candidates: [{{ provider: upstream, model: {model}, {PRICE} }}] }}\n" for name, model in
                 [("good", "right-90"), ("bad", "right-60"), ("worse", "right-30"), ("same", "right-90"), ("stormy", "storm"), ("flaky", "flaky"), ("judge", "judge"), ("reader", "reader"), ("voter", "voter"), ("leaks", "leaks")]) + \
    "  unpriced: { candidates: [{ provider: upstream, model: right-90 }] }\n"


def write_suite(g, cases=50, name="suite", more="", scorers="scorers: [{ type: exact }]"):
    path = g.folder / f"{name}.yaml"
    path.write_text(f"name: {name}\nprompt: 'Question {{{{n}}}}?'\ncases: {name}.jsonl\n{scorers}\n{more}\n")
    (g.folder / f"{name}.jsonl").write_text("".join(json.dumps({"id": f"c{i}", "variables": {"n": i}, "expected": "RIGHT", "tags": ["even" if i % 2 == 0 else "odd"]}) + "\n" for i in range(cases)))
    return str(path)


def command(g, *arguments): return [PROGRAM, "evaluate", *arguments, "--config", str(g.folder / "sallyport.yaml")]


def environment(g): return {**os.environ, "SALLYPORT_KEY": g.key, "TEST_PROVIDER_KEY": "sk-test-provider"}


def evaluate(g, *arguments, code=0):
    p = subprocess.run(command(g, *arguments), capture_output=True, text=True, timeout=300, env=environment(g))
    assert p.returncode == code, f"{arguments}: {p.returncode}\n{p.stdout}\n{p.stderr}"
    return p


def flat(text):
    """What the tests ask of the JSON, in one level."""
    r = json.loads(text)
    a, s = r["analysis"], r["spending"]
    candidates = [{"candidate": c["name"], "score": (c["score"] or {}).get("estimate"), "cases": c["cases"], "errors": c["errors"], "usd_per_1k": c["usd_per_1k"], "usd": c["usd"], "p50_ms": c["p50_ms"], "p95_ms": c["p95_ms"]} for c in a["candidates"]]
    return {"run": int(a["run"]["id"]), "state": a["run"]["state"], "why": r.get("stopped"), "candidates": candidates, "gate": r.get("gate"), "spent": s["nano_usd"], "is_complete": s["is_complete"], "asked": s["asked"], "found": s["found"]}


def report(g, *arguments, code=0): return flat(evaluate(g, *arguments, "--json", code=code).stdout)


@pytest.fixture
def lab(make_gateway, bank):
    g = make_gateway(upstream=bank.url, models=MODELS).start()
    g.bank = bank
    return g


def by_name(r): return {c["candidate"]: c for c in r["candidates"]}


def test_the_better_candidate_is_found_and_its_price_known(lab):
    suite = write_suite(lab, 100)
    r = report(lab, suite, "--candidates", "good,bad")
    c = by_name(r)
    assert c["good/zero-shot"]["score"] > c["bad/zero-shot"]["score"] + 0.1
    assert c["good/zero-shot"]["cases"] == 100 and c["good/zero-shot"]["errors"] == 0
    # 100 tokens at 1 USD and 50 at 2 USD a million: 0.2 USD for a thousand.
    assert c["good/zero-shot"]["usd_per_1k"] == pytest.approx(0.2) and r["spent"] == 200 * 200_000 and r["is_complete"]
    assert len(lab.bank.bill) == 200
    # The ledger knows what it was for.
    intents = [e for e in lab.entries() if e["kind"] == "intent"]
    assert len(intents) == 200 and {e["purpose"] for e in intents} == {"evaluation"}
    # The same again costs nothing and says the same.
    again = report(lab, suite, "--candidates", "good,bad")
    assert again["candidates"] == r["candidates"] and len(lab.bank.bill) == 200 and again["spent"] == 0
    # Another candidate is paid for alone.
    assert report(lab, suite, "--candidates", "good,bad,worse")["asked"] == 100
    report(lab, suite, "--candidates", "good", "--no-cache")
    assert len(lab.bank.bill) == 400
    assert "suite" in evaluate(lab, "list").stdout
    assert oct(os.stat(lab.folder / "var/evaluations.sqlite").st_mode)[-3:] == "600"


def test_after_kill_9_it_goes_on_and_pays_for_nothing_twice(lab):
    suite = write_suite(lab, 200)
    lab.bank.delay = 0.05
    arguments = [suite, "--candidates", "good,bad", "--concurrency", "8"]
    for asked in (40, 150, 260):
        p = subprocess.Popen(command(lab, *arguments), env=environment(lab), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        eventually(lambda: len(lab.bank.bill) >= asked or p.poll() is not None)
        assert p.poll() is None, p.communicate()
        p.kill(); p.communicate()
    p = evaluate(lab, *arguments, "--json")
    r = flat(p.stdout)
    assert "goes on with run 1" in p.stderr and r["state"] == "finished" and r["run"] == 1
    assert len(lab.bank.bill) == len(set(lab.bank.bill)) == 400, f"{len(lab.bank.bill) - len(set(lab.bank.bill))} were paid for twice"
    assert r["spent"] == 400 * 200_000
    # The same as a run that nobody disturbed.
    whole = report(lab, *arguments, "--no-cache")
    assert [c["score"] for c in r["candidates"]] == [c["score"] for c in whole["candidates"]]
    assert [c["usd"] for c in r["candidates"]] == [c["usd"] for c in whole["candidates"]]


def test_a_budget_is_never_exceeded(lab):
    suite = write_suite(lab, 100, more="methods: { short: { max_tokens: 50 } }")
    lab.bank.delay = 0.02
    # 0.2 milli-USD each: there is room for 20 at most.
    r = report(lab, suite, "--candidates", "good/short", "--max-usd", "0.004", "--concurrency", "32", code=2)
    assert r["state"] == "spent" and "budget" in r["why"]
    assert len(lab.bank.bill) * 200_000 <= 4_000_000 and r["spent"] == len(lab.bank.bill) * 200_000 and len(lab.bank.bill) >= 10
    # With more it goes on, and what it spent before counts.
    before = len(lab.bank.bill)
    r = report(lab, suite, "--candidates", "good/short", "--max-usd", "0.008", code=2)
    assert before < len(lab.bank.bill) and len(lab.bank.bill) * 200_000 <= 8_000_000 and r["run"] == 1
    assert report(lab, suite, "--candidates", "good/short", "--max-usd", "1")["state"] == "finished" and len(lab.bank.bill) == 100
    # What can't be kept is told before anything is asked.
    before = len(lab.bank.bill)
    assert "price" in evaluate(lab, suite, "--candidates", "unpriced", "--max-usd", "1", code=2).stderr
    assert "in any case" in evaluate(lab, suite, "--candidates", "bad", "--max-usd", "0.0000001", code=2).stderr
    assert len(lab.bank.bill) == before


def test_bad_rows_are_named_by_line_and_nothing_is_sent(lab):
    suite = write_suite(lab, 3)
    (lab.folder / "suite.jsonl").write_text('{"id": "a", "variables": {"n": 1}, "expected": "x"}\n{"id": "a", "variabels": {"n": 1}, "expected": "x"}\n{"id": "b", "expected": \n')
    p = evaluate(lab, suite, "--candidates", "good", code=2)
    assert "suite.jsonl:2:" in p.stderr and "did you mean `variables`" in p.stderr and "suite.jsonl:3:" in p.stderr
    assert not lab.bank.bill
    (lab.folder / "broken.yaml").write_text("name: broken\nprompt: x\nscorers: [{ type: exakt }]\ncases:\n  - { expected: y }\n")
    p = evaluate(lab, str(lab.folder / "broken.yaml"), "--candidates", "good", code=2)
    assert "broken.yaml:3:" in p.stderr and "did you mean `exact`" in p.stderr
    assert "unknown model" in evaluate(lab, write_suite(lab, 3), "--candidates", "godo", code=2).stderr and not lab.bank.bill


def test_the_gate_sets_the_exit_code(lab):
    suite = write_suite(lab, 60)
    evaluate(lab, suite, "--candidates", "good,bad", "--gate", "score>=baseline-0.01", code=1)
    p = evaluate(lab, suite, "--candidates", "bad,good", "--gate", "score>=baseline-0.01 && usd_per_1k<2 && score[odd]>0.5")
    assert "gate open for good/zero-shot" in p.stdout and "usd_per_1k<2: yes" in p.stdout
    assert "did you mean" in evaluate(lab, suite, "--candidates", "good", "--gate", "scor>1", code=2).stderr
    evaluate(lab, suite, "--candidates", "good", "--gateway", "https://localhost:9", "--no-cache", code=2)


def test_storms_of_429_and_failures_are_outlasted(lab):
    lab.bank.began = time.time()
    r = report(lab, write_suite(lab, 60), "--candidates", "stormy,flaky", "--retries", "12")
    assert all(c["errors"] == 0 and c["cases"] == 60 and c["score"] == 1 for c in r["candidates"]), r


def test_judges_votes_programs_and_leaks(lab):
    (lab.folder / "score").write_text("#!/usr/bin/env python3\nimport json, os, sys\nassert 'SALLYPORT_KEY' not in os.environ\ncase = json.load(sys.stdin)\nprint(json.dumps({'score': 1 if case['answer'].startswith('RIGHT') else 0, 'reason': 'looked'}))\n")
    (lab.folder / "score").chmod(0o755)
    scorers = """scorers:
  - { type: judge, name: rubric, model: judge, rubric: Is it right? }
  - { type: judge, name: better, model: judge, pairwise: Which is right?, weight: 0 }
  - { type: program, name: own, command: [./score] }
  - { type: program, name: late, command: [/bin/sleep, "60"], timeout_ms: 200, weight: 0 }
  - { type: leak, name: clean, weight: 0 }"""
    suite = write_suite(lab, 12, scorers=scorers, more="methods: { vote: { votes: 5, temperature: 1 } }")
    r = report(lab, suite, "--candidates", "worse,good,voter/vote,leaks", "--gate", "scorer.own>=0")
    scores = {c["candidate"]: c["score"] for c in r["candidates"]}
    assert scores["leaks/zero-shot"] == 1 and scores["good/zero-shot"] > scores["worse/zero-shot"] and scores["voter/vote"] > 0.5
    db = sqlite3.connect(lab.folder / "var/evaluations.sqlite")
    records = {(c, t): {s["name"]: s for s in json.loads(x)["scorers"]} for c, t, x in db.execute("select candidate, test, record from result")}
    assert len(records) == 48 and all(s["late"]["reason"] == "the program took too long" and "value" not in s["late"] for s in records.values())
    assert all(records[3, t]["clean"]["value"] == 0 and records[1, t]["clean"]["value"] == 1 for t in range(12))
    assert all(records[0, t]["better"]["value"] == 0.5 for t in range(12)) and max(records[1, t]["better"]["value"] for t in range(12)) == 1
    votes = [b for b in lab.bank.bill if b[0] == "voter"]
    assert len(votes) == 60 and len(set(votes)) == 60


def test_retrieval_finds_the_passage(lab):
    docs = lab.folder / "docs" / "deep"; docs.mkdir(parents=True)
    for i in range(30): (docs / f"{i}.md").write_text(f"# Page {i}\n\nNothing but weather in town {i}.\n\nMore of the same.\n")
    (docs / "birds.md").write_text("Birds.\n\nIn the archive of Question 7, the secret word is osprey.\n")
    (lab.folder / "rag.yaml").write_text("name: rag\nprompt: What is the secret word in the archive?\nscorers: [exact]\ncases: [{ id: a, expected: RIGHT }]\nmethods: { look: { retrieve: { count: 2, index: docs } } }\n")
    c = by_name(report(lab, str(lab.folder / "rag.yaml"), "--candidates", "reader,reader/look"))
    assert c["reader/look"]["score"] == 1 and c["reader/zero-shot"]["score"] == 0
    (lab.folder / "rag2.yaml").write_text((lab.folder / "rag.yaml").read_text().replace("index: docs", "index: nowhere"))
    assert "nowhere" in evaluate(lab, str(lab.folder / "rag2.yaml"), "--candidates", "reader/look", code=2).stderr


def test_a_race_drops_the_losers_early(lab):
    suite = write_suite(lab, 400)
    r = report(lab, suite, "--candidates", "worse,good,bad", "--race")
    c = by_name(r)
    assert r["state"] == "finished" and c["worse/zero-shot"]["cases"] < 200 and len(lab.bank.bill) < 0.6 * 1200
    assert max(r["candidates"], key=lambda x: (x["cases"], x["score"] or 0))["candidate"] == "good/zero-shot"
    # Who was dropped has lost, however little is asked for.
    assert "the race dropped it" in (p := evaluate(lab, suite, "--candidates", "worse,good,bad", "--race", "--gate", "score>=0", code=1)).stdout + p.stderr


def test_a_plan_asks_nothing(lab):
    p = evaluate(lab, write_suite(lab, 10), "--candidates", "good", "--dry-run")
    assert "10 requests" in p.stderr and "estimate" in p.stderr and not lab.bank.bill


def test_the_default_suite_runs_with_the_built_in_model(lab):
    r = report(lab, str(ROOT / "evaluations/demo.yaml"), "--candidates", "*,demo/few-shot")
    assert by_name(r)["demo/zero-shot"]["score"] == 1 and by_name(r)["demo/zero-shot"]["cases"] == 4


def test_a_thousand_cases_are_under_way_at_once(lab):
    lab.bank.crowd = 1000
    r = report(lab, write_suite(lab, 1000), "--candidates", "good", "--concurrency", "1000")
    assert lab.bank.most == 1000 == len(lab.bank.bill) and r["candidates"][0]["errors"] == 0


def test_a_gateway_that_starts_late_is_waited_for(make_gateway, bank):
    g = make_gateway(upstream=bank.url, models=MODELS)
    suite = write_suite(g, 5)
    p = subprocess.Popen(command(g, suite, "--candidates", "good", "--retries", "100"), env=environment(g), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(0.5); g.start()
    out, err = p.communicate(timeout=300)
    assert p.returncode == 0 and len(bank.bill) == 5, err


def ask(g, key, text="What is it?", model="good", **more):
    return g.post({"model": model, "messages": [{"role": "user", "content": text}], **more}, headers={"idempotency-key": key, "x-sallyport-purpose": "test"})


def test_a_request_with_a_name_is_asked_of_the_provider_once(lab):
    lab.bank.delay = 0.3
    answers = [None] * 4
    threads = [threading.Thread(target=lambda i=i: answers.__setitem__(i, ask(lab, "one"))) for i in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
    answers.append(ask(lab, "one"))
    assert len(lab.bank.bill) == 1 and {a.status_code for a in answers} == {200} and len({a.text for a in answers}) == 1 and len({a.headers["x-sallyport-cost-nanousd"] for a in answers}) == 1
    assert sorted(a.headers.get("idempotent-replayed", "") for a in answers) == [""] + ["true"] * 4
    # Whoever got it is on record, with the policies that permit it, and nothing more left.
    first = next(a for a in answers if "idempotent-replayed" not in a.headers).headers["x-request-id"]
    entries = lambda kind: [e for e in lab.entries() if e["kind"] == kind]
    eventually(lambda: len(entries("cached")) == 4)
    assert {e["request"] for e in entries("cached")} == {a.headers["x-request-id"] for a in answers} - {first} and len({a.headers["x-request-id"] for a in answers}) == 5
    assert all(e["answer_of"] == first and e["policies"] and e["destination"]["model"] == "right-90" for e in entries("cached"))
    assert [e["request"] for e in entries("intent")] == [first]
    # Another body under the same name is a mistake; another caller's name is another name; a stream is carried as ever.
    assert ask(lab, "one", "Something else?").status_code == 422
    other = lab.make_key("--principal", "somebody", "--team", "tests")
    r = lab.post({"model": "good", "messages": [{"role": "user", "content": "What is it?"}]}, key=other, headers={"idempotency-key": "one"})
    assert r.status_code == 200 and "idempotent-replayed" not in r.headers and len(lab.bank.bill) == 2
    # For another purpose policy may say otherwise: it is asked again.
    r = lab.post({"model": "good", "messages": [{"role": "user", "content": "What is it?"}]}, headers={"idempotency-key": "one", "x-sallyport-purpose": "else"})
    assert r.status_code == 200 and "idempotent-replayed" not in r.headers and len(lab.bank.bill) == 3
    # What was refused is asked again.
    lab.bank.began = time.time()
    assert ask(lab, "two", model="stormy").status_code == 429
    eventually(lambda: time.time() > lab.bank.began + 2.2 and ask(lab, "two", model="stormy").status_code == 200)


def test_what_policy_forbids_now_is_not_given_again(make_gateway, bank):
    g = make_gateway(upstream=bank.url, models=MODELS).start()
    policy = g.folder / "policies/access.cedar"; shipped = policy.read_text()
    # The policies stay what they are, and time goes on; a machine may take its time for the first answer.
    for seconds in (5, 20, 80):
        end = int(time.time()) + seconds
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
        policy.write_text(shipped + f'\n@id("closing-time")\nforbid (principal, action in [Action::"send_raw", Action::"send_pseudonymised", Action::"send_redacted"], resource) when {{ context.time >= datetime("{stamp}") }};\n')
        g.reload()
        first = ask(g, "one")
        if first.status_code == 200: break
    assert first.status_code == 200 and len(bank.bill) == 1, first.text
    eventually(lambda: time.time() > end + 1, seconds + 60)
    again = ask(g, "one")
    assert again.status_code == 403 and "RIGHT" not in again.text and "WRONG" not in again.text and "idempotent-replayed" not in again.headers
    eventually(lambda: [e for e in g.entries() if e["kind"] == "denied" and e["request"] == again.headers["x-request-id"]])
    assert len(bank.bill) == 1 and not [e for e in g.entries() if e["kind"] == "cached"]


def test_what_is_given_again_counts_in_limits_on_requests(make_gateway, bank):
    g = make_gateway(upstream=bank.url, models=MODELS, limits="default: { requests_per_minute: 1, burst: 3 }").start()
    answers = [ask(g, "one") for _ in range(30)]
    assert {a.status_code for a in answers} == {200, 429} and len(bank.bill) == 1
    spent = next(a for a in answers if a.status_code == 429)
    assert "rate limit" in spent.text and spent.headers["retry-after"] and "RIGHT" not in spent.text and "WRONG" not in spent.text


def test_a_named_request_is_carried_to_its_end_when_its_caller_leaves(lab):
    import httpx2
    lab.bank.delay = 1.0
    with pytest.raises(httpx2.TimeoutException):
        with httpx2.Client(verify=lab.context(), timeout=0.3, trust_env=False) as c:
            c.post(lab.url + "/v1/chat/completions", json={"model": "good", "messages": [{"role": "user", "content": "What is it?"}]}, headers={"authorization": "Bearer " + lab.key, "idempotency-key": "three", "x-sallyport-purpose": "test"})
    eventually(lambda: len(lab.bank.bill) == 1)
    assert ask(lab, "three").status_code == 200 and len(lab.bank.bill) == 1


def test_reports_are_written(lab):
    import xml.etree.ElementTree as ET
    suite = write_suite(lab, 30)
    evaluate(lab, suite, "--candidates", "good,worse", "--gate", "score>=2", "--junit", str(lab.folder / "r.xml"), "--html", str(lab.folder / "r.html"), code=1)
    root = ET.parse(lab.folder / "r.xml").getroot()
    assert len(root.findall(".//testcase")) == 61 and root.findall(".//failure")
    page = (lab.folder / "r.html").read_text()
    assert "worse/zero-shot" in page and "Question" in page and "<script" not in page
