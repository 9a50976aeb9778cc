/// Takes words of settings' lists out of one channel of an answer while it is coming.
///
/// It finds them as they are and in disguise (`AnswerLetter`): as JSON escapes them, too. It holds back only the end of the text that may
/// still become one of the words, at most the longest of them and four bytes, or 512 bytes of one in disguise. What it gives out in all is
/// the same for every way to cut the text.
struct TermRedactor {
    private enum Bounds {
        /// What stands before a word decides whether it begins there: a character, perhaps as an escape.
        static let before = 64
        /// Bytes that have gone out and are kept before they are dropped together.
        static let slack = 4_096
    }

    private let rules: AnswerRules
    private let terms: AnswerTerms
    private var sink: RedactedText
    /// What has come: before `start` it is decided and kept as context.
    private var buffer: [UInt8] = []
    private var start = 0

    /// Starts at the beginning of a channel's text.
    init(_ rules: AnswerRules, _ terms: AnswerTerms, encoding: RestorationMap.Encoding) {
        self.rules = rules
        self.terms = terms
        sink = RedactedText(encoding)
    }

    /// Takes a piece of decoded text, UTF-8 cut anywhere, and appends to `output` what can go out.
    mutating func push(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        buffer.append(contentsOf: text)
        advance(isEnd: false, into: &output)
        if start > Bounds.before + Bounds.slack {
            buffer.removeSubrange(..<(start - Bounds.before))
            start = Bounds.before
        }
    }

    /// The text is at its end: appends what was held back.
    mutating func finish(into output: inout [UInt8]) {
        advance(isEnd: true, into: &output)
        buffer.removeAll(keepingCapacity: true)
        start = 0
        sink.finish(into: &output)
    }

    private mutating func advance(isEnd: Bool, into output: inout [UInt8]) {
        // Taken out and put back, so that it stays the only copy.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        defer { buffer = bytes }
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            let text = ScannedText(base: base, count: bytes.count)
            var position = start
            search: while true {
                position = terms.next(text, from: position)
                guard position < text.count else { break }
                switch terms.match(text, at: position, isEnd: isEnd) {
                case .none: position += 1
                case .more: break search
                case .found(let end, let sensitiveClass, let plain):
                    if !spares(UnsafeBufferPointer(rebasing: bytes[position..<end]), plain) {
                        sink.pass(base, start..<position, into: &output)
                        sink.redact(base, position..<end, sensitiveClass, into: &output)
                        start = end
                    }
                    position = end
                }
            }
            sink.pass(base, start..<position, into: &output)
            start = position
        }
    }

    private func spares(_ word: UnsafeBufferPointer<UInt8>, _ plain: [UInt8]?) -> Bool {
        rules.spares(word) || plain?.withUnsafeBufferPointer(rules.spares) ?? false
    }
}
