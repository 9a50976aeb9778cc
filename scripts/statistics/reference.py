#!/usr/bin/env python3
"""Writes reference.json, which Tests/StatisticsTests holds the library to: values of SciPy and statsmodels.

    python3 -m venv /tmp/v && /tmp/v/bin/pip install scipy statsmodels && /tmp/v/bin/python scripts/statistics/reference.py

Each entry of `values` is a function's name with rows of arguments and, last, its value. Values of which a double keeps
nothing (below 1e-290, infinite) are left out.
"""

import json
import math
import pathlib

import numpy
import scipy
import statsmodels
from numpy.random import default_rng
from scipy import special, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

random = default_rng(20261123)
values = {}


def rows(name, function, arguments):
    kept = []
    for row in arguments:
        row = [float(x) for x in row]
        value = float(function(*row))
        if math.isfinite(value) and (value == 0 or abs(value) > 1e-290):
            kept.append([*row, value])
    values[name] = kept


def log_uniform(low, high, n):
    return numpy.exp(random.uniform(math.log(low), math.log(high), n))


def probabilities(n):
    """Of both tails and the middle."""
    tails = log_uniform(1e-12, 0.5, n // 2)
    return numpy.concatenate([tails, random.uniform(0, 1, n - n // 2), [1e-250, 1e-100, 1e-15, 0.5, 1 - 1e-12]])


# Normal.
rows("normalCumulative", stats.norm.cdf, [[x] for x in [*random.normal(0, 3, 60), -36, -20, -8.5, 0, 5, 8]])
rows("normalUpperTail", stats.norm.sf, [[x] for x in [*random.normal(0, 3, 60), 36, 20, 8.5, 0, -5, -8]])
rows("normalQuantile", stats.norm.ppf, [[p] for p in [*probabilities(60), 0.075, 0.925, 1e-300, 1 - 1e-16]])

# Beta: shapes from far below 1 to 1e6, x about the mean and far from it.
shapes = [(a, b) for a, b in zip(log_uniform(1e-2, 1e6, 150), log_uniform(1e-2, 1e6, 150))]
near = [(a, b, numpy.clip(random.beta(a, b), 1e-12, 1 - 1e-9)) for a, b in shapes]
far = [(a, b, random.uniform(0, 1)) for a, b in shapes]
rows("betaCumulative", lambda a, b, x: special.betainc(a, b, x), near + far)
rows("betaUpperTail", lambda a, b, x: special.betaincc(a, b, x), near + far)
moderate = [(a, b, p) for (a, b), p in zip(shapes, probabilities(150)) if min(a, b) > 0.2 and p > 1e-14]
rows("betaQuantile", lambda a, b, p: special.betaincinv(a, b, p), moderate)

# Binomial.
trials = [int(n) for n in log_uniform(1, 1e6, 120)]
binomial = []
for n in trials:
    p = float(random.choice([random.uniform(0, 1), float(log_uniform(1e-6, 1, 1)[0])]))
    k = int(numpy.clip(random.binomial(n, p) + random.integers(-3, 4), 0, n))
    binomial.append((n, p, k))
rows("binomialProbability", lambda n, p, k: stats.binom.pmf(k, n, p), binomial)
rows("binomialCumulative", lambda n, p, k: stats.binom.cdf(k, n, p), binomial)
rows("binomialUpperTail", lambda n, p, k: stats.binom.sf(k - 1, n, p), binomial)

# Chi-square and Student.
degrees = log_uniform(0.1, 1e6, 120)
squares = [(k, max(stats.chi2.rvs(k, random_state=random) * random.choice([0.3, 1, 1, 3]), 1e-8)) for k in degrees]
rows("chiSquareCumulative", lambda k, x: special.gammainc(k / 2, x / 2), squares)
rows("chiSquareUpperTail", lambda k, x: special.gammaincc(k / 2, x / 2), squares)
rows("chiSquareQuantile", lambda k, p: 2 * special.gammaincinv(k / 2, p),
     [(k, p) for k, p in zip(degrees, probabilities(120)) if k > 0.5])
students = [(v, t) for v, t in zip(log_uniform(0.3, 1e6, 120), random.normal(0, 4, 120))]
rows("studentCumulative", lambda v, t: stats.t.cdf(t, v), students)
rows("studentUpperTail", lambda v, t: stats.t.sf(t, v), students)
rows("studentQuantile", lambda v, p: stats.t.ppf(p, v), [(v, p) for (v, _), p in zip(students, probabilities(120))])
rows("kolmogorovUpperTail", special.kolmogorov, [[x] for x in random.uniform(0.2, 5, 60)])
rows("kolmogorovCumulative", lambda x: 1 - special.kolmogorov(x),
     [[x] for x in random.uniform(0.5, 3, 40)])

# Proportions.
counts = [(int(k), n) for n in [int(n) for n in log_uniform(1, 1e5, 60)] for k in {0, n, random.integers(0, n + 1)}]
levels = [(k, n, c) for k, n in counts for c in [float(random.choice([0.8, 0.95, 0.99, 0.999]))]]
for method, name in [("wilson", "wilson"), ("beta", "clopperPearson")]:
    for side, end in enumerate(["Lower", "Upper"]):
        rows(name + end, lambda k, n, c: proportion_confint(int(k), int(n), 1 - c, method)[side], levels)

# Paired counts.
paired = [(int(a), int(b)) for a, b in random.integers(0, 400, (60, 2)) if a != b] + [(0, 30), (1, 0), (0, 1000)]
for exact, name in [(True, "mcNemarExact"), (False, "mcNemarChiSquare")]:
    rows(name, lambda b, c: mcnemar([[0, b], [c, 0]], exact=exact, correction=True).pvalue, paired)

# Samples: lists of numbers, then what is made of them.
samples = []
for index in range(60):
    # In smaller ones a resample may be the sample itself, whose mean SciPy tells from itself by the order of the sum.
    n = int(random.integers(12, 120))
    kind = index % 4
    drawn = [
        lambda: random.normal(0.1, 1, n),
        lambda: random.exponential(1, n) - 0.8,
        lambda: random.integers(-1, 2, n).astype(float),
        lambda: random.standard_t(2, n) * 1e3,
    ][kind]()
    if numpy.ptp(drawn) == 0:
        continue
    t = stats.ttest_1samp(drawn, 0)
    interval = t.confidence_interval(0.9)
    entry = {
        "values": drawn.tolist(), "tStatistic": t.statistic, "tPValue": t.pvalue,
        "tLower": interval.low, "tUpper": interval.high,
    }
    signs = (int((drawn > 0).sum()), int((drawn < 0).sum()))
    entry["signPValue"] = stats.binomtest(signs[0], sum(signs)).pvalue if sum(signs) else 1.0
    resampled = random.choice(drawn, (400, n)).mean(axis=1)
    earlier = stats.bootstrap((drawn,), numpy.mean, n_resamples=1, method="percentile")
    earlier.bootstrap_distribution = resampled
    for method in ["percentile", "BCa"]:
        bounds = stats.bootstrap(
            (drawn,), numpy.mean, n_resamples=0, bootstrap_result=earlier, method=method, confidence_level=0.9
        ).confidence_interval
        entry[method] = [bounds.low, bounds.high]
    entry["resampled"] = resampled.tolist()
    samples.append(entry)

pairs_of_samples = []
for index in range(50):
    m, n = (int(x) for x in random.integers(1, 120, 2))
    first, second = random.normal(0, 1, m), random.normal(random.choice([0, 0.4, 1.5]), 1, n)
    exact = stats.ks_2samp(first, second, method="exact")
    pairs_of_samples.append({
        "first": first.tolist(), "second": second.tolist(), "statistic": exact.statistic, "exact": exact.pvalue,
    })
large = []
for shift in [0, 0.02, 0.05, 0.1]:
    first, second = random.normal(0, 1, 1500), random.normal(shift, 1, 1100)
    large.append({
        "first": first.round(6).tolist(), "second": second.round(6).tolist(),
    })
    a, b = numpy.array(large[-1]["first"]), numpy.array(large[-1]["second"])
    large[-1]["statistic"] = stats.ks_2samp(a, b, method="asymp").statistic
    large[-1]["asymptotic"] = float(special.kolmogorov(
        large[-1]["statistic"] * math.sqrt(len(a) * len(b) / (len(a) + len(b)))))

holm = []
for _ in range(40):
    p = random.uniform(0, 1, int(random.integers(1, 12))) ** random.choice([1, 4])
    holm.append({"pValues": p.tolist(), "adjusted": multipletests(p, method="holm")[1].tolist()})

stability = []
for _ in range(30):
    classes = int(random.integers(1, 20))
    first, second = random.integers(0, 500, classes), random.integers(0, 500, classes)
    a, b = first + 0.5, second + 0.5
    a, b = a / a.sum(), b / b.sum()
    stability.append({
        "reference": first.tolist(), "current": second.tolist(),
        "index": float(special.rel_entr(a, b).sum() + special.rel_entr(b, a).sum()),
    })


def xoshiro(seed, n):
    """xoshiro256++ seeded by SplitMix64, after the authors' C (prng.di.unimi.it)."""
    mask = 2**64 - 1
    state = []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        state.append(z ^ (z >> 31))
    turn = lambda x, k: ((x << k) | (x >> (64 - k))) & mask
    drawn = []
    for _ in range(n):
        drawn.append((turn((state[0] + state[3]) & mask, 23) + state[0]) & mask)
        t = (state[1] << 17) & mask
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= t
        state[3] = turn(state[3], 45)
    return drawn


# All ways to turn signs around: of continuous values, of some with many ties, with zeros, and of two.
flips = []
turning = default_rng(20261124)
for index in range(36):
    n = int(turning.integers(2, 13)) if index else 2
    drawn = [
        lambda: turning.normal(0.4, 1, n), lambda: turning.integers(-2, 4, n).astype(float), lambda: turning.exponential(1, n) - 0.6,
    ][index % 3]()
    result = stats.permutation_test(
        (drawn, numpy.zeros(n)), lambda x, y, axis: numpy.mean(x - y, axis=axis), permutation_type="samples", vectorized=True,
        n_resamples=math.inf,
    )
    flips.append({"values": drawn.tolist(), "pValue": float(result.pvalue)})

generators = [{"seed": str(seed), "values": [str(x) for x in xoshiro(seed, 8)]} for seed in [0, 1, 42, 2**64 - 1]]

document = {
    "made by": "scripts/statistics/reference.py",
    "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": numpy.__version__},
    "values": values, "samples": samples, "distances": pairs_of_samples, "largeDistances": large, "holm": holm,
    "stability": stability, "signFlips": flips, "generators": generators,
}
place = pathlib.Path(__file__).with_name("reference.json")
place.write_text(json.dumps(document, indent=None, separators=(",", ":")).replace("],[", "],\n[") + "\n")
print(place, {name: len(rows) for name, rows in values.items()})
