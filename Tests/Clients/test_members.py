"""Every member of every SDK's requests (members.py finds them), asked of every other API: it is carried, or refused by name, or told in the
warning header. What makes no difference to the provider and is not told is lost in silence."""
import http.client, json, re, urllib.parse
import pytest
from conftest import Gateway
from members import ABSENT, OBJECT, TEXTS, of_dictionary, of_model, of_shape, presences
from mock_bedrock import REGION


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, upstream):
    base, key = upstream.url.removesuffix("/v1"), "api_key: { env: TEST_PROVIDER_KEY }, plaintext: true, http_version: \"1.1\""
    g = Gateway(tmp_path_factory.mktemp("members"), upstream=upstream.url,
        models="".join(f'  {n}/*: {{ strategy: ordered, candidates: [{{ provider: {n}, model: "*" }}] }}\n' for n in ("plain", "rock")),
        providers=f'''  plain: {{ kind: openai, base_url: "{upstream.url}", responses: false, {key} }}
  rock: {{ kind: bedrock, region: {REGION}, base_url: "{base}", {key} }}''')
    g.start()
    yield g
    g.stop()


# ---- the APIs: where a variant stands in a request

def chat_turns(message):
    user, call = {"role": "user", "content": "so?"}, {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}]}
    content = message.get("content")
    if isinstance(content, list): message = {**message, "content": [{**p, "file": {"file_data": TEXTS["file_data"], **p["file"]}} if p.get("type") == "file" else p for p in content] + [{"type": "text", "text": "and"}]}
    results = [{"role": "tool", "tool_call_id": c["id"], "content": "r"} for c in message.get("tool_calls") or [] if "id" in c]
    return {"tool": [user, call, message, user], "assistant": [user, message, *results, user]}.get(message["role"], [message, user])


def responses_turns(item):
    user = {"role": "user", "content": "so?"}
    if isinstance(item.get("content"), list) and item.get("type", "message") == "message":
        item = {**item, "content": [{**({"image_url": TEXTS["image_url"]} if p.get("type") == "input_image" else {"file_data": TEXTS["file_data"]} if p.get("type") == "input_file" else {}), **p} for p in item["content"]]}
    if item.get("type") == "function_call_output":
        item = {"call_id": "c1", **item}
        return [user, {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"}, item, user]
    if item.get("type") == "function_call": return [user, item, {"type": "function_call_output", "call_id": item["call_id"], "output": "r"}, user]
    return [user, item, user]


def messages_turns(message):
    content, user = message["content"], {"role": "user", "content": "so?"}
    if not isinstance(content, list): return [message, user] if message["role"] == "user" else [user, message, user]
    kinds = {b.get("type") for b in content}
    if kinds & {"tool_use", "thinking", "redacted_thinking", "server_tool_use"}:
        results = [{"type": "tool_result", "tool_use_id": b["id"], "content": "r"} for b in content if b.get("type") == "tool_use"]
        return [user, {"role": "assistant", "content": content + ([] if results else [{"type": "text", "text": "and"}])}, {"role": "user", "content": results + [{"type": "text", "text": "so?"}]}]
    before = [user, {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "look", "input": {}}]}] if "tool_result" in kinds else []
    return before + [{"role": "user", "content": content + [{"type": "text", "text": "and"}]}]


def gemini_turns(content):
    parts, user = content.get("parts") or [], {"role": "user", "parts": [{"text": "so?"}]}
    call = {"functionCall": {"name": "look", "args": {}}}
    if any("functionCall" in p for p in parts): return [user, {"role": "model", "parts": parts}, {"role": "user", "parts": [{"functionResponse": {"name": p["functionCall"].get("name", "look"), "response": {}, **({"id": p["functionCall"]["id"]} if "id" in p["functionCall"] else {})}} for p in parts if "functionCall" in p]}]
    if any("functionResponse" in p for p in parts): return [user, {"role": "model", "parts": [{"functionCall": {**call["functionCall"], **({"id": p["functionResponse"]["id"]} if "id" in p["functionResponse"] else {})}} for p in parts]}, {"role": "user", "parts": parts}]
    if any(p.get("thought") for p in parts): return [user, {"role": "model", "parts": parts + [{"text": "and"}]}, user]
    return [{**content, "role": "user", "parts": parts + [{"text": "and"}]}]


def converse_turns(message):
    content, user = message["content"], {"role": "user", "content": [{"text": "so?"}]}
    kinds = {k for b in content for k in b}
    if kinds & {"toolUse", "reasoningContent"}:
        results = [{"toolResult": {"toolUseId": b["toolUse"]["toolUseId"], "content": [{"text": "r"}]}} for b in content if "toolUse" in b]
        return [user, {"role": "assistant", "content": content + ([] if results else [{"text": "and"}])}, {"role": "user", "content": results + [{"text": "so?"}]}]
    before = [user, {"role": "assistant", "content": [{"toolUse": {"toolUseId": "c1", "name": "look", "input": {}}}]}] if "toolResult" in kinds else []
    return before + [{"role": "user", "content": content + [{"text": "and"}]}]


def chat():
    from openai.types.chat import completion_create_params as c
    return of_dictionary(c.CompletionCreateParamsNonStreaming)


def responses():
    from openai.types.responses import response_create_params as c
    return of_dictionary(c.ResponseCreateParamsNonStreaming)


def messages():
    from anthropic.types import message_create_params as c
    return of_dictionary(c.MessageCreateParamsNonStreaming)


def gemini():
    import mock_gemini
    return of_model(mock_gemini.Request)


def converse():
    import mock_bedrock
    return of_shape(mock_bedrock.operation("Converse").input_shape)


TOOLS = {"chat": {"tools": [{"type": "function", "function": {"name": "look", "parameters": OBJECT}}]}, "responses": {"tools": [{"type": "function", "name": "look", "parameters": OBJECT, "strict": False}]},
         "messages": {"tools": [{"name": "look", "input_schema": OBJECT}]}, "gemini": {"tools": [{"functionDeclarations": [{"name": "look", "parametersJsonSchema": OBJECT}]}]},
         "converse": {"toolConfig": {"tools": [{"toolSpec": {"name": "look", "inputSchema": {"json": OBJECT}}}]}}}
# name: its types, where its turns stand, how they are put around a variant, what a request has at least, its path
APIS = {
    "chat": (chat, "messages", chat_turns, {"model": "", "messages": [{"role": "user", "content": "so?"}]}, "/v1/chat/completions", {"claude", "gem", "rock"}),
    "responses": (responses, "input", responses_turns, {"model": "", "input": [{"role": "user", "content": "so?"}], "store": False}, "/v1/responses", {"plain", "claude", "gem", "rock"}),
    "messages": (messages, "messages", messages_turns, {"model": "", "max_tokens": 9, "messages": [{"role": "user", "content": "so?"}]}, "/v1/messages", {"plain", "gem", "rock"}),
    "gemini": (gemini, "contents", gemini_turns, {"contents": [{"role": "user", "parts": [{"text": "so?"}]}]}, "/v1beta/models/{}:generateContent", {"plain", "claude", "rock"}),
    "converse": (converse, "messages", converse_turns, {"messages": [{"role": "user", "content": [{"text": "so?"}]}]}, "/model/{}/converse", {"plain", "claude", "gem"}),
}


def requests_of(api):
    """(path, a request without the member, one with it)."""
    kind, list_name, turns, start, _, _ = APIS[api]
    for name, _, inner in kind().parts():
        if inner.sort == "none" or name in ("model", "modelId", "stream"): continue
        for path, without, value in presences(inner, name):
            if name == list_name:
                if not isinstance(value, list) or not value: continue
                base, whole = {**start}, {**start, name: turns(value[0])}
                if without is not ABSENT and without: base[name] = turns(without[0])
            else:
                base, whole = {**start, **({} if without is ABSENT else {name: without})}, {**start, name: value}
            # A choice among tools, and turns that speak of them, want the tools.
            if name not in TOOLS[api]: base, whole = {**TOOLS[api], **base}, {**TOOLS[api], **whole}
            yield ".".join([name] + path), base, whole


class Line:
    """One connection to the gateway."""
    def __init__(self, gateway, upstream):
        self.gateway, self.upstream, self.connection, self.known = gateway, upstream, None, {}

    def ask(self, path, model, body):
        """(status, the message, the warnings, what reached the provider)"""
        text = json.dumps(body)
        if (path, model, text) in self.known: return self.known[path, model, text]
        body = {**body, "model": model} if "{}" not in path else body
        if self.connection is None: self.connection = http.client.HTTPSConnection("localhost", self.gateway.port, context=self.gateway.context(), timeout=60)
        with self.upstream.lock: self.upstream.seen.clear()
        self.connection.request("POST", path.format(urllib.parse.quote(model, safe="")), json.dumps(body), {"authorization": "Bearer " + self.gateway.key, "content-type": "application/json"})
        answer = self.connection.getresponse()
        said = answer.read().decode()
        if answer.will_close: self.connection.close(); self.connection = None
        with self.upstream.lock: seen = [(s["path"], s["headers"], json.loads(s["raw"])) for s in self.upstream.seen]
        self.known[path, model, text] = answer.status, said, answer.getheader("x-sallyport-warning") or "", seen
        return self.known[path, model, text]


# What says nothing to another provider, or what it does anyway, by the place's end.
HARMLESS = {
    r"(logprobs|responseLogprobs|store|background|defer_loading|async|eager_input_streaming|streamFunctionCallArguments|thought|is_error|citations\.enabled)\.false": "it is so anyway",
    r"parallel_tool_calls\.true|disable_parallel_tool_use\.false|truncation\.disabled|status\.success|detail\.auto|type\.(message|custom)": "it is so anyway",
    r"(modalities|responseModalities)(\.(text|TEXT))?|(format|response_format)\.ResponseFormatText": "answers are text",
    r"service_tier\.(auto|default|standard_only)": "the provider's own way, where it has one",
    r"strict\.(true|false)": "a schema is held to wherever there is one, a tool's is told where it is not",
    r"stream_options\..*": "the gateway writes the caller's stream itself",
    r"includeThoughts\.(true|false)": "who thinks aloud does so unasked, and who does not can't be made to",
    r"input\.(id|status\..*)|caller\.\w*Direct\w*|allowed_callers(\.direct)?": "what an item was called, and that the model itself calls",
    r"role(\..*)?": "its place in the conversation says it",
    r"[a-zA-Z_.]*(Param|Configuration|Config|Content|Part|Tool|Reasoning|StreamOptions)|contents\.parts|systemInstruction\.parts|input\.content|input\.content\.(annotations|logprobs)|input\.content\.logprobs\.bytes|tools": "an object without a member",
    r"systemInstruction\.parts\.thought\.true": "a thought without words",
    r"input\.(summary\.Summary|encrypted_content)": "of a thought, which is told as a whole",
    r"document\.format\.txt": "the format of a text",
    r"input\.content\.(image_url|file_data)|file\.file_data": "the file itself is in both requests",
    r"input\.(call_id|name|output)": "a result's call, which every result here has, its function's name, and a text as a list of one",
}


def names(path):
    """A path's members as warnings may name them, in either spelling."""
    parts = {p for p in path.split(".") if p not in ("messages", "content", "input", "contents", "parts", "tools", "function", "type", "auto", "text")}
    return parts | {re.sub(r"(?<!^)([A-Z])", r"_\1", p).lower() for p in parts}


def is_told(member, warning):
    words = set(re.split(r"\W+", warning))
    return bool(names(member) & (words | {re.sub(r"(?<!^)([A-Z])", r"_\1", w).lower() for w in words}))


def outcome(line, path, model, member, base, whole):
    status, said, warned, seen = line.ask(path, model, whole)
    if status != 200: return ("provider" if seen else "refused"), said
    before = line.ask(path, model, base)
    if warned != before[2] or is_told(member, warned): return "told", warned
    if before[0] != 200: return "carried", ""
    if [s[2] for s in seen] != [s[2] for s in before[3]]: return "carried", warned
    return ("harmless" if any(re.fullmatch(r"(.*\.)?(" + h + ")", member) for h in HARMLESS) else "silent"), warned


@pytest.mark.parametrize("api", APIS)
def test_no_member_is_lost_in_silence(api, gateway, upstream, contracts):
    line, lost, wrong, path = Line(gateway, upstream), [], [], APIS[api][4]
    for member, base, whole in requests_of(api):
        for target in sorted(APIS[api][5]):
            kind, words = outcome(line, path, target + "/echo", member, base, whole)
            complaints = [c for s in line.ask(path, target + "/echo", whole)[3] for c in contracts(*s)] if kind in ("carried", "told") else []
            if kind == "silent": lost.append((target, member))
            if kind == "refused" and not re.search(r"`[\w.$-]+`", words): lost.append((target, member, words[:300]))
            if kind == "provider" or complaints: wrong.append((target, member, words[:300], complaints))
    assert not lost + wrong, "\n".join(map(str, lost + wrong))
