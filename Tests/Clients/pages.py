"""Looks at pages as parsers and eyes do: whether their HTML is sound and reads well without seeing, and what Chromium makes of it."""
import html.parser, os, pathlib, re, shutil, subprocess
import PIL.Image, pytest


class Page(html.parser.HTMLParser):
    """A page's elements, and what is wrong with them."""
    VOID = {"meta", "input", "br", "link", "img"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.ids, self.labels, self.fields, self.problems, self.links = [], [], set(), set(), [], [], []
        self.headings = []
        self.feed(text)
        if self.open: self.problems.append(f"not closed: {self.open}")
        self.problems += [f"no label for {f}" for f in self.fields if f not in self.labels]

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag not in self.VOID: self.open.append(tag)
        self.tags.append(tag)
        if "id" in a: self.problems += [f"id {a['id']} twice"] if a["id"] in self.ids else []; self.ids.add(a["id"])
        if tag == "label": self.labels.add(a["for"])
        if tag in ("input", "select"): self.fields.append(a.get("id"))
        if tag == "th" and "scope" not in a: self.problems.append("a head cell without scope")
        if tag == "svg" and a.get("aria-hidden") != "true" and "aria-labelledby" not in a: self.problems.append("a picture without words")
        if tag == "a": self.links.append(a.get("href"))
        if re.fullmatch("h[1-6]", tag): self.headings.append(int(tag[1]))
        self.problems += [f"{name} runs something" for name in a if name.startswith("on")] + [f"{name} is a style" for name in a if name == "style"]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag: self.problems.append(f"</{tag}> closes nothing")


def check_page(text):
    page = Page(text)
    assert not page.problems, page.problems
    assert "script" not in page.tags and page.tags.count("h1") == 1 and text.startswith("<!doctype html>") and '<html lang="en">' in text
    assert page.tags.count("table") == page.tags.count("caption"), "each table has a caption"
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:])), "no level of headings is passed over"
    return page


def picture(file):
    """Width, height, and how often which colour stands in every fourth pixel."""
    image = PIL.Image.open(file).convert("RGB")
    return *image.size, {bytes(colour): count for count, colour in image.resize((image.width // 4, image.height // 4), PIL.Image.Resampling.NEAREST).getcolors(1 << 24)}


def chromium(tmp_path, address, name, *flags, size="1280,1600"):
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        assert not os.environ.get("CI") or "ID=ubuntu" in pathlib.Path("/etc/os-release").read_text().split(), "chromium is missing: scripts/install test"
        pytest.skip("no chromium: scripts/install test")
    out = pathlib.Path(os.environ.get("SCREENSHOTS") or tmp_path) / name
    p = subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", f"--user-data-dir={tmp_path}/chromium", f"--window-size={size}", *flags,
                        (f"--print-to-pdf={out}" if name.endswith("pdf") else f"--screenshot={out}"), address], capture_output=True, text=True, timeout=300)
    assert out.exists(), p.stderr
    return out


DARK = "--blink-settings=preferredColorScheme=0"
