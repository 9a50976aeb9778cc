"""The model: a linear chain over labels, its training and its decoding.

Labels are O, B-PER, I-PER, B-LOC, I-LOC, OTHER (organisations and all other names: told apart, never reported). A token that
is no candidate is O. Trained as a conditional random field by AdaGrad with features dropped at random; what is kept is what a
linear-chain perceptron keeps: a weight per feature and label and one per pair of labels, rounded to small integers.
"""

import numba
import numpy as np

import features as F

O, BP, IP, BL, IL, X = range(6)
LABELS = 6
FORBIDDEN = -400.0


def gold(tokens, count, spans):
    """Labels of tokens from spans of bytes."""
    labels = np.zeros(count, np.int8)
    for start, end, kind in spans:
        first = True
        for i in range(count):
            if tokens[i, F.START] >= start and tokens[i, F.START] < end:
                labels[i] = X if kind == "OTHER" else (BP if kind == "PER" else BL) + (0 if first else 1)
                first = False
    return labels


class Examples:
    """Runs of candidates, with their features and labels."""

    def __init__(self, lexicon, height):
        self.lexicon, self.height = lexicon, height
        self.rows, self.labels, self.runs, self.weights = [], [], [], []
        self.size = 0

    def add(self, text, spans, weight=1.0, mask=None):
        """`mask`: a generator; some words' flags are then hidden, so that what the lexicon doesn't know is learned too."""
        data = np.frombuffer(text, np.uint8)
        tokens = np.zeros((len(data) + 1, F.FIELDS), np.int64)
        count = F.tokenize(data, self.lexicon, tokens)
        labels = gold(tokens, count, spans)
        if mask is not None:
            for i in range(count):
                if labels[i] != O and mask.random() < 0.2:
                    tokens[i, F.FLAGS] &= ~(F.NAMES | F.PLACE | F.PLACE_PART | F.COUNTRY | F.PROPER)
        rows, chosen, runs = extract(data, tokens, count, self.height)
        for a, b in runs:
            self.runs.append((self.size + a, self.size + b))
            self.weights.append(weight)
        self.rows.append(rows)
        # What goes on after a token that can't be part of a name begins anew.
        kept = labels[chosen]
        for k, i in enumerate(chosen):
            if kept[k] in (IP, IL) and (k == 0 or chosen[k - 1] != i - 1 or tokens[i, F.GAP] >= F.BROKEN
                                         or kept[k - 1] not in (kept[k], kept[k] - 1)):
                kept[k] -= 1
        self.labels.append(kept)
        self.size += len(rows)

    def pack(self):
        return (np.concatenate(self.rows).astype(np.int32), np.concatenate(self.labels),
                np.array(self.runs, np.int64), np.array(self.weights, np.float32))


@numba.njit
def extract_into(text, tokens, count, height, rows, chosen, starts):
    line = np.zeros(2 * count + 1, np.int64)
    F.lines(tokens, count, line)
    size = 0
    runs = 0
    previous = -2
    for i in range(count):
        if not F.candidate(tokens, count, i):
            continue
        F.features(text, tokens, count, i, line, height, rows[size])
        chosen[size] = i
        # A name does not go on beyond its line.
        if i != previous + 1 or tokens[i, F.GAP] >= F.BROKEN or size - starts[runs - 1] >= F.LONGEST_RUN:
            starts[runs] = size
            runs += 1
        previous = i
        size += 1
    return size, runs


def extract(text, tokens, count, height):
    rows = np.zeros((count + 1, F.TEMPLATES), np.int64)
    chosen = np.zeros(count + 1, np.int64)
    starts = np.zeros(count + 2, np.int64)
    size, runs = extract_into(text, tokens, count, height, rows, chosen, starts)
    bounds = list(starts[:runs]) + [size]
    return rows[:size], chosen[:size], [(bounds[k], bounds[k + 1]) for k in range(runs)]


@numba.njit
def logsum(values):
    top = values.max()
    return top + np.log(np.exp(values - top).sum())


@numba.njit(fastmath=True)
def epoch(rows, labels, runs, weights, order, W, G, T, GT, rate, drop, seed, l2):
    np.random.seed(seed)
    loss = 0.0
    alpha = np.zeros((F.LONGEST_RUN, LABELS))
    beta = np.zeros((F.LONGEST_RUN, LABELS))
    E = np.zeros((F.LONGEST_RUN, LABELS))
    keep = np.zeros((F.LONGEST_RUN, F.TEMPLATES), np.bool_)
    scratch = np.zeros(LABELS)
    gt = np.zeros((LABELS, LABELS))
    for o in order:
        a, b = runs[o]
        n = b - a
        scale = 1.0 / (1.0 - drop)
        for t in range(n):
            for l in range(LABELS):
                E[t, l] = 0.0
            # Now and then a word's own identity is hidden whole: contexts must carry it.
            blind = np.random.random() < 0.15
            for k in range(F.TEMPLATES):
                hidden = np.random.random() < drop or (blind and LEXICAL[k])
                keep[t, k] = not hidden
                if hidden:
                    continue
                r = rows[a + t, k]
                for l in range(LABELS):
                    E[t, l] += W[r, l] * scale
        # Forward and backward; O stands at both ends.
        for l in range(LABELS):
            alpha[0, l] = T[O, l] + E[0, l]
        for t in range(1, n):
            for l in range(LABELS):
                for p in range(LABELS):
                    scratch[p] = alpha[t - 1, p] + T[p, l]
                alpha[t, l] = logsum(scratch) + E[t, l]
        for l in range(LABELS):
            beta[n - 1, l] = T[l, O]
        for t in range(n - 2, -1, -1):
            for l in range(LABELS):
                for p in range(LABELS):
                    scratch[p] = T[l, p] + E[t + 1, p] + beta[t + 1, p]
                beta[t, l] = logsum(scratch)
        Z = logsum(alpha[n - 1] + beta[n - 1])
        w = weights[o]
        gt[:] = 0.0
        path = 0.0
        previous = O
        for t in range(n):
            y = labels[a + t]
            path += T[previous, y] + E[t, y]
            gt[previous, y] -= 1.0
            previous = y
        path += T[previous, O]
        gt[previous, O] -= 1.0
        loss += w * (Z - path)
        for l in range(LABELS):
            gt[O, l] += np.exp(T[O, l] + E[0, l] + beta[0, l] - Z)
            gt[l, O] += np.exp(alpha[n - 1, l] + T[l, O] - Z)
        for t in range(1, n):
            for p in range(LABELS):
                for l in range(LABELS):
                    gt[p, l] += np.exp(alpha[t - 1, p] + T[p, l] + E[t, l] + beta[t, l] - Z)
        for p in range(LABELS):
            for l in range(LABELS):
                if T[p, l] > FORBIDDEN / 2:
                    g = w * gt[p, l] * 0.2
                    GT[p, l] += g * g
                    T[p, l] -= rate * g / (np.sqrt(GT[p, l]) + 1e-6)
        for t in range(n):
            for l in range(LABELS):
                g = np.exp(alpha[t, l] + beta[t, l] - Z) - (1.0 if labels[a + t] == l else 0.0)
                g *= w
                if abs(g) < 1e-4:
                    continue
                for k in range(F.TEMPLATES):
                    if keep[t, k]:
                        r = rows[a + t, k]
                        d = g + l2 * W[r, l]
                        G[r, l] += d * d
                        W[r, l] -= rate * d / (np.sqrt(G[r, l]) + 1e-6)
    return loss


LEXICAL = np.zeros(F.TEMPLATES, np.bool_)
for k in (0, 5, 6, 13, 14, 15, 16, 17, 18, 37, 47, 41):
    LEXICAL[k] = True


def train(examples, height, epochs=10, rate=0.08, drop=0.2, l2=1e-4, seed=7, report=None):
    rows, labels, runs, weights = examples
    W = np.zeros((height, LABELS), np.float32)
    G = np.full((height, LABELS), 0.1, np.float32)
    T = np.zeros((LABELS, LABELS))
    GT = np.full((LABELS, LABELS), 1.0)
    for p in range(LABELS):
        if p not in (BP, IP):
            T[p, IP] = FORBIDDEN
        if p not in (BL, IL):
            T[p, IL] = FORBIDDEN
    random = np.random.RandomState(seed)
    mean, meanT, kept = np.zeros_like(W, np.float64), np.zeros_like(T), 0
    for e in range(epochs):
        loss = epoch(rows, labels, runs, weights, random.permutation(len(runs)), W, G, T, GT, rate, drop, seed + e, l2)
        if e >= epochs // 2:
            mean += W
            meanT += T
            kept += 1
        if report:
            report(e, loss)
    return (mean / kept).astype(np.float32), meanT / kept


@numba.njit
def decode(rows, runs, W, T, out, margins):
    """Viterbi by sums of integers or floats; `margins`: by how much the best path over a person (0) or a place (1) beats the
    best that is neither, per token."""
    size = rows.shape[0]
    E = np.zeros((size, LABELS))
    for t in range(size):
        for k in range(F.TEMPLATES):
            r = rows[t, k]
            for l in range(LABELS):
                E[t, l] += W[r, l]
    A = np.zeros((size, LABELS))
    B = np.zeros((size, LABELS))
    back = np.zeros((size, LABELS), np.int64)
    for q in range(runs.shape[0]):
        a, b = runs[q]
        for l in range(LABELS):
            A[a, l] = T[O, l] + E[a, l]
        for t in range(a + 1, b):
            for l in range(LABELS):
                best = 0
                for p in range(1, LABELS):
                    if A[t - 1, p] + T[p, l] > A[t - 1, best] + T[best, l]:
                        best = p
                back[t, l] = best
                A[t, l] = A[t - 1, best] + T[best, l] + E[t, l]
        for l in range(LABELS):
            B[b - 1, l] = T[l, O]
        for t in range(b - 2, a - 1, -1):
            for l in range(LABELS):
                top = T[l, 0] + E[t + 1, 0] + B[t + 1, 0]
                for p in range(1, LABELS):
                    v = T[l, p] + E[t + 1, p] + B[t + 1, p]
                    if v > top:
                        top = v
                B[t, l] = top
        best = 0
        for l in range(1, LABELS):
            if A[b - 1, l] + T[l, O] > A[b - 1, best] + T[best, O]:
                best = l
        for t in range(b - 1, a - 1, -1):
            out[t] = best
            M = A[t] + B[t]
            margins[t, 0] = max(M[BP], M[IP]) - max(max(M[O], M[X]), max(M[BL], M[IL]))
            margins[t, 1] = max(M[BL], M[IL]) - max(max(M[O], M[X]), max(M[BP], M[IP]))
            best = back[t, best]


class Tagger:
    """Tags with weights of floats or of integers; `unit` is what 1.0 is, `margins` the least of a person, a place, a handle."""

    def __init__(self, lexicon, W, T, unit=1.0, margins=(0.0, 0.0, 0.0)):
        self.lexicon, self.W, self.T, self.unit, self.margins = lexicon, W, T, unit, margins

    def explain(self, text):
        """Of each candidate its token, its features' rows, its label and its margin."""
        data = np.frombuffer(text, np.uint8)
        tokens = np.zeros((len(data) + 1, F.FIELDS), np.int64)
        count = F.tokenize(data, self.lexicon, tokens)
        rows, chosen, runs = extract(data, tokens, count, self.W.shape[0])
        out = np.zeros(len(rows), np.int64)
        margins = np.zeros((len(rows), 2))
        if len(rows):
            decode(rows, np.array(runs), self.W, self.T, out, margins)
        return tokens, rows, chosen, out, margins

    def tag(self, text):
        """Spans of a text: (start, end, "PER" or "LOC", by how much the margin is above the least, in units)."""
        tokens, rows, chosen, out, margins = self.explain(text)
        spans = []
        previous = -2
        title = False  # whether the last span is only a title so far, which is no part of a name
        for k, i in enumerate(chosen):
            y = out[k]
            person = y in (BP, IP)
            margin = margins[k, 0 if person else 1] / self.unit
            inside = y in (IP, IL) and previous == i - 1
            if y in (BP, BL) or inside and title:
                if title:
                    spans.pop()
                flags = tokens[i, F.FLAGS]
                title = person and flags & F.TITLE != 0 and flags & (F.FIRST_2 | F.FAMILY_2) == 0
                handle = i > 0 and tokens[i - 1, F.HASH] == F.AT_HASH
                start = tokens[i - 1, F.START] if handle and tokens[i, F.GAP] == F.SPACED else tokens[i, F.START]
                least = self.margins[2 if handle else 0] if person else self.margins[1]
                spans.append([start, tokens[i, F.END], "PER" if person else "LOC", margin - least, least])
            elif inside and spans:
                spans[-1][1] = tokens[i, F.END]
                spans[-1][3] = min(spans[-1][3], margin - spans[-1][4])
            elif title:
                spans.pop()
                title = False
            previous = i
        if title:
            spans.pop()
        return [tuple(span[:4]) for span in spans if span[3] >= 0]
