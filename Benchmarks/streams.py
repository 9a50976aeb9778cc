#!/usr/bin/env python3
"""Measures a running gateway under many slow streams at once, beside nginx and the upstream itself in the same run.

    scripts/bench                    # starts everything, then compare.py, then this
    streams.py --gateway https://127.0.0.1:8443 --pid PID --key sp_… --upstream-port PORT --client slow_streams [--streams 1000] [--rounds 2]

Each stream is a TLS connection of its own on which an event comes every 200 ms; all of them ask for a short chat again and again. Rounds
are interleaved. Memory is that of the proxy's processes in the middle of a round; latency is from the request's first byte to the first
event's last, and what a proxy adds is beside the same client asking the upstream without a proxy.
"""
import argparse, json, pathlib, shutil, statistics, subprocess, sys, tempfile, time
from compare import SYSTEM, USER, Processes, progress, start_nginx


def run(client, port, body, streams, seconds, key, processes, plain):
    before = processes.cpu_seconds() if processes else 0
    command = [client, str(port), body, str(streams), str(seconds), key] + (["plain"] if plain else [])
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    if started.stdout.readline() != "open\n":
        sys.exit(f"the streams did not open: {started.wait(20)}")
    opened = processes.cpu_seconds() if processes else 0
    time.sleep(seconds / 2)
    memory = processes.resident_megabytes() if processes else 0
    said, _ = started.communicate(timeout=seconds + 60)
    used = (processes.cpu_seconds() if processes else 0) - opened
    row = json.loads(said.splitlines()[-1])
    return row | dict(memory=memory, opening=opened - before, cpu=used, event_us=used / max(row["events"], 1) * 1e6)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", required=True, help="https://127.0.0.1:PORT")
    parser.add_argument("--pid", type=int, required=True, help="the gateway's process")
    parser.add_argument("--key", required=True)
    parser.add_argument("--upstream-port", type=int, required=True, help="where mock_upstream listens")
    parser.add_argument("--client", required=True, help="slow_streams, compiled")
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=22, help="of one round: each stream takes ten")
    parser.add_argument("--max-memory", type=float, help="exit with 1 when the gateway takes more megabytes")
    parser.add_argument("--json", help="write every row here")
    options = parser.parse_args()
    folder, started, rows = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-streams.")), [], []
    try:
        pid, nginx = start_nginx(folder, options.upstream_port, started)
        body = folder / "body.json"
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}]
        body.write_text(json.dumps({"model": "mock-trickle", "messages": messages, "stream": True, "max_tokens": 256}, separators=(",", ":")))
        gateway = Processes(options.pid)
        idle = gateway.resident_megabytes()
        targets = [("upstream itself", options.upstream_port, None), ("nginx", int(nginx.rsplit(":", 1)[1]), Processes(pid)),
                   ("gateway", int(options.gateway.rsplit(":", 1)[1]), gateway)]
        for turn in range(options.rounds):
            for name, port, processes in targets:
                progress(f"{turn + 1} of {options.rounds}: {options.streams} slow streams, {name} …")
                row = run(options.client, port, body, options.streams, options.seconds, options.key, processes, plain=processes is None)
                rows.append(dict(name=name, turn=turn, **row))
        progress("")
        report(rows, options.streams, idle)
        if options.json:
            pathlib.Path(options.json).write_text(json.dumps(rows))
        ours = [row for row in rows if row["name"] == "gateway"]
        if any(row["wrong"] or row["lost"] for row in ours):
            sys.exit("the gateway lost some streams")
        if options.max_memory and max(row["memory"] for row in ours) > options.max_memory:
            sys.exit(f"more than {options.max_memory} MB")
    finally:
        for process in started:
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def report(rows, streams, idle):
    """Prints the table as Markdown. Latency is the best round's: what else the machine does only adds to it."""
    of = lambda name: [row for row in rows if row["name"] == name]
    print(f"\n| {f'{streams:,} slow streams at once':30} | first event p50 µs | p99 µs | added p50 | added p99 | µs CPU an event | RSS MB |")
    print(f"|{'-' * 32}|-------------------:|-------:|----------:|----------:|----------------:|-------:|")
    least = lambda name, key: min(row[key] for row in of(name))
    for name in ("gateway", "nginx", "upstream itself"):
        p50, p99 = least(name, "p50"), least(name, "p99")
        added = (f"{p50 - least('upstream itself', 'p50'):9.0f}", f"{p99 - least('upstream itself', 'p99'):9.0f}") if name != "upstream itself" else (" " * 9, " " * 9)
        cost = f"{statistics.median(row['event_us'] for row in of(name)):15.1f}" if name != "upstream itself" else " " * 15
        memory = f"{max(row['memory'] for row in of(name)):6.1f}" if name != "upstream itself" else " " * 6
        print(f"| {name:30} | {p50:18.0f} | {p99:6.0f} | {added[0]} | {added[1]} | {cost} | {memory} |")
    ours = of("gateway")
    print(f"\nThe gateway before any stream: {idle:.1f} MB; streams lost {sum(row['lost'] for row in ours)}, without their end {sum(row['wrong'] for row in ours)}.")


if __name__ == "__main__":
    main()
