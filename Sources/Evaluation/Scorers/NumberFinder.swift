/// Finds numbers in running text: `1,234.50`, `-3`, `−3`, `.5`, `6.02e23`; no digits that belong to a word, such as
/// those of H2O.
enum NumberFinder {
    /// The number that an expected answer is; `nil` where it is none. GSM8K's own answers, which end in `#### 42`, are
    /// read too.
    static func expected(_ text: String) -> Double? {
        if let marked = marked(Array(text.unicodeScalars)) { return marked }
        return only(text)
    }

    static func number(in text: String, _ which: NumericMatch.Which) -> Double? {
        let scalars = Array(text.unicodeScalars)
        switch which {
        case .marked: return marked(scalars) ?? numbers(in: scalars).last
        case .last: return numbers(in: scalars).last
        case .first: return numbers(in: scalars).first
        case .only: return only(text)
        }
    }

    /// The number of a text that is nothing else, a currency's sign before it or a percent sign after it passed over.
    private static func only(_ text: String) -> Double? {
        var scalars = Array(text.trimmingBlanks.unicodeScalars)
        if let first = scalars.first, first.properties.generalCategory == .currencySymbol { scalars.removeFirst() }
        if scalars.last == "%" || scalars.last == "." { scalars.removeLast() }
        if let fraction = fraction(scalars) { return fraction }
        guard let found = match(scalars, at: 0), found.end == scalars.count else { return nil }
        return found.value
    }

    /// The number behind the last `####` or in the last `\boxed{…}`, whichever comes last.
    private static func marked(_ scalars: [Unicode.Scalar]) -> Double? {
        let hashes = lastIndex(of: Array("####".unicodeScalars), in: scalars)
        let box = lastIndex(of: Array("\\boxed{".unicodeScalars), in: scalars)
        guard let start = [hashes, box].compactMap(\.self).max() else { return nil }
        let marked: [Unicode.Scalar]
        if start == hashes {
            marked = Array(scalars[(start + 4)...].prefix { $0 != "\n" })
        } else {
            marked = braced(scalars, from: start + 7)
        }
        let inner = marked.drop(while: \.isBlank)
        return fraction(Array(inner)) ?? numbers(in: Array(inner)).first
    }

    /// What stands up to the brace that closes the one before `start`.
    private static func braced(_ scalars: [Unicode.Scalar], from start: Int) -> [Unicode.Scalar] {
        var depth = 1
        for index in start..<max(start, scalars.count) {
            if scalars[index] == "{" { depth += 1 }
            if scalars[index] == "}" { depth -= 1 }
            if depth == 0 { return Array(scalars[start..<index]) }
        }
        return Array(scalars[min(start, scalars.count)...])
    }

    /// `3/4` or `\frac{3}{4}`, and nothing else.
    private static func fraction(_ scalars: [Unicode.Scalar]) -> Double? {
        var text = String(String.UnicodeScalarView(scalars)).trimmingBlanks
        var sign = 1.0
        if text.hasPrefix("-") {
            sign = -1
            text.removeFirst()
        }
        for name in ["\\frac{", "\\dfrac{", "\\tfrac{"] where text.hasPrefix(name) && text.hasSuffix("}") {
            text = String(text.dropFirst(name.count).dropLast())
            let parts = text.split(separator: "}{", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            return quotient(parts[0], parts[1]).map { sign * $0 }
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return quotient(parts[0], parts[1]).map { sign * $0 }
    }

    private static func quotient(_ numerator: Substring, _ denominator: Substring) -> Double? {
        func whole(_ text: Substring) -> Double? {
            guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            return Double(text)
        }
        guard let numerator = whole(numerator), let denominator = whole(denominator), denominator != 0 else {
            return nil
        }
        return numerator / denominator
    }

    /// Every number, in its order.
    static func numbers(in scalars: [Unicode.Scalar]) -> [Double] {
        var numbers: [Double] = []
        var index = 0
        while index < scalars.count {
            let before = index > 0 ? scalars[index - 1] : " "
            guard let found = match(scalars, at: index), !before.isOfWord,
                !(scalars[index].isMinus && (before.isOfWord || before == ")"))
            else {
                // The rest of a word is no number either.
                if scalars[index].isOfWord {
                    while index < scalars.count, scalars[index].isOfWord { index += 1 }
                } else {
                    index += 1
                }
                continue
            }
            index = found.end
            // `3rd` and `2x` are no numbers, `5km` is one: a unit is not told from an ending, so the number counts.
            numbers.append(found.value)
        }
        return numbers
    }

    /// A number that begins at `start`.
    private static func match(_ scalars: [Unicode.Scalar], at start: Int) -> (value: Double, end: Int)? {
        var index = start
        var text = ""
        func at(_ index: Int) -> Unicode.Scalar { index < scalars.count ? scalars[index] : "\0" }
        func isDigit(_ index: Int) -> Bool { (0x30...0x39).contains(at(index).value) }
        if at(index).isMinus || at(index) == "+" {
            if at(index).isMinus { text = "-" }
            index += 1
            if at(index).properties.generalCategory == .currencySymbol { index += 1 }
        }
        guard isDigit(index) || (at(index) == "." && isDigit(index + 1)) else { return nil }
        var whole = 0
        while isDigit(index) {
            text.unicodeScalars.append(at(index))
            index += 1
            whole += 1
            // A comma parts thousands where exactly three digits follow it.
            if whole <= 3, at(index) == ",", groups(scalars, index) {
                while at(index) == ",", isDigit(index + 1), isDigit(index + 2), isDigit(index + 3), !isDigit(index + 4)
                {
                    for step in 1...3 { text.unicodeScalars.append(at(index + step)) }
                    index += 4
                }
                break
            }
        }
        if text.isEmpty || text == "-" { text += "0" }
        if at(index) == ".", isDigit(index + 1) {
            text += "."
            index += 1
            while isDigit(index) {
                text.unicodeScalars.append(at(index))
                index += 1
            }
        }
        if at(index) == "e" || at(index) == "E" {
            let sign = at(index + 1) == "-" || at(index + 1) == "+" ? 1 : 0
            if isDigit(index + 1 + sign) {
                text += at(index + 1) == "-" ? "e-" : "e"
                index += 1 + sign
                while isDigit(index) {
                    text.unicodeScalars.append(at(index))
                    index += 1
                }
            }
        }
        guard let value = Double(text), value.isFinite else { return nil }
        return (value, index)
    }

    private static func groups(_ scalars: [Unicode.Scalar], _ comma: Int) -> Bool {
        let digits = scalars[min(comma + 1, scalars.count)...].prefix(4)
        let three = digits.prefix(3).count { (0x30...0x39).contains($0.value) } == 3
        return three && !(digits.count == 4 && digits.last.map { (0x30...0x39).contains($0.value) } == true)
    }

    private static func lastIndex(of phrase: [Unicode.Scalar], in scalars: [Unicode.Scalar]) -> Int? {
        guard scalars.count >= phrase.count else { return nil }
        for start in stride(from: scalars.count - phrase.count, through: 0, by: -1)
        where scalars[start..<(start + phrase.count)].elementsEqual(phrase) { return start }
        return nil
    }
}

extension Unicode.Scalar {
    /// A hyphen or the minus sign.
    fileprivate var isMinus: Bool { self == "-" || self == "\u{2212}" }
}
