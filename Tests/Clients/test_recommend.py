"""`sallyport recommend`: what it picks of a run that `evaluate` wrote, and what becomes of models.yaml."""
import json, os, subprocess
import pytest
from conftest import PROGRAM
from test_evaluate import PRICE, Bank, bank, environment, evaluate, write_suite   # noqa: F401 (bank is a fixture)

BOTH = f"[{{ provider: upstream, model: right-30, {PRICE} }}, {{ provider: upstream, model: right-90, {PRICE} }}]"
MODELS = f"""
  # ── models under test ──
  good: {{ candidates: [{{ provider: upstream, model: right-90, {PRICE} }}] }}
  bad: {{ candidates: [{{ provider: upstream, model: right-30, {PRICE} }}] }}   # not so good
  one/*: {{ candidates: [{{ provider: upstream, model: "*", {PRICE} }}] }}
  # ── what callers ask for ──
  flow: {{ candidates: [{{ provider: upstream, model: right-30, {PRICE} }}] }}
  lines:
    strategy: ordered   # as listed
    candidates:
      # first choice
      - {{ provider: upstream, model: right-30, {PRICE} }}   # cheap
      - {{ provider: upstream, model: right-90, {PRICE} }}   # dear
  cheap: {{ strategy: cheapest, candidates: {BOTH} }}
  hedged: {{ strategy: fastest, hedge: {{ after: 800ms, max_cost_share: 10% }}, candidates: {BOTH} }}
  shared: {{ strategy: weighted, candidates: {BOTH} }}
"""


def recommend(g, *arguments, code=0, env=None):
    p = subprocess.run([PROGRAM, "recommend", *arguments, "--config", str(g.folder / "sallyport.yaml")], capture_output=True, text=True, timeout=300, env={**environment(g), **(env or {})})
    assert p.returncode == code, f"{arguments}: {p.returncode}\n{p.stdout}\n{p.stderr}"
    return p


@pytest.fixture
def lab(make_gateway, bank):   # noqa: F811
    g = make_gateway(upstream=bank.url, models=MODELS)
    (g.folder / "policies/models.yaml").rename(g.folder / "policies/aliases.yaml")
    configuration = g.folder / "sallyport.yaml"
    configuration.write_text(configuration.read_text() + "\npolicies: { models: policies/aliases.yaml }\n")
    g.bank, g.models = bank, g.folder / "policies/aliases.yaml"
    return g.start()


def written(g, alias, *arguments, **k):
    """The file after `--write`, and what was said."""
    before = g.models.read_text()
    dry = recommend(g, "--write", alias, "--dry-run", *arguments, **k)
    assert g.models.read_text() == before and "nothing is written: --dry-run" in dry.stderr
    p = recommend(g, "--write", alias, *arguments, **k)
    after = g.models.read_text()
    # The diff is one that `patch` takes, and what it makes is what was written; what was no candidate is as it was.
    diff = "--- " + p.stdout.split("\n--- ", 1)[1]
    (g.folder / "before.yaml").write_text(before); (g.folder / "change.diff").write_text(diff)
    subprocess.run(["patch", "-s", str(g.folder / "before.yaml"), str(g.folder / "change.diff")], check=True)
    assert (g.folder / "before.yaml").read_text() == after != before
    assert [l for l in after.splitlines() if l.strip().startswith("#")] == [l for l in before.splitlines() if l.strip().startswith("#")]
    g.run("check")
    # Once more there is nothing to do.
    assert "nothing to write" in recommend(g, "--write", alias, *arguments, **k).stderr and g.models.read_text() == after
    return after, p.stderr


def line(text, start): return next(l for l in text.splitlines() if l.strip().startswith(start))


def test_the_pick_of_a_run_is_written_where_callers_ask(lab):
    suite = write_suite(lab, 60)
    evaluate(lab, suite, "--candidates", "bad,good")
    r = json.loads(recommend(lab, "--json").stdout)
    assert r["pick"] == "good/zero-shot" and r["settled"] and {c["name"]: c["pareto"] for c in r["candidates"]}["good/zero-shot"]
    text, said = written(lab, "flow")
    assert line(text, "flow:") == f"  flow: {{ candidates: [{{ provider: upstream, model: right-90, {PRICE} }}, {{ provider: upstream, model: right-30, {PRICE} }}] }}"
    assert "`flow` (ordered): upstream/right-90 comes first; the others are tried after it" in said
    text, said = written(lab, "lines")
    assert f"      # first choice\n      - {{ provider: upstream, model: right-90, {PRICE} }}   # dear\n      - {{ provider: upstream, model: right-30, {PRICE} }}   # cheap\n" in text
    text, said = written(lab, "cheap")
    assert "right-30" not in line(text, "cheap:") and "right-90" in line(text, "cheap:") and "alone remains" in said and "no longer listed: upstream/right-30" in said
    text, said = written(lab, "brand-new")
    assert text.endswith(f"  brand-new:\n    candidates:\n      - {{ provider: upstream, model: right-90, {PRICE} }}\n") or "brand-new:\n" in text
    text, said = written(lab, "shared", "--weight", "9")
    assert line(text, "shared:").endswith(f"model: right-90, {PRICE}, weight: 9 }}] }}")
    # The gateway reads it.
    lab.reload()
    answer = lab.post({"model": "flow", "messages": [{"role": "user", "content": "Question 1?"}]})
    assert answer.status_code == 200 and lab.bank.bill[-1][0] == "right-90"


def test_what_would_not_pass_a_check_or_has_no_meaning_is_not_written(lab):
    evaluate(lab, write_suite(lab, 40), "--candidates", "bad,good")
    before = lab.models.read_text()
    assert "say with --weight" in recommend(lab, "--write", "shared", code=1).stderr
    # One candidate alone can't be hedged.
    p = recommend(lab, "--write", "hedged", code=1)
    assert "second candidate" in p.stderr and "nothing is written" in p.stderr
    assert "nothing is written" in recommend(lab, "--write", "hedged", "--dry-run", code=1).stderr
    recommend(lab, "--write", "flow", "--weight", "3", code=1)
    recommend(lab, "--write", "a: b", code=1)
    recommend(lab, "--weight", "3", code=64)
    assert lab.models.read_text() == before


def test_a_name_of_a_pattern_and_a_pattern_itself(lab):
    evaluate(lab, write_suite(lab, 40), "--candidates", "bad,one/right-90")
    text, _ = written(lab, "flow")
    assert line(text, "flow:").startswith('  flow: { candidates: [{ provider: upstream, model: "right-90", price:')
    text, _ = written(lab, "one/*")
    assert line(text, "one/*:").startswith('  one/*: { candidates: [{ provider: upstream, model: "right-90", price:') and 'model: "*"' in line(text, "one/*:")


def test_of_equals_nobody_is_picked_whom_another_beats(lab):
    # The same answers from both: the dearer one is beaten, whichever stands first.
    models = lab.models.read_text() + "  dear: { candidates: [{ provider: upstream, model: right-90, price: { input_usd_per_million: 5, output_usd_per_million: 9 }, max_output: 100 }] }\n"
    lab.models.write_text(models); lab.reload()
    evaluate(lab, write_suite(lab, 40), "--candidates", "dear,good")
    r = json.loads(recommend(lab, "--json").stdout)
    assert r["pick"] == "good/zero-shot" and [c["pareto"] for c in r["candidates"]][0]
    assert "By these weights dear/zero-shot is as good" in recommend(lab).stdout
