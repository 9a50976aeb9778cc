"""Who may ask: restricted keys, client certificates, several credentials at once, and everything that must not count as one."""
import http.client, json, signal, ssl, subprocess
import pytest
from authority import Authority
from conftest import eventually

EMAIL = "maria.keller@example.org"
RULES = """identity:
  certificates:
    - { spiffe: "spiffe://example.org/team/{team}/app/{name}", service: "{name}", teams: ["{team}"], attributes: { unit: "{team}" } }
    - { dns: "{name}.batch.example.org", service: "batch-{name}", teams: [tests] }
    - { email: "{name}@example.org", user: "{name}" }
    - { subject: { CN: "{name}", O: Example }, user: "{name}", teams: [tests] }
"""


def ask(gateway, *arguments, key=None, pair=None, model="demo", path="/v1/chat/completions", text="hi", get=False, http="--http1.1"):
    """What curl gets: the status (0 where there was no answer) and the body."""
    command = ["curl", "-sS", http, "--cacert", gateway.ca, "-w", "\n%{http_code}", *arguments]
    if key: command += ["-H", f"Authorization: Bearer {key}"]
    if pair: command += ["--cert", str(pair[0]), "--key", str(pair[1])]
    if not get: command += ["-H", "Content-Type: application/json", "-d", json.dumps({"model": model, "max_tokens": 50, "messages": [{"role": "user", "content": text}]})]
    p = subprocess.run([*command, gateway.url + path], capture_output=True, text=True, timeout=120)
    body, _, status = p.stdout.rpartition("\n")
    return int(status or 0), body


def reasons(gateway):
    """How often identification failed, by reason, as the ledger has it."""
    counts = {}
    for e in gateway.entries():
        if e["kind"] == "unidentified":
            for reason, count in e["reasons"].items(): counts[reason] = counts.get(reason, 0) + count
    return counts


def recorded(gateway, reason, count=1): return eventually(lambda: reasons(gateway).get(reason, 0) >= count)


def principals(gateway): return [e["principal"] for e in gateway.entries() if e["kind"] == "intent"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory): return Authority(tmp_path_factory.mktemp("authority") / "ca")


@pytest.fixture
def mutual(make_gateway, authority):
    """A gateway that takes certificates as identities; `settings` go on in the section `identity`."""
    def make(more="", mode="optional", crl="", principals=None):
        lists = f", crl: {crl}" if crl else ""
        gateway = make_gateway(settings=RULES + more, tls=f"  client_certificates: {{ mode: {mode}, ca: {authority.certificate}{lists} }}")
        if principals: (gateway.folder / "policies/principals.yaml").write_text(principals)
        return gateway
    return make


# Keys

def test_a_key_is_good_for_its_models_only(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url, models="  other: { candidates: [{ provider: demo, model: demo }] }\n").start()
    key = gateway.make_key("--principal", "alice", "--team", "tests", "--model", "demo", "--model", "up/e*")
    assert ask(gateway, key=key)[0] == 200 and ask(gateway, key=key, model="up/echo")[0] == 200
    seen = len(provider.bodies())
    assert ask(gateway, key=key, model="no-such-model")[0] == 404
    for model in ("other", "up/forbidden"):
        status, body = ask(gateway, key=key, model=model)
        assert status == 403 and json.loads(body)["error"]["message"] and EMAIL not in body
    status, body = ask(gateway, key=key, model="other", path="/v1/messages")
    assert status == 403 and json.loads(body)["type"] == "error" and json.loads(body)["error"]["type"] == "permission_error"
    assert len(provider.bodies()) == seen
    denied = lambda: [e for e in gateway.entries() if e["kind"] == "denied"]
    eventually(lambda: len(denied()) >= 3)
    assert [(e["reason"], e["status"], e["model"], e["principal"]["name"]) for e in denied()] == [("credential", 403, m, "alice") for m in ("other", "up/forbidden", "other")]
    listed = [m["id"] for m in json.loads(ask(gateway, key=key, path="/v1/models", get=True)[1])["data"]]
    assert listed == ["demo"]
    assert ask(gateway, key=key, path="/v1/models/other", get=True)[0] == 404 and ask(gateway, key=key, path="/v1/models/demo", get=True)[0] == 200
    assert "other" in ask(gateway, key=gateway.key, path="/v1/models", get=True)[1]


def test_a_key_is_good_from_its_addresses_only(make_gateway):
    gateway = make_gateway()
    here = gateway.make_key("--principal", "here", "--team", "tests", "--from", "127.0.0.0/8", "--from", "::1")
    elsewhere = gateway.make_key("--principal", "elsewhere", "--team", "tests", "--from", "192.0.2.0/24", "--from", "2001:db8::/32")
    gateway.start()
    assert ask(gateway, key=here)[0] == 200
    status, body = ask(gateway, key=elsewhere)
    assert status == 401 and "192.0.2" not in body
    assert ask(gateway, "-H", "x-forwarded-for: 192.0.2.1", "-H", "forwarded: for=192.0.2.1", "-H", "x-real-ip: 192.0.2.1", key=elsewhere)[0] == 401
    recorded(gateway, "elsewhere", 2)


def test_what_a_key_may_is_listed_and_outlives_a_rotation(make_gateway):
    gateway = make_gateway().start()
    gateway.make_key("--principal", "alice", "--team", "tests", "--model", "demo*", "--from", "127.0.0.0/8", "--from", "::1", "--attribute", "department=finance", "--attribute", "floor=3")
    gateway.run("keys", "rotate")
    (row,) = [r for r in json.loads(gateway.run("keys", "list", "--json").stdout) if r["principal"] == "alice"]
    assert row["models"] == ["demo*"] and row["from"] == ["127.0.0.0/8", "::1"] and row["attributes"] == ["department=finance", "floor=3"]
    table = gateway.run("keys", "list").stdout
    assert "demo*" in table and "127.0.0.0/8,::1" in table and "department=finance,floor=3" in table and "everywhere" in table


@pytest.mark.parametrize("arguments,word", [(("--model", "a b"), "--model"), (("--from", "10.1.2.3/8"), "--from"), (("--from", "x"), "--from"), (("--attribute", "x"), "--attribute"), (("--attribute", "name=x"), "--attribute")])
def test_a_slip_of_the_pen_makes_no_key(make_gateway, arguments, word):
    gateway = make_gateway()
    p = gateway.run("keys", "create", "--principal", "alice", *arguments, check=False)
    assert p.returncode != 0 and word in p.stderr and "alice" not in gateway.run("keys", "list").stdout


def test_a_revoked_key_is_refused_and_recorded(gateway):
    key = gateway.make_key("--principal", "alice", "--team", "tests")
    assert ask(gateway, key=key)[0] == 200
    (row,) = [r for r in json.loads(gateway.run("keys", "list", "--json").stdout) if r["principal"] == "alice"]
    gateway.run("keys", "revoke", row["id"])
    eventually(lambda: ask(gateway, key=key)[0] == 401)
    recorded(gateway, "revoked")


def test_a_key_of_another_tenant_gets_other_surrogates_and_is_recorded_with_its_own_tenant(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url)
    (gateway.folder / "policies/principals.yaml").write_text("teams: { tests: {}, acme: { tenant: acme } }\n")
    theirs = gateway.make_key("--principal", "eve", "--team", "acme")
    gateway.start()
    for key in (gateway.key, theirs): assert EMAIL in ask(gateway, key=key, model="up/echo", text=f"write to {EMAIL}")[1]
    first, second = (b.decode() for b in provider.bodies()[-2:])
    assert EMAIL not in first + second
    surrogate = json.loads(first)["messages"][0]["content"].removeprefix("write to ")
    assert surrogate not in second
    assert EMAIL not in ask(gateway, key=theirs, model="up/echo", text=f"who is {surrogate}?")[1], "a surrogate of another tenant is not turned back"
    assert [p["tenant"] for p in principals(gateway)] == ["default", "acme", "acme"]


# What proves nothing

@pytest.mark.parametrize("header", ["x-user: admin", "x-forwarded-user: admin", "x-sallyport-principal: admin", "x-forwarded-client-cert: URI=spiffe://example.org/team/tests/app/admin", "x-remote-user: admin"])
def test_a_header_that_names_somebody_is_no_identity(gateway, header):
    before = reasons(gateway).get("asserted", 0)
    for http in ("--http1.1", "--http2"): assert ask(gateway, "-H", header, http=http)[0] == 401
    recorded(gateway, "asserted", before + 2)
    assert ask(gateway, "-H", header, key=gateway.key)[0] == 200
    assert principals(gateway)[-1]["name"] == "tester" and not any(p["name"] == "admin" for p in principals(gateway))


def test_a_credential_that_comes_twice_is_none(gateway):
    assert ask(gateway, "-H", "Authorization: Bearer x", key=gateway.key)[0] == 401
    recorded(gateway, "malformed")


# Certificates

@pytest.mark.parametrize("subject,names,expected", [
    ("/CN=x", "URI:spiffe://example.org/team/tests/app/invoices", ("service", "invoices", ["tests"])),
    ("/CN=x", "DNS:nightly.batch.example.org", ("service", "batch-nightly", ["tests"])),
    ("/O=Example/CN=maria", None, ("user", "maria", ["tests"])),
])
def test_a_certificate_is_an_identity(mutual, authority, subject, names, expected):
    gateway = mutual().start()
    pair = authority.issue(subject, names)
    for http in ("--http1.1", "--http2"): assert ask(gateway, pair=pair, http=http)[0] == 200
    found = principals(gateway)[-1]
    assert (found["kind"], found["name"], found["teams"]) == expected and found["method"] == "certificate" and found["credential"].startswith("cert_")


@pytest.mark.parametrize("subject,names,reason", [
    ("/CN=x", "URI:spiffe://other.org/team/tests/app/invoices", "missing"),
    ("/CN=x", "URI:spiffe://example.org/team/tests/app/a,URI:spiffe://example.org/team/tests/app/b", "missing"),
    ("/CN=maria/O=Other", None, "missing"), ("/CN=O\\=Example", None, "missing"),
    ("/CN=x", "URI:spiffe://example.org/team/nobody/app/invoices", "unknown_team"),
    ("/O=Example/CN=Maria Keller", None, "certificate_names"),
])
def test_a_valid_certificate_that_no_rule_knows_is_nobody(mutual, authority, subject, names, reason):
    gateway = mutual().start()
    pair = authority.issue(subject, names)
    assert ask(gateway, pair=pair)[0] == 401
    recorded(gateway, reason)
    if reason == "missing": assert ask(gateway, pair=pair, key=gateway.key)[0] == 200, "it spoils no other credential"


def test_a_rule_with_a_tenant_puts_nobody_into_a_team_of_another(make_gateway, authority):
    """The authority of a partner chooses the names of its teams, and must not choose ours."""
    rule = '{ spiffe: "spiffe://partner.org/{team}/{name}", service: "{name}", teams: ["{team}"], tenant: acme }'
    gateway = make_gateway(settings=f"identity: {{ certificates: [{rule}] }}\n", tls=f"  client_certificates: {{ mode: optional, ca: {authority.certificate} }}")
    (gateway.folder / "policies/principals.yaml").write_text("teams: { tests: {}, administrators: {}, acme: { tenant: acme } }\n")
    gateway.start()
    for team, reason in (("tests", "conflicting"), ("administrators", "conflicting"), ("nobody", "unknown_team")):
        before = reasons(gateway).get(reason, 0)
        assert ask(gateway, pair=authority.issue("/CN=x", f"URI:spiffe://partner.org/{team}/eve"))[0] == 401, team
        recorded(gateway, reason, before + 1)
    ask(gateway, pair=authority.issue("/CN=x", "URI:spiffe://partner.org/acme/eve"))
    assert [(p["teams"], p["tenant"]) for p in principals(gateway)] == [(["acme"], "acme")]


@pytest.mark.parametrize("version", ["--tlsv1.3", "--tls-max 1.2"])
def test_certificates_of_others_and_expired_ones_are_refused_in_the_handshake_and_recorded(mutual, authority, tmp_path, version):
    gateway = mutual().start()
    good = "URI:spiffe://example.org/team/tests/app/invoices"
    other = Authority(tmp_path / "other")
    assert ask(gateway, *version.split(), pair=other.issue("/CN=x", good), key=gateway.key)[0] == 0
    recorded(gateway, "certificate_unknown_authority")
    assert ask(gateway, *version.split(), pair=authority.issue("/CN=x", good, expired=True), key=gateway.key)[0] == 0
    recorded(gateway, "certificate_expired")
    assert not principals(gateway)


def test_a_certificate_that_has_to_be_there_and_is_not_is_recorded(mutual):
    gateway = mutual(mode="required").start()
    assert ask(gateway, key=gateway.key)[0] == 0
    recorded(gateway, "certificate_missing")


def test_a_revoked_certificate_is_refused_once_the_list_is_read_again(mutual, authority):
    pair, other = (authority.issue("/CN=x", f"URI:spiffe://example.org/team/tests/app/{name}") for name in ("invoices", "orders"))
    gateway = mutual(crl=authority.publish()).start()
    assert ask(gateway, pair=pair)[0] == 200
    authority.revoke(pair); authority.publish()
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: ask(gateway, pair=pair)[0] == 0)
    recorded(gateway, "certificate_revoked")
    assert ask(gateway, pair=other)[0] == 200
    assert {p["name"] for p in principals(gateway)} == {"invoices", "orders"}


def test_a_revoked_certificate_proves_nobody_on_a_connection_that_is_open(mutual, authority):
    pair = authority.issue("/CN=x", "URI:spiffe://example.org/team/tests/app/invoices")
    gateway = mutual(crl=authority.publish()).start()
    context = ssl.create_default_context(cafile=str(gateway.ca))
    context.load_cert_chain(*map(str, pair))
    host, port = gateway.url.removeprefix("https://").split(":")
    connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=120)
    def status():
        connection.request("POST", "/v1/chat/completions", json.dumps({"model": "demo", "messages": [{"role": "user", "content": "hi"}]}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    assert status() == 200
    authority.revoke(pair); authority.publish()
    assert status() == 200
    gateway.process.send_signal(signal.SIGHUP)
    connection.auto_open = 0
    assert eventually(lambda: (s := status()) != 200 and s) == 401
    recorded(gateway, "revoked")


# Several at once

def test_two_credentials_of_two_principals_prove_neither(mutual, authority):
    gateway = mutual()
    theirs = gateway.make_key("--principal", "invoices", "--service", "--team", "tests")
    gateway.start()
    pair = authority.issue("/CN=x", "URI:spiffe://example.org/team/tests/app/invoices")
    assert ask(gateway, pair=pair, key=gateway.key)[0] == 401
    recorded(gateway, "conflicting")
    assert ask(gateway, pair=pair, key=theirs)[0] == 200
    found = principals(gateway)[-1]
    assert found["method"] == "api_key+certificate" and "+cert_" in found["credential"]
    assert ask(gateway, pair=pair, key=theirs[:-1] + ("a" if theirs[-1] != "a" else "b"))[0] == 401, "an invalid key is not passed over"
    recorded(gateway, "malformed")


def test_all_wants_all(mutual, authority):
    gateway = mutual("  require: all\n  methods: [api_key, certificate]\n")
    key = gateway.make_key("--principal", "invoices", "--service", "--team", "tests", "--team", "administrators")
    gateway.start()
    pair = authority.issue("/CN=x", "URI:spiffe://example.org/team/tests/app/invoices")
    assert ask(gateway, key=key)[0] == 401 and ask(gateway, pair=pair)[0] == 401
    recorded(gateway, "incomplete", 2)
    assert ask(gateway, pair=pair, key=gateway.key)[0] == 401
    recorded(gateway, "conflicting")
    assert ask(gateway, pair=pair, key=key)[0] == 200
    assert principals(gateway)[-1]["teams"] == ["tests"], "the teams that both name"


def test_methods_that_do_not_count_prove_nothing(mutual, authority):
    gateway = mutual("  methods: [certificate]\n").start()
    assert ask(gateway, key=gateway.key)[0] == 401
    assert ask(gateway, pair=authority.issue("/CN=x", "URI:spiffe://example.org/team/tests/app/invoices"))[0] == 200
    recorded(gateway, "missing")


# principals.yaml

def test_what_is_listed_of_a_principal_joins_what_its_credential_says(mutual, authority):
    gateway = mutual(principals="""
teams: { tests: {}, research: { attributes: { unit: science } }, acme: { tenant: acme } }
unknown_principals: refuse
users: { tester: {}, eve: { teams: [acme] } }
services: { invoices: { teams: [research] } }
""")
    theirs = gateway.make_key("--principal", "eve")
    nobody = gateway.make_key("--principal", "mallory", "--team", "tests")
    gateway.start()
    assert ask(gateway, pair=authority.issue("/CN=x", "URI:spiffe://example.org/team/tests/app/invoices"))[0] == 200
    assert principals(gateway)[-1]["teams"] == ["tests", "research"]
    assert ask(gateway, key=theirs)[0] == 200 and principals(gateway)[-1]["tenant"] == "acme"
    assert ask(gateway, key=nobody)[0] == 401
    recorded(gateway, "unlisted")
    (gateway.folder / "policies/principals.yaml").write_text("teams: { tests: {}, acme: { tenant: acme } }\nusers: { tester: { teams: [acme] } }\n")
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: ask(gateway, key=gateway.key)[0] == 401)
    recorded(gateway, "conflicting")


@pytest.mark.parametrize("section,word", [
    ("identity: { require: al }", "did you mean `all`"), ("identity: { methods: [certificate] }", "identity.certificates"), ("identity: { methods: [] }", "at least one"),
    ("identity: { certificates: [{ spiffe: \"spiffe://Example.org/a\", user: a }] }", "SPIFFE"), ("identity: { certificates: [{ dns: a.example.org, user: \"{nam}\" }] }", "capture `nam`"),
    ("identity: { certificates: [{ dns: \"{name}.example.org\", user: {name} }] }", "quotes"), ("identity: { certificates: [{ dns: a.example.org, user: a, teams: [test] }] }", "did you mean `tests`"),
    ("identity: { certificates: [{ dns: a.example.org, user: a }] }", "tls.client_certificates.mode"), ("identity: { certificates: [{ user: a }] }", "`spiffe`"), ("identity: { certificates: [{ dns: a.example.org }] }", "`user` and `service`"),
    ("identity: { requires: any }", "did you mean `require`"),
])
def test_check_names_a_mistake_with_its_place(make_gateway, section, word):
    gateway = make_gateway()
    with open(gateway.folder / "sallyport.yaml", "a") as f: f.write(section + "\n")
    p = gateway.run("check", check=False)
    assert p.returncode != 0 and word in p.stdout + p.stderr and "sallyport.yaml:" in p.stdout + p.stderr


@pytest.mark.parametrize("text,word", [
    ("teams: { tests: {} }\nusers: { alice: { teams: [test] } }", "did you mean `tests`"), ("teams: { a: {}, b: { tenant: c } }\nusers: { alice: { teams: [a, b] } }", "different tenants"),
    ("users: { 'a b': {} }", "expected a name"), ("users: { alice: { attributes: { name: x } } }", "has every principal"), ("users: { alice: { team: [x] } }", "did you mean `teams`"),
    ("teams: { a: { attributes: { x: 1 } }, b: { attributes: { x: 2 } } }\nservices: { s: { teams: [a, b] } }", "disagree"), ("unknown_principals: deny", "`allow` or `refuse`"),
])
def test_check_names_a_mistake_in_the_principals(make_gateway, text, word):
    gateway = make_gateway()
    (gateway.folder / "policies/principals.yaml").write_text(text + "\n")
    p = gateway.run("check", check=False)
    assert p.returncode != 0 and word in p.stdout + p.stderr and "principals.yaml:" in p.stdout + p.stderr
