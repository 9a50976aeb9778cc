"""The official SDKs, each with models of the other's provider: what is carried, what is treated on the way, and what is refused."""
import json
import pytest
from conftest import eventually
from mock_provider import ADDED_TOKEN

EMAIL, CARD = "maria.keller@example.org", "4242 4242 4242 4242"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": False}
CHAT_TOOLS = [{"type": "function", "function": {"name": n, "description": "d", "parameters": SCHEMA}} for n in ("look", "find")]
TOOLS = [{"name": n, "description": "d", "input_schema": SCHEMA} for n in ("look", "find")]
USER = lambda t: [{"role": "user", "content": t}]


def sent(provider): return json.loads(provider.bodies()[-1])


def chat(gateway, model, text, stream=False, **k):
    client = gateway.openai()
    if not stream: return client.chat.completions.create(model=model, messages=USER(text), **k).choices[0].message.content
    chunks = list(client.chat.completions.create(model=model, messages=USER(text), stream=True, **k))
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop" and len({c.id for c in chunks}) == 1
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def message(gateway, model, text, stream=False, **k):
    client = gateway.anthropic()
    if not stream: return client.messages.create(model=model, max_tokens=99, messages=USER(text), **k).content[-1].text
    with client.messages.stream(model=model, max_tokens=99, messages=USER(text), **k) as s: return "".join(s.text_stream)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("ask, model", [(chat, "claude/echo"), (message, "up/echo"), (chat, "claude/split-1"), (message, "up/split-1"), (chat, "claude/split-7"), (message, "up/split-7")])
def test_values_leave_as_surrogates_and_come_back_across_dialects(gateway, provider, ask, model, stream):
    text = f"Grüße „{EMAIL}“, card {CARD} \\ \"x\"\n☃"
    assert ask(gateway, model, text, stream) == text
    raw = provider.bodies()[-1].decode()
    assert EMAIL not in raw and CARD not in raw and "EMAIL_" in raw


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("ask, model", [(chat, "claude/adds"), (message, "up/adds")])
def test_what_the_model_adds_is_taken_out_across_dialects(make_gateway, provider, ask, model, stream):
    gateway = make_gateway(upstream=provider.url)
    (gateway.folder / "policies/privacy.yaml").write_text("answers: { redact: [secret] }\n")
    gateway.start()
    answer = ask(gateway, model, f"Mail {EMAIL}.", stream)
    assert ADDED_TOKEN not in answer and "[SECRET]" in answer and EMAIL in answer


@pytest.mark.parametrize("stream", [False, True])
def test_tools_of_an_openai_caller_go_round_at_anthropics_provider(gateway, provider, stream):
    client, text = gateway.openai(), f"about {EMAIL}"
    if stream:
        with client.chat.completions.stream(model="claude/tool", messages=USER(text), tools=CHAT_TOOLS) as s: m = s.until_done().get_final_completion().choices[0]
    else: m = client.chat.completions.create(model="claude/tool", messages=USER(text), tools=CHAT_TOOLS).choices[0]
    assert m.finish_reason == "tool_calls" and [c.function.name for c in m.message.tool_calls] == ["look", "find"]
    assert all(json.loads(c.function.arguments) == {"text": text} for c in m.message.tool_calls)
    history = USER(text) + [m.message.to_dict()] + [{"role": "tool", "tool_call_id": c.id, "content": f"{i} of {EMAIL}"} for i, c in enumerate(m.message.tool_calls)]
    r = client.chat.completions.create(model="claude/tool", messages=history, tools=CHAT_TOOLS)
    assert r.choices[0].message.content == f"the tools said: 0 of {EMAIL}, 1 of {EMAIL}"
    assert [b["type"] for b in sent(provider)["messages"][2]["content"]] == ["tool_result"] * 2 and EMAIL not in provider.bodies()[-1].decode()


@pytest.mark.parametrize("stream", [False, True])
def test_tools_of_an_anthropic_caller_go_round_at_openais_provider(gateway, provider, stream):
    client, text = gateway.anthropic(), f"about {EMAIL}"
    if stream:
        with client.messages.stream(model="up/tool", max_tokens=9, messages=USER(text), tools=TOOLS) as s: m = s.get_final_message()
    else: m = client.messages.create(model="up/tool", max_tokens=9, messages=USER(text), tools=TOOLS)
    assert m.stop_reason == "tool_use" and m.content[0].name == "look" and m.content[0].input == {"text": text}
    history = USER(text) + [{"role": "assistant", "content": [b.to_dict() for b in m.content]}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": m.content[0].id, "content": f"found {EMAIL}"}, {"type": "text", "text": "so?"}]}]
    assert client.messages.create(model="up/echo", max_tokens=9, messages=history, tools=TOOLS).content[0].text == "so?"
    roles = [m["role"] for m in sent(provider)["messages"]]
    assert roles == ["user", "assistant", "tool", "user"] and EMAIL not in provider.bodies()[-1].decode()


def test_pictures_and_schemas_are_carried(gateway, provider):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + PNG}}
    r = gateway.openai().chat.completions.create(model="claude/echo", messages=[{"role": "user", "content": [{"type": "text", "text": EMAIL}, picture]}],
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object", "properties": {"answer": {"type": "string"}}, "additionalProperties": False}}})
    assert json.loads(r.choices[0].message.content) == {"answer": EMAIL}
    assert sent(provider)["messages"][0]["content"][1]["source"] == {"type": "base64", "media_type": "image/png", "data": PNG}
    block = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
    gateway.anthropic().messages.create(model="up/echo", max_tokens=9, messages=[{"role": "user", "content": [block, {"type": "text", "text": "see"}]}])
    assert sent(provider)["messages"][0]["content"][0]["image_url"]["url"] == "data:image/png;base64," + PNG


@pytest.mark.parametrize("stream", [False, True])
def test_thoughts_and_figures_are_carried(gateway, stream):
    client = gateway.openai()
    if stream:
        chunks = list(client.chat.completions.create(model="claude/think", messages=USER(EMAIL), stream=True, stream_options={"include_usage": True}))
        thoughts, usage = "".join(getattr(c.choices[0].delta, "reasoning_content", None) or "" for c in chunks if c.choices), chunks[-1].usage
    else:
        r = client.chat.completions.create(model="claude/think", messages=USER(EMAIL)); thoughts, usage = r.choices[0].message.reasoning_content, r.usage
    assert thoughts == "About " + EMAIL
    assert (usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens) == (11, 7, 3)
    result = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "result"])[-1]
    assert result["usage"]["input"] == 11 and result["usage"]["output"] == 7


def test_a_stream_without_a_wish_for_figures_has_none_and_the_ledger_has_them(gateway):
    chunks = list(gateway.openai().chat.completions.create(model="claude/echo", messages=USER("x"), stream=True))
    assert all(c.usage is None and c.choices for c in chunks)
    assert eventually(lambda: [e for e in gateway.entries() if e["kind"] == "result"])[-1]["usage"]["input"] == 11


def test_a_cut_stream_has_no_clean_end(gateway):
    import anthropic, httpx2, openai
    with pytest.raises((openai.APIError, httpx2.HTTPError)): chat(gateway, "claude/cut", "x" * 200, stream=True)
    with pytest.raises((anthropic.APIError, httpx2.HTTPError)): message(gateway, "up/cut", "x" * 200, stream=True)


def test_errors_keep_their_class_in_the_callers_shape(gateway):
    import anthropic, openai
    for status, kind in ((429, openai.RateLimitError), (404, openai.NotFoundError), (400, openai.BadRequestError), (529, openai.InternalServerError)):
        with pytest.raises(kind) as e: chat(gateway, f"claude/err-{status}", "x")
        assert e.value.body["message"] == "scripted" and (status != 529 or e.value.status_code == 503)
    for status, kind, word in ((429, anthropic.RateLimitError, "rate_limit_error"), (404, anthropic.NotFoundError, "not_found_error"), (400, anthropic.BadRequestError, "invalid_request_error")):
        with pytest.raises(kind) as e: message(gateway, f"up/err-{status}", "x")
        assert e.value.body["error"] == {"type": word, "message": "scripted"}


def test_what_cant_be_carried_is_refused_before_anything_leaves_or_told(gateway, provider):
    r = gateway.post({"model": "claude/echo", "messages": USER("x"), "logprobs": True})
    assert r.status_code == 400 and r.json()["error"]["param"] == "logprobs" and "logprobs" in r.json()["error"]["message"]
    assert provider.bodies() == [] and not [e for e in gateway.entries() if e["kind"] == "intent"]
    r = gateway.post({"model": "claude/echo", "messages": USER("x"), "seed": 1, "temperature": 2})
    assert r.status_code == 200 and r.headers["x-sallyport-warning"] == "temperature clamped to 1, seed dropped"
    assert "x-sallyport-warning" not in gateway.post({"model": "up/echo", "messages": USER("x"), "seed": 1}).headers


def test_one_alias_may_have_candidates_of_both_dialects(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, models='  mixed: { candidates: [{ provider: claude, model: err-529 }, { provider: upstream, model: echo }] }\n').start()
    assert chat(gateway, "mixed", EMAIL) == EMAIL and message(gateway, "mixed", EMAIL) == EMAIL
    # What only one of them can be told goes to that one.
    r = gateway.post({"model": "mixed", "messages": USER("x"), "logprobs": True})
    assert r.status_code == 200 and r.headers["x-sallyport-destination"].startswith("upstream")


def test_the_other_dialects_key_and_versions_stay_here(gateway, provider):
    gateway.post({"model": "claude/echo", "messages": USER("x")}, headers=[("anthropic-version", "2026-10-21"), ("anthropic-beta", "b")])
    headers = {k.lower(): v for k, v in provider.seen[-1]["headers"].items()}
    assert headers["anthropic-version"] == "2023-06-01" and headers["x-api-key"] == "sk-test-provider" and "anthropic-beta" not in headers and "authorization" not in headers


def test_what_has_no_counterpart_is_refused(gateway):
    r = gateway.post({"model": "claude/echo", "input": "x"}, path="/v1/embeddings")
    assert r.status_code == 400 and r.json()["error"]["param"] == "model"


@pytest.mark.parametrize("model", ["claude/echo", "plain/echo", "demo"])
def test_responses_go_to_providers_that_know_none(make_gateway, provider, model):
    gateway = make_gateway(upstream=provider.url, models='  plain/*: { candidates: [{ provider: plain, model: "*" }] }\n',
        providers=f'  plain: {{ kind: openai, base_url: "{provider.url}", responses: false, plaintext: true }}\n')
    client = gateway.start().openai()
    r = client.responses.create(model=model, input=EMAIL, instructions="be brief")
    assert r.status == "completed" and r.usage.input_tokens > 0 and (EMAIL in r.output_text or model == "demo")
    with client.responses.stream(model=model, input=EMAIL) as s: events = [e for e in s]
    assert events[0].type == "response.created" and events[-1].type == "response.completed" and [e.sequence_number for e in events] == list(range(len(events)))
    final = events[-1].response.output_text
    assert final == "".join(e.delta for e in events if e.type == "response.output_text.delta") and (EMAIL in final or model == "demo")
    if model == "demo": return
    assert EMAIL not in provider.bodies()[-1].decode()
    tool = {"type": "function", "name": "look", "parameters": SCHEMA, "strict": True}
    call = client.responses.create(model=model.replace("echo", "tool"), input=EMAIL, tools=[tool]).output[0]
    assert call.type == "function_call" and json.loads(call.arguments) == {"text": EMAIL}
    history = [{"role": "user", "content": EMAIL}, call.to_dict(), {"type": "function_call_output", "call_id": call.call_id, "output": f"found {EMAIL}"}]
    assert client.responses.create(model=model, input=history, tools=[tool]).status == "completed"
    r = gateway.post({"model": model, "input": "x", "previous_response_id": "resp_1"}, path="/v1/responses")
    assert r.status_code == 400 and r.json()["error"]["param"] == "previous_response_id"


def test_azure_has_a_path_for_each_deployment(make_gateway, provider):
    base = provider.url.removesuffix("/v1")
    gateway = make_gateway(upstream=provider.url, models='  az/*: { candidates: [{ provider: az, model: "*" }] }\n',
        providers=f'  az: {{ kind: azure, base_url: "{base}", api_version: 2025-01-01-preview, api_key: {{ env: TEST_PROVIDER_KEY }}, plaintext: true, http_version: "1.1" }}\n').start()
    assert chat(gateway, "az/echo", EMAIL) == EMAIL and message(gateway, "az/odd", EMAIL, stream=True) == EMAIL
    paths = [x["path"] for x in provider.seen]
    assert paths == ["/openai/deployments/echo/chat/completions?api-version=2025-01-01-preview", "/openai/deployments/odd/chat/completions?api-version=2025-01-01-preview"]
    headers = {k.lower(): v for k, v in provider.seen[-1]["headers"].items()}
    assert headers["api-key"] == "sk-test-provider" and "authorization" not in headers
    assert gateway.post({"model": "az/..", "messages": USER("x")}).status_code >= 400 and len(provider.seen) == 2
