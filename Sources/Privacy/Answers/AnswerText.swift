public import JSONText

/// One text of an answer on its way to the caller: what the model added is taken out where rules say so, then the caller's own values are
/// put back in. For text that arrives in pieces, cut anywhere; whole texts go the same way.
public struct AnswerText {
    private var terms: TermRedactor?
    private var redactor: StreamRedactor?
    private var restorer: StreamRestorer
    private var withoutTerms: [UInt8] = []
    private var released: [UInt8] = []

    /// Starts at the beginning of a text; `.json` says that the text is JSON itself.
    public init(_ restoration: RestorationMap, rules: AnswerRules?, encoding: RestorationMap.Encoding = .plain) {
        if let rules {
            terms = rules.terms.map { TermRedactor(rules, $0, encoding: encoding) }
            if rules.classes.bits != 0 { redactor = StreamRedactor(rules, encoding: encoding) }
        }
        restorer = StreamRestorer(restoration, encoding: encoding)
    }

    /// Takes a piece if it goes out as it is with nothing before it; else `false`, and nothing has happened.
    public mutating func passes(_ text: UnsafeRawBufferPointer) -> Bool {
        redactor == nil && terms == nil && restorer.passes(text)
    }

    /// Takes a piece and appends to `output` what can go out. Throws what the scanner throws; then nothing more may go out.
    public mutating func push(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) throws {
        guard terms != nil else { return try redact(text, into: &output) }
        withoutTerms.removeAll(keepingCapacity: true)
        terms?.push(text, into: &withoutTerms)
        try redactWithoutTerms(into: &output)
    }

    private mutating func redactWithoutTerms(into output: inout [UInt8]) throws {
        var text: [UInt8] = []
        swap(&text, &withoutTerms)
        defer { withoutTerms = text }
        try text.withUnsafeBytes { try redact($0, into: &output) }
    }

    private mutating func redact(_ text: UnsafeRawBufferPointer, into output: inout [UInt8]) throws {
        guard redactor != nil else { return restorer.push(text, into: &output) }
        released.removeAll(keepingCapacity: true)
        try redactor?.push(text, into: &released)
        released.withUnsafeBytes { restorer.push($0, into: &output) }
    }

    /// The text is at its end: appends what was held back.
    public mutating func finish(into output: inout [UInt8]) throws {
        if terms != nil {
            withoutTerms.removeAll(keepingCapacity: true)
            terms?.finish(into: &withoutTerms)
            try redactWithoutTerms(into: &output)
        }
        if redactor != nil {
            released.removeAll(keepingCapacity: true)
            try redactor?.finish(into: &released)
            released.withUnsafeBytes { restorer.push($0, into: &output) }
        }
        restorer.finish(into: &output)
    }

    /// Appends what to replace in a string or name that is a whole text.
    public static func replace(
        in value: JSONValue, _ restoration: RestorationMap, rules: AnswerRules?, encoding: RestorationMap.Encoding,
        into replacements: inout [JSONReplacement]
    ) throws {
        guard let rules else { return restoration.restore(in: value, encoding: encoding, into: &replacements) }
        try value.withDecodedUTF8 { text in
            var answer = AnswerText(restoration, rules: rules, encoding: encoding)
            var output: [UInt8] = []
            output.reserveCapacity(text.count)
            try answer.push(text, into: &output)
            try answer.finish(into: &output)
            if !text.elementsEqual(output) {
                replacements.append(JSONReplacement(range: value.contentRange, bytes: JSONEscape.escaped(output)))
            }
        }
    }
}
