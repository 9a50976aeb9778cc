"""How fast `sallyport audit verify` is: writes a log of so many entries of about a kilobyte, by an implementation of the
formats of its own (c2sp.org/tlog-tiles, signed-note; RFC 6962), and times the check. verify_ledger.py [ENTRIES] [PROGRAM]"""
import base64, hashlib, json, os, pathlib, shutil, subprocess, sys, tempfile, time
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def path(kind, number, width=256):
    digits = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        digits = f"x{number % 1000:03}/{digits}"
    return f"tile/{kind}/{digits}" + ("" if width == 256 else f".p/{width}")


def write(folder, name, data):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def node(left, right): return hashlib.sha256(b"\1" + left + right).digest()


def complete(hashes):
    while len(hashes) > 1: hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def entry(seq):
    """An intent of some kilobyte, as a chat with two findings has it."""
    return json.dumps({
        "attempt": 1, "client": "127.0.0.1", "considered": [{"destination": {"model": "demo", "provider": "demo"}, "form": "pseudonymised", "policies": ["staff-may-chat"]}],
        "coverage": [{"count": 2, "place": "user", "verdict": "scanned"}], "data": [{"class": "email", "count": 2, "place": "user", "treatment": "surrogate"}],
        "destination": {"internal": True, "model": "demo", "provider": "demo"}, "dialect": "openai", "exposed": [{"class": "email", "treatment": "surrogate", "values": ["0123456789abcdefghijkl", "0123456789abcdefghijkm"]}],
        "form": "pseudonymised", "kind": "intent", "model": "demo", "operation": "chat", "policies": ["staff-may-chat"], "policy_set": hashlib.sha256(b"set").hexdigest(),
        "principal": {"credential": ["key_0123"], "kind": "service", "method": ["api-key"], "name": "tester", "teams": ["tests"], "tenant": "default"}, "prompt": hashlib.sha256(b"%d" % seq).hexdigest(),
        "request": f"req_{seq:022}", "seq": seq, "stages_us": {"authorise": 10, "inspect": 200, "read": 50, "treat": 30}, "stream": False, "time": "2026-11-23T10:00:00.000Z", "tokens_estimated": 25, "tools": [], "v": 3,
    }, separators=(",", ":")).encode()


def make(folder, count):
    """Writes the log; the mean length of an entry."""
    level, total = [], 0
    for first in range(0, count, 256):
        entries = [entry(seq) for seq in range(first, min(count, first + 256))]
        total += sum(map(len, entries))
        write(folder, path("entries", first // 256, len(entries)), b"".join(len(e).to_bytes(2, "big") + e for e in entries))
        level += [hashlib.sha256(b"\0" + e).digest() for e in entries]
    root, number = None, 0
    edges = []
    while level:
        full = len(level) // 256
        for i in range(0, len(level), 256): write(folder, path(number, i // 256, min(256, len(level) - i)), b"".join(level[i:i + 256]))
        edges.append(level[full * 256:])
        level, number = [complete(level[i * 256:i * 256 + 256]) for i in range(full)], number + 1
    for edge in edges:                                    # from the leaves up: what hangs below stands to the right
        parts, i = [], 0
        while i < len(edge):
            width = 1 << (len(edge) - i).bit_length() - 1
            parts.append(complete(edge[i:i + width])); i += width
        for part in reversed(parts): root = part if root is None else node(part, root)
    key, name = Ed25519PrivateKey.generate(), "bench/1"
    public = b"\1" + key.public_key().public_bytes_raw()
    number = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    text = f"{name}\n{count}\n{base64.b64encode(root).decode()}\n"
    write(folder, "vkey", f"{name}+{number.hex()}+{base64.b64encode(public).decode()}\n".encode())
    write(folder, "checkpoint", f"{text}\n\u2014 {name} {base64.b64encode(number + key.sign(text.encode())).decode()}\n".encode())
    return total / count


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    program = sys.argv[2] if len(sys.argv) > 2 else ".build/release/sallyport"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-verify-"))
    try:
        mean = make(folder / "log-000001", count)
        best = 0
        for _ in range(3):
            start = time.time()
            done = subprocess.run([program, "audit", "verify", "--ledger", folder, "--json"], capture_output=True, text=True)
            best = max(best, count / (time.time() - start))
            assert done.returncode == 0 and json.loads(done.stdout)["entries"] == count, done.stderr
        print(f"audit verify: {count:,} entries of {mean:.0f} bytes on {os.cpu_count()} cores: {best:,.0f} entries/s")
    finally: shutil.rmtree(folder)
