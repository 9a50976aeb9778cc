"""A proxy between a gateway and a provider that does what networks and providers in trouble do. `proxy.fault` may change at any time, and
holds for requests that come from then on; `None`: all is well.

  Fault("delay", seconds=1)        the answer begins so much later; `at`: it stands still for so long at that place
  Fault("reset", at="head")        RST at that place            Fault("close", at="head")   half-closed at that place (FIN), still reading
  Fault("trickle")                 one byte at a time           Fault("garbage", at="later")   random bytes from that place on, then FIN
  Fault("long"), Fault("short")    a content-length with 100 bytes more or fewer than there are
  Fault("status", status=429, headers=[("retry-after", "1")])   an error of the provider's
  Fault("handshake")               RST in the TLS handshake     Fault("record", at="later")   garbage instead of the next TLS record

Places in an answer: `before` anything, in the `status` line, in the `head`, when it is `headed`, in the `first` event, in a `later` one, in the
`fifth`, in the `trailer` (the last chunk), in the `body`'s middle; or a number of bytes."""
import asyncio, dataclasses, json, random, socket, ssl, struct, threading, time


@dataclasses.dataclass(frozen=True)
class Fault:
    kind: str
    at: object = None
    seconds: float = 0
    status: int = 0
    headers: tuple = ()


def place(at, answer):
    """The number of the answer's bytes before a place."""
    if isinstance(at, int): return min(at, len(answer))
    headed = answer.index(b"\r\n\r\n") + 4
    later = fifth = headed
    for _ in range(3): later = answer.find(b"data: ", later + 1)
    for _ in range(5): fifth = answer.find(b"data: ", fifth + 1)
    last = answer.rfind(b"0\r\n\r\n")
    return {None: 0, "before": 0, "status": 6, "head": headed // 2, "headed": headed, "first": min(headed + 20, len(answer)), "later": later + 20, "fifth": fifth + 20,
            "trailer": last + 1, "body": (headed + len(answer)) // 2}[at]


class Left(Exception):
    """The gateway closed its connection."""


class FaultProxy:
    def __init__(self, target, certificate=None):
        """`target` is the provider's port; `certificate` (chain, key) has the proxy speak TLS."""
        self.target, self.fault, self.seen, self.gone, self.connections = target, None, [], [], 0
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*map(str, certificate))
        self.loop, ready = asyncio.new_event_loop(), threading.Event()
        async def serve():
            self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=1024)
            self.port = self.server.sockets[0].getsockname()[1]
            ready.set()
        def run():
            asyncio.set_event_loop(self.loop)
            self.loop.set_exception_handler(lambda *a: None)   # peers come and go
            self.loop.create_task(serve())
            self.loop.run_forever()
        threading.Thread(target=run, daemon=True).start()
        assert ready.wait(60)
        self.origin = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self.url = self.origin + "/v1"

    def stop(self): self.loop.call_soon_threadsafe(self.loop.stop)

    def models(self):
        """The model of each request that came, in their order."""
        return [model for _, model in list(self.seen)]

    async def serve(self, reader, writer):
        self.connections += 1
        raw = writer.transport
        try:
            if self.context:
                if self.fault and self.fault.kind == "handshake":
                    await reader.read(64)
                    return reset(raw)
                await writer.start_tls(self.context)
            while await self.exchange(reader, writer, raw): pass
        except Left: self.gone.append(time.time())
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError): pass
        finally: writer.close()

    async def exchange(self, reader, writer, raw):
        """One request and its answer; whether the connection may go on."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(l.split(b":")[1]) for l in head.lower().split(b"\r\n") if l.startswith(b"content-length:")), 0)
        body = await reader.readexactly(length)
        fault = self.fault
        # Gemini and Bedrock name the model in the path.
        self.seen.append((time.time(), json.loads(body).get("model") or head.split()[1].decode().split("/")[-1].split(":")[0]))
        if fault is None: return await self.relay(head, body, reader, writer)
        if fault.kind == "status":
            said = json.dumps({"error": {"message": "scripted", "type": "server_error", "param": None, "code": None}}).encode()
            fields = "".join(f"{k}: {v}\r\n" for k, v in fault.headers)
            writer.write(f"HTTP/1.1 {fault.status} Trouble\r\ncontent-type: application/json\r\n{fields}content-length: {len(said)}\r\n\r\n".encode() + said)
            await writer.drain()
            return True
        answer = await self.asked(head, body)
        if fault.kind in ("long", "short"):
            start, rest = answer.split(b"\r\n\r\n", 1)
            wrong = len(rest) + (100 if fault.kind == "long" else -min(100, len(rest) // 2))
            lines = [l for l in start.split(b"\r\n") if not l.lower().startswith(b"content-length")]
            writer.write(b"\r\n".join(lines + [b"content-length: %d" % wrong]) + b"\r\n\r\n" + rest)
            await writer.drain()
            if fault.kind == "long": writer.write_eof()
            return await gone(reader)
        if fault.kind == "trickle":
            for i in range(len(answer)):
                writer.write(answer[i:i + 1])
                await writer.drain()
                if i % 16 == 0: await asyncio.sleep(0.001)
            return True
        n = place(fault.at, answer)
        if fault.kind != "delay" or n: writer.write(answer[:n])
        await writer.drain()
        # What is before the fault arrives before it, event by event as it would.
        if n and fault.kind != "delay": await asyncio.sleep(0.05)
        match fault.kind:
            case "delay":
                await self.rest(reader, writer, fault.seconds)
                writer.write(answer[n:])
                await writer.drain()
                return True
            case "reset": return reset(raw)
            case "close":
                raw.write_eof() if not self.context else writer.close()
                return await gone(reader)
            case "garbage":
                writer.write(random.Random(n).randbytes(4096))
                writer.write_eof() if not self.context else writer.close()
                return await gone(reader)
            case "record":
                raw.write(b"\x17\x03\x03\x00\x40" + random.Random(n).randbytes(64))
                return await gone(reader)
        raise ValueError(fault.kind)

    async def asked(self, head, body):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        writer.write(head[:-2] + b"connection: close\r\n\r\n" + body)
        answer = await reader.read()
        writer.close()
        return answer

    async def relay(self, head, body, reader, writer):
        """As it comes; the provider's connection is closed when the gateway's is."""
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.target)
        ours.write(head[:-2] + b"connection: close\r\n\r\n" + body)
        try:
            piece = asyncio.ensure_future(theirs.read(65536))
            while True:
                await asyncio.wait([piece], timeout=0.02)
                if left(reader, writer): raise Left
                if not piece.done(): continue
                if not (bytes := await piece): return True
                writer.write(bytes)
                await writer.drain()
                piece = asyncio.ensure_future(theirs.read(65536))
        finally:
            piece.cancel()
            ours.close()

    async def rest(self, reader, writer, seconds):
        """Waits, unless the gateway leaves meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if left(reader, writer): raise Left
            await asyncio.sleep(0.01)


def left(reader, writer): return reader.at_eof() or writer.transport.is_closing()


async def gone(reader):
    """Waits until the gateway closes its connection, too: after such an answer it has to."""
    while await reader.read(4096): pass
    raise Left


def reset(transport):
    """Closes with a RST."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return False
