/// The tokens of mteval-v13a.pl, as `sacrebleu` has them: made for Western languages, and the one that published scores
/// use.
enum Tokenizer13a {
    static func tokens(_ text: String) -> [[UInt8]] {
        var scalars = Array(text.unicodeScalars)
        while let last = scalars.last, last.isBlank { scalars.removeLast() }
        scalars = replace("<skipped>", by: "", in: scalars)
        scalars = replace("-\n", by: "", in: scalars)
        scalars = replace("\n", by: " ", in: scalars)
        if scalars.contains("&") {
            for (entity, text) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
                scalars = replace(entity, by: text, in: scalars)
            }
        }
        scalars = [" "] + scalars + [" "]
        scalars = scalars.flatMap { isSymbol($0) ? [" ", $0, " "] : [$0] }
        // Periods and commas stand alone unless between digits, dashes behind a digit do.
        scalars = pairs(scalars, { !$0.isASCIIDigit && $1.isPeriodOrComma }) { [$0, " ", $1, " "] }
        scalars = pairs(scalars, { $0.isPeriodOrComma && !$1.isASCIIDigit }) { [" ", $0, " ", $1] }
        scalars = pairs(scalars, { $0.isASCIIDigit && $1 == "-" }) { [$0, " ", $1, " "] }
        return scalars.split(whereSeparator: \.isBlank).map { Array(String(String.UnicodeScalarView($0)).utf8) }
    }

    /// ASCII's signs save `'`, `-`, `.` and `,`.
    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x26, 0x28...0x2B, 0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    /// Replaces pairs from left to right; what is replaced begins no other pair.
    private static func pairs(
        _ scalars: [Unicode.Scalar], _ matches: (Unicode.Scalar, Unicode.Scalar) -> Bool,
        _ replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        var index = 0
        while index < scalars.count {
            if index + 1 < scalars.count, matches(scalars[index], scalars[index + 1]) {
                result += replacement(scalars[index], scalars[index + 1])
                index += 2
            } else {
                result.append(scalars[index])
                index += 1
            }
        }
        return result
    }

    private static func replace(_ old: String, by new: String, in scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        let old = Array(old.unicodeScalars)
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        var index = 0
        while index < scalars.count {
            if scalars[index] == old[0], scalars[index...].starts(with: old) {
                result.append(contentsOf: new.unicodeScalars)
                index += old.count
            } else {
                result.append(scalars[index])
                index += 1
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIIDigit: Bool { (0x30...0x39).contains(value) }
    fileprivate var isPeriodOrComma: Bool { self == "." || self == "," }
}
