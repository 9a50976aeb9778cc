"""What was asked and answered becomes a data set: in the treated form only, with nothing personal left in it, or not at all."""
import csv, hashlib, json, os, pathlib, signal, subprocess, time
import pytest
from conftest import PROGRAM, eventually
from test_vault import records, sealing

EMAIL, CARD = "maria.plant@example.org", "4111 1111 1111 1111"


def say(gateway, *turns, purpose=None, model="up/echo", path="/v1/chat/completions", **k):
    """A conversation whose last words are the user's."""
    messages = [{"role": "assistant" if i % 2 else "user", "content": t} for i, t in enumerate(turns)]
    r = gateway.post({"model": model, "messages": messages, **k}, path=path, headers={"x-sallyport-purpose": purpose}.items() if purpose else ())
    assert r.status_code == 200, r.text
    return r.headers["x-request-id"]


def keeping(make_gateway, provider, rules="[{}]", **k):
    gateway = make_gateway(upstream=provider.url, **k); sealing(gateway, rules); return gateway.start()


def sealed(gateway, count):
    """Waits until so many answers are sealed and so many results recorded."""
    eventually(lambda: len([r for r in records(gateway, 1) if r["kind"] == "answer"]) >= count)
    eventually(lambda: len([e for e in gateway.entries() if e["kind"] == "result"]) >= count)


def export(gateway, *arguments, form="openai-chat", name="data.jsonl", check=True):
    return gateway.run("dataset", "export", "--format", form, "-o", str(gateway.folder / name), *arguments, check=check)


def lines(gateway, name="data.jsonl"): return [json.loads(l) for l in (gateway.folder / name).read_text().splitlines()]


def left(gateway, name="data"): return sorted(p.name for p in gateway.folder.iterdir() if name in p.name)


def test_the_treated_form_leaves_and_nothing_else(make_gateway, provider):
    gateway = keeping(make_gateway, provider, '[{ seal: [request, answer, original] }]')
    say(gateway, f"please write to {EMAIL} for the quarterly numbers"); say(gateway, "what is the capital of the largest country", stream=True); sealed(gateway, 2)
    out = json.loads(export(gateway, "--redact-findings", "--json").stdout)
    found = lines(gateway)
    assert len(found) == 2 == out["records"] and out["residual"]["findings"] == 0 and out["residual"]["classes"] >= 122
    text = (gateway.folder / "data.jsonl").read_text()
    assert EMAIL not in text and "[EMAIL]" in text or "EMAIL_" in text
    for r in found: assert [m["role"] for m in r["messages"]] == ["user", "assistant"] and all(m["content"] for m in r["messages"])
    file, = out["files"]
    assert hashlib.sha256((gateway.folder / "data.jsonl").read_bytes()).hexdigest() == file["sha256"]
    assert out["sources"]["requests that match"] == 2 and out["ledger"][0]["last_entry"] > 0 and len(out["policy_set"]) == 64
    assert left(gateway) == ["data.jsonl", "data.jsonl.datasheet.json", "data.jsonl.datasheet.md"]
    entry = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "exported"])[0]
    assert entry["ok"] and entry["records"] == 2 and entry["digest"] == hashlib.sha256((gateway.folder / "data.jsonl.datasheet.json").read_bytes()).hexdigest()
