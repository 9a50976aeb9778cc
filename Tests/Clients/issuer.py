"""Issuers of tokens for the tests: a real OpenID provider (`oidc-provider-mock`, built on Authlib), and one of our own that also
signs what no provider would."""
import base64, contextlib, hashlib, hmac, http.server, json, logging, os, socket, ssl, threading, time, urllib.parse, warnings
os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock
import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
logging.getLogger("werkzeug").setLevel(logging.ERROR)

ALICE = oidc_provider_mock.User(sub="alice", claims={"email": "alice@example.com", "groups": ["tests", "everyone"], "department": "research"})


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def openid_provider(port=0):
    """The real one. Each start has a new key."""
    with oidc_provider_mock.run_server_in_thread(port=port, user_claims=[ALICE]) as server:
        yield f"http://localhost:{server.server_port}"


def log_in(issuer, client="sallyport", user="alice"):
    """The authorization code flow; answers the ID token."""
    with httpx2.Client(trust_env=False) as c:
        query = dict(client_id=client, redirect_uri="http://localhost/done", response_type="code", scope="openid email profile")
        r = c.post(f"{issuer}/oauth2/authorize?{urllib.parse.urlencode(query)}", data={"sub": user})
        code = urllib.parse.parse_qs(urllib.parse.urlparse(r.headers["location"]).query)["code"][0]
        r = c.post(f"{issuer}/oauth2/token", data=dict(grant_type="authorization_code", code=code, redirect_uri="http://localhost/done"), auth=(client, "secret"))
        return r.json()["id_token"]


def b64(b): return base64.urlsafe_b64encode(b).rstrip(b"=").decode()
def number(n, size=None): return b64(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


class Key:
    def __init__(self, kind, kid):
        self.kind, self.kid = kind, kid
        self.private = {"RS256": lambda: rsa.generate_private_key(65537, 2048), "ES256": lambda: ec.generate_private_key(ec.SECP256R1()), "EdDSA": ed25519.Ed25519PrivateKey.generate}[kind]()

    def jwk(self):
        public = self.private.public_key()
        if self.kind == "EdDSA": j = {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes_raw())}
        else:
            n = public.public_numbers()
            j = {"kty": "RSA", "n": number(n.n), "e": number(n.e)} if self.kind == "RS256" else {"kty": "EC", "crv": "P-256", "x": number(n.x, 32), "y": number(n.y, 32)}
        return {**j, "kid": self.kid, "use": "sig"}

    def sign(self, text):
        if self.kind == "RS256": return self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())
        if self.kind == "EdDSA": return self.private.sign(text)
        r, s = decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def token(self, claims, header=None, signature=None):
        header = {"alg": self.kind, "kid": self.kid, "typ": "JWT"} if header is None else header
        signed = b64(header if isinstance(header, bytes) else json.dumps(header).encode()) + "." + b64(claims if isinstance(claims, bytes) else json.dumps(claims).encode())
        return signed + "." + b64(self.sign(signed.encode()) if signature is None else signature)


class Issuer:
    """Serves keys by discovery, slowly or not at all if told so, and counts who asks."""

    def __init__(self, tls=None):
        self.keys, self.asked, self.delay, self.status, self.headers, self.redirect, self.metadata = [], [], 0, 200, {}, None, {}
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *a): pass
            def do_GET(self):
                issuer.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
                time.sleep(issuer.delay)
                if issuer.redirect and "jwks" in self.path:
                    self.send_response(302); self.send_header("location", issuer.redirect); self.send_header("content-length", "0"); self.end_headers(); return
                document = issuer.discovery() if "well-known" in self.path else {"keys": [k.jwk() for k in issuer.keys]}
                body = json.dumps(document).encode()
                self.send_response(issuer.status); self.send_header("content-type", "application/json"); self.send_header("content-length", str(len(body)))
                for k, v in issuer.headers.items(): self.send_header(k, v)
                self.end_headers(); self.wfile.write(body)
            do_POST = do_GET

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *a: None   # A gateway that has waited long enough hangs up.
        if tls: self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def discovery(self): return {"issuer": self.url, "jwks_uri": self.url + "/jwks", **self.metadata}
    def fetches(self): return sum(1 for _, path, _ in self.asked if "jwks" in path)
    def stop(self): self.server.shutdown(); self.server.server_close()

    def claims(self, **changes):
        now = int(time.time())
        claims = {"iss": self.url, "aud": "sallyport", "sub": "alice", "iat": now, "exp": now + 300, "groups": ["tests"]}
        return {k: v for k, v in {**claims, **changes}.items() if v is not None}
