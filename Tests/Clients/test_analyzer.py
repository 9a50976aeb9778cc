"""A gateway with an analyzer (`analyzer` in policies/privacy.yaml): what it finds is treated, and without its answer nothing is sent.

The stand-in of analyzer_stand_in.py speaks Presidio's protocol and misbehaves as asked. Where PRESIDIO_PYTHON names a Python with
presidio-analyzer (`make conformance` installs it, 400 MB), the same runs with the real one."""
import json, os, pathlib, signal, subprocess, sys, threading, time
import httpx2, pytest
from conftest import eventually

HERE = pathlib.Path(__file__).parent
SAID = "Łukasz Wójcik 🎉 met Maria Keller in Berlin; badge E-12345, maria@example.org"


class Analyzer:
    def __init__(self, script, python=sys.executable):
        self.process = subprocess.Popen([python, str(HERE / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("port "), line
        self.url = f"http://127.0.0.1:{line.split()[1]}/analyze"

    def stop(self): self.process.stdin.close(); self.process.kill(); self.process.wait(); self.process.stdout.close()


@pytest.fixture(scope="module")
def stand_in():
    a = Analyzer("analyzer_stand_in.py")
    yield a
    a.stop()


@pytest.fixture(scope="module")
def presidio():
    python = os.environ.get("PRESIDIO_PYTHON")
    if not python: pytest.skip("PRESIDIO_PYTHON names no Python with presidio-analyzer: see make conformance")
    a = Analyzer("presidio_server.py", python)
    yield a
    a.stop()


@pytest.fixture
def guarded(make_gateway, provider):
    def make(url, settings="", deadline="20s"):
        gateway = make_gateway(upstream=provider.url)
        file = gateway.folder / "policies/privacy.yaml"
        text = file.read_text()
        classes = [f"  {name}: on" for name in ("person", "place") if f"\n  {name}:" not in text]
        text = text.replace("\nclasses:\n", "\nclasses:\n" + "".join(c + "\n" for c in classes)).replace("  person: off", "  person: on").replace("  place: off", "  place: on")
        file.write_text(text + f"\nanalyzer: {{ url: \"{url}\", plaintext: true, deadline: {deadline}{settings} }}\n")
        return gateway.start()
    return make


def ask(gateway, text=SAID, **more):
    return gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": text}], **more})


def analyses(gateway):
    lines = httpx2.get(gateway.admin + "/metrics").text.splitlines()
    return {l.split('"')[1]: int(l.split()[-1]) for l in lines if l.startswith("sallyport_analyses_total{")}


def sent(provider): return json.loads(provider.bodies()[-1])["messages"][-1]["content"]


def test_what_the_analyzer_finds_is_treated_and_comes_back(guarded, provider, stand_in):
    gateway = guarded(stand_in.url)
    r = ask(gateway)
    assert r.status_code == 200, r.text
    assert r.json()["choices"][0]["message"]["content"] == SAID, "the caller's own values come back"
    for value in ("Łukasz", "Wójcik", "Maria", "Keller", "Berlin", "E-12345", "maria@example.org"): assert value not in sent(provider), value
    assert sent(provider).count("PERSON_") == 2 and " 🎉 met " in sent(provider) and "; badge " in sent(provider)
    # Streamed, in a system prompt, in a tool's arguments: every text of a request is shown to it.
    messages = [{"role": "system", "content": "You serve Maria Keller."}, {"role": "user", "content": "hello"},
                {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"who": "José Ñandú"})}}]},
                {"role": "tool", "tool_call_id": "c1", "content": "王小明 is here"}, {"role": "user", "content": "go on"}]
    assert gateway.post({"model": "up/echo", "messages": messages}).status_code == 200
    raw = provider.bodies()[-1].decode()
    for value in ("Keller", "andú", "\\u00d1", "王小明"): assert value not in raw, value
    assert analyses(gateway) == {"ok": 2}
    data = next(e for e in gateway.entries() if e["kind"] == "intent")["data"]
    assert "person" in json.dumps(data), data


@pytest.mark.parametrize("query", ["fault=status&code=500", "fault=status&code=401", "fault=shape", "fault=beyond", "fault=cut", "fault=body&body=nonsense"])
def test_an_analyzer_that_fails_lets_nothing_through(guarded, provider, stand_in, query):
    gateway = guarded(stand_in.url + "?" + query)
    for stream in (False, True):
        r = ask(gateway, stream=stream)
        assert r.status_code == 503 and r.json()["error"]["message"] and "Maria" not in r.text
    assert provider.bodies() == [] and "Maria" not in gateway.logged() and "analyzer failed" in gateway.logged()
    assert [e for e in gateway.entries() if e["kind"] == "intent"] == []


def test_nobody_at_the_address_lets_nothing_through(guarded, provider):
    gateway = guarded("http://127.0.0.1:9/analyze")
    assert ask(gateway).status_code == 503 and provider.bodies() == []


def test_the_deadline_and_the_circuit(guarded, provider, stand_in):
    gateway = guarded(stand_in.url + f"?fault=hang&first=3&key={time.time()}", ", circuit: { failures: 2, pause: 10s }", deadline="2s")
    assert ask(gateway).status_code == 503
    assert ask(gateway).status_code == 503
    for _ in range(5): assert ask(gateway).status_code == 503
    assert analyses(gateway) == {"deadline": 2, "circuit_open": 5}, "an open circuit asks nobody"
    # After each pause one request is a probe: the first one hangs like the two before it, the second one is answered.
    eventually(lambda: ask(gateway).status_code == 200, 120)
    counts = analyses(gateway)
    assert counts["deadline"] >= 3 and counts["ok"] == 1 and len(provider.bodies()) == 1


def test_other_requests_go_on_while_one_is_analysed(guarded, provider, stand_in, tmp_path):
    gateway = guarded(stand_in.url + f"?fault=hang&first=1&key={time.time()}&tell={tmp_path}/hangs", deadline="2m")
    slow = threading.Thread(target=lambda: ask(gateway), daemon=True); slow.start(); eventually((tmp_path / "hangs").exists)
    for _ in range(10): assert ask(gateway).status_code == 200
    assert slow.is_alive(), "no event loop waits for the analyzer"


def test_twenty_at_once_and_a_large_text(guarded, provider, stand_in):
    gateway = guarded(stand_in.url)
    answers = []
    def run(i): answers.append((i, ask(gateway, f"{i}: Maria Keller")))
    threads = [threading.Thread(target=run, args=(i,)) for i in range(20)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert all(r.json()["choices"][0]["message"]["content"] == f"{i}: Maria Keller" for i, r in answers) and len(answers) == 20
    assert all(b"Maria" not in b for b in provider.bodies())
    text = "Zoë 🦊 Müller wrote. " * 20000
    r = ask(gateway, text)
    assert r.status_code == 200 and r.json()["choices"][0]["message"]["content"] == text and "Müller" not in sent(provider) and sent(provider).count("PERSON_") == 20000


def test_more_text_than_an_analysis_may_have_is_refused(guarded, provider, stand_in):
    gateway = guarded(stand_in.url, ", bytes_per_request: 10KiB")
    assert ask(gateway, "Berlin " * 1000).status_code == 200
    r = ask(gateway, "x" * 11000)
    assert r.status_code == 422 and r.json()["error"]["message"] and len(provider.bodies()) == 1


def test_the_analyzer_is_reloaded_with_the_policies(guarded, provider, stand_in):
    gateway = guarded("http://127.0.0.1:9/analyze")
    assert ask(gateway).status_code == 503
    file = gateway.folder / "policies/privacy.yaml"
    file.write_text(file.read_text().replace("http://127.0.0.1:9/analyze", stand_in.url))
    gateway.reload()
    assert ask(gateway).status_code == 200
    file.write_text(file.read_text().replace("deadline:", "deadlin:"))
    gateway.reload()
    assert "did you mean `deadline`?" in gateway.logged() and ask(gateway).status_code == 200
    assert gateway.stop() == 0


def test_the_real_presidio(guarded, provider, presidio):
    gateway = guarded(presidio.url)
    text = "Łukasz Wójcik 🎉 met Maria Keller in Berlin, SSN 219-09-9999 or card 4111 1111 1111 1111"
    r = ask(gateway, text)
    assert r.status_code == 200 and r.json()["choices"][0]["message"]["content"] == text
    for value in ("Łukasz", "Keller", "Berlin", "219-09", "4111"): assert value not in sent(provider), value
    assert sent(provider).count("PERSON_") == 2 and "PLACE_" in sent(provider)
    answers = []
    threads = [threading.Thread(target=lambda i=i: answers.append(ask(gateway, f"{i} Maria Keller"))) for i in range(20)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert [r.status_code for r in answers] == [200] * 20 and all(b"Keller" not in b for b in provider.bodies())
