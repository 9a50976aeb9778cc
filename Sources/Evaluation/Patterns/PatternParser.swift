/// Reads the syntax of patterns.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var groups = 0
    private var depth = 0
    private var flags = Flags()

    private struct Flags {
        var ignoresCase = false
        var dotTakesLines = false
        var isMultiline = false
    }

    static let deepest = 100
    static let mostRepetitions = 1000

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func pattern() throws(Pattern.Failure) -> PatternExpression {
        guard scalars.count <= Pattern.longest else {
            throw Pattern.Failure(column: Pattern.longest + 1, message: "more than \(Pattern.longest) characters")
        }
        let expression = try alternatives()
        guard index == scalars.count else { throw failure("`)` without `(`") }
        return expression
    }

    // MARK: - Alternatives, sequences, repetitions

    private mutating func alternatives() throws(Pattern.Failure) -> PatternExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw failure("groups nested deeper than \(Self.deepest)") }
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .alternatives(parts)
    }

    private mutating func sequence() throws(Pattern.Failure) -> PatternExpression {
        var parts: [PatternExpression] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            guard let atom = try atom() else { continue }
            parts.append(try repetition(of: atom))
        }
        return parts.isEmpty ? .empty : parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repetition(of atom: PatternExpression) throws(Pattern.Failure) -> PatternExpression {
        guard let (least, most) = try quantifier() else { return atom }
        if case .assertion = atom { throw failure("nothing to repeat") }
        let isLazy = take("?")
        if current == "+" { throw failure("possessive repetitions are not read here") }
        if try quantifier() != nil { throw failure("a repetition of a repetition") }
        return .repeated(atom, least: least, most: most, isLazy: isLazy)
    }

    private mutating func quantifier() throws(Pattern.Failure) -> (least: Int, most: Int?)? {
        switch current {
        case "*":
            index += 1
            return (0, nil)
        case "+":
            index += 1
            return (1, nil)
        case "?":
            index += 1
            return (0, 1)
        case "{": return try countedQuantifier()
        default: return nil
        }
    }

    /// `{m}`, `{m,}`, `{,n}`, `{m,n}`; anything else is a brace that stands for itself.
    private mutating func countedQuantifier() throws(Pattern.Failure) -> (least: Int, most: Int?)? {
        let start = index
        index += 1
        let least = number()
        var most = least
        let hasComma = take(",")
        if hasComma { most = number() }
        guard take("}"), least != nil || most != nil else {
            index = start
            return nil
        }
        guard max(least ?? 0, most ?? 0) <= Self.mostRepetitions else {
            throw Pattern.Failure(column: start + 1, message: "more than \(Self.mostRepetitions) repetitions")
        }
        if let least, let most, least > most {
            throw Pattern.Failure(column: start + 1, message: "the least is more than the most")
        }
        return (least ?? 0, most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = current, (0x30...0x39).contains(scalar.value), digits.utf8.count < 9 {
            digits.unicodeScalars.append(scalar)
            index += 1
        }
        return Int(digits)
    }

    // MARK: - Atoms

    private mutating func atom() throws(Pattern.Failure) -> PatternExpression? {
        guard let scalar = current else { return .empty }
        switch scalar {
        case "(": return try group()
        case "[": return .scalar(try set())
        case "\\": return try escape()
        case "*", "+", "?": throw failure("nothing to repeat")
        default: break
        }
        if scalar == "{", try countedQuantifier() != nil { throw failure("nothing to repeat") }
        index += 1
        switch scalar {
        case ".":
            var any = ScalarSet()
            if !flags.dotTakesLines { any.insert(0x0A...0x0A) }
            any.isNegated = true
            any.seal()
            return .scalar(any)
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .lastLineEnd)
        default: return literal(scalar)
        }
    }

    /// A group; `nil` where it only sets flags for what follows.
    private mutating func group() throws(Pattern.Failure) -> PatternExpression? {
        let start = index
        index += 1
        let outside = flags
        var isCapturing = true
        if take("?") {
            isCapturing = false
            if take("P") { guard current == "<" else { throw failure("back references are not read here") } }
            if take(":") {
                // Only groups.
            } else if current == "<", let next = peek(1), next != "=", next != "!" {
                isCapturing = true
                try groupName()
            } else if try readFlags(start) {
                return nil
            }
        }
        var number = 0
        if isCapturing {
            groups += 1
            number = groups
        }
        let inside = try alternatives()
        guard take(")") else { throw Pattern.Failure(column: start + 1, message: "`(` without `)`") }
        flags = outside
        // As a sequence, so that a group of an assertion alone may be repeated.
        return isCapturing ? .group(inside, number: number) : .sequence([inside])
    }

    private mutating func groupName() throws(Pattern.Failure) {
        index += 1
        let start = index
        while let scalar = current, scalar != ">" {
            guard scalar.isOfWord else { throw failure("expected a group's name") }
            index += 1
        }
        guard index > start, take(">") else { throw failure("expected a group's name") }
    }

    /// Reads `i`, `s`, `m` after `(?`; whether they hold for what follows, the group having ended, or for the group
    /// that now begins.
    private mutating func readFlags(_ start: Int) throws(Pattern.Failure) -> Bool {
        let first = index
        while let scalar = current {
            switch scalar {
            case "i": flags.ignoresCase = true
            case "s": flags.dotTakesLines = true
            case "m": flags.isMultiline = true
            case "u": break
            case ")" where index > first:
                index += 1
                return true
            case ":" where index > first:
                index += 1
                return false
            default:
                let isLook = scalar == "=" || scalar == "!" || scalar == "<"
                throw Pattern.Failure(
                    column: start + 1,
                    message: isLook ? "looking around is not read here" : "unknown kind of group")
            }
            index += 1
        }
        throw Pattern.Failure(column: start + 1, message: "`(` without `)`")
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternExpression {
        .scalar(ScalarSet(scalar, ignoresCase: flags.ignoresCase))
    }

    // MARK: - Escapes and sets

    private mutating func escape() throws(Pattern.Failure) -> PatternExpression {
        let start = index
        guard let next = peek(1) else { throw failure("a backslash at the end") }
        if let (kind, isNegated) = Self.kind(next) {
            index += 2
            var set = ScalarSet()
            set.insert(kind, isNegated: isNegated)
            set.seal()
            return .scalar(set)
        }
        let assertion: PatternAssertion? =
            switch next {
            case "b": .wordBorder
            case "B": .noWordBorder
            case "A": .textStart
            case "z", "Z": .textEnd
            default: nil
            }
        if let assertion {
            index += 2
            return .assertion(assertion)
        }
        if (0x31...0x39).contains(next.value) || next == "k" {
            throw Pattern.Failure(column: start + 1, message: "back references are not read here")
        }
        return literal(try escapedScalar())
    }

    private static func kind(_ scalar: Unicode.Scalar) -> (ScalarSet.Kind, isNegated: Bool)? {
        switch scalar {
        case "d": (.digit, false)
        case "D": (.digit, true)
        case "w": (.word, false)
        case "W": (.word, true)
        case "s": (.blank, false)
        case "S": (.blank, true)
        default: nil
        }
    }

    /// The scalar that an escape stands for.
    private mutating func escapedScalar() throws(Pattern.Failure) -> Unicode.Scalar {
        let start = index
        guard let scalar = peek(1) else { throw failure("a backslash at the end") }
        index += 2
        switch scalar {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "0": return "\0"
        case "x": return try hexadecimal(2, start)
        case "u":
            guard take("{") else { return try hexadecimal(4, start) }
            var digits = 0
            while let digit = peek(digits), digit.properties.isASCIIHexDigit, digits < 6 { digits += 1 }
            let value = try hexadecimal(max(1, digits), start)
            guard take("}") else { throw failure("expected `}`") }
            return value
        default:
            // Letters may get a meaning some day, signs stand for themselves.
            let isLetter = scalar.isASCII && scalar.isOfWord && scalar != "_"
            guard !isLetter else {
                throw Pattern.Failure(column: start + 1, message: "unknown escape `\\\(scalar)`")
            }
            return scalar
        }
    }

    private mutating func hexadecimal(_ count: Int, _ start: Int) throws(Pattern.Failure) -> Unicode.Scalar {
        let end = index + count
        guard end <= scalars.count else {
            throw Pattern.Failure(column: start + 1, message: "expected \(count) hexadecimal digits")
        }
        let digits = String(String.UnicodeScalarView(scalars[index..<end]))
        guard digits.utf8.count == count, digits.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
        else {
            throw Pattern.Failure(column: start + 1, message: "expected \(count) hexadecimal digits of a character")
        }
        index = end
        return scalar
    }

    private mutating func set() throws(Pattern.Failure) -> ScalarSet {
        let start = index
        index += 1
        var set = ScalarSet()
        set.ignoresCase = flags.ignoresCase
        set.isNegated = take("^")
        var isFirst = true
        while let scalar = current, scalar != "]" || isFirst {
            isFirst = false
            if scalar == "\\", let next = peek(1), let (kind, isNegated) = Self.kind(next) {
                index += 2
                set.insert(kind, isNegated: isNegated)
                if current == "-", let after = peek(1), after != "]" {
                    throw failure("a range that begins with a class")
                }
                continue
            }
            let low = try member()
            guard current == "-", let after = peek(1), after != "]" else {
                set.insert(low.value...low.value)
                continue
            }
            index += 1
            if after == "\\", let next = peek(1), Self.kind(next) != nil {
                throw failure("a range that ends with a class")
            }
            let high = try member()
            guard low.value <= high.value else { throw failure("a range that ends before it begins") }
            set.insert(low.value...high.value)
        }
        guard take("]") else { throw Pattern.Failure(column: start + 1, message: "`[` without `]`") }
        set.seal()
        return set
    }

    private mutating func member() throws(Pattern.Failure) -> Unicode.Scalar {
        guard let scalar = current else { throw failure("`[` without `]`") }
        guard scalar == "\\" else {
            index += 1
            return scalar
        }
        guard peek(1) != "b" else {
            index += 2
            return "\u{8}"
        }
        return try escapedScalar()
    }

    // MARK: - Reading

    private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func peek(_ distance: Int) -> Unicode.Scalar? {
        index + distance < scalars.count ? scalars[index + distance] : nil
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        index += 1
        return true
    }

    private func failure(_ message: String) -> Pattern.Failure {
        Pattern.Failure(column: index + 1, message: message)
    }
}
