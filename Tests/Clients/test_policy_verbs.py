"""Policies can be tested, explained and replayed before they are in force: the verbs as an operator uses them."""
import json, pathlib, re, shutil, subprocess
import pytest
from conftest import PROGRAM, ROOT, eventually

TESTS = """defaults:
  principal: { user: alice, teams: [tests] }
  model: up/gpt
cases:
  - { name: mail leaves under surrogates, text: "Write to maria@example.org", expect: { form: pseudonymised, policies: [others-see-pseudonyms] } }
  - { name: secrets leave redacted, data: { secret: 1 }, expect: redacted }
  - { name: the suspended do nothing, principal: { user: eve, teams: [suspended] }, expect: { denied: true, policies: [suspended] } }
"""
USER = [{"role": "user", "content": "Write to maria@example.org"}]


@pytest.fixture
def house(make_gateway):
    gateway = make_gateway()
    (gateway.folder / "policies/tests").mkdir()
    (gateway.folder / "policies/tests/a.yaml").write_text(TESTS)
    return gateway


def policy(gateway, *arguments): return gateway.run("policy", *arguments, check=False)
def lines(text): return [json.loads(l) for l in text.splitlines()]


def test_the_policies_that_are_shipped_pass_their_tests_and_every_rule_has_one():
    p = subprocess.run([PROGRAM, "policy", "test", "--require-coverage", "--config", str(ROOT / "sallyport.yaml")], capture_output=True, text=True, timeout=120)
    assert p.returncode == 0, p.stdout + p.stderr
    assert re.search(r"^(\d+) of \1 cases pass$", p.stdout, re.M) and re.search(r"^(\d+) of \1 policies decide some case$", p.stdout, re.M)


def test_the_policies_that_are_shipped_are_in_their_usual_shape():
    p = subprocess.run([PROGRAM, "policy", "format", "--check", str(ROOT / "policies/access.cedar")], capture_output=True, text=True, timeout=120)
    assert p.returncode == 0, p.stdout + p.stderr


def test_cases_pass_and_fail_with_what_was_expected_and_what_came(house):
    p = policy(house, "test")
    assert p.returncode == 0, p.stdout + p.stderr
    assert re.search(r"^PASS  mail leaves under surrogates +upstream/gpt +pseudonymised by others-see-pseudonyms +pseudonymised by others-see-pseudonyms$", p.stdout, re.M), p.stdout
    assert "3 of 3 cases pass" in p.stdout and "none needs" in p.stdout and "policies/access.cedar:" in p.stdout
    assert policy(house, "test", "--require-coverage").returncode == 1, "rules without a test"

    file = house.folder / "policies/tests/b.yaml"
    file.write_text("cases:\n  - name: wrong\n    principal: { user: alice }\n    model: demo\n    expect: { form: raw, policies: [] }\n")
    p = policy(house, "test", "--quiet", "--junit", str(house.folder / "junit.xml"))
    assert p.returncode == 1
    assert "FAIL  wrong" in p.stdout and "raw by no policy" in p.stdout and "pseudonymised by others-see-pseudonyms" in p.stdout and "PASS" not in p.stdout
    assert f"{file}:2:5: `wrong` fails" in p.stdout and "3 of 4 cases pass" in p.stdout
    import xml.etree.ElementTree as xml
    suites = xml.parse(house.folder / "junit.xml").getroot()
    assert [(s.get("tests"), s.get("failures")) for s in suites] == [("3", "0"), ("1", "1")]

    p = policy(house, "test", "--json", str(file))
    case, summary = lines(p.stdout)
    assert p.returncode == 1 and case["name"] == "wrong" and case["pass"] is False and case["line"] == 2
    assert case["candidates"][0]["came"] == {"outcome": "pseudonymised", "policies": ["others-see-pseudonyms"]} and case["candidates"][0]["expected"] == {"outcome": "raw", "policies": []}
    assert summary["cases"] == 1 and summary["failed"] == 1 and summary["covered"] == ["others-see-pseudonyms"] and "suspended" in summary["uncovered"]


def test_broken_files_are_told_with_their_place_and_end_with_two(house):
    file = house.folder / "policies/tests/a.yaml"
    file.write_text("cases:\n  - name: a\n    principal: { user: alice, teams: [test] }\n    model: dmo\n    data: { emial: 1 }\n    expect: { denied: true, policies: [suspnded] }\n")
    p = policy(house, "test")
    assert p.returncode == 2 and p.stdout == ""
    for place, hint in [(r"3:\d+", "tests"), ("5:13", "email")]: assert re.search(rf"^{re.escape(str(file))}:{place}: .*did you mean `{hint}`\?$", p.stderr, re.M), p.stderr
    assert policy(house, "test", str(house.folder / "nowhere.yaml")).returncode == 2
    assert policy(house, "test", "--with", str(house.folder / "nowhere")).returncode == 2


def test_explain_says_which_rule_saw_what(house):
    p = policy(house, "explain", "--principal", "user:alice", "--team", "tests", "--model", "up/gpt", "--data", "email=2", "--data", "secret=1", "--tool", "search", "--at", "2026-11-23T10:00:00Z")
    assert p.returncode == 0, p.stderr
    assert 'User::"alice" asks up/gpt (chat), email×2 secret×1, 2026-11-23T10:00:00.000Z' in p.stdout
    assert "upstream/gpt: redacted by others-see-redacted" in p.stdout
    assert re.search(r"^send_raw +denied +", p.stdout, re.M) and re.search(r"^send_redacted +permitted +", p.stdout, re.M) and re.search(r"^use_tool search +permitted +tools-allowed", p.stdout, re.M)
    assert re.search(r'secrets-only-redacted +forbid +yes +context.classes = \["email", "secret"\]; resource.trust = "external" +.*policies/access.cedar:\d+:\d+$', p.stdout, re.M), p.stdout
    assert re.search(r"^context.counts.email +2$", p.stdout, re.M) and re.search(r'^principal in +\[.*Team::"tests"', p.stdout, re.M)

    one, = lines(policy(house, "explain", "--principal", "service:bot", "--team", "suspended", "--model", "demo", "--json").stdout)
    assert one["principal"] == 'Service::"bot"' and one["outcome"] == "denied" and one["policies"] == ["suspended"]
    assert [a["action"] for a in one["actions"]] == ["send_raw", "send_pseudonymised", "send_redacted"] and all(a["asked"] and not a["permitted"] for a in one["actions"])

    body = house.folder / "request.json"
    body.write_text(json.dumps({"model": "up/gpt", "messages": USER, "tools": [{"type": "function", "function": {"name": "clock"}}]}))
    p = policy(house, "explain", "--principal", "user:alice", "--request", str(body))
    assert p.returncode == 0 and "email×1" in p.stdout and "use_tool clock" in p.stdout and "maria" not in p.stdout, p.stdout + p.stderr
    p = policy(house, "explain", "--case", str(house.folder / "policies/tests/a.yaml") + ":secrets leave redacted")
    assert p.returncode == 0 and "redacted by others-see-redacted" in p.stdout

    for wrong, hint in [(["--model", "dem"], "did you mean `demo`?"), (["--model", "demo", "--data", "emial=1"], "did you mean `email`?"), (["--model", "demo", "--team", "test"], "did you mean `tests`?"), (["--model", "demo", "--data", "email"], "expected class=count")]:
        p = policy(house, "explain", "--principal", "user:alice", *wrong)
        assert p.returncode not in (0, 1) and hint in p.stderr, p.stderr


def test_what_policies_saw_is_recorded_and_can_be_replayed_under_others(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url).start()
    for text in ["hello", "Write to maria@example.org", "Write to otto@example.org", "key ghp_1b4KfT0zQm8Rw2LxV7nYc3HsDj6GpE5aUoZi"]:
        tools = [{"type": "function", "function": {"name": n}} for n in ("clock", "lookup maria@example.org")] if text == "hello" else []
        assert gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": text}], **({"tools": tools} if tools else {})}, headers={"x-sallyport-purpose": "tests/replay"}).status_code == 200
    for purpose in ["two words", "maria@example.org", "x" * 65, ""]:
        answer = gateway.post({"model": "up/echo", "messages": USER}, headers={"x-sallyport-purpose": purpose})
        assert answer.status_code == 400 and "x-sallyport-purpose" in answer.text, purpose
    intents = [e for e in gateway.entries() if e["kind"] == "intent"]
    assert len(intents) == 4 and all(e["purpose"] == "tests/replay" and e["v"] == 3 for e in intents)
    assert intents[0]["tools"] == ["clock"] and intents[0]["tools_left_out"] == 1 and intents[1]["tools"] == []
    assert intents[1]["considered"] == [{"destination": {"model": "echo", "provider": "upstream"}, "form": "pseudonymised", "policies": ["others-see-pseudonyms"]}]

    p = policy(gateway, "replay", "--since", "1d")
    assert p.returncode == 0 and "3 of 4 requests decided again: nothing changes" in p.stdout and "not recorded: 1, since they define tools" in p.stdout, p.stdout + p.stderr

    draft = gateway.folder / "draft.cedar"
    draft.write_text((gateway.folder / "policies/access.cedar").read_text() + '\n@id("no-mail") @reason("mail stays")\nforbid (principal, action in [Action::"send_raw", Action::"send_pseudonymised", Action::"send_redacted"], resource) when { context.counts.email > 0 };\n')
    p = policy(gateway, "replay", "--with", str(draft))
    assert p.returncode == 4 and "2 change; 2 would be refused, 0 would no longer be" in p.stdout
    assert re.search(r'^2 +refused +User::"tester" +up/echo → upstream/echo +email +pseudonymised by others-see-pseudonyms +denied by no-mail$', p.stdout, re.M), p.stdout
    *details, report = lines(policy(gateway, "replay", "--with", str(draft), "--json", "--details").stdout)
    assert [d["seq"] for d in details] == [e["seq"] for e in intents[1:3]] and details[0]["would_be"] == {"policies": ["no-mail"]}
    assert report["changed"] == report["refused"] == 2 and report["changes"][0]["count"] == 2 and report["not_recorded"] == [{"count": 1, "what": "tools"}]
    assert policy(gateway, "replay", "--with", str(draft), "--until", "2020-01-01").returncode == 0
    assert policy(gateway, "replay", "--since", "yesterday").returncode == 64

    p = policy(gateway, "explain", "--ledger", str(intents[1]["seq"]), "--with", str(draft))
    assert p.returncode == 0 and "upstream/echo: denied by no-mail" in p.stdout and "“mail stays”" in p.stdout, p.stdout
    assert policy(gateway, "explain", "--ledger", intents[1]["request"]).stdout.startswith('User::"tester" asks up/echo (chat), email×1')
    assert policy(gateway, "explain", "--ledger", "99999").returncode == 2

    folder = gateway.folder / "draft"
    folder.mkdir()
    (folder / "models.yaml").write_text("aliases: { demo: { candidates: [{ provider: demo, model: demo }] } }\n")
    p = policy(gateway, "replay", "--with", str(folder))
    assert p.returncode == 0 and "no alias leads there any more: upstream/echo, of 3 requests" in p.stdout, p.stdout


def test_from_a_rule_with_a_slip_to_one_in_force(make_gateway, provider):
    """The walk through README's section: write, read the error, mend, test, explain, replay, put in force."""
    gateway = make_gateway(upstream=provider.url).start()
    for n in range(3): assert gateway.post({"model": "up/gpt", "messages": [{"role": "user", "content": f"Write to maria{n}@example.org and otto{n}@example.org"}]}).status_code == 200
    policies, drafts = gateway.folder / "policies", gateway.folder / "drafts"
    drafts.mkdir()
    draft = drafts / "access.cedar"
    rule = '''
@id("mailings-need-a-purpose")
@reason("two addresses and more: say what for, in x-sallyport-purpose")
forbid (principal, action in [Action::"send_raw", Action::"send_pseudonymised", Action::"send_redacted"], resource)
when { context.counts.emial > 1 }
unless { context has purpose };
'''
    draft.write_text((policies / "access.cedar").read_text() + rule)
    p = policy(gateway, "test", "--with", str(drafts))
    assert p.returncode == 2 and re.search(r"drafts/access\.cedar:\d+:\d+: .*emial.*did you mean `email`\?", p.stderr), p.stderr
    draft.write_text(draft.read_text().replace("emial", "email"))
    (policies / "tests").mkdir()
    (policies / "tests/mailings.yaml").write_text("""defaults: { principal: { user: alice, teams: [tests] }, model: up/gpt, data: { email: 2 } }
cases:
  - { name: a mailing without a purpose stays, expect: { denied: true, policies: [mailings-need-a-purpose] } }
  - { name: with one it goes, purpose: newsletter, expect: pseudonymised }
""")
    p = policy(gateway, "test", "--with", str(drafts))
    assert p.returncode == 0 and "2 of 2 cases pass" in p.stdout, p.stdout + p.stderr
    p = policy(gateway, "explain", "--with", str(drafts), "--principal", "user:alice", "--model", "up/gpt", "--data", "email=2")
    assert p.returncode == 0 and "denied by mailings-need-a-purpose" in p.stdout and "context.counts.email = 2; context.purpose = absent" in p.stdout, p.stdout
    p = policy(gateway, "replay", "--since", "7d", "--with", str(drafts))
    assert p.returncode == 4 and "3 change; 3 would be refused" in p.stdout, p.stdout
    shutil.copy(draft, policies / "access.cedar")
    eventually(lambda: gateway.post({"model": "up/gpt", "messages": [{"role": "user", "content": "a@example.org b@example.org"}]}).status_code == 403)
    assert gateway.post({"model": "up/gpt", "messages": [{"role": "user", "content": "a@example.org b@example.org"}]}, headers={"x-sallyport-purpose": "newsletter"}).status_code == 200
    denied = [e for e in gateway.entries() if e["kind"] == "denied"][-1]
    assert denied["considered"][0]["policies"] == ["mailings-need-a-purpose"]
