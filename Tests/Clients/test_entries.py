"""What the ledger's entries say, read by other people's code: RFC 8785, OCSF's own schema, DuckDB."""
import base64, csv, hashlib, hmac, io, json, re, signal, time, urllib.parse, urllib.request
import httpx2, pytest, rfc8785
from conftest import eventually

EMAIL, CARD, PHONE, NAME = "maria.keller@example.org", "4242 4242 4242 4242", "+49 30 90182055", "zebrafish"
SECRET = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
TEXT = f"{NAME}: mail {EMAIL}, my card is {CARD}, call {PHONE}"


def message(text, model="up/echo", **more): return {"model": model, "messages": [{"role": "user", "content": text}], **more}
def exported(gateway, *arguments): return gateway.run("audit", "export", *arguments).stdout
def raw_entries(gateway): return exported(gateway, "--format", "jsonl").splitlines()
def of(gateway, kind): return [e for e in gateway.entries() if e["kind"] == kind]
def treatment(gateway, text): (gateway.folder / "policies/privacy.yaml").write_text(text)


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A gateway whose ledger has entries of every kind that callers can cause."""
    from conftest import Gateway
    from mock_provider import Provider
    provider = Provider()
    g = Gateway(tmp_path_factory.mktemp("busy"), upstream=provider.url, limits="default: { requests_per_minute: 100000 }\nprincipals: { slow: { requests_per_minute: 1, burst: 1 } }\n")
    treatment(g, "classes: { email: surrogate, card: mask, phone: hash, secret: remove, iban: block }\n")
    g.start()
    assert g.post(message(TEXT)).status_code == 200
    assert g.post(message(TEXT, stream=True)).status_code == 200
    assert g.post(message(f"the token {SECRET} leaked")).status_code == 200
    assert g.post(message("base64: " + base64.b64encode(f"write to {EMAIL} please".encode()).decode())).status_code == 200
    assert g.post(message(f"percent: {urllib.parse.quote(EMAIL)}", model="demo")).status_code == 200
    assert g.post(message("caf\u00e9 \u20ac \U0001d11e", model="up/echo"), headers={"traceparent": "00-\"\\-x"}).status_code == 200
    assert g.post(message("pay to FR14 2004 1010 0505 0001 3M02 606")).status_code == 403
    assert g.post(message("x", model="nowhere")).status_code == 404
    assert g.post({"model": 7}).status_code == 400
    assert httpx2.post(g.url + "/v1/chat/completions", json=message("x"), headers={"authorization": "Bearer sp_no"}, verify=g.context(), timeout=60).status_code == 401
    slow = g.make_key("--principal", "slow", "--team", "tests", "--model", "up/*", "--from", "127.0.0.0/8")
    answers = [g.post(message("hello"), key=slow).status_code for _ in range(40)]
    assert 200 in answers and answers.count(429) >= 30
    assert g.post(message("hello", model="demo"), key=slow).status_code == 403
    eventually(lambda: [e for e in g.entries() if e["kind"] == "refused" and "rate_limited" in e["reasons"]])
    g.stop()
    provider.stop()
    yield g


def test_every_entry_is_canonical_json(busy):
    lines = raw_entries(busy)
    kinds = {json.loads(line)["kind"] for line in lines}
    assert {"start", "stop", "intent", "result", "denied", "refused", "unidentified", "key_created"} <= kinds
    for line in lines: assert rfc8785.dumps(json.loads(line)) == line.encode(), line


def test_an_intent_says_what_left_in_which_form(busy):
    intents = of(busy, "intent")
    first = intents[0]
    forms = {(line["class"], line["treatment"]): line["count"] for line in first["data"]}
    assert forms == {("email", "surrogate"): 1, ("card", "mask"): 1, ("phone", "hash"): 1}
    assert {(x["class"], x["treatment"]) for x in first["exposed"]} == set(forms)
    assert all(re.fullmatch(r"[\w-]{22}", value) for x in first["exposed"] for value in x["values"])
    assert first["exposed"] == intents[1]["exposed"], "the same values have the same fingerprints"
    assert set(first["stages_us"]) == {"authorise", "inspect", "read", "treat"} and all(v >= 0 for v in first["stages_us"].values())
    assert {(line["place"], line["verdict"]) for line in first["coverage"]} >= {("user", "scanned")}
    results = {(e["request"], e["attempt"]): e for e in of(busy, "result")}
    assert all(results[(i["request"], i["attempt"])]["intent"] == i["seq"] for i in intents)


def test_fingerprints_are_what_the_documentation_says(busy):
    master = bytes.fromhex((busy.folder / "master.key").read_text().split()[0])
    extracted = hmac.digest(b"\0" * 32, master, "sha256")
    key = hmac.digest(extracted, b"sallyport fingerprints default\1", "sha256")
    def print_of(form): return base64.urlsafe_b64encode(hmac.digest(key, form.encode(), "sha256")[:16]).decode().rstrip("=")
    exposed = {x["class"]: x["values"] for x in of(busy, "intent")[0]["exposed"]}
    assert exposed == {"email": [print_of(EMAIL)], "card": [print_of("4242424242424242")], "phone": [print_of("493090182055")]}
    assert of(busy, "intent")[2]["exposed"] == [{"class": "secret", "treatment": "remove", "values": [print_of(SECRET.lower())]}]


@pytest.mark.parametrize("value, attempts", [
    (EMAIL, 4), (EMAIL.upper(), 4), ("maria.keller%40example.org", 4), ("4242424242424242", 2), ("4242-4242-4242-4242", 2),
    ("0049 (0)30 90182055", 2), (SECRET, 1), ("nobody@example.org", 0), ("FR1420041010050500013M02606", 0)])
def test_a_persons_requests_are_found_however_the_value_is_written(busy, value, attempts):
    lines = [json.loads(line) for line in busy.run("audit", "subject", value, "--json").stdout.splitlines()]
    assert len(lines) == attempts
    assert all(line["outcome"] == "completed" for line in lines)
    text = busy.run("audit", "subject", value).stdout
    assert (f"{attempts} attempts of" in text) if attempts else ("in no request" in text)
    if value == EMAIL: assert [(l["provider"], l["exposed"]) for l in lines][3] == ("demo", [{"class": "email", "treatment": lines[3]["exposed"][0]["treatment"]}])


def test_what_the_value_was_can_be_kept_from_the_list_of_processes(busy):
    import os, subprocess
    from conftest import PROGRAM
    p = subprocess.run([PROGRAM, "audit", "subject", "-", "--json", "--config", str(busy.folder / "sallyport.yaml")], input=EMAIL + "\n", capture_output=True, text=True, timeout=120, env={**os.environ, "TEST_PROVIDER_KEY": "sk-test-provider"})
    assert p.returncode == 0 and len(p.stdout.splitlines()) == 4, p.stderr
    assert busy.run("audit", "subject", EMAIL, "--tenant", "another", "--json").stdout == ""
    assert busy.run("audit", "subject", " ", check=False).returncode != 0


def test_denials_and_refusals_are_recorded_and_floods_are_not(busy):
    denied, refused = of(busy, "denied"), of(busy, "refused")
    limits = [e for e in denied if e["reason"] == "limit"]
    assert 1 <= len(limits) and all(e["status"] == 429 and e["principal"]["name"] == "slow" for e in limits)
    counted = sum(e["reasons"].get("rate_limited", 0) for e in refused)
    assert len(limits) + counted >= 30 and counted > 0
    assert sum(e["reasons"].get("model_not_found", 0) for e in refused) == 1 and sum(e["reasons"].get("invalid_request", 0) for e in refused) == 1
    assert {"credential", "blocked"} <= {e["reason"] for e in denied}
    assert all("treatment" not in line for e in denied for line in e["data"])


def test_keys_are_recorded_with_what_they_may_do_also_those_made_while_nobody_served(busy):
    created = {e["principal"]["name"]: e for e in of(busy, "key_created")}
    assert created["slow"]["models"] == ["up/*"] and created["slow"]["addresses"] == ["127.0.0.0/8"]
    assert created["tester"]["since"] <= created["tester"]["time"]
    before = len(of(busy, "key_created"))
    key = busy.run("keys", "create", "--principal", "offline", "--team", "tests").stdout
    identifier = re.search(r"key_[0-9a-f]{12}", key + busy.run("keys", "list").stdout.split("offline")[0].splitlines()[-1]).group()
    busy.start(); busy.stop()
    assert [e["principal"]["name"] for e in of(busy, "key_created")][before:] == ["offline"]
    busy.run("keys", "revoke", identifier)
    busy.start(); busy.stop()
    assert [e["key"] for e in of(busy, "key_revoked")] == [identifier]
    busy.start(); busy.stop(signal.SIGKILL)
    busy.start(); busy.stop()
    assert len(of(busy, "key_created")) == before + 1


def test_nothing_of_a_text_and_no_secret_stands_in_the_ledgers_folder(busy):
    planted = [EMAIL, EMAIL.upper(), CARD, CARD.replace(" ", ""), PHONE, "90182055", SECRET, NAME, "FR14", "3M02", busy.key, "sk-test-provider"]
    planted += [base64.b64encode(x.encode()).decode().rstrip("=") for x in planted] + [urllib.parse.quote(x) for x in planted] + [x.encode().hex() for x in planted]
    planted += [hashlib.sha256(x.encode()).hexdigest() for x in planted] + [base64.urlsafe_b64encode(hashlib.sha256(x.encode()).digest()[:16]).decode().rstrip("=") for x in planted]
    planted += [base64.b64encode(f"write to {EMAIL} please".encode()).decode()]
    files = [f for f in (busy.folder / "ledger").rglob("*") if f.is_file()]
    assert files
    texts = [(f, f.read_bytes()) for f in files] + [("serve.log", busy.logged().encode())] + [(format, exported(busy, "--format", format).encode()) for format in ("ocsf", "csv", "jsonl")]
    for f, text in texts:
        for x in planted: assert x.encode() not in text, (f, x)


def test_more_values_than_can_be_recorded_are_not_sent(gateway, provider):
    text = "\n".join(f"p{number}@example.org" for number in range(33_000))
    answer = gateway.post(message(text))
    assert answer.status_code == 422 and "32768 different values" in answer.json()["error"]["message"] and "send it in parts" in answer.text
    assert provider.bodies() == []
    assert [e["reason"] for e in eventually(lambda: of(gateway, "denied"))] == ["too_many_values"]


def test_a_request_of_which_no_entry_holds_what_is_recorded_is_refused_and_not_the_ledgers_failure(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    policies = gateway.folder / "policies/access.cedar"
    plain = policies.read_text()
    policies.write_text(plain + "".join(f'@id("{"p" * 180}-{n}")\npermit (principal, action, resource);\n' for n in range(400)))
    gateway.start()
    answer = gateway.post(message("x"))
    assert answer.status_code == 422 and "too many or too long" in answer.json()["error"]["message"] and "65535" in answer.text, answer.text
    assert provider.bodies() == []
    with urllib.request.urlopen(gateway.admin + "/readyz") as ready: assert ready.read() == b"ready\n"
    policies.write_text(plain); gateway.reload()
    assert gateway.post(message("x")).status_code == 200


def test_values_that_one_entry_does_not_hold_stand_in_entries_before_it(gateway, provider):
    assert gateway.post(message("\n".join(f"p{number}@example.org" for number in range(3_000)))).status_code == 200
    gateway.stop()
    entries = gateway.entries()
    intent = next(e for e in entries if e["kind"] == "intent")
    parts = [e for e in entries if e["kind"] == "exposure"]
    assert intent["exposure_parts"] == len(parts) == 2 and [p["part"] for p in parts] == [1, 2]
    assert [p["seq"] for p in parts] == [intent["seq"] - 2, intent["seq"] - 1]
    assert len({v for e in [intent, *parts] for x in e["exposed"] for v in x["values"]}) == 3_000
    for number in (0, 1_500, 2_999): assert len(gateway.run("audit", "subject", f"p{number}@example.org", "--json").stdout.splitlines()) == 1
    row = list(csv.DictReader(io.StringIO(exported(gateway, "--format", "csv"), newline="")))
    assert [r["values"] for r in row] == ["3000"]


def test_events_are_valid_by_ocsfs_own_schema(busy):
    import jsonschema
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.6.0")).get_class_schema("api_activity")
    validator = jsonschema.Draft202012Validator(schema)
    events = [json.loads(line) for line in exported(busy, "--format", "ocsf").splitlines()]
    for event in events:
        errors = [e.message for e in validator.iter_errors(event)]
        assert not errors, (errors, event)
    kinds = [e["metadata"]["event_code"] for e in events]
    entries = busy.entries()
    for kind in ("intent", "denied", "refused", "unidentified", "start", "stop", "key_created"): assert kinds.count(kind) == sum(e["kind"] == kind for e in entries), kind


def recount(entries):
    """Sums that every export has to give, from the entries alone."""
    results = {(e["request"], e["attempt"]): (e["outcome"], e["cost_nano_usd"] or 0, e["bytes_sent"], e["usage"]) for e in entries if e["kind"] == "result"}
    sums = {"attempts": 0, "denials": 0, "findings": 0, "values": 0, "completed": 0, "input": 0, "output": 0, "cost": 0, "sent": 0}
    for e in entries:
        if e["kind"] in ("intent", "exposure"): sums["values"] += sum(len(x["values"]) for x in e["exposed"])
        if e["kind"] not in ("intent", "denied"): continue
        sums["attempts" if e["kind"] == "intent" else "denials"] += 1
        sums["findings"] += sum(x["count"] for x in e["data"])
        result = results.get((e["request"], e.get("attempt")))
        if not result: continue
        outcome, cost, sent, usage = result
        sums["completed"] += outcome == "completed"; sums["cost"] += cost; sums["sent"] += sent
        if usage: sums["input"] += usage["input"]; sums["output"] += usage["output"]
    return sums


# What DuckDB is asked of each format; it is told nothing of their columns.
QUESTIONS = {
    "csv": """SELECT count(*) FILTER (decision = 'permitted'), count(*) FILTER (decision = 'denied'), sum(findings), sum("values") FILTER (decision = 'permitted'), count(*) FILTER (outcome = 'completed'),
                     sum(input_tokens), sum(output_tokens), sum(cost_nano_usd::BIGINT), sum(bytes_sent) FROM '{}'""",
    "ocsf": """SELECT count(*) FILTER (metadata.event_code = 'intent'), count(*) FILTER (metadata.event_code = 'denied'),
                      sum(list_sum([x."count" for x in unmapped.data])) FILTER (metadata.event_code IN ('intent', 'denied')),
                      sum(list_sum([len(x."values") for x in unmapped.exposed])), count(*) FILTER (status_detail = 'completed'),
                      sum(unmapped.result.usage.input), sum(unmapped.result.usage.output), sum(unmapped.result.cost_nano_usd::BIGINT), sum(unmapped.result.bytes_sent) FROM '{}'""",
    "jsonl": """SELECT count(*) FILTER (kind = 'intent'), count(*) FILTER (kind = 'denied'), sum(list_sum([x."count" for x in data])), sum(list_sum([len(x."values") for x in exposed])),
                       count(*) FILTER (outcome = 'completed'), sum(usage.input), sum(usage.output), sum(cost_nano_usd::BIGINT), sum(bytes_sent) FROM '{}'""",
}


@pytest.mark.parametrize("format", QUESTIONS)
def test_duckdb_reads_each_format_as_it_is_and_agrees_with_a_recount(busy, tmp_path, format):
    import duckdb
    file = tmp_path / ("ledger.csv" if format == "csv" else "ledger.jsonl")
    file.write_text(exported(busy, "--format", format), newline="")
    row = duckdb.sql(QUESTIONS[format].format(file)).fetchall()[0]
    assert [int(x or 0) for x in row] == list(recount(busy.entries()).values())


def test_an_export_can_be_of_a_time(busy):
    entries = busy.entries()
    middle = sorted(e["time"] for e in entries)[len(entries) // 2]
    before, after = exported(busy, "--format", "jsonl", "--until", middle).splitlines(), exported(busy, "--format", "jsonl", "--since", middle).splitlines()
    assert sorted(before + after) == sorted(raw_entries(busy)) and before and after
    assert busy.run("audit", "export", "--format", "xml", check=False).returncode != 0 and busy.run("audit", "export", "--format", "csv", "--since", "soon", check=False).returncode != 0
