"""The SDKs that callers use, brought to one shape: what is asked is an `Ask`, what comes back is a `Said`, whoever carries it.

An ask's turns are `("user", text)`, `("said", said)` and `("results", said, texts)`; `tools` are names, `schema` is the answer's, `picture` is a
PNG's bytes, `effort` a word of OpenAI's. Figures are `input` (with what a cache gave or took), `output` (with thoughts), `read` and `written`
(of a cache); a dialect that has no word for one says `None`."""
import base64, functools, json, os, pathlib, select, subprocess
from dataclasses import dataclass, field

SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": False}


@dataclass
class Ask:
    turns: list
    system: str = None
    tools: list = field(default_factory=list)
    must: bool = False
    schema: dict = None
    picture: bytes = None
    effort: str = None
    maximum: int = None                            # of the answer's tokens
    parameters: dict = field(default_factory=lambda: SCHEMA)


@dataclass
class Said:
    text: str = ""
    calls: list = field(default_factory=list)      # (identifier, name, arguments)
    thoughts: str = ""
    stop: str = None                               # "end" or "tools", else the dialect's own word
    usage: dict = None
    turn: object = None                            # what goes into the next ask's history


def figures(input, output, read=None, written=None): return {"input": input, "output": output, "read": read, "written": written}
def inline(picture): return "data:image/png;base64," + base64.b64encode(picture).decode()


class Caller:
    def __init__(self, gateway): self.gateway, self.key = gateway, gateway.key
    def __repr__(self): return type(self).name


class OpenAIChat(Caller):
    name = "openai-chat"

    @functools.cached_property
    def client(self): return self.gateway.openai(key=self.key)

    def arguments(self, ask):
        messages = [{"role": "system", "content": ask.system}] if ask.system else []
        for kind, what, *more in ask.turns:
            if kind == "user": messages.append({"role": "user", "content": what if ask.picture is None else [{"type": "text", "text": what}, {"type": "image_url", "image_url": {"url": inline(ask.picture)}}]})
            elif kind == "said": messages.append(what.turn)
            else: messages += [{"role": "tool", "tool_call_id": c[0], "content": t} for c, t in zip(what.calls, more[0])]
        return {"messages": messages, **({"tools": [{"type": "function", "function": {"name": n, "description": "d", "parameters": ask.parameters}} for n in ask.tools]} if ask.tools else {}),
                **({"tool_choice": "required"} if ask.must else {}), **({"reasoning_effort": ask.effort} if ask.effort else {}), **({"max_completion_tokens": ask.maximum} if ask.maximum else {}),
                **({"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": ask.schema, "strict": True}}} if ask.schema else {})}

    def ask(self, model, ask, stream=False):
        arguments = self.arguments(ask)
        if not stream:
            r = self.client.chat.completions.create(model=model, **arguments)
            message, stop, usage = r.choices[0].message.to_dict(), r.choices[0].finish_reason, r.usage
        else:
            message, stop, usage, calls = {"role": "assistant", "content": ""}, None, None, {}
            for chunk in self.client.chat.completions.create(model=model, stream=True, stream_options={"include_usage": True}, **arguments):
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    delta = choice.delta.to_dict(); stop = choice.finish_reason or stop
                    message["content"] += delta.get("content") or ""
                    if delta.get("reasoning_content"): message["reasoning_content"] = message.get("reasoning_content", "") + delta["reasoning_content"]
                    for call in delta.get("tool_calls") or []:
                        known = calls.setdefault(call["index"], {"type": "function", "function": {"name": "", "arguments": ""}})
                        if "id" in call: known["id"] = call["id"]
                        for name, text in call["function"].items(): known["function"][name] += text or ""
            if calls: message["tool_calls"] = [calls[i] for i in sorted(calls)]
        prompt = usage.prompt_tokens_details
        return Said(message.get("content") or "", [(c["id"], c["function"]["name"], json.loads(c["function"]["arguments"])) for c in message.get("tool_calls") or []], message.get("reasoning_content") or "",
                    {"stop": "end", "tool_calls": "tools"}.get(stop, stop), figures(usage.prompt_tokens, usage.completion_tokens, prompt and prompt.cached_tokens), message)

    def error(self, e):
        import openai
        assert isinstance(e, openai.APIStatusError), repr(e)
        assert set(e.body) == {"message", "type", "param", "code"}
        return e.status_code, type(e).__name__, e.body["message"]


class OpenAIResponses(OpenAIChat):
    name = "openai-responses"

    def arguments(self, ask):
        items = []
        for kind, what, *more in ask.turns:
            if kind == "user": items.append({"role": "user", "content": what if ask.picture is None else [{"type": "input_text", "text": what}, {"type": "input_image", "image_url": inline(ask.picture), "detail": "auto"}]})
            elif kind == "said": items += what.turn
            else: items += [{"type": "function_call_output", "call_id": c[0], "output": t} for c, t in zip(what.calls, more[0])]
        return {"input": items, **({"instructions": ask.system} if ask.system else {}), **({"tools": [{"type": "function", "name": n, "description": "d", "parameters": ask.parameters, "strict": True} for n in ask.tools]} if ask.tools else {}),
                **({"tool_choice": "required"} if ask.must else {}), **({"reasoning": {"effort": ask.effort}} if ask.effort else {}), **({"max_output_tokens": ask.maximum} if ask.maximum else {}),
                **({"text": {"format": {"type": "json_schema", "name": "n", "schema": ask.schema, "strict": True}}} if ask.schema else {})}

    def ask(self, model, ask, stream=False):
        if not stream: r = self.client.responses.create(model=model, **self.arguments(ask))
        else:
            # The SDK's helper puts the pieces together by itself: what it has at the end has to be what the pieces said.
            with self.client.responses.stream(model=model, **self.arguments(ask)) as s: events = list(s)
            if events[-1].type == "error": raise RuntimeError(events[-1].message)
            assert [e.sequence_number for e in events] == list(range(len(events))) and events[0].type == "response.created" and events[-1].type in ("response.completed", "response.incomplete")
            r = events[-1].response
            assert r.output_text == "".join(e.delta for e in events if e.type == "response.output_text.delta")
            assert [i.arguments for i in r.output if i.type == "function_call"] == [e.arguments for e in events if e.type == "response.function_call_arguments.done"]
            assert "".join(p.text for i in r.output if i.type == "reasoning" for p in i.summary) == "".join(e.delta for e in events if e.type == "response.reasoning_summary_text.delta")
            assert [e.item.type for e in events if e.type == "response.output_item.done"] == [i.type for i in r.output]
        calls = [(i.call_id, i.name, json.loads(i.arguments)) for i in r.output if i.type == "function_call"]
        return Said(r.output_text, calls, "".join(p.text for i in r.output if i.type == "reasoning" for p in i.summary), ("tools" if calls else "end") if r.status == "completed" else r.status,
                    figures(r.usage.input_tokens, r.usage.output_tokens, r.usage.input_tokens_details.cached_tokens), [{k: v for k, v in i.to_dict(exclude_none=True).items() if k != "parsed_arguments"} for i in r.output])


class Anthropic(Caller):
    name = "anthropic"

    @functools.cached_property
    def client(self): return self.gateway.anthropic(key=self.key)

    def arguments(self, ask):
        messages = []
        for kind, what, *more in ask.turns:
            if kind == "user": messages.append({"role": "user", "content": what if ask.picture is None else [{"type": "text", "text": what}, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": base64.b64encode(ask.picture).decode()}}]})
            elif kind == "said": messages.append({"role": "assistant", "content": what.turn})
            else: messages.append({"role": "user", "content": [{"type": "tool_result", "tool_use_id": c[0], "content": t} for c, t in zip(what.calls, more[0])]})
        form = {**({"format": {"type": "json_schema", "schema": ask.schema}} if ask.schema else {}), **({"effort": ask.effort} if ask.effort else {})}
        return {"max_tokens": ask.maximum or 2_000, "messages": messages, **({"system": ask.system} if ask.system else {}), **({"tools": [{"name": n, "description": "d", "input_schema": ask.parameters} for n in ask.tools]} if ask.tools else {}),
                **({"tool_choice": {"type": "any"}} if ask.must else {}), **({"thinking": {"type": "adaptive"}} if ask.effort else {}), **({"output_config": form} if form else {})}

    def ask(self, model, ask, stream=False):
        if not stream: m = self.client.messages.create(model=model, **self.arguments(ask))
        else:
            with self.client.messages.stream(model=model, **self.arguments(ask)) as s: m = s.get_final_message()
        u = m.usage; read, written = u.cache_read_input_tokens or 0, u.cache_creation_input_tokens or 0
        return Said("".join(b.text for b in m.content if b.type == "text"), [(b.id, b.name, b.input) for b in m.content if b.type == "tool_use"], "".join(b.thinking for b in m.content if b.type == "thinking"),
                    {"end_turn": "end", "tool_use": "tools"}.get(m.stop_reason, m.stop_reason), figures(u.input_tokens + read + written, u.output_tokens, read, written), [b.to_dict(exclude_none=True) for b in m.content])

    def error(self, e):
        import anthropic
        assert isinstance(e, anthropic.APIStatusError), repr(e)
        assert e.body["type"] == "error" and set(e.body["error"]) >= {"type", "message"}
        return e.status_code, type(e).__name__, e.body["error"]["message"]


class Gemini(Caller):
    name = "google-genai"

    @functools.cached_property
    def client(self): return self.gateway.gemini(key=self.key)

    def ask(self, model, ask, stream=False):
        from google.genai import types
        contents = []
        for kind, what, *more in ask.turns:
            if kind == "user": contents.append(types.Content(role="user", parts=[types.Part(text=what)] + ([types.Part.from_bytes(data=ask.picture, mime_type="image/png")] if ask.picture else [])))
            elif kind == "said": contents.append(what.turn)
            else: contents.append(types.Content(role="user", parts=[types.Part(function_response=types.FunctionResponse(id=c[0], name=c[1], response={"result": t})) for c, t in zip(what.calls, more[0])]))
        config = {**({"system_instruction": ask.system} if ask.system else {}), **({"max_output_tokens": ask.maximum} if ask.maximum else {}), **({"response_mime_type": "application/json", "response_json_schema": ask.schema} if ask.schema else {}),
                  **({"thinking_config": {"include_thoughts": True, "thinking_level": ask.effort.upper()}} if ask.effort else {})}
        if ask.tools: config |= {"automatic_function_calling": {"disable": True}, "tools": [types.Tool(function_declarations=[types.FunctionDeclaration(name=n, description="d", parameters_json_schema=ask.parameters) for n in ask.tools])]}
        if ask.must: config["tool_config"] = {"function_calling_config": {"mode": "ANY"}}
        if not stream: answers = [self.client.models.generate_content(model=model, contents=contents, config=config)]
        else: answers = list(self.client.models.generate_content_stream(model=model, contents=contents, config=config))
        parts = [p for a in answers for c in a.candidates or [] for p in c.content and c.content.parts or []]
        last, u = answers[-1].candidates[0], answers[-1].usage_metadata
        calls = [(p.function_call.id, p.function_call.name, p.function_call.args) for p in parts if p.function_call]
        return Said("".join(p.text or "" for p in parts if not p.thought), calls, "".join(p.text or "" for p in parts if p.thought), {"STOP": "tools" if calls else "end"}.get(last.finish_reason.value, last.finish_reason.value),
                    figures(u.prompt_token_count, (u.candidates_token_count or 0) + (u.thoughts_token_count or 0), u.cached_content_token_count or 0), types.Content(role="model", parts=parts))

    def error(self, e):
        from google.genai import errors
        assert isinstance(e, errors.APIError), repr(e)
        assert e.status and e.details["error"]["code"] == e.code
        return e.code, type(e).__name__, e.message


class Bedrock(Caller):
    name = "boto3"

    @functools.cached_property
    def client(self): return self.gateway.bedrock(key=self.key)

    def ask(self, model, ask, stream=False):
        messages = []
        for kind, what, *more in ask.turns:
            if kind == "user": messages.append({"role": "user", "content": [{"text": what}] + ([{"image": {"format": "png", "source": {"bytes": ask.picture}}}] if ask.picture else [])})
            elif kind == "said": messages.append(what.turn)
            else: messages.append({"role": "user", "content": [{"toolResult": {"toolUseId": c[0], "content": [{"text": t}], "status": "success"}} for c, t in zip(what.calls, more[0])]})
        k = {"messages": messages, **({"system": [{"text": ask.system}]} if ask.system else {}), **({"inferenceConfig": {"maxTokens": ask.maximum}} if ask.maximum else {})}
        if ask.tools: k["toolConfig"] = {"tools": [{"toolSpec": {"name": n, "description": "d", "inputSchema": {"json": ask.parameters}}} for n in ask.tools], **({"toolChoice": {"any": {}}} if ask.must else {})}
        form = {**({"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": json.dumps(ask.schema), "name": "n"}}}} if ask.schema else {}), **({"effort": ask.effort} if ask.effort else {})}
        if form: k["outputConfig"] = form
        # `converse` of the tests for Bedrock itself puts streams together.
        from test_bedrock import converse
        message, stop, u = converse(self, model, stream=stream, **k)
        read, written = u.get("cacheReadInputTokens", 0), u.get("cacheWriteInputTokens", 0)
        thoughts = [b["reasoningContent"]["reasoningText"] for b in message["content"] if "reasoningContent" in b]
        return Said("".join(b.get("text", "") for b in message["content"]), [(b["toolUse"]["toolUseId"], b["toolUse"]["name"], b["toolUse"]["input"]) for b in message["content"] if "toolUse" in b], "".join(t["text"] for t in thoughts),
                    {"end_turn": "end", "tool_use": "tools"}.get(stop, stop), figures(u["inputTokens"] + read + written, u["outputTokens"], read, written), message)

    def bedrock(self): return self.client

    def error(self, e):
        from botocore.exceptions import ClientError
        assert isinstance(e, ClientError), repr(e)
        return e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["Error"]["Code"], e.response["Error"]["Message"]


class FrameworkError(Exception): pass


class Framework(Caller):
    """A framework that lives in a Python environment of its own, since it wants other versions of the SDKs (frameworks.py)."""

    def ask(self, model, ask, stream=False):
        turns = [[k, w if k == "user" else {"turn": w.turn, "calls": w.calls}, *m] for k, w, *m in ask.turns]
        reply = self.worker({"who": self.name, "base": self.gateway.url, "key": self.key, "ca": self.gateway.ca, "model": model, "stream": stream, "system": ask.system, "turns": turns, "tools": ask.tools, "must": ask.must,
                             "schema": ask.schema, "picture": ask.picture and base64.b64encode(ask.picture).decode(), "effort": ask.effort, "maximum": ask.maximum, "parameters": ask.parameters})
        if "error" in reply: raise FrameworkError(reply["error"])
        return Said(**reply)

    def error(self, e):
        assert isinstance(e, FrameworkError), repr(e)
        assert e.args[0]["status"], e.args[0]
        return e.args[0]["status"], e.args[0]["type"], e.args[0]["message"]


class Worker:
    def __init__(self, python):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "OPENAI_", "ANTHROPIC_"))}
        self.process = subprocess.Popen([python, "-W", "ignore", str(pathlib.Path(__file__).with_name("frameworks.py"))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    def __call__(self, message):
        self.process.stdin.write(json.dumps(message) + "\n"); self.process.stdin.flush()
        assert select.select([self.process.stdout], [], [], 300)[0], "the frameworks' process is stuck"
        line = self.process.stdout.readline()
        assert line, "the frameworks' process ended"
        return json.loads(line)
    def stop(self): self.process.stdin.close(); self.process.wait(60)


SDKS = [OpenAIChat, OpenAIResponses, Anthropic, Gemini, Bedrock]
# With the providers that speak their dialect themselves.
FRAMEWORKS = [type(n, (Framework,), {"name": n, "own": own}) for n, own in (("litellm-openai", ("up", "plain", "az")), ("litellm-anthropic", ("claude",)), ("litellm-gemini", ("gem",)), ("litellm-bedrock", ("rock",)), ("langchain-chat", ("up", "plain", "az")), ("langchain-responses", ("up",)))]
