"""What requests and answers said is kept sealed where `payloads` asks for it, opens for the master key alone, and is gone once it is shredded."""
import glob, hashlib, json, os, pathlib, random, shutil, signal, subprocess, time
import httpx2, pytest
from conftest import eventually
from test_ledger import load
from vault import Vault

EMAIL = "maria.plant@example.org"


def sealing(gateway, rules="[{}]", more=""):
    """Has payloads kept by these rules."""
    file = gateway.folder / "policies/privacy.yaml"
    file.write_text(file.read_text().split("\npayloads:")[0] + f"\npayloads: {{ rules: {rules}{more} }}\n")


def vault(gateway): return Vault(gateway.folder / "var/vault", bytes.fromhex((gateway.folder / "var/vault.key").read_text().strip()))


def say(gateway, text, model="up/echo", **k):
    r = gateway.post({"model": model, "messages": [{"role": "user", "content": text}], **k})
    assert r.status_code == 200, r.text
    return r.headers["x-request-id"], r.text


def entries(gateway, kind): return [e for e in gateway.entries() if e["kind"] == kind]


def records(gateway, count):
    return eventually(lambda: (r := list(vault(gateway).records())) and len(r) >= count and r)


def holds(folder, *texts):
    """Whether one of the texts stands in clear in any file of a folder."""
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file() and path.name != "serve.log" and any(t.encode() in path.read_bytes() for t in texts): return path
    return None


def test_nothing_is_kept_unless_it_is_asked_for(gateway, provider):
    request, _ = say(gateway, "plain words")
    assert not list((gateway.folder / "var/vault").glob("*.sealed"))
    (intent,) = entries(gateway, "intent")
    assert intent["sealed"] is False
    # The salt of its commitment is told from the day's key.
    body = provider.bodies()[0]
    assert intent["prompt"] in [hashlib.sha256(salt + body).hexdigest() for salt in vault(gateway).salts(request)]


def test_what_left_and_what_came_is_sealed_as_it_was_and_stands_nowhere_in_clear(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url); sealing(gateway, '[{ seal: [request, answer, original] }]'); gateway.start()
    request, answer = say(gateway, f"planted-words for {EMAIL}")
    found = {r["kind"]: r for r in records(gateway, 3)}
    assert found["request"]["text"] == provider.bodies()[0] and EMAIL.encode() not in found["request"]["text"]
    assert EMAIL.encode() in found["original"]["text"] and EMAIL in answer
    assert EMAIL.encode() not in found["answer"]["text"] and b"planted-words" in found["answer"]["text"] and not found["answer"]["cut"]
    (intent,) = entries(gateway, "intent")
    assert intent["sealed"] is True and intent["prompt"] == found["request"]["commitment"] and intent["request"] == request == found["answer"]["request"]
    gateway.stop()
    assert not holds(gateway.folder, EMAIL, "planted-words")


def test_streams_are_sealed_as_they_came_and_cut_where_they_are_longer_than_is_kept(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url); sealing(gateway, more=", answer_bytes: 1KiB"); gateway.start()
    say(gateway, "short", stream=True); say(gateway, "long " * 400, stream=True)
    short, long = [r for r in records(gateway, 4) if r["kind"] == "answer"]
    assert short["stream"] and not short["cut"] and short["text"].endswith(b"data: [DONE]\n\n")
    assert long["stream"] and long["cut"] and len(long["text"]) == 1024


def test_rules_are_taken_over_while_the_gateway_serves(gateway, provider):
    say(gateway, "one")
    sealing(gateway, '[{ models: ["up/e*"] }]')
    eventually(lambda: "reloaded" in gateway.logged())
    request, _ = say(gateway, "two")
    assert {r["request"] for r in records(gateway, 2)} == {request}
    assert [e["sealed"] for e in entries(gateway, "intent")] == [False, True]
    sealing(gateway, '[{ models: ["up/e*"], seel: [] }]')
    assert "did you mean `seal`?" in (p := gateway.run("check", check=False)).stderr + p.stdout


def test_what_cannot_be_sealed_is_not_sent(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url); sealing(gateway); gateway.start()
    shutil.rmtree(gateway.folder / "var/vault")
    for _ in range(3): assert gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "x"}]}).status_code == 503
    assert not provider.bodies() and httpx2.get(gateway.admin + "/readyz").status_code == 503


def test_open_shows_what_the_ledger_commits_to_and_is_recorded(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url); sealing(gateway); gateway.start()
    request, _ = say(gateway, f"planted-words for {EMAIL}")
    records(gateway, 2)
    shown = gateway.run("audit", "open", request).stdout
    assert "this is the body that entry" in shown and "planted-words" in shown and EMAIL not in shown
    parts = json.loads(gateway.run("audit", "open", request, "--json").stdout)
    assert [(p["kind"], p.get("committed")) for p in parts] == [("request", True), ("answer", None)]
    assert gateway.run("audit", "open", request, "--part", "request").stdout.encode() == provider.bodies()[0]
    eventually(lambda: len(entries(gateway, "opened")) == 3)
    assert {e["request"] for e in entries(gateway, "opened")} == {request}
    eventually(lambda: not list((gateway.folder / "var/vault/acts").iterdir()))
    assert gateway.run("audit", "open", "req_" + "0" * 32, check=False).returncode != 0
    assert "expected a request's identifier" in gateway.run("audit", "open", "req_1", check=False).stderr


def test_another_master_key_opens_nothing_and_a_flipped_byte_is_refused(make_gateway, provider, tmp_path):
    gateway = make_gateway(upstream=provider.url); sealing(gateway); gateway.start()
    request, _ = say(gateway, "planted-words"); records(gateway, 2)
    (tmp_path / "other.key").write_text("11" * 32 + "\n")
    p = gateway.run("audit", "open", request, "--key", str(tmp_path / "other.key"), check=False)
    assert p.returncode and "sealed under the master key" in p.stderr and "planted-words" not in p.stdout
    gateway.stop()
    record = next(r for r in vault(gateway).records() if r["kind"] == "request")
    data = bytearray(record["file"].read_bytes()); data[record["at"] + 170] ^= 1; record["file"].write_bytes(data)
    p = gateway.run("audit", "open", request, check=False)
    assert p.returncode and "is not as it was sealed" in p.stderr and "planted-words" not in p.stdout
    gateway.verify()


def test_a_subject_is_shredded_and_nothing_else(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url); sealing(gateway, '[{ seal: [request, answer, original] }]'); gateway.start()
    hers = [say(gateway, f"{n} write to {EMAIL}")[0] for n in range(3)]
    others = [say(gateway, f"{n} write to jon.other@example.net")[0] for n in range(3)]
    before = records(gateway, 18)
    copies = {f: f.read_bytes() for f in (gateway.folder / "var/vault").glob("*.sealed")}
    p = gateway.run("audit", "shred", "--subject", EMAIL, check=False)
    assert p.returncode and "3 requests" in p.stderr and "--yes" in p.stderr
    assert json.loads(gateway.run("audit", "shred", "--subject", EMAIL.upper(), "--dry-run", "--json").stdout)["requests"] == 3
    assert len([r for r in vault(gateway).records() if r["text"]]) == 18
    assert json.loads(gateway.run("audit", "shred", "--subject", EMAIL, "--yes", "--json").stdout) == {"requests": 3, "days": [], "keys": 9, "unrecorded": 0, "shredded": True}
    left = [r for r in vault(gateway).records() if r["text"]]
    assert {r["request"] for r in left} == set(others) and len(left) == 9
    # With every file that is left and the master key there is no way back: neither wrapped key nor sealed text stands anywhere.
    now = b"".join(f.read_bytes() for f in gateway.folder.rglob("*") if f.is_file())
    for r in before:
        if r["request"] in hers:
            old = copies[r["file"]]
            assert old[r["at"] + 64:r["at"] + 156] not in now and old[r["at"] + 156:r["at"] + 156 + r["length"]] not in now
    p = gateway.run("audit", "open", hers[0], check=False)
    assert p.returncode and "shredded" in p.stdout + p.stderr
    assert "jon.other" in gateway.run("audit", "open", others[0]).stdout
    (entry,) = eventually(lambda: entries(gateway, "shredded"))
    assert (entry["reason"], entry["requests"], entry["keys"], entry["ok"]) == ("subject", 3, 9, True) and EMAIL not in json.dumps(entry)
    say(gateway, "it still serves"); gateway.stop(); gateway.verify()
    assert "nothing to shred" in gateway.run("audit", "shred", "--subject", EMAIL, "--yes").stdout


def test_what_was_sealed_without_an_intent_is_counted_and_shredded_on_demand(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url); sealing(gateway); gateway.start()
    hers, others = [say(gateway, f"write to {who}")[0] for who in (EMAIL, "jon.other@example.net")]
    (first, *_) = records(gateway, 4); gateway.stop()
    data, at = first["file"].read_bytes(), first["at"]

    def sealed_at(request, milliseconds):
        """A record as a crash leaves it: of a request that the ledger knows nothing of."""
        header = data[at:at + 8] + bytes.fromhex(request[4:]) + milliseconds.to_bytes(8, "big") + data[at + 32:at + 48]
        return header + hashlib.sha256(first["segment"].encode() + header).digest()[:16] + data[at + 64:at + 184 + first["length"]]

    now = int(time.time() * 1000)
    with first["file"].open("ab") as f: f.write(b"".join(sealed_at("req_" + r * 16, now - age) for r, age in (("01", 400_000), ("02", 0), ("03", 301_000))) + sealed_at(others, now - 400_000))
    slots = lambda: {r["request"]: any(r["file"].read_bytes()[r["at"] + 64:r["at"] + 156]) for r in Vault(gateway.folder / "var/vault", None).records()}
    assert all(slots().values()) and len(slots()) == 5
    p = gateway.run("audit", "shred", "--subject", EMAIL, "--yes", "--json")
    assert json.loads(p.stdout) == {"requests": 1, "days": [], "keys": 2, "unrecorded": 2, "shredded": True} and "2 sealed requests have no intent in the ledger" in p.stderr
    assert not slots()[hers] and sum(slots().values()) == 4
    p = gateway.run("audit", "shred", "--unrecorded", "--subject", "jon.other@example.net", "--dry-run", "--json")
    assert json.loads(p.stdout)["requests"] == 3 and "no intent" not in p.stderr and sum(slots().values()) == 4
    assert "--unrecorded" in gateway.run("audit", "shred", "--unrecorded", "--before", "1d", check=False).stderr
    assert json.loads(gateway.run("audit", "shred", "--unrecorded", "--yes", "--json").stdout)["keys"] == 2
    assert {request for request, is_there in slots().items() if is_there} == {others, "req_" + "02" * 16}
    gateway.start()
    eventually(lambda: [e["reason"] for e in entries(gateway, "shredded")] == ["subject", "unrecorded"])


def test_a_day_is_shredded_with_its_salts_and_the_tree_still_verifies(make_gateway, provider, tmp_path):
    gateway = make_gateway(upstream=provider.url); sealing(gateway, '[{ models: ["up/odd"] }]'); gateway.start()
    plain, _ = say(gateway, "plain"); sealed, _ = say(gateway, "sealed", model="up/odd")
    records(gateway, 2)
    (tmp_path / "body").write_bytes(provider.bodies()[0])
    assert "this is the body" in gateway.run("audit", "open", plain, "--body", str(tmp_path / "body")).stdout
    assert "was not sealed" in gateway.run("audit", "open", plain, check=False).stderr
    gateway.stop()
    # Of today, what was sealed so far goes; the salts of the day stay until it is over.
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    eventually(lambda: time.time() >= time.mktime(time.strptime(soon, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone + 1.1)
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    assert json.loads(gateway.run("audit", "shred", "--before", soon, "--yes", "--json").stdout)["requests"] == 1
    assert "shredded" in (p := gateway.run("audit", "open", sealed, check=False)).stdout + p.stderr and p.returncode
    assert "this is the body" in gateway.run("audit", "open", plain, "--body", str(tmp_path / "body")).stdout
    # A day that is over goes as a whole: give this one yesterday's name, as the key's file alone tells of the day.
    assert "expected a time that is over" in gateway.run("audit", "shred", "--before", "2999-01-01", "--yes", check=False).stderr
    for f in (gateway.folder / "var/vault").glob("*.*"): f.rename(f.with_name("2020-01-01" + f.name[10:]))
    report = json.loads(gateway.run("audit", "shred", "--before", "2020-01-02", "--yes", "--json").stdout)
    assert report["days"] == ["2020-01-01"] and not list((gateway.folder / "var/vault").glob("2020*"))
    p = gateway.run("audit", "open", plain, "--body", str(tmp_path / "body"), check=False)
    assert p.returncode and "shredded" in p.stderr
    gateway.verify()
    gateway.start()
    eventually(lambda: len(entries(gateway, "shredded")) == 2)
    assert {e["reason"] for e in entries(gateway, "shredded")} == {"before"}


def test_old_days_are_shredded_by_themselves(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url); sealing(gateway); gateway.start(); say(gateway, "old"); records(gateway, 2); gateway.stop()
    for f in (gateway.folder / "var/vault").glob("*.*"): f.rename(f.with_name("2020-01-01" + f.name[10:]))
    sealing(gateway, more=", keep_for: 30d"); gateway.start()
    eventually(lambda: not list((gateway.folder / "var/vault").glob("2020*")))
    (entry,) = eventually(lambda: entries(gateway, "shredded"))
    assert entry["reason"] == "retention" and entry["ok"]


def test_killed_under_load_every_sealed_request_that_was_seen_opens_whole(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url); sealing(gateway, '[{ seal: [request, answer, original] }]')
    for _ in range(8):
        gateway.start()
        before = len(provider.bodies())
        threads = load(gateway, 60)
        eventually(lambda: len(provider.bodies()) >= before + 10); time.sleep(random.random() / 20)
        gateway.process.send_signal(signal.SIGKILL); gateway.process.wait()
        for t in threads: t.join()
    seen, sealed = provider.bodies(), [r for r in vault(gateway).records() if r["kind"] == "request"]
    bodies = {r["text"]: r for r in sealed}
    assert len(seen) >= 80 and all(body in bodies for body in seen), "a request left that was not sealed"
    intents = {e["request"]: e for e in entries(gateway, "intent")}
    assert all(bodies[b]["commitment"] == intents[bodies[b]["request"]]["prompt"] for b in seen)
    assert not holds(gateway.folder / "var", "maria@example.org")


def module():
    found = [p for p in ("/usr/lib/softhsm/libsofthsm2.so", *glob.glob("/usr/lib/*/softhsm/libsofthsm2.so"), "/usr/lib64/pkcs11/libsofthsm2.so") if os.path.exists(p)]
    return found[0] if found and shutil.which("pkcs11-tool") else None


@pytest.mark.parametrize("digest", ["sha256", "sha1"])
def test_the_master_key_never_leaves_its_token(make_gateway, provider, tmp_path, digest, monkeypatch):
    if not module():
        assert not os.environ.get("CI"), "softhsm2 and opensc are missing"
        pytest.skip("needs softhsm2 and opensc")
    (tmp_path / "tokens").mkdir(); (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    def sh(*a): return subprocess.run(a, check=True, capture_output=True, cwd=tmp_path)
    sh("softhsm2-util", "--init-token", "--free", "--label", "vault", "--pin", "1234", "--so-pin", "5678")
    sh("pkcs11-tool", "--module", module(), "--login", "--pin", "1234", "--token-label", "vault", "--keypairgen", "--key-type", "rsa:2048", "--label", "master", "--id", "01", "--usage-decrypt")
    sh("pkcs11-tool", "--module", module(), "--token-label", "vault", "--read-object", "--type", "pubkey", "--label", "master", "-o", "public.der")
    sh("openssl", "pkey", "-pubin", "-inform", "DER", "-in", "public.der", "-out", "public.pem")
    gateway = make_gateway(upstream=provider.url); sealing(gateway)
    config = gateway.folder / "sallyport.yaml"
    uri = f"pkcs11:token=vault;object=master;type=private?module-path={module()}"
    config.write_text(config.read_text().replace("ledger: { directory: ledger }", f"ledger: {{ directory: ledger, vault_key: {{ public_key: {tmp_path}/public.pem, private_key: '{uri}', digest: {digest}, pin: {{ env: VAULT_PIN }} }} }}"))
    # Who serves needs the public half only.
    monkeypatch.setenv("SOFTHSM2_CONF", "/nowhere")
    gateway.start(); request, _ = say(gateway, f"planted-words for {EMAIL}")
    eventually(lambda: len(list((gateway.folder / "var/vault").glob("*.sealed"))) == 1)
    gateway.stop()
    assert not (gateway.folder / "var/vault.key").exists()
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    monkeypatch.setenv("VAULT_PIN", "1234")
    shown = gateway.run("audit", "open", request).stdout
    assert "planted-words" in shown and "this is the body" in shown and EMAIL not in shown
    monkeypatch.setenv("VAULT_PIN", "9999")
    p = gateway.run("audit", "open", request, check=False)
    assert p.returncode and "PIN" in p.stderr and "planted-words" not in p.stdout
