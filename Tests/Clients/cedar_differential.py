"""Sallyport's Cedar beside the reference implementation (cedarpy): the same random policies, entities and requests, and mutated texts of policies.

cedar_differential.py --requests 100000 --texts 2000 [--seed N] [--jobs 2]; exit 1 if anything differs. SALLYPORT names the executable."""
import argparse, concurrent.futures, json, os, pathlib, re, subprocess, sys, tempfile
import cedarpy
from cedar_random import Case, mutate

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SALLYPORT") or str(ROOT / ".build/debug/sallyport")
REQUESTS_A_CASE = 25


def reference(case):
    """What cedarpy decides: decision, determining policies, failing policies; a line a request."""
    policies = cedarpy.PolicySet.from_str(case.policies)
    if case.links:
        policies = policies.with_linked_batch([{"template_id": l["template_id"], "new_id": l["link_id"], "values": l["args"]} for l in case.links])
    entities = cedarpy.Entities.from_json_str(json.dumps(case.entities))
    answers = []
    for result in cedarpy.is_authorized_batch(case.requests, policies, entities):
        failed = [re.search(r"policy `([^`]*)`", e).group(1) for e in result.diagnostics.errors]
        answers.append((result.decision.value.lower(), sorted(result.diagnostics.reasons), sorted(failed)))
    return answers


def ours(case):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "p.cedar").write_text(case.policies)
        (folder / "e.json").write_text(json.dumps(case.entities))
        (folder / "l.json").write_text(json.dumps(case.links))
        (folder / "r.jsonl").write_text("".join(json.dumps(r) + "\n" for r in case.requests))
        run = subprocess.run([PROGRAM, "cedar", "authorize", "--policies", folder / "p.cedar", "--entities", folder / "e.json", "--template-linked", folder / "l.json", "--requests", folder / "r.jsonl", "--json"],
                             capture_output=True, text=True, timeout=600)
    if run.returncode: return run.stderr or f"exit code {run.returncode}"
    return [(a["decision"], sorted(a["reason"]), sorted(a["errors"])) for a in map(json.loads, run.stdout.splitlines())]


def compare_case(seed):
    """How many requests were decided, the tally of what was seen, and the first disagreement."""
    case = Case(seed, REQUESTS_A_CASE)
    found = ours(case)
    try:
        wanted = reference(case)
    except ValueError as error:
        return 0, {}, None if isinstance(found, str) and "/p.cedar:" in found else f"seed {seed}: the reference refuses the policies, ours does not: {error}\n{case.policies}"
    tally = {"allowed": sum(w[0] == "allow" for w in wanted), "failed": sum(bool(w[2]) for w in wanted), "linked": sum(any(p.startswith("link") for p in w[1]) for w in wanted)}
    if wanted == found: return len(wanted), tally, None
    if isinstance(found, str): return len(wanted), tally, f"seed {seed}: {found}\n{case.policies}"
    number = next((n for n, (w, f) in enumerate(zip(wanted, found)) if w != f), len(found))
    return len(wanted), tally, f"seed {seed}, request {number}: {json.dumps(case.requests[number])}\n{case.policies}\nthe reference: {wanted[number]}\nours: {found[number:number + 1]}"


def compare_text(seed):
    """Whether a mutated text is policies; both must say the same, and format it alike where no comments are to be kept."""
    case = Case(seed, 0)
    text = mutate(case.policies, seed)
    try:
        cedarpy.PolicySet.from_str(text)
        wanted = True
    except ValueError:
        wanted = False
    run = subprocess.run([PROGRAM, "cedar", "format"], input=text.encode("utf-8", "surrogatepass"), capture_output=True, timeout=600)
    found = run.returncode == 0
    if wanted and found and "//" not in text and run.stdout.decode() != cedarpy.format_policies(text):
        return wanted, f"text of seed {seed} is formatted otherwise:\n{cedarpy.format_policies(text)}\nours:\n{run.stdout.decode()}"
    if wanted == found and run.returncode in (0, 1): return wanted, None
    return wanted, f"text of seed {seed}: the reference {'takes' if wanted else 'refuses'} it, ours {'takes' if found else 'refuses'} it\n{run.stderr.decode()}\n{text}"


def run(requests, texts, seed, jobs):
    """All disagreements, and a line that says what was compared."""
    problems, total, taken = [], 0, 0
    tally = {"allowed": 0, "failed": 0, "linked": 0}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for count, seen, problem in pool.map(compare_case, range(seed, seed + (requests + REQUESTS_A_CASE - 1) // REQUESTS_A_CASE)):
            total += count
            for key in seen: tally[key] += seen[key]
            if problem: problems.append(problem)
        for accepted, problem in pool.map(compare_text, range(seed, seed + texts)):
            taken += accepted
            if problem: problems.append(problem)
    summary = (f"cedar: {total} requests decided by both ({tally['allowed']} allowed, {tally['failed']} with failing policies, {tally['linked']} decided by links), "
               f"{texts} mutated texts parsed by both ({taken} taken): {len(problems)} disagreements")
    return problems, summary


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    problems, summary = run(options.requests, options.texts, options.seed, options.jobs)
    for problem in problems[:5]: print(problem, file=sys.stderr)
    print(summary)
    sys.exit(1 if problems else 0)
