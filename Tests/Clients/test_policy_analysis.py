"""Policies can be compared and properties of them proved, before they are in force."""
import json, re
import pytest
from conftest import eventually


@pytest.fixture
def house(make_gateway): return make_gateway(cards_leave=False)


def policy(gateway, *arguments): return gateway.run("policy", *arguments, check=False)


def without(gateway, *rules):
    text = (gateway.folder / "policies/access.cedar").read_text()
    for rule in rules: text, count = re.subn(rf'@id\("{rule}"\).*?;\n\n', "", text, flags=re.S); assert count == 1, rule
    file = gateway.folder / "draft.cedar"
    file.write_text(text)
    return str(file)


CARDS = 'context.classes.contains("card") && resource.trust == "external"'


def test_the_same_policies_do_not_differ_whatever_order_they_stand_in(house):
    p = policy(house, "diff", str(house.folder / "policies/access.cedar"))
    assert p.returncode == 0, p.stdout + p.stderr
    assert re.search(r"no difference over all \d+ cases, which stand for every request", p.stdout)


def test_a_rule_that_goes_is_told_by_exactly_what_it_kept_in(house):
    draft = without(house, "cards-stay-inside")
    p = policy(house, "diff", draft)
    assert p.returncode == 4, p.stdout + p.stderr
    assert "over all" in p.stdout and "MORE  send: denied → pseudonymised" in p.stdout and "LESS" not in p.stdout
    report = json.loads(policy(house, "diff", draft, "--json").stdout)
    assert report["exhaustive"] and report["reasons"] == [] and report["unlisted"] == 0 and "replay" not in report
    assert {(d["direction"], d["inquiry"], d["was"]["answer"], d["becomes"]["answer"]) for d in report["differences"]} == {("more", "send", "denied", "pseudonymised"), ("more", "send", "denied", "redacted")}
    for difference in report["differences"]:
        assert "cards-stay-inside" in difference["was"]["policies"]
        requests = difference["requests"]
        assert requests["principals"] == ["Service", "User"] and requests["principal"] == ['!(principal in Team::"suspended")']
        assert requests["resource"] == ['resource.trust != "internal"']
        assert 'context.classes.containsAny(["card", "card_security_code", "card_expiry"])' in requests["context"] and '!context.classes.contains("inside_only")' in requests["context"]
        assert ('context.classes.contains("secret")' in requests["context"]) == (difference["becomes"]["answer"] == "redacted")
    # The other way round it is less.
    p = policy(house, "diff", draft, str(house.folder / "policies/access.cedar"))
    assert p.returncode == 4 and "LESS  send: pseudonymised → denied" in p.stdout and "MORE" not in p.stdout


def test_a_rule_about_tools_and_a_rule_about_names_are_compared(house):
    draft = house.folder / "draft.cedar"
    draft.write_text((house.folder / "policies/access.cedar").read_text() + """
@id("no-shell") forbid (principal, action == Action::"use_tool", resource) when { context.tool like "shell*" } unless { resource.trust == "internal" };
@id("by-day") forbid (principal is Service, action == Action::"list_models", resource) unless { context.hour >= 6 && context.hour < 20 };
""")
    report = json.loads(policy(house, "diff", str(draft), "--json").stdout)
    rows = {d["inquiry"]: d for d in report["differences"]}
    assert report["exhaustive"] and all(d["direction"] == "less" for d in report["differences"])
    assert rows["use_tool"]["requests"]["context"] == ['context.tool like "shell*"'] and rows["use_tool"]["becomes"]["policies"] == ["no-shell"]
    assert rows["list_models"]["requests"]["principals"] == ["Service"] and "hour" in str(rows["list_models"]["requests"]["context"])


def test_what_is_broken_is_told_and_ends_with_two(house):
    draft = house.folder / "draft.cedar"
    draft.write_text('permit (principal, action, resource) when { context.clases.contains("card") };')
    p = policy(house, "diff", str(draft))
    assert p.returncode == 2 and "did you mean" in p.stderr, p.stderr
    assert policy(house, "diff").returncode == 64


def test_cards_never_go_outside_and_that_is_proved(house):
    p = policy(house, "prove", "--never", CARDS)
    assert p.returncode == 0, p.stdout + p.stderr
    assert re.search(r"^proved: no send_raw, send_pseudonymised, send_redacted is permitted where$", p.stdout, re.M) and re.search(r"over all \d+ cases", p.stdout)
    report = json.loads(policy(house, "prove", "--never", CARDS, "--json").stdout)
    assert report["verdict"] == "proved" and report["exhaustive"] and report["described"] > 0


def test_a_rule_that_is_missing_is_shown_by_a_request(house):
    draft = without(house, "cards-stay-inside")
    p = policy(house, "prove", "--with", draft, "--never", CARDS)
    assert p.returncode == 4, p.stdout + p.stderr
    assert "not so" in p.stdout and "by others-see-pseudonyms (" in p.stdout and re.search(r"context.classes +\[\"card\"\]", p.stdout), p.stdout
    report = json.loads(policy(house, "prove", "--with", draft, "--never", CARDS, "--json").stdout)
    assert report["verdict"] == "refuted" and {c["action"] for c in report["counterexamples"]} == {"send_pseudonymised", "send_redacted"}
    for c in report["counterexamples"]:
        values = {v["path"]: v["value"] for v in c["requests"]["example"]}
        assert values["resource.trust"] == '"external"' and '"card"' in values["context.classes"]
    # The request is one that the gateway would decide so.
    p = policy(house, "explain", "--with", draft, "--principal", "user:someone", "--model", "up/gpt", "--data", "card=1")
    assert "pseudonymised" in p.stdout
    assert policy(house, "prove", "--with", draft, "--never", CARDS, "--action", "send_raw").returncode == 0


def test_what_cannot_be_told_is_not_called_a_proof(house):
    draft = house.folder / "draft.cedar"
    draft.write_text('permit (principal, action == Action::"send_raw", resource) when { context.hour > 20 && context.counts.email + context.counts.phone > 3 };')
    p = policy(house, "prove", "--with", str(draft), "--never", "context.hour < 20")
    assert p.returncode == 3 and "sampled, not a proof" in p.stdout and "context.counts.email + context.counts.phone" in p.stdout, p.stdout
    assert policy(house, "prove", "--with", str(draft), "--never", "context.hour > 20").returncode == 4
    p = policy(house, "prove", "--never", "context.hour > 20 && context.hour < 3")
    assert p.returncode == 3 and "nothing to prove" in p.stdout


@pytest.mark.parametrize("expression, place", [('context.classes.contains("cards")', "--never:1:26"), ("context.hours > 3", "--never:1:"), ("context.hour >", "--never:1:"), ("true }; permit (principal, action, resource) when { true", "--never:1:"), ("context.hour", "--never:")])
def test_an_expression_with_a_slip_is_refused_with_its_place(house, expression, place):
    p = policy(house, "prove", "--never", expression)
    assert p.returncode == 2 and place in p.stderr, p.stdout + p.stderr


def test_the_ledger_is_decided_under_both(make_gateway, provider):
    gateway = make_gateway(upstream=provider.url).start()
    for text in ("hello", "Write to maria@example.org"):
        assert gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": text}]}).status_code == 200
    draft = gateway.folder / "draft.cedar"
    draft.write_text((gateway.folder / "policies/access.cedar").read_text() + '\n@id("no-mail") forbid (principal, action, resource) when { context.classes.contains("email") };\n')
    eventually(lambda: json.loads(policy(gateway, "diff", str(draft), "--since", "1d", "--json").stdout)["replay"]["requests"] == 2)
    report = json.loads(policy(gateway, "diff", str(draft), "--since", "1d", "--json").stdout)
    assert report["replay"] == {"requests": 2, "redecided": 2, "changed": 1, "refused": 1, "allowed": 0}
    p = policy(gateway, "diff", str(draft), "--since", "1d")
    assert p.returncode == 4 and "2 of 2 requests decided under both: 1 change" in p.stdout and "no-mail" in p.stdout
