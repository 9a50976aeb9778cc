"""What the tests' provider answers as one that speaks Gemini's API; its models' names mean what they mean in mock_provider.py, and
`think` thinks before it answers, `block` refuses the prompt, `safety` breaks off its answer. A request has to be one by the SDK's own types."""
import base64, json, time, urllib.parse
import pydantic
from google.genai import types
from mock_provider import ADDED_TOKEN

SIGNATURE = base64.b64encode(b"\x00\xff sealed by the provider").decode()


class Request(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", alias_generator=pydantic.alias_generators.to_camel, populate_by_name=True)
    contents: list[types.Content]
    system_instruction: types.Content | None = None
    generation_config: types.GenerationConfig | None = None
    safety_settings: list[types.SafetySetting] | None = None
    tools: list[types.Tool] | None = None
    tool_config: types.ToolConfig | None = None
    cached_content: str | None = None
    labels: dict[str, str] | None = None


def last_text(request):
    parts = request.contents[-1].parts
    results = [json.dumps(p.function_response.response, ensure_ascii=False) if set(p.function_response.response) != {"result"} else str(p.function_response.response["result"]) for p in parts if p.function_response]
    if results: return "the tools said: " + ", ".join(results)
    return "".join(p.text or "" for p in parts)


def parts(model, request):
    text, config = last_text(request), request.generation_config or types.GenerationConfig()
    if model == "adds": text += f" Use {ADDED_TOKEN} now."
    functions = [f for t in request.tools or [] for f in t.function_declarations or []]
    if model.startswith("tool") and not text.startswith("the tools said"):
        calls = [{"functionCall": {"name": f.name, "args": {"text": text}, **({"id": f"fc_{i}"} if model == "tool-ids" else {})}} for i, f in enumerate(functions)]
        return [{**calls[0], "thoughtSignature": SIGNATURE}] + calls[1:]
    if config.response_mime_type == "application/json": text = json.dumps({"answer": text}, ensure_ascii=False)
    return ([{"text": "About " + text, "thought": True}] if model == "think" else []) + [{"text": text}]


def answer(provider, h, body):
    path, _, query = h.path.partition("?")
    name, _, verb = path.removeprefix("/v1beta/models/").rpartition(":")
    model = urllib.parse.unquote(name)
    if model.startswith("err-"):
        status = int(model[4:7])
        word = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}.get(status, "INVALID_ARGUMENT" if status < 500 else "INTERNAL")
        details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}] if model == "err-400-key" else []
        return provider.whole(h, status, {"error": {"code": status, "message": "scripted", "status": word, "details": details}})
    if verb == "countTokens": return provider.whole(h, 200, {"totalTokens": 5})
    if verb == "embedContent": return provider.whole(h, 200, {"embedding": {"values": [0.5, 0.25]}})
    if verb == "batchEmbedContents": return provider.whole(h, 200, {"embeddings": [{"values": [0.5, 0.25]} for _ in body["requests"]]})
    try: request = Request.model_validate(body)
    except pydantic.ValidationError as e:
        return provider.whole(h, 400, {"error": {"code": 400, "message": "by the SDK's types: " + str(e), "status": "INVALID_ARGUMENT"}})
    signed = [bool(p.thought_signature) for c in request.contents for p in c.parts if p.function_call]
    if model == "tool-3" and signed and not signed[0]: return provider.whole(h, 400, {"error": {"code": 400, "message": "a function call without its thought_signature", "status": "INVALID_ARGUMENT"}})
    usage = {"promptTokenCount": 11, "cachedContentTokenCount": 3, "candidatesTokenCount": 5, "thoughtsTokenCount": 2, "totalTokenCount": 18}
    head = {"modelVersion": model, "responseId": "r1"}
    if model == "block": chunks = [{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage, **head}]
    else:
        made = parts(model, request)
        finish = {"safety": "SAFETY", "refuse": "SAFETY", "long": "MAX_TOKENS"}.get(model, "STOP")
        if verb == "generateContent": chunks = [{"candidates": [{"content": {"parts": made, "role": "model"}, "finishReason": finish, "index": 0}], "usageMetadata": usage, **head}]
        else:
            size = 1 if model == "odd" else 7
            pieces = [{**p, "text": p["text"][i:i + size]} if "text" in p else p for p in made for i in range(0, len(p["text"]) if "text" in p else 1, size)] or [{"text": ""}]
            chunks = [{"candidates": [{"content": {"parts": [p], "role": "model"}, "index": 0, **({"finishReason": finish} if i == len(pieces) - 1 else {})}], "usageMetadata": usage, **head} for i, p in enumerate(pieces)]
    if verb == "generateContent": return provider.whole(h, 200, chunks[0])
    assert query == "alt=sse"
    events = [b"data: %s\r\n\r\n" % json.dumps(c, ensure_ascii=False).encode() for c in chunks]
    if model == "gives-up": events[2:] = [b'data: {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}\r\n\r\n']
    h.send_response(200); h.send_header("content-type", "text/event-stream"); h.send_header("transfer-encoding", "chunked"); h.end_headers()
    def chunk(b): h.wfile.write(b"%x\r\n%s\r\n" % (len(b), b)); h.wfile.flush()
    if model.startswith("split-"):
        whole, n = b"".join(events), int(model[6:])
        for i in range(0, len(whole), n): chunk(whole[i:i + n])
    else:
        for i, e in enumerate(events):
            if model == "cut" and i == 2: h.connection.shutdown(2); h.close_connection = True; return
            chunk(e)
            if model == "slow": time.sleep(0.02)
    h.wfile.write(b"0\r\n\r\n"); h.wfile.flush()
