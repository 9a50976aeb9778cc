#!/usr/bin/env python3
"""Writes goldens.json beside itself: what rouge-score, sacrebleu, SQuAD's script, and `re` say of random and odd texts.

    python3 -m venv VENV && VENV/bin/pip install rouge-score==0.1.2 sacrebleu==2.6.0 nltk==3.10.4
    VENV/bin/python scripts/evaluation/goldens.py
"""
import collections
import importlib.metadata
import json
import math
import pathlib
import random
import re
import string

import sacrebleu
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer

DICE = random.Random(20261123)
WORDS = """the a an of and to in is was for on that with as it by at from are be this have or had not but which their one were his her has
its all also been who more other when first time two some new after only most these about may can than made over such our any then no
running flies happily relational conditional rational valence hesitancy digitizer conformably radically differently vileness analogously
vietnamization predication operator feudalism decisiveness hopefulness callousness formality sensitivity sensibility triplicate formative
formalize electricity electrical hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible irritant replacement
adjustment dependent adoption homologous communism activate angularity effective bowdlerize probate rate cease controlling rolling agreed
plastered motoring sing conflated troubled sized hopping tanned falling hissing fizzed failing filing happy sky skies dying lying news
innings proceed succeed cats ponies ties caresses enjoy enjoyment spied tries fly yyyy syzygy biology geologically 3rd 42 x1 don't it's
state-of-the-art 3.14 1,000 10-20 U.S. e.g. e-mail C++ A&B &quot;hi&quot; &lt;b&gt; &amp; <skipped> end- “quoted” naïve café über Straße
İstanbul ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ Москва 東京 北京大学 مرحبا हिन्दी K Å ﬁnal ½ ² Ⅷ emoji 😀 👩‍👩‍👧 a\u0301 e\u0301te\u0301 zero\u200bwidth nb\u00a0sp tab\tbed""".split()
WORDS += ["nb\u00a0sp", "tab\tbed", "line\nbreak", "cr\r\nlf", "end-\nof", "sep\x1cd", "the–cat", "a–b", "¿qué?", "—", "...", "$5.00", "50%", "#1"]
PUNCTUATION = list(".,!?;:'\"()[]{}-_/\\&%$#@*+=<>|~`^") + ["\n", "\t", "  ", "…", "–"]


def text():
    count = DICE.choice([0, 1, 2, 3, 4, 5, 8, 12, 20, 40])
    parts = []
    for _ in range(count):
        word = DICE.choice(WORDS)
        if DICE.random() < 0.1:
            word = word.upper()
        if DICE.random() < 0.2:
            word += DICE.choice(PUNCTUATION)
        if DICE.random() < 0.05:
            word = "".join(chr(DICE.choice([DICE.randrange(0x20, 0x7F), DICE.randrange(0xA0, 0x800), DICE.randrange(0x4E00, 0x9FFF)])) for _ in range(4))
        parts.append(word)
    return DICE.choice([" ", " ", " ", "  ", "\n"]).join(parts)


def near(source):
    words = source.split(" ")
    for _ in range(DICE.randrange(0, 4)):
        if not words:
            break
        place = DICE.randrange(len(words))
        action = DICE.randrange(3)
        if action == 0:
            del words[place]
        elif action == 1:
            words[place] = DICE.choice(WORDS)
        else:
            words.insert(place, DICE.choice(WORDS))
    return " ".join(words)


# SQuAD 2.0's own evaluate-v2.0.py.
def normalize_answer(s):
    def remove_articles(text):
        return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)

    def remove_punc(text):
        return "".join(ch for ch in text if ch not in set(string.punctuation))

    return " ".join(remove_articles(remove_punc(s.lower())).split())


def compute_f1(gold, answer):
    gold_toks, pred_toks = normalize_answer(gold).split(), normalize_answer(answer).split()
    same = sum((collections.Counter(gold_toks) & collections.Counter(pred_toks)).values())
    if not gold_toks or not pred_toks:
        return int(gold_toks == pred_toks)
    if same == 0:
        return 0
    precision, recall = same / len(pred_toks), same / len(gold_toks)
    return 2 * precision * recall / (precision + recall)


def pairs(count):
    for _ in range(count):
        reference = text()
        yield reference, near(reference) if DICE.random() < 0.8 else text()


def texts():
    plain = rouge_scorer.RougeScorer(["rougeL"])
    stemmed = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
    rows = []
    for reference, answer in pairs(500):
        references = [reference] + [near(reference) for _ in range(DICE.choice([0, 0, 1, 2]))]
        rows.append({
            "answer": answer,
            "references": references,
            "rouge": plain.score_multi(references, answer)["rougeL"].fmeasure,
            "rouge_stemmed": stemmed.score_multi(references, answer)["rougeL"].fmeasure,
            "bleu": sacrebleu.sentence_bleu(answer, references).score,
            "f1": max(compute_f1(each, answer) for each in references),
            "normalized": normalize_answer(answer),
            "tokens": sacrebleu.metrics.BLEU().tokenizer(answer.rstrip()).split(),
        })
    return rows


def corpora(rows):
    result = []
    for _ in range(40):
        chosen = [DICE.randrange(len(rows)) for _ in range(DICE.choice([1, 2, 5, 20, 100]))]
        answers = [rows[each]["answer"] for each in chosen]
        references = [[rows[each]["references"][0] for each in chosen]]
        result.append({"rows": chosen, "bleu": sacrebleu.corpus_bleu(answers, references).score})
    return result


def stems():
    letters = "abcdefghijklmnopqrstuvwxyz"
    suffixes = """ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness fulness ousness aliti iviti biliti fulli
    logi icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize e ll y ied eed ed
    ing ies sses ss s ly abli sion tion""".split()
    words = {each.lower() for each in WORDS if re.fullmatch("[a-zA-Z0-9]+", each)}
    while len(words) < 2000:
        word = "".join(DICE.choice(letters + "aeiouy" * 3) for _ in range(DICE.randrange(1, 8)))
        for _ in range(DICE.randrange(0, 3)):
            word += DICE.choice(suffixes)
        words.add(word)
    stemmer = PorterStemmer()
    return [[word, stemmer.stem(word)] for word in sorted(words)]


def patterns():
    """Random patterns over few letters, so that they match often; with the places that `re` finds."""
    def atom(depth):
        kind = DICE.randrange(12 if depth < 3 else 8)
        if kind < 4:
            return DICE.choice("abc")
        if kind == 4:
            return "."
        if kind == 5:
            return DICE.choice(["[ab]", "[^a]", "[a-c1-3]", "[^\\s]", "[\\w-]", "[]a]"])
        if kind == 6:
            return DICE.choice(["\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "é", "\\.", "\\x61", "\\u00e9"])
        if kind == 7:
            return DICE.choice(["\\b", "^", "$", "\\B", "(?:a)"])
        if kind < 10:
            return "(" + alternatives(depth + 1) + ")"
        return "(?:" + alternatives(depth + 1) + ")"

    def piece(depth):
        result = atom(depth)
        if DICE.random() < 0.35 and result not in ("\\b", "^", "$", "\\B"):
            result += DICE.choice(["*", "+", "?", "{2}", "{1,2}", "{,2}", "{1,}"]) + DICE.choice(["", "", "?"])
        return result

    def alternatives(depth):
        count = DICE.choice([1, 1, 1, 2, 3])
        return "|".join("".join(piece(depth) for _ in range(DICE.randrange(1, 4))) for _ in range(count))

    rows = []
    while len(rows) < 1200:
        source = DICE.choice(["", "", "", "(?i)", "(?s)", "(?m)"]) + alternatives(0)
        subject = "".join(DICE.choice("aaabbbccc123 .é\nABCÉ-_") for _ in range(DICE.randrange(0, 14)))
        if not subject and "\\B" in source:
            continue  # Python before 3.14 alone says that it does not match there.
        compiled = re.compile(source)
        found = compiled.search(subject)
        rows.append({"pattern": source, "text": subject, "match": list(found.span()) if found else None})
    return rows


def logarithms():
    values = [0.5, 1, 2, math.e, 10, 1e-300, 5e-324, 1e300, 100 / 3, 1 + 1e-12, 1 - 1e-12] + [math.exp(DICE.uniform(-50, 50)) for _ in range(200)]
    powers = [0, 1, -1, 700, -700, -744, 1e-12, -1e-12] + [DICE.uniform(-50, 50) for _ in range(200)]
    return {"log": [[each, math.log(each)] for each in values], "exp": [[each, math.exp(each)] for each in powers]}


def main():
    rows = texts()
    versions = {name: importlib.metadata.version(name) for name in ["rouge-score", "sacrebleu", "nltk"]}
    document = {
        "versions": versions,
        "texts": rows,
        "corpora": corpora(rows),
        "stems": stems(),
        "patterns": patterns(),
        "math": logarithms(),
    }
    target = pathlib.Path(__file__).resolve().parent / "goldens.json"
    target.write_text(json.dumps(document, ensure_ascii=True, separators=(",", ":")).replace('},{', '},\n{') + "\n")
    print(target, target.stat().st_size, versions)


main()
