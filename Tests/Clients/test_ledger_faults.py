"""Every system call by which the ledger is written, made to fail or to be the process' last one: what was confirmed is there after a restart.

SALLYPORT_KILLS says how many times the process is killed (50)."""
import json, os, pathlib, random, shutil, subprocess
import pytest
from conftest import PROGRAM

DRILL = pathlib.Path(PROGRAM).parent / "ledger-drill"
KILLS = int(os.environ.get("SALLYPORT_KILLS", "50"))
CALLS = ["pwrite64", "fdatasync", "fsync", "rename", "openat", "mkdir"]
ENTRIES = 24


def drill(folder, *arguments, inject=None, first=0):
    """Runs the drill, under strace where a fault is to be injected: the numbers confirmed, and how it ended."""
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={inject.split(':')[0]}", "-e", f"inject={inject}"] if inject else []
    p = subprocess.run([*strace, str(DRILL), "record", str(folder), "--entries", str(ENTRIES), "--from", str(first), *arguments], capture_output=True, text=True, timeout=300)
    return [int(l) for l in p.stdout.split("\n")[:-1]], p


def recorded(folder):
    """The numbers of all intents, and that the ledger verifies."""
    run = lambda *a: subprocess.run([PROGRAM, "audit", *a, "--ledger", str(folder / "ledger")], capture_output=True, text=True, timeout=300)
    verified = run("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    entries = [json.loads(l) for l in run("tail", "--json", "--count", "1000000").stdout.splitlines()]
    return {int(e["request"][-16:], 16) for e in entries if e["kind"] == "intent"}


def restart_and_check(folder, confirmed, why):
    again, p = drill(folder, first=100_000)
    assert p.returncode == 0, f"{why}: the restart failed: {p.stderr}"
    assert len(again) == ENTRIES, why
    missing = (set(confirmed) | set(again)) - recorded(folder)
    assert not missing, f"{why}: confirmed, but not there: {sorted(missing)}"


@pytest.fixture(scope="module", autouse=True)
def can_trace():
    if not DRILL.exists(): pytest.fail(f"{DRILL} is not built")
    p = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"], capture_output=True, text=True) if shutil.which("strace") else None
    if p is None or p.returncode:
        if os.environ.get("CI"): pytest.fail("strace is not there, or may not trace")
        pytest.skip("strace is not there, or may not trace")


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """How often each call is made in a run without faults."""
    folder = tmp_path_factory.mktemp("usual")
    log = folder / "calls"
    subprocess.run(["strace", "-f", "-qq", "-c", "-U", "name,calls", "-o", str(log), str(DRILL), "record", str(folder), "--entries", str(ENTRIES), "--rotate"], check=True, capture_output=True, timeout=300)
    return {w[0]: int(w[1]) for l in log.read_text().splitlines() if len(w := l.split()) == 2 and w[1].isdigit()}


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_fails_costs_no_confirmed_intent(tmp_path, usual, call, error):
    count = usual.get(call, 0)
    assert count, f"{call} is not made at all: {usual}"
    for number, place in enumerate(sorted({max(1, count // 5), max(1, count // 2), max(1, count - 2)})):
        folder = tmp_path / str(number)
        folder.mkdir()
        confirmed, p = drill(folder, "--rotate", inject=f"{call}:error={error}:when={place}")
        restart_and_check(folder, confirmed, f"{call} {place} of {count}: {error} (ended with {p.returncode})")


def test_killed_at_any_call_no_confirmed_intent_is_missing(tmp_path, usual):
    chance = random.Random(4)
    for number in range(KILLS):
        call = CALLS[number % len(CALLS)]
        # Calls of the start of a program come first; the ledger's are behind them.
        place = chance.randint(1, max(1, usual[call]))
        folder = tmp_path / str(number)
        folder.mkdir()
        confirmed, _ = drill(folder, "--rotate", inject=f"{call}:signal=SIGKILL:when={place}")
        restart_and_check(folder, confirmed, f"killed at {call} {place} of {usual[call]}")
        shutil.rmtree(folder)
