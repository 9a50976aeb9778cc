#!/usr/bin/env python3
"""Measures a running gateway beside nginx, which does plain TLS proxying to the same mock upstream in the same run.

    scripts/bench                    # starts everything, then this
    compare.py --gateway https://127.0.0.1:8443 --pid PID --key sp_… --ca ca.pem --upstream-port PORT [--seconds 2] [--rounds 3] [--json FILE]

Rounds are interleaved (gateway, nginx, nginx, gateway, …) and the table shows medians, so that what else the machine does hits both.
The figure to trust is CPU seconds of a proxy's processes per 1,000 requests, and its ratio to nginx in the same round; requests a
second and latencies depend on how many cores load, proxy and mock have to share. Needs wrk, nginx and openssl; all on loopback.
"""
import argparse, json, os, pathlib, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

TICKS = os.sysconf("SC_CLK_TCK")
EVENTS = 50
SYSTEM = "You answer questions about the operation of a gateway, briefly and with an example where one helps. " * 3
USER = "Explain in a few lines how a token bucket limits requests, what `burst` means in it, and how one chooses both numbers.\n" * 9
ANSWER_TO_STRANGERS = '{"error":{"message":"You did not provide an API key","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}'


class Processes:
    """A process and all that it started: what they use together."""

    def __init__(self, pid):
        self.pid = pid

    def all(self):
        found = [self.pid]
        for pid in found:
            try:
                for thread in os.listdir(f"/proc/{pid}/task"):
                    found += map(int, pathlib.Path(f"/proc/{pid}/task/{thread}/children").read_text().split())
            except OSError:
                pass
        return found

    def cpu_seconds(self):
        total = 0
        for pid in self.all():
            try:
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return total / TICKS

    def resident_megabytes(self):
        total = 0
        for pid in self.all():
            try:
                total += int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])
            except (OSError, TypeError):
                pass
        return total / 1024


class Target:
    def __init__(self, name, pid, url):
        self.name, self.processes, self.url = name, Processes(pid) if pid else None, url
        self.address = url.split("//")[1]


def progress(text):
    """One line that replaces itself on a terminal, a line each elsewhere: nobody waits in silence."""
    print(f"\r\x1b[K{text}" if sys.stderr.isatty() else text, end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]


def load(target, script, connections, seconds):
    """One run of wrk. CPU resolution is 10 ms, so a run of 2 s is right within a per cent."""
    before = target.processes.cpu_seconds() if target.processes else 0
    said = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script, target.url + "/v1/chat/completions"],
                          capture_output=True, text=True, timeout=seconds + 20).stdout
    used = (target.processes.cpu_seconds() if target.processes else 0) - before
    done = re.search(r"(\d+) requests in", said)
    if not done or int(done[1]) == 0:
        sys.exit(f"{target.name} answered nothing under load:\n{said}")
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    return dict(requests=int(done[1]), per_second=float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),
                p50=microseconds(re.search(r"\n\s+50%\s+(\S+)", said)[1]), p99=microseconds(re.search(r"\n\s+99%\s+(\S+)", said)[1]),
                cpu=used / int(done[1]) * 1000, memory=target.processes.resident_megabytes() if target.processes else 0,
                wrong=(int(wrong[1]) if wrong else 0) + (sum(map(int, errors.groups())) if errors else 0))


def handshakes(target, how, seconds):
    """New connections one after the other, each with one small answer, since TLS 1.3 gives its ticket after the handshake."""
    before = target.processes.cpu_seconds()
    said = subprocess.run(["openssl", "s_time", "-connect", target.address, "-time", str(seconds), "-www", "/v1/models", *how],
                          capture_output=True, text=True, timeout=seconds + 20).stdout
    used = target.processes.cpu_seconds() - before
    count, real = map(int, re.search(r"(\d+) connections in (\d+) real seconds", said).groups())
    if count == 0:
        sys.exit(f"{target.name} made no connection for openssl s_time {' '.join(how)}")
    return dict(requests=count, per_second=count / max(real, 1), cpu=used / count * 1000)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, section, target, connections, turn, row):
        self.rows.append(dict(section=section, name=target.name, connections=connections, turn=turn, **row))

    def of(self, section, name, connections):
        return [r for r in self.rows if (r["section"], r["name"], r["connections"]) == (section, name, connections)]

    def median(self, section, name, connections, key):
        return statistics.median(r[key] for r in self.of(section, name, connections))

    def ratio(self, section, connections, key="cpu"):
        pairs = zip(self.of(section, "gateway", connections), self.of(section, "nginx", connections))
        return statistics.median(ours[key] / max(theirs[key], 1e-9) for ours, theirs in pairs)


def nginx_configuration(folder, port, upstream):
    return f"""worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{ worker_connections 4096; }}
{"user root;" if os.geteuid() == 0 else ""}
http {{
  access_log off; keepalive_requests 100000000; client_body_buffer_size 64k;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream model {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/certificate.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:sessions:8m; ssl_session_tickets on;
    location = /v1/models {{ default_type application/json; return 401 '{ANSWER_TO_STRANGERS}'; }}
    location / {{ proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }}
  }}
}}
"""


def start_nginx(folder, upstream, started):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"], check=True, capture_output=True)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    (folder / "nginx.conf").write_text(nginx_configuration(folder, port, upstream))
    process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf"], stdout=subprocess.DEVNULL, stderr=open(folder / "nginx.err", "w"))
    started.append(process)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process.pid, f"https://127.0.0.1:{port}"
        except OSError:
            if process.poll() is not None:
                sys.exit("nginx ended: " + (folder / "nginx.err").read_text())
            time.sleep(0.05)
    sys.exit("nginx does not listen")


def script(folder, name, key, stream):
    body = {"model": "mock-gpt", "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}], "temperature": 0.2, "max_tokens": 256}
    if stream:
        body["stream"] = True
    text = json.dumps(body, separators=(",", ":"))
    path = folder / name
    path.write_text(f"wrk.method='POST'\nwrk.headers['Content-Type']='application/json'\nwrk.headers['Authorization']='Bearer {key}'\nwrk.body=[==[{text}]==]\n")
    return path, text


def check_once(target, key, body, stream, ca):
    trust = ["--cacert", ca] if target.name == "gateway" else ["-k"]
    answer = subprocess.run(["curl", "-sS", "--http1.1", "-m", "10", *trust, "-w", "\n%{http_code}", "-H", f"Authorization: Bearer {key}", "-H", "Content-Type: application/json",
                             "-d", body, target.url + "/v1/chat/completions"], capture_output=True, text=True)
    text, _, status = answer.stdout.rpartition("\n")
    events = sum(line.startswith("data: ") for line in text.splitlines())
    if status != "200" or (stream and (events < EVENTS + 1 or "data: [DONE]" not in text)):
        sys.exit(f"{target.name} gave no whole answer to one request: status {status}, {events} events\n{answer.stderr}{text[:500]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", required=True, help="https://127.0.0.1:PORT")
    parser.add_argument("--pid", type=int, required=True, help="the gateway's process")
    parser.add_argument("--key", required=True)
    parser.add_argument("--ca", required=True, help="the authority of the gateway's certificate")
    parser.add_argument("--upstream-port", type=int, required=True, help="where mock_upstream listens")
    parser.add_argument("--connections", default="1,16,64")
    parser.add_argument("--stream-connections", default="16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--max-ratio", type=float, help="exit with 1 when the gateway takes more of nginx's CPU a chat request")
    parser.add_argument("--json", help="write every row here")
    arguments = parser.parse_args()

    folder = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-bench-"))
    os.chmod(folder, 0o755)
    started, table = [], Table()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    try:
        progress("starting nginx …")
        gateway = Target("gateway", arguments.pid, arguments.gateway)
        nginx = Target("nginx", *start_nginx(folder, arguments.upstream_port, started))
        direct = Target("direct", None, f"http://127.0.0.1:{arguments.upstream_port}")
        both = [gateway, nginx]
        chat, chat_body = script(folder, "chat.lua", arguments.key, stream=False)
        stream, stream_body = script(folder, "stream.lua", arguments.key, stream=True)
        for target in both:
            check_once(target, arguments.key, chat_body, False, arguments.ca)
            check_once(target, arguments.key, stream_body, True, arguments.ca)

        connections = [int(c) for c in arguments.connections.split(",")]
        stream_connections = [int(c) for c in arguments.stream_connections.split(",")]
        shakes = {"full, TLS 1.3": ["-new", "-tls1_3"], "resumed, TLS 1.3": ["-reuse", "-tls1_3"], "resumed, TLS 1.2": ["-reuse", "-tls1_2"]}
        for turn in range(arguments.rounds):
            order = both if turn % 2 == 0 else both[::-1]
            of = f"round {turn + 1} of {arguments.rounds}"
            if 1 in connections:
                progress(f"{of}: chat, 1 connection, straight to the mock …")
                table.add("chat", direct, 1, turn, load(direct, chat, 1, arguments.seconds))
            for c in connections:
                for target in order:
                    progress(f"{of}: chat, {c} connection{'s' * (c > 1)}, {target.name} …")
                    table.add("chat", target, c, turn, load(target, chat, c, arguments.seconds))
            for c in stream_connections:
                for target in order:
                    progress(f"{of}: stream, {c} connections, {target.name} …")
                    table.add("stream", target, c, turn, load(target, stream, c, arguments.seconds))
            for name, how in shakes.items():
                for target in order:
                    progress(f"{of}: handshakes, {name}, {target.name} …")
                    table.add(name, target, 0, turn, handshakes(target, how, arguments.seconds))
        progress("")
        worst = report(table, connections, stream_connections, list(shakes), len(chat_body))
        if arguments.json:
            pathlib.Path(arguments.json).write_text(json.dumps(table.rows))
        if any(r.get("wrong") for r in table.rows if r["name"] == "gateway"):
            sys.exit("the gateway answered some requests with an error")
        if arguments.max_ratio and worst > arguments.max_ratio:
            sys.exit(f"{worst:.2f} × nginx's CPU a request, more than {arguments.max_ratio}")
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def report(table, connections, stream_connections, shakes, body_bytes):
    """Prints the tables as Markdown, so that they can stand in README.md as they are; returns the worst ratio of a chat request."""
    worst = 0.0
    for section, title, counts in (("chat", f"Chat, {body_bytes:,} bytes, keep-alive", connections), ("stream", f"Stream of {EVENTS} events", stream_connections)):
        print(f"\n| {title:34} | connections | requests/s |  p50 µs |  p99 µs | CPU s/1k | × nginx | RSS MB | wrong |")
        print(f"|{'-' * 36}|------------:|-----------:|--------:|--------:|---------:|--------:|-------:|------:|")
        for c in counts:
            for name in ("gateway", "nginx"):
                middle = lambda key: table.median(section, name, c, key)
                ratio = table.ratio(section, c) if name == "gateway" else 1
                if section == "chat" and name == "gateway" and c > 1:
                    worst = max(worst, ratio)
                wrong = sum(r["wrong"] for r in table.of(section, name, c))
                print(f"| {name:34} | {c:11} | {middle('per_second'):10.0f} | {middle('p50'):7.0f} | {middle('p99'):7.0f} | {middle('cpu'):8.4f} | {ratio:7.2f} | {middle('memory'):6.1f} | {wrong:5} |")
    print(f"\n| {'Handshakes, one answer each':34} | gateway/s | nginx/s | gateway, CPU ms | nginx, CPU ms | × nginx |")
    print(f"|{'-' * 36}|----------:|--------:|----------------:|--------------:|--------:|")
    for name in shakes:
        middle = lambda who, key: table.median(name, who, 0, key)
        print(f"| {name:34} | {middle('gateway', 'per_second'):9.0f} | {middle('nginx', 'per_second'):7.0f} | {middle('gateway', 'cpu'):15.3f} | {middle('nginx', 'cpu'):13.3f} | {table.ratio(name, 0):7.2f} |")
    print()
    for c in stream_connections:
        per_event = table.median("stream", "gateway", c, "cpu") * 1e3 / EVENTS
        print(f"A streamed event costs the gateway {per_event:.1f} µs of CPU, {table.ratio('stream', c):.2f} × nginx's, at {c} connections.")
    if 1 in connections:
        ours, theirs, direct = (table.median("chat", name, 1, "p50") for name in ("gateway", "nginx", "direct"))
        print(f"Added p50 at one connection: {ours - direct:.0f} µs over the mock itself (nginx adds {theirs - direct:.0f} µs).")
    if worst:
        print(f"At most {worst:.2f} × nginx's CPU a chat request at more than one connection.")
    return worst


if __name__ == "__main__":
    main()
