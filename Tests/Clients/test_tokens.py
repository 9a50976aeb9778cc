"""Signed tokens as identities: a real OpenID provider, its keys by discovery, their rotation and loss, and every attack over the wire."""
import concurrent.futures, hashlib, hmac, json, pathlib, ssl, time
import anthropic, openai, pytest
from issuer import Issuer, Key, b64, free_port, log_in, openid_provider

CHAT = {"model": "demo", "messages": [{"role": "user", "content": "Hello"}]}
REFUSED = "Incorrect API key provided"


def identity(issuer, more="refetch_interval: 1s"):
    return f"""identity:
  tokens:
    - issuer: {issuer}
      audiences: [sallyport]
      plaintext: true
      teams: groups
      attributes: {{ department: department }}
{''.join(f'      {line}' + chr(10) for line in more.splitlines())}"""


@pytest.fixture
def issuer():
    i = Issuer()
    i.keys = [Key("RS256", "one")]
    yield i
    i.stop()


@pytest.fixture
def trusting(make_gateway, issuer):
    return make_gateway(settings=identity(issuer.url)).start()


def until(condition, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        value = condition()
        if value: return value
        time.sleep(0.1)
    raise AssertionError("not within the time")


def unidentified(gateway):
    reasons = {}
    for entry in gateway.entries():
        if entry["kind"] == "unidentified":
            for reason, count in entry["reasons"].items(): reasons[reason] = reasons.get(reason, 0) + count
    return reasons


def accepted(gateway, token): return gateway.post(CHAT, key=token).status_code == 200


def test_a_token_of_a_real_openid_provider_is_an_identity_for_every_sdk(make_gateway):
    with openid_provider() as url:
        g = make_gateway(settings=identity(url)).start()
        token = log_in(url)
        assert g.openai(key=token).chat.completions.create(**CHAT).choices[0].message.content
        assert g.anthropic(key=token).messages.create(max_tokens=50, **CHAT).content[0].text
        principal = [e for e in g.entries() if e["kind"] == "intent"][-1]["principal"]
        assert principal["name"] == "alice" and principal["method"] == "token" and principal["teams"] == ["tests"]
        assert principal["credential"].startswith("jwt:localhost")
        # Meant for another application of the same provider.
        with pytest.raises(openai.AuthenticationError, match=REFUSED): g.openai(key=log_in(url, client="other")).chat.completions.create(**CHAT)
        until(lambda: unidentified(g) == {"token_audience": 1})
        written = (g.folder / "serve.log").read_text() + json.dumps(g.entries())
        for part in token.split("."): assert part not in written
        assert g.stop() == 0


def test_a_real_providers_new_key_is_followed_and_its_loss_survived(make_gateway):
    port = free_port()
    with openid_provider(port) as url:
        g = make_gateway(settings=identity(url)).start()
        first, second = log_in(url), log_in(url)
        assert accepted(g, first)
    # It is gone: its keys are known, so its tokens are good, also those that were never seen.
    assert accepted(g, first) and accepted(g, second)
    with openid_provider(port) as url:
        new = log_in(url)   # A new start has a new key.
        until(lambda: accepted(g, new))
        assert g.post(CHAT, key=first).status_code == 401, "the old key is no key any more"
    assert g.stop() == 0


def test_a_gateway_starts_without_its_issuer_and_finds_it_later(make_gateway):
    port = free_port()
    url = f"http://localhost:{port}"
    g = make_gateway(settings=identity(url)).start()
    with openid_provider(free_port()) as other: stray = log_in(other)
    claims = Key("RS256", "k")
    issuer_claims = {"iss": url, "aud": "sallyport", "sub": "alice", "exp": int(time.time()) + 300}
    r = g.post(CHAT, key=claims.token(issuer_claims))
    assert r.status_code == 401 and REFUSED in r.text
    assert g.post(CHAT, key=stray).status_code == 401
    assert accepted(g, g.key), "API keys need no issuer"
    until(lambda: unidentified(g) == {"token_keys_unavailable": 1, "token_issuer": 1})
    with openid_provider(port):
        token = log_in(url)
        until(lambda: accepted(g, token))
    assert g.logged().count("not fetched") == 1 and "fetched again" in g.logged()


def test_one_fetch_serves_all_who_wait_for_a_new_key(trusting, issuer):
    old = issuer.keys[0]
    assert accepted(trusting, old.token(issuer.claims()))
    issuer.keys.append(Key("ES256", "two"))
    issuer.delay = 1
    time.sleep(1.5)   # The interval between two fetches.
    before = issuer.fetches()
    body = {**CHAT, "messages": [{"role": "user", "content": "word " * 40_000}]}   # More than one read brings.
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        news = [pool.submit(trusting.post, body, key=issuer.keys[1].token(issuer.claims(jti=str(i)))) for i in range(10)]
        seen = [pool.submit(trusting.post, CHAT, key=old.token(issuer.claims(jti=f"old{i}"))) for i in range(2)]
        assert [f.result().status_code for f in seen + news] == [200] * 12
    assert issuer.fetches() == before + 1
    assert all(method == "GET" and "authorization" not in headers and "cookie" not in headers for method, _, headers in issuer.asked)


def test_strangers_cannot_make_the_gateway_ask_often(make_gateway, issuer):
    g = make_gateway(settings=identity(issuer.url, "refetch_interval: 1h")).start()
    assert accepted(g, issuer.keys[0].token(issuer.claims()))
    stranger = Key("EdDSA", "x")
    for i in range(30): assert g.post(CHAT, key=stranger.token(issuer.claims(), header={"alg": "EdDSA", "kid": f"{i}"})).status_code == 401
    assert issuer.fetches() == 1
    until(lambda: unidentified(g) == {"token_unknown_key": 30})


def test_an_issuer_that_hangs_holds_up_nobody_else(make_gateway, issuer):
    g = make_gateway(settings=identity(issuer.url, "refetch_interval: 1s\ntimeout: 3s")).start()
    assert accepted(g, issuer.keys[0].token(issuer.claims()))
    time.sleep(1.5)
    issuer.delay = 30
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        waiting = pool.submit(g.post, CHAT, key=Key("ES256", "new").token(issuer.claims()))
        assert accepted(g, g.key) and accepted(g, issuer.keys[0].token(issuer.claims(jti="x")))
        assert waiting.result(timeout=60).status_code == 401
    until(lambda: "token_unknown_key" in unidentified(g))


@pytest.mark.parametrize("fault, words", [
    (lambda i: i.metadata.update(issuer="https://evil.example"), "another `issuer`"),
    (lambda i: i.metadata.update(jwks_uri=None), "no `jwks_uri`"),
    (lambda i: i.metadata.update(jwks_uri="file:///etc/passwd"), "expected `https://`"),
    (lambda i: i.metadata.update(jwks_uri="http://192.0.2.1/jwks"), "neither loopback nor private"),
    (lambda i: setattr(i, "redirect", "https://evil.example/jwks"), "redirect"),
    (lambda i: setattr(i, "status", 500), "status 500"),
    (lambda i: setattr(i, "keys", []), "no key can be used"),
    (lambda i: i.metadata.update(filler="x" * 300_000), "larger than"),
])
def test_keys_from_a_wrong_place_are_no_keys(make_gateway, issuer, fault, words):
    token = issuer.keys[0].token(issuer.claims())
    fault(issuer)
    g = make_gateway(settings=identity(issuer.url)).start()
    assert g.post(CHAT, key=token).status_code == 401
    until(lambda: words in g.logged())


def test_keys_come_over_tls_from_a_trusted_authority_only(make_gateway, tmp_path):
    g = make_gateway()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(g.folder / "certs/server-ecdsa.pem", g.folder / "certs/server-ecdsa.key")
    i = Issuer(tls=context)
    i.keys = [Key("EdDSA", "one")]
    configuration = (g.folder / "sallyport.yaml").read_text()
    def settings(more): (g.folder / "sallyport.yaml").write_text(configuration + identity(i.url, more).replace("      plaintext: true\n", ""))
    try:
        settings("ca_file: certs/ca.pem\nrefetch_interval: 1s")
        g.start()
        assert accepted(g, i.keys[0].token(i.claims()))
        assert g.stop() == 0
        settings("refetch_interval: 1s")
        g.start()
        assert g.post(CHAT, key=i.keys[0].token(i.claims())).status_code == 401
        until(lambda: "certificate" in g.logged())
    finally:
        i.stop()


def test_a_file_of_keys_is_taken_over_when_it_changes(make_gateway, tmp_path, issuer):
    file = tmp_path / "keys.json"
    one, two = Key("ES256", "one"), Key("EdDSA", "two")
    file.write_text(json.dumps({"keys": [one.jwk()]}))
    g = make_gateway(settings=identity(issuer.url, f"jwks: {{ file: {file} }}")).start()
    assert accepted(g, one.token(issuer.claims())) and not accepted(g, two.token(issuer.claims()))
    file.write_text(json.dumps({"keys": [two.jwk()]}))
    until(lambda: accepted(g, two.token(issuer.claims())))
    assert not accepted(g, one.token(issuer.claims()))
    file.write_text("{")
    until(lambda: "not read" in g.logged())
    assert accepted(g, two.token(issuer.claims(jti="1")))
    assert g.run("check", check=False).returncode != 0
    assert not issuer.asked


def test_a_reload_keeps_the_keys_and_takes_over_the_rest(trusting, issuer):
    import signal
    token = issuer.keys[0].token(issuer.claims())
    assert accepted(trusting, token)
    before = issuer.fetches()
    path = trusting.folder / "sallyport.yaml"
    path.write_text(path.read_text().replace("audiences: [sallyport]", "audiences: [elsewhere]"))
    trusting.process.send_signal(signal.SIGHUP)
    until(lambda: not accepted(trusting, token))
    assert accepted(trusting, issuer.keys[0].token(issuer.claims(aud=["x", "elsewhere"])))
    assert issuer.fetches() == before


def attacks(issuer, key):
    """Each with the word that the ledger has for it."""
    ours, now = issuer.claims(), int(time.time())
    other = Key("RS256", key.kid)
    good = key.token(ours)
    signed, signature = good.rsplit(".", 1)
    public = json.dumps(key.jwk()).encode()
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    pem = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name in ("none", "None", "NONE", "nOnE", "HS256", "HS512", "RS1"):
        yield f"alg {name}", key.token(ours, header={"alg": name, "kid": key.kid}), "token_algorithm"
        yield f"alg {name} without signature", key.token(ours, header={"alg": name}, signature=b""), "token_algorithm"
    for what, secret in (("jwk", public), ("pem", pem)):
        text = b64(json.dumps({"alg": "HS256", "kid": key.kid}).encode()) + "." + b64(json.dumps(ours).encode())
        yield f"public {what} as secret", text + "." + b64(hmac.new(secret, text.encode(), hashlib.sha256).digest()), "token_algorithm"
    yield "stripped signature", signed + ".", "token_signature"
    yield "cut signature", signed + "." + b64(key.sign(signed.encode())[:-6]), "token_signature"
    yield "another's signature", other.token(ours), "token_signature"
    yield "another's claims", key.token(ours).rsplit(".", 2)[0] + "." + b64(json.dumps({**ours, "sub": "admin"}).encode()) + "." + signature, "token_signature"
    yield "expired", key.token(issuer.claims(exp=now - 61, iat=now - 400)), "expired"
    yield "future nbf", key.token(issuer.claims(nbf=now + 120)), "token_not_yet_valid"
    yield "future iat", key.token(issuer.claims(iat=now + 120)), "token_not_yet_valid"
    yield "no exp", key.token(issuer.claims(exp=None)), "token_claims"
    yield "wrong audience", key.token(issuer.claims(aud="other")), "token_audience"
    yield "no audience", key.token(issuer.claims(aud=None)), "token_audience"
    yield "wrong issuer", key.token(issuer.claims(iss="https://evil.example")), "token_issuer"
    yield "issuer with a slash", key.token(issuer.claims(iss=issuer.url + "/")), "token_issuer"
    for kid in ("../../../../etc/passwd", "/dev/null", "' OR 1=1 --", "https://evil.example/k", "\x00", "one\n"):
        yield f"kid {kid!r}", key.token(ours, header={"alg": "RS256", "kid": kid}), "token_unknown_key"
    yield "own jwk", other.token(ours, header={"alg": "RS256", "kid": key.kid, "jwk": other.jwk()}), "token_signature"
    yield "jku", other.token(ours, header={"alg": "RS256", "kid": key.kid, "jku": "https://evil.example/jwks"}), "token_signature"
    yield "x5u", other.token(ours, header={"alg": "RS256", "kid": key.kid, "x5u": "https://evil.example/c"}), "token_signature"
    yield "crit", key.token(ours, header={"alg": "RS256", "kid": key.kid, "crit": ["x"], "x": 1}), "malformed"
    yield "b64", key.token(ours, header={"alg": "RS256", "kid": key.kid, "b64": False}), "malformed"
    yield "nested", key.token(ours, header={"alg": "RS256", "kid": key.kid, "cty": "JWT"}), "malformed"
    yield "a proof of possession", key.token(ours, header={"alg": "RS256", "kid": key.kid, "typ": "dpop+jwt"}), "malformed"
    yield "alg twice", key.token(ours, header=b'{"alg":"none","alg":"RS256","kid":"one"}'), "malformed"
    yield "sub twice", key.token(json.dumps(ours).encode()[:-1] + b',"sub":"admin"}'), "malformed"
    yield "a sub that is no name", key.token(issuer.claims(sub="alice\r\nx-user: admin")), "token_claims"
    yield "a sub of spaces", key.token(issuer.claims(sub="  ")), "token_claims"
    yield "padding", good + "=", "malformed"
    yield "a fourth part", good + ".x", "malformed"
    yield "encrypted", "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d", "malformed"
    yield "not JSON", b64(b"alg") + "." + b64(b"x") + "." + signature, "malformed"
    yield "17 KiB", key.token(issuer.claims(filler="x" * 13_000)), "malformed"


def test_every_attack_is_refused_and_recorded(make_gateway, issuer):
    # So that none of the waiting tests' fetches changes what is measured here.
    g = make_gateway(settings=identity(issuer.url, "refetch_interval: 1h")).start()
    key = issuer.keys[0]
    assert accepted(g, key.token(issuer.claims()))
    expected = {}
    for name, token, word in attacks(issuer, key):
        for headers in ({"authorization": f"Bearer {token}"}, {"x-api-key": token, "authorization": ""}):
            r = g.post(CHAT, headers=list(headers.items()))
            assert r.status_code == 401, name
            said = r.json()["error"]["message"]
            assert said == (REFUSED + ": it has expired" if word == "expired" else REFUSED), name
            expected[word] = expected.get(word, 0) + 1
    until(lambda: sum(unidentified(g).values()) >= sum(expected.values()))
    assert unidentified(g) == expected
    assert accepted(g, key.token(issuer.claims(jti="after")))
    written = g.logged() + json.dumps(g.entries())
    assert "evil" not in written and "eyJ" not in written
    g.verify()


def test_what_a_header_says_of_its_sender_is_nobodys_word(trusting, issuer):
    token = issuer.keys[0].token(issuer.claims())
    r = trusting.post(CHAT, key=token, headers=[("x-user", "admin"), ("x-forwarded-user", "admin"), ("remote-user", "admin")])
    assert r.status_code in (200, 401)
    assert all(e["principal"]["name"] == "alice" for e in trusting.entries() if e["kind"] == "intent")


def test_a_wrong_configuration_is_told_with_its_place(make_gateway, tmp_path):
    g = make_gateway()
    path = g.folder / "sallyport.yaml"
    whole = path.read_text()
    (g.folder / "jwks.json").write_text('{"keys": [\n  {"kty": "oct", "k": "c2VjcmV0"}]}')
    for lines, word in [
        ("- { issuer: https://a.example }", "`identity.tokens[0].audiences` is missing"),
        ("- { issuer: https://a.example, audiences: [] }", "at least one"),
        ("- { issuer: http://a.example, audiences: [x] }", "not encrypted"),
        ("- { issuer: https://a.example, audience: [x] }", "did you mean `audiences`"),
        ("- { issuer: https://a.example, audiences: [x], algorithms: [HS256] }", "`RS256`"),
        ("- { issuer: https://a.example, audiences: [x], algorithms: [none] }", "`RS256`"),
        ("- { issuer: https://a.example, audiences: [x], jwks: { file: nowhere.json } }", "no such file"),
        ("- { issuer: https://a.example, audiences: [x], jwks: { file: jwks.json } }", "secret, not a public key"),
        ("- { issuer: https://a.example, audiences: [x], jwks: { url: 'http://192.0.2.1/k' } }", "not encrypted"),
        ("- { issuer: https://a.example, audiences: [x], teams: { claim: g, names: { q: testz } } }", "did you mean `tests`"),
        ("- { issuer: https://a.example, audiences: [x], tenant: acme }", "unknown tenant `acme`"),
        ("- { issuer: https://a.example, audiences: [x], attributes: { tenant: t } }", "every principal has"),
        ("- { issuer: https://a.example, audiences: [x] }\n    - { issuer: https://a.example, audiences: [y] }", "stands here twice"),
    ]:
        path.write_text(whole + "identity:\n  tokens:\n    " + lines + "\n")
        p = g.run("check", check=False)
        said = p.stdout + p.stderr
        assert p.returncode != 0 and word in said, (lines, said)
        assert "c2VjcmV0" not in said
