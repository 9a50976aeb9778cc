#!/usr/bin/env python3
"""What `sallyport evaluate` itself costs: its processor time for a case against a server that answers at once, how long the report of a run
takes as a page, and how many cases it has in flight against one that takes a second. The server stands in for the gateway, whose own cost
`make bench` measures.

    Benchmarks/evaluate.py [--program .build/release/sallyport] [--cases 50000] [--in-flight 1000]
"""
import argparse, asyncio, json, os, pathlib, resource, subprocess, sys, tempfile, threading, time

ANSWER = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0, "message": {"role": "assistant", "content": "The answer is 42."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}}).encode()
REPLY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-sallyport-cost-nanousd: 200000\r\ncontent-length: " + str(len(ANSWER)).encode() + b"\r\n\r\n" + ANSWER


class Server(threading.Thread):
    """HTTP/1.1 on loopback, as little of it as the client needs."""
    def __init__(self):
        super().__init__(daemon=True)
        self.delay, self.now, self.most, self.count, self.ready = 0.0, 0, 0, 0, threading.Event()
        self.start(); self.ready.wait()

    def run(self): asyncio.run(self.serve())

    async def serve(self):
        server = await asyncio.start_server(self.connection, "127.0.0.1", 0, backlog=4096)
        self.port = server.sockets[0].getsockname()[1]; self.ready.set()
        await server.serve_forever()

    async def connection(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(next(l for l in head.lower().split(b"\r\n") if l.startswith(b"content-length:"))[15:])
                await reader.readexactly(length)
                self.now += 1; self.most = max(self.most, self.now); self.count += 1
                if self.delay: await asyncio.sleep(self.delay)
                self.now -= 1
                writer.write(REPLY)
        except (asyncio.IncompleteReadError, ConnectionError): pass
        finally: writer.close()


def run(program, server, folder, cases, concurrency):
    name = f"s{cases}"
    (folder / f"{name}.yaml").write_text(f"name: {name}\nprompt: 'What is {{{{n}}}} and why? {'x' * 200}'\ncases: {name}.jsonl\nscorers: [{{ type: contains, ignore_case: true }}, token_f1]\n")
    (folder / f"{name}.jsonl").write_text("".join(json.dumps({"id": f"c{i}", "variables": {"n": i}, "expected": "42", "tags": ["a"]}) + "\n" for i in range(cases)))
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    p = subprocess.run([program, "evaluate", f"{name}.yaml", "--candidates", "m", "--gateway", f"http://127.0.0.1:{server.port}", "--concurrency", str(concurrency), "--store", f"{name}.sqlite", "--json"],
                       cwd=folder, capture_output=True, text=True, env={**os.environ, "SALLYPORT_KEY": "sp_bench"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert p.returncode == 0, p.stderr
    candidate = json.loads(p.stdout)["analysis"]["candidates"][0]
    assert candidate["cases"] == cases and candidate["errors"] == 0, p.stdout
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, time.time() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/sallyport"); parser.add_argument("--cases", type=int, default=50_000); parser.add_argument("--in-flight", type=int, default=1_000)
    arguments = parser.parse_args()
    program, server = str(pathlib.Path(arguments.program).resolve()), Server()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        start, _ = run(program, server, folder, 1, 1)
        cpu, wall = run(program, server, folder, arguments.cases, 256)
        print(f"{arguments.cases} cases: {(cpu - start) / arguments.cases * 1e6:.0f} us of processor time a case, {wall:.1f} s in all")
        began = time.time()
        subprocess.run([program, "evaluate", "report", "--store", f"s{arguments.cases}.sqlite", "--html", "report.html"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        print(f"report of {arguments.cases} cases: {time.time() - began:.2f} s, {(folder / 'report.html').stat().st_size // 1024} KiB")
        server.delay, server.most = 1.0, 0
        cases = 4 * arguments.in_flight
        _, wall = run(program, server, folder, cases, arguments.in_flight)
        print(f"{cases} cases that take 1 s: {server.most} in flight at once, {wall:.1f} s in all")


if __name__ == "__main__": main()
