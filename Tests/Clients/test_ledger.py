"""The record is on disk before the data leaves, whatever happens; and where it can't be written nothing leaves."""
import hashlib, hmac, itertools, json, os, signal, subprocess, threading, time
import httpx2, pytest
from conftest import eventually
from vault import Vault


numbers = itertools.count()


def commitments(gateway):
    """For each intent, what tells whether a body is the one it committed to: SHA-256(salt ‖ body), see README."""
    vault = Vault(gateway.folder / "var/vault", bytes.fromhex((gateway.folder / "var/vault.key").read_text().strip()))
    for e in gateway.entries():
        if e["kind"] == "intent":
            for salt in vault.salts(e["request"]): yield salt, e["prompt"]


def load(gateway, seconds, threads=8):
    """Sends requests from several threads until told otherwise; errors are what is expected when the gateway dies."""
    stop = time.time() + seconds
    def one():
        try:
            with httpx2.Client(verify=gateway.context(), timeout=60, trust_env=False) as c:
                while time.time() < stop:
                    c.post(gateway.url + "/v1/chat/completions", headers={"authorization": "Bearer " + gateway.key}, json={"model": "up/echo", "messages": [{"role": "user", "content": f"number {next(numbers)} maria@example.org"}]})
        except httpx2.HTTPError: pass
    ts = [threading.Thread(target=one) for _ in range(threads)]
    for t in ts: t.start()
    return ts


def test_killed_twenty_times_under_load_every_request_seen_has_its_intent(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    for _ in range(20):
        gateway.start()
        before = len(provider.bodies())
        threads = load(gateway, 60)
        eventually(lambda: len(provider.bodies()) >= before + 10)
        gateway.process.send_signal(signal.SIGKILL); gateway.process.wait()
        for t in threads: t.join()
        assert gateway.verify().returncode == 0
    seen, intents = provider.bodies(), list(commitments(gateway))
    assert len(seen) >= 100 and len(set(seen)) == len(seen), "each request is one of its own"
    for body in seen:
        assert any(hashlib.sha256(salt + body).hexdigest() == prompt for salt, prompt in intents), "a body arrived that no intent committed to"
    gateway.start(); gateway.stop()
    assert gateway.verify().returncode == 0


@pytest.mark.parametrize("fault", ["full", "file too large"])
def test_a_ledger_that_cannot_be_written_stops_everything(make_gateway, provider, fault):
    gateway = make_gateway(upstream=provider.url)
    folder = gateway.folder / "ledger"
    folder.mkdir(exist_ok=True)
    if fault == "full":
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=9m", "tmpfs", folder], capture_output=True).returncode:
            pytest.skip("needs the right to mount a small file system")
    try:
        gateway.start()
        if fault != "full":
            import resource
            # The write-ahead log's files are made already: past this place of them nothing can be written.
            resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (65536, 65536))
        answers = []
        # Entries of some length, so that the write-ahead log is full soon.
        tools = [{"type": "function", "function": {"name": f"tool_{n}_" + "x" * 110, "parameters": {"type": "object"}}} for n in range(60)]
        body = {"model": "up/echo", "messages": [{"role": "user", "content": "hello"}], "tools": tools}
        with httpx2.Client(verify=gateway.context(), timeout=60, trust_env=False, headers={"authorization": "Bearer " + gateway.key}) as client:
            for _ in range(6000):
                answers.append(client.post(gateway.url + "/v1/chat/completions", json=body).status_code)
                # A result is shorter than the room that is kept for it, so one more may fit now and then.
                if answers[-8:] == [503] * 8: break
        assert answers[-8:] == [503] * 8
        seen = len(provider.bodies())
        for _ in range(3): assert gateway.post(body).status_code == 503
        assert len(provider.bodies()) == seen, "something was sent without a record"
        assert httpx2.get(gateway.admin + "/readyz").status_code == 503 and httpx2.get(gateway.admin + "/livez").status_code == 200
        gateway.stop(signal.SIGKILL)
        assert len([e for e in gateway.entries() if e["kind"] == "intent"]) >= seen
    finally:
        gateway.stop(signal.SIGKILL)
        if fault == "full": subprocess.run(["umount", folder])


def test_a_ledger_folder_that_cannot_be_is_refused_at_start(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    (gateway.folder / "ledger").write_text("a file where the folder should be")
    gateway.start(wait=False)
    assert gateway.process.wait(60) != 0 and "ledger" in gateway.logged()


def test_one_changed_byte_is_found(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url).start()
    for _ in range(5): assert gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "hello"}]}).status_code == 200
    gateway.stop()
    assert gateway.verify().returncode == 0
    file = next(f for f in sorted((gateway.folder / "ledger").glob("log-*/tile/entries/**/*")) if f.is_file() and b'"completed"' in f.read_bytes())
    text = file.read_bytes()
    file.write_bytes(text.replace(b'"completed"', b'"cancelled"', 1))
    broken = gateway.run("audit", "verify", check=False)
    assert broken.returncode != 0 and ":" in broken.stdout + broken.stderr
    assert gateway.run("audit", "tail", "-n", "3").stdout.count("\n") >= 3


def test_the_prompt_is_nowhere_on_disk(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url).start()
    gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "zebrafish maria.keller@example.org"}]})
    gateway.stop()
    for f in gateway.folder.rglob("*"):
        if f.is_file():
            assert b"zebrafish" not in f.read_bytes() and b"maria.keller" not in f.read_bytes() and gateway.key.encode() not in f.read_bytes(), f


def test_an_administrator_begins_a_new_log_while_requests_go_on(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url).start()
    administrator = gateway.make_key("--principal", "root", "--team", "administrators")
    threads = load(gateway, 60, threads=3)
    eventually(lambda: len(provider.bodies()) >= 10)
    assert gateway.post({}, path="/sallyport/v1/ledger/rotate").status_code == 403
    answer = gateway.post({}, path="/sallyport/v1/ledger/rotate", key=administrator)
    assert answer.status_code == 200 and answer.json()["log"] == 2
    seen = len(provider.bodies())
    eventually(lambda: len(provider.bodies()) >= seen + 10)
    gateway.stop(signal.SIGKILL)
    for t in threads: t.join()
    gateway.start()
    gateway.stop()
    assert gateway.verify().returncode == 0
    entries = gateway.entries()
    (first,) = [n for n, e in enumerate(entries) if e["kind"] == "continued"]
    assert entries[first]["seq"] == 0 and entries[first]["after"] == answer.json()["former"] and entries[first]["after"]["size"] == first
    intents = list(commitments(gateway))
    for body in provider.bodies():
        assert any(hashlib.sha256(salt + body).hexdigest() == prompt for salt, prompt in intents), "a body arrived that no intent committed to"
