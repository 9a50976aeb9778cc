"""Every member that requests of an API may have, by the types of its own SDK: openai's and anthropic's dictionaries, google-genai's models,
botocore's shapes. `requests_of(api)` gives for each a pair of requests, one without the member and one with it, and is what the test of
silent losses goes by (test_members.py): what makes no difference to the provider has to be told."""
import base64, functools, typing
import typing_extensions as te

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = base64.b64encode(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF").decode()
OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
# What a type alone does not say of a text.
TEXTS = {"url": "data:image/png;base64," + PNG, "image_url": "data:image/png;base64," + PNG, "file_uri": "https://example.org/a.png", "fileUri": "https://example.org/a.png",
         "data": PNG, "bytes": PNG, "file_data": "data:application/pdf;base64," + PDF, "media_type": "image/png", "mimeType": "image/png", "arguments": '{"a": "b"}',
         "tool_call_id": "c1", "call_id": "c1", "tool_use_id": "c1", "toolUseId": "c1", "name": "look", "filename": "a.pdf", "response_mime_type": "application/json",
         "responseMimeType": "application/json", "thoughtSignature": PNG, "redactedContent": PNG, "server_url": "https://example.org/mcp"}
OBJECTS = {"schema", "parameters", "input_schema", "parametersJsonSchema", "responseJsonSchema"}
ABSENT = object()


class Kind:
    """One of object, choice, word, list, map, text, whole, number, flag, any; what it is made of."""
    def __init__(self, sort, name="", parts=()): self.sort, self.name, self.parts = sort, name, parts


# ---- the SDKs' types

@functools.cache
def of_dictionary(tp):
    """openai's and anthropic's: dictionaries with types."""
    origin, args = te.get_origin(tp), te.get_args(tp)
    if te.is_typeddict(tp):
        kind = Kind("object", tp.__name__)
        def parts():
            for name, hint in te.get_type_hints(tp, include_extras=True).items():
                required = te.get_origin(hint) is te.Required or (te.get_origin(hint) is not te.NotRequired and tp.__total__)
                yield name, required, of_dictionary(hint)
        kind.parts = parts
        return kind
    if origin in (te.Required, te.NotRequired, te.Annotated): return of_dictionary(args[0])
    if origin is te.Literal: return Kind("word", parts=args)
    if origin is typing.Union or type(tp).__name__ == "UnionType":
        kinds = [k for k in map(of_dictionary, args) if k.sort != "none"]
        return kinds[0] if len(kinds) == 1 else Kind("choice", parts=kinds)
    name = getattr(origin, "__name__", "")
    if name in ("Iterable", "Sequence", "SequenceNotStr", "list", "List", "Set"): return Kind("list", parts=[of_dictionary(args[0])])
    if name in ("dict", "Dict", "Mapping"): return Kind("map", parts=[of_dictionary(args[1])])
    sorts = {str: "text", int: "whole", float: "number", bool: "flag", object: "any"}
    # Files, models of answers: what callers write down is a dictionary.
    return Kind(sorts.get(tp, "any" if tp is typing.Any else "none"))


@functools.cache
def of_model(tp):
    """google-genai's: models, whose members have other names on the wire."""
    import datetime, enum, pydantic
    from google.genai.types import JSONSchema
    origin, args = te.get_origin(tp), te.get_args(tp)
    if origin is te.Annotated: return of_model(args[0])
    if origin is te.Literal: return Kind("word", parts=args)
    if origin is typing.Union or type(tp).__name__ == "UnionType":
        kinds = [k for k in map(of_model, args) if k.sort != "none"]
        return kinds[0] if len(kinds) == 1 else Kind("choice", parts=kinds)
    if origin is list: return Kind("list", parts=[of_model(args[0])])
    if origin is dict: return Kind("map", parts=[of_model(args[1])])
    if not isinstance(tp, type): return Kind("any")
    if issubclass(tp, enum.Enum): return Kind("word", parts=[e.value for e in tp if "UNSPECIFIED" not in e.value])
    if issubclass(tp, pydantic.BaseModel):
        if tp is JSONSchema: return Kind("none")
        return Kind("object", tp.__name__, lambda: ((f.alias or pydantic.alias_generators.to_camel(n), f.is_required(), of_model(f.annotation)) for n, f in tp.model_fields.items()))
    return Kind({str: "text", int: "whole", float: "number", bool: "flag", bytes: "bytes", datetime.datetime: "none"}.get(tp, "none"))


def of_shape(shape):
    """botocore's: the service's own description."""
    sort = shape.type_name
    if getattr(shape, "is_document_type", False): return Kind("any")
    if sort == "structure":
        if shape.metadata.get("union"): return Kind("choice", parts=[Kind("object", n, lambda n=n, m=m: iter([(n, True, of_shape(m))])) for n, m in shape.members.items()])
        return Kind("object", shape.name, lambda: ((n, n in shape.required_members, of_shape(m)) for n, m in shape.members.items()))
    if sort == "list": return Kind("list", parts=[of_shape(shape.member)])
    if sort == "map": return Kind("map", parts=[of_shape(shape.value)])
    if sort == "string" and shape.enum: return Kind("word", parts=shape.enum)
    return Kind({"string": "text", "integer": "whole", "long": "whole", "float": "number", "double": "number", "boolean": "flag", "blob": "bytes"}[sort])


# ---- values

def least(kind, member="", within=()):
    """The smallest value of a type."""
    sort = kind.sort
    if sort == "object": return {n: least(k, n, within + (kind.name,)) for n, required, k in kind.parts() if required}
    if sort == "choice": return least(next((k for k in kind.parts if k.name not in within), kind.parts[0]), member, within)
    if sort == "word": return kind.parts[0]
    if sort == "list": return [] if kind.parts[0].name in within and kind.parts[0].name else [least(kind.parts[0], member, within)]
    if member in OBJECTS: return OBJECT
    if sort == "map": return {"k": least(kind.parts[0], "", within)}
    if sort == "any": return {"a": "b"}
    if sort == "bytes": return PNG
    if sort == "text": return TEXTS.get(member, "word")
    return {"whole": 7, "number": 0.5, "flag": True, "none": "word"}[sort]


def differences(kind, member="", within=()):
    """Pairs of values that differ in one thing inside, with the path to it."""
    if kind.sort == "object":
        if kind.name in within: return
        base = least(kind, member, within)
        for name, required, inner in kind.parts():
            if inner.sort == "none": continue
            pairs = (differences if required else presences)(inner, name, within + (kind.name,))
            for path, without, value in pairs:
                yield [name] + path, base if without is ABSENT else {**base, name: without}, {**base, name: value}
    elif kind.sort == "choice":
        first = least(kind, member, within)
        for arm in kind.parts:
            value = least(arm, member, within)
            if value != first: yield [], first, value
            yield from differences(arm, member, within)
    elif kind.sort == "word":
        for word in kind.parts[1:]: yield [str(word)], kind.parts[0], word
    elif kind.sort == "list" and member not in OBJECTS:
        for path, without, value in presences(kind.parts[0], member, within): yield path, [] if without is ABSENT else [without], [value]


def presences(kind, member="", within=()):
    """The same, and of each value whether it is there at all."""
    if kind.sort == "object" and kind.name in within: return
    if kind.sort == "choice":
        for arm in kind.parts: yield from presences(arm, member, within)
        return
    if kind.sort == "word":
        for word in kind.parts: yield [str(word)], ABSENT, word
        return
    if kind.sort == "flag":
        for word in (True, False): yield [str(word).lower()], ABSENT, word
        return
    value = least(kind, member, within)
    if kind.sort != "list" or value: yield [kind.name] if kind.name else [], ABSENT, value
    yield from differences(kind, member, within)
