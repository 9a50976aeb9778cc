"""The ledger beyond one machine: copies in a store, read back from there and from plain web servers."""
import base64, functools, hashlib, hmac, http.server, json, os, pathlib, shutil, signal, socket, subprocess, sys, threading, time, urllib.request
import pytest
from conftest import PROGRAM, eventually, free_port
from tiles import Key, Log, check_copy, root, leaf


class Store:
    """moto's S3 behind a relay that checks signatures, which moto does not do rightly, and makes faults on demand."""

    def __init__(self, folder):
        import boto3
        from botocore.config import Config
        self.port = free_port()
        self.log = open(folder / "moto.log", "ab")
        self.process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)], stdout=self.log, stderr=self.log)
        eventually(self.answers)
        self.access, self.secret = "AKIAEXAMPLE", "secret/of+the=store"
        self.s3 = boto3.client("s3", aws_access_key_id=self.access, aws_secret_access_key=self.secret, endpoint_url=f"http://127.0.0.1:{self.port}", region_name="eu-central-1", config=Config(s3={"addressing_style": "path"}))
        self.s3.create_bucket(Bucket="audit", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.relay = Faults(self.port, self.secret)

    def answers(self):
        with socket.socket() as s: return s.connect_ex(("127.0.0.1", self.port)) == 0

    def names(self, prefix=""):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket="audit", Prefix=prefix)
        return sorted(o["Key"] for p in pages for o in p.get("Contents", []))

    def read(self, name): return self.s3.get_object(Bucket="audit", Key=name)["Body"].read()

    def put(self, name, content): self.s3.put_object(Bucket="audit", Key=name, Body=content)

    def stop(self):
        self.relay.stop(); self.process.kill(); self.process.wait()


def signature(secret, method, path, headers, body):
    """What the request must be signed with, by AWS Signature Version 4; compare "Create a signed AWS API request"."""
    fields = dict(part.split("=", 1) for part in headers["authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", "))
    assert headers["x-amz-content-sha256"] == hashlib.sha256(body).hexdigest(), "the body is signed"
    names = fields["SignedHeaders"].split(";")
    assert {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names)
    path, _, query = path.partition("?")
    canonical = "\n".join([method, path, "&".join(sorted(query.split("&"))), *(f"{n}:{headers[n].strip()}" for n in names), "", ";".join(names), headers["x-amz-content-sha256"]])
    scope = fields["Credential"].split("/", 1)[1]
    key = ("AWS4" + secret).encode()
    for part in scope.split("/"): key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.digest(key, text.encode(), "sha256").hex(), fields["Signature"]


class Faults:
    """Hands requests on to a server on this machine, and does to some of them what `fault(number, method, path)` says: "500", "cut" before it is handed on, "late cut" after it."""

    def __init__(self, target, secret):
        self.calls, self.fault, lock = [], lambda *_: None, threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                import http.client
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                with lock:
                    outer.calls.append((self.command, self.path))
                    fault = outer.fault(len(outer.calls), self.command, self.path)
                wanted, given = signature(secret, self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                if wanted != given: fault = "403"
                if fault == "cut":
                    self.close_connection = True
                    return self.connection.shutdown(socket.SHUT_RDWR)
                if fault in ("500", "503", "403"):
                    self.send_response(int(fault)); self.send_header("content-length", "0"); self.end_headers()
                    return
                back = http.client.HTTPConnection("127.0.0.1", target, timeout=60)
                back.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items(): back.putheader(name, value)
                back.endheaders(body)
                answer = back.getresponse()
                content = answer.read()
                if fault == "late cut":
                    self.close_connection = True
                    return self.connection.shutdown(socket.SHUT_RDWR)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in ("connection", "transfer-encoding", "date", "server", "content-length"): self.send_header(name, value)
                self.send_header("content-length", answer.headers.get("content-length", "0") if self.command == "HEAD" else str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                back.close()

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = handle_any
            def log_message(self, *_): pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self): self.server.shutdown(); self.server.server_close()


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("moto"))
    yield store
    store.stop()


numbers = iter(range(1_000))


class Place:
    """A ledger of one test's own, by other hands, and where in the store it is copied to."""

    def __init__(self, folder, store):
        self.folder, self.store, self.prefix = folder, store, f"test{next(numbers)}"
        self.ledger = folder / "ledger"
        store.relay.calls, store.relay.fault = [], lambda *_: None
        (folder / "store.yaml").write_text(f"""tls: {{ certificates: [{{ chain: chain.pem, key: key.pem }}] }}
providers: {{ demo: {{ kind: demo }} }}
ledger:
  sync: {{ endpoint: "http://127.0.0.1:{store.relay.port}", plaintext: true, bucket: audit, prefix: {self.prefix}, region: eu-central-1, access_key: {{ env: STORE_ACCESS }}, secret_key: {{ env: STORE_SECRET }} }}
""")
        root = pathlib.Path(__file__).resolve().parents[2]
        if not (folder / "policies").exists(): shutil.copytree(root / "policies", folder / "policies")
        (folder / "policies/models.yaml").write_text("aliases:\n  demo: { strategy: ordered, candidates: [{ provider: demo, model: demo }] }\n")

    def run(self, *arguments, check=True, **environment):
        result = subprocess.run([PROGRAM, "audit", *arguments, "--config", str(self.folder / "store.yaml")], capture_output=True, text=True, timeout=300, env={**os.environ, "STORE_ACCESS": self.store.access, "STORE_SECRET": self.store.secret, **environment})
        if check: assert result.returncode == 0, result.stdout + result.stderr
        return result

    def sync(self, **k): return self.run("sync", "--ledger", str(self.ledger), "--json", **k)

    def copy(self, log=1): return check_copy(lambda name: self.store.read(f"{self.prefix}/log-{log:06}/{name}"))


@pytest.fixture
def place(tmp_path, moto): return Place(tmp_path, moto)


def test_a_copy_is_whole_by_the_specification_and_moves_on(place):
    log = Log("test.example/1").add(700).write(place.ledger / "log-000001")
    first = json.loads(place.sync().stdout)
    assert first["entries"] == 700 and first["logs"] == 1 and place.copy() == log.entries
    assert json.loads(place.sync().stdout)["files"] == 0, "nothing was missing"
    log.add(100).write(place.ledger / "log-000001")
    second = json.loads(place.sync().stdout)
    assert place.copy() == log.entries
    # The bundle, its hashes and the level above are partial; the whole tiles before them are not sent again.
    assert second["files"] == 5 + 1, second
    assert second["removed"] == 2
    left = [n for n in place.store.names(place.prefix) if ".p/" in n]
    assert left == [f"{place.prefix}/log-000001/tile/0/003.p/32", f"{place.prefix}/log-000001/tile/1/000.p/2", f"{place.prefix}/log-000001/tile/1/000.p/3", f"{place.prefix}/log-000001/tile/entries/003.p/32"]


def test_several_logs_are_copied_each_below_its_own_name(place):
    for number, count in ((1, 300), (2, 5)): Log(f"test.example/{number}").add(count).write(place.ledger / f"log-00000{number}")
    report = json.loads(place.sync().stdout)
    assert report["logs"] == 2 and report["entries"] == 305
    assert len(place.copy(1)) == 300 and len(place.copy(2)) == 5


@pytest.mark.parametrize("fault", ["500", "503", "cut", "late cut"])
def test_faults_of_the_store_on_every_third_call_change_nothing(place, fault):
    place.store.relay.fault = lambda number, method, path: fault if number % 3 == 0 else None
    log = Log("test.example/1").add(1500).write(place.ledger / "log-000001")
    assert json.loads(place.sync().stdout)["entries"] == 1500 and place.copy() == log.entries


def test_the_checkpoint_is_stored_last_and_an_interrupted_copy_goes_on_where_it_was(place):
    log = Log("test.example/1").add(20_000).write(place.ledger / "log-000001")
    stored = []
    def fault(number, method, path):
        if method == "PUT": stored.append(path)
        return "403" if len(stored) > 60 else None
    place.store.relay.fault = fault
    failed = place.sync(check=False)
    assert failed.returncode == 1 and "403" in failed.stderr and "credentials" in failed.stderr
    assert f"{place.prefix}/log-000001/checkpoint" not in place.store.names(place.prefix)
    before = len(place.store.names(place.prefix))
    assert before > 40
    place.store.relay.fault, place.store.relay.calls = lambda *_: None, []
    report = json.loads(place.sync().stdout)
    assert report["present"] >= 40 and place.copy() == log.entries
    puts = [path for method, path in place.store.relay.calls if method == "PUT"]
    assert puts[-1].endswith("/checkpoint") and not any(p.endswith("/checkpoint") for p in puts[:-1])
    assert len(puts) <= 160 - before + 8, "what was there is not sent again"


def test_a_ledger_that_was_rolled_back_does_not_move_the_copy_back(place):
    log = Log("test.example/1").add(600).write(place.ledger / "log-000001")
    place.sync()
    shutil.rmtree(place.ledger)
    Log("test.example/1", log.key, log.entries[:400]).write(place.ledger / "log-000001")
    refused = place.sync(check=False)
    assert refused.returncode == 1 and "rolled back" in refused.stderr and place.copy() == log.entries


def test_another_history_of_the_same_log_does_not_replace_the_copy(place):
    log = Log("test.example/1").add(300).write(place.ledger / "log-000001")
    place.sync()
    shutil.rmtree(place.ledger)
    Log("test.example/1", log.key).add(500, "other").write(place.ledger / "log-000001")
    refused = place.sync(check=False)
    assert refused.returncode == 1 and "are not the first 300" in refused.stderr and place.copy() == log.entries


def test_a_place_that_holds_another_log_is_left_alone(place):
    log = Log("test.example/1").add(3).write(place.ledger / "log-000001")
    place.sync()
    shutil.rmtree(place.ledger)
    Log("test.example/1").add(9).write(place.ledger / "log-000001")
    refused = place.sync(check=False)
    assert refused.returncode == 1 and "another key" in refused.stderr and place.copy() == log.entries


@pytest.mark.parametrize("file", ["tile/entries/001", "tile/0/001", "tile/0/002.p/188"])
def test_a_ledger_with_a_flipped_byte_is_not_published(place, file):
    Log("test.example/1").add(700).write(place.ledger / "log-000001")
    path = place.ledger / "log-000001" / file
    content = bytearray(path.read_bytes()); content[40] ^= 1; path.write_bytes(content)
    refused = place.sync(check=False)
    assert refused.returncode == 1 and "not published" in refused.stderr, refused.stderr
    assert not any(n.endswith("checkpoint") for n in place.store.names(place.prefix))


def test_wrong_credentials_are_told_apart_and_nothing_of_them_is_shown(place):
    Log("test.example/1").add(3).write(place.ledger / "log-000001")
    refused = place.sync(check=False, STORE_SECRET="wrong-secret-4711")
    assert refused.returncode == 1 and "403" in refused.stderr and "4711" not in refused.stderr
    missing = place.sync(check=False, STORE_SECRET="")
    assert missing.returncode == 1 and "store.yaml:4" in missing.stderr and "STORE_SECRET" in missing.stderr


def test_proxies_of_the_environment_are_not_used(place):
    Log("test.example/1").add(3).write(place.ledger / "log-000001")
    place.sync(http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9", all_proxy="http://127.0.0.1:9")
    assert len(place.copy()) == 3
