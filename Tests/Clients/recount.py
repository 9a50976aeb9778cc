"""Recounts a ledger from its raw bundles, with nothing of ours: every figure of `sallyport audit report --json`.

    recount.py FOLDER [SINCE]      prints the report that ought to come out"""
import collections, json, pathlib, struct, sys, datetime


def entries(folder):
    """Every entry under the checkpoints, in order: tlog-tiles entry bundles are u16 lengths and bytes."""
    for log in sorted(pathlib.Path(folder).glob("log-*")):
        size = int((log / "checkpoint").read_text().split("\n")[1])
        for index in range(0, size, 256):
            name, width = index // 256, min(256, size - index)
            parts = []
            while True:
                parts.insert(0, f"{name % 1000:03}"); name //= 1000
                if not name: break
            path = log / "tile/entries" / "/".join(["x" + p for p in parts[:-1]] + parts[-1:])
            if width < 256: path = pathlib.Path(str(path) + f".p/{width}")
            data, at = path.read_bytes(), 0
            for _ in range(width):
                (length,) = struct.unpack_from(">H", data, at)
                yield json.loads(data[at + 2 : at + 2 + length]); at += 2 + length
            assert at == len(data)


def milliseconds(text): return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def iso(ms): return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


def percentiles(values):
    values = sorted(values)
    rank = lambda p: values[-(-len(values) * p // 100) - 1]
    return {"count": len(values), "p50": rank(50), "p95": rank(95)} if values else None


def recount(folder, since=None):
    intents, results, denied, cached, other, total = {}, {}, [], [], [], 0
    for e in entries(folder):
        total += 1
        if e["kind"] == "intent": intents[e["request"], e["attempt"]] = e
        elif e["kind"] == "result": results[e["request"], e["attempt"]] = e
        elif e["kind"] == "denied": denied.append(e)
        elif e["kind"] == "cached": cached.append(e)
        else: other.append(e)
    after = lambda e: since is None or e["time"] >= since
    intents = {k: e for k, e in intents.items() if after(e)}
    denied, cached, other = (list(filter(after, entries)) for entries in (denied, cached, other))
    number = collections.Counter
    exposure, values = number(), number()
    who = collections.defaultdict(lambda: number())
    trend = collections.defaultdict(number)
    permits, refusals, outcomes, reasons, totals = number(), number(), number(), number(), number()
    models = collections.defaultdict(lambda: (number(), [], []))
    stages = []
    for (request, attempt), e in intents.items():
        r, d, p = results.get((request, attempt)), e["destination"], (e["principal"]["tenant"], e["principal"]["name"])
        model, first, whole = models[d["provider"], d["model"], d["internal"]]
        hour = milliseconds(e["time"]) // 3_600_000
        who[p]["attempts"] += 1; model["attempts"] += 1; trend[hour]["attempts"] += 1
        if "stages_us" in e: stages.append(sum(e["stages_us"].values()))
        for policy in e["policies"]: permits[policy] += 1
        found = [(x["class"], x["treatment"], x["count"]) for x in e["data"]]
        found += [("unscannable", "raw", x["count"]) for x in e["coverage"] if x["verdict"] == "unscannable"]
        if not (r and r["outcome"] == "unreachable"):
            for key in {(c, d["provider"], d["model"], d["internal"], t) for c, t, _ in found}: exposure[key] += 1
            for c, t, n in found:
                values[c, d["provider"], d["model"], d["internal"], t] += n
                kind = "raw_values" if t == "raw" else "treated_values"
                totals[kind] += n; trend[hour][kind] += n; who[p]["values"] += n
                if t == "raw": who[p]["raw_values"] += n
        if r is None: totals["open"] += 1; continue
        outcomes[r["outcome"]] += 1
        if u := r["usage"]:
            for name, key in (("input_tokens", "input"), ("cached_input_tokens", "cached_input"), ("output_tokens", "output")):
                model[name] += u[key]; totals[name] += u[key]
            who[p]["tokens"] += u["input"] + u["output"]
        cost = r["cost_nano_usd"]
        if cost is None: model["unpriced"] += 1; totals["unpriced"] += 1
        else: model["cost_nano_usd"] += cost; totals["cost_nano_usd"] += cost; who[p]["cost_nano_usd"] += cost
        if "first_byte_us" in r: first.append(r["first_byte_us"])
        whole.append(r["total_us"])
    for e in denied:
        who[e["principal"]["tenant"], e["principal"]["name"]]["denied"] += 1
        trend[milliseconds(e["time"]) // 3_600_000]["denied"] += 1
        reasons[e["reason"]] += 1
        for policy in {x for c in e["considered"] for x in c["policies"]}: refusals[policy] += 1
    times = [milliseconds(e["time"]) for e in [*intents.values(), *denied]]
    unit = 3_600_000 if not times or max(times) - min(times) <= 72 * 3_600_000 else 86_400_000
    points = collections.defaultdict(number)
    for hour, sums in trend.items(): points[hour * 3_600_000 // unit * unit].update(sums)
    if times:
        for at in range(min(times) // unit * unit, max(times) + 1, unit): points[at]
    counted = lambda name, counts: [{name: k, "count": n} for k, n in sorted(counts.items(), key=lambda x: (-x[1], x[0]))]
    turned = collections.defaultdict(number)
    for e in other:
        if e["kind"] in ("unidentified", "refused"): turned[e["kind"]].update(e["reasons"])
        elif e["kind"] != "exposure": turned["acts"][e["kind"]] += 1
    names = ("attempts", "denied", "values", "raw_values", "tokens", "cost_nano_usd")
    return {
        "schema": 1, "first": iso(min(times)) if times else None, "last": iso(max(times)) if times else None,
        "totals": {"requests": len({r for r, _ in intents}), "attempts": len(intents), "cached": len(cached), "denied": len(denied), "principals": len(who),
                   **{k: totals[k] for k in ("open", "raw_values", "treated_values", "input_tokens", "cached_input_tokens", "output_tokens", "cost_nano_usd", "unpriced")}},
        "exposure": [{"class": k[0], "provider": k[1], "model": k[2], "internal": k[3], "treatment": k[4], "attempts": n, "values": values[k]}
                     for k, n in sorted(exposure.items(), key=lambda x: (x[0][0], x[0][1], x[0][2], x[0][4]))],
        "principals": [{"tenant": t, "principal": p, **{k: c[k] for k in names}} for (t, p), c in
                       sorted(who.items(), key=lambda x: (-x[1]["raw_values"], -x[1]["values"], -x[1]["attempts"], x[0]))],
        "trend_unit": "hour" if unit == 3_600_000 else "day",
        "trend": [{"time": iso(at), **{k: c[k] for k in ("attempts", "denied", "raw_values", "treated_values")}} for at, c in sorted(points.items())],
        "policies": [{"policy": p, "permitted": permits[p], "denied": refusals[p]} for p in sorted({*permits, *refusals}, key=lambda p: (-permits[p] - refusals[p], p))],
        "denials": counted("reason", reasons), "outcomes": counted("outcome", outcomes),
        "unidentified": counted("reason", turned["unidentified"]), "refused": counted("reason", turned["refused"]), "acts": counted("kind", turned["acts"]),
        "models": [{"provider": k[0], "model": k[1], "internal": k[2],
                    **{n: c[n] for n in ("attempts", "input_tokens", "cached_input_tokens", "output_tokens", "cost_nano_usd", "unpriced")},
                    "first_byte_us": percentiles(first), "total_us": percentiles(whole)} for k, (c, first, whole) in sorted(models.items())],
        "gateway_us": percentiles(stages), "entries": total,
    }


def differences(report, expected, at=""):
    """Where two reports say different things, as lines."""
    if isinstance(expected, dict) and isinstance(report, dict):
        return [x for k in sorted({*report, *expected}) for x in differences(report.get(k, "nothing"), expected.get(k, "nothing"), f"{at}.{k}")]
    if isinstance(expected, list) and isinstance(report, list) and len(report) == len(expected):
        return [x for i, (a, b) in enumerate(zip(report, expected)) for x in differences(a, b, f"{at}[{i}]")]
    return [] if report == expected else [f"{at}: the report says {json.dumps(report)[:200]}, the ledger {json.dumps(expected)[:200]}"]


def check(report, folder, since=None):
    """Every figure of a report of one ledger against the ledger itself."""
    report, expected = dict(report), recount(folder, since)
    assert [l["entries"] for l in report.pop("ledgers")] == [expected.pop("entries")]
    report.pop("filter")
    assert not (found := differences(report, expected)), "\n".join(found[:20])


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(json.load(sys.stdin), sys.argv[2]); print("every figure is the same")
    else: json.dump(recount(*sys.argv[1:]), sys.stdout, indent=1)
