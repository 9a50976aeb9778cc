"""Reads a vault as its description in README says, with another implementation of every algorithm (the package `cryptography`)."""
import base64, hashlib, hmac, pathlib, struct
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KINDS = {1: "request", 2: "answer", 3: "original"}
OVERHEAD = 64 + 92 + 12 + 16


def hkdf(key, info): return hmac.digest(hmac.digest(b"\0" * 32, key, "sha256"), info + b"\1", "sha256")   # RFC 5869, one block


class Vault:
    """A vault's folder, with the master key of `ledger.vault_key`; without one, what can be seen without."""

    def __init__(self, folder, master):
        self.folder, self.keys = pathlib.Path(folder), {}
        if master is None: return
        kek = AESGCM(hkdf(master, b"sallyport vault day keys 1"))
        for file in sorted(self.folder.glob("*.key")):
            title, segment, wrapped_by, fingerprint, key = file.read_text().splitlines()
            assert title == "sallyport-vault-key 1" and segment == "segment " + file.stem and wrapped_by == "wrapped-by aes-256-gcm"
            assert fingerprint == "master " + hmac.digest(master, b"sallyport vault master fingerprint 1", "sha256").hex()[:16]
            wrapped = base64.b64decode(key.removeprefix("key "), validate=True)
            self.keys[file.stem] = kek.decrypt(wrapped[:12], wrapped[12:], f"sallyport vault day key 1\n{file.stem}".encode())

    def salts(self, request):
        """What the commitment to a request that is not sealed can have been made with."""
        return [hmac.digest(hkdf(k, f"sallyport vault salts 1\n{s}".encode()), request[4:].encode(), "sha256") for s, k in self.keys.items()]

    def records(self):
        """Every record with its request, kind and text; the text is None where it was shredded."""
        for file in sorted(self.folder.glob("*.sealed")):
            data, at = file.read_bytes(), 0
            while at + OVERHEAD <= len(data):
                header = data[at:at + 64]
                magic, kind, flags, attempt, request, time, length, _, check = struct.unpack(">4sBBH16sqQQ16s", header)
                assert magic == b"SPv1" and check == hashlib.sha256(file.stem.encode() + header[:48]).digest()[:16]
                if at + OVERHEAD + length > len(data): break
                slot, sealed = data[at + 64:at + 156], data[at + 156:at + OVERHEAD + length]
                record = {"segment": file.stem, "request": "req_" + request.hex(), "kind": KINDS[kind], "attempt": attempt, "time": time, "cut": bool(flags & 1), "stream": bool(flags & 2), "file": file, "at": at, "length": length, "text": None}
                if any(slot) and file.stem in self.keys:
                    keys = AESGCM(hkdf(self.keys[file.stem], f"sallyport vault payload keys 1\n{file.stem}".encode()))
                    secret = keys.decrypt(slot[:12], slot[12:], header)
                    record["text"] = AESGCM(secret[:32]).decrypt(sealed[:12], sealed[12:], header)
                    record["commitment"] = hashlib.sha256(secret[32:] + record["text"]).hexdigest()
                else: assert not any(sealed) or any(slot), "shredded, and the text still stands there"
                yield record
                at += OVERHEAD + length
