"""Traffic that changes is told: in the log, at the operators' port, to webhooks and Alertmanagers; traffic that stays is not."""
import concurrent.futures, hashlib, hmac, json, random, re, shutil, subprocess, threading, time, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import httpx2
import pytest
from conftest import ROOT, eventually
from mock_provider import Provider

SECRET = "a-secret-of-tests-only"
PRICE = "price: { input_usd_per_million: 1, output_usd_per_million: 4 }"
MODELS = f"""  chat: {{ candidates: [{{ provider: upstream, model: chat-model, {PRICE} }}] }}
"""
WORDS = "the model answers with some words about weather trains cities music rivers food history and little else of note today".split()
# On busy machines times vary, so that only what the mock says is compared here: `accept` and the rest are about that.
SMALL = "  reference: 60\n  window: 40\n"


class Changing(Provider):
    """A provider that says another model's name behind the same one, and answers at another length, once it is told to."""

    def __init__(self):
        super().__init__()
        self.reported, self.length, self.random = "chat-2026-01", 12, random.Random(7)

    def answer(self, h, body):
        if h.path.endswith("/completions") and body["model"] == "chat-model":
            count = max(1, int(self.random.gauss(self.length, 3)))
            text = " ".join(self.random.choice(WORDS) for _ in range(count))
            if "seven days" in str(body) or body.get("temperature") == 0: text = "always the same " + self.reported.split("-")[0]
            usage = {"prompt_tokens": 9, "completion_tokens": count, "total_tokens": 9 + count}
            if body.get("stream"):
                base = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": self.reported}
                parts = [{**base, "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}, {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, {**base, "choices": [], "usage": usage}]
                data = b"".join(b"data: " + json.dumps(p).encode() + b"\n\n" for p in parts) + b"data: [DONE]\n\n"
                h.send_response(200); h.send_header("content-type", "text/event-stream"); h.send_header("content-length", str(len(data))); h.end_headers(); h.wfile.write(data)
                return
            return self.whole(h, 200, {"id": "c", "object": "chat.completion", "created": 1, "model": self.reported, "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}], "usage": usage})
        return super().answer(h, body)


class Receiver:
    """Takes what is posted, and refuses the first so many times with 503."""

    def __init__(self, refusals=0):
        self.seen, self.refusals, receiver = [], refusals, self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *a): pass
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                receiver.refusals -= 1
                status = 503 if receiver.refusals >= 0 else 200
                receiver.seen.append((status, self.path, dict(self.headers.items()), body))
                self.send_response(status); self.send_header("content-length", "0"); self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def taken(self): return [s for s in list(self.seen) if s[0] == 200]
    def stop(self): self.server.shutdown(); self.server.server_close()


@pytest.fixture
def changing():
    p = Changing()
    yield p
    p.stop()


@pytest.fixture
def receiver():
    r = Receiver(refusals=2)
    yield r
    r.stop()


def ask(gateway, count, stream=False, model="chat"):
    """Sends so many requests over few connections, and waits until all of them were looked at."""
    before = sum(s["total"]["requests"] for s in report(gateway)["streams"] if not s["canary"])
    with httpx2.Client(verify=gateway.context(), timeout=60, trust_env=False) as c:
        def one(i): return c.post(gateway.url + "/v1/chat/completions", json={"model": model, "stream": stream, "messages": [{"role": "user", "content": f"Tell me something about number {i % 7} please"}]}, headers={"authorization": "Bearer " + gateway.key}).status_code
        with concurrent.futures.ThreadPoolExecutor(4) as pool: assert set(pool.map(one, range(count))) == {200}
    eventually(lambda: sum(s["total"]["requests"] for s in report(gateway)["streams"] if not s["canary"]) >= before + count)


def report(gateway):
    with urllib.request.urlopen(gateway.admin + "/monitor") as r: return json.load(r)


def families(gateway): return sorted({a["family"] for a in report(gateway)["alerts"] if not a["canary"]} - {"service"})


def start(make_gateway, provider, more="", settings=SMALL): return make_gateway(upstream=provider.url, models=MODELS, settings=f"monitoring:\n{settings}{more}").start()


def later(make_gateway, provider, settings, **files):
    """A gateway whose settings come when it is made, with the files that they name."""
    g = make_gateway(upstream=provider.url, models=MODELS)
    for name, text in files.items(): (g.folder / name).write_text(text)
    with open(g.folder / "sallyport.yaml", "a") as f: f.write(settings)
    return g


@pytest.mark.parametrize("stream", [False, True])
def test_a_switched_model_is_flagged_within_200_requests_and_a_steady_one_is_not(make_gateway, changing, stream):
    g = start(make_gateway, changing, settings="")
    ask(g, 600, stream)
    assert families(g) == [] and "drift: model" not in g.logged()
    changing.reported = "chat-2026-09"
    ask(g, 200, stream)
    [alert] = [a for a in report(g)["alerts"] if a["family"] == "model"]
    assert alert["alias"] == "chat" and alert["destination"] == "upstream/chat-model" and alert["requests"] <= 500
    change = next(c for c in alert["changes"] if c["feature"] == "reported_model")
    assert change["before"] == "chat-2026-01 100 %" and change["now"].startswith("chat-2026-09 ")
    assert "drift: model of chat at upstream/chat-model changed: reported_model" in g.logged()


def test_answers_of_another_length_are_flagged_though_the_name_is_the_same(make_gateway, changing):
    g = start(make_gateway, changing, settings="")
    ask(g, 350)
    changing.length = 40
    ask(g, 200)
    assert "answer_tokens" in {c["feature"] for a in report(g)["alerts"] for c in a["changes"]}


def test_webhooks_are_signed_and_tried_again_and_told_of_the_end(make_gateway, changing, receiver):
    alerts = f"  alerts:\n    webhooks: {{ pager: {{ url: \"{receiver.url}/hook\", plaintext: true, secret: {{ file: hook.secret }} }} }}\n    alertmanagers: {{ main: {{ url: \"{receiver.url}\", plaintext: true }} }}\n"
    g = later(make_gateway, changing, "monitoring:\n" + SMALL + alerts, **{"hook.secret": SECRET + "\n"}).start()
    ask(g, 100)
    changing.reported = "chat-2026-09"
    ask(g, 60)
    hooks = lambda: [s for s in receiver.taken() if s[1] == "/hook" and json.loads(s[3])["alert"]["family"] == "model"]
    eventually(lambda: hooks())
    _, _, headers, body = hooks()[0]
    headers = {k.lower(): v for k, v in headers.items()}
    parts = dict(p.split("=", 1) for p in headers["x-sallyport-signature"].split(","))
    assert hmac.new(SECRET.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest() == parts["v1"]
    assert abs(time.time() - int(parts["t"])) < 300 and headers["idempotency-key"].endswith("/raised")
    event = json.loads(body)
    assert event["event"] == "drift.raised" and event["alert"]["destination"] == "upstream/chat-model"
    assert 503 in [s[0] for s in receiver.seen]
    told = lambda: [a for s in receiver.taken() if s[1] == "/api/v2/alerts" for a in json.loads(s[3]) if a["labels"]["family"] == "model"]
    eventually(lambda: told())
    labels = told()[0]["labels"]
    assert labels["alertname"] == "SallyportDrift" and labels["alias"] == "chat" and labels["severity"] == "warning"
    assert told()[0]["startsAt"] <= told()[0]["endsAt"] and "reported_model" in told()[0]["annotations"]["summary"]
    # It is as before, so both are told that it is over.
    changing.reported = "chat-2026-01"
    ask(g, 130)
    eventually(lambda: [h for h in hooks() if json.loads(h[3])["event"] == "drift.resolved"])
    ended = [h for h in hooks() if json.loads(h[3])["event"] == "drift.resolved"][0]
    assert json.loads(ended[3])["reason"] == "recovered" and json.loads(ended[3])["alert"]["id"] == event["alert"]["id"]
    eventually(lambda: told()[-1]["endsAt"][:19] <= time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 1)))
    receivers = {r["name"]: r for r in report(g)["receivers"]}
    assert receivers["pager"]["sent"] >= 2 and sum(r["failures"] for r in receivers.values()) >= 2
    assert SECRET not in g.logged()


def test_what_traffic_was_like_is_known_after_a_restart_and_kill(make_gateway, changing):
    import signal
    g = start(make_gateway, changing)
    ask(g, 100)
    state = g.folder / "var/monitor.json"
    eventually(lambda: state.exists() and json.loads(state.read_text())["book"]["streams"][0]["requests"] == 100)
    assert (state.stat().st_mode & 0o777) == 0o600
    g.process.send_signal(signal.SIGKILL); g.process.wait()
    g.start()
    assert report(g)["streams"][0]["drift"]["state"] == "steady"
    changing.reported = "chat-2026-09"
    ask(g, 60)
    assert families(g) == ["model"]
    # No word of anybody's is in it.
    assert "something" not in state.read_text() and "please" not in state.read_text()


def test_an_operator_accepts_the_new_state(make_gateway, changing):
    g = start(make_gateway, changing)
    ask(g, 100)
    changing.reported = "chat-2026-09"
    ask(g, 60)
    assert families(g) == ["model"]
    for wrong, said in ((["chatt"], "unknown alias `chatt`, did you mean `chat`?"), (["chat", "--destination", "upstrem/x"], "unknown provider `upstrem`"), (["--destination", "x"], "`PROVIDER/MODEL`")):
        r = g.run("monitor", "accept", *wrong, check=False)
        assert r.returncode == 1 and said in r.stderr and "accepted" not in r.stdout
    assert families(g) == ["model"]
    assert "accepted" in g.run("monitor", "accept", "chat").stdout
    assert report(g)["alerts"] == [] and "drift is over (accepted)" in g.logged()
    ask(g, 150)
    assert families(g) == []
    g.stop()


def test_the_command_the_metrics_and_the_page_say_the_same(make_gateway, changing):
    g = start(make_gateway, changing)
    ask(g, 100)
    out = json.loads(g.run("monitor", "--once", "--json").stdout)
    [row] = out["streams"]
    assert row["alias"] == "chat" and row["total"]["requests"] == 100 and row["drift"]["state"] == "steady" and row["total"]["nano_usd"] > 0
    assert {"prompt_tokens", "answer_tokens", "reported_model", "answer_topic", "refusal", "first_byte_ms"} <= {f["feature"] for f in row["drift"]["features"]}
    text = g.run("monitor", "--once").stdout
    assert "upstream/chat-model" in text and "steady" in text and "\x1b" not in text
    changing.reported = "chat-2026-09<script>"
    ask(g, 60)
    with urllib.request.urlopen(g.admin + "/metrics") as r: metrics = r.read().decode()
    assert 'sallyport_drift_alert{alias="chat",destination="upstream/chat-model",canary="false",family="model"} 1' in metrics
    assert 'sallyport_drift_alerts_total{family="model"} 1' in metrics and "sallyport_drift_shift{" in metrics
    with urllib.request.urlopen(g.admin + "/monitor.html") as r: page, policy = r.read().decode(), r.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "<script" not in page and "upstream/chat-model" in page and "reported_model" in page
    request = urllib.request.Request(g.admin + "/monitor", headers={"host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused: urllib.request.urlopen(request)
    assert refused.value.code == 421
    assert "since" in g.run("monitor", "--once").stdout
    g.stop()
    assert "does the gateway run" in g.run("monitor", "--once", check=False).stderr


def test_canaries_notice_another_model_without_traffic(make_gateway, changing):
    settings = "monitoring:\n  canaries: { aliases: [chat], every: 1s, max_usd: 1, questions: questions.txt, repeats: 5 }\n"
    g = later(make_gateway, changing, settings, **{"questions.txt": "# ours\n" + "".join(f"What is {i} plus {i}?\n" for i in range(12))}).start()
    canary = lambda: next((s for s in report(g)["streams"] if s["canary"]), {"total": {"requests": 0}})
    eventually(lambda: canary()["total"]["requests"] >= 55, seconds=300)
    assert [a for a in report(g)["alerts"] if a["canary"] and a["family"] == "model"] == []
    changing.reported = "other-2026-09"
    eventually(lambda: [a for a in report(g)["alerts"] if a["canary"] and a["family"] == "model"], seconds=300)
    entries = [e for e in g.entries() if e["kind"] == "intent"]
    assert entries and all(e.get("purpose") == "canary" for e in entries)


def test_canaries_stop_at_their_spend(make_gateway, changing):
    g = make_gateway(upstream=changing.url, models=MODELS, settings="monitoring:\n  canaries: { aliases: [chat], every: 1s, max_usd: 0.001 }\n").start()
    # 256 tokens of prompt and 128 of answer at the alias's prices: 0.000768 USD at most, and far less as it turns out.
    eventually(lambda: "its spend of the day is reached" in g.logged(), seconds=120)
    spent = sum(s["total"]["nano_usd"] for s in report(g)["streams"])
    assert 0 < spent <= 1_000_000


@pytest.mark.parametrize("settings, words", [
    ("reference: 10", "reference"), ("window: 400", "at most `reference`"), ("false_alarms: 2", "expected a number from"),
    ("alerts: { webhooks: { a: { url: \"https://x.example/y\", secret: { file: hook } } } }", "at least 16 characters"),
    ("alerts: { webhooks: { a: { url: \"http://x.example/y\", secret: { file: long } } } }", "is not encrypted"),
    ("alerts: { webhooks: { a: { url: \"https://x.example/y\" } } }", "secret"), ("alert: { log: true }", "did you mean `alerts`"),
    ("canaries: { aliases: [chta], max_usd: 1 }", "did you mean `chat`"), ("canaries: { aliases: [chat], max_usd: 1, at: \"25:00\" }", "time of day"),
])
def test_a_slip_in_the_settings_is_told_with_its_place(make_gateway, changing, settings, words):
    g = later(make_gateway, changing, f"monitoring:\n  {settings}\n", hook="short", long="x" * 20)
    p = g.run("check", check=False)
    assert p.returncode != 0 and words in p.stderr + p.stdout and "sallyport.yaml:" in p.stderr + p.stdout


def test_the_files_for_prometheus_and_grafana_name_only_metrics_that_there_are(make_gateway, changing, receiver, tmp_path):
    settings = f"monitoring:\n{SMALL}  alerts: {{ alertmanagers: {{ main: {{ url: \"{receiver.url}\", plaintext: true }} }} }}\n"
    g = later(make_gateway, changing, settings).start()
    ask(g, 5)
    with urllib.request.urlopen(g.admin + "/metrics") as r: metrics = r.read().decode()
    exported = set(re.findall(r"^# TYPE (\S+)", metrics, re.M))
    labels = {m: set(re.findall(r'(\w+)="', l)) for m, l in re.findall(r"^(sallyport_\w+)\{(.*)\} ", metrics, re.M)}
    rules, dashboard = (ROOT / "deploy/prometheus-alerts.yaml").read_text(), (ROOT / "deploy/grafana-dashboard.json").read_text()
    expressions = [t["expr"] for p in json.loads(dashboard)["panels"] for t in p["targets"]]
    assert len(expressions) > 10
    assert "sallyport_rollout_state" in rules and {"sallyport_rollout_share", "sallyport_rollout_evidence", "sallyport_rollout_ab_evidence"} <= set(re.findall(r"sallyport_\w+", "".join(expressions)))
    named = set(re.findall(r"sallyport_\w+", rules + "\n".join(expressions)))
    assert {re.sub(r"_(bucket|sum|count)$", "", n) for n in named} <= exported
    for expression in expressions:
        for metric in re.findall(r"sallyport_\w+", expression):
            for group in re.findall(r"by \(([^)]*)\)", expression):
                asked = {l.strip() for l in group.split(",")} - {"le", "instance"}
                # What has no sample yet has no labels to compare with.
                if metric in labels: assert asked <= labels[metric], (metric, asked, labels[metric])
    if shutil.which("promtool"): subprocess.run(["promtool", "check", "rules", str(ROOT / "deploy/prometheus-alerts.yaml")], check=True, capture_output=True)
