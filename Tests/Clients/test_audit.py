"""The ledger is checked by other people's code, and whatever is changed in it is found."""
import base64, hashlib, json, os, pathlib, random, shutil, signal, subprocess, threading, time
import httpx2, pymerkle, pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from conftest import PROGRAM, eventually

GO = pathlib.Path(__file__).parent / "go"


# A checker of our own, from the specifications alone (c2sp.org/tlog-tiles, signed-note, tlog-checkpoint, tlog-proof; RFC 6962).

def leaf(entry): return hashlib.sha256(b"\0" + entry).digest()
def node(left, right): return hashlib.sha256(b"\1" + left + right).digest()


def opened(note, vkey):
    """The text of a signed note, if the key has signed it."""
    name, number, key = vkey.strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    assert key[0] == 1 and hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == number
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if signer == name and signature[:4].hex() == number:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text.encode())
            return text
    raise AssertionError("not signed by this key")


def checkpoint(note, vkey):
    """Size and root of a signed checkpoint."""
    origin, size, root = opened(note, vkey).splitlines()[:3]
    assert origin == vkey.split("+")[0]
    return int(size), base64.b64decode(root)


def receipts(text, vkey):
    """The entries that receipts prove."""
    for one in text.split("c2sp.org/tlog-proof@v1\n")[1:]:
        head, note = one.split("\n\n", 1)
        extra, index, *hashes = head.splitlines()
        entry, index = base64.b64decode(extra.removeprefix("extra ")), int(index.removeprefix("index "))
        size, root = checkpoint(note, vkey)
        f, s, r = index, size - 1, leaf(entry)                                               # RFC 9162 §2.1.3.2
        for h in map(base64.b64decode, hashes):
            assert s
            if f & 1 or f == s:
                r = node(h, r)
                while not f & 1 and f: f >>= 1; s >>= 1
            else: r = node(r, h)
            f >>= 1; s >>= 1
        assert s == 0 and r == root
        yield index, [base64.b64decode(h) for h in hashes], entry


def bundle(log, first, width):
    """The entries of a bundle."""
    number, path = first // 256, ""
    while number >= 1000: path, number = f"/x{number % 1000:03}{path}", number // 1000       # never here, but so it is
    data = (log / f"tile/entries/{number:03}{'' if width == 256 else f'.p/{width}'}").read_bytes()
    while data:
        length = int.from_bytes(data[:2], "big")
        yield data[2:2 + length]
        data = data[2 + length:]


def entries(log, size): return [e for first in range(0, size, 256) for e in bundle(log, first, min(256, size - first))]


# A ledger that a gateway wrote: two logs, and checkpoints that were seen on the way.

@pytest.fixture(scope="module")
def written(tmp_path_factory):
    from conftest import Gateway
    from mock_provider import Provider
    provider = Provider()
    gateway = Gateway(tmp_path_factory.mktemp("audit") / "gateway", upstream=provider.url)
    gateway.requests, gateway.seen = [], []
    log = gateway.folder / "ledger/log-000001"
    gateway.start()
    try:
        with httpx2.Client(verify=gateway.context(), timeout=60, trust_env=False) as c:
            for number in range(150):
                answer = c.post(gateway.url + "/v1/chat/completions", headers={"authorization": "Bearer " + gateway.key}, json={"model": "up/echo", "messages": [{"role": "user", "content": f"{number} maria{number}@example.org"}]})
                assert answer.status_code == 200
                gateway.requests.append(answer.headers["x-request-id"])
                if number % 30 == 0: gateway.seen.append(eventually(lambda: (note := (log / "checkpoint").read_text()) not in gateway.seen and note))
        gateway.stop()
        gateway.rotated = gateway.run("audit", "rotate").stdout
        gateway.start()
        for _ in range(3): gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "after"}]})
        gateway.stop()
    finally:
        gateway.stop(signal.SIGKILL); provider.stop()
    gateway.logs = sorted((gateway.folder / "ledger").glob("log-*"))
    return gateway


def test_the_ledger_verifies_with_its_key_and_every_earlier_checkpoint(written, tmp_path):
    key = written.run("audit", "key").stdout.splitlines()[0]
    options = ["--key", key]
    for number, note in enumerate(written.seen):
        (tmp_path / f"{number}").write_text(note)
        options += ["--from-checkpoint", str(tmp_path / f"{number}")]
    done = written.run("audit", "verify", *options, "--save", str(tmp_path / "kept"))
    assert " entries in 2 logs are as they were written" in done.stdout.splitlines()[0]
    assert (tmp_path / "kept").read_bytes() == (written.logs[1] / "checkpoint").read_bytes() and (tmp_path / "kept").read_text() in done.stdout
    report = json.loads(written.run("audit", "verify", "--json", *options).stdout)
    assert report["intact"] and [l["log"] for l in report["logs"]] == [1, 2] and report["entries"] == sum(l["size"] for l in report["logs"]) > 300
    assert "ended with" in written.rotated
    first = json.loads(written.run("audit", "tail", "-n", "1000", "--json").stdout.splitlines()[report["logs"][0]["size"]])
    assert first["kind"] == "continued" and first["seq"] == 0 and first["after"]["size"] == report["logs"][0]["size"]


def test_python_from_the_specifications_alone_agrees(written):
    for log in written.logs:
        vkey = (log / "vkey").read_text()
        size, root = checkpoint((log / "checkpoint").read_text(), vkey)
        level = [leaf(e) for e in entries(log, size)]
        assert [json.loads(e)["seq"] for e in entries(log, size)] == list(range(size))
        def hashed(ls):
            if len(ls) == 1: return ls[0]
            k = 1 << (len(ls) - 1).bit_length() - 1
            return node(hashed(ls[:k]), hashed(ls[k:]))
        assert hashed(level) == root
        assert b"".join(level[:256]) == (log / ("tile/0/000" if size >= 256 else f"tile/0/000.p/{size}")).read_bytes()


def test_pymerkle_agrees_on_root_inclusion_and_consistency(written, tmp_path):
    log = written.logs[0]
    vkey = (log / "vkey").read_text()
    size, root = checkpoint((log / "checkpoint").read_text(), vkey)
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries(log, size): tree.append_entry(entry)
    assert tree.get_state() == root
    for index in list(range(0, size, 7)) + [size - 1]:
        written.run("audit", "receipt", f"1/{index}", "-o", str(tmp_path / "r"))
        (place, hashes, entry), = receipts((tmp_path / "r").read_text(), vkey)
        proof = tree.prove_inclusion(index + 1)
        assert place == index and proof.path[1:] == hashes
        pymerkle.verify_inclusion(leaf(entry), root, proof)
    earlier = [checkpoint(note, vkey) for note in written.seen]
    assert len({size for size, _ in earlier}) >= 2
    for old, state in earlier:
        if not old: continue
        assert tree.get_state(old) == state
        pymerkle.verify_consistency(state, root, tree.prove_consistency(old))


@pytest.fixture(scope="module")
def checker(tmp_path_factory):
    if not shutil.which("go"): pytest.skip("needs golang-go and golang-golang-x-mod-dev")
    program = tmp_path_factory.mktemp("go") / "check_log"
    subprocess.run(["go", "build", "-o", program, "check_log.go"], cwd=GO, check=True, env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOCACHE": str(program.parent / "cache")})
    return program


def test_go_agrees_on_root_inclusion_consistency_and_receipts(written, checker, tmp_path):
    seen = []
    for number, note in enumerate(written.seen):
        seen.append(tmp_path / f"{number}"); seen[-1].write_text(note)
    for request in written.requests[::37]:
        seen.append(tmp_path / f"{request}.tlog-proof")
        written.run("audit", "receipt", request, "-o", str(seen[-1]))
    report = json.loads(written.run("audit", "verify", "--json").stdout)
    assert subprocess.run([checker, written.logs[0], *seen], capture_output=True, text=True, check=True).stdout == f"{report['logs'][0]['size']} entries\n"
    assert subprocess.run([checker, written.logs[1]], capture_output=True, text=True, check=True).stdout == f"{report['logs'][1]['size']} entries\n"
    copy = tmp_path / "log"
    shutil.copytree(written.logs[0], copy)
    file = copy / "tile/entries/000"
    file.write_bytes(file.read_bytes().replace(b"intent", b"Intent", 1))
    assert subprocess.run([checker, copy], capture_output=True).returncode != 0, "a checker that cannot fail"


def test_one_byte_flipped_anywhere_is_found(written, tmp_path):
    dice = random.Random(1)
    copy = tmp_path / "log-000001"
    shutil.copytree(written.logs[0], copy)
    files = sorted(f for f in copy.rglob("*") if f.is_file())
    assert len(files) >= 6
    for number in range(240):
        file = files[number % len(files)]
        whole = file.read_bytes()
        changed = bytearray(whole)
        place = dice.randrange(len(whole))
        changed[place] ^= 1 << dice.randrange(8)
        file.write_bytes(changed)
        found = subprocess.run([PROGRAM, "audit", "verify", "--ledger", copy], capture_output=True, text=True, timeout=120)
        assert found.returncode == 1 and str(file.relative_to(copy)) in found.stderr, (file, place, found)
        file.write_bytes(whole)
    assert subprocess.run([PROGRAM, "audit", "verify", "--ledger", copy], capture_output=True).returncode == 0


def test_a_ledger_cut_back_to_an_earlier_state_is_found(written, tmp_path):
    """Somebody who can write to the whole folder: tree and checkpoint as they were earlier."""
    shutil.copytree(written.folder / "ledger", tmp_path / "ledger")
    shutil.rmtree(tmp_path / "ledger/log-000002")
    verify = [PROGRAM, "audit", "verify", "--ledger", tmp_path / "ledger"]
    found = subprocess.run(verify, capture_output=True, text=True)
    assert found.returncode == 1 and "the write-ahead log holds" in found.stderr
    shutil.rmtree(tmp_path / "ledger/wal")                                                    # so that goes, too
    assert subprocess.run(verify, capture_output=True).returncode == 0
    (tmp_path / "kept").write_bytes((written.logs[1] / "checkpoint").read_bytes())
    found = subprocess.run([*verify, "--from-checkpoint", tmp_path / "kept"], capture_output=True, text=True)
    assert found.returncode == 1 and "kept" in found.stderr
    shutil.copy(tmp_path / "kept", tmp_path / "ledger.seen")                                  # as the gateway keeps it
    assert subprocess.run(verify, capture_output=True).returncode == 1
    shutil.rmtree(tmp_path / "ledger/log-000001"); shutil.copytree(written.logs[1], tmp_path / "ledger/log-000002")
    found = subprocess.run(verify, capture_output=True, text=True)
    assert found.returncode == 1 and "log-000001: the log is missing" in found.stderr


def test_a_request_has_a_receipt_for_all_that_is_recorded_of_it(written, tmp_path):
    file, key = tmp_path / "r.tlog-proof", tmp_path / "vkey"
    key.write_text(written.run("audit", "key").stdout.splitlines()[1] + "\n")                 # of log 2: the same key
    made = written.run("audit", "receipt", written.requests[5], "-o", str(file))
    assert "intent" in made.stdout and "result" in made.stdout and "2 receipts" in made.stdout
    kinds = [json.loads(entry)["kind"] for _, _, entry in receipts(file.read_text(), (written.logs[0] / "vkey").read_text())]
    assert kinds == ["intent", "result"]
    def check(*a): return subprocess.run([PROGRAM, "audit", "receipt", "--check", str(file), "--key", *a], capture_output=True, text=True)
    done = check(str(key))
    assert done.returncode == 0 and "2 receipts hold" in done.stdout and written.requests[5] in done.stdout
    assert [json.loads(r["entry"])["request"] for r in json.loads(check(str(key), "--json").stdout)] == [written.requests[5]] * 2
    assert written.run("audit", "receipt", written.requests[5]).stdout == file.read_text()
    text = file.read_text()
    file.write_text(text.replace("index 1", "index 2", 1))
    assert check(str(key)).returncode == 1
    entry = base64.b64decode(text.split("extra ")[1].split("\n")[0])
    file.write_text(text.replace(base64.b64encode(entry).decode(), base64.b64encode(entry.replace(b"maria", b"peter").replace(b"tester", b"nobody")).decode()))
    assert check(str(key)).returncode == 1
    for wrong in ("req_unknown", "1/99999", "9/0", "nonsense/x"):
        assert written.run("audit", "receipt", wrong, check=False).returncode != 0


def test_entries_are_shown_and_proved_as_soon_as_they_can_be(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    configuration = gateway.folder / "sallyport.yaml"
    configuration.write_text(configuration.read_text().replace("ledger: { directory: ledger }", "ledger: { directory: ledger, checkpoint_interval: 600s }"))
    gateway.start()
    follower = subprocess.Popen([PROGRAM, "audit", "tail", "--follow", "--json", "-n", "0", "--ledger", gateway.folder / "ledger"], stdout=subprocess.PIPE, text=True)
    try:
        answer = gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "hello"}]})
        request = answer.headers["x-request-id"]
        while json.loads(follower.stdout.readline()).get("request") != request: pass          # from the write-ahead log
    finally: follower.kill(); follower.wait()
    eventually(lambda: [e["kind"] for e in gateway.entries() if e.get("request") == request] == ["intent", "result"])
    early = gateway.run("audit", "receipt", request, check=False)
    assert early.returncode == 1 and "not under a checkpoint yet" in early.stderr
    verified = gateway.verify()
    assert "in the write-ahead log, under no checkpoint yet" in verified.stdout
    gateway.stop(signal.SIGKILL)
    assert "in the write-ahead log" in gateway.verify().stdout
    busy = gateway.start().run("audit", "rotate", check=False)
    assert busy.returncode == 1 and "ledger/rotate" in busy.stderr
    assert gateway.run("audit", "receipt", request, "--wait").stdout.count("tlog-proof@v1") == 2
    gateway.stop()


def test_what_is_old_is_pruned_and_the_tree_still_verifies(written, checker, tmp_path):
    gateway = written
    shutil.copytree(gateway.folder, tmp_path / "gateway", ignore=shutil.ignore_patterns("*.log"))
    folder = tmp_path / "gateway/ledger"
    def run(*a): return subprocess.run([PROGRAM, "audit", *a, "--config", tmp_path / "gateway/sallyport.yaml"], capture_output=True, text=True, timeout=120, env={**os.environ, "TEST_PROVIDER_KEY": "sk"})
    assert "no whole bundle" in run("prune", "--before", "1d").stdout
    assert run("prune", "--before", "2999-01-01").returncode != 0
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
    eventually(lambda: time.gmtime() > time.strptime(moment, "%Y-%m-%dT%H:%M:%SZ"))
    receipt = run("receipt", "1/3").stdout
    dry = run("prune", "--before", moment, "--dry-run")
    assert "entries 0 to 255" in dry.stdout and "would be" in dry.stdout and (folder / "log-000001/tile/entries/000").exists()
    done = run("prune", "--before", moment)
    assert done.returncode == 0 and "are pruned" in done.stdout and not (folder / "log-000001/tile/entries/000").exists()
    verified = run("verify")
    assert verified.returncode == 0 and "256 entries before them were pruned" in verified.stdout
    assert json.loads(run("tail", "-n", "100000", "--json").stdout.splitlines()[0])["seq"] == 256
    assert "is pruned" in run("receipt", "1/3").stderr
    (tmp_path / "receipt").write_text(receipt)
    assert run("receipt", "--check", str(tmp_path / "receipt"), "--key", str(folder / "log-000001/vkey")).returncode == 0
    (folder / "log-000001/pruned").unlink()
    assert run("verify").returncode == 1


def test_a_ledger_verifies_at_any_moment_while_a_gateway_writes(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    configuration = gateway.folder / "sallyport.yaml"
    configuration.write_text(configuration.read_text().replace("ledger: { directory: ledger }", "ledger: { directory: ledger, checkpoint_interval: 10ms }"))
    gateway.start()
    stop = threading.Event()
    def load():
        with httpx2.Client(verify=gateway.context(), timeout=60, trust_env=False) as c:
            while not stop.is_set(): c.post(gateway.url + "/v1/chat/completions", headers={"authorization": "Bearer " + gateway.key}, json={"model": "up/echo", "messages": [{"role": "user", "content": "hello"}]})
    threads = [threading.Thread(target=load) for _ in range(4)]
    for t in threads: t.start()
    try:
        last, kept = 0, gateway.folder / "kept"
        for number in range(25):
            done = subprocess.run([PROGRAM, "audit", "verify", "--ledger", gateway.folder / "ledger", "--save", kept, *(["--from-checkpoint", kept] if number else [])], capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
            assert (size := int(done.stdout.split()[0])) >= last
            last = size
            lines = subprocess.run([PROGRAM, "audit", "tail", "-n", "100000", "--json", "--ledger", gateway.folder / "ledger"], capture_output=True, text=True, check=True).stdout.splitlines()
            assert [json.loads(l)["seq"] for l in lines] == list(range(len(lines))) and len(lines) >= size
    finally:
        stop.set()
        for t in threads: t.join()
    assert last > 20
    gateway.stop()
