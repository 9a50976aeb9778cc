"""Cedar policies beside cedarpy (the reference implementation, in Rust), in one run, on the same policies and requests, on one core.

    python3 Benchmarks/cedar.py --sallyport PROGRAM [--json FILE]

Policies are those of a gateway: most speak of a team and a model, some of one user or of every user, a few forbid. `everywhere` is the
worst case, in which the heads ask for nothing, so that no index helps. Allocations are counted with a shim before malloc: what 500
more requests cost, decided 22 times each. `scripts/bench-cedar` makes what is needed."""
import argparse, json, os, pathlib, random, re, subprocess, tempfile, time
import cedarpy

SCHEMA = """entity Team; entity Group; entity User in [Team] { age: Long }; entity Model in [Group] { trust: Long, region: String };
action send_raw, send_pseudonymised, use_tool appliesTo { principal: User, resource: Model, context: { classes: Set<String>, tokens: Long, internal: Bool } };
"""
ACTIONS = ["send_raw", "send_pseudonymised", "use_tool"]


def policies(count):
    """Sets grow as organisations do: the number of policies for each team stays."""
    r, texts = random.Random(count), []
    for number in range(count):
        team, model, action = f'Team::"team{r.randrange(count // 5)}"', f'Model::"model{r.randrange(max(5, count // 20))}"', f'Action::"{r.choice(ACTIONS)}"'
        when = r.choice(['context.classes.contains("email") && context.tokens < 8000', "resource.trust >= 2", 'principal.age > 30 || context.internal', 'resource.region == "eu" && !context.classes.contains("health")'])
        if number < 5: texts.append(f'forbid (principal, action, resource) when {{ context.classes.contains("class{number}") && !context.internal }};')
        elif number % 10 < 7: texts.append(f"permit (principal in {team}, action in [{action}, Action::\"use_tool\"], resource == {model}) when {{ {when} }};")
        elif number % 10 < 9: texts.append(f'permit (principal == User::"user{r.randrange(count)}", action == {action}, resource is Model) when {{ {when} }};')
        else: texts.append(f"permit (principal in {team}, action, resource in Group::\"group{r.randrange(10)}\") unless {{ {when} }};")
    return "\n".join(texts) + "\n"


def everywhere(count):
    return "".join(f'permit (principal, action, resource) when {{ context.tokens == {number} && resource.trust > 1 }};\n' for number in range(count))


def entities(count):
    r = random.Random(1)
    users = [{"uid": {"type": "User", "id": f"user{n}"}, "attrs": {"age": r.randrange(18, 80)}, "parents": [{"type": "Team", "id": f"team{r.randrange(count // 5)}"} for _ in range(2)]} for n in range(count)]
    models = [{"uid": {"type": "Model", "id": f"model{n}"}, "attrs": {"trust": r.randrange(4), "region": r.choice(["eu", "us"])}, "parents": [{"type": "Group", "id": f"group{n % 10}"}]} for n in range(max(5, count // 20))]
    return users + models


def requests(count, number):
    r = random.Random(2)
    return [{"principal": f'User::"user{r.randrange(count)}"', "action": f'Action::"{r.choice(ACTIONS)}"', "resource": f'Model::"model{r.randrange(max(5, count // 20))}"',
             "context": {"classes": r.sample(["email", "health", "iban", "class1"], r.randrange(4)), "tokens": r.randrange(10000), "internal": r.random() < 0.5}} for _ in range(number)]


def measure(program, folder, name, text, count, shim):
    folder = pathlib.Path(folder)
    (folder / "p.cedar").write_text(text)
    (folder / "s.cedarschema").write_text(SCHEMA)
    (folder / "e.json").write_text(json.dumps(entities(count)))
    for number in (500, 1000): (folder / f"r{number}.jsonl").write_text("".join(json.dumps(q) + "\n" for q in requests(count, number)))
    pin = ["taskset", "-c", "0"]

    def authorize(number, env=None):
        command = pin + [program, "cedar", "authorize", "-p", folder / "p.cedar", "--entities", folder / "e.json", "--requests", folder / f"r{number}.jsonl", "--json", "--timing"]
        return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **(env or {})})

    run = authorize(1000)
    row = {"policies": name, "count": count, "median_us": float(re.search(r"median ([0-9.e-]+)", run.stderr).group(1)), "late_us": float(re.search(r"99 % ([0-9.e-]+)", run.stderr).group(1))}
    if shim:
        counts = [int(re.search(r"allocations (\d+)", authorize(number, {"LD_PRELOAD": shim}).stderr).group(1)) for number in (500, 1000)]
        row["allocations"] = (counts[1] - counts[0]) / (500 * 22)
    loads = []
    for _ in range(5):
        check = subprocess.run(pin + [program, "cedar", "validate", "-p", folder / "p.cedar", "-s", folder / "s.cedarschema", "--timing"], check=True, capture_output=True, text=True)
        loads.append([float(x) for x in re.search(r"read in ([0-9.e-]+) ms, checked in ([0-9.e-]+)", check.stderr).groups()])
    row["read_ms"], row["checked_ms"] = min(loads, key=sum)  # the best of five: the clock also counts what others do
    ours = [(a["decision"], sorted(a["reason"])) for a in map(json.loads, run.stdout.splitlines())]

    asked = requests(count, 1000)
    start = time.perf_counter(); handle = cedarpy.PolicySet.from_str(text); row["their_read_ms"] = (time.perf_counter() - start) * 1e3
    start = time.perf_counter(); assert cedarpy.validate_policies(text, SCHEMA).validation_passed; row["their_checked_ms"] = (time.perf_counter() - start) * 1e3
    known = cedarpy.Entities.from_json_str(json.dumps(entities(count)))
    cedarpy.is_authorized_batch(asked[:50], handle, known)
    start = time.perf_counter(); answers = cedarpy.is_authorized_batch(asked, handle, known); row["their_us"] = (time.perf_counter() - start) * 1e6 / len(asked)
    theirs = [(a.decision.value.lower(), sorted(a.diagnostics.reasons)) for a in answers]
    assert ours == theirs, "both decide alike"
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sallyport", required=True, help="the release executable")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    os.sched_setaffinity(0, {0})
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        shim = f"{folder}/malloc_count.so"
        source = pathlib.Path(__file__).with_name("malloc_count.c")
        if subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", shim, source, "-ldl"]).returncode: shim = None
        for name, text, count in [("of teams, users and models", policies(n), n) for n in (100, 1000, 10000)] + [("everywhere", everywhere(n), n) for n in (100, 1000)]:
            rows.append(measure(options.sallyport, folder, name, text, count, shim))
    print(f"{'policies':34} {'decision, median':>17} {'99 %':>9} {'allocations':>12} {'cedarpy, mean':>14} {'read + checked':>19} {'cedarpy':>19}")
    for row in rows:
        aim = {100: " (≤ 5)", 1000: " (≤ 20)"}.get(row["count"], "") if row["policies"] != "everywhere" else ""
        print(f"{row['count']:6} {row['policies']:27} {row['median_us']:7.2f} µs{aim:7} {row['late_us']:6.1f} µs {row.get('allocations', float('nan')):12.1f} {row['their_us']:11.1f} µs"
              f" {row['read_ms']:7.1f} + {row['checked_ms']:5.1f} ms {row['their_read_ms']:7.1f} + {row['their_checked_ms']:5.1f} ms")
    if options.json: pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__": main()
