"""The corpora that names are learned from, as texts with spans, and the same for those that only measure.

A sample is `(bytes, [(start, end, label)])`, label one of PER, LOC, OTHER, offsets in bytes.
"""

import gzip
import os
import random

KINDS = {
    "PER": "PER", "PERSON": "PER", "LOC": "LOC", "LOCATION": "LOC", "ORG": "OTHER", "CORPORATION": "OTHER",
    "GROUP": "OTHER", "PRODUCT": "OTHER", "CREATIVE-WORK": "OTHER", "MISC": "OTHER",
}

NO_SPACE_BEFORE = set(".,;:!?)]}%'’”")
NO_SPACE_AFTER = set("([{$#")


def sentences(path):
    """Sentences as lists of (word, tag), and the text where the file gives it."""
    words, text = [], None
    for line in gzip.open(path, "rt", encoding="utf-8"):
        line = line.rstrip("\n")
        if not line.strip():
            if words:
                yield words, text
            words, text = [], None
        elif line.startswith("# text = "):
            text = line[9:]
        elif line.startswith("# "):
            continue
        else:
            fields = line.split("\t") if "\t" in line else line.rsplit(" ", 1)
            if len(fields) >= 5:
                words.append((fields[1], fields[2]))
            elif len(fields) == 2:
                words.append((fields[0], fields[1]))
    if words:
        yield words, text


def spans_of(words):
    """Spans of words: (first, past the last, label)."""
    spans = []
    previous = None
    for i, (_, tag) in enumerate(words):
        if tag in ("O", ""):
            previous = None
            continue
        prefix, kind = tag.split("-", 1)
        kind = KINDS[kind.upper()]
        if prefix == "B" or previous != kind:
            spans.append([i, i + 1, kind])
        else:
            spans[-1][1] = i + 1
        previous = kind
    return spans


def render(words, text=None, tight=False):
    """A text of the words: as the file has it, or joined by spaces, or `tight`, with punctuation where writers put it."""
    offsets = []
    if text is not None:
        position = 0
        for word, _ in words:
            found = text.find(word, position)
            if found < 0:
                return render(words)
            offsets.append((found, found + len(word)))
            position = found + len(word)
    else:
        text = ""
        glue = True
        quote = False
        for word, _ in words:
            space = not glue
            if tight and text and word:
                if word[0] in NO_SPACE_BEFORE and (len(word) < 2 or word[0] in "'’" or not word[1].isalnum()):
                    space = False
                if word in ("n't", "n’t"):
                    space = False
                if word == '"':
                    space = space and not quote
            if space:
                text += " "
            offsets.append((len(text), len(text) + len(word)))
            text += word
            glue = tight and word != "" and (word[-1] in NO_SPACE_AFTER or (word == '"' and not quote))
            if word == '"':
                quote = not quote
    spans = [(offsets[a][0], offsets[b - 1][1], kind) for a, b, kind in spans_of(words)]
    return encode(text, spans)


def encode(text, spans):
    """Offsets in characters to offsets in bytes."""
    table = [0]
    for character in text:
        table.append(table[-1] + len(character.encode("utf-8", "surrogatepass")))
    return text.encode("utf-8", "surrogatepass"), [(table[a], table[b], kind) for a, b, kind in spans]


def load(shared, name):
    folder = os.path.join(shared, "data/ner")
    path = next(os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.startswith(name + "."))
    return list(sentences(path))
