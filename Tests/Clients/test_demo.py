"""The official SDKs, unmodified, against the demonstration model: it sees surrogates, the caller gets the values back."""
import json, re
import anthropic, openai, pytest

EMAIL, CARD, IBAN = "maria.keller@example.org", "4242 4242 4242 4242", "DE89 3704 0044 0532 0130 00"
TEXT = f"Write to {EMAIL}, charge {CARD}, refund to {IBAN}."
USER = [{"role": "user", "content": TEXT}]


def test_the_caller_gets_its_own_values_back_and_the_model_never_saw_them(demo):
    answer = demo.openai().chat.completions.create(model="demo", messages=USER)
    assert EMAIL in answer.choices[0].message.content and CARD in answer.choices[0].message.content and IBAN in answer.choices[0].message.content
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert re.search(r"EMAIL:[0-9A-Z]{8}, CARD:[0-9A-Z]{8}, IBAN:[0-9A-Z]{8}", answer.choices[0].message.content), "the model shows what it saw"
    intent = [e for e in demo.entries() if e["kind"] == "intent"][-1]
    assert intent["form"] == "pseudonymised" and {d["class"] for d in intent["data"]} == {"email", "card", "iban"}
    assert EMAIL not in json.dumps(demo.entries()) and "4242" not in json.dumps([e.get("data") for e in demo.entries()])


def test_streams_are_restored_and_end_with_usage_when_asked(demo):
    chunks = list(demo.openai().chat.completions.create(model="demo", messages=USER, stream=True, stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert EMAIL in text and CARD in text and not re.search(r"(EMAIL|CARD|IBAN)_[0-9A-Z]{8}", text)
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens > 0


def test_embeddings_and_models(demo):
    client = demo.openai()
    a, b = client.embeddings.create(model="demo", input=TEXT), client.embeddings.create(model="demo", input=[TEXT], encoding_format="float")
    assert len(a.data[0].embedding) == len(b.data[0].embedding) > 1
    assert "demo" in [m.id for m in client.models.list()] and client.models.retrieve("demo").id == "demo"


def test_the_anthropic_sdk_works_too(demo):
    client = demo.anthropic()
    message = client.messages.create(model="demo", max_tokens=200, messages=USER)
    assert EMAIL in message.content[0].text and message.usage.output_tokens > 0
    with client.messages.stream(model="demo", max_tokens=200, messages=USER) as stream: text = "".join(stream.text_stream)
    assert EMAIL in text and CARD in text
    assert client.messages.count_tokens(model="demo", messages=USER).input_tokens > 0
    assert "demo" in [m.id for m in client.models.list()]


def test_each_error_raises_the_right_exception(demo):
    create = lambda key=demo.key, model="demo": demo.openai(key=key).chat.completions.create(model=model, messages=USER)
    with pytest.raises(openai.AuthenticationError): create(key="sp_wrong")
    with pytest.raises(openai.NotFoundError) as e: create(model="no-such-model")
    assert e.value.code == "model_not_found"
    suspended = demo.make_key("--principal", "mallory", "--team", "suspended")
    with pytest.raises(openai.PermissionDeniedError) as e: create(key=suspended)
    assert EMAIL not in str(e.value)
    with pytest.raises(anthropic.AuthenticationError): demo.anthropic(key="x").messages.create(model="demo", max_tokens=9, messages=USER)
    with pytest.raises(anthropic.PermissionDeniedError): demo.anthropic(key=suspended).messages.create(model="demo", max_tokens=9, messages=USER)


def test_nothing_of_the_prompt_is_logged(demo):
    demo.openai().chat.completions.create(model="demo", messages=USER)
    demo.post({"model": "demo", "messages": [{"role": "user", "content": TEXT}, 5]})
    for secret in (EMAIL, CARD, "charge", demo.key): assert secret not in demo.logged()
