"""The exposure page of a gateway that serves: what left, one request's way, its receipts; for this machine alone."""
import base64, concurrent.futures, hashlib, http.client, json, re
import pytest
from conftest import eventually
from pages import DARK, check_page, chromium, picture


def ask(gateway, path, host=None, method="GET", **headers):
    c = http.client.HTTPConnection("127.0.0.1", gateway.admin_port, timeout=60)
    c.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    if host is not False: c.putheader("Host", host if host is not None else f"127.0.0.1:{gateway.admin_port}")
    for name, value in headers.items(): c.putheader(name.replace("_", "-"), value)
    c.endheaders()
    r = c.getresponse()
    r.text = r.read().decode()
    c.close()
    return r


def send(gateway):
    return gateway.post({"model": "up/echo", "messages": [{"role": "user", "content": "Write to maria@example.org"}]})


def test_the_exposure_page_shows_what_left(gateway, tmp_path):
    for _ in range(4): assert send(gateway).status_code == 200
    page = eventually(lambda: (r := ask(gateway, "/exposure")).text.count("/exposure/requests/") >= 4 and r)
    parsed = check_page(page.text)
    assert page.status == 200 and "email" in page.text and "<script" not in page.text
    policy, sheet = page.headers["content-security-policy"], re.search("<style>(.*?)</style>", page.text, re.S)[1]
    assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
    assert f"'sha256-{base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}'" in policy
    assert page.headers["cache-control"] == "no-store" and page.headers["x-content-type-options"] == "nosniff" and page.headers["x-frame-options"] == "DENY"
    # The same figures as the command's.
    report = json.loads(gateway.run("audit", "report", "--json").stdout)
    assert report["totals"]["requests"] == 4 and f"<dd>{report['totals']['treated_values']}</dd>" in page.text
    for link in {l for l in parsed.links if l.startswith("/exposure?")}: check_page(ask(gateway, link).text)
    narrowed = ask(gateway, "/exposure?class=email&principal=tester&since=1h")
    assert narrowed.status == 200 and "Only principal tester, class email" in narrowed.text
    assert "Nothing in the ledger matches" in ask(gateway, "/exposure?principal=nobody").text
    # A request's page, with its receipts.
    link = next(l for l in parsed.links if l.startswith("/exposure/requests/"))
    request = eventually(lambda: (r := ask(gateway, link)).text.count("/receipt?entry=") >= 2 and r)
    shown = check_page(request.text)
    for stage in ("Read", "Inspect", "Authorise", "Treat", "Record", "Forward", "Settle"): assert f"<b>{stage}</b>" in request.text
    receipt = ask(gateway, next(l for l in shown.links if "/receipt?entry=" in l))
    assert receipt.status == 200 and receipt.text.startswith("c2sp.org/tlog-proof@v1\n") and receipt.headers["content-disposition"] == "attachment"
    for name, address, flags, size in (("page-light", "/exposure", [], "1280,2200"), ("page-dark", "/exposure", [DARK], "1280,2200"), ("page-narrow", "/exposure", [], "500,2200"), ("request-light", link, [], "1280,1800"), ("request-dark", link, [DARK], "1280,1800")):
        _, _, colours = picture(chromium(tmp_path, gateway.admin + address, name + ".png", *flags, size=size))
        assert len(colours) > 60, name


def test_the_page_is_given_to_this_machine_alone(gateway):
    port = gateway.admin_port
    for host in (f"127.0.0.1:{port}", "localhost", f"localhost:{port}", "127.9.8.7", f"[::1]:{port}", "sallyport.localhost", "LOCALHOST."):
        assert ask(gateway, "/exposure", host).status == 200, host
    for host in ("example.org", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "127.0.0.1@evil", "[::2]", "", "localhost:x", "0.0.0.0", "127.1"):
        r = ask(gateway, "/exposure", host)
        assert r.status in (400, 421) and "<html" not in r.text, host
    assert ask(gateway, "/exposure", False).status in (400, 421)
    assert ask(gateway, "/exposure", Sec_Fetch_Site="cross-site").status == 421
    assert ask(gateway, "/exposure", method="POST").status == 405 and ask(gateway, "/exposure", method="HEAD").text == ""


@pytest.mark.parametrize("path, status", [("/exposure/nothing", 404), ("/exposure/requests/req_0", 404), ("/exposure/requests/%00", 404), ("/exposure?since=soon", 400), ("/exposure?class=%zz", 400),
                                          ("/exposure?" + "a" * 5000, 400), ("/exposure/requests/req_0/receipt?entry=1/0", 404), ("/exposure/requests/req_0/receipt", 400), ("/exposures", 404)])
def test_what_cannot_be_asked_is_said(gateway, path, status):
    r = ask(gateway, path)
    assert r.status == status
    if status != 404 or "/exposure/" in path: check_page(r.text)


def test_a_crowd_of_questions_is_bounded_and_stops_nothing(gateway):
    send(gateway)
    with concurrent.futures.ThreadPoolExecutor(60) as pool:
        answers = [f.result().status for f in [pool.submit(ask, gateway, "/exposure") for _ in range(300)]]
        assert set(answers) <= {200, 503} and 200 in answers
    assert ask(gateway, "/livez").status == 200 and send(gateway).status_code == 200


def test_the_page_lives_when_its_index_is_deleted(gateway):
    send(gateway)
    eventually(lambda: "/exposure/requests/" in ask(gateway, "/exposure").text)
    for f in (gateway.folder / "ledger").glob("index.sqlite*"): f.unlink()
    send(gateway)
    eventually(lambda: ask(gateway, "/exposure").text.count('href="/exposure/requests/') >= 2)
