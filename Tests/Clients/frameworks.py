"""litellm and LangChain, asked over standard input: a line of JSON for each request, a line for each answer (see `Framework` in callers.py)."""
import base64, gc, json, os, sys
os.environ.update(LITELLM_LOCAL_MODEL_COST_MAP="True", LANGSMITH_TRACING="false", LITELLM_LOG="CRITICAL")
lines, sys.stdout = sys.stdout, sys.stderr   # what libraries print is no answer
import ssl
import httpx, litellm, openai

litellm.telemetry, litellm.suppress_debug_info, litellm.drop_params = False, True, False
TOOLS = lambda q: [{"type": "function", "function": {"name": n, "description": "d", "parameters": q["parameters"]}} for n in q["tools"]]


def lite(q):
    kind, model, base = q["who"].partition("-")[2], q["model"], q["base"]
    messages = [{"role": "system", "content": q["system"]}] if q["system"] else []
    for turn, what, *more in q["turns"]:
        if turn == "user": messages.append({"role": "user", "content": [{"type": "text", "text": what}, {"type": "image_url", "image_url": {"url": "data:image/png;base64," + q["picture"]}}] if q["picture"] else what})
        elif turn == "said": messages.append(what["turn"])
        else: messages += [{"role": "tool", "tool_call_id": c[0], "name": c[1], "content": t} for c, t in zip(what["calls"], more[0])]
    litellm.ssl_verify = q["ca"]
    os.environ["SSL_CERT_FILE"] = q["ca"]
    k = {"openai": dict(model="openai/" + model, api_base=base + "/v1", api_key=q["key"]), "anthropic": dict(model="anthropic/" + model, api_base=base, api_key=q["key"], max_tokens=2_000),
         "gemini": dict(model="gemini/" + model, api_base=f"{base}/v1beta", api_key=q["key"]),
         "bedrock": dict(model="bedrock/converse/" + model, api_key=q["key"], aws_bedrock_runtime_endpoint=base, aws_region_name="eu-central-1")}[kind]
    if q["maximum"]: k["max_tokens"] = q["maximum"]
    if q["tools"]: k["tools"] = TOOLS(q)
    if q["must"]: k["tool_choice"] = "required"
    if q["effort"]: k["reasoning_effort"] = q["effort"]
    if q["effort"] and kind == "openai": k["allowed_openai_params"] = ["reasoning_effort"]
    if q["schema"]: k["response_format"] = {"type": "json_schema", "json_schema": {"name": "n", "schema": q["schema"], "strict": True}}
    # What a model can do it looks up by its name, of which it knows those of providers only.
    able = {f"supports_{what}": True for what in ("function_calling", "parallel_function_calling", "tool_choice", "vision", "response_schema", "native_structured_output", "system_messages", "reasoning", "adaptive_thinking")}
    provider = {"bedrock": "bedrock_converse"}.get(kind, kind)
    litellm.register_model({name: {"litellm_provider": provider, "mode": "chat", "max_tokens": 4_096, **able} for name in (model, k["model"], k["model"].removeprefix("bedrock/"))})
    r = litellm.completion(messages=messages, num_retries=0, max_retries=0, stream=q["stream"], timeout=60, **k, **({"stream_options": {"include_usage": True}} if q["stream"] else {}))
    if q["stream"]: r = litellm.stream_chunk_builder(list(r), messages=messages)
    m, u = r.choices[0].message, r.usage
    details = u.prompt_tokens_details
    calls = [(c.id, c.function.name, json.loads(c.function.arguments)) for c in m.tool_calls or []]
    return dict(text=m.content or "", calls=calls, thoughts=getattr(m, "reasoning_content", None) or "", stop={"stop": "end", "tool_calls": "tools"}.get(r.choices[0].finish_reason, r.choices[0].finish_reason),
                usage=dict(input=u.prompt_tokens, output=u.completion_tokens, read=details and details.cached_tokens or 0, written=None), turn=json.loads(m.model_dump_json(exclude_none=True)))


def chain(q):
    from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage, ToolMessage, messages_from_dict, message_to_dict
    from langchain_openai import ChatOpenAI
    try: import httpx2 as client
    except ImportError: client = httpx
    if not issubclass(openai.DefaultHttpxClient, client.Client): client = httpx
    messages = [SystemMessage(q["system"])] if q["system"] else []
    for turn, what, *more in q["turns"]:
        if turn == "user": messages.append(HumanMessage([{"type": "text", "text": what}, {"type": "image_url", "image_url": {"url": "data:image/png;base64," + q["picture"]}}] if q["picture"] else what))
        elif turn == "said": messages += messages_from_dict([what["turn"]])
        else: messages += [ToolMessage(t, tool_call_id=c[0]) for c, t in zip(what["calls"], more[0])]
    is_responses = q["who"].endswith("responses")
    effort = dict(reasoning={"effort": q["effort"], "summary": "auto"}) if q["effort"] and is_responses else dict(reasoning_effort=q["effort"]) if q["effort"] else {}
    model = ChatOpenAI(model=q["model"], base_url=q["base"] + "/v1", api_key=q["key"], max_retries=0, stream_usage=True, use_responses_api=is_responses, timeout=60, http_client=client.Client(verify=ssl.create_default_context(cafile=q["ca"]), trust_env=False), **effort, **({"max_tokens": q["maximum"]} if q["maximum"] else {}))
    if q["schema"] and not q["stream"]:
        r = model.with_structured_output({"title": "n", "description": "d", **q["schema"]}, method="json_schema", include_raw=True, strict=True).invoke(messages)
        assert r["parsing_error"] is None and r["parsed"], r["parsing_error"]
        r = r["raw"]
    else:
        if q["tools"]: model = model.bind_tools(TOOLS(q), **({"tool_choice": "any"} if q["must"] else {}))
        if q["stream"]:
            if q["schema"]: model = model.bind(response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": q["schema"], "strict": True}})
            r = None
            for piece in model.stream(messages): r = piece if r is None else r + piece
        else: r = model.invoke(messages)
    u, d = r.usage_metadata, r.usage_metadata.get("input_token_details", {})
    thoughts = "".join(b.get("reasoning", "") for b in r.content_blocks if b["type"] == "reasoning")
    stop = r.response_metadata.get("finish_reason") or r.response_metadata.get("status")
    calls = [(c["id"], c["name"], c["args"]) for c in r.tool_calls]
    return dict(text=r.text if isinstance(r.text, str) else r.text(), calls=calls, thoughts=thoughts, stop={"stop": "end", "tool_calls": "tools", "completed": "tools" if calls else "end"}.get(stop, stop),
                usage=dict(input=u["input_tokens"], output=u["output_tokens"], read=d.get("cache_read", 0), written=None), turn=message_to_dict(r))


# A stream that nobody read to its end is closed when it is collected: if that comes while httpcore holds its pool's lock, which it takes
# again for that, it waits for itself for good. So nothing is collected in the middle of a request.
gc.freeze()
gc.disable()
for count, line in enumerate(sys.stdin):
    if count % 20 == 0: gc.collect()
    q = json.loads(line)
    try: answer = (lite if q["who"].startswith("litellm") else chain)(q)
    except Exception as e:
        answer = {"error": {"status": getattr(e, "status_code", None), "type": type(e).__name__, "message": str(e)[:2000]}}
        if not answer["error"]["status"]:
            import traceback; traceback.print_exc()
    lines.write(json.dumps(answer) + "\n"); lines.flush()
