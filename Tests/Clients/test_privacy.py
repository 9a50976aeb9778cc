"""What privacy.yaml says, as callers and a provider see it."""
import json, re
import pytest
from conftest import eventually
from mock_provider import ADDED_EMAIL, ADDED_KEY, ADDED_TOKEN

CARD, EMAIL = "4242 4242 4242 4242", "maria.keller@example.org"


def settings(gateway, text):
    path = gateway.folder / "policies/privacy.yaml"
    path.write_text(text)


def ask(gateway, text, model="up/echo", stream=False):
    messages = [{"role": "user", "content": text}]
    if not stream: return gateway.openai().chat.completions.create(model=model, messages=messages).choices[0].message.content
    chunks = gateway.openai().chat.completions.create(model=model, messages=messages, stream=True)
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def luhn(number):
    digits = [int(c) for c in number if c.isdigit()][::-1]
    return sum(d if i % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(digits)) % 10 == 0


def test_every_answer_has_a_receipt_of_what_was_looked_at(gateway):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}
    r = gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": [{"type": "text", "text": "mail alice%40example.com"}, picture]}]})
    receipt = dict(part.split("=", 1) for part in r.headers["x-sallyport-coverage"].split(", "))
    assert receipt["decoded"] == "1" and receipt["unscannable"] == "1;image=1"
    places = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "intent"])[-1]["coverage"]
    assert {"count": 1, "place": "user", "reason": "image", "verdict": "unscannable"} in places


def test_a_class_that_blocks_refuses_the_request_and_nothing_is_sent(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    settings(gateway, "classes: { iban: block }\n")
    gateway.start()
    r = gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "pay to FR14 2004 1010 0505 0001 3M02 606"}]})
    assert r.status_code == 403 and "iban" in r.json()["error"]["message"] and "FR14" not in r.text
    assert provider.bodies() == []
    denied = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "denied"])
    assert len(denied) == 1 and denied[0]["reason"] == "blocked"


@pytest.mark.parametrize("model", ["up/echo", "up/split-1", "up/split-7", "up/odd"])
def test_a_realistic_stand_in_is_plausible_and_comes_back(make_gateway, provider, model):
    gateway = make_gateway(upstream=provider.url)
    settings(gateway, "classes: { card: realistic, email: realistic, phone: realistic }\n")
    gateway.start()
    text = f"Card {CARD}, mail {EMAIL}, call +49 30 90182055."
    assert ask(gateway, text, model, stream=model != "up/echo") == text
    sent = json.loads(provider.bodies()[-1])["messages"][0]["content"]
    card = re.search(r"Card ((?:\d{4} ){3}\d{4})", sent).group(1)
    assert card != CARD and luhn(card)
    assert re.search(r"mail \S+@example\.(com|org|net)", sent) and EMAIL not in sent and "90182055" not in sent


def test_masks_hashes_and_removals_stay_in_the_answer(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    settings(gateway, "classes: { card: mask, email: hash, phone: remove }\n")
    gateway.start()
    answer = ask(gateway, f"Card {CARD}, mail {EMAIL}, call +49 30 90182055.")
    assert "4242 4242" not in answer and "4242" in answer and EMAIL not in answer and "90182055" not in answer
    assert re.search(r"\[EMAIL #[0-9a-f]{8}\]", answer)


@pytest.mark.parametrize("stream", [False, True])
def test_secrets_that_the_model_adds_are_taken_out(make_gateway, provider, stream):
    gateway = make_gateway(upstream=provider.url)
    settings(gateway, "answers: { redact: [secret] }\n")
    gateway.start()
    answer = ask(gateway, f"Mail {EMAIL}.", "up/adds", stream)
    assert ADDED_TOKEN not in answer and "MIIEvQ" not in answer
    assert EMAIL in answer and ADDED_EMAIL in answer and answer.count("[SECRET]") == 2
    assert answer.endswith("\nGood luck.")


def test_what_the_model_adds_of_a_named_class_is_taken_out_and_the_callers_own_comes_back(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    settings(gateway, "answers: { redact: [email] }\n")
    gateway.start()
    for stream in (False, True):
        answer = ask(gateway, f"Mail {EMAIL}.", "up/adds", stream)
        assert EMAIL in answer and ADDED_EMAIL not in answer and "[EMAIL]" in answer


def test_own_words_and_patterns_are_classes(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    settings(gateway, "terms: [{ class: project, words: [Blue Heron] }]\npatterns: [{ class: employee, expression: 'EMP-[0-9]{6}' }]\n")
    gateway.start()
    text = "Blue Heron is led by EMP-123456."
    assert ask(gateway, text) == text
    sent = json.loads(provider.bodies()[-1])["messages"][0]["content"]
    assert "Heron" not in sent and "123456" not in sent
    intent = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "intent"])[-1]
    assert {d["class"] for d in intent["data"]} == {"project", "employee"}


def test_a_card_as_a_json_number_does_not_leave(gateway, provider):
    tool = {"type": "function", "function": {"name": "pay", "parameters": {"type": "object"}}}
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "pay", "arguments": json.dumps({"card": 4242424242424242})}}]}
    gateway.post({"model": "up/echo", "tools": [tool], "messages": [{"role": "user", "content": "pay"}, call, {"role": "tool", "tool_call_id": "c", "content": "ok"}]})
    assert b"4242424242424242" not in provider.bodies()[-1]
    arguments = json.loads(provider.bodies()[-1])["messages"][1]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments)["card"].startswith("CARD_")


def test_after_rotation_a_value_has_another_surrogate_and_keys_still_work(gateway, provider):
    def surrogate():
        assert ask(gateway, f"Mail {EMAIL}.") == f"Mail {EMAIL}."
        return re.search(r"EMAIL_[0-9A-Z]{8}", provider.bodies()[-1].decode()).group()
    before = surrogate()
    assert surrogate() == before
    gateway.run("keys", "rotate")
    eventually(lambda: surrogate() != before)
    assert gateway.verify().returncode == 0
    assert any(e["kind"] == "keys_rotated" for e in gateway.entries())


def test_the_command_line_finds_the_same(gateway, tmp_path):
    import subprocess, os
    from conftest import PROGRAM
    file = tmp_path / "text.txt"
    file.write_text(f"ä {EMAIL}\nclean\n")
    p = subprocess.run([PROGRAM, "privacy", "scan", "--json", str(file)], capture_output=True, text=True)
    finding = json.loads(p.stdout)
    assert p.returncode == 3 and finding["class"] == "email" and (finding["start"], finding["end"]) == (2, 2 + len(EMAIL))
    p = subprocess.run([PROGRAM, "privacy", "scan", "--form", "redacted", str(file)], capture_output=True, text=True)
    assert p.stdout == "ä [EMAIL]\nclean\n"
    p = subprocess.run([PROGRAM, "privacy", "scan", str(file)], capture_output=True, text=True)
    assert EMAIL not in p.stdout and "text.txt:1:3: email" in p.stdout
    (tmp_path / "clean.txt").write_text("nothing here\n")
    assert subprocess.run([PROGRAM, "privacy", "scan", str(tmp_path / "clean.txt")]).returncode == 0
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps({"entity": "EMAIL_ADDRESS", "text": f"é {EMAIL}", "spans": [[2, 2 + len(EMAIL)]]}) + "\n" + json.dumps({"entity": "email", "text": "none", "spans": []}) + "\n")
    p = subprocess.run([PROGRAM, "privacy", "evaluate", "--json", str(cases)], capture_output=True, text=True)
    assert json.loads(p.stdout.splitlines()[0]) == {"agreeing": 2, "cases": 2, "class": "email", "found": 1, "labelled": 1, "precision": 1, "recall": 1, "recalled": 1, "right": 1}
    cases.write_text('{"entity": "email", "text": "x", "spans": [[0, 9]]}\n')
    p = subprocess.run([PROGRAM, "privacy", "evaluate", str(cases)], capture_output=True, text=True)
    assert p.returncode != 0 and "cases.jsonl:1:" in p.stderr


def test_logprobs_pass_unless_values_are_put_back_and_the_answer_says_so(gateway, provider):
    def answer(text, stream=False):
        return gateway.post({"model": "up/echo", "logprobs": True, "stream": stream, "messages": [{"role": "user", "content": text}]})
    plain = answer("hello")
    assert plain.json()["choices"][0]["logprobs"]["content"][0]["token"] == "hello" and "x-sallyport-logprobs" not in plain.headers
    treated = answer("write to maria@example.org")
    assert treated.json()["choices"][0]["logprobs"] is None and treated.headers["x-sallyport-logprobs"] == "removed"
    assert "x-sallyport-logprobs" not in answer("hello", stream=True).headers
    assert answer("write to maria@example.org", stream=True).headers["x-sallyport-logprobs"] == "removed"
