"""Policies while they are in force: taken over when files change, all or nothing; administrators; tools; what the shipped ones promise."""
import hashlib, json, os, signal, threading, time
import httpx2, pytest

HELLO = {"model": "up/echo", "messages": [{"role": "user", "content": "hello"}]}
FORBID = '@id("nothing-leaves") @reason("we are closed") forbid (principal, action in [Action::"send_raw", Action::"send_pseudonymised", Action::"send_redacted"], resource);\n'
TYPO = 'permit (principal, action == Action::"send_rau", resource);\n'


def until(what, seconds=60):
    end = time.time() + seconds
    while True:
        value = what()
        if value: return value
        assert time.time() < end, "it never came to be"
        time.sleep(0.02)


def put(file, text):
    """Replaces a file at once, so that no machine is slow enough for half of it to be seen."""
    new = file.with_name(file.name + ".new"); new.write_text(text); os.replace(new, file)


def readiness(gateway):
    r = httpx2.get(gateway.admin + "/readyz")
    return r.status_code, r.text


def policy_set(folder):
    """As README says: what `sha256sum` prints of the files, in the order of their names, and the SHA-256 of that."""
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix in (".cedar", ".cedarschema", ".yaml"))
    return hashlib.sha256("".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in files).encode()).hexdigest()


def ask(gateway, method, path, key):
    with httpx2.Client(verify=gateway.context(), timeout=60, trust_env=False) as c:
        return c.request(method, gateway.url + path, headers={"authorization": "Bearer " + key})


def test_a_slip_keeps_the_old_policies_and_a_mended_file_is_in_force_by_itself(gateway):
    policy = gateway.folder / "policies/access.cedar"
    good = policy.read_text()
    assert readiness(gateway) == (200, "ready\n")
    put(policy, good + TYPO)
    line = good.count("\n") + 1
    status, text = until(lambda: readiness(gateway) if "degraded" in readiness(gateway)[1] else None)
    assert status == 200, "a load balancer must not drain the fleet for it"
    assert text.startswith("degraded: ") and f"access.cedar:{line}:30: " in text and 'did you mean `Action::"send_raw"`?' in text
    metrics = httpx2.get(gateway.admin + "/metrics").text
    assert "sallyport_policies_degraded 1\n" in metrics and 'sallyport_reloads_total{outcome="failed"} 1' in metrics
    assert gateway.post(HELLO).status_code == 200, "the old set decides"
    before = policy_set_in_force(gateway)
    os.utime(policy)
    until(lambda: 'sallyport_reloads_total{outcome="failed"} 2' in httpx2.get(gateway.admin + "/metrics").text)
    assert gateway.logged().count("reload failed") == 1, "the same trouble is told once"
    put(policy, good + FORBID)
    until(lambda: readiness(gateway) == (200, "ready\n"))
    r = gateway.post(HELLO)
    assert r.status_code == 403 and "nothing-leaves (we are closed)" in r.text
    assert "the policies are good again" in gateway.logged() and "sallyport_policies_degraded 0\n" in httpx2.get(gateway.admin + "/metrics").text
    gateway.stop()
    reloads = [e for e in gateway.entries() if e["kind"] == "reload"]
    assert [e["ok"] for e in reloads] == [False, False, True] and all(e["trigger"] == "files" for e in reloads)
    now = policy_set(gateway.folder / "policies")
    assert (reloads[-1]["policy_set_before"], reloads[-1]["policy_set"]) == (before, now)
    assert (reloads[0]["policy_set_before"], reloads[0]["policy_set"]) == (before, before)
    assert next(e for e in gateway.entries() if e["kind"] == "denied")["policy_set"] == now
    assert gateway.verify().returncode == 0


def policy_set_in_force(gateway):
    gateway.post(HELLO)
    return [e for e in gateway.entries() if e["kind"] == "intent"][-1]["policy_set"]


def test_the_hash_covers_every_file_and_check_prints_it(gateway):
    folder = gateway.folder / "policies"
    first = policy_set(folder)
    assert policy_set_in_force(gateway) == first == next(e for e in gateway.entries() if e["kind"] == "start")["policy_set"]
    assert f"policy set {first}" in gateway.run("check").stdout
    for name in ("access.cedarschema", "limits.yaml", "models.yaml", "principals.yaml", "privacy.yaml"):
        comment = "// a comment\n" if name.endswith("schema") else "# a comment\n"
        put(folder / name, (folder / name).read_text() + comment)
        until(lambda: policy_set_in_force(gateway) == policy_set(folder))
    assert policy_set(folder) != first


def test_a_request_keeps_the_policies_it_began_with(gateway):
    got = []
    def run(): got.append("".join(c.choices[0].delta.content or "" for c in gateway.openai().chat.completions.create(model="up/slow", messages=HELLO["messages"], stream=True) if c.choices))
    t = threading.Thread(target=run); t.start()
    until(lambda: "sallyport_requests_in_flight 1" in httpx2.get(gateway.admin + "/metrics").text)
    policy = gateway.folder / "policies/access.cedar"
    put(policy, policy.read_text() + FORBID)
    until(lambda: gateway.post(HELLO).status_code == 403)
    t.join(); assert got[0].split() == [f"w{i}" for i in range(200)]


def test_files_may_be_replaced_by_rename_by_link_and_in_pieces(gateway):
    folder = gateway.folder / "policies"
    policy = folder / "access.cedar"
    good = policy.read_text()
    # As editors do: a new file in the place of the old one.
    (folder / "access.cedar.swp").write_text(good + FORBID)
    os.replace(folder / "access.cedar.swp", policy)
    until(lambda: gateway.post(HELLO).status_code == 403)
    # As Kubernetes does: access.cedar → ..data/access.cedar, and ..data turns to another folder at once.
    for version, text in (("..1", good), ("..2", good + FORBID)):
        (folder / version).mkdir(); (folder / version / "access.cedar").write_text(text)
    (folder / "..data").symlink_to("..1")
    (folder / "link").symlink_to("..data/access.cedar"); os.replace(folder / "link", policy)
    until(lambda: gateway.post(HELLO).status_code == 200)
    (folder / "..new").symlink_to("..2"); os.replace(folder / "..new", folder / "..data")
    until(lambda: gateway.post(HELLO).status_code == 403)
    # In pieces: what is half written is not taken for the whole while it grows.
    os.replace(folder / "..1/access.cedar", policy)
    until(lambda: gateway.post(HELLO).status_code == 200)
    with open(policy, "w") as f:
        for start in range(0, len(good), 100):
            f.write(good[start:start + 100]); f.flush(); time.sleep(0.005)
        f.write(FORBID)
    until(lambda: gateway.post(HELLO).status_code == 403)
    assert readiness(gateway) == (200, "ready\n")


def test_a_file_that_a_slip_named_is_waited_for(gateway):
    privacy = gateway.folder / "policies/privacy.yaml"
    good = privacy.read_text()
    put(privacy, good + "terms: [{ class: inside_only, file: words.txt }]\n")
    until(lambda: "words.txt" in readiness(gateway)[1])
    (gateway.folder / "policies/words.txt").write_text("Kestrel\n")
    until(lambda: readiness(gateway) == (200, "ready\n"))
    r = gateway.post({**HELLO, "messages": [{"role": "user", "content": "the plans of Kestrel"}]})
    assert r.status_code == 403 and "marked-stays-inside" in r.text
    (gateway.folder / "policies/words.txt").write_text("Heron\n")
    until(lambda: gateway.post({**HELLO, "messages": [{"role": "user", "content": "the plans of Kestrel"}]}).status_code == 200)


def test_only_administrators_administer_and_each_act_is_recorded(gateway):
    admin = gateway.make_key("--principal", "root", "--team", "administrators")
    until(lambda: ask(gateway, "GET", "/v1/models", admin).status_code == 200)
    r = ask(gateway, "GET", "/sallyport/v1/policies", gateway.key)
    assert r.status_code == 403 and "no policy permits it" in r.text
    assert ask(gateway, "GET", "/sallyport/v1/policies", "sp_wrong").status_code == 401
    assert ask(gateway, "POST", "/sallyport/v1/policies", admin).status_code == 405
    state = ask(gateway, "GET", "/sallyport/v1/policies", admin).json()
    assert state["state"] == "ready" and state["policy_set"] == policy_set(gateway.folder / "policies")
    assert {"id": "list-models", "effect": "permit"} in state["policies"]
    policy = gateway.folder / "policies/access.cedar"
    good = policy.read_text()
    put(policy, good + FORBID)
    r = ask(gateway, "POST", "/sallyport/v1/reload", admin)
    assert r.status_code == 200 and r.json()["policy_set"] == policy_set(gateway.folder / "policies")
    assert gateway.post(HELLO).status_code == 403
    put(policy, good + TYPO)
    r = ask(gateway, "POST", "/sallyport/v1/reload", admin)
    assert r.status_code == 409 and r.json()["state"] == "degraded" and "send_rau" in r.json()["reason"]
    assert ask(gateway, "POST", "/sallyport/v1/reload", gateway.key).status_code == 403
    gateway.stop()
    acts = [(e["principal"]["name"], e["function"], e["ok"], e["policies"]) for e in gateway.entries() if e["kind"] == "administered"]
    who = ["administrators-administer"]
    assert acts == [("tester", "policies", False, []), ("root", "policies", True, who), ("root", "reload", True, who), ("root", "reload", True, who), ("tester", "reload", False, [])]
    assert "request" in [e["trigger"] for e in gateway.entries() if e["kind"] == "reload"]
    assert gateway.verify().returncode == 0


def test_a_tool_that_may_not_be_used_keeps_the_request_inside(gateway):
    def tool(name): return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    policy = gateway.folder / "policies/access.cedar"
    put(policy, policy.read_text() + """@id("shell-inside-only") @reason("commands run inside")
forbid (principal, action == Action::"use_tool", resource) when { context.tool like "run_*" } unless { resource.trust == "internal" };
""")
    denied = {**HELLO, "tools": [tool("search"), tool("run_command")]}
    r = until(lambda: (lambda r: r if r.status_code == 403 else None)(gateway.post(denied)))
    assert "shell-inside-only (commands run inside)" in r.text and "run_command" in r.text
    assert gateway.post({**HELLO, "tools": [tool("search")]}).status_code == 200
    gateway.stop()
    entry = next(e for e in gateway.entries() if e["kind"] == "denied")
    assert entry["considered"][0]["policies"] == ["shell-inside-only"] and entry["reason"] == "policy"


def test_the_shipped_policies_keep_cards_and_health_data_inside(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, cards_leave=False).start()
    for text, policy in (("card 4242 4242 4242 4242", "cards-stay-inside"), ("NHS number 943 476 5919", "health-stays-inside")):
        for model in ("up/echo", "demo"):
            r = gateway.post({"model": model, "messages": [{"role": "user", "content": text}]})
            assert r.status_code == 403 and policy in r.text and "use a model of our own" in r.text, text
    assert provider.bodies() == []
    assert gateway.post({**HELLO, "messages": [{"role": "user", "content": "maria@example.org"}]}).headers["x-sallyport-form"] == "pseudonymised"
