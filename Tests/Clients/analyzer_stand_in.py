"""A stand-in for presidio-analyzer that needs nothing but Python: the same protocol (POST /analyze), a few patterns, and the faults
that the tests ask for in the query. Says `port N` and ends with its standard input. The real one is in presidio_server.py.

?fault=NAME[&ms=…&code=…&body=…]   what goes wrong: slow, hang, cut, status, body, beyond, negative, empty, score, count, shape
&first=N&key=K                     … with the first N calls of that key only
&tell=PATH                         a file to make once a call hangs
?bearer=T  ?language=L             answer 401 or 400 to calls without it
A text alone may also be "please hang" or "please fail".
?parallel=N  ?most=N               answer once N calls are here at once; answer 503 where there are more than N (of this very query)"""
import http.server, json, os, re, sys, threading, time, urllib.parse

NAMES = ["Maria Keller", "Łukasz Wójcik", "José Ñandú", "王小明", "Zoë 🦊 Müller", "Ame\u0301lie Noe\u0308l"]
PATTERNS = [
    ("PERSON", "|".join(map(re.escape, NAMES)), 0.85), ("LOCATION", "Berlin|Łódź|東京", 0.85),
    ("EMAIL_ADDRESS", r"[\w.]+@[\w.]+\.[a-z]+", 1.0), ("EMPLOYEE_ID", r"\bE-\d{5}\b", 0.7), ("ORGANIZATION", "Contoso", 0.85),
    ("DATE_TIME", r"\b\d{4}-\d\d-\d\d\b", 0.4),
]
lock, seen, here, barriers = threading.Lock(), {}, {}, {}


def analyze(text):
    return [{"analysis_explanation": None, "end": m.end(), "entity_type": entity, "score": score, "start": m.start()}
            for entity, pattern, score in PATTERNS for m in re.finditer(pattern, text)]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

    def answer(self, status, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json"); self.send_header("content-length", str(len(body)))
        self.end_headers(); self.wfile.write(body)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        with lock: now = here[self.path] = here.get(self.path, 0) + 1
        try: self.serve(request, query, now)
        except (BrokenPipeError, ConnectionResetError): self.close_connection = True
        finally:
            with lock: here[self.path] -= 1

    def serve(self, request, query, now):
        if "bearer" in query and self.headers["authorization"] != "Bearer " + query["bearer"]: return self.answer(401, {"error": "who are you?"})
        if "language" in query and request["language"] != query["language"]: return self.answer(400, {"error": "no such language"})
        if "most" in query:
            time.sleep(0.05)
            if now > int(query["most"]): return self.answer(503, {"error": "too many"})
        if "parallel" in query:
            with lock: barrier = barriers.setdefault(self.path, threading.Barrier(int(query["parallel"])))
            try: barrier.wait(60)
            except threading.BrokenBarrierError: return self.answer(500, {"error": "not enough at once"})
        text = request["text"]
        # As Presidio: an empty text, or none, is an error.
        if not text: return self.answer(500, {"error": "No text provided"})
        found = [analyze(t) for t in text] if isinstance(text, list) else analyze(text)
        for entities in found if isinstance(text, list) else [found]:
            entities[:] = [e for e in entities if e["score"] >= request["score_threshold"]]
        if text == "please hang": time.sleep(3600)
        if text == "please fail": return self.answer(500, {"error": "as asked"})
        fault = query.get("fault")
        if fault and "first" in query:
            with lock: seen[query["key"]] = seen.get(query["key"], 0) + 1
            if seen[query["key"]] > int(query["first"]): fault = None
        if fault == "slow": time.sleep(int(query["ms"]) / 1000)
        elif fault == "hang":
            if "tell" in query: open(query["tell"], "x").close()
            time.sleep(3600)
        elif fault == "cut":
            self.send_response(200); self.send_header("content-length", "1000"); self.end_headers(); self.wfile.write(b"[")
            self.close_connection = True
            return
        elif fault == "status": return self.answer(int(query["code"]), {"error": str(text)})
        elif fault == "body": return self.answer(200, query.get("body", "").encode())
        elif fault in ("beyond", "negative", "empty", "score"):
            length = len(text if isinstance(text, str) else text[0])
            start, end, score = {"beyond": (length - 1, length + 1, 1), "negative": (-1, 1, 1), "empty": (1, 1, 1), "score": (0, 1, 1.5)}[fault]
            (found if isinstance(text, str) else found[0]).append({"start": start, "end": end, "score": score, "entity_type": "PERSON"})
        elif fault == "count": found = found + [[]]
        elif fault == "shape": found = {"result": found}
        self.answer(200, found)

    def log_message(self, *_): pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 256
    def handle_error(self, *_): pass   # a caller that left


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print("port", server.server_address[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()
