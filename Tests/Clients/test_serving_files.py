"""The files to serve by name what there is: flags, paths, settings and ports; and the gateway works under what they forbid it."""
import ctypes, os, pathlib, re, secrets, shutil, subprocess, tempfile
import kubernetes_validate, pytest, yaml
from conftest import PROGRAM, ROOT, Gateway
from test_limits import redis  # noqa: F401  a server of its own for each test

SERVICE, CONTAINER, KUBERNETES, CI = (ROOT / p for p in ("deploy/sallyport.service", "deploy/Containerfile", "deploy/kubernetes.yaml", "examples/ci.yml"))


def commands(text):
    """Every call of the program in a text: its verbs and the options after them."""
    text = re.sub(r"\\\n\s*", " ", text)
    for line in text.splitlines():
        if line.strip().startswith("#"): continue
        for call in re.findall(r"(?<![\w./:-])(?:/usr/local/bin/)?sallyport ((?:serve|check|keys|certs|evaluate|dataset|policy|privacy)\b[^|&>\n;]*)", line): yield call.split()


@pytest.mark.parametrize("file", [SERVICE, CONTAINER, KUBERNETES, CI], ids=lambda f: f.name)
def test_every_flag_that_a_file_gives_exists(file):
    text = file.read_text()
    calls = list(commands(text))
    if file in (CONTAINER, KUBERNETES): calls.append(re.search(r'(?:CMD|args:) (\["serve".*?\])', text).group(1).strip("[]").replace('"', "").split(", "))
    assert calls
    for call in calls:
        verbs = []
        for word in call:
            if word.startswith("-") or not re.fullmatch(r"[a-z-]+", word) or len(verbs) == 2: break
            verbs.append(word)
        help = ""
        while verbs and not help:
            p = subprocess.run([PROGRAM, *verbs, "--help"], capture_output=True, text=True)
            if p.returncode == 0 and "USAGE" in p.stdout: help = p.stdout
            else: verbs.pop()
        assert help, call
        # A verb that stands for its first one.
        if usual := re.search(r"^  (\S+) \(default\)", help, re.M): help += subprocess.run([PROGRAM, *verbs, usual.group(1), "--help"], capture_output=True, text=True).stdout
        for flag in re.findall(r"(?<!\S)(--[a-z-]+)", " ".join(call)): assert flag in help, (file.name, call, flag)


@pytest.mark.parametrize("file", [KUBERNETES, CI], ids=lambda f: f.name)
def test_the_yaml_parses(file): assert all(yaml.safe_load_all(file.read_text()))


def test_the_example_asks_for_files_that_there_are():
    for path in re.findall(r"\b(scripts/\w+|evaluations/\w+\.yaml)\b", CI.read_text()): assert (ROOT / path).exists(), path


def test_the_container_copies_what_there_is_and_installs_what_the_build_needs():
    text = CONTAINER.read_text()
    # In a fresh clone, and the build needs them all; what may be there or not is written as a pattern.
    there = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M):
        for source in sources.split(): assert "[" in source or any(f == source or f.startswith(source + "/") for f in there), source
    needed = set(re.search(r"packages=\((.*?)\)", (ROOT / "scripts/install").read_text()).group(1).split())
    assert {p for p in needed if p.endswith("-dev")} <= set(text.split())
    assert "USER 10001" in text and text.index("USER") < text.index("ENTRYPOINT")


def test_the_manifest_holds_together(tmp_path):
    documents = list(yaml.safe_load_all(KUBERNETES.read_text()))
    by = {(d["kind"], d["metadata"]["name"]): d for d in documents}
    assert len(by) == len(documents) and all(d["metadata"]["namespace"] == "sallyport" for d in documents)
    pods = {n: d["spec"]["template"] for (k, n), d in by.items() if k == "StatefulSet"}
    for name, pod in pods.items():
        assert by[("StatefulSet", name)]["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        assert pod["spec"]["securityContext"]["runAsNonRoot"] and not pod["spec"]["automountServiceAccountToken"]
        volumes = {v["name"] for v in pod["spec"].get("volumes", [])} | {c["metadata"]["name"] for c in by[("StatefulSet", name)]["spec"]["volumeClaimTemplates"]}
        for c in pod["spec"]["containers"]:
            assert c["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
            assert {"readinessProbe", "livenessProbe", "resources"} <= c.keys() and {m["name"] for m in c["volumeMounts"]} == volumes
        assert by[("Service", by[("StatefulSet", name)]["spec"]["serviceName"])]["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
        assert ("NetworkPolicy", name) in by
    for d in documents:
        for p in (d["spec"].get("ports", []) if d["kind"] == "Service" else []):
            pod = next(t for t in pods.values() if d["spec"]["selector"].items() <= t["metadata"]["labels"].items())
            assert p["targetPort"] in [q["name"] for c in pod["spec"]["containers"] for q in c["ports"]]
    files = {i["path"] for s in pods["sallyport"]["spec"]["volumes"][0]["projected"]["sources"] for i in s.get("configMap", s.get("secret", {})).get("items", [])}
    for path in files - {"tls/server.pem", "tls/server.key", "keys/keys.jsonl", "keys/master.key"}: assert (ROOT / path).exists(), path


def test_kubernetes_takes_the_manifest():
    newest = kubernetes_validate.latest_version()
    for d in yaml.safe_load_all(KUBERNETES.read_text()): kubernetes_validate.validate(d, desired_version=newest, strict=True)


@pytest.fixture
def pod():
    """A folder as the manifest's pod has it: files of root's that its group may read, and a folder for its state."""
    if os.getuid(): pytest.skip("only root can be somebody else")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


def test_the_manifest_serves_with_the_policies_that_are_shipped(pod, tmp_path, redis):
    documents = list(yaml.safe_load_all(KUBERNETES.read_text()))
    spec = next(d["spec"]["template"]["spec"] for d in documents if d["kind"] == "StatefulSet" and d["metadata"]["name"] == "sallyport")
    user, volume = spec["securityContext"]["runAsUser"], spec["volumes"][0]["projected"]
    helper, etc, state, program = Gateway(tmp_path), pod / "etc", pod / "state", pod / "sallyport"
    mine = {"tls/server.pem": "certs/server-ecdsa.pem", "tls/server.key": "certs/server-ecdsa.key", "keys/keys.jsonl": "keys.jsonl", "keys/master.key": "master.key"}
    (tmp_path / "master.key").write_text(secrets.token_hex(32) + "\n")
    text = next(d["data"]["sallyport.yaml"] for d in documents if d["kind"] == "ConfigMap")
    for told, there in {"/etc/sallyport": etc, "/var/lib/sallyport": state, "sallyport-redis:6379": redis.address, "8443": helper.port, "8444": helper.admin_port}.items(): text = text.replace(told, str(there))
    for path in ["sallyport.yaml"] + [i["path"] for s in volume["sources"] for i in s.get("configMap", s.get("secret", {})).get("items", [])]:
        file = etc / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if path == "sallyport.yaml" else (tmp_path / mine[path] if path in mine else ROOT / path).read_bytes())
        os.chown(file, 0, spec["securityContext"]["fsGroup"])
        file.chmod(volume["defaultMode"])
    state.mkdir(mode=0o2775)
    os.chown(state, 0, spec["securityContext"]["fsGroup"])
    state.chmod(0o2775)
    shutil.copy(PROGRAM, program)
    with open(tmp_path / "serve.log", "wb") as log:
        helper.process = subprocess.Popen([program, "serve", "--config", etc / "sallyport.yaml"], stdout=log, stderr=log, user=user, group=user, extra_groups=[], cwd=state,
                                          env={"PATH": os.environ["PATH"], "OPENAI_API_KEY": "sk-test"})
    try:
        helper.wait_ready()
        r = helper.post({"model": "demo", "messages": [{"role": "user", "content": "Write to maria@example.org"}]})
        assert r.status_code == 200 and "Write to maria@example.org" in r.text, r.text
        assert (state / "ledger").stat().st_uid == user
    finally: helper.stop()


def test_the_probes_say_what_the_admin_port_says(gateway):
    pods = [d for d in yaml.safe_load_all(KUBERNETES.read_text()) if d["kind"] == "StatefulSet"]
    container = next(d for d in pods if d["metadata"]["name"] == "sallyport")["spec"]["template"]["spec"]["containers"][0]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        shell = [w.replace("8444", str(gateway.admin_port)) for w in container[probe]["exec"]["command"]]
        assert subprocess.run(shell, capture_output=True).returncode == 0, probe
    gateway.stop()
    assert subprocess.run(shell, capture_output=True).returncode != 0


def test_the_service_is_one_that_systemd_takes(tmp_path):
    if not shutil.which("systemd-analyze"): pytest.skip("there is no systemd-analyze")
    unit = tmp_path / "sallyport.service"
    unit.write_text(SERVICE.read_text().replace("/usr/local/bin/sallyport", "/bin/true"))
    p = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert p.returncode == 0 and "Unknown" not in p.stderr, p.stderr


def test_it_serves_where_memory_cannot_be_made_executable_and_rights_cannot_be_gained(make_gateway, provider, monkeypatch):
    libc = ctypes.CDLL(None, use_errno=True)

    def confined():
        # PR_SET_NO_NEW_PRIVS; PR_SET_MDWE, which MemoryDenyWriteExecute= uses as well; both outlast exec.
        assert libc.prctl(38, 1, 0, 0, 0) == 0
        libc.prctl(65, 1, 0, 0, 0)
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda command, **k: popen(command, **k, preexec_fn=confined))
    gateway = make_gateway(upstream=provider.url).start()
    r = gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "write to maria.plant@example.org"}]})
    assert r.status_code == 200 and b"maria.plant" not in provider.bodies()[0] and "maria.plant@example.org" in r.text
