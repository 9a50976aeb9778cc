"""The files to serve by name what there is: flags, paths, settings and ports; and the gateway works under what they forbid it."""
import ctypes, os, pathlib, re, shutil, subprocess
import pytest, yaml
from conftest import PROGRAM, ROOT, Gateway

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
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.M):
        for source in sources.split(): assert (ROOT / source).exists(), source
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
    # Its configuration is one that the program accepts, with the files at their places.
    gateway = Gateway(tmp_path)
    text = by[("ConfigMap", "sallyport")]["data"]["sallyport.yaml"].replace("/etc/sallyport/tls/server", str(tmp_path / "certs/server-ecdsa"))
    text = text.replace("/etc/sallyport", str(tmp_path)).replace("/var/lib/sallyport", str(tmp_path / "var"))
    (tmp_path / "keys").mkdir(); shutil.copy(tmp_path / "keys.jsonl", tmp_path / "keys/keys.jsonl")
    (tmp_path / "policies/models.yaml").write_text("aliases: { gpt-5-mini: { candidates: [{ provider: openai, model: gpt-5-mini }] } }\n")
    (tmp_path / "sallyport.yaml").write_text(text)
    os.environ["OPENAI_API_KEY"] = "sk-test"
    gateway.run("check")
    files = {i["path"] for s in pods["sallyport"]["spec"]["volumes"][0]["projected"]["sources"] for i in s.get("configMap", s.get("secret", {})).get("items", [])}
    for path in files - {"tls/server.pem", "tls/server.key", "keys/keys.jsonl", "keys/master.key"}: assert (ROOT / path).exists(), path


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
