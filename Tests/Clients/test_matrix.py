"""Every SDK with every kind of provider: text, streams, tools, pictures, schemas, thoughts, figures and errors, a row for each pair. What reached
the provider is held against that provider's own contract (contracts.py)."""
import base64, json, os, pathlib
import pytest
from callers import FRAMEWORKS, SDKS, Anthropic, Ask, Bedrock, Gemini, OpenAIChat, OpenAIResponses, Worker, figures
from conftest import Gateway
from mock_bedrock import REGION

EMAIL, OTHER = "maria.keller@example.org", "jonas.weber@example.net"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
# An alias each: OpenAI's own (which has /responses), a server that is only compatible with it, Azure, and the others.
PROVIDERS = ["up", "plain", "az", "claude", "gem", "rock"]
OPENAI = ("up", "plain", "az")
FORM = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"], "additionalProperties": False}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, upstream):
    base, key = upstream.url.removesuffix("/v1"), "api_key: { env: TEST_PROVIDER_KEY }, plaintext: true, http_version: \"1.1\""
    g = Gateway(tmp_path_factory.mktemp("matrix"), upstream=upstream.url,
        models="".join(f'  {n}/*: {{ strategy: ordered, candidates: [{{ provider: {n}, model: "*" }}] }}\n' for n in ("plain", "az", "rock")),
        providers=f'''  plain: {{ kind: openai, base_url: "{upstream.url}", responses: false, {key} }}
  az: {{ kind: azure, base_url: "{base}", api_version: 2025-01-01-preview, {key} }}
  rock: {{ kind: bedrock, region: {REGION}, base_url: "{base}", {key} }}''', settings="limits: { body_bytes: 1MiB }")
    (g.folder / "policies/principals.yaml").write_text("default_tenant: default\nteams: { tests: {}, suspended: {}, administrators: {}, spent: {} }\n")
    (g.folder / "policies/limits.yaml").write_text("teams: { spent: { requests_per_minute: 0 } }\n")
    g.start()
    yield g
    g.stop()


@pytest.fixture(scope="module")
def worker():
    python = os.environ.get("FRAMEWORKS_PYTHON") or str(pathlib.Path(__file__).resolve().parents[2] / ".venv-frameworks/bin/python")
    if not os.path.exists(python):
        if os.environ.get("CI"): pytest.fail(f"{python} is absent: with CI set that is a failure")
        pytest.skip("left out: litellm and LangChain, since .venv-frameworks is absent (scripts/venv frameworks makes it)")
    w = Worker(python)
    yield w
    w.stop()


@pytest.fixture(scope="module")
def callers(gateway): return {}


@pytest.fixture(params=SDKS + FRAMEWORKS, ids=lambda c: c.name)
def caller(request, gateway, callers):
    kind = request.param
    if kind not in callers:
        callers[kind] = kind(gateway)
        if kind in FRAMEWORKS: callers[kind].worker = request.getfixturevalue("worker")
    return callers[kind]


@pytest.fixture(params=PROVIDERS)
def target(request): return request.param


@pytest.fixture(params=[False, True], ids=["whole", "stream"])
def stream(request): return request.param


@pytest.fixture(autouse=True)
def contract(request, upstream, contracts):
    """What reached the provider is what its own types and documents say. A framework's own liberties within one dialect are not ours."""
    with upstream.lock: upstream.seen.clear()
    yield
    caller, target = (request.node.callspec.params.get(n) for n in ("caller", "target")) if hasattr(request.node, "callspec") else (None, None)
    if caller in FRAMEWORKS and target in caller.own: return
    for seen in upstream.seen:
        body = json.loads(seen["raw"])
        # Thoughts of earlier turns are no member that OpenAI itself knows: servers that think aloud do, and within a dialect all passes.
        if "/chat/completions" in seen["path"]:
            for message in body["messages"]: message.pop("reasoning_content", None)
        assert contracts(seen["path"], seen["headers"], body) == [], seen["raw"].decode()


def sent(upstream): return json.loads(upstream.bodies()[-1])


def written(target):
    """What a cache took, which these alone say."""
    return 2 if target in ("claude", "rock") else 0


def expected(target): return figures(11, 7, 3, written(target))


def check_figures(said, wanted):
    assert said.usage is not None
    for name, value in said.usage.items():
        if value is not None: assert value == wanted[name], (name, said.usage, wanted)


# ---- what is offered

def test_text(caller, target, stream, upstream):
    words = f"Grüße „{EMAIL}“ \\ \"x\"\n☃"
    said = caller.ask(f"{target}/figures", Ask([("user", words)], system=f"be brief, {OTHER}"), stream)
    assert (said.text, said.calls, said.thoughts, said.stop) == (words, [], "", "end")
    check_figures(said, expected(target))
    raw = upstream.bodies()[-1].decode()
    assert EMAIL not in raw and OTHER not in raw and "EMAIL_" in raw and "be brief" in raw


def test_tools(caller, target, stream, upstream):
    words = f"about {EMAIL} \"x\" ☃"
    ask = Ask([("user", words)], tools=["look", "find"], must=True)
    said = caller.ask(f"{target}/tools", ask, stream)
    assert said.stop == "tools" and [(n, a) for _, n, a in said.calls] == [(n, {"text": words}) for n in ("look", "find")]
    assert target == "gem" and isinstance(caller, Gemini) or len({i for i, _, _ in said.calls if i}) == 2
    ask = Ask(ask.turns + [("said", said), ("results", said, [f"one of {EMAIL}", "two"])], tools=ask.tools)
    final = caller.ask(f"{target}/tools", ask, stream)
    # litellm has a word of its own for a result, and Google's dialect takes any.
    wrapped = f'{{"content": "one of {EMAIL}"}}, {{"content": "two"}}' if caller.name == "litellm-gemini" else f"one of {EMAIL}, two"
    assert (final.text.replace('":"', '": "'), final.calls, final.stop) == (f"the tools said: {wrapped}", [], "end")
    # And on: what was said then is part of the history, too.
    ask = Ask(ask.turns + [("said", final), ("user", "so?")], tools=ask.tools)
    assert "two" in caller.ask(f"{target}/tools", ask, stream).text or target not in OPENAI
    assert all(EMAIL not in raw.decode() for raw in upstream.bodies())


def test_a_picture(caller, target, upstream):
    assert caller.ask(f"{target}/echo", Ask([("user", "see")], picture=PNG)).text == "see"
    raw = upstream.bodies()[-1].decode().replace("\\/", "/")
    assert base64.b64encode(PNG).decode() in raw or base64.urlsafe_b64encode(PNG).decode() in raw


def test_a_schema(caller, target, stream, upstream):
    said = caller.ask(f"{target}/figures", Ask([("user", EMAIL)], schema=FORM), stream)
    assert json.loads(said.text) == {"answer": EMAIL}
    raw = upstream.bodies()[-1].decode()
    assert EMAIL not in raw and "answer" in raw


def test_thoughts(caller, target, stream, upstream):
    said = caller.ask(f"{target}/think", Ask([("user", EMAIL)], effort="low"), stream)
    # LangChain's class for chats has no place for them.
    assert (said.text, said.thoughts) == (EMAIL, "" if caller.name == "langchain-chat" else "About " + EMAIL)
    check_figures(said, expected(target))
    said = caller.ask(f"{target}/figures", Ask([("user", EMAIL), ("said", said), ("user", "so?")], effort="low"), stream)
    assert said.text == "so?" and EMAIL not in upstream.bodies()[-1].decode()


# Why an answer ends, in each dialect's words.
STOPS = {"long": {"openai-chat": "length", "anthropic": "max_tokens", "google-genai": "MAX_TOKENS", "boto3": "max_tokens", "litellm": "length", "langchain-chat": "length"},
         "refuse": {"openai-chat": "content_filter", "anthropic": "refusal", "google-genai": "SAFETY", "boto3": "content_filtered", "litellm": "content_filter", "langchain-chat": "content_filter"}}


@pytest.mark.parametrize("why", STOPS)
def test_why_an_answer_ends(caller, target, why, stream):
    said = caller.ask(f"{target}/{why}", Ask([("user", "x")]), stream)
    assert said.stop == STOPS[why].get(caller.name, STOPS[why].get(caller.name.partition("-")[0], "incomplete"))


# ---- what is not offered, and is refused before anything leaves, in the caller's own name for it

SMALL = {"chat": {"messages": [{"role": "user", "content": "x"}]}, "responses": {"input": "x"}, "messages": {"max_tokens": 9, "messages": [{"role": "user", "content": "x"}]},
         "gemini": {"contents": [{"parts": [{"text": "x"}]}]}, "bedrock": {"messages": [{"role": "user", "content": [{"text": "x"}]}]}}
LOOK = {"name": "look", "description": "d"}
AWAY = "https://example.org/a.png"
REFUSED = [
    # caller, providers, field, what is sent
    ("chat", "claude gem rock", "n", {"n": 2}),
    ("chat", "claude rock gem", "logprobs", {"logprobs": True}),
    ("chat", "claude rock", "response_format", {"response_format": {"type": "json_object"}}),
    ("chat", "gem", "parallel_tool_calls", {"tools": [{"type": "function", "function": LOOK}], "parallel_tool_calls": False}),
    ("chat", "gem rock", "messages.0.content.0", {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": AWAY}}]}]}),
    ("chat", "claude", "messages.0.content.0", {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}]}]}),
    ("chat", "claude gem rock", "tools.0.type", {"tools": [{"type": "custom", "custom": {"name": "x"}}]}),
    ("chat", "claude gem rock", "functions", {"functions": [LOOK]}),
    ("chat", "claude gem rock", "messages", {"messages": [{"role": "system", "content": "x"}]}),
    ("responses", "plain az claude gem rock", "previous_response_id", {"previous_response_id": "resp_1"}),
    ("responses", "plain az claude gem rock", "tools.0.type", {"tools": [{"type": "web_search"}]}),
    ("responses", "plain az claude gem rock", "background", {"background": True}),
    ("responses", "plain az claude gem rock", "input.0.type", {"input": [{"type": "item_reference", "id": "r"}]}),
    ("responses", "claude rock", "text.format", {"text": {"format": {"type": "json_object"}}}),
    ("responses", "claude gem rock", "input", {"instructions": "x", "input": []}),
    ("messages", "up plain az gem rock", "tools.0.type", {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
    ("messages", "gem", "tool_choice.disable_parallel_tool_use", {"tools": [{"name": "look", "input_schema": {"type": "object"}}], "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}),
    ("messages", "up plain az", "stop_sequences", {"stop_sequences": list("ABCDE")}),
    ("messages", "up plain az gem rock", "container", {"container": "c"}),
    ("messages", "gem rock", "messages.0.content.0", {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": AWAY}}]}]}),
    ("gemini", "up plain az claude rock", "tools.0.googleSearch", {"tools": [{"googleSearch": {}}]}),
    ("gemini", "up plain az claude rock", "cachedContent", {"cachedContent": "c"}),
    ("gemini", "claude rock", "generationConfig.responseMimeType", {"generationConfig": {"responseMimeType": "application/json"}}),
    ("gemini", "up plain az", "generationConfig.stopSequences", {"generationConfig": {"stopSequences": list("ABCDE")}}),
    ("gemini", "up plain az claude rock", "generationConfig.candidateCount", {"generationConfig": {"candidateCount": 2}}),
    ("gemini", "claude rock", "contents", {"contents": [], "systemInstruction": {"parts": [{"text": "x"}]}}),
    ("bedrock", "up plain az claude gem", "guardrailConfig", {"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"}}),
    ("bedrock", "up plain az", "inferenceConfig.stopSequences", {"inferenceConfig": {"stopSequences": list("ABCDE")}}),
    ("bedrock", "up plain az claude gem", "toolConfig.tools.0.systemTool", {"toolConfig": {"tools": [{"systemTool": {"name": "x"}}]}}),
    ("bedrock", "up plain az claude gem", "messages.0.content.0.video", {"messages": [{"role": "user", "content": [{"video": {"format": "mp4", "source": {"bytes": "AAAA"}}}]}]}),
]


def path(kind, model, stream=False):
    quoted = model.replace("/", "%2F")
    return {"chat": "/v1/chat/completions", "responses": "/v1/responses", "messages": "/v1/messages", "gemini": f"/v1beta/models/{quoted}:" + ("streamGenerateContent?alt=sse" if stream else "generateContent"), "bedrock": f"/model/{quoted}/converse" + "-stream" * stream}[kind]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind, target, field, more", [(k, t, f, m) for k, targets, f, m in REFUSED for t in targets.split()])
def test_what_cant_be_carried_is_refused_by_its_own_name(gateway, upstream, kind, target, field, more, stream):
    model = f"{target}/echo"
    body = {**SMALL[kind], **more, **({"model": model, "stream": stream} if kind in ("chat", "responses", "messages") else {})}
    r = gateway.post(body, path=path(kind, model, stream))
    assert r.status_code == 400 and f"`{field}`" in r.text and upstream.bodies() == [], r.text
    if kind in ("chat", "responses"): assert r.json()["error"]["param"] == field
    if kind == "gemini": assert r.json()["error"]["details"][0]["fieldViolations"][0]["field"] == field


TOLD = [
    ("chat", "claude", {"seed": 1, "temperature": 2}, "temperature clamped to 1, seed dropped"),
    ("chat", "claude gem rock", {"messages": SMALL["chat"]["messages"] + [{"role": "assistant", "content": "a", "provider_specific_fields": {"x": 1}, "images": []}, {"role": "user", "content": "b"}]}, "messages.provider_specific_fields dropped"),
    ("messages", "up gem", {"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]}]}, "cache_control dropped"),
    ("messages", "up gem rock", {"thinking": {"type": "disabled"}}, "thinking.type dropped"),
    ("chat", "claude rock", {"reasoning_effort": "minimal"}, "reasoning_effort raised to low"),
    ("messages", "gem", {"metadata": {"user_id": "u"}}, "metadata.user_id dropped"),
    ("gemini", "up", {"generationConfig": {"topK": 3}}, "generationConfig.topK dropped"),
    ("gemini", "claude", {"generationConfig": {"seed": 3}}, "generationConfig.seed dropped"),
    ("bedrock", "gem", {"outputConfig": {"effort": "max"}}, "outputConfig.effort clamped to high"),
    ("responses", "rock", {"user": "u", "metadata": {"a": "b"}}, "metadata dropped, user dropped"),
]


@pytest.mark.parametrize("kind, target, more, warning", [(k, t, m, w) for k, targets, m, w in TOLD for t in targets.split()])
def test_what_is_harmless_is_told(gateway, kind, target, more, warning):
    model = f"{target}/echo"
    r = gateway.post({**SMALL[kind], **more, **({"model": model} if kind in ("chat", "responses", "messages") else {})}, path=path(kind, model))
    assert r.status_code == 200 and r.headers["x-sallyport-warning"] == warning


def test_calls_that_are_not_offered(gateway, upstream, target):
    import anthropic, openai
    from botocore.exceptions import ClientError
    if target != "claude":
        with pytest.raises(anthropic.BadRequestError, match="count_tokens"): gateway.anthropic().messages.count_tokens(model=f"{target}/echo", messages=SMALL["messages"]["messages"])
    if target not in OPENAI:
        with pytest.raises(openai.BadRequestError, match="completions"): gateway.openai().completions.create(model=f"{target}/echo", prompt="x")
        with pytest.raises(openai.BadRequestError, match="embeddings"): gateway.openai().embeddings.create(model=f"{target}/echo", input="x")
    if target != "gem":
        google = gateway.gemini()
        with pytest.raises(Exception, match="batch_embed_contents") as e: google.models.embed_content(model=f"{target}/echo", contents="x")
        assert e.value.code == 400
    client = gateway.bedrock()
    for call in (lambda: client.invoke_model(modelId=f"{target}/echo", body=b"{}"), lambda: client.invoke_model_with_response_stream(modelId=f"{target}/echo", body=b"{}"), lambda: client.count_tokens(modelId=f"{target}/echo", input={"converse": {"messages": SMALL["bedrock"]["messages"]}})):
        with pytest.raises(ClientError, match="is not offered here: use `Converse`") as e: call()
        assert e.value.response["Error"]["Code"] == "ValidationException"
    assert upstream.bodies() == []


@pytest.mark.parametrize("kind", ["embeddings", "completions"])
def test_azure_has_a_path_for_these_too(gateway, upstream, kind):
    client = gateway.openai()
    if kind == "embeddings": assert client.embeddings.create(model="az/echo", input="x").data
    else: assert client.completions.create(model="az/echo", prompt="x").choices[0].text == "x"
    assert upstream.seen[-1]["path"] == f"/openai/deployments/echo/{kind}?api-version=2025-01-01-preview"


# ---- errors

# What each SDK raises: its exception by the status.
OPENAI_NAMES = {400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError", 413: "APIStatusError", 422: "UnprocessableEntityError", 429: "RateLimitError"}
LANGCHAIN_NAMES = OPENAI_NAMES | {400: "OpenAIInvalidRequestError", 401: "OpenAIAuthenticationError", 403: "OpenAIPermissionDeniedError", 404: "OpenAIModelNotFoundError", 429: "OpenAIRateLimitError", 500: "OpenAIAPIError"}
NAMES = {
    "openai": OPENAI_NAMES | {500: "InternalServerError"}, "langchain": LANGCHAIN_NAMES,
    "anthropic": OPENAI_NAMES | {413: "ContentTooLargeError", 500: "InternalServerError", 503: "ServiceUnavailableError", 529: "OverloadedError"},
    "google": {400: "ClientError", 500: "ServerError"},
    "boto3": {400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException", 429: "ThrottlingException", 500: "InternalServerException", 503: "ServiceUnavailableException"},
    # litellm reads the message, too, where it finds the model's name: these are the classes that it gives.
    "litellm": {400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError", 429: "RateLimitError", 500: "InternalServerError", 503: "ServiceUnavailableError"},
}


def raised(caller, model, stream=False, **k):
    try: caller.ask(model, Ask([("user", k.pop("text", "x"))], **k), stream)
    except Exception as e: return caller.error(e)
    assert False, "it did not fail"


def name_of(caller, status):
    names = NAMES[caller.name.partition("-")[0]]
    return names.get(status) or names[400 if status < 500 else 500]


STATUSES = [400, 401, 403, 404, 413, 422, 429, 500, 503, 529]


@pytest.mark.parametrize("caller, status", [(c, s) for c in SDKS for s in STATUSES] + [(c, s) for c in FRAMEWORKS for s in (400, 404, 429, 503)], indirect=["caller"])
def test_a_providers_errors(caller, target, status):
    for stream in (False, True): check_error(caller, target, status, *raised(caller, f"{target}/err-{status}", stream))


def check_error(caller, target, status, got, name, message):
    # That the provider refuses our key is not the caller's fault; 529 is a word of Anthropic's.
    own = {OpenAIChat: OPENAI, OpenAIResponses: ("up",), Anthropic: ("claude",), Gemini: ("gem",), Bedrock: ("rock",)}.get(type(caller), ())
    wanted = 502 if status in (401, 403) else 503 if status == 529 and not isinstance(caller, Anthropic) and target not in own else status
    if type(caller) in SDKS: assert (got, name) == (wanted, name_of(caller, wanted)) and (message == "scripted" or wanted == 502 and "the provider refused the gateway's request" in message)
    elif not caller.name.startswith("litellm"): assert got in (wanted, 529) and name == name_of(caller, wanted)
    else: assert got == wanted and name in (name_of(caller, wanted), "MidStreamFallbackError")


@pytest.mark.parametrize("why", ["cut", "gives-up"])
def test_a_stream_that_breaks_off_has_no_clean_end(caller, target, why):
    with pytest.raises(Exception) as e: caller.ask(f"{target}/{why}", Ask([("user", "x" * 200)]), True)
    assert not isinstance(e.value, (AssertionError, KeyError, TypeError, json.JSONDecodeError))


@pytest.fixture(scope="module")
def keys(gateway): return {403: gateway.make_key("--principal", "mallory", "--team", "suspended"), 429: gateway.make_key("--principal", "spender", "--team", "spent"), 401: "sp_wrong"}


@pytest.mark.parametrize("status", [401, 403, 404, 413, 429])
def test_our_own_errors(caller, keys, status):
    kind = type(caller)
    asker = kind(caller.gateway)
    asker.key = keys.get(status, asker.key)
    if kind in FRAMEWORKS: asker.worker = caller.worker
    got, name, message = raised(asker, "nobody" if status == 404 else "up/echo", status == 403, text="x" * 1_200_000 if status == 413 else "x")
    wanted = 403 if status == 401 and kind is Bedrock else status
    if caller.name.startswith("litellm"): assert got in (wanted, 400, 403) if status in (401, 403, 413) else got == wanted
    else: assert (got, name) == (wanted, name_of(caller, wanted)), message
