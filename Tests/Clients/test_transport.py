"""TLS and HTTP as other people's tools see them: openssl, curl, h2load."""
import shutil, subprocess, pytest


def s_client(gateway, *arguments, data=b"Q\n"):
    p = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.port}", "-servername", "localhost", "-CAfile", gateway.ca, *arguments], input=data, capture_output=True, timeout=120)
    return p.stdout.decode(errors="replace") + p.stderr.decode(errors="replace")


@pytest.mark.parametrize("arguments,expected", [
    (("-tls1_3",), "TLSv1.3"), (("-tls1_2",), "TLSv1.2"), (("-alpn", "h2"), "ALPN protocol: h2"), (("-alpn", "http/1.1"), "ALPN protocol: http/1.1"),
    (("-tls1_2", "-sigalgs", "RSA-PSS+SHA256"), "RSA"), (("-tls1_3", "-groups", "P-384"), "secp384r1"), (("-tls1_3", "-groups", "X25519"), "X25519"),
])
def test_what_is_offered(demo, arguments, expected):
    out = s_client(demo, *arguments)
    assert expected in out and "Verify return code: 0 (ok)" in out


@pytest.mark.parametrize("arguments", [("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), ("-tls1_2", "-cipher", "AES128-GCM-SHA256"), ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA")])
def test_what_is_refused(demo, arguments): assert "Cipher is (NONE)" in s_client(demo, *arguments) or "alert" in s_client(demo, *arguments)


def test_curl_over_both_versions(demo):
    for version in ("--http1.1", "--http2"):
        p = subprocess.run(["curl", "-sS", version, "--cacert", demo.ca, "-w", "\n%{http_version} %{http_code}", "-H", f"Authorization: Bearer {demo.key}", "-H", "Content-Type: application/json", "-d", '{"model":"demo","messages":[{"role":"user","content":"hi"}]}', demo.url + "/v1/chat/completions"], capture_output=True, text=True)
        assert p.stdout.endswith("1.1 200" if version == "--http1.1" else "2 200"), p.stdout + p.stderr


def test_h2load_gets_only_good_answers(demo, tmp_path):
    body = tmp_path / "body.json"; body.write_text('{"model":"demo","messages":[{"role":"user","content":"hi"}]}')
    p = subprocess.run(["h2load", "-n", "400", "-c", "4", "-m", "10", "-d", body, "-H", f"Authorization: Bearer {demo.key}", "-H", "content-type: application/json", f"https://127.0.0.1:{demo.port}/v1/chat/completions"], capture_output=True, text=True, timeout=120)
    assert "400 succeeded, 0 failed, 0 errored" in p.stdout, p.stdout
