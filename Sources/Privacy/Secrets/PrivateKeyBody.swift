/// Follows the text behind a private key's opening mark byte by byte, and says how far the key reaches.
///
/// A key is base64 in lines (RFC 7468 §2), and people and programs write these lines in many ways: quoted and joined as source code,
/// with `\n` spelled out, as a quotation, a comment, a list with numbers, a table, with `<br>`, with headers of OpenPGP (RFC 9580 §6.2.2.1)
/// or of old encrypted keys (RFC 1421 §4.6). So what stands between the lines is no matter: the key goes on as long as more of it comes
/// within `Bounds.gap` bytes, and ends behind its closing mark, or behind the last of it where there is none.
///
/// What it says depends on the bytes alone, not on how they were cut.
struct PrivateKeyBody {
    enum Bounds {
        /// Between two parts of a key.
        static let gap = 360
        /// A run of base64 that is part of a key whatever it looks like.
        static let line = 40
        /// One that is if it has letters of both cases and digits.
        static let mixed = 16
        /// The first one behind the mark, and the rest of the key behind a line's end, if they look like no word.
        static let first = 6
        static let rest = 4
        /// Between a line and that rest: `\n' +` and a leader.
        static let lineEnd = 24
        /// Shorter runs lead lines: `n` of `\n`, `br`, `//`, numbers of lines.
        static let leader = 3
        /// A header's line.
        static let header = 256
        /// What follows `-----END`: ` ENCRYPTED PRIVATE KEY-----` and longer.
        static let closing = 48
    }

    /// Bytes that were read.
    private(set) var position = 0
    /// Bytes of them that are the key's for certain; none where it is no key so far.
    private(set) var certain = 0
    /// Whether nothing that follows can be part of it.
    private(set) var isOver = false
    /// Whether its closing mark was read.
    private(set) var isClosed = false

    /// Whether anything has shown that a key follows the mark.
    private(set) var isKey: Bool

    /// Bytes that may be the key's.
    var pending: Int { position - certain }

    private var run = Makeup()
    /// What all runs are since the last one that is a word.
    private var streak = Makeup()
    /// The last eight bytes of the run.
    private var word: UInt64 = 0
    /// Whether only leaders were read since the mark.
    private var isFirst: Bool
    /// Whether no line of base64 has come yet.
    private var isHeader: Bool
    private var headerEnd: Int?
    private var isEscape = false
    /// Whether a line has ended since the last that is certain.
    private var hasLineEnd = false
    private var dashes = 0
    /// What was read of `END` or `BEGIN` behind five dashes.
    private var mark: Mark?

    private enum Mark {
        case end(Int)
        case begin(Int)
        /// Behind `-----END`, which began at `start`.
        case closing(start: Int)
    }

    private struct Makeup {
        var count = 0
        var hasLower = false
        var hasUpper = false
        var hasOther = false
        /// A capital, digit or sign behind the first byte.
        var isNoWord = false

        mutating func add(_ byte: UInt8) {
            switch byte {
            case 0x61...0x7A: hasLower = true
            case 0x41...0x5A:
                hasUpper = true
                if count > 0 { isNoWord = true }
            default:
                hasOther = true
                isNoWord = true
            }
            count += 1
        }

        mutating func add(_ run: Makeup) {
            count += run.count
            hasLower = hasLower || run.hasLower
            hasUpper = hasUpper || run.hasUpper
            hasOther = hasOther || run.hasOther
        }

        var isMixed: Bool { hasLower && hasUpper && hasOther }
    }

    /// Behind an opening mark; `isInside`: in the midst of a line of a key.
    init(isInside: Bool = false) {
        isKey = isInside
        isFirst = !isInside
        isHeader = !isInside
        // So that the rest of the line is certain.
        if isInside { run.count = Bounds.line }
    }

    /// Reads on until it is over.
    mutating func read(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) {
        for index in range {
            guard !isOver else { return }
            read(base[index])
        }
    }

    /// The text is at its end.
    mutating func finish() {
        guard !isOver else { return }
        if case .closing = mark, isKey { certain = position }
        endRun()
        isOver = true
    }

    private mutating func read(_ byte: UInt8) {
        if case .closing(let start) = mark {
            close(byte, start)
            return
        }
        readMark(byte)
        guard !isOver else { return }
        if Self.isBase64(byte) {
            run.add(byte)
            word = word << 8 | UInt64(byte)
            position += 1
            if run.count >= Bounds.line { take() }
        } else {
            endRun(before: byte)
            position += 1
        }
        readHeader(byte)
        if pending > Bounds.gap {
            if case .closing = mark { return }
            isOver = true
        }
    }

    // MARK: Marks

    private mutating func readMark(_ byte: UInt8) {
        if byte == UInt8(ascii: "-") {
            dashes += 1
            mark = nil
            return
        }
        switch mark {
        case .end(let count): mark = Self.next(byte, count, "END").map { .end($0) }
        case .begin(let count): mark = Self.next(byte, count, "BEGIN").map { .begin($0) }
        default:
            guard dashes >= 5 else { break }
            if byte == UInt8(ascii: "E") { mark = .end(1) }
            if byte == UInt8(ascii: "B") { mark = .begin(1) }
        }
        dashes = 0
        switch mark {
        case .end(3): mark = .closing(start: position + 1)
        // Another key.
        case .begin(5): isOver = true
        default: break
        }
    }

    private static func next(_ byte: UInt8, _ count: Int, _ literal: StaticString) -> Int? {
        byte == literal.utf8Start[count] ? count + 1 : nil
    }

    /// A byte behind `-----END`.
    private mutating func close(_ byte: UInt8, _ start: Int) {
        dashes = byte == UInt8(ascii: "-") ? dashes + 1 : dashes
        let isName = dashes == 0 && (Self.isBase64(byte) || byte == 0x20 || byte == UInt8(ascii: "%"))
        guard byte == UInt8(ascii: "-") || isName, position - start < Bounds.closing else {
            if isKey { certain = position }
            isOver = true
            return
        }
        position += 1
        guard dashes == 5 else { return }
        isClosed = true
        if isKey { certain = position }
        isOver = true
    }

    // MARK: Base64

    /// Takes what was read.
    private mutating func take() {
        isKey = true
        isFirst = false
        isHeader = false
        hasLineEnd = false
        certain = position
    }

    private mutating func endRun(before byte: UInt8 = 0) {
        judge()
        if byte != UInt8(ascii: ":") { word = 0 }
        if byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "<") { hasLineEnd = true }
    }

    /// Whether the run that has ended is the key's.
    private mutating func judge() {
        guard run.count > 0 else { return }
        if run.count > Bounds.leader, !run.isNoWord { streak = Makeup() } else { streak.add(run) }
        if isLine || isFirstLine || isRest {
            take()
            streak = Makeup()
        } else if streak.count >= Bounds.line, streak.isMixed {
            take()
        }
        if run.count > Bounds.leader { isFirst = false }
        run = Makeup()
    }

    private var isLine: Bool { run.count >= Bounds.line || run.count >= Bounds.mixed && run.isMixed }

    /// Whether it stands straight behind the mark, as of a key of which there is no more.
    private var isFirstLine: Bool {
        isFirst && run.count >= Bounds.first && run.isNoWord && (hasLineEnd || position == run.count)
    }

    /// Whether it may be a key's last line.
    private var isRest: Bool {
        isKey && !isHeader && hasLineEnd && run.count >= Bounds.rest && run.isNoWord
            && (run.hasLower || run.hasUpper) && pending - run.count <= Bounds.lineEnd
    }

    /// Letters, digits, `+`, `/` and `=`.
    static func isBase64(_ byte: UInt8) -> Bool {
        ByteClass.table[Int(byte)] & ByteClass.alphanumeric != 0 || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=")
    }

    // MARK: Headers

    /// The line of a header is the key's, whatever stands in it: `Comment: <alice@example.org>`.
    private mutating func readHeader(_ byte: UInt8) {
        guard isHeader else {
            headerEnd = nil
            return
        }
        if let end = headerEnd {
            let isLineEnd =
                byte == 0x0A || byte == 0x0D || isEscape && (byte == UInt8(ascii: "n") || byte == UInt8(ascii: "r"))
            guard !isLineEnd, position < end else {
                headerEnd = nil
                isEscape = false
                // No word of the header leads the first line.
                isFirst = true
                hasLineEnd = true
                run = Makeup()
                return
            }
            isEscape = byte == UInt8(ascii: "\\")
            if byte & 0x80 == 0, !isEscape { certain = position }
            return
        }
        guard byte == UInt8(ascii: ":") else { return }
        defer { word = 0 }
        guard Self.headers.contains(word) else { return }
        isKey = true
        certain = position
        headerEnd = position + Bounds.header
    }

    /// The last eight bytes of their names.
    private static let headers: Set<UInt64> = Set(
        ["Version", "Comment", "Charset", "Hash", "essageID", "Type", "Info"].map { name in
            name.utf8.reduce(0) { $0 << 8 | UInt64($1) }
        })
}
