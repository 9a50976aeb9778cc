/// Which of the offered choices an answer takes: `B`, `(b)`, `B.`, `**B**`, `The answer is B`, `Answer: (B) blue`,
/// `\boxed{B}`, or the choice's own words.
enum ChoiceLetter {
    /// A, B, C … Z; then numbers.
    static func letter(_ index: Int) -> String {
        (0..<26).contains(index) ? String(Unicode.Scalar(UInt8(0x41 + index))) : "\(index)"
    }

    static func score(_ text: String, _ test: EvaluationCase) -> Score {
        guard let index = chosen(text, among: test.choices) else { return Score(0, "no choice in the answer") }
        let isRight = test.correctChoices.contains(index)
        return Score(isRight ? 1 : 0, "chose \(letter(index))" + (isRight ? "" : ", which is wrong"))
    }

    /// The number of the choice that an answer takes; `nil` where it takes none, or contradicts itself in its first
    /// words.
    static func chosen(_ text: String, among choices: [String]) -> Int? {
        let trimmed = text.trimmingBlanks
        if let index = choices.firstIndex(where: { $0.trimmingBlanks.isIdentical(to: trimmed) }) { return index }
        let scalars = Array(trimmed.unicodeScalars.prefix(100_000))
        for candidate in [stated(scalars), alone(scalars)] {
            if let candidate, candidate < choices.count { return candidate }
        }
        let words = NormalizedMatch.words(trimmed)
        let same = choices.indices.filter { NormalizedMatch.words(choices[$0]) == words }
        return same.count == 1 ? same.first : nil
    }

    /// A letter, a number from 0, or a choice's own words, as a file names the right one.
    static func index(of value: ValueTree, among choices: [String]) -> Int? {
        if let number = value.int { return choices.indices.contains(number) ? number : nil }
        guard let text = value.text else { return nil }
        if let index = choices.firstIndex(where: { $0.isIdentical(to: text) }) { return index }
        if text.unicodeScalars.count == 1, let only = text.unicodeScalars.first, let index = position(only) {
            return choices.indices.contains(index) ? index : nil
        }
        guard (1...3).contains(text.utf8.count), let number = Int(text), choices.indices.contains(number) else {
            return nil
        }
        return number
    }

    /// A letter right at the start, with or without what surrounds letters of lists.
    private static func alone(_ scalars: [Unicode.Scalar]) -> Int? {
        var index = 0
        while index < scalars.count, ["(", "*", "[", "`", "\"", "'", "_"].contains(scalars[index]) { index += 1 }
        guard index < scalars.count, let letter = position(scalars[index]) else { return nil }
        let next = index + 1 < scalars.count ? scalars[index + 1] : " "
        guard !next.isOfWord, next != "'", next != "\u{2019}" else { return nil }
        // `A` and `I` begin sentences; as letters of a list they come in capitals, with a sign or alone.
        let isBare = index == 0 && next == " " && index + 1 < scalars.count
        guard !isBare else { return nil }
        return letter
    }

    /// The letter of the last `answer is B`, `Answer: B`, `\boxed{B}`.
    private static func stated(_ scalars: [Unicode.Scalar]) -> Int? {
        let lowered = scalars.map { (0x41...0x5A).contains($0.value) ? Unicode.Scalar(UInt8($0.value) + 32) : $0 }
        var found: Int?
        for marker in ["answer is", "answer:", "answer :", "choice is", "option is", "\\boxed{", "choose", "answer**:"]
        {
            for end in ends(of: Array(marker.unicodeScalars), in: lowered) {
                var index = end
                while index < scalars.count, [" ", "*", "(", ":", "\"", "`", "[", "\n", "{"].contains(scalars[index]) {
                    index += 1
                }
                guard index < scalars.count, let letter = position(scalars[index]) else { continue }
                let next = index + 1 < scalars.count ? scalars[index + 1] : " "
                // Small letters behind a marker are words, unless something closes them.
                let isSmall = (0x61...0x7A).contains(scalars[index].value)
                if next.isOfWord || (isSmall && next == " " && scalars[index - 1] != "(") { continue }
                if index >= (found.map { $0 >> 8 } ?? 0) { found = index << 8 | letter }
            }
        }
        return found.map { $0 & 0xFF }
    }

    private static func ends(of phrase: [Unicode.Scalar], in scalars: [Unicode.Scalar]) -> [Int] {
        guard scalars.count >= phrase.count else { return [] }
        return (0...(scalars.count - phrase.count)).filter { start in
            scalars[start] == phrase[0] && scalars[start..<(start + phrase.count)].elementsEqual(phrase)
        }.map { $0 + phrase.count }
    }

    private static func position(_ scalar: Unicode.Scalar) -> Int? {
        switch scalar.value {
        case 0x41...0x5A: Int(scalar.value - 0x41)
        case 0x61...0x7A: Int(scalar.value - 0x61)
        default: nil
        }
    }
}
