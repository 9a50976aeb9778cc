"""A provider for the tests: plain HTTP/1.1 on loopback, scripted by the model's name, that remembers what it saw.

  echo             repeats the last user text          split-N    streams it in HTTP chunks of N bytes (wherever that cuts)
  err-STATUS       answers with that error             slow       streams a word every 20 ms
  cut              drops the connection in mid-stream  odd        splits the text into one delta a character
  tool             calls the first tool with the last user text as argument, in JSON
  tools            calls them all, and says what they said; `think` thinks first (`reasoning_content`); both, and `figures`, say what a cache gave
  long, refuse     end with the most tokens, or with a refusal; `gives-up` says so in mid-stream
  adds             repeats the last user text, and adds a token, an e-mail address and a private key of its own
"""
import json, socketserver, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


ADDED_TOKEN = "ghp_" + "x7Kq2M9XdP4vB8nT1wZ6cR3yL5hJ0sFa2gQe"
ADDED_EMAIL = "not.yours@example.net"
ADDED_KEY = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n" * 12 + "-----END PRIVATE KEY-----"


class Provider:
    def __init__(self):
        self.seen, self.lock, self.gone, self.violations = [], threading.Lock(), [], []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *a): pass

            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("content-length", 0)))
                with provider.lock: provider.seen.append({"path": self.path, "headers": dict(self.headers.items()), "raw": raw, "at": time.time()})
                try:
                    if self.path.startswith("/model/"):
                        import mock_bedrock
                        mock_bedrock.answer(provider, self, raw)
                    else: provider.answer(self, json.loads(raw))
                except (BrokenPipeError, ConnectionResetError): provider.gone.append(time.time()); self.close_connection = True

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256
            allow_reuse_address = True
            def handle_error(self, *a): pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self): self.server.shutdown(); self.server.server_close()
    def bodies(self):
        with self.lock: return [x["raw"] for x in self.seen]

    # ---- answers
    def whole(self, h, status, obj, headers=()):
        b = json.dumps(obj).encode()
        h.send_response(status); h.send_header("content-type", "application/json"); h.send_header("content-length", str(len(b)))
        for k, v in headers: h.send_header(k, v)
        h.end_headers(); h.wfile.write(b)

    def completion(self, h, body):
        """The older API: each prompt is repeated, in a stream letter by letter, with the choices in turns."""
        prompts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
        if body["model"] == "adds": prompts = [p + f" ask {ADDED_EMAIL}.\n{ADDED_KEY}\nGood luck." for p in prompts]
        base = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": body["model"]}
        choice = lambda i, text, reason: {"text": text, "index": i, "logprobs": {"tokens": [text], "token_logprobs": [-0.1]} if body.get("logprobs") else None, "finish_reason": reason}
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        if not body.get("stream"):
            return self.whole(h, 200, {**base, "choices": [choice(i, p, "stop") for i, p in enumerate(prompts)], "usage": usage})
        h.send_response(200); h.send_header("content-type", "text/event-stream"); h.send_header("connection", "close"); h.end_headers()
        def event(choices, **more): h.wfile.write(b"data: " + json.dumps({**base, "choices": choices, **more}).encode() + b"\n\n"); h.wfile.flush()
        for at in range(max(map(len, prompts))):
            for i, p in enumerate(prompts):
                if at < len(p): event([choice(i, p[at], None)])
        for i, _ in enumerate(prompts): event([choice(i, "", "stop")])
        if (body.get("stream_options") or {}).get("include_usage"): event([], usage=usage)
        h.wfile.write(b"data: [DONE]\n\n"); h.wfile.flush(); h.close_connection = True

    def answer(self, h, body):
        if h.path.startswith("/v1beta/"):
            import mock_gemini
            return mock_gemini.answer(self, h, body)
        model, path = body["model"], h.path.partition("?")[0]
        if h.path.startswith("/v1/messages"):
            import mock_messages
            return mock_messages.answer(self, h, body)
        if model.startswith("err-"):
            return self.whole(h, int(model[4:7]), {"error": {"message": "scripted", "type": "server_error", "param": None, "code": None}}, [("retry-after", "1")] if model == "err-429" else [])
        if path.endswith("/embeddings"):
            inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
            return self.whole(h, 200, {"object": "list", "model": model, "data": [{"object": "embedding", "index": i, "embedding": [0.5, 0.25]} for i, _ in enumerate(inputs)], "usage": {"prompt_tokens": 3, "total_tokens": 3}})
        if path.endswith("/completions") and "prompt" in body: return self.completion(h, body)
        if path.endswith("/responses"):
            import mock_responses
            return mock_responses.answer(self, h, body)
        text = next((m["content"] for m in reversed(body["messages"]) if m["role"] == "user"), "")
        if isinstance(text, list): text = "".join(p.get("text", "") for p in text)
        if model == "adds": text += f" Use {ADDED_TOKEN} or ask {ADDED_EMAIL}.\n{ADDED_KEY}\nGood luck."
        base = {"id": "chatcmpl-1", "created": 1, "model": model}
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        has_details = model in ("tools", "think", "figures")
        if has_details: usage |= {"prompt_tokens_details": {"cached_tokens": 3}, "completion_tokens_details": {"reasoning_tokens": 2}}
        results = [m["content"] for m in body["messages"] if m["role"] == "tool"]
        if has_details and results: text = "the tools said: " + ", ".join(results)
        if has_details and (body.get("response_format") or {}).get("type") == "json_schema": text = json.dumps({"answer": text}, ensure_ascii=False)
        message = {"role": "assistant", "content": text, **({"reasoning_content": "About " + text} if model == "think" else {})}
        finish = {"long": "length", "refuse": "content_filter"}.get(model, "stop")
        calls = [{"id": f"call_{i}", "type": "function", "function": {"name": t["function"]["name"], "arguments": json.dumps({"text": text})}} for i, t in enumerate(body.get("tools", []))] if model == "tools" and not results else []
        if calls: message, finish = {"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls"
        elif model.startswith("tool") and not has_details:
            message = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": body["tools"][0]["function"]["name"], "arguments": json.dumps({"text": text})}}]}
            finish = "tool_calls"
        if not body.get("stream"):
            return self.whole(h, 200, {**base, "object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": finish, **({"logprobs": {"content": [{"token": text, "logprob": -0.1, "bytes": None, "top_logprobs": []}]}} if body.get("logprobs") else {})}], "usage": usage})
        events = []
        def event(delta, reason=None): events.append(b"data: " + json.dumps({**base, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}, ensure_ascii=False).encode() + b"\n\n")
        event({"role": "assistant", "content": ""})
        if model == "think":
            for i in range(0, len(message["reasoning_content"]), 7): event({"reasoning_content": message["reasoning_content"][i:i + 7]})
        if calls:
            for i, call in enumerate(calls):
                event({"tool_calls": [{"index": i, **call, "function": {**call["function"], "arguments": ""}}]})
                for c in call["function"]["arguments"]: event({"tool_calls": [{"index": i, "function": {"arguments": c}}]})
        elif finish == "tool_calls":
            a = message["tool_calls"][0]["function"]["arguments"]
            event({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": message["tool_calls"][0]["function"]["name"], "arguments": ""}}]})
            for c in a: event({"tool_calls": [{"index": 0, "function": {"arguments": c}}]})
        elif model == "slow":
            for i in range(200): event({"content": f"w{i} "})
        elif model == "odd":
            for c in text: event({"content": c})
        else:
            for i in range(0, len(text), 7): event({"content": text[i:i + 7]})
        event({}, finish)
        if (body.get("stream_options") or {}).get("include_usage"):
            events.append(b"data: " + json.dumps({**base, "object": "chat.completion.chunk", "choices": [], "usage": usage}).encode() + b"\n\n")
        events.append(b"data: [DONE]\n\n")
        h.send_response(200); h.send_header("content-type", "text/event-stream"); h.send_header("transfer-encoding", "chunked"); h.end_headers()
        def chunk(b): h.wfile.write(b"%x\r\n%s\r\n" % (len(b), b)); h.wfile.flush()
        if model.startswith("split-"):
            whole, n = b"".join(events), int(model[6:])
            for i in range(0, len(whole), n): chunk(whole[i:i + n])
        elif model.startswith("cutat-"):
            whole, n = b"".join(events), int(model[6:])
            chunk(whole[:n]); time.sleep(0.002); chunk(whole[n:]) if whole[n:] else None
        else:
            for i, e in enumerate(events):
                if model == "gives-up" and i == 2: e = b'data: {"error": {"message": "overloaded", "type": "server_error", "param": null, "code": null}}\n\n'
                if model == "gives-up" and i == 3: break
                if model == "cut" and i == 3: h.connection.shutdown(2); h.close_connection = True; return
                chunk(e)
                if model == "slow": time.sleep(0.02)
        h.wfile.write(b"0\r\n\r\n"); h.wfile.flush()
