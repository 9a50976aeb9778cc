@testable import Privacy

/// A value made of a format's line, and texts it may stand in.
struct SecretSample {
    let format: SecretFormat
    /// What a finding covers.
    private(set) var value: String
    /// Of the part that a format's entropy is asked of.
    private(set) var entropy = 0.0

    /// A value by chance that has the entropy and digits the line asks for; or one without any.
    init(_ format: SecretFormat, monotonous: Bool = false, using random: inout RestorationTests.Random) {
        self.format = format
        value = ""
        for _ in 0..<500 {
            value = Self.value(format, monotonous, &random)
            let bytes = Array(value.utf8)
            let body = format.shape.shortest == 0 ? bytes : Array(bytes.suffix(bytes.count - Self.leaderLength(format)))
            let isFit = body.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return true }
                let text = ScannedText(base: base, count: buffer.count)
                let range = 0..<buffer.count
                let digits = range.filter { text.has($0, ByteClass.digit) }.count
                entropy = Randomness.entropy(range, in: text)
                return entropy >= max(format.entropy, 2.2) && digits >= max(format.digits, 2)
                    && !Randomness.hasPlaceholder(range, in: text)
            }
            if isFit || monotonous { return }
        }
    }

    private static func leaderLength(_ format: SecretFormat) -> Int {
        if case .literal(let expression, let isCaseless) = format.lead {
            return ValueShape(expression, isCaseless: isCaseless).onlyLength
        }
        return 0
    }

    private static func value(
        _ format: SecretFormat, _ monotonous: Bool, _ random: inout RestorationTests.Random
    ) -> String {
        var bytes: [UInt8] = []
        switch format.lead {
        case .literal(let expression, _): bytes += make(ValueShape(expression), false, &random)
        case .inner(let expression, let set, let count):
            bytes += run(set, count.lowerBound, monotonous, &random) + make(ValueShape(expression), false, &random)
        case .keywords: break
        }
        bytes += make(ValueShape(format.notation), monotonous, &random)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func make(
        _ shape: ValueShape, _ monotonous: Bool, _ random: inout RestorationTests.Random
    ) -> [UInt8] {
        shape.parts.flatMap { part -> [UInt8] in
            switch part {
            case .run(let set, let least, let most):
                let spread = min(most - least, 20)
                // The letters in front and at the end belong to the value without doubt.
                return run(
                    set, least + (spread > 0 ? Int.random(in: 0...spread, using: &random) : 0), monotonous, &random)
            case .alternatives(let texts, let isOptional):
                return isOptional && Bool.random(using: &random) ? [] : texts.randomElement(using: &random) ?? []
            }
        }
    }

    private static func run(
        _ set: ByteSet, _ count: Int, _ monotonous: Bool, _ random: inout RestorationTests.Random
    ) -> [UInt8] {
        let bytes = set.bytes
        let plain = bytes.filter { ByteClass.table[Int($0)] & ByteClass.alphanumeric != 0 }
        let pool = plain.isEmpty ? bytes : plain
        if monotonous { return [UInt8](repeating: pool[0], count: count) }
        return (0..<count).map { _ in pool.randomElement(using: &random) ?? 0 }
    }

    /// Where such a value stands; a provider's word is in the name.
    func texts(_ round: Int, ending: String = "") -> [String] {
        let value = self.value + ending
        guard case .keywords(let words) = format.lead else {
            return [value, "use \(value), please", "x = \"\(value)\"", "export KEY_1='\(value)'\n"]
        }
        let word = words[round % words.count]
        let styles = [
            "\(word)_token = \"\(value)\"", "export \(word.uppercased())_KEY=\(value)\n",
            "{\"\(word)Token\": \"\(value)\"}",
            "  \"\(word)Key\" => \"\(value)\"", "<\(word)Token>\n    \(value)\n</\(word)Token>",
            "System.setProperty(\"\(word.uppercased())_TOKEN\", \"\(value)\")", "var \(word)Token string = `\(value)`",
            "\(word)_token: \(value)", "\(word)_key ::= '\(value)'", "\(word).api.token ?= \(value)",
            "os.environ['\(word)_secret'] = '\(value)'", "{\\\"\(word)_token\\\":\\\"\(value)\\\"}",
        ]
        return [styles[round % styles.count]]
    }
}
