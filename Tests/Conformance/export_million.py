"""A ledger's exports, as DuckDB reads them, against a recount from the bundles themselves: export_million.py PROGRAM LEDGER."""
import hashlib, json, pathlib, struct, subprocess, sys, tempfile, time
import duckdb
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Clients"))
from test_entries import QUESTIONS, recount

program, ledger = sys.argv[1], pathlib.Path(sys.argv[2])


def entries():
    """Every entry under a checkpoint, from `tile/entries` (c2sp.org/tlog-tiles): u16 lengths, big-endian; partial bundles only where there is no full one."""
    for log in sorted(ledger.glob("log-*")):
        size = int((log / "checkpoint").read_text().split("\n")[1])
        for number in range(0, (size + 255) // 256):
            width = min(256, size - 256 * number)
            digits = f"{number:03}"; digits = digits.zfill((len(digits) + 2) // 3 * 3)
            groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
            path = log / "tile/entries" / "/".join([*("x" + g for g in groups[:-1]), groups[-1]])
            data = (path if width == 256 else path.with_name(path.name + ".p") / str(width)).read_bytes()
            place = 0
            while place < len(data):
                length, = struct.unpack_from(">H", data, place)
                yield data[place + 2:place + 2 + length]
                place += 2 + length


class Entries:
    """Read anew each time: a million do not fit a small machine."""
    def __iter__(self): return map(json.loads, entries())


began = time.time()
count, digest = 0, hashlib.sha256()
for line in entries(): count += 1; digest.update(line + b"\n")
expected = list(recount(Entries()).values())
print(f"{count} entries, recounted in {time.time() - began:.1f} s: {expected}", flush=True)
failures = 0
with tempfile.TemporaryDirectory() as folder:
    for format, question in QUESTIONS.items():
        file = pathlib.Path(folder) / ("ledger.csv" if format == "csv" else f"{format}.jsonl")
        began = time.time()
        with open(file, "wb") as output: subprocess.run([program, "audit", "export", "--format", format, "--ledger", str(ledger)], stdout=output, check=True)
        exported = time.time()
        found = [int(x or 0) for x in duckdb.sql(question.format(file)).fetchall()[0]]
        print(f"{format}: {file.stat().st_size >> 20} MiB, exported in {exported - began:.1f} s, asked in {time.time() - exported:.1f} s", flush=True)
        if format == "jsonl" and hashlib.file_digest(open(file, "rb"), "sha256").digest() != digest.digest(): failures += 1; print("jsonl: not the entries as they stand")
        if found != expected: failures += 1; print(f"{format}: {found}, expected {expected}")
        file.unlink()
sys.exit(1 if failures else 0)
