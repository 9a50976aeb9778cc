"""The privacy engine beside Presidio's pattern recognisers, in one run, on the same text, on one core.

    python3 Benchmarks/privacy.py --sallyport PROGRAM [--presidio PYTHON] [--kilobytes 64] [--json FILE]

Sallyport looks through 1 MB of mixed chat text with all default classes; Presidio (presidio-analyzer from PyPI, its default recognisers,
a blank spaCy pipeline, so no language model takes part) through the first part of that very text, cut into prompts of 2 KB, since it
takes minutes for the whole. Both count what they find. `scripts/bench-privacy` makes what is needed."""
import argparse, json, subprocess, sys, tempfile

PRESIDIO = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine

class Blank(SpacyNlpEngine):
    def load(self): self.nlp = {"en": spacy.blank("en")}

nlp = Blank(models=[{"lang_code": "en", "model_name": "blank"}])
nlp.load()
engine = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])
prompts = json.load(sys.stdin)
engine.analyze(prompts[0], language="en")
found, start = 0, time.process_time()
for prompt in prompts: found += len(engine.analyze(prompt, language="en"))
spent = time.process_time() - start
print(json.dumps({"seconds": spent, "found": found, "bytes": sum(len(p.encode()) for p in prompts)}))
"""


def ours(program, seconds):
    # The executable's own timing, and its own text: no process start, no pipe is measured.
    command = ["taskset", "-c", "0", program, "privacy", "bench", "--json", "--seconds", str(seconds)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def theirs(python, text):
    lines, prompts, size = text.split("\n"), [[]], 0
    for line in lines:
        if size > 2_000: prompts.append([]); size = 0
        prompts[-1].append(line); size += len(line.encode()) + 1
    answer = subprocess.run(["taskset", "-c", "0", python, "-W", "ignore", "-c", PRESIDIO], check=True, text=True, stdout=subprocess.PIPE,
                            input=json.dumps(["\n".join(p) for p in prompts if p]))
    return json.loads(answer.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sallyport", required=True, help="the release executable")
    parser.add_argument("--presidio", help="a Python that has presidio-analyzer; left out if there is none")
    parser.add_argument("--kilobytes", type=int, default=64, help="how much of the text Presidio looks through")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each of our figures")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    figures = ours(options.sallyport, options.seconds)
    rows = [(name, figures[key], unit, aim) for name, key, unit, aim in (
        ("mixed chat text, 1 MB, default classes", "mixed_mb_per_s", "MB/s", "≥ 200"),
        ("a prompt of 2 KB", "prompt_us", "µs", "≤ 50"),
        ("mixed chat text, 50 MB, once", "large_mb_per_s", "MB/s", ""),
        ("names and places on, too", "names_mb_per_s", "MB/s", "≥ 5"),
        ("evasion: the same text in disguises", "evasion_mb_per_s", "MB/s", ""),
        ("restoring surrogates, pieces of 32 bytes", "restoring_mb_per_s", "MB/s", "≥ 300"),
        ("taking out what a model adds, pieces of 32 bytes", "redacting_mb_per_s", "MB/s", ""),
    ) if figures.get(key) is not None]
    if options.presidio:
        sample = subprocess.run([options.sallyport, "privacy", "bench", "--print-text", str(options.kilobytes << 10)],
                                check=True, capture_output=True, text=True).stdout
        presidio = theirs(options.presidio, sample)
        speed = presidio["bytes"] / presidio["seconds"] / 1e6
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(sample); file.flush()
            command = ["taskset", "-c", "0", options.sallyport, "privacy", "bench", "--json", "--seconds", str(options.seconds), file.name]
            same = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        factor = same["mixed_mb_per_s"] / speed
        figures |= {"presidio_mb_per_s": speed, "presidio_found": presidio["found"], "same_text_mb_per_s": same["mixed_mb_per_s"],
                    "same_text_found": same["mixed_findings"], "factor": factor}
        rows += [(f"the same {options.kilobytes} KB: Sallyport, {same['mixed_findings']} findings", same["mixed_mb_per_s"], "MB/s", ""),
                 (f"the same {options.kilobytes} KB: presidio-analyzer, {presidio['found']} findings", speed, "MB/s", ""),
                 ("Sallyport is faster by", factor, "times", "")]
    width = max(len(name) for name, *_ in rows)
    print(f"{'PRIVACY, ONE CORE':<{width}}  {'RESULT':>10} {'':<5}  AIM")
    for name, value, unit, aim in rows:
        print(f"{name:<{width}}  {value:>10,.{2 if value < 10 else 0 if value >= 100 else 1}f} {unit:<5}  {aim}".rstrip())
    if options.json:
        with open(options.json, "w") as file: json.dump(figures, file, indent=1)


if __name__ == "__main__":
    try: main()
    except subprocess.CalledProcessError as error: sys.exit(f"privacy.py: {error}\n{error.stderr or ''}")
