"""A provider that says yes and then an error before any content, and one that refuses the gateway's key: nobody else's request is spoiled by it."""
import http.server, json, threading
import httpx2
import pytest
from conftest import eventually
from fault_proxy import Fault, FaultProxy
from mock_bedrock import REGION, frame
from mock_provider import Provider
from test_faults import COST, PRICE, TEXT, House, counter, said

KEY = 'api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: "1.1"'
PROVIDERS = f"""  first: {{{{ kind: openai, base_url: "{{first}}/v1", {KEY} }}}}
  first-claude: {{{{ kind: anthropic, base_url: "{{first}}/v1", {KEY} }}}}
  first-gem: {{{{ kind: gemini, base_url: "{{first}}/v1beta", {KEY} }}}}
  first-rock: {{{{ kind: bedrock, region: {REGION}, base_url: "{{first}}", {KEY} }}}}
  slow: {{{{ kind: openai, base_url: "{{slow}}/v1", {KEY} }}}}
  rock: {{{{ kind: bedrock, region: {REGION}, base_url: "{{second}}", {KEY} }}}}
"""
MODELS = "".join(f"  {alias}: {{ {more}candidates: [{{ provider: {first}, model: \"*\", {PRICE} }}, {{ provider: {second}, model: \"*\", {PRICE} }}] }}\n" for alias, first, second, more in (
    ("chat/*", "first", "second", ""), ("claude/x/*", "first-claude", "claude", ""), ("gem/x/*", "first-gem", "gem", ""), ("rock/*", "first-rock", "rock", ""),
    ("to-claude/*", "first-claude", "second", ""), ("to-gem/*", "first-gem", "second", ""), ("to-rock/*", "first-rock", "second", ""),
    ("raced/*", "slow", "first", "hedge: { after: 300ms, max_cost_share: 100% }, ")))


class Scripted:
    """A server that answers every request with the same bytes."""

    def __init__(self):
        self.status, self.type, self.body, self.headers, self.seen, self.stays = 200, "text/event-stream", b"", {}, 0, False
        script, self.over = self, threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *a): pass
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                script.seen += 1
                self.send_response(script.status)
                for name, value in {"content-type": script.type, "connection": "close", **script.headers}.items(): self.send_header(name, value)
                self.end_headers(); self.wfile.write(script.body); self.wfile.flush()
                if script.stays: script.over.wait(3600)
                self.close_connection = True

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def says(self, *events, frames=False):
        self.status, self.headers, self.stays, self.body = 200, {}, False, b"".join(events)
        self.type = "application/vnd.amazon.eventstream" if frames else "text/event-stream"

    def refuses(self, status, body, **headers):
        self.status, self.type, self.headers, self.stays, self.body = status, "application/json", {n.replace("_", "-"): v for n, v in headers.items()}, False, json.dumps(body).encode()

    def stop(self): self.over.set(); self.server.shutdown(); self.server.server_close()


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    from conftest import Gateway
    h = House.__new__(House)
    h.first, h.healthy = Scripted(), Provider()
    h.slow = FaultProxy(h.healthy.server.server_address[1])
    h.gateway = Gateway(tmp_path_factory.mktemp("early"), upstream=h.healthy.url, second=h.healthy.url, models=MODELS, limits="teams: { tests: { usd_per_day: 1000 } }",
                        providers=PROVIDERS.format(first=h.first.url, slow=h.slow.origin, second=h.healthy.url.removesuffix("/v1"))).start()
    h.client = httpx2.Client(verify=h.gateway.context(), timeout=120, trust_env=False)
    yield h
    h.client.close(); h.gateway.stop()
    for part in (h.first, h.slow, h.healthy): part.stop()


@pytest.fixture(autouse=True)
def earned(house):
    """Second attempts are paid from requests."""
    for _ in range(20): house.ask("up/echo")


def model(): return f"e{next(counter)}"
def data(name=None, **event): return (f"event: {name}\n" if name else "").encode() + b"data: " + json.dumps(event).encode() + b"\n\n"


CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
RESPONSE = {"id": "resp_1", "object": "response", "created_at": 1, "status": "in_progress", "model": "m", "output": []}
OPENING = {"chat": [b": OPENROUTER PROCESSING\n\n", data(**CHUNK, choices=[{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])],
           "responses": [data("response.created", type="response.created", sequence_number=0, response=RESPONSE), data("response.in_progress", type="response.in_progress", sequence_number=1, response=RESPONSE)],
           "claude": [data("message_start", type="message_start", message={"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 11, "output_tokens": 1}}), data("ping", type="ping")],
           "gem": [], "rock": [frame("messageStart", {"role": "assistant"})]}
BUSY = {"chat": data(error={"message": "too busy", "type": "server_error", "param": None, "code": None}), "chat-429": data(error={"message": "too busy", "code": 429}),
        "responses": data("error", type="error", code="rate_limit_exceeded", message="too busy", param=None, sequence_number=2),
        "responses-failed": data("response.failed", type="response.failed", sequence_number=2, response={**RESPONSE, "status": "failed", "error": {"code": "server_error", "message": "too busy"}}),
        "claude": data("error", type="error", error={"type": "overloaded_error", "message": "too busy"}),
        "gem": data(error={"code": 503, "message": "too busy", "status": "UNAVAILABLE"}), "rock": frame("throttlingException", {"message": "too busy"}, "exception")}
WRONG = {"chat": data(error={"message": "too long", "type": "invalid_request_error", "param": None, "code": "context_length_exceeded"}),
         "responses": data("response.failed", type="response.failed", sequence_number=2, response={**RESPONSE, "status": "failed", "error": {"code": "invalid_prompt", "message": "too long"}}),
         "claude": data("error", type="error", error={"type": "invalid_request_error", "message": "too long"}),
         "gem": data(error={"code": 400, "message": "too long", "status": "INVALID_ARGUMENT"}), "rock": frame("validationException", {"message": "too long"}, "exception")}


class Came:
    def __init__(self, status, headers, text): self.status, self.headers, self.text = status, headers, text


def ask(house, kind, name):
    """What a streamed request brings, in the dialect that `kind` is of."""
    user = [{"role": "user", "content": TEXT}]
    path, body = {"chat": ("/v1/chat/completions", {"model": name, "max_tokens": 7, "stream": True, "messages": user}),
                  "responses": ("/v1/responses", {"model": name, "max_output_tokens": 16, "stream": True, "input": user}),
                  "claude": ("/v1/messages", {"model": name, "max_tokens": 7, "stream": True, "messages": user}),
                  "gem": (f"/v1beta/models/{name}:streamGenerateContent?alt=sse", {"contents": [{"role": "user", "parts": [{"text": TEXT}]}], "generationConfig": {"maxOutputTokens": 7}}),
                  "rock": (f"/model/{name.replace('/', '%2F')}/converse-stream", {"messages": [{"role": "user", "content": [{"text": TEXT}]}], "inferenceConfig": {"maxTokens": 7}})}[kind]
    r = house.client.post(house.gateway.url + path, json=body, headers={"authorization": "Bearer " + house.gateway.key})
    return Came(r.status_code, r.headers, r.content.decode(errors="replace"))


KINDS = {"chat": ("chat", "chat/"), "chat-429": ("chat", "chat/"), "responses": ("responses", "chat/"), "responses-failed": ("responses", "chat/"), "claude": ("claude", "claude/x/"), "gem": ("gem", "gem/x/"), "rock": ("rock", "rock/"),
         "to-claude": ("chat", "to-claude/"), "to-gem": ("chat", "to-gem/"), "to-rock": ("chat", "to-rock/")}
OPENED = pytest.mark.parametrize("opened", [False, True], ids=["first", "opened"])


def script(of, kind, errors, opened):
    word = kind.removeprefix("to-")
    return (OPENING[word.split("-")[0]] if opened else []) + [errors.get(word) or errors[word.split("-")[0]]]


@OPENED
@pytest.mark.parametrize("kind", KINDS)
def test_an_overload_before_any_content_is_the_next_candidates_request(house, kind, opened):
    dialect, way = KINDS[kind]
    m, before, asked = model(), house.standing(), len(house.healthy.bodies())
    house.first.says(*script(house, kind, BUSY, opened), frames="rock" in kind)
    r = ask(house, dialect, way + m)
    assert r.status == 200 and "too busy" not in r.text and "attempt=2" in r.headers["x-sallyport-route"], r.text
    (one, outcome, status), (two, *second) = house.attempts(r)
    assert one.startswith("first") and (outcome, status, second) == ("refused", 200, ["completed", 200]) and len(house.healthy.bodies()) == asked + 1
    after = eventually(lambda: (s := house.standing())["open"] == 0 and s)
    # Nothing was done but where the provider had begun to count, or failed in a way that tells nothing.
    assert kind.endswith(("-429", "gem", "rock")) <= (after["assumed"] == before["assumed"])


@pytest.mark.parametrize("kind", ["chat", "claude", "gem", "rock", "to-claude"])
def test_who_is_overloaded_so_is_spared(house, kind):
    dialect, way = KINDS[kind]
    m = model()
    house.first.says(*script(house, kind, BUSY, True), frames="rock" in kind)
    for _ in range(3): ask(house, dialect, way + m)
    seen = house.first.seen
    routes = [ask(house, dialect, way + m).headers["x-sallyport-route"] for _ in range(3)]
    assert house.first.seen - seen <= 1 and sum("attempt=1" in r for r in routes) >= 2


@OPENED
@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("chat-429", "responses-failed")])
def test_what_is_wrong_with_the_request_is_told_as_an_error(house, kind, opened):
    dialect, way = KINDS[kind]
    asked = len(house.healthy.bodies())
    house.first.says(*script(house, kind, WRONG, opened), frames="rock" in kind)
    r = ask(house, dialect, way + model())
    assert r.status == 400 and "too long" in r.text and r.headers["content-type"].startswith("application/json") and len(house.healthy.bodies()) == asked


def test_an_error_does_not_win_a_race(house):
    m = model()
    house.first.says(BUSY["chat"])
    for _ in range(2): assert said(house.ask("raced/" + m, True)) == TEXT      # what hedges are paid from
    house.slow.fault, seen = Fault("delay", seconds=1.5), house.first.seen
    r = house.ask("raced/" + m, True)
    house.slow.fault = None
    assert said(r) == TEXT and r.headers["x-sallyport-route"].startswith("slow/") and house.first.seen == seen + 1
    assert house.attempts(r) == [(f"slow/{m}", "completed", 200), (f"first/{m}", "refused", 200)]


def test_who_only_opens_an_answer_is_heard_after_a_while(house):
    house.first.says(*OPENING["claude"])
    house.first.stays = True
    with house.client.stream("POST", house.gateway.url + "/v1/messages", json={"model": "claude/x/" + model(), "max_tokens": 7, "stream": True, "messages": [{"role": "user", "content": TEXT}]}, headers={"authorization": "Bearer " + house.gateway.key}) as r:
        assert r.status_code == 200 and "message_start" in next(r.iter_text())


REFUSED_KEYS = {"rock-token": ("rock", 403, {"message": "The security token included in the request is expired"}, "ExpiredTokenException"), "rock-client": ("rock", 403, {"message": "no"}, "UnrecognizedClientException:http://internal.amazon.com/"),
                "rock-signature": ("rock", 403, {"message": "no"}, "InvalidSignatureException"), "gem": ("gem", 400, {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT", "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}}, None),
                "claude": ("claude", 401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}, None), "chat": ("chat", 401, {"error": {"message": "Incorrect API key provided", "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}}, None)}


@pytest.mark.parametrize("name", REFUSED_KEYS)
def test_who_refuses_the_gateways_key_is_spared_and_seen(house, name):
    kind, status, body, exception = REFUSED_KEYS[name]
    dialect, way = KINDS[kind]
    m = model()
    house.first.refuses(status, body, **({"x_amzn_errortype": exception} if exception else {}))
    for _ in range(3): assert "attempt=2" in ask(house, dialect, way + m).headers["x-sallyport-route"]
    seen = house.first.seen
    assert "attempt=1" in ask(house, dialect, way + m).headers["x-sallyport-route"] or house.first.seen == seen + 1
    explained = house.gateway.run("models", "explain", way + m).stdout
    assert f"{m}" in explained and ("failed, last for" in explained or "being tried again" in explained), explained


@pytest.mark.parametrize("kind, body", [("chat", {"error": {"message": "policy", "type": "invalid_request_error", "param": None, "code": "content_policy_violation"}}), ("claude", {"type": "error", "error": {"type": "permission_error", "message": "not this one"}}),
                                        ("rock", {"message": "You don't have access to the guardrail"})])
def test_a_403_that_a_request_may_have_caused_spares_nobody(house, kind, body):
    dialect, way = KINDS[kind]
    m = model()
    house.first.refuses(403, body, **({"x_amzn_errortype": "AccessDeniedException"} if kind == "rock" else {}))
    for _ in range(5): assert "attempt=2" in ask(house, dialect, way + m).headers["x-sallyport-route"]
