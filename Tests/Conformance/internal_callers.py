"""Every SDK of the client tests, and litellm and LangChain, through a gateway, on a model server of our own (llama.cpp): text, stream, tools, a
schema, and the figures of each. From the environment: GATEWAY_URL, CA_FILE, API_KEY, MODEL, FRAMEWORKS_PYTHON.
"""
import json, os, pathlib, sys
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Clients"))
from callers import FRAMEWORKS, SDKS, Ask, Worker
from conftest import Gateway

ENUM = {"type": "string", "enum": ["Paris", "Berlin"]}
FORM = {"type": "object", "properties": {"city": ENUM}, "required": ["city"], "additionalProperties": False}
USER = [("user", "Where does maria.keller@example.org live?")]


class Running(Gateway):
    """The one that runs already."""
    def __init__(self): self.url, self.ca, self.key = os.environ["GATEWAY_URL"], os.environ["CA_FILE"], os.environ["API_KEY"]


def text(caller, stream):
    said = caller.ask(os.environ["MODEL"], Ask(USER, system="Be brief.", maximum=24), stream)
    assert said.text and 0 < said.usage["output"] <= 24 and said.usage["input"] > 0, said


def tools(caller, stream):
    said = caller.ask(os.environ["MODEL"], Ask(USER, tools=["locate"], must=True, parameters=FORM, maximum=300), stream)
    # The model is random, and may call until its tokens are spent.
    assert said.stop == "tools" or said.usage["output"] >= 300, (said.stop, said.usage)
    assert said.calls[0][1] == "locate" and said.calls[0][2]["city"] in ENUM["enum"], said


def schema(caller, stream):
    said = caller.ask(os.environ["MODEL"], Ask(USER, schema=FORM, maximum=300), stream)
    assert json.loads(said.text)["city"] in ENUM["enum"], said


failed, worker = 0, Worker(os.environ["FRAMEWORKS_PYTHON"])
for kind in SDKS + FRAMEWORKS:
    caller = kind(Running())
    caller.worker = worker
    for check in (text, tools, schema):
        for stream in (False, True):
            name = f"{kind.name} {check.__name__}{' (streamed)' * stream}"
            try:
                check(caller, stream)
                print("ok      ", name, flush=True)
            except Exception as error:
                failed += 1
                print("FAILED  ", name, type(error).__name__, str(error)[:500], flush=True)
worker.stop()
sys.exit(1 if failed else 0)
