"""The OpenAI SDK, through a gateway, on a model server of our own (llama.cpp): chat, stream, tools, embeddings, and the ledger.

From the environment: GATEWAY_URL, CA_FILE, API_KEY, MODEL, LEDGER_DIR.
"""
import json, os, ssl, subprocess, sys
import openai

MODEL = os.environ["MODEL"]
EMAIL = "maria.keller@example.org"
USER = [{"role": "user", "content": f"Write to {EMAIL} about the fox."}]
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "The weather of a city.", "parameters": {
    "type": "object", "properties": {"city": {"type": "string", "enum": ["Paris", "Berlin"]}}, "required": ["city"], "additionalProperties": False}}}

client = openai.OpenAI(
    base_url=os.environ["GATEWAY_URL"] + "/v1", api_key=os.environ["API_KEY"], max_retries=0, timeout=120,
    http_client=openai.DefaultHttpxClient(verify=ssl.create_default_context(cafile=os.environ["CA_FILE"])))


def chat():
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=USER, max_tokens=24)
    answer = raw.parse()
    assert answer.choices[0].message.content and answer.usage.completion_tokens > 0, answer
    assert raw.headers["x-sallyport-form"] == "raw", "an internal model sees the text as it is"


def stream():
    chunks = list(client.chat.completions.create(model=MODEL, messages=USER, max_tokens=24, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert chunks[-1].usage.completion_tokens > 0, "the last chunk has the usage"


def tools():
    answer = client.chat.completions.create(model=MODEL, messages=USER, tools=[TOOL], tool_choice="required", parallel_tool_calls=False, max_tokens=300)
    call = answer.choices[0].message.tool_calls[0].function
    assert call.name == "get_weather" and json.loads(call.arguments)["city"] in ("Paris", "Berlin"), answer


def embeddings():
    answer = client.embeddings.create(model=MODEL, input=["The fox.", USER[0]["content"]])
    assert [d.index for d in answer.data] == [0, 1] and len(answer.data[0].embedding) > 1


def ledger():
    tail = [os.environ["SALLYPORT"], "audit", "tail", "--json", "--count", "1000000", "--ledger", os.environ["LEDGER_DIR"]]
    lines = subprocess.run(tail, capture_output=True, text=True, check=True).stdout.splitlines()
    intents = [e for e in map(json.loads, lines) if e["kind"] == "intent"]
    assert intents and all(e["form"] == "raw" and e["destination"]["internal"] for e in intents)
    assert any(d["class"] == "email" for d in intents[0]["data"]), "also what goes out raw is counted"
    assert not any(EMAIL in line for line in lines), "no value stands in the ledger"


failed = 0
for check in [chat, stream, tools, embeddings, ledger]:
    try:
        check()
        print("ok      ", check.__name__, flush=True)
    except Exception as error:
        failed += 1
        print("FAILED  ", check.__name__, type(error).__name__, str(error)[:500], flush=True)
sys.exit(1 if failed else 0)
