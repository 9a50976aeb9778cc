/// A provider that behaves as each test needs it: HTTP/1.1 by hand over asyncio, so that it can also misbehave. Says on standard
/// output what it saw, each line with its monotonic time in milliseconds. Ends with its standard input.
let providerScript = #"""
    import asyncio, json, os, ssl, sys, threading, time, argparse, urllib.parse

    def say(*words):
        print(f"{time.monotonic() * 1000:.3f}", *words, flush=True)

    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    options = argparse.ArgumentParser()
    for name in ("cert", "key", "client-ca", "proxy-to"):
        options.add_argument("--" + name)
    options = options.parse_args()
    count = 0
    pattern = bytes(i % 251 for i in range(251 * 64))

    def answer(status, body, *fields):
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body

    def chunk(data):
        return f"{len(data):x}\r\n".encode() + data + b"\r\n"

    CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def respond(number, method, path, query, head, body, writer):
        """Answers; True where the connection stays."""
        def put(data):
            writer.write(data)
        if path == "/json":
            put(answer(200, json.dumps({"connection": number, "method": method, "head": head, "length": len(body)}).encode(),
                       "Content-Type: application/json", "X-Request-Id: r1"))
        elif path == "/close":
            put(answer(200, b"{}", "Connection: close"))
            return False
        elif path == "/status":
            put(answer(int(query["code"]), b"{}", "Retry-After: 7"))
        elif path == "/slow":
            await asyncio.sleep(float(query["ms"]) / 1000)
            put(answer(200, str(number).encode()))
        elif path == "/chunks":
            put(CHUNKED)
            for i in range(int(query["n"])):
                put(chunk(f"data: {i} {time.monotonic() * 1000:.3f}\n\n".encode()))
                await writer.drain()
                await asyncio.sleep(float(query["ms"]) / 1000)
            put(b"0\r\n\r\n")
        elif path == "/flood":
            total, sent = int(query["bytes"]), 0
            put(CHUNKED)
            while sent < total:
                data = pattern[:min(len(pattern), total - sent)]
                put(chunk(data))
                await writer.drain()
                sent += len(data)
                say("sent", number, sent)
            put(b"0\r\n\r\n")
        elif path == "/hang":
            await asyncio.sleep(3600)
        elif path == "/stall":
            put(CHUNKED + chunk(b"data: first\n\n"))
            await asyncio.sleep(3600)
        elif path == "/stall-in-head":
            put(b"HTTP/1.1 200 OK\r\nX-Some: thing\r\n")
            await asyncio.sleep(3600)
        elif path == "/cut-head":
            return False
        elif path == "/cut-length":
            put(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
            return False
        elif path == "/cut-chunked":
            put(CHUNKED + chunk(b"data: one\n\n"))
            return False
        elif path == "/cut-in-chunk":
            put(CHUNKED + b"100\r\nhalf a chunk")
            return False
        elif path == "/undelimited":
            put(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end")
            return False
        elif path == "/redirect":
            put(answer(302, b"", "Location: /json"))
        elif path == "/interim":
            put(b"HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\nX-Interim: 2\r\n\r\n")
            put(answer(201, b"final", "X-Final: yes"))
        elif path == "/trailers":
            put(CHUNKED + chunk(b"body") + b"0\r\nX-Trailer: late\r\n\r\n")
        elif path == "/big-head":
            put(answer(200, b"{}", *[f"X-Fill-{i}: {'y' * 1000}" for i in range(100)]))
        elif path == "/odd-head":
            put(answer(200, b"{}", "X-Twice: one", "x-twice: two", "X-Blanks:   in the middle   ", "X-Latin: caf\u00e9"))
        elif path == "/gzip":
            put(answer(200, b"\x1f\x8b123", "Content-Encoding: gzip"))
        elif path == "/garbage":
            put(b"this is no HTTP at all\r\n\r\n")
            return False
        else:
            put(answer(404, b"{}"))
        return True

    async def serve(reader, writer):
        global count
        count += 1
        number = count
        tls = writer.get_extra_info("ssl_object")
        say("open", number, "resumed" if tls and tls.session_reused else "new")
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head.split("\r\n")[1:] if line)}
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                method, target = head.split(" ")[:2]
                url = urllib.parse.urlsplit(target)
                say("request", number, url.path, len(body))
                query = dict(urllib.parse.parse_qsl(url.query))
                task = asyncio.ensure_future(respond(number, method, url.path, query, head, body, writer))
                gone = asyncio.ensure_future(reader.read(1))
                await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not task.done():
                    task.cancel()
                    break
                keep = task.result()
                if not gone.done():
                    gone.cancel()
                    try: await gone
                    except asyncio.CancelledError: pass
                if not keep: break
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        say("closed", number)
        writer.close()

    async def tunnel(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        say("connect", head.split("\r\n")[0].replace(" ", "|"), "auth" if "proxy-authorization:" in head.lower() else "-")
        if "refused.test" in head:
            writer.write(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        host, port = options.proxy_to.split(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Established\r\nX-From-Proxy: yes\r\n\r\n")
        async def pump(a, b):
            try:
                while data := await a.read(65536):
                    b.write(data)
                    await b.drain()
            except ConnectionError: pass
            b.close()
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    async def main():
        context = None
        if options.cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options.cert, options.key)
            if options.client_ca:
                context.load_verify_locations(options.client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
        server = await asyncio.start_server(
            tunnel if options.proxy_to else serve, "127.0.0.1", 0, ssl=context, limit=1 << 24, backlog=1024)
        say("port", server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())
    """#
