"""What the tests' provider answers as Bedrock's runtime. Requests are held against botocore's own model of the service, and signatures
against its own signer. Its models' names mean what they mean in mock_provider.py; `think` thinks before it answers, `throttled` gives up
in mid-stream, `spoiled` sends a frame whose checksum is wrong."""
import base64, binascii, functools, json, re, struct, time, urllib.parse
from mock_provider import ADDED_TOKEN

ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, REGION = "AKIATESTTESTTEST", "secret/Key+of=tests", "session+token/of==tests", "eu-central-1"
ERRORS = {400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException", 408: "ModelTimeoutException", 424: "ModelErrorException", 429: "ThrottlingException", 500: "InternalServerException", 503: "ServiceUnavailableException"}


@functools.cache
def operation(name):
    import botocore.session
    return botocore.session.get_session().get_service_model("bedrock-runtime").operation_model(name)


def violations(body, model, name):
    """What botocore finds wrong with a request, unknown members included."""
    from botocore.validate import ParamValidator
    shape = operation(name).input_shape
    def decoded(value, shape, path):
        if shape.type_name == "structure" and isinstance(value, dict) and not getattr(shape, "is_document_type", False):
            found.extend(f"{path}.{k} is unknown" for k in value if k not in shape.members)
            return {k: decoded(v, shape.members[k], f"{path}.{k}") for k, v in value.items() if k in shape.members}
        if shape.type_name == "list" and isinstance(value, list): return [decoded(v, shape.member, path + "[]") for v in value]
        return base64.b64decode(value, validate=True) if shape.type_name == "blob" and isinstance(value, str) else value
    found = []
    report = ParamValidator().validate({**decoded(body, shape, ""), "modelId": model}, shape)
    return found + (report.generate_report().split("\n") if report.has_errors() else [])


def signature_is_right(h, raw):
    """Signs what came once more, as botocore would have, with the header fields that are said to be signed."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    given = h.headers["authorization"]
    names = re.search(r"SignedHeaders=([^,]+)", given)[1].split(";")
    request = AWSRequest("POST", f"http://{h.headers['host']}{h.path}", data=raw, headers={n: h.headers[n] for n in names if n != "host"})
    request.context["timestamp"] = h.headers["x-amz-date"]
    signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY, SESSION_TOKEN), "bedrock", REGION)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return given == f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{signer.scope(request).split('/', 1)[1]}, SignedHeaders={';'.join(names)}, Signature={signer.signature(text, request)}" \
        and {"host", "x-amz-date", "x-amz-security-token"} <= set(names)


def frame(name, payload, kind="event"):
    headers = b""
    for k, v in ((f":{kind}-type", name), (":content-type", "application/json"), (":message-type", kind)): headers += bytes([len(k)]) + k.encode() + b"\x07" + struct.pack(">H", len(v)) + v.encode()
    data = json.dumps(payload, ensure_ascii=False).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(data), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + data
    return message + struct.pack(">I", binascii.crc32(message))


def last_user_text(body):
    content = next((m["content"] for m in reversed(body["messages"]) if m["role"] == "user"), [])
    results = [b["toolResult"] for b in content if "toolResult" in b]
    if results: return "the tools said: " + ", ".join("".join(c.get("text") or json.dumps(c.get("json")) for c in r["content"]) for r in results)
    return "".join(b.get("text", "") for b in content)


def blocks(body, model):
    text = last_user_text(body)
    if model == "adds": text += f" Use {ADDED_TOKEN} now."
    if model.startswith("tool") and not text.startswith("the tools said"):
        return [{"toolUse": {"toolUseId": f"tooluse_{i}", "name": t["toolSpec"]["name"], "input": {"text": text}}} for i, t in enumerate(body["toolConfig"]["tools"])], "tool_use"
    if (body.get("outputConfig") or {}).get("textFormat"): text = json.dumps({"answer": text}, ensure_ascii=False)
    thoughts = [{"reasoningContent": {"reasoningText": {"text": "About " + text, "signature": "sig"}}}] if model == "think" else []
    return thoughts + [{"text": text}], {"long": "max_tokens", "refuse": "content_filtered"}.get(model, "end_turn")


def answer(provider, h, raw):
    _, _, name, verb = h.path.split("/")
    model, body = urllib.parse.unquote(name), json.loads(raw)
    def refuse(status, message, kind=None):
        return provider.whole(h, status, {"message": message}, [("x-amzn-errortype", (kind or ERRORS.get(status, "ValidationException" if status < 500 else "InternalServerException")) + ":http://internal.amazon.com/coral/com.amazon.bedrock/"), ("x-amzn-requestid", "r-1")])
    if h.headers["authorization"].startswith("AWS4") and not signature_is_right(h, raw): return refuse(403, "the signature is wrong", "InvalidSignatureException")
    wrong = violations(body, model, "ConverseStream" if verb == "converse-stream" else "Converse")
    if wrong: provider.violations.append(wrong); return refuse(400, "; ".join(wrong))
    if model.startswith("err-"): return refuse(int(model[4:7]), "scripted")
    if body["messages"][0]["role"] != "user": return refuse(400, "a conversation begins with a user")
    content, stop = blocks(body, model)
    figures = {"usage": {"inputTokens": 6, "outputTokens": 7, "totalTokens": 18, "cacheReadInputTokens": 3, "cacheWriteInputTokens": 2}, "metrics": {"latencyMs": 5}}
    if verb == "converse": return provider.whole(h, 200, {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": stop, **figures}, [("x-amzn-requestid", "r-1")])
    frames = [frame("messageStart", {"role": "assistant", "p": "abcdef"})]
    for i, block in enumerate(content):
        if "toolUse" in block:
            call = block["toolUse"]; frames.append(frame("contentBlockStart", {"contentBlockIndex": i, "start": {"toolUse": {"toolUseId": call["toolUseId"], "name": call["name"]}}}))
            text, delta = json.dumps(call["input"], ensure_ascii=False), lambda t: {"toolUse": {"input": t}}
        elif "reasoningContent" in block: text, delta = block["reasoningContent"]["reasoningText"]["text"], lambda t: {"reasoningContent": {"text": t}}
        else: text, delta = block["text"], lambda t: {"text": t}
        frames += [frame("contentBlockDelta", {"contentBlockIndex": i, "delta": delta(text[j:j + 5]), "p": "abc"}) for j in range(0, len(text), 5)]
        if "reasoningContent" in block: frames.append(frame("contentBlockDelta", {"contentBlockIndex": i, "delta": {"reasoningContent": {"signature": "sig"}}}))
        frames.append(frame("contentBlockStop", {"contentBlockIndex": i}))
    frames += [frame("messageStop", {"stopReason": stop}), frame("metadata", figures)]
    if model in ("throttled", "gives-up"): frames = frames[:3] + [frame("throttlingException", {"message": "too much"}, "exception")]
    if model == "spoiled": frames[2] = frames[2][:-1] + bytes([frames[2][-1] ^ 1])
    h.send_response(200); h.send_header("content-type", "application/vnd.amazon.eventstream"); h.send_header("transfer-encoding", "chunked"); h.send_header("x-amzn-requestid", "r-1"); h.end_headers()
    def chunk(b): h.wfile.write(b"%x\r\n%s\r\n" % (len(b), b)); h.wfile.flush()
    if model.startswith("split-"):
        whole, n = b"".join(frames), int(model[6:])
        for i in range(0, len(whole), n): chunk(whole[i:i + n])
    else:
        for i, f in enumerate(frames):
            if model == "cut" and i == 4: h.connection.shutdown(2); h.close_connection = True; return
            chunk(f)
            if model == "slow": time.sleep(0.02)
    h.wfile.write(b"0\r\n\r\n"); h.wfile.flush()
