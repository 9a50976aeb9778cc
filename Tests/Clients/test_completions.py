"""`POST /v1/completions`, the older API, by the OpenAI SDK: prompts are treated, choices restored, and the provider gets the rest as it is."""
import json
import openai, pytest
from conftest import eventually
from mock_provider import ADDED_EMAIL

EMAIL, CARD = "maria.keller@example.org", "4242 4242 4242 4242"


def texts(gateway, prompt, model="up/echo", **more):
    """The choices' texts, and the figures."""
    answer = gateway.openai().completions.create(model=model, prompt=prompt, **more)
    if not more.get("stream"): return [c.text for c in answer.choices], answer.usage
    found, usage = {}, None
    for chunk in answer:
        usage = chunk.usage or usage
        for choice in chunk.choices: found[choice.index] = found.get(choice.index, "") + (choice.text or "")
    return [found[i] for i in sorted(found)], usage


@pytest.mark.parametrize("more", [{}, {"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}])
def test_prompts_are_treated_and_choices_restored(gateway, provider, more):
    prompts = [f"Dear {EMAIL}", f"Charge {CARD} of {EMAIL}"]
    found, usage = texts(gateway, prompts, suffix=EMAIL, **more)
    assert found == prompts and (usage is None) == (more == {"stream": True})
    assert provider.seen[-1]["path"].endswith("/v1/completions")
    sent = json.loads(provider.bodies()[-1])
    assert EMAIL not in str(sent) and "4242" not in str(sent["prompt"]) and sent["suffix"].startswith("EMAIL_") and sent["model"] == "echo"
    intent, result = eventually(lambda: [e for e in gateway.entries() if e["kind"] in ("intent", "result")][-2:] if gateway.entries()[-1]["kind"] == "result" else None)
    assert intent["operation"] == "completions" and result["usage"]["output"] == 7


@pytest.mark.parametrize("stream", [False, True])
def test_what_the_model_adds_is_taken_out(make_gateway, provider, stream):
    gateway = make_gateway(upstream=provider.url)
    (gateway.folder / "policies/privacy.yaml").write_text("answers: { redact: [secret, email] }\n")
    gateway.start()
    [found], _ = texts(gateway, f"Mail {EMAIL}", "up/adds", stream=stream, logprobs=1)
    assert found.startswith(f"Mail {EMAIL}") and ADDED_EMAIL not in found and "MIIEvQ" not in found and found.endswith("\nGood luck.")


def test_token_lists_do_not_repeat_what_was_changed(gateway):
    answer = gateway.openai().completions.create(model="up/echo", prompt=f"Mail {EMAIL}", logprobs=1)
    assert answer.choices[0].text == f"Mail {EMAIL}" and answer.choices[0].logprobs is None


def test_numbers_of_tokens_are_refused_where_policy_lets_nothing_unread_out(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    with open(gateway.folder / "policies/access.cedar", "a") as policies:
        policies.write('@id("nothing-unread")\nforbid (principal, action in [Action::"send_raw", Action::"send_pseudonymised", Action::"send_redacted"], resource)\nwhen { context.unscannable };\n')
    gateway.start()
    with pytest.raises(openai.PermissionDeniedError): gateway.openai().completions.create(model="up/echo", prompt=[[1, 2, 3]])
    assert provider.bodies() == []


def test_a_provider_of_another_dialect_knows_no_such_thing(gateway):
    with pytest.raises(openai.BadRequestError) as e: gateway.openai().completions.create(model="claude/echo", prompt="x")
    assert "completions" in str(e.value)


def test_the_demonstration_model_goes_on(demo):
    [found], usage = texts(demo, f"Write to {EMAIL}", "demo")
    assert EMAIL in found and usage.total_tokens > 0
    [streamed], _ = texts(demo, f"Write to {EMAIL}", "demo", stream=True)
    assert streamed == found
