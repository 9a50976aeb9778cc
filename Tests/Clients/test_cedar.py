"""The Cedar verbs: beside the reference implementation, and as the official command behaves."""
import json, subprocess
import cedar_differential
from conftest import PROGRAM

POLICIES = """@id("alice") permit (principal == User::"alice", action == Action::"view", resource in Album::"trip");
forbid (principal, action, resource) unless { context.secure };
@id("guests") permit (principal in ?principal, action == Action::"view", resource == ?resource);
"""
SCHEMA = """entity Group; entity Album; entity User in [Group]; entity Photo in [Album] { taken: datetime };
action view appliesTo { principal: User, resource: Photo, context: { secure: Bool } };
"""
ENTITIES = [
    {"uid": {"type": "User", "id": "alice"}, "attrs": {}, "parents": []},
    {"uid": {"type": "User", "id": "bob"}, "attrs": {}, "parents": [{"type": "Group", "id": "friends"}]},
    {"uid": {"type": "Photo", "id": "p1"}, "attrs": {"taken": "2024-05-01"}, "parents": [{"type": "Album", "id": "trip"}]},
]
LINKS = [{"template_id": "guests", "link_id": "friends see p1", "args": {"?principal": "Group::\"friends\"", "?resource": "Photo::\"p1\""}}]


class Files:
    """The policies, schema, entities and links above, in a folder."""

    def __init__(self, folder):
        self.folder = folder
        for name, content in {"p.cedar": POLICIES, "s.cedarschema": SCHEMA, "e.json": json.dumps(ENTITIES), "l.json": json.dumps(LINKS), "c.json": '{"secure": true}', "open.json": '{"secure": false}'}.items():
            (folder / name).write_text(content)

    def __getitem__(self, name): return str(self.folder / name)

    def run(self, *arguments, input=None): return subprocess.run([PROGRAM, "cedar", *arguments], input=input, capture_output=True, text=True, timeout=600)

    def authorize(self, principal, *more, context="c.json"):
        return self.run("authorize", "-p", self["p.cedar"], "-s", self["s.cedarschema"], "--entities", self["e.json"], "-k", self["l.json"], "-l", f'User::"{principal}"', "-a", 'Action::"view"', "-r", 'Photo::"p1"',
                        "-c", self[context], *more)


def test_random_policies_decide_as_the_reference_does():
    problems, summary = cedar_differential.run(requests=3_000, texts=200, seed=7_000_000, jobs=2)
    print(summary)
    assert not problems, problems[0]


def test_authorize_exits_and_prints_as_the_official_command(tmp_path):
    files = Files(tmp_path)
    allowed = files.authorize("alice", "--verbose")
    assert allowed.returncode == 0 and allowed.stdout.startswith("ALLOW\n") and "  alice\n" in allowed.stdout
    linked = files.authorize("bob", "-v")
    assert linked.returncode == 0 and "  friends see p1\n" in linked.stdout
    denied = files.authorize("alice", "-v", context="open.json")
    assert denied.returncode == 2 and denied.stdout.startswith("DENY\n") and "  policy1\n" in denied.stdout


def test_many_requests_have_an_answer_a_line(tmp_path):
    files = Files(tmp_path)
    request = {"principal": 'User::"alice"', "action": 'Action::"view"', "resource": {"type": "Photo", "id": "p1"}, "context": {"secure": True}}
    (tmp_path / "r.jsonl").write_text("\n".join(json.dumps(r) for r in [request, {**request, "principal": 'User::"eve"'}, {**request, "context": {}}]))
    run = files.run("authorize", "-p", files["p.cedar"], "--entities", files["e.json"], "--requests", files["r.jsonl"], "--json")
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, run.stderr
    assert [a["decision"] for a in answers] == ["allow", "deny", "allow"] and [a["reason"] for a in answers] == [["alice"], [], ["alice"]]
    assert answers[2]["errors"] == ["policy1"] and answers[2]["messages"] == ["policy `policy1` at 2:47: no attribute `secure` here"]
    (tmp_path / "r.jsonl").write_text(json.dumps(request) + "\n{}\n")
    broken = files.run("authorize", "-p", files["p.cedar"], "--requests", files["r.jsonl"], "--json")
    assert broken.returncode == 1 and len(broken.stdout.splitlines()) == 2 and "r.jsonl:2:1: the member `action` is missing" in broken.stderr


def test_many_requests_are_read_and_checked_as_the_schema_says(tmp_path):
    files = Files(tmp_path)
    (tmp_path / "s.cedarschema").write_text(SCHEMA.replace("secure: Bool", "secure: Bool, since: datetime"))
    request = {"principal": 'User::"alice"', "action": 'Action::"view"', "resource": 'Photo::"p1"', "context": {"secure": True, "since": "2024-01-01"}}
    (tmp_path / "r.jsonl").write_text(json.dumps(request) + "\r\n" + json.dumps({**request, "context": {"secure": True}}) + "\r\n")
    run = files.run("authorize", "-p", files["p.cedar"], "-s", files["s.cedarschema"], "--entities", files["e.json"], "--requests", files["r.jsonl"])
    assert run.returncode == 1 and run.stdout == "ALLOW\nERROR\n" and "r.jsonl:2: request: " in run.stderr and "since" in run.stderr


def test_a_request_that_the_schema_refuses_is_an_error(tmp_path):
    files = Files(tmp_path)
    (tmp_path / "c.json").write_text("{}")
    refused = files.authorize("alice")
    assert refused.returncode == 1 and "secure" in refused.stderr
    # Without validation the one forbid fails, and a policy that fails decides nothing.
    assert files.authorize("alice", "--request-validation", "false").returncode == 0


def test_everything_wrong_is_said_at_once_with_its_place(tmp_path):
    files = Files(tmp_path)
    (tmp_path / "p.cedar").write_text("permit (principal, action, resource) when { contxt.a };\nforbid (principle, action, resource);\n")
    (tmp_path / "e.json").write_text('[{"uid": {"type": "User"}, "attrs": {}, "parents": []}]')
    run = files.authorize("alice")
    assert run.returncode == 1 and run.stdout == ""
    for place in ("p.cedar:1:45: unknown variable `contxt`, did you mean `context`?", "p.cedar:2:9: expected `principal`", "e.json:1:10: the member `id` is missing"): assert place in run.stderr


def test_validate_exits_with_three_for_policies_that_the_schema_refuses(tmp_path):
    files = Files(tmp_path)
    good = files.run("validate", "-p", files["p.cedar"], "-s", files["s.cedarschema"])
    assert good.returncode == 0, good.stdout + good.stderr
    (tmp_path / "p.cedar").write_text('permit (principal, action == Action::"view", resource) when { resource.takn == 1 };')
    bad = files.run("validate", "-p", files["p.cedar"], "-s", files["s.cedarschema"])
    assert bad.returncode == 3 and "p.cedar:1:" in bad.stdout and "did you mean `taken`" in bad.stdout
    assert files.run("validate", "-p", files["p.cedar"], "-s", files["p.cedar"]).returncode == 1


def test_format_checks_writes_and_keeps_comments(tmp_path):
    files = Files(tmp_path)
    text = "// why\npermit(principal,action,resource); // done\n"
    formatted = "// why\npermit (principal, action, resource); // done\n"
    (tmp_path / "p.cedar").write_text(text)
    assert files.run("format", input=text).stdout == formatted
    assert files.run("format", "--check", "-p", files["p.cedar"]).returncode == 1
    assert files.run("format", "--write", "-p", files["p.cedar"]).returncode == 0 and (tmp_path / "p.cedar").read_text() == formatted
    assert files.run("format", "--check", "-p", files["p.cedar"]).returncode == 0


def test_evaluate_prints_the_value(tmp_path):
    files = Files(tmp_path)
    assert files.run("evaluate", '[1 + 2, ip("10.0.0.1").isInRange(ip("10.0.0.0/8"))]').stdout == "[3, true]\n"
    asked = files.run("evaluate", "resource.taken < datetime(\"2025-01-01\")", "-s", files["s.cedarschema"], "--entities", files["e.json"], "-l", 'User::"alice"', "-a", 'Action::"view"', "-r", 'Photo::"p1"', "-c", files["c.json"])
    assert asked.stdout == "true\n", asked.stderr
    assert files.run("evaluate", "9223372036854775807 + 1").returncode == 1


def test_policies_and_schemas_translate_there_and_back(tmp_path):
    files = Files(tmp_path)
    for verb, name, flag in (("translate-policy", "p.cedar", "-p"), ("translate-schema", "s.cedarschema", "-s")):
        there = files.run(verb, "--direction", "cedar-to-json", flag, files[name])
        back = files.run(verb, "--direction", "json-to-cedar", input=there.stdout)
        again = files.run(verb, "--direction", "cedar-to-json", input=back.stdout)
        assert there.returncode == back.returncode == 0 and json.loads(again.stdout) == json.loads(there.stdout)
