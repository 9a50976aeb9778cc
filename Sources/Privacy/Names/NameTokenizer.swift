/// Cuts a text into tokens, one after the other; `scripts/names/features.py` has the same rules.
///
/// A word holds letters, digits and underscores, and hyphens and apostrophes between letters; English endings (`'s`, `'ll`) are
/// tokens of their own. A capital with a full stop is an initial, several of them are one token, and the full stop after a title is
/// in no token. Links are one token to the next space. Any other character is a mark, with those after it that are the same.
struct NameTokenizer {
    /// A longer word is cut, in scalars.
    private static let longestWord = 64

    let text: UnsafeBufferPointer<UInt8>
    let tables: NameTables
    private var position = 0
    private var gap = NameToken.Gap.parted

    init(_ text: UnsafeBufferPointer<UInt8>, tables: NameTables) {
        self.text = text
        self.tables = tables
    }

    /// The next token, `nil` at the text's end.
    mutating func next() -> NameToken? {
        while position < text.count {
            let scalar = NameScalar(text, at: position)
            switch scalar.kind {
            case .space:
                if gap == .glued { gap = .spaced }
            case .newline:
                // A carriage return with its line feed is one line break.
                let isSecond = scalar.value == 0x0A && position > 0 && text[position - 1] == 0x0D
                if !isSecond { gap = gap == .broken || gap == .parted ? .parted : .broken }
            case .punctuation: return finish(mark(scalar))
            default: return finish(word(scalar))
            }
            position += scalar.length
        }
        return nil
    }

    private mutating func finish(_ unfinished: NameToken) -> NameToken {
        var token = unfinished
        token.left = around(token.start - 1, beyond: token.start - 2)
        token.right = around(position, beyond: position + 1)
        gap = .glued
        return token
    }

    /// A byte's class, doubled, plus one if a space or the text's end stands beyond it; 0 outside the text.
    @inline(__always)
    private func around(_ place: Int, beyond: Int) -> UInt16 {
        guard place >= 0, place < text.count else { return 0 }
        let byte = text[place]
        let value: UInt16 =
            switch byte {
            case 0x80...: 0x80
            case 0x61...0x7A, 0x41...0x5A: 0x61
            case 0x30...0x39: 0x30
            case ..<0x20: 0x0A
            default: UInt16(byte)
            }
        let isOpen = beyond < 0 || beyond >= text.count || text[beyond] <= 0x20
        return value * 2 + (isOpen ? 1 : 0)
    }

    private mutating func mark(_ first: NameScalar) -> NameToken {
        let start = position
        if Self.isApostrophe(first.value), gap == .glued, let end = clitic(at: position) {
            var hash = NameHash.of("'")
            for byte in text[(position + first.length)..<end] { hash = NameHash.step(hash, UInt64(byte | 0x20)) }
            position = end
            return NameToken(start: start, end: end, hash: hash, kind: .mark, shape: .possessive, gap: gap)
        }
        position += first.length
        while position < text.count {
            let scalar = NameScalar(text, at: position)
            guard scalar.value == first.value else { break }
            position += scalar.length
        }
        let hash = NameHash.step(NameHash.offset, UInt64(first.value))
        return NameToken(start: start, end: position, hash: hash, kind: .mark, shape: .mark, gap: gap)
    }

    private mutating func word(_ first: NameScalar) -> NameToken {
        var run = WordRun()
        let start = position
        read(&run)
        var token = NameToken(
            start: start, end: 0, hash: run.hash, flags: tables.flags(of: run.hash), kind: .word, shape: .other,
            gap: gap)
        if token.flags == 0, run.hyphens > 0 {
            token.flags = run.partFlags | tables.flags(of: run.part)
            token.flags &= ~(NameFlags.middle | NameFlags.particle | NameFlags.title)
        }
        (token.kind, token.shape) = run.classified(first.kind)
        let nextByte = position < text.count ? text[position] : 0
        if run.length == 1, first.kind.isLetter, nextByte == UInt8(ascii: ".") {
            readInitials(first.kind, into: &token)
        } else if beginsLink(run, start: start, next: nextByte) {
            skipLink()
            token.hash = 1
            token.flags = 0
            (token.kind, token.shape) = (.link, .link)
        }
        token.end = position
        // The full stop of a title belongs to nobody.
        if token.flags & NameFlags.title != 0, position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
        }
        return token
    }

    /// Reads on to the word's end.
    @inline(__always)
    private mutating func read(_ run: inout WordRun) {
        while position < text.count, run.length < Self.longestWord {
            let scalar = NameScalar(text, at: position)
            if scalar.kind.isInner {
                run.append(scalar)
                position += scalar.length
                continue
            }
            guard let following = joined(by: scalar, after: run.last) else { return }
            if Self.isHyphen(scalar.value) {
                run.partFlags |= tables.flags(of: run.part)
                run.appendHyphen(before: following)
            } else {
                if clitic(at: position) != nil { return }
                run.appendApostrophe()
            }
            position += scalar.length
        }
    }

    /// The kind of the letter after a hyphen or an apostrophe that stands between letters.
    private func joined(by scalar: NameScalar, after last: NameScalar.Kind) -> NameScalar.Kind? {
        guard last.isLetter, Self.isHyphen(scalar.value) || Self.isApostrophe(scalar.value),
            position + scalar.length < text.count
        else { return nil }
        let following = NameScalar(text, at: position + scalar.length).kind
        return following.isLetter ? following : nil
    }

    /// One letter stands before a full stop: an initial, or, repeated, an abbreviation. At most eight letters.
    private mutating func readInitials(_ first: NameScalar.Kind, into token: inout NameToken) {
        var end = position + 1
        var letters = 1
        var hash = token.hash
        while end + 1 < text.count, letters < 8 {
            let scalar = NameScalar(text, at: end)
            guard scalar.kind.isLetter, end + scalar.length < text.count,
                text[end + scalar.length] == UInt8(ascii: ".")
            else { break }
            hash = NameHash.step(NameHash.step(hash, 0x2E), UInt64(scalar.lower))
            letters += 1
            end += scalar.length + 1
        }
        let isFollowed = end < text.count && NameScalar(text, at: end).kind.isInner
        token.hash = hash
        guard letters > 1 || first == .upper && !isFollowed else { return }
        token.hash = NameHash.step(hash, 0x2E)
        token.shape = letters > 1 ? .acronym : .initial
        position = end
    }

    /// `http://…`, `s3://…`, `www.…`.
    private func beginsLink(_ run: WordRun, start: Int, next: UInt8) -> Bool {
        if next == UInt8(ascii: ":") {
            return run.length <= 5 && position + 2 < text.count && text[position + 1] == UInt8(ascii: "/")
                && text[position + 2] == UInt8(ascii: "/")
        }
        return next == UInt8(ascii: ".") && run.length == 3 && text[start] | 0x20 == UInt8(ascii: "w")
            && text[start + 1] | 0x20 == UInt8(ascii: "w") && text[start + 2] | 0x20 == UInt8(ascii: "w")
    }

    private mutating func skipLink() {
        while position < text.count {
            switch text[position] {
            case ...0x20, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ")"),
                UInt8(ascii: "]"),
                UInt8(ascii: "}"):
                return
            default: position += 1
            }
        }
    }

    /// Where an English ending that begins with the apostrophe at a place ends: 's 'm 'd 'll 're 've.
    private func clitic(at apostrophe: Int) -> Int? {
        let start = apostrophe + NameScalar(text, at: apostrophe).length
        guard start < text.count else { return nil }
        let first = text[start] | 0x20
        let second = start + 1 < text.count ? text[start + 1] | 0x20 : 0
        let length: Int
        switch (first, second) {
        case (UInt8(ascii: "l"), UInt8(ascii: "l")), (UInt8(ascii: "r"), UInt8(ascii: "e")),
            (UInt8(ascii: "v"), UInt8(ascii: "e")):
            length = 2
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _): length = 1
        default: return nil
        }
        let end = start + length
        if end < text.count, NameScalar(text, at: end).kind.isInner { return nil }
        return end
    }

    @inline(__always)
    private static func isApostrophe(_ value: UInt32) -> Bool { value == 0x27 || value == 0x2019 }

    @inline(__always)
    private static func isHyphen(_ value: UInt32) -> Bool { value == 0x2D || value == 0x2010 || value == 0x2011 }
}

/// What has been read of a word.
private struct WordRun {
    var hash = NameHash.offset
    /// The hash of the part after the last hyphen, and the flags of those before.
    var part = NameHash.offset
    var partFlags: UInt16 = 0
    /// In scalars.
    var length = 0
    var hyphens = 0
    var last = NameScalar.Kind.lower
    private var seen: UInt8 = 0
    private var uppers = 0
    private var apostrophes = 0
    /// Parts between hyphens that begin with a capital, but for the first.
    private var capitalParts = 0

    @inline(__always)
    mutating func append(_ scalar: NameScalar) {
        hash = NameHash.step(hash, UInt64(scalar.lower))
        part = NameHash.step(part, UInt64(scalar.lower))
        seen |= 1 << scalar.kind.rawValue
        if scalar.kind == .upper { uppers += 1 }
        length += 1
        last = scalar.kind
    }

    mutating func appendHyphen(before following: NameScalar.Kind) {
        hash = NameHash.step(hash, 0x2D)
        part = NameHash.offset
        hyphens += 1
        length += 1
        if following == .upper { capitalParts += 1 }
    }

    mutating func appendApostrophe() {
        hash = NameHash.step(hash, 0x27)
        part = NameHash.step(part, 0x27)
        apostrophes += 1
        length += 1
    }

    /// Kind and shape of a word that begins with a scalar of this kind.
    @inline(__always)
    func classified(_ first: NameScalar.Kind) -> (NameToken.Kind, NameToken.Shape) {
        func has(_ kind: NameScalar.Kind) -> Bool { seen & 1 << kind.rawValue != 0 }
        if has(.underscore) { return (.mixed, .mixed) }
        if has(.digit) {
            return seen == 1 << NameScalar.Kind.digit.rawValue ? (.number, .digits) : (.mixed, .mixed)
        }
        if first == .lower { return (.word, uppers > 0 ? .camel : .lower) }
        guard first == .upper else { return (.word, .other) }
        if length == 1 { return (.word, .single) }
        if hyphens > 0, capitalParts == hyphens { return (.word, .hyphenated) }
        if !has(.lower), uppers > 1 { return (.word, .capitals) }
        if apostrophes > 0 { return (.word, .apostrophe) }
        return (.word, uppers == 1 || hyphens > 0 ? .capital : .inner)
    }
}
