"""What the tests' provider answers as one that speaks Anthropic's messages; its models' names mean what they mean in mock_provider.py,
and `think` thinks before it answers; `gives-up-late` breaks its stream off with an error."""
import json, time
from mock_provider import ADDED_TOKEN


def last_user_text(body):
    text = next((m["content"] for m in reversed(body["messages"]) if m["role"] == "user"), "")
    if isinstance(text, str): return text
    results = [p.get("content", "") for p in text if p["type"] == "tool_result"]
    if results: return "the tools said: " + ", ".join(r if isinstance(r, str) else "".join(p.get("text", "") for p in r) for r in results)
    return "".join(p.get("text", "") for p in text)


def blocks(body):
    model, text = body["model"], last_user_text(body)
    if model == "adds": text += f" Use {ADDED_TOKEN} now."
    if model.startswith("tool") and not text.startswith("the tools said"):
        return [{"type": "tool_use", "id": f"toolu_{i}", "name": t["name"], "input": {"text": text}} for i, t in enumerate(body["tools"])], "tool_use"
    if (body.get("output_config") or {}).get("format") or body.get("output_format"): text = json.dumps({"answer": text}, ensure_ascii=False)
    thoughts = [{"type": "thinking", "thinking": "About " + text, "signature": "sig"}] if model == "think" else []
    return thoughts + [{"type": "text", "text": text, "citations": None}], {"long": "max_tokens", "refuse": "refusal"}.get(model, "end_turn")


def answer(provider, h, body):
    model = body["model"]
    if model.startswith("err-"):
        kind = {"429": "rate_limit_error", "529": "overloaded_error", "404": "not_found_error", "400": "invalid_request_error"}.get(model[4:7], "api_error")
        return provider.whole(h, int(model[4:7]), {"type": "error", "error": {"type": kind, "message": "scripted"}}, [("retry-after", "1")] if model == "err-429" else [])
    content, stop = blocks(body)
    usage = {"input_tokens": 6, "output_tokens": 7, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": content, "stop_reason": stop, "stop_sequence": None, "usage": usage}
    if not body.get("stream"): return provider.whole(h, 200, message)
    events = []
    def event(o): events.append(b"event: %s\ndata: %s\n\n" % (o["type"].encode(), json.dumps(o, ensure_ascii=False).encode()))
    event({"type": "message_start", "message": {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}})
    for i, block in enumerate(content):
        empty = {"text": {"text": ""}, "thinking": {"thinking": "", "signature": ""}, "tool_use": {"input": {}}}[block["type"]]
        event({"type": "content_block_start", "index": i, "content_block": {**block, **empty}})
        name, kind, text = {"text": ("text", "text_delta", block.get("text")), "thinking": ("thinking", "thinking_delta", block.get("thinking")),
                            "tool_use": ("partial_json", "input_json_delta", json.dumps(block.get("input")))}[block["type"]]
        for j in range(0, len(text), 5): event({"type": "content_block_delta", "index": i, "delta": {"type": kind, name: text[j:j + 5]}})
        if block["type"] == "thinking": event({"type": "content_block_delta", "index": i, "delta": {"type": "signature_delta", "signature": "sig"}})
        event({"type": "content_block_stop", "index": i})
        if i == 0: event({"type": "ping"})
    event({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": 7}})
    event({"type": "message_stop"})
    h.send_response(200); h.send_header("content-type", "text/event-stream; charset=utf-8"); h.send_header("transfer-encoding", "chunked"); h.end_headers()
    def chunk(b): h.wfile.write(b"%x\r\n%s\r\n" % (len(b), b)); h.wfile.flush()
    if model.startswith("split-"):
        whole, n = b"".join(events), int(model[6:])
        for i in range(0, len(whole), n): chunk(whole[i:i + n])
    else:
        for i, e in enumerate(events):
            if model == "gives-up" and i == 4: e = b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}}\n\n'
            if model == "gives-up" and i == 5: break
            if model == "cut" and i == 4: h.connection.shutdown(2); h.close_connection = True; return
            if model == "gives-up-late" and i == 24: chunk(b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'); break
            chunk(e)
            if model == "slow": time.sleep(0.02)
    h.wfile.write(b"0\r\n\r\n"); h.wfile.flush()
