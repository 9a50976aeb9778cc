/// API keys, tokens, passwords and private keys: the scanner finds literals, this verifies what stands around them.
///
/// Each literal's end looks at a bounded window, or at bytes that no later literal looks at again; so the time is linear in the text.
enum SecretDetector {
    static let tokenScore = 95
    private static let namedScore = 90

    /// What literals before this one have found out.
    struct Memory {
        /// The last secret that showed by itself what it is.
        var secret = 0..<0
        /// The last command that takes credentials as an option, if it still goes on.
        var command: CommandLineCredentials.Command?
        /// Bytes before this place are no part of another Kubernetes secret, wrapped token or private key: they were read.
        var readEnd = 0
        /// The values that were judged by their names.
        var judged = GenericSecret.Judged()
    }

    static func examine(_ matches: [CandidateMatch], in inspection: inout TextInspection) {
        var memory = Memory()
        for match in matches {
            guard case .secret(let index) = match.kind, index < SecretLiteral.all.count else { continue }
            let literal = SecretLiteral.all[index]
            let start = match.end - literal.length
            guard start >= 0 else { continue }
            switch literal.role {
            case .tokens(let formats): token(formats, start..<match.end, &memory, in: &inspection)
            case .inner(let formats): inner(formats, start..<match.end, &memory, in: &inspection)
            case .name(let formats, let isTelling):
                named(formats, isTelling, start..<match.end, &memory, in: &inspection)
            case .special(let special): self.special(special, start..<match.end, &memory, in: &inspection)
            }
        }
    }

    /// Whether a literal of more than some bytes that leads tokens stands at a place: then its own format judges what follows, and no
    /// other (`sk-ant-…` is none of OpenAI's), nor its name (`TOKEN=ghp_…`).
    private static func isLed(at start: Int, byMoreThan length: Int, in text: ScannedText) -> Bool {
        leaders.contains { $0.shortest > length && $0.end(from: start, in: text) != nil }
    }

    private static let leaders: [ValueShape] = SecretFormat.tokens.compactMap { format in
        guard case .literal(let expression, let isCaseless) = format.lead, !format.isAddress else { return nil }
        let shape = ValueShape(expression, isCaseless: isCaseless)
        return shape.shortest >= 3 ? shape : nil
    }

    // MARK: Tokens

    private static func token(
        _ formats: [Int], _ literal: Range<Int>, _ memory: inout Memory, in inspection: inout TextInspection
    ) {
        let text = inspection.text
        // Inside one already found; not so one that begins before it and leads it (`xoxe.xoxp-`).
        guard !memory.secret.contains(literal.lowerBound) else { return }
        for index in formats {
            let format = SecretFormat.all[index]
            let start = format.isAddress ? addressStart(literal.lowerBound, in: text) : literal.lowerBound
            guard format.isAddress || isTokenStart(start, text),
                let end = tokenEnd(format, from: literal.upperBound, in: text),
                isRandom(literal.upperBound..<end, format, text)
            else { continue }
            if literal.count <= 3, isLed(at: start, byMoreThan: literal.count, in: text) { continue }
            take(start..<end, index, &memory, &inspection)
            return
        }
    }

    private static func inner(
        _ formats: [Int], _ literal: Range<Int>, _ memory: inout Memory, in inspection: inout TextInspection
    ) {
        let text = inspection.text
        guard !memory.secret.contains(literal.lowerBound) else { return }
        for index in formats {
            let format = SecretFormat.all[index]
            guard case .inner(_, let set, let count) = format.lead else { continue }
            var start = literal.lowerBound
            let lowest = max(0, start - count.upperBound)
            while start > lowest, set.contains(text.base[start - 1]) { start -= 1 }
            guard count.contains(literal.lowerBound - start),
                !text.has(start - 1, ByteClass.alphanumeric) || text.isEscapeLetter(start - 1),
                let end = tokenEnd(format, from: literal.upperBound, in: text), isRandom(start..<end, format, text)
            else { continue }
            take(start..<end, index, &memory, &inspection)
            return
        }
    }

    private static func take(
        _ span: Range<Int>, _ format: Int, _ memory: inout Memory, _ inspection: inout TextInspection
    ) {
        memory.secret = span
        let key = UnsafeRawBufferPointer(start: inspection.text.base + span.lowerBound, count: span.count)
        if PublishedSample.contains(key) { return inspection.reject(.secret, span) }
        inspection.propose(
            Candidate(.secret, span.lowerBound, span.upperBound, score: tokenScore, variant: format + 1))
    }

    private static func isTokenStart(_ start: Int, _ text: ScannedText) -> Bool {
        !text.has(start - 1, ByteClass.alphanumeric) || text.isEscapeLetter(start - 1)
    }

    private static func tokenEnd(_ format: SecretFormat, from start: Int, in text: ScannedText) -> Int? {
        guard var end = format.shape.end(from: start, in: text) else { return nil }
        if format.shape.isOpen {
            // What a sentence adds.
            let least = start + format.shape.shortest
            while end > least, text.base[end - 1] == UInt8(ascii: ".") || text.base[end - 1] == UInt8(ascii: "-") {
                end -= 1
            }
        }
        // What goes on with a letter, or with a dot and a letter, is a name of a file or host.
        let next = text.byte(end) == UInt8(ascii: ".") && !format.shape.isOpen ? end + 1 : end
        return text.has(next, ByteClass.alphanumeric) || text.byte(end) == UInt8(ascii: "_") ? nil : end
    }

    private static func isRandom(_ body: Range<Int>, _ format: SecretFormat, _ text: ScannedText) -> Bool {
        if format.digits > 0 {
            var digits = 0
            for position in body.prefix(256) where text.has(position, ByteClass.digit) { digits += 1 }
            guard digits >= format.digits else { return false }
        }
        guard format.entropy > 0 else { return true }
        return Randomness.entropy(body, in: text) >= format.entropy && !Randomness.hasPlaceholder(body, in: text)
    }

    /// Back over the host's first labels and the scheme.
    private static func addressStart(_ host: Int, in text: ScannedText) -> Int {
        var start = host
        let lowest = max(0, host - 64)
        while start > lowest,
            text.has(start - 1, ByteClass.token) || text.base[start - 1] == UInt8(ascii: ".")
        {
            start -= 1
        }
        if text.begins("https://", at: start - 8) { return start - 8 }
        return text.begins("http://", at: start - 7) ? start - 7 : start
    }

    // MARK: Names

    private static func named(
        _ formats: [Int], _ isTelling: Bool, _ keyword: Range<Int>, _ memory: inout Memory,
        in inspection: inout TextInspection
    ) {
        let text = inspection.text
        guard !memory.secret.contains(keyword.lowerBound),
            keyword.count > 6 || isOneWord(keyword, in: text), let assignment = Assignment(after: keyword, in: text),
            !memory.secret.contains(assignment.start)
        else { return }
        for index in formats {
            let format = SecretFormat.all[index]
            guard assignment.hasSign || format.shape.hasLiteral,
                let end = format.shape.end(from: assignment.start, in: text), isValueEnd(end, in: text)
            else { continue }
            let value = assignment.start..<end
            guard Randomness.entropy(value, in: text) >= format.entropy, !Randomness.hasPlaceholder(value, in: text),
                format.shape.hasLiteral || isPlausible(value, assignment, in: text)
            else { continue }
            inspection.propose(
                Candidate(.secret, value.lowerBound, value.upperBound, score: namedScore, variant: index + 1))
            return
        }
        guard isTelling, let candidate = GenericSecret.candidate(assignment, &memory.judged, in: text),
            !isLed(at: assignment.start, byMoreThan: 2, in: text)
        else { return }
        inspection.propose(candidate)
    }

    /// Whether a short keyword is written in one case, or with a capital first: `SetSysctl` has no `etsy`, `sumOf` no `sumo`.
    private static func isOneWord(_ keyword: Range<Int>, in text: ScannedText) -> Bool {
        var capitals = 0
        var letters = 0
        for position in keyword where text.has(position, ByteClass.letter) {
            letters += 1
            if text.base[position] & 0x20 == 0 { capitals += 1 }
        }
        return capitals == 0 || capitals == letters
            || capitals == 1 && text.base[keyword.lowerBound] & 0x20 == 0
    }

    private static func isValueEnd(_ end: Int, in text: ScannedText) -> Bool {
        guard end < text.count else { return true }
        switch text.base[end] {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="),
            UInt8(ascii: "~"), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "("):
            return false
        case UInt8(ascii: "."), UInt8(ascii: ":"): return !text.has(end + 1, ByteClass.alphanumeric)
        default: return !text.has(end, ByteClass.alphanumeric) && text.base[end] < 0x80
        }
    }

    /// A value of letters only, or of digits only, counts if the name speaks of a credential.
    private static func isPlausible(_ value: Range<Int>, _ assignment: Assignment, in text: ScannedText) -> Bool {
        let makeup = Randomness.Makeup(value, in: text)
        if makeup.digits > 0, makeup.letters > 0 { return true }
        let words = NameWords(assignment.name, in: text)
        return words.namesCredential || words.namesPassword || words.namesOther
    }

    // MARK: Kinds that are more than a line

    private static func special(
        _ special: SecretFormat.Special, _ literal: Range<Int>, _ memory: inout Memory,
        in inspection: inout TextInspection
    ) {
        let text = inspection.text
        guard !memory.secret.contains(literal.lowerBound) else { return }
        var span: Range<Int>?
        var score = tokenScore
        switch special {
        case .webToken: span = WebToken.span(from: literal.lowerBound, in: text)
        case .wrappedWebToken:
            span = WebToken.wrappedSpan(from: literal.lowerBound, in: text)
        case .privateKey: span = PrivateKeyBlock.span(around: literal, in: text)
        case .urlCredentials: (span, score) = (URLCredentials.span(after: literal.upperBound, in: text), 90)
        case .authorizationHeader: (span, score) = (AuthorizationHeader.span(after: literal, in: text), 85)
        case .commandLineCredentials:
            (span, score) = (CommandLineCredentials.span(after: literal, &memory, in: text), 85)
        case .packageSourcePassword: (span, score) = (PackageSourcePassword.span(after: literal, in: text), 80)
        case .loginRecord: (span, score) = (LoginRecord.span(after: literal.upperBound, in: text), 80)
        case .kubernetesSecret:
            KubernetesSecret.examine(kind: literal, &memory, in: &inspection)
            return
        case .genericKey, .genericPassword: return
        }
        guard let span else { return }
        inspection.propose(
            Candidate(.secret, span.lowerBound, span.upperBound, score: score, variant: special.variant))
        if score == tokenScore { memory.secret = span }
    }
}
