"""A ledger in the layout c2sp.org/tlog-tiles by other hands: written, read and checked without a line of ours."""
import base64, hashlib, json, pathlib
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sha = lambda b: hashlib.sha256(b).digest()
leaf = lambda e: sha(b"\0" + e)
node = lambda l, r: sha(b"\1" + l + r)


def root(hashes):
    """RFC 6962 §2.1, from leaf hashes."""
    if not hashes: return sha(b"")
    if len(hashes) == 1: return hashes[0]
    k = 1
    while k * 2 < len(hashes): k *= 2
    return node(root(hashes[:k]), root(hashes[k:]))


def consistent(old, new, old_root, new_root, proof):
    """RFC 9162 §2.1.4.2."""
    if old == new: return not proof and old_root == new_root
    if not 0 < old < new: return False
    proof = list(proof)
    if old & (old - 1) == 0: proof.insert(0, old_root)
    if not proof: return False
    fn, sn = old - 1, new - 1
    while fn & 1: fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for c in proof[1:]:
        if sn == 0: return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn & 1 == 0 and fn: fn, sn = fn >> 1, sn >> 1
        else: sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == new_root and sn == 0


class Key:
    """A key of signed notes: type 1 signs logs, type 4 cosigns."""

    def __init__(self, name, kind=1, seed=None):
        self.name, self.kind = name, kind
        self.private = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = sha(name.encode() + b"\n" + bytes([kind]) + self.public)[:4]

    @property
    def verifier(self): return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def line(self, text, time=None):
        if self.kind == 4:
            message = f"cosignature/v1\ntime {time}\n".encode() + text
            signature = time.to_bytes(8, "big") + self.private.sign(message)
        else: signature = self.private.sign(text)
        return f"— {self.name} {base64.b64encode(self.id + signature).decode()}\n".encode()


def check_line(verifier, text, line):
    """Whether a signature line is this verifier key's and holds."""
    name, number, key = verifier.split("+", 2)
    key = base64.b64decode(key)
    assert bytes.fromhex(number) == sha(name.encode() + b"\n" + key)[:4]
    dash, who, signature = line.rstrip("\n").split(" ")
    signature = base64.b64decode(signature)
    if dash != "—" or who != name or signature[:4] != bytes.fromhex(number): return False
    signature = signature[4:]
    if key[0] == 4:
        text = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n".encode() + text
        signature = signature[8:]
    try: Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, text)
    except Exception: return False
    return True


def tile_path(kind, index, width=256):
    place = f"{index % 1000:03}"
    while index >= 1000:
        index //= 1000
        place = f"x{index % 1000:03}/{place}"
    return f"tile/{kind}/{place}" + ("" if width == 256 else f".p/{width}")


class Log:
    """One log in memory; `write` puts its files below a folder, checkpoint last."""

    def __init__(self, origin, key=None, entries=()):
        self.origin, self.key, self.entries = origin, key or Key(origin), list(entries)

    def add(self, count, text="entry"):
        for _ in range(count):
            self.entries.append(json.dumps({"kind": "intent", "request": f"req_{len(self.entries)}", "seq": len(self.entries), "text": text, "time": "2026-11-23T10:00:00.000Z", "v": 3}, sort_keys=True, separators=(",", ":")).encode())
        return self

    def root(self, size=None): return root([leaf(e) for e in self.entries[:size]])

    def checkpoint(self):
        text = f"{self.origin}\n{len(self.entries)}\n{base64.b64encode(self.root()).decode()}\n".encode()
        return text + b"\n" + self.key.line(text)

    def files(self):
        files, size = {}, len(self.entries)
        for at in range(0, size, 256):
            part = self.entries[at:at + 256]
            files[tile_path("entries", at // 256, len(part))] = b"".join(len(e).to_bytes(2, "big") + e for e in part)
        hashes, level = [leaf(e) for e in self.entries], 0
        while hashes:
            for at in range(0, len(hashes), 256):
                part = hashes[at:at + 256]
                files[tile_path(level, at // 256, len(part))] = b"".join(part)
            hashes = [root(hashes[at:at + 256]) for at in range(0, len(hashes) - 255, 256)]
            level += 1
        return files

    def write(self, folder):
        folder = pathlib.Path(folder)
        for name, content in {**self.files(), "vkey": (self.key.verifier + "\n").encode(), "checkpoint": self.checkpoint()}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return self


def check_copy(read):
    """Checks a whole log through `read(path)` by the specification alone; its entries."""
    verifier = read("vkey").decode().strip()
    text, _, signatures = read("checkpoint").decode().partition("\n\n")
    text = (text + "\n").encode()
    assert any(check_line(verifier, text, line) for line in signatures.splitlines()), "the log's signature"
    origin, size, head = text.decode().splitlines()[:3]
    size, entries = int(size), []
    for at in range(0, size, 256):
        width = min(256, size - at)
        bundle, part = read(tile_path("entries", at // 256, width)), []
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            part.append(bundle[2:2 + length]); bundle = bundle[2 + length:]
        assert len(part) == width
        assert read(tile_path(0, at // 256, width)) == b"".join(leaf(e) for e in part)
        entries += part
    assert base64.b64encode(root([leaf(e) for e in entries])).decode() == head, "the root"
    log = Log(origin, entries=entries)
    for name, content in log.files().items(): assert read(name) == content, name
    return entries
