"""What the tests' provider answers as OpenAI's `/responses`; its models' names mean what they mean in mock_provider.py."""
import json

USAGE = {"input_tokens": 11, "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0}, "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 18}


def last_user_text(items):
    if isinstance(items, str): return items
    if results := [i["output"] for i in items if i.get("type") == "function_call_output"]: return "the tools said: " + ", ".join(results)
    content = next((i["content"] for i in reversed(items) if i.get("role") == "user"), "")
    return content if isinstance(content, str) else "".join(p.get("text", "") for p in content)


def items(body):
    model, text = body["model"], last_user_text(body["input"])
    if model.startswith("tool") and not text.startswith("the tools said"):
        return [{"type": "function_call", "id": f"fc_{i}", "call_id": f"call_{i}", "name": t["name"], "arguments": json.dumps({"text": text}), "status": "completed"} for i, t in enumerate(body["tools"])]
    if (body.get("text") or {}).get("format", {}).get("type") == "json_schema": text = json.dumps({"answer": text}, ensure_ascii=False)
    thoughts = [{"type": "reasoning", "id": "rs_0", "summary": [{"type": "summary_text", "text": "About " + text}]}] if model == "think" else []
    return thoughts + [{"type": "message", "id": "msg_0", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]}]


def answer(provider, h, body):
    output = items(body)
    why = {"long": "max_output_tokens", "refuse": "content_filter"}.get(body["model"])
    status = "incomplete" if why else "completed"
    response = {"id": "resp_1", "object": "response", "created_at": 1, "status": status, "error": None, "incomplete_details": {"reason": why} if why else None, "instructions": None, "metadata": {}, "model": body["model"],
                "output": output, "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "usage": USAGE}
    if not body.get("stream"): return provider.whole(h, 200, response)
    events = []
    def event(kind, **more): events.append(b"event: %s\ndata: %s\n\n" % (kind.encode(), json.dumps({"type": kind, "sequence_number": len(events), **more}, ensure_ascii=False).encode()))
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    event("response.created", response=begun); event("response.in_progress", response=begun)
    for i, item in enumerate(output):
        kind, place = item["type"], {"item_id": item["id"], "output_index": i}
        list_name = {"message": "content", "reasoning": "summary"}.get(kind)
        event("response.output_item.added", output_index=i, item={**item, **({list_name: []} if list_name else {"arguments": ""})})
        if list_name is None: names, text, more, part = "response.function_call_arguments", item["arguments"], {}, None
        else:
            part, names, where, at = item[list_name][0], *(("response.output_text", "response.content_part", "content_index") if kind == "message" else ("response.reasoning_summary_text", "response.reasoning_summary_part", "summary_index"))
            text, more = part["text"], {at: 0}
            event(where + ".added", **place, **more, part={**part, "text": ""})
        for j in range(0, len(text), 5): event(names + ".delta", **place, **more, delta=text[j:j + 5], **({"logprobs": []} if kind == "message" else {}))
        event(names + ".done", **place, **more, **({"arguments": text, "name": item["name"]} if part is None else {"text": text}), **({"logprobs": []} if kind == "message" else {}))
        if part: event(where + ".done", **place, **more, part=part)
        event("response.output_item.done", output_index=i, item=item)
    event("response." + status, response=response)
    if body["model"] == "gives-up": events[3:] = []; event("error", code="server_error", message="overloaded", param=None)
    h.send_response(200); h.send_header("content-type", "text/event-stream"); h.send_header("transfer-encoding", "chunked"); h.end_headers()
    for i, e in enumerate(events):
        if body["model"] == "cut" and i == 4: h.connection.shutdown(2); h.close_connection = True; return
        h.wfile.write(b"%x\r\n%s\r\n" % (len(e), e)); h.wfile.flush()
    h.wfile.write(b"0\r\n\r\n"); h.wfile.flush()
