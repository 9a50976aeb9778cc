/// The policy language's string literals: what stands between the quotes, and back.
enum CedarString {
    /// What is wrong with an escape, and where in the literal's content.
    struct EscapeError: Error, Equatable {
        let offset: Int
        let message: String
    }

    /// Turns the content of a literal (without quotes) into text.
    ///
    /// `\n \r \t \\ \0 \' \" \xHH` (at most 7F) and `\u{1…6 hexadecimal digits}` are escapes.
    static func unescape(_ content: ArraySlice<UInt8>) throws(EscapeError) -> String {
        var scalars = String.UnicodeScalarView()
        for element in try elements(of: content, allowStar: false) {
            if case .scalar(let scalar) = element { scalars.append(scalar) }
        }
        return String(scalars)
    }

    /// Turns the content of a literal on the right of `like` into a pattern: `*` stands for any text, `\*` for a star.
    static func pattern(_ content: ArraySlice<UInt8>) throws(EscapeError) -> Pattern {
        var pattern = Pattern.Builder()
        for element in try elements(of: content, allowStar: true) {
            switch element {
            case .escapedStar: pattern.append("*")
            // Like the reference implementation, a star written as an escape (`\x2a`) is a wildcard too.
            case .scalar("*"): pattern.appendWildcard()
            case .scalar(let scalar): pattern.append(scalar)
            }
        }
        return pattern.finish()
    }

    /// The text as a literal with quotes.
    static func quoted(_ text: String) -> String { "\"" + escaped(text) + "\"" }

    /// The text as it stands between the quotes of a literal; a pattern's own stars need a backslash.
    static func escaped(_ text: String, isPattern: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "*" where isPattern: result += "\\*"
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0": result += "\\0"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private enum Element {
        case scalar(Unicode.Scalar)
        case escapedStar
    }

    private static func elements(of content: ArraySlice<UInt8>, allowStar: Bool) throws(EscapeError) -> [Element] {
        let scalars = Array(String(decoding: content, as: UTF8.self).unicodeScalars)
        var result: [Element] = []
        result.reserveCapacity(scalars.count)
        var offset = 0
        var index = 0
        while index < scalars.count {
            let start = offset
            let scalar = scalars[index]
            index += 1
            offset += UTF8.width(scalar)
            if scalar == "\r" {
                // Also before a newline: a checkout that changes line ends would change what policies mean.
                throw EscapeError(offset: start, message: "a bare carriage return in a string, write `\\r`")
            }
            guard scalar == "\\" else {
                result.append(.scalar(scalar))
                continue
            }
            guard index < scalars.count else {
                throw EscapeError(offset: start, message: "a backslash ends the string")
            }
            let kind = scalars[index]
            index += 1
            offset += UTF8.width(kind)
            switch kind {
            case "n": result.append(.scalar("\n"))
            case "r": result.append(.scalar("\r"))
            case "t": result.append(.scalar("\t"))
            case "0": result.append(.scalar("\0"))
            case "\\", "'", "\"": result.append(.scalar(kind))
            case "*" where allowStar: result.append(.escapedStar)
            case "x":
                let digits = scalars[index...].prefix(2)
                guard digits.count == 2, let value = hexadecimal(digits), value <= 0x7F,
                    let scalar = Unicode.Scalar(value)
                else {
                    throw EscapeError(offset: start, message: "`\\x` wants two hexadecimal digits up to `7f`")
                }
                result.append(.scalar(scalar))
                index += 2
                offset += 2
            case "u":
                guard index < scalars.count, scalars[index] == "{",
                    let end = scalars[index...].firstIndex(of: "}")
                else { throw EscapeError(offset: start, message: "`\\u` wants `{`, hexadecimal digits and `}`") }
                let body = scalars[(index + 1)..<end]
                let digits = body.filter { $0 != "_" }
                guard body.first != "_", (1...6).contains(digits.count), let value = hexadecimal(digits[...]),
                    let scalar = Unicode.Scalar(value)
                else {
                    throw EscapeError(
                        offset: start, message: "`\\u{…}` wants one to six hexadecimal digits of a Unicode scalar")
                }
                result.append(.scalar(scalar))
                // Digits, underscores and braces are ASCII, one byte each.
                offset += end + 1 - index
                index = end + 1
            default:
                throw EscapeError(offset: start, message: "unknown escape `\\\(kind)`")
            }
        }
        return result
    }

    private static func hexadecimal(_ digits: ArraySlice<Unicode.Scalar>) -> UInt32? {
        var value: UInt32 = 0
        for digit in digits {
            guard let nibble = Character(digit).hexDigitValue, digit.isASCII else { return nil }
            value = value << 4 | UInt32(nibble)
        }
        return value
    }
}
