"""What `audit query` and `audit report` say is what the ledger says, recounted by other means; and the pages show it to eyes."""
import concurrent.futures, csv, io, json, os, pathlib, re, shutil, struct, subprocess
import pytest
import recount
from conftest import PROGRAM
from pages import DARK, check_page, chromium, picture

SAMPLE = os.environ.get("LEDGER_SAMPLE") or str(pathlib.Path(PROGRAM).parent / "ledger-sample")
ENTRIES = int(os.environ.get("REPORT_ENTRIES", "20000"))


def audit(*arguments, check=True, **k):
    p = subprocess.run([PROGRAM, "audit", *map(str, arguments)], capture_output=True, text=True, timeout=600, **k)
    assert not check or p.returncode == 0, p.stderr
    return p if not check else p.stdout


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "ledger"
    subprocess.run([SAMPLE, "make", folder, "--entries", str(ENTRIES), "--logs", "3"], check=True)
    return folder


def test_every_figure_of_the_report_is_the_ledgers(ledger):
    recount.check(json.loads(audit("report", "--ledger", ledger, "--json")), ledger)


@pytest.mark.parametrize("since", ["2026-11-22T01:02:03.456Z", "2026-11-10", "2027-01-01"])
def test_every_figure_since_a_moment_is_the_ledgers(ledger, since):
    recount.check(json.loads(audit("report", "--ledger", ledger, "--json", "--since", since)), ledger, since)


def test_an_index_that_grew_step_by_step_is_the_same_as_one_made_anew(tmp_path):
    """The folder of one log, cut off at bundles, grows; each time the index takes in only what is new."""
    whole, grows = tmp_path / "whole", tmp_path / "grows"
    subprocess.run([SAMPLE, "make", whole, "--entries", "3000", "--seed", "5"], check=True)
    shutil.copytree(whole, grows)
    for size in (100, 356, 2048, 3000):
        shutil.rmtree(grows / "log-000001/tile/entries"); (grows / "log-000001/tile/entries").mkdir()
        for index in range(0, size, 256):
            source, width = whole / f"log-000001/tile/entries/{index // 256:03}", min(256, size - index)
            if width == 256 or index + 256 > 3000 and size == 3000:
                (shutil.copytree if width < 256 else shutil.copy)(str(source) + (".p" if width < 256 else ""), grows / ("log-000001/tile/entries/" + source.name + (".p" if width < 256 else "")))
            else:
                data, at = source.read_bytes(), 0
                for _ in range(width): at += 2 + struct.unpack_from(">H", data, at)[0]
                (grows / f"log-000001/tile/entries/{source.name}.p").mkdir(); (grows / f"log-000001/tile/entries/{source.name}.p/{width}").write_bytes(data[:at])
        note = (whole / "log-000001/checkpoint").read_text().split("\n")
        (grows / "log-000001/checkpoint").write_text("\n".join([note[0], str(size), *note[2:]]))
        assert json.loads(audit("report", "--ledger", grows, "--json"))["ledgers"][0]["entries"] == size
        recount.check(json.loads(audit("report", "--ledger", grows, "--json")), grows)


def test_queries_find_what_a_reader_of_the_ledger_finds(ledger):
    entries = list(recount.entries(ledger))
    raw_health = {(e["request"], e["attempt"]) for e in entries if e["kind"] == "intent" and any(d["class"] == "health" and d["treatment"] == "raw" for d in e["data"])}
    found = [json.loads(l) for l in audit("query", "--ledger", ledger, "--class", "health", "--treatment", "raw", "--json").splitlines()]
    assert {(f["request"], f["attempt"]) for f in found} == raw_health and len(found) == len(raw_health) > 0
    assert [(f["log"], f["seq"]) for f in found] == sorted(((f["log"], f["seq"]) for f in found), reverse=True)
    denied = [e for e in entries if e["kind"] == "denied" and e["reason"] == "limit"]
    rows = list(csv.DictReader(io.StringIO(audit("query", "--ledger", ledger, "--outcome", "limit", "--csv"))))
    assert {r["request"] for r in rows} == {e["request"] for e in denied} and {r["decision"] for r in rows} == {"denied"}
    one = denied[0]
    (only,) = [json.loads(l) for l in audit("query", "--ledger", ledger, "--request", one["request"], "--json").splitlines()]
    assert only["principal"] == one["principal"]["name"] and only["time"] == one["time"] and only["status"] == 429
    assert audit("query", "--ledger", ledger, "--limit", 3).count("req_") == 3
    assert "req_" not in audit("query", "--ledger", ledger, "--principal", "nobody")


def test_several_ledgers_are_answered_as_one(ledger, tmp_path):
    other = tmp_path / "other"
    subprocess.run([SAMPLE, "make", other, "--entries", "2000", "--seed", "9"], check=True)
    one, two, both = (json.loads(audit("report", "--json", *sum((["--ledger", f] for f in fs), []))) for fs in ([ledger], [other], [ledger, other]))
    for name in ("requests", "attempts", "denied", "raw_values", "cost_nano_usd"): assert both["totals"][name] == one["totals"][name] + two["totals"][name]
    assert [l["ledger"] for l in both["ledgers"]] == [str(ledger), str(other)]
    newest = [json.loads(l) for l in audit("query", "--ledger", ledger, "--ledger", other, "--limit", 500, "--json").splitlines()]
    assert {e["ledger"] for e in newest} == {str(ledger), str(other)}
    assert [e["time"] for e in newest] == sorted((e["time"] for e in newest), reverse=True)


def test_a_ledger_that_cannot_be_written_to_has_its_index_in_the_cache(ledger, tmp_path):
    if os.geteuid() == 0 and subprocess.run(["setpriv", "--version"], capture_output=True).returncode: pytest.skip("needs a user who is not root")
    copy, cache = tmp_path / "copy", tmp_path / "cache"
    shutil.copytree(ledger, copy, ignore=shutil.ignore_patterns("index.sqlite*")); cache.mkdir(); os.chmod(cache, 0o777)
    os.chmod(copy, 0o555)
    for parent in [tmp_path, *tmp_path.parents]:
        if os.stat(parent).st_uid == os.geteuid() and parent != pathlib.Path("/") and parent.name != "tmp": os.chmod(parent, os.stat(parent).st_mode | 0o055)
    command = [os.path.abspath(PROGRAM), "audit", "report", "--ledger", copy, "--json"]
    if os.geteuid() == 0: command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    p = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "XDG_CACHE_HOME": str(cache)}, cwd="/")
    if p.returncode in (126, 127): pytest.skip("the program itself is not for others to run")
    assert p.returncode == 0, p.stderr
    recount.check(json.loads(p.stdout), copy)
    assert not (copy / "index.sqlite").exists() and list((cache / "sallyport").glob("*.sqlite"))


def test_reindex_makes_it_anew_while_others_ask(ledger):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(audit, *a) for a in (("reindex", "--ledger", ledger), ("report", "--ledger", ledger, "--json"), ("reindex", "--ledger", ledger, "--json"), ("report", "--ledger", ledger, "--json"))]
        outputs = [r.result() for r in runs]
    assert json.loads(outputs[2])["entries"] >= 0
    recount.check(json.loads(audit("report", "--ledger", ledger, "--json")), ledger)


def test_the_index_may_be_deleted_or_damaged_at_any_time(ledger):
    for damage in (lambda f: f.unlink(), lambda f: f.write_bytes(os.urandom(20_000)), lambda f: f.write_bytes(f.read_bytes()[: 60_000])):
        damage(ledger / "index.sqlite")
        for f in ledger.glob("index.sqlite-*"): f.unlink()
        recount.check(json.loads(audit("report", "--ledger", ledger, "--json")), ledger)


@pytest.mark.parametrize("name, flags, size, ground", [("light", [], "1280,1600", (0xFA, 0xF9, 0xF6)), ("dark", [DARK], "1280,1600", (0x14, 0x16, 0x1A)), ("narrow", [], "500,1400", (0xFA, 0xF9, 0xF6))])
def test_the_report_can_be_seen(ledger, tmp_path, name, flags, size, ground):
    file = tmp_path / "report.html"
    audit("report", "--ledger", ledger, "--html", file)
    check_page(file.read_text())
    width, height, colours = picture(chromium(tmp_path, file.as_uri(), f"report-{name}.png", *flags, size=size))
    assert (width, height) == tuple(map(int, size.split(",")))
    assert max(colours, key=colours.get) in (bytes(ground), b"\xff\xff\xff", bytes((0x1C, 0x1F, 0x25))) and bytes(ground) in colours
    # Text, orange and teal of the map: a blank page has none of them.
    assert len(colours) > 100 and any(r > 150 and 40 < g < 180 and b < 110 for r, g, b in colours) and any(g > r + 40 and g > 90 for r, g, b in colours)


def test_the_report_is_one_file_and_prints_on_few_pages(ledger, tmp_path):
    file = tmp_path / "report.html"
    audit("report", "--ledger", ledger, "--html", file)
    text = file.read_text()
    assert "http" not in text.replace("http-equiv", "") and "url(" not in text and "@import" not in text and "<a " not in text.replace('<a class="skip', "")
    data = chromium(tmp_path, file.as_uri(), "report.pdf", "--no-pdf-header-footer").read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page\b", data))
    assert 2 <= pages <= 8 and len(data) > 30_000


def test_hostile_names_are_text(tmp_path):
    folder, file = tmp_path / "ledger", tmp_path / "report.html"
    subprocess.run([SAMPLE, "make", folder, "--entries", "3000", "--hostile"], check=True)
    audit("report", "--ledger", folder, "--html", file)
    page = check_page(file.read_text())
    assert not {"script", "img", "iframe"} & set(page.tags) and "alert(&#39;x&#39;)" in file.read_text()
    for output in (audit("report", "--ledger", folder), audit("query", "--ledger", folder, "--limit", 500)):
        assert "\x07" not in output and "\u202e" not in output and "alert" in output
    recount.check(json.loads(audit("report", "--ledger", folder, "--json")), folder)
