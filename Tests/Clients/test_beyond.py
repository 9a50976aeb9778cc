"""The ledger beyond one machine: copies in a store, read back from there and from plain web servers."""
import base64, contextlib, hashlib, hmac, http.server, json, os, pathlib, re, shutil, signal, socket, ssl, subprocess, sys, threading, time, urllib.request
import pytest
from conftest import PROGRAM, eventually, free_port
from tiles import Key, Log, check_copy, check_line, consistent


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
    assert report["present"] >= 40 and report["replaced"] == 0 and place.copy() == log.entries
    puts = [path for method, path in place.store.relay.calls if method == "PUT"]
    assert puts[-1].endswith("/checkpoint") and not any(p.endswith("/checkpoint") for p in puts[:-1])
    assert len(puts) <= 160 - before + 8, "what was there is not sent again"


def test_what_an_interrupted_copy_left_is_read_back_and_not_taken_by_its_size(place):
    log = Log("test.example/1").add(20_000).write(place.ledger / "log-000001")
    stored = []
    def fault(number, method, path):
        if method == "PUT": stored.append(path)
        return "403" if len(stored) > 60 else None
    place.store.relay.fault = fault
    assert place.sync(check=False).returncode == 1
    place.store.relay.fault = lambda *_: None
    names = [n for n in place.store.names(place.prefix) if "/tile/" in n and ".p/" not in n][:3]
    for name in names: content = bytearray(place.store.read(name)); content[len(content) // 2] ^= 1; place.store.put(name, bytes(content))
    report = json.loads(place.sync().stdout)
    assert report["replaced"] == 3 and report["present"] >= 30 and place.copy() == log.entries


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


# Streams


def authority(folder, name):
    """A certificate for localhost and its key, and the authority that signed it, all of `sallyport certs`' making."""
    target = folder / name
    subprocess.run([PROGRAM, "certs", "generate", "--directory", str(target)], check=True, capture_output=True)
    return target


def ledger_entries(gateway, log=1):
    """The gateway's log under its checkpoint, read and checked by other hands."""
    folder = gateway.folder / f"ledger/log-{log:06}"
    return check_copy(lambda name: (folder / name).read_bytes())


def say(gateway, count, text="hello"):
    for n in range(count): assert gateway.post({"model": "demo", "messages": [{"role": "user", "content": f"{text} {n}"}]}).status_code == 200


def metric(gateway, name, /, **labels):
    with urllib.request.urlopen(gateway.admin + "/metrics", timeout=10) as answer: lines = answer.read().decode().splitlines()
    for line in lines:
        head, _, value = line.rpartition(" ")
        if head.startswith(name + "{") and all(f'{k}="{v}"' in head for k, v in labels.items()): return float(value)
    return None


def in_order(received, expected):
    """Whether every entry came, each for the first time after those before it; entries may come again."""
    first = list(dict.fromkeys(received))
    return first == expected[:len(first)] and len(first) == len(expected)


def everything_arrives(gateway, received):
    """Ends the gateway; what it could not send before its end comes with the next start, everything in order."""
    gateway.stop()
    expected = ledger_entries(gateway)
    gateway.start()
    eventually(lambda: list(dict.fromkeys(received()))[:len(expected)] == expected)
    gateway.stop()


class SyslogReceiver:
    """A receiver of RFC 5425 that takes nothing that is not exactly so; it can be cut off at any byte."""
    pattern = re.compile(rb"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) \[sallyport@32473 log=\"((?:[^\"\\\]]|\\.)*)\" seq=\"(\d+)\"\] (.*)", re.S)

    def __init__(self, folder, port=0, client_ca=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "server-ecdsa.pem", folder / "server-ecdsa.key")
        if client_ca: self.context.load_verify_locations(client_ca); self.context.verify_mode = ssl.CERT_REQUIRED
        def listens():
            try: self.listener = socket.create_server(("127.0.0.1", port))
            except OSError: return False  # one before it on this port, or a client's end of a connection, is not gone yet
            return True
        eventually(listens)
        self.port, self.received, self.faults, self.connections, self.open = self.listener.getsockname()[1], [], [], 0, True
        self.cut_after = None
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while self.open:
            try: plain, _ = self.listener.accept()
            except OSError: return
            threading.Thread(target=self.take, args=(plain,), daemon=True).start()

    def take(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) as connection:
                self.connections += 1
                rest, total = b"", 0
                while piece := connection.recv(16384):
                    rest, total = rest + piece, total + len(piece)
                    if self.cut_after and total > self.cut_after:
                        self.cut_after = None
                        connection.close()
                        return
                    while match := re.match(rb"([1-9]\d*) ", rest):
                        length, start = int(match[1]), match.end()
                        if len(rest) < start + length: break
                        self.message(rest[start:start + length]); rest = rest[start + length:]
        except (OSError, ssl.SSLError) as error: self.faults.append(repr(error))

    def message(self, text):
        parts = self.pattern.fullmatch(text)
        assert parts, text[:300]
        assert int(parts[1]) // 8 == 13 and parts[4] == b"sallyport" and json.loads(parts[9])["kind"].encode() == parts[6]
        assert json.loads(parts[9])["seq"] == int(parts[8]) and parts[2].decode() == json.loads(parts[9])["time"]
        self.received.append(parts[9])

    def stop(self):
        self.open = False
        # Closing alone leaves it listening for as long as a thread waits in `accept`.
        with contextlib.suppress(OSError): self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def test_syslog_gets_every_entry_in_order_over_verified_tls(make_gateway, tmp_path):
    certificates = authority(tmp_path, "receiver")
    receiver = SyslogReceiver(certificates)
    gateway = make_gateway(ledger=f""", streams: {{ siem: {{ kind: syslog, address: "localhost:{receiver.port}", ca_file: "{certificates}/ca.pem", settling: 0ms, from_start: true }} }}""").start()
    say(gateway, 30, "grüße 漢字")
    gateway.stop()
    expected = ledger_entries(gateway)
    eventually(lambda: len(receiver.received) >= len(expected))
    assert receiver.received == expected and receiver.connections == 1
    gateway.start(); say(gateway, 3); gateway.stop()
    assert in_order(receiver.received, ledger_entries(gateway)), "it goes on from where it was"
    assert len(receiver.received) == len(ledger_entries(gateway)), "what settled is not sent again"


def test_a_receiver_that_is_cut_off_misses_nothing(make_gateway, tmp_path):
    certificates = authority(tmp_path, "receiver")
    receiver = SyslogReceiver(certificates)
    gateway = make_gateway(ledger=f""", streams: {{ siem: {{ kind: syslog, address: "localhost:{receiver.port}", ca_file: "{certificates}/ca.pem", settling: 8s, from_start: true }} }}""").start()
    for cut in (1, 3_000, 20_000):
        receiver.cut_after = cut
        say(gateway, 20)
        eventually(lambda: say(gateway, 1) or receiver.cut_after is None)
    everything_arrives(gateway, lambda: receiver.received)
    receiver.stop()


@pytest.mark.parametrize("wrong", ["authority", "name", "client"])
def test_a_receiver_that_is_not_who_it_should_be_gets_nothing(make_gateway, tmp_path, wrong):
    certificates, other = authority(tmp_path, "receiver"), authority(tmp_path, "other")
    receiver = SyslogReceiver(certificates, client_ca=certificates / "ca.pem" if wrong == "client" else None)
    host = "127.0.0.2" if wrong == "name" else "localhost"
    ca = (other if wrong == "authority" else certificates) / "ca.pem"
    gateway = make_gateway(ledger=f""", streams: {{ siem: {{ kind: syslog, address: "{host}:{receiver.port}", ca_file: "{ca}" }} }}""").start()
    say(gateway, 2)
    eventually(lambda: (metric(gateway, "sallyport_ledger_relay_failures_total", name="siem") or 0) >= 2)
    assert receiver.received == [] and metric(gateway, "sallyport_ledger_relay_up", name="siem") == 0
    assert gateway.post({"model": "demo", "messages": [{"role": "user", "content": "hello"}]}).status_code == 200
    receiver.stop()


class Daemon:
    """rsyslog or syslog-ng as it is in the distribution, as a receiver of syslog over TLS that writes each message's text to a file."""

    def __init__(self, kind, folder, certificates):
        self.kind, self.folder, self.port, self.file = kind, folder, free_port(), folder / "received"
        folder.mkdir()
        if kind == "rsyslogd":
            (folder / "conf").write_text(f"""
global(workDirectory="{folder}" maxMessageSize="128k" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{certificates}/ca.pem" defaultNetstreamDriverCertFile="{certificates}/server-ecdsa.pem" defaultNetstreamDriverKeyFile="{certificates}/server-ecdsa.key")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" port="{self.port}" address="127.0.0.1")
template(name="text" type="string" string="%msg%\n")
action(type="omfile" file="{self.file}" template="text")
""")
            self.command = [shutil.which(kind), "-n", "-f", str(folder / "conf"), "-i", str(folder / "pid")]
        else:
            (folder / "conf").write_text(f"""@version: 3.38
options {{ log-msg-size(131072); stats-freq(0); }};
source s {{ syslog(ip(127.0.0.1) port({self.port}) transport("tls") tls(key-file("{certificates}/server-ecdsa.key") cert-file("{certificates}/server-ecdsa.pem") peer-verify(optional-untrusted))); }};
destination d {{ file("{self.file}" template("$MSG\\n")); }};
log {{ source(s); destination(d); }};
""")
            self.command = [shutil.which(kind), "-F", "-f", str(folder / "conf"), "-R", str(folder / "persist"), "-c", str(folder / "control"), "-p", str(folder / "pid"), "--no-caps"]

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=open(self.folder / "log", "ab"), stderr=subprocess.STDOUT)
        def answers():
            with socket.socket() as s: return s.connect_ex(("127.0.0.1", self.port)) == 0
        eventually(answers)
        return self

    def stop(self): self.process.terminate(); self.process.wait(60)

    @property
    def received(self): return self.file.read_bytes().splitlines() if self.file.exists() else []


@pytest.mark.parametrize("kind", ["rsyslogd", "syslog-ng"])
def test_syslog_servers_as_they_are_get_every_entry_through_restarts(make_gateway, tmp_path, kind):
    if not shutil.which(kind): pytest.skip(f"{kind} is not installed")
    certificates = authority(tmp_path, "receiver")
    daemon = Daemon(kind, tmp_path / kind, certificates).start()
    gateway = make_gateway(ledger=f""", streams: {{ siem: {{ kind: syslog, address: "localhost:{daemon.port}", ca_file: "{certificates}/ca.pem", settling: 10s, from_start: true }} }}""").start()
    say(gateway, 20, "grüße 漢字 \\\"]")
    stop = threading.Event()
    def chatter():
        while not stop.is_set(): say(gateway, 1)
    talking = threading.Thread(target=chatter); talking.start()
    for _ in range(3):
        before = len(daemon.received)
        eventually(lambda: len(daemon.received) > before)
        daemon.stop(); daemon.start()
    stop.set(); talking.join()
    eventually(lambda: metric(gateway, "sallyport_ledger_relay_lag_entries", name="siem") == 0)
    everything_arrives(gateway, lambda: daemon.received)
    daemon.stop()


class Collector:
    """A receiver of OTLP/HTTP that reads JSON as strictly as the messages' own definition."""

    def __init__(self, port=0):
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        from google.protobuf import json_format
        self.records, self.headers, self.answers, self.posts = [], [], [], 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.headers.append(dict(self.headers)); outer.posts += 1
                answer = outer.answers.pop(0) if outer.answers else 200
                if callable(answer): answer = answer(body)
                if answer == "cut":
                    self.close_connection = True
                    return self.connection.shutdown(socket.SHUT_RDWR)
                status, headers = answer if isinstance(answer, tuple) else (answer, {})
                if status == 200:
                    assert self.path == "/v1/logs" and self.headers["content-type"] == "application/json"
                    plain = json.loads(body)
                    for resource in plain["resourceLogs"]:
                        for scope in resource["scopeLogs"]:
                            for record in scope["logRecords"]:
                                # OTLP's JSON has these in hexadecimal, protobuf's in base64.
                                for name in ("traceId", "spanId"):
                                    if name in record: record[name] = base64.b64encode(bytes.fromhex(record[name])).decode()
                    request = json_format.ParseDict(plain, ExportLogsServiceRequest())
                    outer.records += [r for l in request.resource_logs for s in l.scope_logs for r in s.log_records]
                content = b"{}" if status == 200 else b""
                self.send_response(status)
                for name, value in headers.items(): self.send_header(name, value)
                self.send_header("content-length", str(len(content))); self.end_headers(); self.wfile.write(content)

            def log_message(self, *_): pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def bodies(self): return [r.body.string_value.encode() for r in self.records]

    def stop(self): self.server.shutdown(); self.server.server_close()


def collecting(make_gateway, collector, more=""):
    return make_gateway(ledger=f""", streams: {{ otel: {{ kind: otlp, url: "http://127.0.0.1:{collector.port}/v1/logs", plaintext: true, from_start: true, token: {{ env: TEST_PROVIDER_KEY }}{more} }} }}""")


def test_a_collector_gets_every_entry_with_its_attributes_and_trace(make_gateway):
    collector = Collector()
    gateway = collecting(make_gateway, collector).start()
    say(gateway, 10)
    gateway.post({"model": "demo", "messages": [{"role": "user", "content": "hello"}]}, headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    gateway.stop()
    assert collector.bodies == ledger_entries(gateway)
    intents = [r for r in collector.records if r.event_name == "sallyport.ledger.intent"]
    attributes = {a.key: a.value for a in intents[-1].attributes}
    assert attributes["sallyport.principal.name"].string_value == "tester" and attributes["sallyport.destination.provider"].string_value == "demo"
    entry = json.loads(intents[-1].body.string_value)
    assert attributes["sallyport.ledger.index"].int_value == entry["seq"]
    if "traceparent" in entry: assert intents[-1].trace_id.hex() == entry["traceparent"].split("-")[1]
    assert all(h["authorization"] == "Bearer sk-test-provider" for h in collector.headers)
    collector.stop()


def test_a_collector_with_faults_and_restarts_misses_nothing_and_keeps_the_order(make_gateway):
    collector = Collector()
    collector.answers = [(503, {"retry-after": "1"}), "cut", 429, 500, 200, "cut", 413, 200, (503, {})]
    gateway = collecting(make_gateway, collector).start()
    say(gateway, 20)
    eventually(lambda: say(gateway, 1) or not collector.answers)
    collector.stop()
    say(gateway, 10)
    eventually(lambda: metric(gateway, "sallyport_ledger_relay_up", name="otel") == 0)
    again = Collector(collector.port)
    again.records = collector.records
    eventually(lambda: metric(gateway, "sallyport_ledger_relay_lag_entries", name="otel") == 0)
    gateway.stop()
    assert in_order(collector.bodies, ledger_entries(gateway))
    again.stop()


def test_a_collector_that_takes_little_at_a_time_gets_every_entry(make_gateway):
    collector, refused = Collector(), []
    def few(body):
        count = sum(len(s["logRecords"]) for r in json.loads(body)["resourceLogs"] for s in r["scopeLogs"])
        if count <= 3: return 200
        refused.append(count)
        return 413
    collector.answers = [(503, {"retry-after": "2"})] + [few] * 10_000
    gateway = collecting(make_gateway, collector).start()
    say(gateway, 20)
    eventually(lambda: refused and len(collector.records) >= 40)
    gateway.stop()
    assert in_order(collector.bodies, ledger_entries(gateway))
    collector.stop()


def test_the_wish_of_a_collector_to_be_left_alone_is_kept(make_gateway):
    collector, times = Collector(), []
    def later(body): times.append(time.monotonic()); return (503, {"retry-after": "4"})
    def now(body): times.append(time.monotonic()); return 200
    collector.answers = [later, now]
    gateway = collecting(make_gateway, collector).start()
    say(gateway, 1)
    eventually(lambda: len(times) >= 2)
    # A fifth less, since pauses are spread so that many gateways do not come back at once.
    assert times[1] - times[0] >= 3.2
    collector.stop()


def test_a_receiver_that_hangs_slows_no_request_and_a_kill_loses_nothing(make_gateway):
    hanging = socket.create_server(("127.0.0.1", 0))
    port = hanging.getsockname()[1]
    class There: pass
    there = There(); there.port = port
    gateway = collecting(make_gateway, there).start()
    say(gateway, 50)
    eventually(lambda: (metric(gateway, "sallyport_ledger_relay_lag_entries", name="otel") or 0) >= 0)
    gateway.stop(signal.SIGKILL)
    hanging.close()
    collector = Collector(port)
    gateway.start()
    eventually(lambda: metric(gateway, "sallyport_ledger_relay_lag_entries", name="otel") == 0)
    gateway.stop()
    assert in_order(collector.bodies, ledger_entries(gateway))
    collector.stop()


# Witnesses


class WitnessStandIn:
    """A witness (c2sp.org/tlog-witness) that checks by itself, with Python's own Ed25519 and Merkle lines."""

    def __init__(self, port=0, known=()):
        self.key, self.logs, self.heads, self.history, self.away = Key("witness.example/w1", 4), dict(known), {}, [], False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                status, kind, content = 503, None, b""
                body = self.rfile.read(int(self.headers["content-length"]))
                if not outer.away and self.path == "/w/add-checkpoint": status, kind, content = outer.judge(body)
                self.send_response(status)
                if kind: self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content))); self.end_headers(); self.wfile.write(content)

            def log_message(self, *_): pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def judge(self, body):
        head, _, note = body.partition(b"\n\n")
        lines = head.decode().split("\n")
        old, proof = int(lines[0].removeprefix("old ")), [base64.b64decode(l) for l in lines[1:]]
        text, _, signatures = note.partition(b"\n\n")
        text += b"\n"
        origin, size, digest = text.decode().splitlines()[:3]
        size, digest = int(size), base64.b64decode(digest)
        if origin not in self.logs: return 404, None, b""
        if not any(check_line(self.logs[origin], text, l) for l in signatures.decode().splitlines()): return 403, None, b""
        known, known_root = self.heads.get(origin, (0, None))
        if old > size: return 400, None, b""
        if old != known or (known == size and known_root not in (None, digest)): return 409, "text/x.tlog.size", f"{known}\n".encode()
        if known and not consistent(known, size, known_root, digest, proof): return 422, None, b""
        if not known and proof: return 422, None, b""
        self.heads[origin] = (size, digest)
        self.history.append((size, len(proof)))
        return 200, "text/plain", self.key.line(text, int(time.time()))

    def stop(self): self.server.shutdown(); self.server.server_close()


def witnessed(make_gateway, witness, quorum=1):
    return make_gateway(ledger=f""", name: test.example/witnessed, witnesses: {{ quorum: {quorum}, list: [ {{ url: "http://127.0.0.1:{witness.port}/w", plaintext: true, vkey: "{witness.key.verifier}" }} ] }}""")


def cosigned(gateway, witness):
    """The size of the checkpoint that is published, if the witness's signature is with it."""
    text, _, signatures = (gateway.folder / "ledger/log-000001/checkpoint").read_text().partition("\n\n")
    return int(text.split("\n")[1]) if any(check_line(witness.key.verifier, (text + "\n").encode(), l) for l in signatures.splitlines()) else None


def introduce(gateway, witness):
    eventually((gateway.folder / "ledger/log-000001/vkey").exists)
    witness.logs["test.example/witnessed/1"] = (gateway.folder / "ledger/log-000001/vkey").read_text().strip()


def test_a_witness_cosigns_what_grows_and_its_signature_is_published(make_gateway):
    witness = WitnessStandIn()
    gateway = witnessed(make_gateway, witness).start()
    introduce(gateway, witness)
    for _ in range(3):
        before = len(witness.history)
        say(gateway, 5)
        eventually(lambda: len(witness.history) > before and cosigned(gateway, witness))
    assert [size for size, _ in witness.history] == sorted(size for size, _ in witness.history)
    assert any(hashes for _, hashes in witness.history), "growth is proven"
    assert metric(gateway, "sallyport_ledger_relay_up", kind="witness") == 1
    gateway.stop()
    # One that forgets nothing, and a gateway that starts anew and does not know what was cosigned.
    gateway.start(); say(gateway, 2)
    eventually(lambda: cosigned(gateway, witness) == witness.heads["test.example/witnessed/1"][0])
    gateway.stop(); witness.stop()


def test_verify_demands_the_cosignatures_of_the_witnesses_that_it_is_given(make_gateway, tmp_path):
    witness, other = WitnessStandIn(), Key("witness.example/other", 4)
    gateway = witnessed(make_gateway, witness).start()
    introduce(gateway, witness); say(gateway, 2)
    eventually(lambda: cosigned(gateway, witness))
    # Nothing more comes, so that the checkpoint stays as it is.
    shutil.copytree(gateway.folder / "ledger", tmp_path / "copy")
    gateway.stop(); witness.stop()
    folder = str(tmp_path / "copy")
    (tmp_path / "keys").write_text(f"{witness.key.verifier}\n")
    good = verify("--ledger", folder, "--witness", str(tmp_path / "keys"), "--json")
    assert good.returncode == 0 and json.loads(good.stdout)["logs"][-1]["cosigned_by"] == ["witness.example/w1"], good.stdout + good.stderr
    assert "cosigned by witness.example/w1 at 20" in verify("--ledger", folder, "--witness", witness.key.verifier).stdout
    missing = verify("--ledger", folder, "--witness", witness.key.verifier, "--witness", other.verifier)
    assert missing.returncode == 1 and "`witness.example/other` has not cosigned it" in missing.stderr and "w1` has" not in missing.stderr
    # One whose signature is there, and wrong.
    path = tmp_path / "copy/log-000001/checkpoint"
    text, _, signatures = path.read_text().partition("\n\n")
    def change(line):
        name, _, content = line.removeprefix("— ").partition(" ")
        content = bytearray(base64.b64decode(content)); content[-1] ^= 1
        return f"— {name} {base64.b64encode(content).decode()}"
    path.write_text(text + "\n\n" + "".join((change(l) if "witness.example" in l else l) + "\n" for l in signatures.splitlines()))
    wrong = verify("--ledger", folder, "--witness", witness.key.verifier)
    assert wrong.returncode == 1 and "the signature of `witness.example/w1` is wrong" in wrong.stderr
    assert verify("--ledger", folder).returncode == 0
    refused = verify("--ledger", folder, "--witness", (gateway.folder / "ledger/log-000001/vkey").read_text().strip())
    assert refused.returncode == 64 and "no witness's key" in refused.stderr


def test_a_witness_that_is_away_stops_nothing_and_shows(make_gateway):
    witness = WitnessStandIn()
    witness.away = True
    gateway = witnessed(make_gateway, witness).start()
    say(gateway, 3)
    eventually(lambda: metric(gateway, "sallyport_ledger_relay_up", kind="witness") == 0)
    with urllib.request.urlopen(gateway.admin + "/readyz") as answer: assert answer.status == 200 and "0 of 1 witnesses" in answer.read().decode()
    introduce(gateway, witness); witness.away = False
    say(gateway, 3)
    eventually(lambda: cosigned(gateway, witness))
    with urllib.request.urlopen(gateway.admin + "/readyz") as answer: assert answer.read() == b"ready\n"
    gateway.stop(); witness.stop()


def test_a_ledger_that_was_rolled_back_is_not_cosigned_and_says_so(make_gateway):
    witness = WitnessStandIn()
    gateway = witnessed(make_gateway, witness).start()
    introduce(gateway, witness)
    say(gateway, 5)
    eventually(lambda: cosigned(gateway, witness))
    gateway.stop()
    saved = gateway.folder / "saved"
    shutil.copytree(gateway.folder / "ledger", saved)
    gateway.start(); say(gateway, 60)
    eventually(lambda: witness.heads["test.example/witnessed/1"][0] >= 100)
    gateway.stop()
    # An attacker puts everything back, also what the gateway remembers.
    shutil.rmtree(gateway.folder / "ledger"); shutil.copytree(saved, gateway.folder / "ledger")
    for name in ("ledger.seen", "var/ledger.seen"): (gateway.folder / name).unlink(missing_ok=True)
    gateway.start(); say(gateway, 1)
    eventually(lambda: "rolled back" in gateway.logged())
    with urllib.request.urlopen(gateway.admin + "/readyz") as answer: assert "rolled back" in answer.read().decode()
    assert cosigned(gateway, witness) is None
    gateway.stop(); witness.stop()


# Reading a copy back


class Files(http.server.ThreadingHTTPServer):
    """Python's own web server over a folder, as anybody would start it; it counts how many requests run at once."""
    daemon_threads = True

    def __init__(self, folder, delay=0):
        server, lock, self.now, self.most, self.paths = self, threading.Lock(), 0, 0, []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *a): super().__init__(*a, directory=str(folder))
            def log_message(self, *_): pass

            def do_GET(self):
                with lock:
                    server.now += 1; server.most = max(server.most, server.now); server.paths.append(self.path)
                time.sleep(delay)
                super().do_GET()
                with lock: server.now -= 1

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self): self.shutdown(); self.server_close()


def verify(*arguments): return subprocess.run([PROGRAM, "audit", "verify", *arguments], capture_output=True, text=True, timeout=300)


def two_logs(folder):
    """A ledger of two logs, of which the second goes on from the first."""
    first = Log("test.example/1").add(1300).write(folder / "log-000001")
    after = {"origin": first.origin, "root": base64.b64encode(first.root()).decode(), "size": 1300}
    second = Log("test.example/2", entries=[json.dumps({"after": after, "kind": "continued", "seq": 0, "time": "2026-11-23T10:00:00.000Z", "v": 3}, sort_keys=True, separators=(",", ":")).encode()])
    second.add(400).write(folder / "log-000002")
    return first, second


def test_a_copy_on_a_plain_web_server_is_verified_tiles_at_the_same_time(tmp_path):
    two_logs(tmp_path / "copy")
    server = Files(tmp_path, delay=0.02)
    good = verify("--url", f"{server.url}/copy/", "--plaintext", "--json")
    assert good.returncode == 0, good.stdout + good.stderr
    assert '"entries":1300' in good.stdout and '"entries":401' in good.stdout
    assert server.most > 1, "tiles come at the same time"
    bundles = [p for p in server.paths if "log-000001/tile/entries/" in p]
    assert len(bundles) == len(set(bundles)) == 6, "no bundle is fetched twice"
    one = verify("--url", f"{server.url}/copy/log-000002", "--plaintext")
    assert one.returncode == 0 and "401 entries" in one.stdout, one.stdout + one.stderr
    server.stop()


@pytest.mark.parametrize("file", ["log-000001/tile/entries/002", "log-000001/tile/0/004", "log-000001/tile/1/000.p/5", "log-000002/tile/entries/001.p/145", "log-000002/checkpoint", "log-000001/vkey", "log-000002/vkey"])
@pytest.mark.parametrize("how", ["flipped", "missing", "short"])
def test_damage_of_a_copy_is_named_by_its_address(tmp_path, file, how):
    two_logs(tmp_path / "copy")
    path = tmp_path / "copy" / file
    content = bytearray(path.read_bytes())
    if how == "flipped": content[len(content) // 2] ^= 1
    if how == "short": del content[-1:]
    path.unlink() if how == "missing" else path.write_bytes(content)
    server = Files(tmp_path)
    found = verify("--url", f"{server.url}/copy", "--plaintext")
    assert found.returncode == 1 and server.url in found.stderr, found.stdout + found.stderr
    server.stop()


def test_a_copy_that_was_cut_back_is_found_by_an_earlier_checkpoint(tmp_path):
    log = Log("test.example/1").add(500).write(tmp_path / "copy/log-000001")
    (tmp_path / "kept").write_bytes(log.checkpoint())
    shutil.rmtree(tmp_path / "copy")
    Log("test.example/1", log.key, log.entries[:300]).write(tmp_path / "copy/log-000001")
    server = Files(tmp_path)
    assert verify("--url", f"{server.url}/copy", "--plaintext").returncode == 0
    found = verify("--url", f"{server.url}/copy", "--plaintext", "--from-checkpoint", str(tmp_path / "kept"))
    assert found.returncode == 1 and "rolled back" in found.stderr, found.stderr
    server.stop()


def test_a_log_that_is_missing_between_two_of_a_copy_is_found(tmp_path):
    two_logs(tmp_path / "copy")
    after = {"origin": "test.example/2", "root": "x", "size": 401}
    Log("test.example/3", entries=[json.dumps({"after": after, "kind": "continued", "seq": 0, "time": "2026-11-23T10:00:00.000Z", "v": 3}, sort_keys=True, separators=(",", ":")).encode()]).write(tmp_path / "copy/log-000003")
    for folder in ("log-000002", "log-000001"):
        shutil.rmtree(tmp_path / "copy" / folder)
        server = Files(tmp_path / "copy")
        found = verify("--url", server.url, "--plaintext")
        assert found.returncode == 1 and "log-000002: the log is missing, and log-000003 goes on from it" in found.stderr, found.stderr
        server.stop()


def test_several_ledgers_from_folders_and_servers_are_verified_together(tmp_path):
    for name, count in (("a", 3), ("b", 300)): Log(f"test.example/{name}/1").add(count).write(tmp_path / name / "log-000001")
    server = Files(tmp_path)
    both = verify("--ledger", str(tmp_path / "a"), "--ledger", str(tmp_path / "b"), "--json")
    assert both.returncode == 0 and '"entries":3,' in both.stdout and '"entries":300' in both.stdout, both.stdout + both.stderr
    mixed = verify("--ledger", str(tmp_path / "a"), "--url", f"{server.url}/b", "--plaintext")
    assert mixed.returncode == 0 and "303 entries in 2 logs" in mixed.stdout, mixed.stdout + mixed.stderr
    (tmp_path / "b/log-000001/tile/entries/000").unlink()
    broken = verify("--ledger", str(tmp_path / "a"), "--ledger", str(tmp_path / "b"))
    assert broken.returncode == 1 and "b/log-000001/tile/entries/000" in broken.stderr
    server.stop()


def test_questions_are_answered_from_a_copy_as_from_the_ledger_itself(make_gateway, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    gateway = make_gateway().start(); say(gateway, 5); gateway.stop()
    server = Files(gateway.folder / "ledger")
    for question in (["query", "--json"], ["report", "--json"]):
        here, there = gateway.run("audit", *question).stdout, gateway.run("audit", *question, "--url", server.url, "--plaintext").stdout
        assert here == re.sub(r'"ledger":"http[^"]*"', f'"ledger":"{gateway.folder}/ledger"', there) and here.count("\n") >= 1
    assert len(gateway.run("audit", "query", "--json", "--url", server.url, "--plaintext", "--ledger", str(gateway.folder / "ledger")).stdout.splitlines()) == 10
    assert list((tmp_path / "cache/sallyport").glob("*.sqlite"))
    server.stop()


def test_a_folder_with_a_write_ahead_log_alone_is_said_to_be_that(make_gateway, tmp_path):
    (tmp_path / "empty/wal").mkdir(parents=True)
    empty = verify("--ledger", str(tmp_path / "empty"))
    assert empty.returncode == 0 and "nothing is recorded yet" in empty.stdout and "as they were written" not in empty.stdout
    gateway = make_gateway().start(); say(gateway, 2); gateway.stop(signal.SIGKILL)
    shutil.rmtree(gateway.folder / "ledger/log-000001")
    lost = verify("--ledger", str(gateway.folder / "ledger"))
    assert lost.returncode == 1 and "log-000001" in lost.stderr and "the log is not there, though the write-ahead log holds" in lost.stderr


@pytest.mark.parametrize("url, why", [("http://127.0.0.1:1/x", "not encrypted"), ("https://user@example.com/", "user information"), ("ftp://example.com/", "expected `https://`"), ("s3://", "expected s3://")])
def test_an_address_that_cannot_be_is_refused_with_a_reason(place, url, why):
    refused = place.run("verify", "--url", url, check=False)
    assert refused.returncode != 0 and why in refused.stderr, refused.stderr


def test_a_server_that_is_not_there_or_says_no_is_told_from_damage(tmp_path):
    Log("test.example/1").add(3).write(tmp_path / "copy/log-000001")
    server = Files(tmp_path)
    nothing = verify("--url", f"{server.url}/other", "--plaintext")
    assert nothing.returncode == 1 and "no ledger" in nothing.stderr
    server.stop()


def test_a_copy_behind_nginx_and_tls_is_verified_and_another_certificate_refused(tmp_path):
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not os.path.exists(nginx): pytest.skip("nginx is not installed")
    certificates, other, port = authority(tmp_path, "web"), authority(tmp_path, "other"), free_port()
    two_logs(tmp_path / "copy")
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent): folder.chmod(0o755)
    (tmp_path / "nginx.conf").write_text(f"""daemon off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log; worker_processes 1; user root;
events {{ }}
http {{ access_log off; client_body_temp_path {tmp_path}/t1; proxy_temp_path {tmp_path}/t2; fastcgi_temp_path {tmp_path}/t3; uwsgi_temp_path {tmp_path}/t4; scgi_temp_path {tmp_path}/t5;
  server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificates}/server-ecdsa.pem; ssl_certificate_key {certificates}/server-ecdsa.key; root {tmp_path}; }} }}
""")
    process = subprocess.Popen([nginx, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")])
    try:
        def answers():
            with socket.socket() as s: return s.connect_ex(("127.0.0.1", port)) == 0
        eventually(answers)
        good = verify("--url", f"https://localhost:{port}/copy", "--ca-file", f"{certificates}/ca.pem")
        assert good.returncode == 0 and "1701 entries in 2 logs" in good.stdout, good.stdout + good.stderr
        refused = verify("--url", f"https://localhost:{port}/copy", "--ca-file", f"{other}/ca.pem")
        assert refused.returncode == 1 and "certificate" in refused.stderr, refused.stderr
    finally: process.terminate(); process.wait()


def test_a_copy_in_a_store_is_verified_with_signed_requests(place):
    first, second = two_logs(place.ledger)
    place.sync()
    good = place.run("verify", "--url", f"s3://audit/{place.prefix}", "--json")
    assert '"entries":1300' in good.stdout and '"entries":401' in good.stdout
    name = f"{place.prefix}/log-000001/tile/entries/003"
    content = bytearray(place.store.read(name)); content[99] ^= 1; place.store.put(name, bytes(content))
    found = place.run("verify", "--url", f"s3://audit/{place.prefix}", check=False)
    assert found.returncode == 1 and "tile/entries/003" in found.stderr, found.stderr


def test_a_gateways_own_ledger_is_copied_while_it_serves_and_verified_from_there(make_gateway, place, monkeypatch):
    monkeypatch.setenv("STORE_ACCESS", place.store.access); monkeypatch.setenv("STORE_SECRET", place.store.secret)
    gateway = make_gateway(ledger=f""", sync: {{ every: 1s, endpoint: "http://127.0.0.1:{place.store.relay.port}", plaintext: true, bucket: audit, prefix: {place.prefix}, region: eu-central-1, access_key: {{ env: STORE_ACCESS }}, secret_key: {{ env: STORE_SECRET }} }}""").start()
    place.store.relay.fault = lambda number, method, path: "500" if number % 4 == 0 else None
    say(gateway, 40)
    eventually(lambda: metric(gateway, "sallyport_ledger_relay_delivered", kind="copy"))
    say(gateway, 100)
    gateway.stop()
    assert place.copy() == ledger_entries(gateway)
    good = gateway.run("audit", "verify", "--url", f"s3://audit/{place.prefix}")
    assert "are as they were written" in good.stdout
