"""Starts real gateways for the client tests: the executable that `SALLYPORT` names, in a folder of its own."""
import json, os, pathlib, re, shutil, signal, socket, ssl, subprocess, sys, time, urllib.request
import pytest
sys.path.insert(0, os.path.dirname(__file__))
from mock_provider import Provider

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SALLYPORT") or str(ROOT / ".build/debug/sallyport")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def eventually(condition, seconds=120, otherwise=None):
    """Waits until a condition holds, on machines of any speed; its last value. `otherwise` tells how things stand if it does not."""
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end: time.sleep(0.02)
    assert value, f"it did not come about{': ' + str(otherwise()) if otherwise else ''}"
    return value


class Gateway:
    """A gateway with its own configuration, certificates, keys and ledger."""

    def __init__(self, folder, upstream="http://127.0.0.1:9/v1", second="http://127.0.0.1:9/v1", settings="", limits="", models="", tls="", ledger="", providers="", cards_leave=True):
        self.folder, self.port, self.admin_port = pathlib.Path(folder), free_port(), free_port()
        (self.folder / "policies").mkdir(parents=True, exist_ok=True)
        for name in ("access.cedar", "access.cedarschema", "privacy.yaml"): shutil.copy(ROOT / "policies" / name, self.folder / "policies" / name)
        # Most tests are about what becomes of data on its way out, so cards go out in them; with the policies as shipped they don't.
        if cards_leave:
            policy = self.folder / "policies/access.cedar"
            policy.write_text(re.sub(r'@id\("cards-stay-inside"\).*?;\n\n', "", policy.read_text(), flags=re.S))
        (self.folder / "policies/principals.yaml").write_text("default_tenant: default\nteams: { tests: {}, suspended: {}, administrators: {} }\n")
        (self.folder / "policies/limits.yaml").write_text(limits + "\n")
        (self.folder / "policies/models.yaml").write_text(f"""aliases:
  demo: {{ strategy: ordered, candidates: [{{ provider: demo, model: demo }}] }}
  up/*: {{ strategy: ordered, candidates: [{{ provider: upstream, model: "*" }}] }}
  claude/*: {{ strategy: ordered, candidates: [{{ provider: claude, model: "*" }}] }}
  gem/*: {{ strategy: ordered, candidates: [{{ provider: gem, model: "*" }}] }}
{models}""")
        (self.folder / "sallyport.yaml").write_text(f"""listen: {{ address: 127.0.0.1, port: {self.port} }}
admin: {{ address: 127.0.0.1, port: {self.admin_port} }}
tls:
  certificates: [{{ chain: certs/server-ecdsa.pem, key: certs/server-ecdsa.key }}, {{ chain: certs/server-rsa.pem, key: certs/server-rsa.key }}]
{tls}
ledger: {{ directory: ledger{ledger} }}
keys: {{ file: keys.jsonl, master: master.key }}
{settings}
providers:
  demo: {{ kind: demo }}
  upstream: {{ kind: openai, base_url: "{upstream}", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: \"1.1\" }}
  claude: {{ kind: anthropic, base_url: "{upstream}", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: \"1.1\" }}
  gem: {{ kind: gemini, base_url: "{upstream.removesuffix("/v1")}/v1beta", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: \"1.1\" }}
  second: {{ kind: openai, base_url: "{second}", api_key: {{ env: TEST_PROVIDER_KEY }}, trust: external, plaintext: true, http_version: \"1.1\" }}
{providers}""")
        self.url, self.admin, self.ca = f"https://localhost:{self.port}", f"http://127.0.0.1:{self.admin_port}", str(self.folder / "certs/ca.pem")
        self.run("certs", "generate", "--directory", str(self.folder / "certs"), config=False)
        self.key = self.make_key("--principal", "tester", "--team", "tests")
        self.process = None

    def run(self, *arguments, config=True, check=True):
        extra = ["--config", str(self.folder / "sallyport.yaml")] if config else []
        p = subprocess.run([PROGRAM, *arguments, *extra], capture_output=True, text=True, timeout=120, env={**os.environ, "TEST_PROVIDER_KEY": "sk-test-provider"})
        if check and p.returncode: raise AssertionError(f"{arguments}: {p.returncode}\n{p.stdout}\n{p.stderr}")
        return p

    def make_key(self, *arguments):
        key = self.run("keys", "create", "--only-key", *arguments).stdout.strip()
        if getattr(self, "process", None): eventually(lambda: self.listed(key) != 401)   # a gateway that serves looks once a second
        return key

    def listed(self, key):
        """The status with which a key may list the models."""
        import httpx2
        with httpx2.Client(verify=self.context(), timeout=60, trust_env=False) as c:
            return c.get(self.url + "/v1/models", headers={"authorization": "Bearer " + key}).status_code

    def start(self, wait=True):
        self.log = open(self.folder / "serve.log", "ab")
        self.process = subprocess.Popen([PROGRAM, "serve", "--config", str(self.folder / "sallyport.yaml")], stdout=self.log, stderr=self.log, env={**os.environ, "TEST_PROVIDER_KEY": "sk-test-provider"})
        if wait: self.wait_ready()
        return self

    def wait_ready(self, seconds=120):
        end = time.time() + seconds
        while time.time() < end:
            try:
                with urllib.request.urlopen(self.admin + "/readyz", timeout=2) as r:
                    if r.status == 200: return
            except OSError: pass
            if self.process.poll() is not None: raise AssertionError("the gateway ended: " + self.logged())
            time.sleep(0.02)
        raise AssertionError("the gateway is not ready: " + self.logged())

    def reload(self):
        """Asks for a reload, and waits until the log says how it went."""
        before = self.logged().count("reload"); self.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.logged().count("reload") > before)

    def logged(self): return (self.folder / "serve.log").read_text(errors="replace")

    def stop(self, sig=signal.SIGTERM, seconds=120):
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig); self.process.wait(seconds)
        return self.process.returncode if self.process else None

    def context(self): return ssl.create_default_context(cafile=self.ca)

    def post(self, body, path="/v1/chat/completions", key=None, headers=()):
        import httpx2
        with httpx2.Client(verify=self.context(), timeout=60, trust_env=False) as c:
            return c.post(self.url + path, json=body, headers={"authorization": "Bearer " + (key or self.key), **dict(headers)})

    def openai(self, **k):
        import openai
        return openai.OpenAI(base_url=self.url + "/v1", api_key=k.pop("key", self.key), max_retries=k.pop("retries", 0), timeout=60, http_client=openai.DefaultHttpxClient(verify=self.context(), **k))

    def anthropic(self, **k):
        import anthropic
        return anthropic.Anthropic(base_url=self.url, api_key=k.pop("key", self.key), max_retries=0, timeout=60, http_client=anthropic.DefaultHttpxClient(verify=self.context(), **k))

    def bedrock(self, key=None, signs=False):
        """boto3 with a key of the gateway, as a Bedrock API key is given to it; `signs` with an access key of AWS instead. boto3 looks into
        the environment with its first request."""
        import boto3
        from botocore.config import Config
        for name in ("AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"): os.environ.pop(name, None)
        os.environ.update({"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret"} if signs else {"AWS_BEARER_TOKEN_BEDROCK": key or self.key})
        return boto3.Session().client("bedrock-runtime", region_name="eu-central-1", endpoint_url=self.url, verify=self.ca, config=Config(retries={"total_max_attempts": 1}, read_timeout=60, proxies={}))

    def gemini(self, **k):
        from google import genai
        options = genai.types.HttpOptions(base_url=self.url, api_version=k.pop("version", None), timeout=60_000, client_args={"verify": self.context(), "trust_env": False})
        return genai.Client(api_key=k.pop("key", self.key), http_options=options)

    def entries(self):
        if not (self.folder / "ledger").exists(): return []
        return [json.loads(l) for l in self.run("audit", "tail", "--count", "10000000", "--json").stdout.splitlines()]

    def verify(self): return self.run("audit", "verify")


@pytest.fixture
def provider():
    p = Provider()
    yield p
    p.stop()


@pytest.fixture(scope="module")
def upstream():
    """A provider for all tests of a file."""
    p = Provider()
    yield p
    p.stop()


@pytest.fixture(scope="module")
def contracts():
    """What is wrong with a request that a provider received, by its own contract."""
    from contracts import Contracts
    c = Contracts()
    yield c
    c.stop()


@pytest.fixture
def make_gateway(tmp_path):
    made = []
    def make(**k):
        g = Gateway(tmp_path / f"gateway{len(made)}", **k)
        made.append(g)
        return g
    yield make
    for g in made:
        if g.process and g.process.poll() is None: g.process.kill(); g.process.wait()


@pytest.fixture
def gateway(make_gateway, provider):
    return make_gateway(upstream=provider.url).start()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    g = Gateway(tmp_path_factory.mktemp("demo")).start()
    yield g
    g.stop()
