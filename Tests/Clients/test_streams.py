"""Values are restored wherever the provider cuts its stream, and the provider never sees one."""
import asyncio, json, pytest

EMAIL, PHONE, CARD = "maria.keller@example.org", "+49 30 901820 55", "4242 4242 4242 4242"
TEXT = f"Mail {EMAIL}, call {PHONE}, card {CARD}; \"quoted\" \\ back — 日本語 {EMAIL}."


def stream(gateway, model, **k):
    return list(gateway.openai().chat.completions.create(model=model, messages=[{"role": "user", "content": TEXT}], stream=True, **k))


def content(chunks): return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def clean(provider):
    for raw in provider.bodies():
        for value in (EMAIL, CARD, PHONE, "4242"): assert value.encode() not in raw


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 100000])
def test_every_chunk_size(gateway, provider, size):
    assert content(stream(gateway, f"up/split-{size}")) == TEXT
    clean(provider)


def test_every_single_cut(gateway, provider):
    stream(gateway, "up/echo")
    import httpx2
    with httpx2.Client(verify=gateway.context(), timeout=60, trust_env=False) as client:
        for cut in range(1, 3200, 13):
            r = client.post(gateway.url + "/v1/chat/completions", headers={"authorization": "Bearer " + gateway.key}, json={"model": f"up/cutat-{cut}", "stream": True, "messages": [{"role": "user", "content": TEXT}]})
            events = [json.loads(e[6:]) for e in r.text.split("\n\n") if e.startswith("data: {")]
            assert "".join(e["choices"][0]["delta"].get("content") or "" for e in events if e["choices"]) == TEXT, cut
    clean(provider)


def test_one_character_a_delta(gateway, provider):
    assert content(stream(gateway, "up/odd")) == TEXT
    clean(provider)


def test_usage_reaches_the_ledger_and_not_the_caller_who_did_not_ask(gateway, provider):
    chunks = stream(gateway, "up/echo")
    assert all(not c.usage for c in chunks) and all(c.choices for c in chunks)
    gateway.stop()
    assert [e for e in gateway.entries() if e["kind"] == "result"][-1]["usage"] == {"cached_input": 0, "input": 11, "output": 7}


@pytest.mark.parametrize("streamed", [False, True])
def test_tool_arguments_are_restored_as_json(gateway, provider, streamed):
    tools = [{"type": "function", "function": {"name": "send", "parameters": {"type": "object", "properties": {"text": {"type": "string"}}}}}]
    if streamed:
        arguments = "".join(t.function.arguments or "" for c in stream(gateway, "up/tool", tools=tools) for t in (c.choices[0].delta.tool_calls or []))
    else:
        arguments = gateway.openai().chat.completions.create(model="up/tool", messages=[{"role": "user", "content": TEXT}], tools=tools).choices[0].message.tool_calls[0].function.arguments
    assert json.loads(arguments) == {"text": TEXT}
    clean(provider)


def test_the_same_value_has_the_same_surrogate_in_every_turn_and_place(gateway, provider):
    client = gateway.openai()
    history = [{"role": "system", "content": f"the user is {EMAIL}"}, {"role": "user", "content": f"I am {EMAIL}"},
               {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "find", "arguments": json.dumps({EMAIL: f"line\n{EMAIL}"})}}]},
               {"role": "tool", "tool_call_id": "c", "content": json.dumps({"mail": EMAIL})}, {"role": "user", "content": EMAIL}]
    assert client.chat.completions.create(model="up/echo", messages=history).choices[0].message.content == EMAIL
    client.chat.completions.create(model="up/echo", messages=[{"role": "user", "content": EMAIL}])
    import re
    assert len({m for raw in provider.bodies() for m in re.findall(rb"EMAIL_[0-9A-Z]{8}", raw)}) == 1
    first = json.loads(provider.bodies()[0])
    assert json.loads(first["messages"][2]["tool_calls"][0]["function"]["arguments"])
    clean(provider)


def test_a_stream_cut_by_the_provider_never_looks_whole(gateway):
    import openai, httpx2
    with pytest.raises((openai.APIError, httpx2.HTTPError)): stream(gateway, "up/cut")
    gateway.stop()
    assert [e for e in gateway.entries() if e["kind"] == "result"][-1]["outcome"] == "cut"


def test_twenty_streams_over_one_http2_connection(gateway, provider):
    import openai
    versions = []
    async def note(response): versions.append(response.http_version)
    async def all_streams():
        http = openai.DefaultAsyncHttpxClient(verify=gateway.context(), http2=True, event_hooks={"response": [note]})
        async with openai.AsyncOpenAI(base_url=gateway.url + "/v1", api_key=gateway.key, max_retries=0, timeout=60, http_client=http) as client:
            async def one(number):
                text = f"{TEXT} {number}"
                answer = await client.chat.completions.create(model="up/odd", messages=[{"role": "user", "content": text}], stream=True)
                return content([chunk async for chunk in answer]) == text
            await one(0)    # the connection is there, and known to be HTTP/2, before the others share it
            return await asyncio.gather(*(one(number) for number in range(20)))
    assert all(asyncio.run(all_streams()))
    assert set(versions) == {"HTTP/2"} and len(versions) == 21
    clean(provider)
