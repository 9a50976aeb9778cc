/// What a key or token looks like, written as a small regular expression and matched without going back, so in linear time.
///
/// The notation: bytes for themselves (`\.` for a dot), classes `[A-Za-z0-9_-]`, alternatives of plain bytes `(?:live|test)`, and after
/// each of them `?`, `+`, `{8}`, `{8,}` or `{8,20}`. Repetition takes all it can; what follows it must not begin with a byte of the
/// class. Hyperscan reads the same notation.
struct ValueShape: Sendable {
    enum Part: Sendable {
        case run(ByteSet, least: Int, most: Int)
        /// The first that fits is taken, so a longer one stands before its beginning.
        case alternatives([[UInt8]], isOptional: Bool)

        fileprivate var shortest: Int {
            switch self {
            case .run(_, let least, _): least
            case .alternatives(let texts, let isOptional): isOptional ? 0 : texts.map(\.count).min() ?? 0
            }
        }

        fileprivate var isLiteral: Bool {
            switch self {
            case .run(let set, let least, _): least > 0 && set.bytes.count <= 2 && !set.contains(UInt8(ascii: "-"))
            case .alternatives(_, let isOptional): !isOptional
            }
        }
    }

    /// More than any token has; no run is longer.
    static let longest = 4_096

    let parts: [Part]
    /// The least bytes that fit.
    let shortest: Int
    /// Whether some byte is fixed, other than a dash, so that the shape alone says much of what it is.
    let hasLiteral: Bool
    /// Whether the last part takes as much as there is.
    let isOpen: Bool

    init(_ notation: String, isCaseless: Bool = false) {
        var reader = Reader(bytes: Array(notation.utf8), isCaseless: isCaseless)
        self.init(parts: reader.parts())
    }

    private init(parts: [Part]) {
        self.parts = parts
        shortest = parts.reduce(0) { $0 + $1.shortest }
        hasLiteral = parts.contains { $0.isLiteral }
        if case .run(_, let least, let most) = parts.last { isOpen = most > least } else { isOpen = false }
    }

    /// The offset after what fits from `start` on; `nil` if it does not.
    func end(from start: Int, in text: ScannedText) -> Int? {
        var position = start
        for part in parts {
            switch part {
            case .run(let set, let least, let most):
                let limit = min(text.count, position + most)
                let first = position
                while position < limit, set.contains(text.base[position]) { position += 1 }
                guard position - first >= least else { return nil }
            case .alternatives(let texts, let isOptional):
                if let fitting = texts.first(where: { text.begins($0, at: position) }) {
                    position += fitting.count
                } else if !isOptional {
                    return nil
                }
            }
        }
        return position
    }

    /// Reads the notation; a mistake in a table ends the process at once.
    private struct Reader {
        let bytes: [UInt8]
        let isCaseless: Bool
        var index = 0

        mutating func parts() -> [Part] {
            var parts: [Part] = []
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "["):
                    let set = ByteSet(upTo(UInt8(ascii: "]")), isCaseless: isCaseless)
                    let (least, most) = repetition()
                    parts.append(.run(set, least: least, most: most))
                case UInt8(ascii: "("):
                    index += 2
                    let texts = upTo(UInt8(ascii: ")")).split(separator: "|").map { Array($0.utf8) }
                    let (least, _) = repetition()
                    parts.append(.alternatives(texts, isOptional: least == 0))
                default:
                    if bytes[index] == UInt8(ascii: "\\") { index += 1 }
                    var set = ByteSet()
                    set.insert(bytes[index])
                    if isCaseless, ByteClass.table[Int(bytes[index])] & ByteClass.letter != 0 {
                        set.insert(bytes[index] ^ 0x20)
                    }
                    index += 1
                    let (least, most) = repetition()
                    parts.append(.run(set, least: least, most: most))
                }
            }
            return parts
        }

        private mutating func upTo(_ end: UInt8) -> String {
            index += 1
            let start = index
            while index < bytes.count, bytes[index] != end { index += 1 }
            precondition(index < bytes.count, "`\(String(decoding: bytes, as: UTF8.self))` does not end")
            let inner = bytes[start..<index].filter { $0 != UInt8(ascii: "\\") }
            index += 1
            return String(decoding: inner, as: UTF8.self)
        }

        private mutating func repetition() -> (least: Int, most: Int) {
            guard index < bytes.count else { return (1, 1) }
            switch bytes[index] {
            case UInt8(ascii: "?"):
                index += 1
                return (0, 1)
            case UInt8(ascii: "+"):
                index += 1
                return (1, ValueShape.longest)
            case UInt8(ascii: "{"):
                let bounds = upTo(UInt8(ascii: "}")).split(separator: ",", omittingEmptySubsequences: false)
                let least = bounds.first.flatMap { Int($0) } ?? 0
                guard bounds.count > 1 else { return (least, least) }
                return (least, Int(bounds[1]) ?? ValueShape.longest)
            default: return (1, 1)
            }
        }
    }
}

extension ScannedText {
    /// Whether these bytes stand at an offset.
    func begins(_ bytes: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, offset + bytes.count <= count else { return false }
        for index in bytes.indices where base[offset + index] != bytes[index] { return false }
        return true
    }

    /// Whether this literal stands at an offset.
    func begins(_ literal: StaticString, at offset: Int) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard offset >= 0, offset + length <= count else { return false }
        for index in 0..<length where literal.utf8Start[index] != base[offset + index] { return false }
        return true
    }

    /// The same, whatever the case of ASCII letters; the literal is in lower case.
    func beginsCaseless(_ literal: StaticString, at offset: Int) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard offset >= 0, offset + length <= count else { return false }
        for index in 0..<length where literal.utf8Start[index] != lowercased(offset + index) { return false }
        return true
    }

    /// Whether `\n` or the like stands here, written out.
    func isEscape(_ offset: Int) -> Bool { byte(offset) == UInt8(ascii: "\\") && isEscapeLetter(offset + 1) }

    /// The byte at an offset, an ASCII letter in lower case.
    func lowercased(_ offset: Int) -> UInt8 {
        let byte = byte(offset)
        return byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
