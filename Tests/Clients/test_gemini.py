"""The official SDK of Google with the gateway, and other SDKs with a provider of Gemini's API."""
import base64, json
import pytest
from conftest import eventually
from mock_provider import ADDED_TOKEN

EMAIL, CARD = "maria.keller@example.org", "4242 4242 4242 4242"


def sent(provider): return json.loads(provider.bodies()[-1])


def generate(gateway, model, contents, stream=False, **config):
    client = gateway.gemini()   # which closes its connections when nobody holds it
    models = client.models
    if not stream: return models.generate_content(model=model, contents=contents, config=config or None)
    return list(models.generate_content_stream(model=model, contents=contents, config=config or None))


def text(answer):
    if not isinstance(answer, list): return answer.text
    assert str(answer[-1].candidates[0].finish_reason.value) == "STOP"
    return "".join(c.text or "" for c in answer)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gem/echo", "gem/odd", "gem/split-1", "gem/split-7"])
def test_values_leave_as_surrogates_and_come_back(gateway, provider, model, stream):
    words = f"Grüße „{EMAIL}“, card {CARD} \\ \"x\"\n☃"
    assert text(generate(gateway, model, words, stream, system_instruction=f"You are {EMAIL}")) == words
    raw = provider.bodies()[-1].decode()
    assert EMAIL not in raw and CARD not in raw and "EMAIL_" in raw


@pytest.mark.parametrize("stream", [False, True])
def test_what_passes_within_the_dialect_is_not_changed(gateway, provider, stream):
    from google.genai import types
    contents = [types.Content(role="user", parts=[types.Part(text="Grüße ☃")])]
    generate(gateway, "gem/echo", contents, stream, temperature=0.5, top_k=3, safety_settings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}])
    path = "/v1beta/models/echo:" + ("streamGenerateContent?alt=sse" if stream else "generateContent")
    assert provider.seen[-1]["path"] == path
    headers = {k.lower(): v for k, v in provider.seen[-1]["headers"].items()}
    assert headers["x-goog-api-key"] == "sk-test-provider" and "authorization" not in headers and gateway.key not in str(headers)
    assert sent(provider)["generationConfig"] == {"temperature": 0.5, "topK": 3.0} and sent(provider)["safetySettings"]


# ---- Google's SDK, with models of every kind of provider

EVERYONE = ["gem", "up", "claude"]
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": False}


def functions(): 
    from google.genai import types
    return [types.Tool(function_declarations=[types.FunctionDeclaration(name=n, description="d", parameters={"type": "OBJECT", "properties": {"text": {"type": "STRING"}}, "required": ["text"]}) for n in ("look", "find")])]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["up/echo", "claude/echo", "up/odd", "claude/split-1", "up/split-7"])
def test_values_come_back_across_dialects(gateway, provider, model, stream):
    words = f"Grüße „{EMAIL}“, card {CARD} \\ \"x\"\n☃"
    assert text(generate(gateway, model, words, stream, system_instruction="be brief", max_output_tokens=99)) == words
    raw = provider.bodies()[-1].decode()
    assert EMAIL not in raw and CARD not in raw and "EMAIL_" in raw and "be brief" in raw
    assert sent(provider)["model"] == model.partition("/")[2] and bool(sent(provider).get("stream")) == stream


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("who", EVERYONE)
def test_what_the_model_adds_is_taken_out(make_gateway, provider, who, stream):
    gateway = make_gateway(upstream=provider.url)
    (gateway.folder / "policies/privacy.yaml").write_text("answers: { redact: [secret] }\n")
    answer = text(generate(gateway.start(), who + "/adds", f"Mail {EMAIL}.", stream))
    assert ADDED_TOKEN not in answer and "[SECRET]" in answer and EMAIL in answer


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gem/tool", "gem/tool-ids", "gem/tool-3", "up/tool", "claude/tool"])
def test_functions_go_round(gateway, provider, model, stream):
    from google.genai import types
    words = f"about {EMAIL} \"x\""
    options = dict(tools=functions(), automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True))
    answers = generate(gateway, model, words, stream, **options)
    answers = answers if stream else [answers]
    calls = [c for a in answers for c in a.function_calls or []]
    assert [c.name for c in calls] == ["look", "find"][:1 if model.startswith("up") else 2]
    assert all(c.args == {"text": words} for c in calls)
    history = [types.Content(role="user", parts=[types.Part(text=words)])] + [a.candidates[0].content for a in answers]
    history.append(types.Content(role="user", parts=[types.Part.from_function_response(name=c.name, response={"result": f"{i} of {EMAIL}"}) for i, c in enumerate(calls)]))
    final = generate(gateway, model.replace("up/tool", "up/echo"), history, **options)
    assert EMAIL not in provider.bodies()[-1].decode()
    if not model.startswith("up"): assert text(final) == "the tools said: " + ", ".join(f"{i} of {EMAIL}" for i, _ in enumerate(calls))
    else: assert [m["role"] for m in sent(provider)["messages"]] == ["user", "assistant", "tool"]


@pytest.mark.parametrize("who", EVERYONE)
def test_pictures_and_schemas(gateway, provider, who):
    from google.genai import types
    picture = types.Part.from_bytes(data=PNG, mime_type="image/png")
    answer = generate(gateway, who + "/echo", [types.Part(text=EMAIL), picture], response_mime_type="application/json", response_json_schema=SCHEMA)
    raw = provider.bodies()[-1].decode()
    assert base64.b64encode(PNG).decode() in raw.replace("\\/", "/") or base64.urlsafe_b64encode(PNG).decode() in raw
    assert EMAIL in answer.text and '"additionalProperties"' in raw
    if who != "up": assert json.loads(answer.text) == {"answer": EMAIL}


def test_schemas_of_googles_own_become_json_schemas(gateway, provider):
    config = dict(response_mime_type="application/json", response_schema={"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True}, "b": {"type": "ARRAY", "items": {"type": "INTEGER"}, "min_items": 2}}, "property_ordering": ["b", "a"], "required": ["a"]})
    generate(gateway, "up/echo", "x", **config)
    schema = sent(provider)["response_format"]["json_schema"]["schema"]
    assert schema == {"type": "object", "properties": {"a": {"type": ["string", "null"]}, "b": {"type": "array", "items": {"type": "integer"}, "minItems": 2}}, "required": ["a"]}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("who, figures", [("gem", (11, 5, 2, 3, 18)), ("up", (11, 7, None, None, 18)), ("claude", (11, 7, None, 3, 18))])
def test_figures(gateway, who, figures, stream):
    answer = generate(gateway, who + "/echo", "x", stream)
    usage = (answer[-1] if stream else answer).usage_metadata
    assert (usage.prompt_token_count, usage.candidates_token_count, usage.thoughts_token_count, usage.cached_content_token_count, usage.total_token_count) == figures
    result = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "result"])[-1]
    assert (result["usage"]["input"], result["usage"]["output"]) == (11, 7)


@pytest.mark.parametrize("stream", [False, True])
def test_thoughts_and_their_seals(gateway, provider, stream):
    from google.genai import types
    answers = generate(gateway, "claude/think", EMAIL, stream)
    answers = answers if stream else [answers]
    thoughts = [p for a in answers for p in a.candidates[0].content.parts if p.thought]
    assert "".join(p.text for p in thoughts) == "About " + EMAIL and thoughts[-1].thought_signature
    history = [types.Content(role="user", parts=[types.Part(text=EMAIL)])] + [a.candidates[0].content for a in answers] + [types.Content(role="user", parts=[types.Part(text="so?")])]
    assert generate(gateway, "claude/echo", history).text == "so?"
    block = sent(provider)["messages"][1]["content"][0]
    assert block["type"] == "thinking" and block["signature"] == "sig" and EMAIL not in str(block)
    answers = generate(gateway, "gem/think", EMAIL, stream)
    assert "".join(p.text for a in (answers if stream else [answers]) for p in a.candidates[0].content.parts if p.thought) == "About " + EMAIL


@pytest.mark.parametrize("who", EVERYONE)
def test_errors_keep_their_class(gateway, who):
    from google.genai import errors
    for status, word, kind in ((400, "INVALID_ARGUMENT", errors.ClientError), (404, "NOT_FOUND", errors.ClientError), (429, "RESOURCE_EXHAUSTED", errors.ClientError), (503, "UNAVAILABLE", errors.ServerError)):
        with pytest.raises(kind) as e: generate(gateway, f"{who}/err-{status}", "x")
        assert (e.value.code, e.value.status, e.value.message) == (status, word, "scripted")
    with pytest.raises(errors.ServerError) as e: generate(gateway, f"{who}/err-401", "x")
    assert e.value.code == 502


def test_the_providers_key_is_not_the_callers_to_mend(gateway):
    from google.genai import errors
    with pytest.raises(errors.ServerError) as e: generate(gateway, "gem/err-400-key", "x")
    assert e.value.code == 502


@pytest.mark.parametrize("who", EVERYONE)
def test_a_cut_stream_has_no_clean_end(gateway, who):
    from google.genai import errors
    import httpx2
    with pytest.raises((errors.APIError, httpx2.HTTPError)): text(generate(gateway, who + "/cut", "x" * 200, stream=True))


def test_a_provider_that_gives_up_in_mid_stream(gateway):
    from google.genai import errors
    import openai
    with pytest.raises(errors.ServerError) as e: generate(gateway, "gem/gives-up", "x" * 200, stream=True)
    assert e.value.status == "UNAVAILABLE"
    with pytest.raises(openai.APIError): list(gateway.openai().chat.completions.create(model="gem/gives-up", messages=[{"role": "user", "content": "x" * 200}], stream=True))


def test_blocked_prompts_and_answers(gateway):
    assert generate(gateway, "gem/block", "x").prompt_feedback.block_reason.value == "PROHIBITED_CONTENT"
    assert generate(gateway, "gem/block", "x", stream=True)[-1].prompt_feedback.block_reason.value == "PROHIBITED_CONTENT"
    assert generate(gateway, "gem/safety", "x").candidates[0].finish_reason.value == "SAFETY"
    for stream in (False, True):
        for model in ("gem/block", "gem/safety"):
            r = gateway.openai().chat.completions.create(model=model, messages=[{"role": "user", "content": "x"}], stream=stream)
            assert [c.choices[0].finish_reason for c in (r if stream else [r]) if c.choices][-1] == "content_filter"


def test_counts_embeddings_and_lists(gateway, provider):
    client = gateway.gemini()
    assert client.models.count_tokens(model="gem/echo", contents=f"to {EMAIL}").total_tokens == 5
    assert EMAIL not in provider.bodies()[-1].decode()
    assert [e.values for e in client.models.embed_content(model="gem/echo", contents=[EMAIL, "y"]).embeddings] == [[0.5, 0.25]] * 2
    assert EMAIL not in provider.bodies()[-1].decode() and {r["model"] for r in sent(provider)["requests"]} == {"models/echo"}
    listed = [m.name for m in client.models.list()]
    assert "models/demo" in listed and client.models.get(model="demo").name == "models/demo"
    with pytest.raises(Exception) as e: client.models.count_tokens(model="up/echo", contents="x")
    assert e.value.code == 400
    with pytest.raises(Exception) as e: client.models.get(model="nobody")
    assert e.value.code == 404 and e.value.status == "NOT_FOUND"


def test_the_demonstration_model_answers(gateway):
    assert EMAIL in generate(gateway, "demo", EMAIL).text and "EMAIL:" in text(generate(gateway, "demo", EMAIL, stream=True))
    calling = {"function_calling_config": {"mode": "ANY", "allowed_function_names": ["find"]}}
    client = gateway.gemini()
    r = client.models.generate_content(model="demo", contents=EMAIL, config={"tools": functions(), "tool_config": calling, "automatic_function_calling": {"disable": True}})
    assert [(c.name, c.args) for c in r.function_calls] == [("find", {"text": EMAIL})]
    assert client.models.count_tokens(model="demo", contents="x").total_tokens > 0
    assert len(client.models.embed_content(model="demo", contents=["x", "y"]).embeddings) == 2


# ---- paths and what they say

ASK = {"contents": [{"parts": [{"text": "x " + EMAIL}]}]}


@pytest.mark.parametrize("version", ["v1", "v1beta", "v1alpha"])
@pytest.mark.parametrize("model", ["gem/echo", "gem/split-1", "up/echo", "demo"])
def test_streams_come_as_an_array_unless_events_are_asked_for(gateway, version, model):
    r = gateway.post(ASK, path=f"/{version}/models/{model}:streamGenerateContent")
    assert r.status_code == 200 and r.headers["content-type"] == "application/json"
    words = "".join(p.get("text", "") for c in r.json() for p in c["candidates"][0]["content"]["parts"])
    assert EMAIL in words and r.json()[-1]["candidates"][0]["finishReason"] == "STOP"


def test_an_array_that_breaks_off_is_no_array(gateway):
    import httpx2
    try: r = gateway.post({"contents": [{"parts": [{"text": "x" * 200}]}]}, path="/v1beta/models/gem/cut:streamGenerateContent")
    except httpx2.HTTPError: return
    # Where it broke off before the caller had any of it, it is an error like any other.
    if r.status_code != 200: return assert_error(r)
    with pytest.raises(ValueError): json.loads(r.text)


def assert_error(r): assert r.status_code == 502 and r.json()["error"]["code"] == 502


def test_a_key_in_the_address_is_not_taken(gateway):
    import httpx2
    with httpx2.Client(verify=gateway.context(), trust_env=False) as c:
        r = c.post(f"{gateway.url}/v1beta/models/demo:generateContent?key={gateway.key}", json=ASK)
        assert r.status_code == 401 and r.json()["error"]["status"] == "UNAUTHENTICATED" and "addresses are logged" in r.json()["error"]["message"]
        r = c.post(f"{gateway.url}/v1beta/models/demo:generateContent?key={gateway.key}", json=ASK, headers={"x-goog-api-key": gateway.key})
        assert r.status_code == 400 and r.json()["error"]["details"][0]["fieldViolations"][0]["field"] == "key"
        r = c.post(f"{gateway.url}/v1beta/models/demo:generateContent", json=ASK)
        assert r.status_code == 401 and r.json()["error"]["code"] == 401
    assert gateway.key not in gateway.logged()


@pytest.mark.parametrize("path, status", [("/v1beta/models/demo:predict", 404), ("/v1beta/files", 404), ("/v1beta/models/:generateContent", 404), ("/v1beta/models/%zz:generateContent", 404), ("/v1beta/models/demo:generateContent?alt=proto", 400), ("/v1beta/models/gem/..:generateContent", 404)])
def test_addresses_that_lead_nowhere(gateway, path, status):
    r = gateway.post(ASK, path=path)
    assert r.status_code == status and r.json()["error"]["code"] == status


def test_the_body_may_not_name_another_model(gateway, provider):
    r = gateway.post({**ASK, "model": "models/other"}, path="/v1beta/models/gem/echo:generateContent")
    assert r.status_code == 400 and provider.bodies() == []


def test_policies_see_googles_own_tools_by_one_name(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    with open(gateway.folder / "policies/access.cedar", "a") as f:
        f.write('\nforbid (principal, action, resource) when { context has tools && context.tools.contains("googleSearch") };\n')
    gateway.start()
    for tool in ({"googleSearch": {}}, {"google_search": {}}):
        r = gateway.post({**ASK, "tools": [tool]}, path="/v1beta/models/gem/echo:generateContent")
        assert r.status_code == 403 and r.json()["error"]["status"] == "PERMISSION_DENIED"


def test_what_cant_be_carried_is_refused_or_told(gateway, provider):
    def ask(model="up/echo", **more): return gateway.post({**ASK, **more}, path=f"/v1/models/{model}:generateContent")
    for field, more in (("contents.0.parts.0.fileData", {"contents": [{"parts": [{"fileData": {"fileUri": "https://example.com/x.png", "mimeType": "image/png"}}]}]}),
                        ("tools.0.googleSearch", {"tools": [{"googleSearch": {}}]}), ("cachedContent", {"cachedContent": "cachedContents/x"}),
                        ("generationConfig.candidateCount", {"generationConfig": {"candidateCount": 2}}), ("generationConfig.responseModalities", {"generationConfig": {"responseModalities": ["IMAGE"]}}),
                        ("generationConfig.novelty", {"generationConfig": {"novelty": 1}}), ("contents.0.parts.0.executableCode", {"contents": [{"role": "model", "parts": [{"executableCode": {"code": "1", "language": "PYTHON"}}]}]})):
        r = ask(**more)
        assert r.status_code == 400 and r.json()["error"]["details"][0]["fieldViolations"][0]["field"] == field, r.text
    assert provider.bodies() == []
    r = ask(safetySettings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}], generationConfig={"topK": 3.0})
    assert r.status_code == 200 and r.headers["x-sallyport-warning"] == "safetySettings dropped, generationConfig.topK dropped"


# ---- other SDKs, with a provider of Gemini's API

def chat(gateway, model, words, stream=False, **k):
    messages = words if isinstance(words, list) else [{"role": "user", "content": words}]
    r = gateway.openai().chat.completions.create(model=model, messages=messages, stream=stream, **k)
    if not stream: return r.choices[0].message
    chunks = list(r)
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def message(gateway, model, words, stream=False, **k):
    client, messages = gateway.anthropic(), words if isinstance(words, list) else [{"role": "user", "content": words}]
    if not stream: return client.messages.create(model=model, max_tokens=99, messages=messages, **k)
    with client.messages.stream(model=model, max_tokens=99, messages=messages, **k) as s: return s.get_final_message()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gem/echo", "gem/odd", "gem/split-1"])
def test_other_sdks_get_their_values_back(gateway, provider, model, stream):
    words = f"Grüße „{EMAIL}“, card {CARD} \\ \"x\"\n☃"
    answer = chat(gateway, model, [{"role": "system", "content": "be brief"}, {"role": "user", "content": words}], stream)
    assert (answer if stream else answer.content) == words
    assert sent(provider)["systemInstruction"] == {"parts": [{"text": "be brief"}]} and EMAIL not in provider.bodies()[-1].decode()
    assert message(gateway, model, words, stream).content[0].text == words
    client = gateway.openai()
    if not stream: assert client.responses.create(model=model, input=words).output_text == words
    else:
        with client.responses.stream(model=model, input=words) as s: assert s.get_final_response().output_text == words


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gem/tool", "gem/tool-ids", "gem/tool-3"])
def test_tools_of_an_openai_caller_go_round(gateway, provider, model, stream):
    words, client = f"about {EMAIL}", gateway.openai()
    tools = [{"type": "function", "function": {"name": n, "description": "d", "parameters": SCHEMA}} for n in ("look", "find")]
    ask = [{"role": "user", "content": words}]
    if stream:
        with client.chat.completions.stream(model=model, messages=ask, tools=tools) as s: m = s.until_done().get_final_completion().choices[0]
    else: m = client.chat.completions.create(model=model, messages=ask, tools=tools).choices[0]
    assert m.finish_reason == "tool_calls" and [(c.function.name, json.loads(c.function.arguments)) for c in m.message.tool_calls] == [(n, {"text": words}) for n in ("look", "find")]
    history = ask + [m.message.to_dict()] + [{"role": "tool", "tool_call_id": c.id, "content": f"{i} of {EMAIL}"} for i, c in enumerate(m.message.tool_calls)]
    assert chat(gateway, model, history, tools=tools).content == f"the tools said: 0 of {EMAIL}, 1 of {EMAIL}"
    assert [p["functionResponse"]["name"] for p in sent(provider)["contents"][2]["parts"]] == ["look", "find"] and EMAIL not in provider.bodies()[-1].decode()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["gem/tool", "gem/tool-3"])
def test_tools_of_an_anthropic_caller_go_round_and_keep_the_seal(gateway, provider, model, stream):
    import mock_gemini
    words, tools = f"about {EMAIL}", [{"name": n, "description": "d", "input_schema": SCHEMA} for n in ("look", "find")]
    m = message(gateway, model, words, stream, tools=tools)
    calls = [b for b in m.content if b.type == "tool_use"]
    assert m.stop_reason == "tool_use" and [(c.name, c.input) for c in calls] == [(n, {"text": words}) for n in ("look", "find")]
    results = [{"type": "tool_result", "tool_use_id": c.id, "content": f"{i} of {EMAIL}"} for i, c in enumerate(calls)]
    history = [{"role": "user", "content": words}, {"role": "assistant", "content": [b.to_dict() for b in m.content]}, {"role": "user", "content": results}]
    assert message(gateway, model, history, tools=tools).content[0].text == f"the tools said: 0 of {EMAIL}, 1 of {EMAIL}"
    parts = sent(provider)["contents"][1]["parts"]
    assert parts[0]["thoughtSignature"] == mock_gemini.SIGNATURE and "thoughtSignature" not in parts[1]


def test_pictures_schemas_figures_and_thoughts_of_other_sdks(gateway, provider):
    data = base64.b64encode(PNG).decode()
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + data}}
    form = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}
    m = chat(gateway, "gem/echo", [{"role": "user", "content": [{"type": "text", "text": EMAIL}, picture]}], response_format=form)
    assert json.loads(m.content) == {"answer": EMAIL}
    assert sent(provider)["contents"][0]["parts"][1] == {"inlineData": {"mimeType": "image/png", "data": data}} and sent(provider)["generationConfig"] == {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA}
    r = gateway.openai().chat.completions.create(model="gem/think", messages=[{"role": "user", "content": EMAIL}], reasoning_effort="low")
    assert r.choices[0].message.reasoning_content == "About " + EMAIL
    assert (r.usage.prompt_tokens, r.usage.completion_tokens, r.usage.prompt_tokens_details.cached_tokens, r.usage.completion_tokens_details.reasoning_tokens) == (11, 7, 3, 2)
    assert sent(provider)["generationConfig"]["thinkingConfig"] == {"includeThoughts": True, "thinkingLevel": "LOW"}
    m = message(gateway, "gem/think", EMAIL)
    assert m.content[0].thinking == "About " + EMAIL and (m.usage.input_tokens, m.usage.cache_read_input_tokens, m.usage.output_tokens) == (8, 3, 7)


def test_other_sdks_get_their_own_errors(gateway):
    import anthropic, openai
    for status, kind, other in ((429, openai.RateLimitError, anthropic.RateLimitError), (404, openai.NotFoundError, anthropic.NotFoundError), (400, openai.BadRequestError, anthropic.BadRequestError)):
        with pytest.raises(kind) as e: chat(gateway, f"gem/err-{status}", "x")
        assert e.value.body["message"] == "scripted"
        with pytest.raises(other) as e: message(gateway, f"gem/err-{status}", "x")
        assert e.value.body["error"]["message"] == "scripted"
    for sent in ({"parallel_tool_calls": False, "tools": [{"type": "function", "function": {"name": "f"}}]}, {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}]}]}):
        r = gateway.post({"model": "gem/echo", "messages": [{"role": "user", "content": "x"}], **sent})
        assert r.status_code == 400 and r.json()["error"]["param"] in ("parallel_tool_calls", "messages.0.content.0")
