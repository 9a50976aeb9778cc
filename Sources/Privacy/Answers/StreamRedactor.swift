/// Takes sensitive values out of one channel of an answer (one choice, content block or tool call) while it is coming.
///
/// The text is cut into islands that may be sensitive (`AnswerWords`) and the prose between them. Prose goes out at once, but for the word
/// that is being written and two short ones before it. An island is held until enough has come after it to be judged; then the engine
/// looks at it with 128 bytes before and up to 48 after, and its values go out as `[EMAIL]`. Where islands begin and end, and what the
/// engine is shown, depends on the text alone: so the output is the same for every way to cut it.
///
/// Where classes are asked for that may be any words (names, addresses, dates, patterns of one's own), all text is one island.
///
/// No more than 512 bytes are held. An island that is longer is judged by its first 512 bytes, of which about half go out; a value that
/// reaches the end of them is taken out up to its own end. So is a private key, from its opening mark to its closing one. A long key or
/// token that begins as one of the caller's own goes out as it comes, as far as it is that one.
public struct StreamRedactor {
    enum Bounds {
        /// The most that is held.
        static let held = 512
        /// What the engine sees before an island: context reaches 64 bytes.
        static let before = 128
        /// What it sees after one: the rest of a value of several words, and 22 bytes of context.
        static let after = 48
        /// What it sees after one where only secrets are looked for, which are one word.
        static let afterSecret = 8
        /// What it sees after one where any words may be a value, such as the rest of an address.
        static let afterWords = 128
        /// Words of prose that lead an island, or that it bridges: none where only secrets are looked for.
        static let bridged = 2
        /// A web token's first part of so many bytes is one, even if nothing comes after it.
        static let unfinishedToken = 40
        /// An island of fewer letters and digits is no value.
        static let least = 3
        /// The kind of a key stands in its opening mark, within so many bytes.
        static let keyMark = 64
        /// Bytes that have gone out and are kept before they are dropped together.
        static let slack = 4_096
    }

    /// What is being dropped because its value has been taken out already.
    private enum Dropping {
        case nothing
        /// Up to the end of a run of letters, digits and signs.
        case token
        /// Up to the end of a URL's user, password and host.
        case authority
        /// Up to the closing mark of a key, or what is no part of one; what has been read of it.
        case key(PrivateKeyBody)
    }

    /// A long value of the caller's own that goes out as it comes, and what is dropped if it turns out to be another's.
    private var own: (value: OwnValue, otherwise: Dropping)?

    private let rules: AnswerRules
    private let after: Int
    private let bridged: Int
    private var sink: RedactedText
    /// What has come: before `start` it is decided and kept as context.
    private var buffer: [UInt8] = []
    private var start = 0
    private var dropping = Dropping.nothing

    /// Starts at the beginning of a channel's text. With `.json` the text is JSON and stays well-formed: what is taken out of a string is
    /// a string's content, and a number becomes a string.
    public init(_ rules: AnswerRules, encoding: RestorationMap.Encoding = .plain) {
        self.rules = rules
        after = rules.isSecretsOnly ? Bounds.afterSecret : rules.isWordy ? Bounds.afterWords : Bounds.after
        bridged = rules.isSecretsOnly ? 0 : Bounds.bridged
        sink = RedactedText(encoding)
    }

    /// Whether some text is held back.
    public var isHolding: Bool { start < buffer.count }
    var heldBytes: Int { buffer.count - start }

    /// Takes a piece of decoded text, UTF-8 cut anywhere, and appends to `output` what can go out. Throws what the scanner throws; then
    /// nothing more may go out.
    public mutating func push(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) throws {
        buffer.append(contentsOf: text)
        try advance(isEnd: false, into: &output)
    }

    /// The text is at its end: appends what was held back. The redactor then stands at the beginning of a new text.
    public mutating func finish(into output: inout [UInt8]) throws {
        try advance(isEnd: true, into: &output)
        buffer.removeAll(keepingCapacity: true)
        start = 0
        dropping = .nothing
        own = nil
        sink.finish(into: &output)
    }

    private mutating func advance(isEnd: Bool, into output: inout [UInt8]) throws {
        // Taken out and put back, so that it stays the only copy.
        var text: [UInt8] = []
        swap(&text, &buffer)
        defer { trim(text) }
        try text.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            while start < bytes.count, try step(base, bytes.count, isEnd, into: &output) {}
        }
    }

    private mutating func trim(_ text: consuming [UInt8]) {
        buffer = text
        if start > Bounds.before + Bounds.slack {
            buffer.removeSubrange(..<(start - Bounds.before))
            start = Bounds.before
        }
    }

    /// Decides what comes next, if that can be decided.
    private mutating func step(
        _ base: UnsafePointer<UInt8>, _ end: Int, _ isEnd: Bool, into output: inout [UInt8]
    ) throws -> Bool {
        if own != nil { return goOn(base, end, into: &output) }
        switch dropping {
        case .token: return drop(base, end, into: &output, while: Self.isTokenByte)
        case .authority:
            return drop(base, end, into: &output) { !URLCredentials.endsWord($0) && $0 != UInt8(ascii: "/") }
        case .key(let body): return goOn(body, base, end, isEnd, into: &output)
        case .nothing: break
        }
        let prose = proseEnd(base, end, isEnd)
        if prose.end > start {
            sink.pass(base, start..<prose.end, into: &output)
            start = prose.end
            return true
        }
        guard let first = prose.next else { return false }
        let limit = min(end, start + Bounds.held)
        let words = AnswerWords(base: base, end: limit, isEnd: isEnd && limit == end)
        if first == .mark, let isDecided = try key(words, into: &output) { return isDecided }
        return try island(words, into: &output)
    }

    /// Drops what goes on with a value.
    private mutating func drop(
        _ base: UnsafePointer<UInt8>, _ end: Int, into output: inout [UInt8], while goesOn: (UInt8) -> Bool
    ) -> Bool {
        var position = start
        while position < end, goesOn(base[position]) { position += 1 }
        if position < end { dropping = .nothing }
        return drop(to: position, base, into: &output) || position < end
    }

    private mutating func drop(to end: Int, _ base: UnsafePointer<UInt8>, into output: inout [UInt8]) -> Bool {
        guard end > start else { return false }
        sink.drop(base, start..<end, into: &output)
        start = end
        return true
    }

    /// Drops what goes on with a key; what may be part of it or not is held until that is known.
    private mutating func goOn(
        _ key: PrivateKeyBody, _ base: UnsafePointer<UInt8>, _ end: Int, _ isEnd: Bool, into output: inout [UInt8]
    ) -> Bool {
        var body = key
        body.read(base, start + key.pending..<end)
        if isEnd { body.finish() }
        dropping = body.isOver ? .nothing : .key(body)
        return drop(to: start + body.certain - key.certain, base, into: &output) && start < end || body.isOver
    }

    /// Gives out what goes on with the caller's own value. From where it is another it is dropped, but for the end of a JSON string.
    private mutating func goOn(_ base: UnsafePointer<UInt8>, _ end: Int, into output: inout [UInt8]) -> Bool {
        guard let (known, otherwise) = own else { return false }
        var value = known
        let position = value.compare(base, start..<end)
        sink.pass(base, start..<position, into: &output)
        start = position
        own = (value, otherwise)
        if value.isWhole {
            own = nil
        } else if position < end {
            own = nil
            if !sink.isJSON || base[position] != 0x22 {
                sink.redact(base, position..<position, .secret, into: &output)
                dropping = otherwise
            }
        }
        return true
    }

    // MARK: Prose

    /// Up to where prose can go out, and the kind of the word that begins there if an island does.
    private func proseEnd(
        _ base: UnsafePointer<UInt8>, _ end: Int, _ isEnd: Bool
    ) -> (end: Int, next: AnswerWords.Word.Kind?) {
        let words = AnswerWords(base: base, end: end, isEnd: isEnd)
        if rules.isWordy {
            var next = start
            while next < end, base[next] == 0x20 || (0x09...0x0D).contains(base[next]) { next += 1 }
            guard next < end else { return (end, nil) }
            return (next, words.begins(AnswerWords.mark, at: next) ? .mark : .hot)
        }
        var position = start
        // Where the last two short words begin: they may lead a value.
        var first: Int?
        var second: Int?
        while true {
            let next = words.wordStart(from: position)
            if next.isApart {
                first = nil
                second = nil
            }
            guard next.position < end else { return (isEnd ? end : first ?? end, nil) }
            let word = words.word(at: next.position)
            switch word.kind {
            case .mark: return (next.position, .mark)
            case .hot: return (first ?? next.position, .hot)
            case .short, .long:
                guard word.isWhole else { return (first ?? next.position, nil) }
            }
            if word.kind == .long || bridged == 0 {
                first = nil
                second = nil
            } else if let last = second {
                first = last
                second = next.position
            } else if first == nil {
                first = next.position
            } else {
                second = next.position
            }
            position = word.end
        }
    }

    // MARK: Islands

    /// Judges the island at `start` and gives out what is decided.
    private mutating func island(_ words: AnswerWords, into output: inout [UInt8]) throws -> Bool {
        let isFull = words.end == start + Bounds.held
        guard let end = islandEnd(words) else { return isFull ? try cut(words, into: &output) : false }
        if alphanumerics(words.base, start..<end) < Bounds.least {
            sink.pass(words.base, start..<end, into: &output)
            start = end
            return true
        }
        guard words.isEnd || end + after <= words.end else {
            return isFull ? try cut(words, into: &output) : false
        }
        var found = try values(words.base, to: min(end + after, words.end), before: end)
        if let token = unfinishedToken(words, end), token.lowerBound >= found.last {
            found.values.append(Value(range: token, sensitiveClass: .secret))
        }
        give(words.base, to: max(end, found.last), found.values, into: &output)
        return true
    }

    /// Where the island at `start` ends, if that is known.
    private func islandEnd(_ words: AnswerWords) -> Int? {
        if rules.isWordy {
            let next = (start + 1..<max(start + 1, words.end)).first { words.begins(AnswerWords.mark, at: $0) }
            return next ?? (words.isEnd ? words.end : nil)
        }
        var position = start
        var end: Int?
        var bridged = 0
        while true {
            let next = words.wordStart(from: position)
            if next.isApart, let end { return end }
            guard next.position < words.end else { return words.isEnd ? end ?? words.end : nil }
            let word = words.word(at: next.position)
            if word.kind == .mark, let end { return end }
            guard word.isWhole else { return nil }
            switch word.kind {
            case .hot, .mark:
                end = word.end
                bridged = 0
            case .short:
                bridged += 1
                if bridged > self.bridged, let end { return end }
            case .long: if let end { return end }
            }
            position = word.end
        }
    }

    /// Judges an island by its first bytes because no more may be held.
    private mutating func cut(_ words: AnswerWords, into output: inout [UInt8]) throws -> Bool {
        let base = words.base
        var end = start + Bounds.held / 2
        var blank = end
        while blank > start + Bounds.held / 8, base[blank - 1] > 0x20, base[blank - 1] != 0x22 { blank -= 1 }
        if blank > start + Bounds.held / 8 { end = blank }
        while end > start + 1, base[end] & 0xC0 == 0x80 { end -= 1 }
        // A token that has not ended: from its beginning on it is judged anew, or, if it fills all, taken out.
        var run = words.end
        while run > start, Self.isTokenByte(base[run - 1]) { run -= 1 }
        let opening = rules.classes.contains(.secret) ? tokenOpening(in: run..<words.end, words) : nil
        if opening == start {
            takeOpen(base, start..<words.end, otherwise: .token, into: &output)
            return true
        }
        if let opening { end = min(end, opening) }
        if let user = openCredentials(words) {
            if user.scheme == start {
                sink.pass(base, start..<user.start, into: &output)
                takeOpen(base, user.start..<words.end, otherwise: .authority, into: &output)
                return true
            }
            end = min(end, user.scheme)
        }
        let found = try values(base, to: words.end, before: end)
        give(base, to: max(end, found.last), found.values, into: &output)
        if let value = found.values.last, value.range.upperBound == found.windowEnd { dropping = .token }
        return true
    }

    /// Takes out a value that goes on behind what is held, or lets it go on if it is the caller's own.
    private mutating func takeOpen(
        _ base: UnsafePointer<UInt8>, _ range: Range<Int>, otherwise: Dropping, into output: inout [UInt8]
    ) {
        if let value = ownBeginning(base, range) {
            sink.pass(base, range, into: &output)
            own = (value, otherwise)
        } else {
            sink.redact(base, range, .secret, into: &output)
            dropping = otherwise
        }
        start = range.upperBound
    }

    /// Where a JSON web token (RFC 7519) begins in a run of token bytes: what looks like one in pictures and sound decodes to no JSON.
    private func tokenOpening(in run: Range<Int>, _ words: AnswerWords) -> Int? {
        run.first { position in
            words.begins("eyJ", at: position)
                && (position == run.lowerBound
                    || ByteClass.table[Int(words.base[position - 1])] & ByteClass.token == 0)
                && WebToken.mayBeHeader(
                    UnsafeBufferPointer(start: words.base + position, count: run.upperBound - position))
        }
    }

    /// The last URL of what is held whose user and password may go on behind it: where its scheme begins, and its user.
    private func openCredentials(_ words: AnswerWords) -> (scheme: Int, start: Int)? {
        guard rules.classes.contains(.secret) else { return nil }
        var user = words.end
        var colon = false
        while user > start + 3, !words.begins("://", at: user - 3) {
            let byte = words.base[user - 1]
            if URLCredentials.endsWord(byte) || byte == UInt8(ascii: "/") { return nil }
            if byte == UInt8(ascii: ":") { colon = true }
            user -= 1
        }
        guard colon, user > start + 3 else { return nil }
        var scheme = user - 3
        while scheme > start, ByteClass.table[Int(words.base[scheme - 1])] & ByteClass.alphanumeric != 0 { scheme -= 1 }
        return scheme < user - 3 ? (scheme, user) : nil
    }

    /// A JSON web token in the last island of a text, of which the text has no end: its header and more, or much of its header.
    private func unfinishedToken(_ words: AnswerWords, _ end: Int) -> Range<Int>? {
        guard words.isEnd, rules.classes.contains(.secret), alphanumerics(words.base, end..<words.end) == 0 else {
            return nil
        }
        var last = end
        while last > start, !Self.isTokenByte(words.base[last - 1]) { last -= 1 }
        var run = last
        while run > start, Self.isTokenByte(words.base[run - 1]) { run -= 1 }
        guard let opening = tokenOpening(in: run..<last, words) else { return nil }
        let text = UnsafeBufferPointer(start: words.base + opening, count: last - opening)
        let segments = text.split(separator: UInt8(ascii: "."), maxSplits: 2).count
        guard segments > 1 || text.count >= Bounds.unfinishedToken, ownBeginning(words.base, opening..<last) == nil
        else { return nil }
        let surrogates = rules.restoration.ranges(in: UnsafeRawBufferPointer(text))
        guard let part = Self.parts(of: 0..<text.count, outside: surrogates).first, part.lowerBound == 0 else {
            return nil
        }
        return opening..<opening + part.upperBound
    }

    private func ownBeginning(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> OwnValue? {
        rules.ownBeginning(
            UnsafeBufferPointer(start: base + range.lowerBound, count: range.count), isJSON: sink.isJSON)
    }

    private func alphanumerics(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) -> Int {
        range.count { base[$0] >= 0x80 || ByteClass.table[Int(base[$0])] & ByteClass.alphanumeric != 0 }
    }

    private struct Value {
        let range: Range<Int>
        let sensitiveClass: SensitiveClass
    }

    /// What is to be taken out of what begins between `start` and a place, where the last thing found there ends, and up to where it
    /// was looked for.
    private func values(
        _ base: UnsafePointer<UInt8>, to end: Int, before place: Int
    ) throws -> (values: [Value], last: Int, windowEnd: Int) {
        var lowest = max(0, start - Bounds.before)
        while lowest < start, base[lowest] & 0xC0 == 0x80 { lowest += 1 }
        let windowEnd = Self.wholeCharacters(base, start, end)
        let window = UnsafeRawBufferPointer(start: base + lowest, count: windowEnd - lowest)
        let surrogates = rules.restoration.ranges(in: window)
        var findings = try rules.inspect(window)
        if !surrogates.isEmpty { findings += try rules.inspect(Self.neutral(window, surrogates)) }
        var values: [Value] = []
        var last = start
        for finding in findings {
            let range = max(start, lowest + finding.range.lowerBound)..<max(start, lowest + finding.range.upperBound)
            guard !range.isEmpty, range.lowerBound < place else { continue }
            last = max(last, range.upperBound)
            guard rules.takes(finding),
                !rules.isOwn(UnsafeRawBufferPointer(rebasing: window[finding.range]), finding.sensitiveClass)
            else { continue }
            guard surrogates.contains(where: { $0.overlaps(finding.range) }) else {
                values.append(Value(range: range, sensitiveClass: finding.sensitiveClass))
                continue
            }
            for part in Self.parts(of: finding.range, outside: surrogates)
            where !rules.isOwn(UnsafeRawBufferPointer(rebasing: window[part]), finding.sensitiveClass) {
                let part = max(start, lowest + part.lowerBound)..<max(start, lowest + part.upperBound)
                // What stands for the caller's value stays, with its punctuation.
                guard alphanumerics(base, part) >= Bounds.least else { continue }
                values.append(Value(range: part, sensitiveClass: finding.sensitiveClass))
            }
        }
        return (surrogates.isEmpty ? values : Self.joined(values), last, windowEnd)
    }

    /// A text with other letters in its surrogates' places: what touches one is judged as beside any other word, and not as beside a name
    /// of a class, which would make of a password an example of one.
    private static func neutral(_ text: UnsafeRawBufferPointer, _ surrogates: [Range<Int>]) -> [UInt8] {
        let letters = [UInt8]("q7KvZ2mXj9dRw4Tn".utf8)
        var neutral = Array(text)
        for range in surrogates {
            for position in range { neutral[position] = letters[(position - range.lowerBound) % letters.count] }
        }
        return neutral
    }

    /// In order, none overlapping.
    private static func joined(_ values: [Value]) -> [Value] {
        var joined: [Value] = []
        for value in values.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            if let previous = joined.last, value.range.lowerBound < previous.range.upperBound {
                let end = max(previous.range.upperBound, value.range.upperBound)
                joined[joined.count - 1] = Value(
                    range: previous.range.lowerBound..<end, sensitiveClass: previous.sensitiveClass)
            } else {
                joined.append(value)
            }
        }
        return joined
    }

    /// What of a value is none of the surrogates that stand in it.
    private static func parts(of range: Range<Int>, outside surrogates: [Range<Int>]) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        for surrogate in surrogates.sorted(by: { $0.lowerBound < $1.lowerBound }) where surrogate.overlaps(range) {
            if surrogate.lowerBound > start { parts.append(start..<surrogate.lowerBound) }
            start = max(start, surrogate.upperBound)
        }
        if start < range.upperBound { parts.append(start..<range.upperBound) }
        return parts
    }

    /// The end of the last character that ends up to a place: a value must not end inside one.
    private static func wholeCharacters(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var first = end - 1
        while first > start, first > end - 4, base[first] & 0xC0 == 0x80 { first -= 1 }
        guard first >= start else { return end }
        let length = base[first] < 0xC0 ? 1 : base[first] < 0xE0 ? 2 : base[first] < 0xF0 ? 3 : 4
        return first + length > end ? first : end
    }

    private mutating func give(
        _ base: UnsafePointer<UInt8>, to end: Int, _ values: [Value], into output: inout [UInt8]
    ) {
        for value in values {
            sink.pass(base, start..<value.range.lowerBound, into: &output)
            sink.redact(base, value.range, value.sensitiveClass, into: &output)
            start = value.range.upperBound
        }
        sink.pass(base, start..<max(start, end), into: &output)
        start = max(start, end)
    }

    // MARK: Private keys

    /// Takes out the private key whose opening mark begins at `start`; whether that could be decided, `nil` if it is none.
    private mutating func key(_ words: AnswerWords, into output: inout [UInt8]) throws -> Bool? {
        guard rules.classes.contains(.secret) else { return nil }
        let base = words.base
        let first = start + AnswerWords.mark.utf8CodeUnitCount
        let limit = min(words.end, first + Bounds.keyMark)
        guard let markEnd = (first..<max(first, limit)).first(where: { words.begins("-----", at: $0) }) else {
            // A closing mark that begins before the limit may end behind it.
            return words.end >= first + Bounds.keyMark + 4 || words.isEnd ? nil : false
        }
        guard (first..<markEnd).contains(where: { words.begins("PRIVATE KEY", at: $0) }) else { return nil }
        var body = PrivateKeyBody()
        body.read(base, markEnd + 5..<words.end)
        if words.isEnd { body.finish() }
        guard body.isOver || words.end == start + Bounds.held else { return false }
        guard body.isKey else { return nil }
        let end = markEnd + 5 + body.certain
        if body.isOver, rules.isOwn(UnsafeRawBufferPointer(start: base + start, count: end - start)) {
            sink.pass(base, start..<end, into: &output)
        } else if let value = ownBeginning(base, start..<end) {
            sink.pass(base, start..<end, into: &output)
            if !body.isOver { own = (value, .key(PrivateKeyBody(isInside: true))) }
        } else {
            sink.redact(base, start..<end, .secret, into: &output)
            if !body.isOver { dropping = .key(body) }
        }
        start = end
        return true
    }

    /// Letters, digits, and signs that tokens and addresses are written with.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        if ByteClass.table[Int(byte)] & ByteClass.token != 0 { return true }
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "%"),
            UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "~"):
            return true
        default: return false
        }
    }
}
