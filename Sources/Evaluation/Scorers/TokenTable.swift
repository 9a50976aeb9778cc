/// Numbers for words, so that lists of words compare fast, and byte by byte.
struct TokenTable {
    private var numbers: [[UInt8]: Int32] = [:]

    mutating func number(of word: [UInt8]) -> Int32 {
        if let number = numbers[word] { return number }
        let number = Int32(clamping: numbers.count)
        numbers[word] = number
        return number
    }

    mutating func numbers(of words: [[UInt8]]) -> [Int32] { words.map { number(of: $0) } }
}
