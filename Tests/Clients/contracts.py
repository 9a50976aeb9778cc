"""Holds what reached a provider against its own contract: the request types of OpenAI's and Anthropic's SDKs (strictly: no member that they
don't know), google-genai's types, botocore's model of the service; and against the strict mock of ../shared/lab, where that is. What it says is a list of
complaints. It runs as a process of its own (`Contracts`), since it changes the SDKs' types, which the SDKs themselves use."""
import argparse, functools, io, json, os, pathlib, re, subprocess, sys, types, typing, urllib.parse
import pydantic, typing_extensions as te


def strict(tp, seen):
    """A type of an SDK's requests as one of what goes over the wire: no unknown members, lists for iterables, no files, no models of answers."""
    origin, args = te.get_origin(tp), te.get_args(tp)
    if te.is_typeddict(tp):
        if tp not in seen:
            seen.add(tp)
            hints = te.get_type_hints(tp, include_extras=True)
            tp.__pydantic_config__ = pydantic.ConfigDict(extra="forbid")
            tp.__annotations__ = {k: strict(v, seen) for k, v in hints.items()}
        return tp
    if origin is None: return te.Never if isinstance(tp, type) and issubclass(tp, (io.IOBase, bytes, os.PathLike)) else tp
    if origin in (te.Required, te.NotRequired): return origin[strict(args[0], seen)]
    if origin is te.Annotated: return strict(args[0], seen)
    if origin is te.Literal: return tp
    if origin is typing.Union or type(tp).__name__ == "UnionType":
        kinds = [k for k in (strict(a, seen) for a in args) if k is not te.Never]
        if any(te.is_typeddict(k) for k in kinds): kinds = [k for k in kinds if not (isinstance(k, type) and issubclass(k, pydantic.BaseModel))]
        return typing.Union[tuple(kinds)]
    name = getattr(origin, "__name__", "")
    if name in ("Iterable", "Sequence", "SequenceNotStr", "list", "List", "Set"): return list[strict(args[0], seen)]
    if name in ("dict", "Dict", "Mapping"): return dict[str, strict(args[1], seen)]
    return te.Never if name in ("PathLike", "IO") else tp


@functools.cache
def mock():
    """The strict mock, whose checks alone are used."""
    lab = pathlib.Path(os.environ.get("SALLYPORT_SHARED") or "/nowhere") / "lab"
    if not (lab / "strict_mock.py").exists(): return None
    sys.path.insert(0, str(lab))
    import strict_mock
    return strict_mock.Mock(argparse.Namespace(log=None, spec=str(lab / "spec/openai-openapi.json.gz"), suite=False, lenient=False, max_body=1 << 30))


def mocks_complaints(path, headers, body):
    if mock() is None: return []
    headers = {k.lower(): v for k, v in headers.items()}
    path, _, query = re.sub(r"^/openai/deployments/[^/]+", "/v1", path).partition("?")
    request = types.SimpleNamespace(method="POST", path=path, query=query, target=path, id=0, body=json.dumps(body).encode(), headers=list(headers.items()), h=lambda name, default=None: headers.get(name, default))
    provider, path = mock().route(request)
    import strict_mock
    return strict_mock.wire_checks(request, provider) + getattr(mock(), provider)(request, path, body)[1]


@functools.cache
def adapter(path):
    from openai.types.chat import completion_create_params as chat
    from openai.types.responses import response_create_params as responses
    from openai.types import embedding_create_params as embeddings, completion_create_params as completions
    from anthropic.types import message_create_params as messages, message_count_tokens_params as counts
    module = {"/chat/completions": chat, "/responses": responses, "/completions": completions, "/messages": messages}.get(path)
    if module is None: kinds = [{"/embeddings": embeddings.EmbeddingCreateParams, "/messages/count_tokens": counts.MessageCountTokensParams}[path]]
    else: kinds = [getattr(module, n + k) for n in ("CompletionCreateParams", "ResponseCreateParams", "MessageCreateParams") for k in ("Streaming", "NonStreaming") if hasattr(module, n + k)]
    seen = set()
    return pydantic.TypeAdapter(typing.Union[tuple(strict(k, seen) for k in kinds)])


def complaints(path, body):
    """What is wrong with a request that a provider received at a path."""
    path = path.partition("?")[0]
    if path.startswith("/model/"):
        import mock_bedrock
        _, _, name, verb = path.split("/")
        return mock_bedrock.violations(body, urllib.parse.unquote(name), "ConverseStream" if verb == "converse-stream" else "Converse")
    if re.match(r"/v1(beta|alpha)?/models/", path):
        import mock_gemini
        if not path.endswith("enerateContent"): return []
        try: mock_gemini.Request.model_validate(body)
        except pydantic.ValidationError as e: return [str(e)]
        return []
    path = re.sub(r"^(/openai/deployments/[^/]+|/v1)", "", path)
    # Three that requests of Anthropic's version 2023-06-01 may have, and that the SDK's newest types know no more.
    if path == "/messages": body = {k: v for k, v in body.items() if k not in ("temperature", "top_p", "top_k")}
    try: adapter(path).validate_python(body, strict=True)
    except pydantic.ValidationError as e:
        return [f"{'.'.join(map(str, x['loc']))}: {x['msg']}" for x in sorted(e.errors(include_url=False, include_input=False), key=lambda x: -len(x["loc"]))[:4]]
    return []


class Contracts:
    """The process that checks."""

    def __init__(self): self.process = subprocess.Popen([sys.executable, "-W", "ignore", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    def __call__(self, path, headers, body):
        self.process.stdin.write(json.dumps([path, headers, body]) + "\n"); self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())
    def stop(self): self.process.stdin.close(); self.process.wait(60)


if __name__ == "__main__":
    for line in sys.stdin:
        path, headers, body = json.loads(line)
        try: found = complaints(path, body) + mocks_complaints(path, headers, body)
        except Exception as e: found = [f"it can't even be read: {e!r}"]
        print(json.dumps(found), flush=True)
