"""Tokens and features of the name tagger, byte by byte as `Sources/Privacy/Names` has them.

Every rule here is written twice: once here, for training, once in Swift, for tagging. The fixture that
`train.py` writes holds tokens, features and scores of some texts; a Swift test compares its own with them.
Compiled with numba, so that a corpus takes seconds. All arithmetic is on 64 bits, wrapping.
"""

import numba
import numpy as np

U = np.uint64

# Kinds of scalars.
SPACE, NEWLINE, UPPER, LOWER, DIGIT, LETTER, UNDERSCORE, PUNCTUATION = range(8)

# Fields of a token.
START, END, HASH, KIND, SHAPE, FLAGS, GAP, LEFT, RIGHT, FIELDS = range(10)

# Kinds of tokens.
MARK, WORD, NUMBER, MIXED, LINK = range(5)

# What stands before a token.
GLUED, SPACED, BROKEN, PARTED = range(4)

# Shapes.
(S_LOWER, S_CAPITAL, S_CAPITALS, S_SINGLE, S_INITIAL, S_INNER, S_CAMEL, S_DIGITS, S_MIXED, S_OTHER, S_MARK,
 S_HYPHEN, S_APOSTROPHE, S_ACRONYM, S_LINK, S_POSSESSIVE) = range(16)

# Flags of the lexicon: two levels of two bits, then single bits.
FIRST_1, FIRST_2, FAMILY_1, FAMILY_2 = 1, 2, 4, 8
PLACE, PLACE_PART, COUNTRY, COMMON, KNOWN, PROPER, PARTICLE, MIDDLE, TITLE, CALENDAR, BRAND, PEOPLE = (
    16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
NAMES = FIRST_1 | FIRST_2 | FAMILY_1 | FAMILY_2

BUFFER = 96  # scalars of a word at most: LONGEST_WORD, or an abbreviation's
LONGEST_WORD = 64  # scalars; what is longer is cut

OFFSET, PRIME = U(0xCBF29CE484222325), U(0x00000100000001B3)
K1, K2, K3 = U(0x9E3779B97F4A7C15), U(0xC2B2AE3D27D4EB4F), U(0x165667B19E3779F9)

TEMPLATES = 50
LONGEST_RUN = 256  # tokens


@numba.njit(inline="always")
def scalar(text, i, n):
    """The scalar at a byte and its length; a byte that begins none is U+FFFD of length 1."""
    b = text[i]
    if b < 0x80:
        return np.int64(b), 1
    if 0xC2 <= b <= 0xDF and i + 1 < n and text[i + 1] & 0xC0 == 0x80:
        return (np.int64(b & 0x1F) << 6) | np.int64(text[i + 1] & 0x3F), 2
    if 0xE0 <= b <= 0xEF and i + 2 < n and text[i + 1] & 0xC0 == 0x80 and text[i + 2] & 0xC0 == 0x80:
        return (np.int64(b & 0x0F) << 12) | (np.int64(text[i + 1] & 0x3F) << 6) | np.int64(text[i + 2] & 0x3F), 3
    if (0xF0 <= b <= 0xF4 and i + 3 < n and text[i + 1] & 0xC0 == 0x80 and text[i + 2] & 0xC0 == 0x80
            and text[i + 3] & 0xC0 == 0x80):
        return ((np.int64(b & 0x07) << 18) | (np.int64(text[i + 1] & 0x3F) << 12)
                | (np.int64(text[i + 2] & 0x3F) << 6) | np.int64(text[i + 3] & 0x3F)), 4
    return 0xFFFD, 1


@numba.njit
def fold(c):
    """The kind of a scalar and its lower-case form."""
    if c < 0x80:
        if 0x61 <= c <= 0x7A:
            return LOWER, c
        if 0x41 <= c <= 0x5A:
            return UPPER, c + 32
        if 0x30 <= c <= 0x39:
            return DIGIT, 0x30
        if c == 0x0A or c == 0x0D:
            return NEWLINE, c
        if c == 0x20 or c == 0x09 or c == 0x0B or c == 0x0C:
            return SPACE, c
        if c == 0x5F:
            return UNDERSCORE, c
        return PUNCTUATION, c
    if c < 0xC0:
        if c == 0xA0 or c == 0x85:
            return SPACE, c
        if c == 0xAA or c == 0xB5 or c == 0xBA:
            return LETTER, c
        return PUNCTUATION, c
    if c < 0x100:
        if c == 0xD7 or c == 0xF7:
            return PUNCTUATION, c
        if c < 0xDF:
            return UPPER, c + 32
        return LOWER, c
    if c < 0x180:
        if c == 0x130:
            return UPPER, 0x69
        if c == 0x131 or c == 0x138 or c == 0x149 or c == 0x17F:
            return LOWER, c
        if c == 0x178:
            return UPPER, 0xFF
        odd = 0x139 <= c <= 0x148 or c >= 0x179
        if (c & 1 == 1) == odd:
            return UPPER, c + 1
        return LOWER, c
    if c < 0x250:
        if 0x1CD <= c <= 0x1DC or c == 0x1AF or c == 0x1B0:
            return (UPPER, c + 1) if c & 1 == 1 else (LOWER, c)
        if 0x1A0 <= c <= 0x1A5 or 0x1DE <= c <= 0x1EF or 0x1F8 <= c <= 0x21F or 0x222 <= c <= 0x233 or c >= 0x246:
            return (UPPER, c + 1) if c & 1 == 0 else (LOWER, c)
        return LETTER, c
    if c < 0x370:
        return (LOWER, c) if c < 0x2B0 else (LETTER, c)
    if c < 0x400:
        if 0x391 <= c <= 0x3A9:
            return UPPER, c + 32
        if c == 0x386:
            return UPPER, 0x3AC
        if 0x388 <= c <= 0x38A:
            return UPPER, c + 37
        if 0x3AC <= c <= 0x3CE:
            return LOWER, c
        return LETTER, c
    if c < 0x530:
        if 0x410 <= c <= 0x42F:
            return UPPER, c + 32
        if c < 0x410:
            return UPPER, c + 80
        if c < 0x460:
            return LOWER, c
        return (UPPER, c + 1) if c & 1 == 0 else (LOWER, c)
    if c < 0x2000:
        if 0x531 <= c <= 0x556:
            return UPPER, c + 48
        if 0x1E00 <= c <= 0x1EFF:
            return (UPPER, c + 1) if c & 1 == 0 else (LOWER, c)
        return LETTER, c
    if c < 0x2C00:
        if c <= 0x200A or c == 0x202F or c == 0x205F:
            return SPACE, c
        if c == 0x2028 or c == 0x2029:
            return NEWLINE, c
        return PUNCTUATION, c
    if c < 0x10000:
        if c == 0x3000:
            return SPACE, c
        if (0x2E00 <= c <= 0x2E7F or 0x3001 <= c <= 0x3030 or 0xE000 <= c <= 0xF8FF or 0xFE00 <= c <= 0xFE6F
                or 0xFEFF <= c <= 0xFF20 or c >= 0xFFF0):
            return PUNCTUATION, c
        return LETTER, c
    if c >= 0x1F000:
        return PUNCTUATION, c
    return LETTER, c


@numba.njit(inline="always")
def is_letter(kind):
    return kind == UPPER or kind == LOWER or kind == LETTER


@numba.njit(inline="always")
def is_inner(kind):
    return kind == UPPER or kind == LOWER or kind == LETTER or kind == DIGIT or kind == UNDERSCORE


@numba.njit(inline="always")
def step(h, c):
    return (h ^ U(c)) * PRIME


@numba.njit(inline="always")
def is_apostrophe(c):
    return c == 0x27 or c == 0x2019


@numba.njit
def clitic(text, i, n):
    """Where an English ending that begins with the apostrophe at `i` ends: 's 'm 'd 'll 're 've; 0 if there is none."""
    c, width = scalar(text, i, n)
    j = i + width
    if j >= n:
        return 0
    a = text[j] | 0x20
    b = text[j + 1] | 0x20 if j + 1 < n else 0
    length = 0
    if a == 0x73 or a == 0x6D or a == 0x64:
        length = 1
    if (a == 0x6C and b == 0x6C) or (a == 0x72 and b == 0x65) or (a == 0x76 and b == 0x65):
        length = 2
    if length == 0 or j + length > n:
        return 0
    if j + length < n:
        c, width = scalar(text, j + length, n)
        kind, _ = fold(c)
        if is_inner(kind):
            return 0
    return j + length


@numba.njit(inline="always")
def lookup(lexicon, h):
    """Flags of a word; the lexicon is buckets of four entries: 16 bits of the hash, 16 bits of flags."""
    m = h * K1
    bucket = (m >> U(32)) & U(lexicon.shape[0] // 4 - 1)
    mark = (m >> U(16)) & U(0xFFFF)
    for k in range(4):
        entry = U(lexicon[bucket * U(4) + U(k)])
        if entry >> U(16) == mark and entry & U(0xFFFF) != U(0):
            return np.int64(entry & U(0xFFFF))
    return np.int64(0)


@numba.njit
def tokenize(text, lexicon, tokens):
    """Fills rows of `tokens` (int64, FIELDS wide) and gives back how many; the hash is kept as int64."""
    n = text.shape[0]
    count = 0
    i = 0
    gap = PARTED
    while i < n:
        c, width = scalar(text, i, n)
        kind, low = fold(c)
        if kind == SPACE:
            if gap == GLUED:
                gap = SPACED
            i += width
            continue
        if kind == NEWLINE:
            # A carriage return with its line feed is one line break.
            if not (c == 0x0A and i > 0 and text[i - 1] == 0x0D):
                gap = PARTED if gap == BROKEN or gap == PARTED else BROKEN
            i += width
            continue
        start = i
        row = tokens[count]
        if is_inner(kind):
            h = OFFSET
            length = 0
            seen = 0
            uppers = 0
            first_kind = kind
            hyphen_at = 0
            part = OFFSET
            part_flags = 0
            hyphens = 0
            apostrophes = 0
            capital_parts = 1 if kind == UPPER else 0
            last = kind
            while i < n and length < LONGEST_WORD:
                c, width = scalar(text, i, n)
                kind, low = fold(c)
                if is_inner(kind):
                    h = step(h, low)
                    part = step(part, low)
                    seen |= 1 << kind
                    if kind == UPPER:
                        uppers += 1
                    length += 1
                    last = kind
                    i += width
                    continue
                # A hyphen or an apostrophe between letters joins.
                if not is_letter(last) or i + width >= n:
                    break
                hyphen = c == 0x2D or c == 0x2010 or c == 0x2011
                if not hyphen and not is_apostrophe(c):
                    break
                following, following_width = scalar(text, i + width, n)
                following_kind, _ = fold(following)
                if not is_letter(following_kind):
                    break
                if hyphen:
                    part_flags |= lookup(lexicon, part)
                    part = OFFSET
                    hyphens += 1
                    h = step(h, 0x2D)
                    if following_kind == UPPER:
                        capital_parts += 1
                else:
                    if clitic(text, i, n) != 0:
                        break
                    apostrophes += 1
                    h = step(h, 0x27)
                    part = step(part, 0x27)
                length += 1
                i += width
            flags = lookup(lexicon, h)
            if flags == 0 and hyphens > 0:
                flags = (part_flags | lookup(lexicon, part)) & ~(MIDDLE | PARTICLE | TITLE)
            token_kind = WORD
            shape = S_OTHER
            if seen & (1 << UNDERSCORE):
                token_kind, shape = MIXED, S_MIXED
            elif seen & (1 << DIGIT):
                if seen == 1 << DIGIT:
                    token_kind, shape = NUMBER, S_DIGITS
                else:
                    token_kind, shape = MIXED, S_MIXED
            elif first_kind == UPPER:
                if length == 1:
                    shape = S_SINGLE
                elif hyphens > 0 and capital_parts == hyphens + 1:
                    shape = S_HYPHEN
                elif not seen & (1 << LOWER) and uppers > 1:
                    shape = S_CAPITALS
                elif apostrophes > 0:
                    shape = S_APOSTROPHE
                elif uppers == 1 or hyphens > 0:
                    shape = S_CAPITAL
                else:
                    shape = S_INNER
            elif first_kind == LOWER:
                shape = S_CAMEL if uppers > 0 else S_LOWER
            # One letter and a full stop: an initial, or, repeated, an abbreviation.
            if length == 1 and is_letter(first_kind) and i < n and text[i] == 0x2E:
                j = i + 1
                letters = 1
                while j + 1 < n and letters < 8:
                    c, width = scalar(text, j, n)
                    kind, low = fold(c)
                    if not is_letter(kind) or j + width >= n or text[j + width] != 0x2E:
                        break
                    h = step(step(h, 0x2E), low)
                    letters += 1
                    j += width + 1
                follows_letter = False
                if j < n:
                    c, width = scalar(text, j, n)
                    kind, low = fold(c)
                    follows_letter = is_inner(kind)
                if letters > 1 or (first_kind == UPPER and not follows_letter):
                    i = j
                    shape = S_ACRONYM if letters > 1 else S_INITIAL
                    h = step(h, 0x2E)
            elif length <= 4 and i + 2 < n and text[i] == 0x3A and text[i + 1] == 0x2F and text[i + 2] == 0x2F \
                    or length == 5 and i + 2 < n and text[i] == 0x3A and text[i + 1] == 0x2F and text[i + 2] == 0x2F:
                token_kind = LINK
            elif length == 3 and i < n and text[i] == 0x2E and text[start] | 0x20 == 0x77 \
                    and text[start + 1] | 0x20 == 0x77 and text[start + 2] | 0x20 == 0x77:
                token_kind = LINK
            if token_kind == LINK:
                while i < n:
                    b = text[i]
                    if b <= 0x20 or b == 0x22 or b == 0x3C or b == 0x3E or b == 0x29 or b == 0x5D or b == 0x7D:
                        break
                    i += 1
                h = U(1)
                flags = 0
                shape = S_LINK
            row[END] = i
            # The full stop of a title belongs to nobody.
            if flags & TITLE and i < n and text[i] == 0x2E:
                i += 1
            row[HASH] = np.int64(h)
            row[KIND] = token_kind
            row[SHAPE] = shape
            row[FLAGS] = flags
        else:
            end = clitic(text, i, n) if is_apostrophe(c) and gap == GLUED else 0
            if end != 0:
                h = step(OFFSET, 0x27)
                j = i + width
                while j < end:
                    h = step(h, np.int64(text[j] | 0x20))
                    j += 1
                i = end
                row[SHAPE] = S_POSSESSIVE
            else:
                h = step(OFFSET, c)
                i += width
                while i < n:
                    again, width = scalar(text, i, n)
                    if again != c:
                        break
                    i += width
                row[SHAPE] = S_MARK
            row[END] = i
            row[HASH] = np.int64(h)
            row[KIND] = MARK
            row[FLAGS] = 0
        row[START] = start
        row[GAP] = gap
        # The bytes around, each with whether a space stands beyond it.
        row[LEFT] = around(text, start - 1, start - 2, n)
        row[RIGHT] = around(text, i, i + 1, n)
        count += 1
        gap = GLUED
    return count


@numba.njit(inline="always")
def around(text, i, j, n):
    if i < 0 or i >= n:
        return 0
    b = np.int64(text[i])
    if b >= 0x80:
        b = 0x80
    elif 0x61 <= b <= 0x7A or 0x41 <= b <= 0x5A:
        b = 0x61
    elif 0x30 <= b <= 0x39:
        b = 0x30
    elif b < 0x20:
        b = 0x0A
    beyond = 1 if j < 0 or j >= n or text[j] <= 0x20 else 0
    return b * 2 + beyond


@numba.njit(inline="always")
def capital(row):
    """Whether a token begins with a capital and is a word."""
    s = row[SHAPE]
    return row[KIND] == WORD and (s == S_CAPITAL or s == S_CAPITALS or s == S_SINGLE or s == S_INITIAL or s == S_INNER
                                  or s == S_HYPHEN or s == S_APOSTROPHE or s == S_ACRONYM)


@numba.njit
def candidate(tokens, count, i):
    """Whether a token may be part of a name at all; all others are not looked at."""
    row = tokens[i]
    if row[KIND] == MIXED:
        return i > 0 and tokens[i - 1, HASH] == AT_HASH
    if row[KIND] != WORD:
        return False
    if capital(row):
        return True
    if row[SHAPE] == S_OTHER:
        return False
    if i > 0 and tokens[i - 1, HASH] == AT_HASH:
        return True
    flags = row[FLAGS]
    if flags & MIDDLE:
        return i > 0 and i + 1 < count and capital(tokens[i - 1]) and capital(tokens[i + 1])
    if flags & PARTICLE:
        return True
    if flags & (COMMON | KNOWN | CALENDAR | TITLE):
        # A word of the dictionary that is a frequent name or a place as well.
        return flags & (FIRST_2 | FAMILY_2 | COUNTRY) != 0 or (flags & COMMON == 0 and flags & (NAMES | PLACE) != 0)
    return row[END] - row[START] >= 3 or flags != 0


AT_HASH = np.int64(np.array([(int(OFFSET) ^ 0x40) * int(PRIME) & (2**64 - 1)], dtype=np.uint64).view(np.int64)[0])


@numba.njit(inline="always")
def summary(flags):
    """What matters most of flags, below 192."""
    first = flags & 3
    family = (flags >> 2) & 3
    place = 1 if flags & (PLACE | COUNTRY) else 0
    known = 2 if flags & COMMON else (1 if flags & KNOWN else 0)
    other = 1 if flags & (BRAND | PEOPLE) else 0
    return (((first * 4 + family) * 2 + place) * 3 + known) * 2 + other


@numba.njit(inline="always")
def mix(t, a, b, height):
    """The row of a feature: of template `t`, of what it is made of; one of `height`."""
    return np.int64((((((a ^ (b * K2)) + U(t) * K3) * K1) >> U(32)) * U(height)) >> U(32))


@numba.njit
def features(text, tokens, count, i, line, height, out):
    """The rows of the weights table of one token, TEMPLATES of them."""
    n = text.shape[0]
    row = tokens[i]
    # Neighbours; beyond a line break they count as others than within a line, beyond the text as none.
    w = np.zeros(5, np.uint64)
    s = np.full(5, 31, np.uint64)
    f = np.zeros(5, np.uint64)
    g = np.zeros(5, np.uint64)
    w[2], s[2], f[2], g[2] = U(row[HASH]), U(row[SHAPE]), U(row[FLAGS]), U(summary(row[FLAGS]))
    salt = U(0)
    for k in range(1, 3):
        j = i - k
        if j < 0:
            w[2 - k] = U(2)
            continue
        gap = tokens[j + 1, GAP]
        if gap >= BROKEN:
            salt += U(gap)
        w[2 - k] = U(tokens[j, HASH]) + salt
        s[2 - k] = U(tokens[j, SHAPE]) + salt * U(32)
        f[2 - k] = U(tokens[j, FLAGS])
        g[2 - k] = U(summary(tokens[j, FLAGS]))
    salt = U(0)
    for k in range(1, 3):
        j = i + k
        if j >= count:
            w[2 + k] = U(3)
            continue
        gap = tokens[j, GAP]
        if gap >= BROKEN:
            salt += U(gap)
        w[2 + k] = U(tokens[j, HASH]) + salt
        s[2 + k] = U(tokens[j, SHAPE]) + salt * U(32)
        f[2 + k] = U(tokens[j, FLAGS])
        g[2 + k] = U(summary(tokens[j, FLAGS]))
    # Affixes of two to four lower-case scalars; of a shorter word, the whole.
    buffer = np.zeros(BUFFER, np.int64)
    total = 0
    p = row[START]
    while p < row[END] and total < BUFFER:
        c, width = scalar(text, p, n)
        kind, low = fold(c)
        buffer[total] = low
        total += 1
        p += width
    prefix, suffix = OFFSET, OFFSET
    prefixes = np.zeros(3, np.uint64)
    suffixes = np.zeros(3, np.uint64)
    for k in range(4):
        if k < total:
            prefix = step(prefix, buffer[k])
            suffix = step(suffix, buffer[total - 1 - k])
        if k >= 1:
            prefixes[k - 1] = prefix
            suffixes[k - 1] = suffix
    size = min(total, 12)
    sized = s[2] * U(16) + U(size)
    left, right = U(row[LEFT]), U(row[RIGHT])
    regime = U(line[i])
    label = U(line[count + i])
    start = U(row[GAP])
    if i > 0:
        previous = tokens[i - 1, HASH]
        if previous == STOP_HASH or previous == QUESTION_HASH or previous == EXCLAMATION_HASH:
            start += U(4)
    following = U(tokens[i + 1, GAP]) if i + 1 < count else U(3)

    z = U(0)
    out[0] = mix(1, w[2], z, height)
    out[1] = mix(2, w[1], z, height)
    out[2] = mix(3, w[3], z, height)
    out[3] = mix(4, w[0], s[2], height)
    out[4] = mix(5, w[4], s[2], height)
    out[5] = mix(6, w[1], w[2], height)
    out[6] = mix(7, w[2], w[3], height)
    out[7] = mix(8, w[0], w[1], height)
    out[8] = mix(9, w[3], w[4], height)
    out[9] = mix(10, sized, z, height)
    out[10] = mix(11, s[1], s[2], height)
    out[11] = mix(12, s[2], s[3], height)
    out[12] = mix(13, s[1] * U(1024) + s[3], s[2], height)
    out[13] = mix(14, prefixes[0], z, height)
    out[14] = mix(15, prefixes[1], z, height)
    out[15] = mix(16, prefixes[2], s[2], height)
    out[16] = mix(17, suffixes[0], s[2], height)
    out[17] = mix(18, suffixes[1], s[2], height)
    out[18] = mix(19, suffixes[2], s[2], height)
    out[19] = mix(20, f[2], z, height)
    out[20] = mix(21, f[2], s[2], height)
    out[21] = mix(22, g[1], g[2], height)
    out[22] = mix(23, g[2], g[3], height)
    out[23] = mix(24, g[1] * U(256) + g[3], g[2] * U(16) + s[2], height)
    out[24] = mix(25, f[1], s[2], height)
    out[25] = mix(26, f[3], s[2], height)
    out[26] = mix(27, w[1], g[2], height)
    out[27] = mix(28, w[3], g[2], height)
    out[28] = mix(29, w[1], sized, height)
    out[29] = mix(30, w[3], s[2], height)
    out[30] = mix(31, left, s[2], height)
    out[31] = mix(32, right, s[2], height)
    out[32] = mix(33, left, right, height)
    out[33] = mix(34, start, s[2] * U(4) + (f[2] >> U(7)) % U(4), height)
    out[34] = mix(35, regime, s[2], height)
    out[35] = mix(36, regime, g[2] * U(16) + s[2], height)
    out[36] = mix(37, w[1], w[3], height)
    out[37] = mix(38, w[2], s[2], height)
    out[38] = mix(39, label, s[2], height)
    out[39] = mix(40, label, g[2], height)
    out[40] = mix(41, start * U(4) + following, g[2] * U(16) + s[2], height)
    out[41] = mix(42, suffixes[1], g[2], height)
    out[42] = mix(43, g[1] * U(256) + g[2], w[3], height)
    out[43] = mix(44, g[2] * U(256) + g[3], w[1], height)
    out[44] = mix(45, w[1], w[0] ^ s[2], height)
    out[45] = mix(46, s[0] * U(1024) + s[1], s[2], height)
    out[46] = mix(47, s[3] * U(1024) + s[4], s[2], height)
    out[47] = mix(48, start * U(4) + following, w[2], height)
    out[48] = mix(49, start * U(512) + right, g[2] * U(16) + s[2], height)
    out[49] = mix(50, left * U(512) + right, g[2] * U(16) + s[2], height)


STOP_HASH = np.int64(np.array([(int(OFFSET) ^ 0x2E) * int(PRIME) & (2**64 - 1)], dtype=np.uint64).view(np.int64)[0])
QUESTION_HASH = np.int64(np.array([(int(OFFSET) ^ 0x3F) * int(PRIME) & (2**64 - 1)], dtype=np.uint64).view(np.int64)[0])
EXCLAMATION_HASH = np.int64(
    np.array([(int(OFFSET) ^ 0x21) * int(PRIME) & (2**64 - 1)], dtype=np.uint64).view(np.int64)[0])
COLON_HASH = np.int64(np.array([(int(OFFSET) ^ 0x3A) * int(PRIME) & (2**64 - 1)], dtype=np.uint64).view(np.int64)[0])


@numba.njit
def lines(tokens, count, out):
    """Per token how its line is written, and the label before the line's last colon.

    `out[i]` counts a line's words with capitals and without (each up to 7); `out[count + i]` is the low half of the hash
    of the word before the colon, 0 where there is none.
    """
    i = 0
    while i < count:
        j = i
        capitals = 0
        lowers = 0
        shouted = 0
        while j < count and (j == i or tokens[j, GAP] < BROKEN) and j - i < 64:
            if tokens[j, KIND] == WORD:
                if tokens[j, SHAPE] == S_CAPITALS:
                    shouted += 1
                if capital(tokens[j]):
                    capitals += 1
                elif tokens[j, FLAGS] & (PARTICLE | MIDDLE) == 0:
                    lowers += 1
            j += 1
        words = capitals + lowers
        share = (capitals * 4) // words if words > 0 else 0
        loud = (shouted * 3) // words if words > 0 else 0
        regime = (share * 4 + loud) * 8 + min(words, 7)
        label = np.int64(0)
        for k in range(i, j):
            out[k] = regime
            out[count + k] = label
            if tokens[k, HASH] == COLON_HASH and k > i and tokens[k - 1, KIND] == WORD:
                label = tokens[k - 1, HASH] & 0xFFFFFFFF
        i = j
