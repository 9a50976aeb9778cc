"""Bedrock's dialect: boto3 against every kind of provider, and the other SDKs against Bedrock. The provider that the tests play holds every
request against botocore's own model of the service, and every signature against botocore's own signer."""
import base64, json
import pytest
from conftest import eventually
from mock_bedrock import ACCESS_KEY, REGION, SECRET_KEY, SESSION_TOKEN
from mock_provider import ADDED_TOKEN

EMAIL, CARD = "maria.keller@example.org", "4242 4242 4242 4242"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": False}
TOOLS = {"tools": [{"toolSpec": {"name": n, "description": "d", "inputSchema": {"json": SCHEMA}}} for n in ("look", "find")]}
USER = lambda *blocks: [{"role": "user", "content": [{"text": b} if isinstance(b, str) else b for b in blocks]}]
TARGETS = ["rock", "up", "claude"]
ODD = "anthropic.claude-3-haiku-20240307-v1:0"


def bedrock_provider(provider, **k):
    base, key = provider.url.removesuffix("/v1"), k.get("key", "api_key: { env: TEST_PROVIDER_KEY }")
    return dict(upstream=provider.url,
        providers=f'  rock: {{ kind: bedrock, region: {REGION}, base_url: "{base}", {key}, trust: external, plaintext: true, http_version: "1.1" }}',
        models='  rock/*: { strategy: ordered, candidates: [{ provider: rock, model: "*" }] }\n' + k.get("models", ""))


@pytest.fixture
def gateway(make_gateway, provider): return make_gateway(**bedrock_provider(provider)).start()


def sent(provider): return json.loads(provider.bodies()[-1])


def converse(gateway, model, *blocks, stream=False, **k):
    """The answer's message, stop reason and figures, however they came."""
    client, messages = gateway.bedrock(), k.pop("messages", None) or USER(*blocks)
    if not stream:
        r = client.converse(modelId=model, messages=messages, **k)
        return r["output"]["message"], r["stopReason"], r["usage"]
    content, stop, usage, names = {}, None, None, []
    for event in client.converse_stream(modelId=model, messages=messages, **k)["stream"]:
        (name, e), = event.items(); names.append(name)
        if name == "contentBlockStart": content[e["contentBlockIndex"]] = {"toolUse": {**e["start"]["toolUse"], "input": ""}}
        elif name == "contentBlockDelta":
            d, i = e["delta"], e["contentBlockIndex"]
            if "text" in d: content.setdefault(i, {"text": ""})["text"] += d["text"]
            elif "toolUse" in d: content[i]["toolUse"]["input"] += d["toolUse"]["input"]
            else:
                t = content.setdefault(i, {"reasoningContent": {"reasoningText": {"text": "", "signature": ""}}})["reasoningContent"]["reasoningText"]
                for n, v in d["reasoningContent"].items(): t[n] += v
        elif name == "messageStop": stop = e["stopReason"]
        elif name == "metadata": usage = e["usage"]
    assert names[0] == "messageStart" and names[-2:] == ["messageStop", "metadata"]
    for block in content.values():
        if "toolUse" in block: block["toolUse"]["input"] = json.loads(block["toolUse"]["input"] or "{}")
    return {"role": "assistant", "content": [content[i] for i in sorted(content)]}, stop, usage


def text_of(message): return "".join(b.get("text", "") for b in message["content"])


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("model", ["echo", "split-1", "split-7"])
def test_values_leave_as_surrogates_and_come_back(gateway, provider, target, model, stream):
    text = f"Grüße „{EMAIL}“, card {CARD} \\ \"x\"\n☃"
    message, stop, usage = converse(gateway, f"{target}/{model}", text, stream=stream, system=[{"text": f"Be kind to {EMAIL}."}])
    assert text_of(message) == text and stop == "end_turn"
    assert usage["inputTokens"] + usage.get("cacheReadInputTokens", 0) + usage.get("cacheWriteInputTokens", 0) == 11 and usage["outputTokens"] == 7
    raw = provider.bodies()[-1].decode()
    assert EMAIL not in raw and CARD not in raw and "EMAIL_" in raw and not provider.violations
    result = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "result"])[-1]
    assert result["usage"]["input"] == 11 and result["usage"]["output"] == 7


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("target", TARGETS)
def test_what_the_model_adds_is_taken_out(make_gateway, provider, target, stream):
    gateway = make_gateway(**bedrock_provider(provider))
    (gateway.folder / "policies/privacy.yaml").write_text("answers: { redact: [secret] }\n")
    gateway.start()
    answer = text_of(converse(gateway, f"{target}/adds", f"Mail {EMAIL}.", stream=stream)[0])
    assert ADDED_TOKEN not in answer and "[SECRET]" in answer and EMAIL in answer


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("target", TARGETS)
def test_tools_go_round(gateway, provider, target, stream):
    text = f"about {EMAIL}"
    message, stop, _ = converse(gateway, f"{target}/tool", text, stream=stream, toolConfig={**TOOLS, "toolChoice": {"any": {}}})
    calls = [b["toolUse"] for b in message["content"] if "toolUse" in b]
    assert stop == "tool_use" and [c["name"] for c in calls] == ["look", "find"][:len(calls)] and all(c["input"] == {"text": text} for c in calls)
    assert len(calls) == (1 if target == "up" else 2)   # the OpenAI side of the tests' provider calls one
    results = [{"toolResult": {"toolUseId": c["toolUseId"], "content": [{"text": f"{i} of "}, {"json": {"who": EMAIL}}], "status": "success"}} for i, c in enumerate(calls)]
    model = "echo" if target == "up" else "tool"
    history = USER(text) + [message, {"role": "user", "content": results + [{"text": "so?"}]}]
    message, _, _ = converse(gateway, f"{target}/{model}", messages=history, stream=stream, toolConfig=TOOLS)
    assert EMAIL in text_of(message) or target == "up"
    assert EMAIL not in provider.bodies()[-1].decode() and not provider.violations


@pytest.mark.parametrize("target", TARGETS)
def test_pictures_documents_and_schemas_are_carried(gateway, provider, target):
    picture, schema = {"image": {"format": "png", "source": {"bytes": PNG}}}, json.dumps({"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"], "additionalProperties": False})
    format = {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": schema, "name": "n"}}}}
    message, _, _ = converse(gateway, f"{target}/echo", EMAIL, picture, outputConfig=format, inferenceConfig={"maxTokens": 50, "temperature": 0.5, "stopSequences": ["END"]})
    assert text_of(message) == (EMAIL if target == "up" else json.dumps({"answer": EMAIL}))
    body, encoded = sent(provider), base64.b64encode(PNG).decode()
    block = body["messages"][0]["content"][1]
    if target == "rock": assert block["image"]["source"]["bytes"] == encoded and body["outputConfig"] == format
    elif target == "up": assert block["image_url"]["url"] == "data:image/png;base64," + encoded and body["response_format"]["json_schema"]["schema"]["properties"] == {"answer": {"type": "string"}}
    else: assert block["source"] == {"type": "base64", "media_type": "image/png", "data": encoded} and body["output_config"]["format"]["type"] == "json_schema"
    if target != "rock": assert body["max_tokens"] == 50 and body["temperature"] == 0.5 and (body.get("stop") or body.get("stop_sequences")) == ["END"]
    document = {"document": {"format": "txt", "name": "notes", "source": {"text": f"all of {EMAIL}"}}}
    converse(gateway, f"{target}/echo", "read", document)
    assert EMAIL not in provider.bodies()[-1].decode() and "all of EMAIL_" in provider.bodies()[-1].decode() and not provider.violations


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("target", ["rock", "claude"])
def test_thoughts_are_carried_there_and_back(gateway, provider, target, stream):
    message, _, _ = converse(gateway, f"{target}/think", EMAIL, stream=stream)
    assert message["content"][0] == {"reasoningContent": {"reasoningText": {"text": "About " + EMAIL, "signature": "sig"}}}
    converse(gateway, f"{target}/echo", messages=USER(EMAIL) + [message] + USER("and?"))
    block = sent(provider)["messages"][1]["content"][0]
    assert (block["reasoningContent"]["reasoningText"] if target == "rock" else block)["signature"] == "sig"


def test_a_body_without_findings_passes_untouched(gateway, provider):
    body = '{"messages" : [{"content":[{"text":"a\\u0041\\/"}],"role":"user"}],  "requestMetadata":{"x":"y"}}'
    import httpx2
    with httpx2.Client(verify=gateway.context(), timeout=60, trust_env=False) as c:
        r = c.post(gateway.url + "/model/rock%2Fecho/converse", content=body, headers={"authorization": "Bearer " + gateway.key})
        assert r.status_code == 200 and r.json()["output"]["message"]["content"] == [{"text": "aA/"}]
        assert provider.bodies()[-1].decode() == body and r.headers["x-amzn-requestid"] == r.headers["x-request-id"]
        s = c.post(gateway.url + "/model/rock%2Fecho/converse-stream", content=body, headers={"authorization": "Bearer " + gateway.key})
    import mock_bedrock
    assert s.headers["content-type"] == "application/vnd.amazon.eventstream" and s.content.startswith(mock_bedrock.frame("messageStart", {"role": "assistant", "p": "abcdef"}))


@pytest.mark.parametrize("target", TARGETS)
def test_errors_keep_their_class(gateway, target):
    from botocore.exceptions import ClientError
    for status, word in ((400, "ValidationException"), (404, "ResourceNotFoundException"), (429, "ThrottlingException"), (503, "ServiceUnavailableException")):
        with pytest.raises(ClientError) as e: converse(gateway, f"{target}/err-{status}", "x")
        assert e.value.response["Error"] == {"Message": "scripted", "Code": word} and e.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
        with pytest.raises(ClientError) as e: converse(gateway, f"{target}/err-{status}", "x", stream=True)
        assert e.value.response["Error"]["Code"] == word
    with pytest.raises(gateway.bedrock().exceptions.ClientError) as e: converse(gateway, "nobody", "x")
    assert e.value.response["Error"]["Code"] == "ResourceNotFoundException"


@pytest.mark.parametrize("target", TARGETS)
def test_a_cut_stream_has_no_clean_end(gateway, target):
    from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
    with pytest.raises((EventStreamError, BotoCoreError, ClientError)): converse(gateway, f"{target}/cut", "x" * 200, stream=True)


def test_what_a_provider_says_in_mid_stream_is_said_and_a_spoiled_frame_ends_the_stream(gateway):
    import openai
    from botocore.exceptions import ClientError, EventStreamError
    with pytest.raises(EventStreamError) as e: converse(gateway, "rock/throttled", "x" * 50, stream=True)
    assert e.value.response["Error"] == {"Code": "throttlingException", "Message": "too much"}
    # Where all of it came at once, the caller had nothing yet, and it is an error like any other.
    with pytest.raises(ClientError) as e: converse(gateway, "rock/spoiled", "x" * 50, stream=True)
    if isinstance(e.value, EventStreamError): assert e.value.response["Error"]["Code"] == "modelStreamErrorException"
    else: assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] in (424, 502)
    for model in ("throttled", "spoiled"):
        with pytest.raises(openai.APIError): list(gateway.openai().chat.completions.create(model=f"rock/{model}", messages=[{"role": "user", "content": "x" * 50}], stream=True))


def test_who_asks_is_known_by_a_key_of_the_gateway_and_not_by_a_signature(gateway, provider):
    from botocore.exceptions import ClientError
    with pytest.raises(ClientError) as e: gateway.bedrock(signs=True).converse(modelId="rock/echo", messages=USER("x"))
    assert e.value.response["Error"]["Code"] == "AccessDeniedException" and "AWS_BEARER_TOKEN_BEDROCK" in e.value.response["Error"]["Message"]
    with pytest.raises(ClientError) as e: gateway.bedrock(key="sp_wrong").converse(modelId="rock/echo", messages=USER("x"))
    assert e.value.response["Error"]["Code"] == "AccessDeniedException" and e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert provider.bodies() == []


def test_what_cant_be_carried_is_refused_by_name_or_told(gateway, provider):
    from botocore.exceptions import ClientError
    for field, k in (("guardrailConfig", {"guardrailConfig": {"guardrailIdentifier": "g", "guardrailVersion": "1"}}), ("additionalModelRequestFields.betas", {"additionalModelRequestFields": {"betas": 1}}),
                     ("messages.0.content.0.video", {"messages": USER({"video": {"format": "mp4", "source": {"bytes": b"x"}}})})):
        for target in ("up", "claude"):
            with pytest.raises(ClientError) as e: converse(gateway, f"{target}/echo", "x", **k)
            assert e.value.response["Error"]["Code"] == "ValidationException" and f"`{field}`" in e.value.response["Error"]["Message"]
    assert provider.bodies() == []
    r = gateway.bedrock().converse(modelId="claude/echo", messages=USER("x", {"cachePoint": {"type": "default"}}), requestMetadata={"a": "b"})
    assert r["ResponseMetadata"]["HTTPHeaders"]["x-sallyport-warning"] == "cachePoint dropped, requestMetadata dropped"


# ---- the other dialects' callers, at Bedrock

def chat(gateway, model, text, stream=False, **k):
    client, messages = gateway.openai(), [{"role": "user", "content": text}]
    if not stream: return client.chat.completions.create(model=model, messages=messages, **k).choices[0].message.content
    return "".join(c.choices[0].delta.content or "" for c in client.chat.completions.create(model=model, messages=messages, stream=True, **k) if c.choices)


def message(gateway, model, text, stream=False, **k):
    client = gateway.anthropic()
    if not stream: return client.messages.create(model=model, max_tokens=99, messages=[{"role": "user", "content": text}], **k).content[-1].text
    with client.messages.stream(model=model, max_tokens=99, messages=[{"role": "user", "content": text}], **k) as s: return "".join(s.text_stream)


def response(gateway, model, text, stream=False, **k):
    client = gateway.openai()
    if not stream: return client.responses.create(model=model, input=text, **k).output_text
    with client.responses.stream(model=model, input=text, **k) as s: return s.get_final_response().output_text


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("ask", [chat, message, response])
@pytest.mark.parametrize("model", ["echo", "split-1", "split-7", ODD])
def test_values_come_back_from_bedrock_to_the_other_dialects(gateway, provider, ask, model, stream):
    text = f"Grüße „{EMAIL}“, card {CARD} \\ \"x\"\n☃"
    assert ask(gateway, f"rock/{model}", text, stream) == text
    assert EMAIL not in provider.bodies()[-1].decode() and not provider.violations
    assert provider.seen[-1]["path"] == f"/model/{model.replace(':', '%3A')}/converse{'-stream' if stream else ''}"


@pytest.mark.parametrize("stream", [False, True])
def test_tools_of_an_openai_caller_go_round_at_bedrock(gateway, provider, stream):
    client, text, tools = gateway.openai(), f"about {EMAIL}", [{"type": "function", "function": {"name": n, "description": "d", "parameters": SCHEMA}} for n in ("look", "find")]
    user = [{"role": "user", "content": text}]
    if stream:
        with client.chat.completions.stream(model="rock/tool", messages=user, tools=tools, tool_choice="required") as s: m = s.until_done().get_final_completion().choices[0]
    else: m = client.chat.completions.create(model="rock/tool", messages=user, tools=tools, tool_choice="required").choices[0]
    assert m.finish_reason == "tool_calls" and [c.function.name for c in m.message.tool_calls] == ["look", "find"]
    assert all(json.loads(c.function.arguments) == {"text": text} for c in m.message.tool_calls) and sent(provider)["toolConfig"]["toolChoice"] == {"any": {}}
    history = user + [m.message.to_dict()] + [{"role": "tool", "tool_call_id": c.id, "content": f"{i} of {EMAIL}"} for i, c in enumerate(m.message.tool_calls)]
    assert client.chat.completions.create(model="rock/tool", messages=history, tools=tools).choices[0].message.content == f"the tools said: 0 of {EMAIL}, 1 of {EMAIL}"
    assert EMAIL not in provider.bodies()[-1].decode() and not provider.violations


@pytest.mark.parametrize("stream", [False, True])
def test_tools_and_thoughts_of_an_anthropic_caller_go_round_at_bedrock(gateway, provider, stream):
    client, text, tools = gateway.anthropic(), f"about {EMAIL}", [{"name": n, "description": "d", "input_schema": SCHEMA} for n in ("look", "find")]
    def ask(model, messages):
        if not stream: return client.messages.create(model=model, max_tokens=9, messages=messages, tools=tools)
        with client.messages.stream(model=model, max_tokens=9, messages=messages, tools=tools) as s: return s.get_final_message()
    user = [{"role": "user", "content": text}]
    m = ask("rock/tool", user)
    assert m.stop_reason == "tool_use" and [b.name for b in m.content] == ["look", "find"] and m.content[0].input == {"text": text}
    history = user + [{"role": "assistant", "content": [b.to_dict() for b in m.content]}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": b.id, "content": f"found {EMAIL}", "is_error": True} for b in m.content]}]
    assert ask("rock/tool", history).content[0].text == f"the tools said: found {EMAIL}, found {EMAIL}"
    assert sent(provider)["messages"][2]["content"][0]["toolResult"]["status"] == "error" and EMAIL not in provider.bodies()[-1].decode()
    t = ask("rock/think", user)
    assert t.content[0].thinking == "About " + text and t.content[0].signature == "sig"
    ask("rock/echo", user + [{"role": "assistant", "content": [b.to_dict() for b in t.content]}] + user)
    assert sent(provider)["messages"][1]["content"][0]["reasoningContent"]["reasoningText"]["signature"] == "sig" and not provider.violations
    assert (t.usage.input_tokens, t.usage.cache_read_input_tokens, t.usage.cache_creation_input_tokens, t.usage.output_tokens) == (6, 3, 2, 7)


def test_pictures_schemas_and_options_of_the_other_dialects_reach_bedrock(gateway, provider):
    encoded = base64.b64encode(PNG).decode()
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"], "additionalProperties": False}
    r = gateway.openai().chat.completions.create(model="rock/" + ODD, messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": EMAIL}, {"type": "image_url", "image_url": {"url": "data:image/png;base64," + encoded}}]}],
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}, max_completion_tokens=50, temperature=1.5, stop=["END"], seed=1, reasoning_effort="high", stream=False)
    assert json.loads(r.choices[0].message.content) == {"answer": EMAIL}
    body = sent(provider)
    assert body["system"] == [{"text": "Be brief."}] and body["inferenceConfig"] == {"maxTokens": 50, "temperature": 1, "stopSequences": ["END"]} and body["outputConfig"]["effort"] == "high"
    assert body["messages"][0]["content"][1] == {"image": {"format": "png", "source": {"bytes": encoded}}} and json.loads(body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]) == schema
    gateway.anthropic().messages.create(model="rock/" + ODD, max_tokens=9, system=f"about {EMAIL}", extra_body={"top_k": 5}, thinking={"type": "disabled"}, messages=[{"role": "user", "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": encoded}},
        {"type": "document", "title": "Notes_1", "source": {"type": "text", "media_type": "text/plain", "data": "x"}}, {"type": "text", "text": "see"}]}])
    body = sent(provider)
    assert body["additionalModelRequestFields"]["top_k"] == 5 and body["messages"][0]["content"][1]["document"] == {"name": "Notes-1", "format": "txt", "source": {"text": "x"}} and not provider.violations
    bad = gateway.post({"model": "rock/echo", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}]})
    assert bad.status_code == 400 and bad.json()["error"]["param"] == "messages.0.content.0"


@pytest.mark.parametrize("stream", [False, True])
def test_errors_of_bedrock_keep_their_class_for_the_other_dialects(gateway, stream):
    import anthropic, openai
    for status, kind in ((429, openai.RateLimitError), (404, openai.NotFoundError), (400, openai.BadRequestError), (503, openai.InternalServerError)):
        with pytest.raises(kind) as e: chat(gateway, f"rock/err-{status}", "x", stream)
        assert e.value.body["message"] == "scripted" and "x-amzn-errortype" not in e.value.response.headers
    for status, kind, word in ((429, anthropic.RateLimitError, "rate_limit_error"), (404, anthropic.NotFoundError, "not_found_error"), (400, anthropic.BadRequestError, "invalid_request_error")):
        with pytest.raises(kind) as e: message(gateway, f"rock/err-{status}", "x", stream)
        assert e.value.body["error"] == {"type": word, "message": "scripted"}


# ---- who we are at Bedrock

@pytest.mark.parametrize("model", ["echo", ODD, "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.x-v1:0"])
def test_requests_are_signed_as_botocore_signs_them(make_gateway, provider, tmp_path, model):
    for name, value in (("id", ACCESS_KEY), ("secret", SECRET_KEY), ("token", SESSION_TOKEN)): (tmp_path / name).write_text(value + "\n")
    keys = ", ".join(f'{field}: {{ file: "{tmp_path}/{name}" }}' for field, name in (("access_key", "id"), ("secret_key", "secret"), ("session_token", "token")))
    gateway = make_gateway(**bedrock_provider(provider, key=keys)).start()
    assert chat(gateway, "rock/" + model, "Grüße ☃") == "Grüße ☃"
    assert text_of(converse(gateway, "rock/" + model, "x", stream=True)[0]) == "x"
    headers = {k.lower(): v for k, v in provider.seen[-1]["headers"].items()}
    assert headers["authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/") and headers["x-amz-security-token"] == SESSION_TOKEN


def test_a_bedrock_api_key_is_sent_as_it_is(gateway, provider):
    converse(gateway, "rock/echo", "x")
    headers = {k.lower(): v for k, v in provider.seen[-1]["headers"].items()}
    assert headers["authorization"] == "Bearer sk-test-provider" and "x-amz-date" not in headers


def test_the_demonstration_model_answers_boto3(demo):
    for stream in (False, True):
        message, stop, usage = converse(demo, "demo", f"Mail {EMAIL}.", stream=stream)
        assert f"Mail {EMAIL}." in text_of(message) and "EMAIL:" in text_of(message) and stop == "end_turn" and usage["inputTokens"] > 0
        message, stop, _ = converse(demo, "demo", "x", stream=stream, toolConfig={**TOOLS, "toolChoice": {"tool": {"name": "find"}}})
        assert stop == "tool_use" and message["content"][0]["toolUse"]["name"] == "find" and message["content"][0]["toolUse"]["input"] == {"text": "x"}
