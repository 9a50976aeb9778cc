"""Random policies, templates, entities and requests for Cedar, the same for the same seed."""
import json, random

WORDS = ["", "a", "b", "ab", "admin", "é", "e\u0301", "x y", "*", "\"", "\\", "\n", "\u0000", "😀", "10.0.0.1", "2020-01-01"]
NAMES = ["n", "s", "flag", "who", "set", "rec", "ip", "dec", "when", "len", "x y", "é", "in", "if"]
PLAIN = ["n", "s", "flag", "who", "set", "rec", "ip", "dec", "len"]
TYPES = ["User", "Team", "Doc", "Ns::Thing"]
NUMBERS = [0, 1, 2, -1, 7, 100, 2**31, 2**63 - 1, -(2**63), 2**62]
IPS = ["10.0.0.1", "10.0.0.0/8", "127.0.0.1", "::1", "ff00::/8", "192.168.1.0/24", "0.0.0.0/0", "fe80::1/64", "1.2.3.4.5", "::ffff:1.2.3.4", "01.2.3.4"]
DECIMALS = ["0.0", "1.5", "-1.5", "922337203685477.5807", "-922337203685477.5808", "0.0001", "1.23456", "1", "922337203685477.5808"]
DATES = ["2020-01-01", "2020-02-29T12:30:00Z", "1969-12-31T23:59:59.999Z", "2024-06-01T00:00:00.500+0530", "0000-01-01", "9999-12-31", "2021-02-29", "2020-01-01T24:00:00Z"]
DURATIONS = ["0ms", "1d", "-1h30m", "2d3h4m5s6ms", "106751991167d", "1h1d", "", "-9223372036854775808ms", "1000000000000d"]
KINDS = ["bool", "long", "string", "entity", "set", "record", "ip", "decimal", "datetime", "duration"]


def quoted(text):
    """A string literal of the policy language."""
    out = ""
    for c in text:
        if c in "\"\\": out += "\\" + c
        elif c == "\n": out += "\\n"
        elif c == "\0": out += "\\0"
        else: out += c
    return f'"{out}"'


class Case:
    """Policies with links of templates, entities and requests that belong together."""

    def __init__(self, seed, requests=25):
        self.random = random.Random(seed)
        self.uids = [(t, i) for t in TYPES for i in ("a", "b", "é")]
        self.actions = [("Action", i) for i in ("view", "edit", "all", "read")]
        self.entities = self.make_entities()
        self.policies, self.links = self.make_policies()
        self.requests = [self.make_request() for _ in range(requests)]

    def pick(self, options): return options[self.random.randrange(len(options))]

    def chance(self, share): return self.random.random() < share

    # Values as JSON

    def value(self, kind=None, depth=2):
        kind = kind or self.pick(KINDS)
        if kind == "bool": return self.chance(0.5)
        if kind == "long": return self.pick(NUMBERS)
        if kind == "string": return self.pick(WORDS)
        if kind == "entity": return {"__entity": self.uid_json(self.pick(self.uids))}
        if kind == "set":
            one = self.pick(KINDS) if self.chance(0.7) else None
            return [self.value(one if depth else "long", max(0, depth - 1)) for _ in range(self.random.randrange(4))] if depth else []
        if kind == "record": return self.record(depth - 1) if depth else {}
        # Values of extension types are good here: others would be refused when the entities are read.
        good = {"ip": IPS[:8], "decimal": DECIMALS[:6], "datetime": DATES[:6], "duration": DURATIONS[:4]}[kind]
        return {"__extn": {"fn": kind, "arg": self.pick(good)}}

    def record(self, depth=2): return {name: self.value(self.kind_of(name), depth) for name in self.random.sample(NAMES, self.random.randrange(len(NAMES)))}

    def kind_of(self, name):
        """Mostly a name has one kind of value, so that policies find what they look for."""
        if self.chance(0.1): return None
        return {"n": "long", "s": "string", "flag": "bool", "who": "entity", "set": "set", "rec": "record", "ip": "ip", "dec": "decimal", "when": "datetime", "len": "duration"}.get(name)

    @staticmethod
    def uid_json(uid): return {"type": uid[0], "id": uid[1]}

    def make_entities(self):
        result = []
        for number, uid in enumerate(self.uids):
            if self.chance(0.2): continue
            later = self.uids[number + 1:]
            parents = self.random.sample(later, min(len(later), self.random.randrange(3)))
            entity = {"uid": self.uid_json(uid), "attrs": self.record(), "parents": [self.uid_json(p) for p in parents]}
            if self.chance(0.5): entity["tags"] = self.record(1)
            result.append(entity)
        for number, uid in enumerate(self.actions):
            if self.chance(0.2): continue
            result.append({"uid": self.uid_json(uid), "attrs": {}, "parents": [self.uid_json(p) for p in self.actions[number + 1:] if self.chance(0.4)]})
        return result

    def make_request(self):
        return {"principal": self.uid_json(self.pick(self.uids)), "action": self.uid_json(self.pick(self.actions)), "resource": self.uid_json(self.pick(self.uids)), "context": self.record()}

    # Policies as text

    def uid(self, uid=None):
        uid = uid or self.pick(self.uids)
        return f"{uid[0]}::{quoted(uid[1])}"

    def head(self, name, slot):
        kind = self.random.randrange(8)
        target = f"?{name}" if slot else self.uid()
        if slot or kind == 0: return (self.pick([f"{name} == {target}", f"{name} in {target}", f"{name} is {self.pick(TYPES)} in {target}"]))
        return {1: f"{name} in {target}", 2: f"{name} is {self.pick(TYPES)}", 3: f"{name} is {self.pick(TYPES)} in {target}"}.get(kind, name)

    def action_head(self):
        some = [self.uid(a) for a in self.random.sample(self.actions, self.random.randrange(4))]
        return self.pick(["action", "action", f"action == {self.uid(self.pick(self.actions))}", f"action in {self.uid(self.pick(self.actions))}", f"action in [{', '.join(some)}]"])

    def make_policies(self):
        texts, links = [], []
        for number in range(self.random.randrange(1, 9)):
            slots = [name for name in ("principal", "resource") if self.chance(0.5)] if self.chance(0.25) else []
            conditions = "".join(f"\n{self.pick(['when', 'when', 'unless'])} {{ {self.expression('bool', 4)} }}" for _ in range(self.random.randrange(3)))
            notes = '@note("é\\n")\n' if self.chance(0.1) else ""
            effect = "forbid" if self.chance(0.25) else "permit"
            texts.append(f"{notes}{effect} ({self.head('principal', 'principal' in slots)}, {self.action_head()}, {self.head('resource', 'resource' in slots)}){conditions};")
            for link in range(self.random.randrange(3) if slots else 0):
                links.append({"template_id": f"policy{number}", "link_id": f"link{number}.{link}", "args": {f"?{slot}": self.uid() for slot in slots}})
        return "\n\n".join(texts) + "\n", links

    def expression(self, kind, depth):
        """An expression that has mostly that kind of value."""
        if self.chance(0.04): kind = self.pick(KINDS)
        if depth <= 0: return self.leaf(kind)
        if self.chance(0.08): return f"(if {self.expression('bool', depth - 1)} then {self.expression(kind, depth - 1)} else {self.expression(kind, depth - 1)})"
        if self.chance(0.25): return self.access(kind, depth)
        e = lambda k: self.expression(k, depth - 1)
        if kind == "bool": return self.boolean(e, depth)
        if kind == "long":
            unit = self.pick(["toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"])
            return self.pick([self.leaf("long"), f"({e('long')} {self.pick('+-*')} {e('long')})", f"-({e('long')})", f"{self.receiver(e('duration'))}.{unit}()"])
        if kind == "set": return "[" + ", ".join(e(self.pick(["long", "string", "entity"])) for _ in range(self.random.randrange(4))) + "]"
        if kind == "record": return "{" + ", ".join(f"{quoted(n)}: {e(self.kind_of(n) or 'long')}" for n in self.random.sample(NAMES, self.random.randrange(4))) + "}"
        if kind == "datetime": return self.pick([self.leaf(kind), f"{self.receiver(e('datetime'))}.offset({e('duration')})", f"{self.receiver(e('datetime'))}.toDate()"])
        if kind == "duration": return self.pick([self.leaf(kind), f"{self.receiver(e('datetime'))}.durationSince({e('datetime')})", f"{self.receiver(e('datetime'))}.toTime()"])
        if kind in ("ip", "decimal") and self.chance(0.2): return f"{kind}({e('string')})"
        return self.leaf(kind)

    def boolean(self, e, depth):
        r = self.receiver
        choice = self.random.randrange(22)
        if choice < 3: return "(" + self.pick([" && ", " || "]).join(e("bool") for _ in range(self.random.randrange(2, 4))) + ")"
        if choice == 3: return f"!({e('bool')})"
        if choice == 4: return self.leaf("bool")
        if choice < 7:
            kind = self.pick(KINDS)
            return f"({e(kind)}) {self.pick(['==', '!='])} ({e(kind if self.chance(0.8) else self.pick(KINDS))})"
        if choice < 9:
            kind = self.pick(["long", "long", "datetime", "duration"])
            return f"({e(kind)}) {self.pick(['<', '<=', '>', '>='])} ({e(kind)})"
        if choice == 9: return f"({e('entity')}) in ({e('entity')})"
        if choice == 10: return f"({e('entity')}) in [{', '.join(e('entity') for _ in range(self.random.randrange(3)))}]"
        if choice == 11: return f"({e('entity')}) is {self.pick(TYPES)}" + (f" in ({e('entity')})" if self.chance(0.4) else "")
        if choice == 12: return f"({e(self.pick(['entity', 'record']))}) has {self.pick([quoted(self.pick(NAMES)), self.pick(PLAIN), 'rec.n', 'rec.rec.flag', 'who.s'])}"
        if choice == 13: return f"({e('string')}) like {self.pattern()}"
        if choice == 14: return f"{r(e('set'))}.contains({e(self.pick(['long', 'string', 'entity']))})"
        if choice == 15: return f"{r(e('set'))}.{self.pick(['containsAll', 'containsAny'])}({e('set')})"
        if choice == 16: return f"{r(e('set'))}.isEmpty()"
        if choice == 17: return f"{r(e('entity'))}.hasTag({self.pick([quoted(self.pick(NAMES)), e('string')])})"
        if choice == 18: return f"{r(e('ip'))}.{self.pick(['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'])}()"
        if choice == 19: return f"{r(e('ip'))}.isInRange({e('ip')})"
        if choice == 20: return f"{r(e('decimal'))}.{self.pick(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'])}({e('decimal')})"
        return self.guarded(depth)

    def guarded(self, depth):
        target, name = self.pick(["principal", "resource", "context"]), self.pick(PLAIN)
        return f"({target} has {name} && {self.expression('bool', depth - 1)} && {target}.{name} == ({self.expression(self.kind_of(name) or 'long', depth - 1)}))"

    def access(self, kind, depth):
        names = [n for n in NAMES if self.kind_of(n) == kind] or NAMES
        name = self.pick(names)
        target = self.pick(["principal", "resource", "context", "context.rec", "context.who", f"({self.expression('record', depth - 1)})"])
        if self.chance(0.15): return f"{self.pick(['principal', 'resource'])}.getTag({quoted(name)})"
        return f"{target}[{quoted(name)}]" if name not in PLAIN or self.chance(0.2) else f"{target}.{name}"

    @staticmethod
    def receiver(text): return f"({text})"

    def pattern(self): return '"' + "".join(self.pick(["*", "*", "\\*", "a", "b", "é", "\\\"", "\\\\", "\\n", " "]) for _ in range(self.random.randrange(6))) + '"'

    def leaf(self, kind):
        if kind == "bool": return self.pick(["true", "false"])
        if kind == "long": return str(self.pick(NUMBERS))
        if kind == "string": return quoted(self.pick(WORDS + IPS + DECIMALS))
        if kind == "entity": return self.pick(["principal", "resource", "action", self.uid(), self.uid(self.pick(self.actions))])
        if kind == "set": return self.pick(["[]", "[1, 2]", '["a", "b"]', "[[], [1]]", f"[{self.uid()}]"])
        if kind == "record": return self.pick(["context", "{}", "{n: 1, s: \"a\"}"])
        return f"{kind}({quoted(self.pick({'ip': IPS, 'decimal': DECIMALS, 'datetime': DATES, 'duration': DURATIONS}[kind]))})"


PIECES = ["permit", "forbid", "(", ")", "{", "}", "[", "]", ",", ";", ".", "::", "==", "=", "<", "&&", "||", "!", "-", "+", "*", "@", "?principal", "?resource", "\"a\"", "\"", "\\", "'", "1",
          "9223372036854775808", "principal", "context", "in", "is", "has", "like", "if", "then", "else", "true", "__cedar", "User::\"a\"", "ip(\"1\")", ".isEmpty()", "//", "\n", "\u00a0", "\u0000", "é", "%", "/", "#", " ", "\t", "\r\n", "// x\n", "(true)", "!", "+ 1", "&& true", "|| 1", ".a", "[\"a\"]", "when { true }", "\\u{41}", "\\x41", "\\0", "-1", "0"]


def mutate(text, seed):
    """One of the policies with a few small changes, some of which are no faults."""
    r = random.Random(seed)
    text = r.choice(text.split("\n\n"))
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        at = r.randrange(len(text) + 1)
        kind = r.randrange(4)
        if kind == 0: text = text[:at] + r.choice(PIECES) + text[at:]
        elif kind == 1: text = text[:at] + text[at + r.randrange(1, 4):]
        elif kind == 2: text = text[:at] + " " + r.choice(PIECES) + " " + text[at:]
        else:
            end = min(len(text), at + r.randrange(1, 12))
            text = text[:at] + text[at:end] + text[at:]
    return text
