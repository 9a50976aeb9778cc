"""What was asked and answered becomes a data set: in the treated form only, with nothing personal left in it, or not at all."""
import csv, hashlib, json, os, pathlib, re, signal, subprocess, time
import pytest
from conftest import PROGRAM, ROOT, eventually
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
    assert EMAIL not in text and "EMAIL_" in text, "what left was pseudonymised, and stays so"
    for r in found: assert [m["role"] for m in r["messages"]] == ["user", "assistant"] and all(m["content"] for m in r["messages"])
    file, = out["files"]
    assert hashlib.sha256((gateway.folder / "data.jsonl").read_bytes()).hexdigest() == file["sha256"]
    assert out["sources"]["requests that match"] == 2 and out["ledger"][0]["last_entry"] > 0 and len(out["policy_set"]) == 64
    assert left(gateway) == ["data.jsonl", "data.jsonl.datasheet.json", "data.jsonl.datasheet.md"]
    entry = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "exported"])[0]
    assert entry["ok"] and entry["records"] == 2 and entry["digest"] == hashlib.sha256((gateway.folder / "data.jsonl.datasheet.json").read_bytes()).hexdigest()


def planted():
    """At least 500 values: each class's, in the words of our own tests, and of the corpora beside the repository where those are."""
    rows = [l.split("\t") for l in (pathlib.Path(__file__).parent / "planted.tsv").read_text().splitlines()]
    rows += [("email", f"write to someone{i}@example{i % 7}.org", f"someone{i}@example{i % 7}.org") for i in range(60)]
    rows += [("secret", f'api_key = "{hashlib.sha256(str(i).encode()).hexdigest()[:40]}"', hashlib.sha256(str(i).encode()).hexdigest()[:40]) for i in range(60)]
    rows += [("ssn", f"my SSN is 5{i % 10}{(i * 7) % 10}-{12 + i % 80}-{1234 + i}", f"{12 + i % 80}-{1234 + i}") for i in range(60)]
    rows += [("custom", f"about Project Kestrel-{i:03} we say nothing", f"Kestrel-{i:03}") for i in range(40)]
    shared = pathlib.Path(os.environ.get("SALLYPORT_SHARED", "/nowhere")) / "pii/recognizer_cases.jsonl"
    if shared.exists():
        for case in map(json.loads, shared.read_text().splitlines()):
            rows += [(case["entity"].lower(), case["text"], case["text"][a:b]) for a, b in case["spans"]]
    return [r for r in rows if len(r[2]) > 4]


def classes(gateway): return [c for c in (json.loads(l)["class"] for l in gateway.run("privacy", "classes", "--json", "--policy", str(gateway.folder / "policies/privacy.yaml"), config=False).stdout.splitlines()) if c != "project_name"]


def switch(gateway, state, *others, terms=""):
    """Has all classes on or off, but for some."""
    names = classes(gateway)
    other = "off" if state == "on" else "on"
    file = gateway.folder / "policies/privacy.yaml"
    payloads = file.read_text().split("\npayloads:")[1:]
    file.write_text("threshold: 50\nclasses: {" + ", ".join(f"{n}: {other if n in others else state}" for n in names) + "}\n" + terms + "".join("\npayloads:" + p for p in payloads))


def test_of_five_hundred_values_of_all_classes_none_leaves_and_with_a_detector_off_nothing_does(make_gateway, provider):
    words = lambda numbers: "words: [" + ", ".join(f"Kestrel-{i:03}" for i in numbers) + "]"
    terms = f"terms: [{{ class: project_name, {words(range(20))} }}, {{ class: custom, {words(range(20, 40))} }}]\n"
    gateway = make_gateway(upstream=provider.url); sealing(gateway); switch(gateway, "off"); gateway.start()
    values = planted(); assert len(values) >= 500
    for start in range(0, len(values), 12): say(gateway, f"case {start}", "yes?", "\n".join(text for _, text, _ in values[start:start + 12]))
    count = (len(values) + 11) // 12; sealed(gateway, count)
    assert any(v.encode() in b for b in provider.bodies() for _, _, v in values[:5]), "they went out as they were, so the vault holds them"
    # Of every class there is something, and the second look finds it as that class, though all classes are off.
    switch(gateway, "off", terms=terms)
    p = export(gateway, name="off.jsonl", check=False)
    assert p.returncode == 3 and not left(gateway, "off")
    holds = re.search(r"records hold (.*?)\. Switch", p.stderr.replace("\n", " "))[1]
    # (Words of one's own are on as soon as they are there: those were taken out before.)
    missing = {*classes(gateway)} - {"custom"} - {c.split(" ")[0] for c in holds.split(", ")}
    assert not missing, missing
    switch(gateway, "on", terms=terms)
    for form in ("openai-chat", "anthropic", "sharegpt", "jsonl", "csv"):
        p = export(gateway, "--redact-findings", "--json", form=form, name=form + ".out", check=False)
        assert p.returncode == 0, p.stderr[-2000:]
        sheet = json.loads(p.stdout)
        assert {*classes(gateway), "project_name"} <= {*sheet["treated"]} and sheet["residual"]["findings"] == 0
        text = (gateway.folder / (form + ".out")).read_text()
        for name, whole, value in values: assert value not in text and json.dumps(value)[1:-1] not in text, (form, name, whole, value)
        for sheet in gateway.folder.glob(form + ".out.datasheet.*"):
            for _, _, value in values: assert value not in sheet.read_text()
    # Each time another detector is off, and the data has something of it: nothing is written.
    for off in ("email", "secret", "iban", "us_itin", "de_tax_id", "de_bsnr", "card_security_code", "it_fiscal_code"):
        switch(gateway, "on", off, terms=terms)
        p = export(gateway, name="off.jsonl", check=False)
        assert p.returncode == 3 and "refused, nothing is written" in p.stderr and off in p.stderr, (off, p.stderr)
        assert not left(gateway, "off") and not any(v in p.stderr + p.stdout for _, _, v in values)
        p = export(gateway, "--drop-findings", "--json", name=f"{off}.jsonl")
        assert json.loads(p.stdout)["residual"]["dropped"] > 0
        kept = (gateway.folder / f"{off}.jsonl").read_text()
        for name, _, value in values: assert name != off or value not in kept, (off, name, value)
    refused = eventually(lambda: [e for e in gateway.entries() if e["kind"] == "exported" and not e["ok"]])
    assert refused[0]["records"] == 0 and "digest" not in refused[0]


def test_the_loaders_of_data_sets_read_every_format(make_gateway, provider):
    gateway = keeping(make_gateway, provider)
    for i in range(30): say(gateway, f"tell me of the {['river', 'forest', 'ocean'][i % 3]} and of number {'one two three four five six seven eight nine ten'.split()[i % 10]} {'x' * (i + 1)}", purpose=["geography", "nature"][i % 2])
    sealed(gateway, 30)
    export(gateway, "--redact-findings", "--split", "80/20", "--near-duplicates", "1")
    train, validation = lines(gateway, "data.train.jsonl"), lines(gateway, "data.validation.jsonl")
    assert len(train) + len(validation) == 30 and validation
    # What OpenAI's fine-tuning asks of a line.
    for r in train + validation:
        assert set(r) <= {"messages", "tools"} and r["messages"][-1]["role"] == "assistant"
        for m in r["messages"]: assert set(m) <= {"role", "content", "tool_calls", "tool_call_id"} and m["role"] in ("system", "user", "assistant", "tool") and isinstance(m["content"], str)
    for form in ("anthropic", "sharegpt", "jsonl", "csv"): export(gateway, "--redact-findings", "--near-duplicates", "1", form=form, name=form + ".out")
    rows = list(csv.DictReader((gateway.folder / "csv.out").open(newline="")))
    assert len(rows) == 30 and all(json.loads(r["messages"]) and r["prompt"] and r["answer"] for r in rows) and {r["tags"] for r in rows} == {"geography", "nature"}
    assert all([m["role"] for m in r["messages"]] == ["user", "assistant"] for r in lines(gateway, "anthropic.out"))
    assert all([m["from"] for m in r["conversations"]] == ["human", "gpt"] for r in lines(gateway, "sharegpt.out"))
    # As many of each tag, and a draw that is the same each time.
    export(gateway, "--redact-findings", "--near-duplicates", "1", "--balance", "tag", "--sample", "8", form="jsonl", name="a.out"); export(gateway, "--redact-findings", "--near-duplicates", "1", "--balance", "tag", "--sample", "8", form="jsonl", name="b.out")
    assert lines(gateway, "a.out") == lines(gateway, "b.out") and len(lines(gateway, "a.out")) == 8
    assert {t for r in lines(gateway, "jsonl.out") for t in r["tags"]} == {"geography", "nature"}
    export(gateway, "--redact-findings", "--tag", "nature", form="jsonl", name="n.out")
    assert {t for r in lines(gateway, "n.out") for t in r["tags"]} == {"nature"}


@pytest.fixture(scope="module")
def loaders():
    python = os.environ.get("LOADERS_PYTHON") or str(ROOT / ".venv-loaders/bin/python")
    if not os.path.exists(python):
        if os.environ.get("CI"): pytest.fail(f"{python} is absent: with CI set that is a failure")
        pytest.skip("left out: the `datasets` library, since .venv-loaders is absent (scripts/venv loaders makes it)")
    return python


def test_the_library_that_fine_tuning_loads_with_reads_every_format(make_gateway, provider, loaders, tmp_path):
    gateway = keeping(make_gateway, provider)
    for i in range(6): say(gateway, f"tell me of the {['river', 'forest', 'ocean'][i % 3]}, \"quoted\", with a comma and\na line {'x' * (i + 1)}", "Gladly.", "Go on.")
    say(gateway, "a turn alone")
    sealed(gateway, 7)
    for form in ("openai-chat", "anthropic", "sharegpt", "jsonl", "csv"):
        name = f"{form}.{'csv' if form == 'csv' else 'jsonl'}"
        export(gateway, "--redact-findings", "--near-duplicates", "1", form=form, name=name)
        (gateway.folder / name).rename(tmp_path / name)
    p = subprocess.run([loaders, str(ROOT / "Tests/Clients/load_data_sets.py"), str(tmp_path)], capture_output=True, text=True, timeout=1200, env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")})
    assert p.returncode == 0, p.stderr
    told = json.loads(p.stdout.splitlines()[-1])
    assert told["rows"] == {form: 7 for form in ("openai-chat", "anthropic", "sharegpt", "jsonl", "csv")}
    assert told["columns"]["openai-chat"] == ["messages"] and {"messages"} <= set(told["columns"]["anthropic"]) and told["columns"]["sharegpt"] == ["conversations"]
    assert told["trained"] in (None, ["anthropic", "openai-chat", "sharegpt"])


BROKEN = ["the card 4111 1111\n1111 1111 pays for the river's boats", "a **5500** 0000 `0000` 0004 was seen in a forest of oaks", "| ocean | 3400 | 000000 | 00009 | far |", "write to maria.plant@exam-\nple.org about mountains and their snow"]


def test_a_value_that_a_line_or_markdown_breaks_is_found(make_gateway, provider):
    gateway = keeping(make_gateway, provider)
    for text in BROKEN: say(gateway, text)
    say(gateway, "this is a list\n- one\n- two 12\n- three 345\n\n| a | 12 |\n| b | 678 |")
    sealed(gateway, len(BROKEN) + 1)
    p = export(gateway, "--near-duplicates", "1", check=False)
    assert p.returncode == 3 and "4 of 5 records hold card 6, email 2" in p.stderr, p.stderr
    export(gateway, "--redact-findings", "--near-duplicates", "1")
    text = (gateway.folder / "data.jsonl").read_text()
    for part in ("4111", "1111", "5500", "0004", "00009", "maria", "ple.org"): assert part not in text, (part, text)
    assert "three 345" in text and len(lines(gateway)) == 5


def test_a_conversation_and_its_continuation_stay_in_one_part_and_duplicates_are_counted(make_gateway, provider):
    gateway = keeping(make_gateway, provider)
    for i in range(12):
        first = f"what about the {chr(97 + i) * 5} of the {chr(97 + i) * 7}"
        say(gateway, first); say(gateway, first, "this much", "and then the other half of the story"); say(gateway, first)
    sealed(gateway, 36)
    out = json.loads(export(gateway, "--redact-findings", "--split", "50/30/20", "--json").stdout)
    assert out["sources"]["exact duplicates"] == 12 and sum(f["conversations"] for f in out["files"]) == 12
    where = {}
    for part in ("train", "validation", "test"):
        for r in lines(gateway, f"data.{part}.jsonl"): where.setdefault(r["messages"][0]["content"], set()).add(part)
    assert len(where) == 12 and all(len(p) == 1 for p in where.values()) and len(set.union(*where.values())) > 1


def test_streams_tools_and_other_dialects_are_one_form(make_gateway, provider):
    gateway = keeping(make_gateway, provider)
    tools = [{"type": "function", "function": {"name": "look", "description": "looks", "parameters": {"type": "object", "properties": {"where": {"type": "string"}}}}}]
    r = gateway.post({"model": "up/echo", "tools": tools, "messages": [{"role": "user", "content": f"look for {EMAIL}"}, {"role": "assistant", "content": None, "tool_calls": [{"id": "call_abcdef", "type": "function", "function": {"name": "look", "arguments": json.dumps({"where": EMAIL})}}]}, {"role": "tool", "tool_call_id": "call_abcdef", "content": f"found {EMAIL}"}]})
    assert r.status_code == 200
    r = gateway.post({"model": "up/echo", "max_tokens": 100, "system": "be kind", "messages": [{"role": "user", "content": "asked as others ask"}]}, path="/v1/messages"); assert r.status_code == 200, r.text
    r = gateway.post({"model": "up/echo", "input": "asked as a response"}, path="/v1/responses"); assert r.status_code == 200, r.text
    sealed(gateway, 3); export(gateway, "--redact-findings")
    first, second, third = lines(gateway)
    assert [m["role"] for m in first["messages"]] == ["user", "assistant", "tool", "assistant"] and first["messages"][1]["tool_calls"][0]["id"] == first["messages"][2]["tool_call_id"] == "call_1"
    assert EMAIL not in json.dumps(first) and first["tools"][0]["function"]["name"] == "look" and json.loads(first["messages"][1]["tool_calls"][0]["function"]["arguments"])["where"]
    assert [m["role"] for m in second["messages"]] == ["system", "user", "assistant"] and third["messages"][0]["content"] == "asked as a response"


def test_what_was_shredded_stays_away_and_pictures_too(make_gateway, provider):
    gateway = keeping(make_gateway, provider)
    gone = say(gateway, "this will be destroyed for good"); say(gateway, "this stays where it is"); sealed(gateway, 2)
    gateway.run("audit", "shred", "--request", gone, "--yes")
    out = json.loads(export(gateway, "--redact-findings", "--json").stdout)
    assert out["sources"]["shredded"] == 1 and out["records"] == 1 and "destroyed" not in (gateway.folder / "data.jsonl").read_text()
    # A ledger that commits to another body, and a key that is another.
    (gateway.folder / "other.key").write_text("ab" * 32)
    p = export(gateway, "--key", str(gateway.folder / "other.key"), name="other.jsonl", check=False)
    assert p.returncode and "sealed under the master key" in p.stderr and not left(gateway, "other.jsonl")


def test_verify_finds_a_changed_file_and_import_makes_a_suite(make_gateway, provider):
    gateway = keeping(make_gateway, provider)
    for i in range(3): say(gateway, f"say it {{{{ as it is }}}} {'abc'[i] * 9} {{% raw %}}")
    sealed(gateway, 3); export(gateway, "--redact-findings")
    file = gateway.folder / "data.jsonl"
    eventually(lambda: [e for e in gateway.entries() if e["kind"] == "exported"])
    p = eventually(lambda: (p := gateway.run("dataset", "verify", str(file), check=False)).returncode == 0 and p)
    assert "as it was written" in p.stdout and "recorded as entry" in p.stdout and "checkpoints signed" in p.stdout
    p = gateway.run("dataset", "import", str(file), "--suite", "mine", "--folder", str(gateway.folder / "evaluations"), config=False)
    cases = [json.loads(l) for l in (gateway.folder / "evaluations/mine.jsonl").read_text().splitlines()]
    assert len(cases) == 3 and cases[0]["expected"] and cases[0]["scorers"] == ["rouge_l"]
    assert gateway.run("dataset", "import", str(file), "--suite", "mine", "--folder", str(gateway.folder / "evaluations"), config=False, check=False).returncode == 1
    (gateway.folder / "key").write_text(gateway.key)
    p = gateway.run("evaluate", str(gateway.folder / "evaluations/mine.yaml"), "--candidates", "up/echo/zero-shot", "--dry-run", "--key-file", str(gateway.folder / "key"), check=False)
    assert p.returncode == 0 and "3 cases" in p.stdout + p.stderr, p.stderr
    file.write_text(file.read_text().replace("say it", "said it", 1))
    p = gateway.run("dataset", "verify", str(file), check=False)
    assert p.returncode == 1 and "NOT as it was written" in p.stderr
    (gateway.folder / "bad.jsonl").write_text('{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n{"no":1}\n')
    p = gateway.run("dataset", "import", str(gateway.folder / "bad.jsonl"), "--suite", "bad", "--folder", str(gateway.folder / "evaluations"), config=False, check=False)
    assert p.returncode == 1 and "bad.jsonl:2:" in p.stderr and not (gateway.folder / "evaluations/bad.jsonl").exists()


def test_a_killed_export_leaves_no_file_and_is_recorded_as_broken_off(make_gateway, provider):
    gateway = keeping(make_gateway, provider)
    for i in range(40): say(gateway, f"number {i} " + "long text of many words " * 400 + EMAIL)
    sealed(gateway, 40)
    def broken_off(): return [e for e in gateway.entries() if e["kind"] == "exported" and not e["ok"]]
    # However slow the machine is: longer and longer, until one was killed that had begun.
    for wait in (0.2, 0.6, 1.2, 2, 4, 8, 16, 32, 64):
        p = subprocess.Popen([PROGRAM, "dataset", "export", "--redact-findings", "--format", "jsonl", "-o", str(gateway.folder / "killed.jsonl"), "--config", str(gateway.folder / "sallyport.yaml")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "TEST_PROVIDER_KEY": "sk-test-provider"})
        time.sleep(wait); p.kill(); p.wait()
        if p.returncode == 0: break
        assert not left(gateway, "killed"), wait
        try: eventually(broken_off, seconds=5 if wait < 64 else 120)
        except AssertionError: continue
        break
    assert p.returncode == 0 or broken_off()


def test_the_analyzer_is_asked_and_without_it_nothing_is_written(make_gateway, provider):
    gateway = keeping(make_gateway, provider); say(gateway, "nothing of note"); sealed(gateway, 1)
    file = gateway.folder / "policies/privacy.yaml"
    file.write_text(file.read_text() + "\nanalyzer: { url: http://127.0.0.1:9/analyze, plaintext: true }\n")
    p = export(gateway, "--redact-findings", check=False)
    assert p.returncode == 1 and "analy" in p.stderr and not left(gateway), p.stderr
