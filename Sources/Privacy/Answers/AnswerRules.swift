public import Inference
import JSONText

/// What is taken out of the answer to one request: values of some classes that the model added.
///
/// The caller's own values stay, in whatever form they went out, and so do this request's surrogates, which stand for them.
public struct AnswerRules: Sendable, CustomStringConvertible, CustomReflectable {
    /// Classes that can be found in text which is still coming: their values are written with digits or signs, and what decides about them
    /// stands nearby. The others (patterns of one's own, names, places, street addresses, dates and ages) need more of the text.
    /// Lists of words are taken out, too: see `supports`.
    public static let supportedClasses = Set(
        SensitiveClass.allCases.filter { !unsupported.contains($0) }.map(\.dataClass))

    private static let unsupported: [SensitiveClass] = [
        .custom, .person, .place, .streetAddress, .postcode, .date, .dateOfBirth, .age, .coordinates,
    ]

    /// Whether values of a class are taken out of answers where settings ask for it: the classes above, and lists of one's own words.
    public static func supports(_ dataClass: DataClass, in settings: PrivacySettings) -> Bool {
        supportedClasses.contains(dataClass) || AnswerTerms.isListOnly(dataClass, in: settings)
    }

    let engine: PrivacyEngine
    /// Words that are taken out.
    var terms: AnswerTerms? { engine.answerTerms }
    let classes: SensitiveClassSet
    /// Looks for these classes alone: what else is found in a value must not hide it.
    private let inspector: TextInspector
    let restoration: RestorationMap
    /// Whether secrets are all that is taken out.
    let isSecretsOnly: Bool
    /// The caller's values, as `plain` gives them.
    private let own: Set<[UInt8]>
    /// Those of them that may be longer than what is held of an answer: private keys and web tokens.
    private let ownLong: [[UInt8]]

    /// The rules for one request; `nil` if nothing is to be taken out. Classes of the settings that are not supported are left out.
    ///
    /// `findings` are those that `inspect` gave for this very request.
    public init?(
        engine: PrivacyEngine, request: InferenceRequest, findings: Findings, restoration: RestorationMap
    ) {
        let wanted = engine.settings.redactedInAnswers.intersection(Self.supportedClasses)
        guard !wanted.isEmpty || engine.answerTerms != nil else { return nil }
        var classes = SensitiveClassSet()
        for name in wanted {
            if let sensitiveClass = SensitiveClass.named(name) { classes.insert(sensitiveClass) }
        }
        let inspector = engine.inspector.narrowed(to: classes)
        var own: Set<[UInt8]> = []
        findings.forEachText { items, index in
            let text = request.texts[index]
            request.documents[text.document].json.value(at: text.node).withDecodedUTF8 { bytes in
                for finding in findings.items[items] {
                    own.insert(Self.plain(UnsafeRawBufferPointer(rebasing: bytes[finding.range])))
                    if let terms = engine.answerTerms { Self.words(terms, in: finding.range, of: bytes, into: &own) }
                    guard finding.isMerged else { continue }
                    Self.values(around: finding.range, in: bytes, engine, inspector) { own.insert(Self.plain($0)) }
                }
            }
        }
        self.init(engine: engine, classes: classes, own: own, restoration: restoration)
    }

    init(engine: PrivacyEngine, classes: SensitiveClassSet, own: Set<[UInt8]>, restoration: RestorationMap) {
        self.engine = engine
        self.classes = classes
        inspector = engine.inspector.narrowed(to: classes)
        self.own = own
        ownLong = own.filter { $0.starts(with: "begin".utf8) || $0.starts(with: "eyj".utf8) }
        self.restoration = restoration
        var secrets = SensitiveClassSet()
        secrets.insert(.secret)
        isSecretsOnly = classes == secrets
    }

    /// How many values of the caller it knows, and none of them.
    public var description: String { "AnswerRules(\(own.count) own values)" }
    /// Shows no values.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// What is found of the classes in one text.
    func inspect(_ text: UnsafeRawBufferPointer) throws -> [Finding] { try engine.inspect(text: text, with: inspector) }

    /// Whether the caller itself sent this, however it is punctuated.
    func isOwn(_ value: UnsafeRawBufferPointer) -> Bool { !own.isEmpty && own.contains(Self.plain(value)) }

    /// Whether a word stays in an answer though it stands in a list: the caller itself sent it, or settings allow it.
    func spares(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        isOwn(UnsafeRawBufferPointer(word)) || engine.inspector.allows(word)
    }

    /// Words of lists that stand in what was found in the request, perhaps as a part of it.
    private static func words(
        _ terms: AnswerTerms, in range: Range<Int>, of text: UnsafeRawBufferPointer, into own: inout Set<[UInt8]>
    ) {
        guard let base = text.bindMemory(to: UInt8.self).baseAddress else { return }
        let scanned = ScannedText(base: base, count: text.count)
        var position = terms.next(scanned, from: range.lowerBound)
        while position < range.upperBound {
            if case .found(let end, _) = terms.match(scanned, at: position, isEnd: true) {
                own.insert(plain(UnsafeRawBufferPointer(rebasing: text[position..<end])))
            }
            position = terms.next(scanned, from: position + 1)
        }
    }

    /// The caller's own key or token that a text may be the beginning of, compared so far; `nil` where it is none of them.
    func ownBeginning(_ text: UnsafeBufferPointer<UInt8>, isJSON: Bool) -> OwnValue? {
        guard let base = text.baseAddress else { return nil }
        for value in ownLong {
            var own = OwnValue(value, isJSON: isJSON)
            if own.compare(base, 0..<text.count) == text.count { return own }
        }
        return nil
    }

    /// What is found of the classes alone where something else was found, too, and took it over.
    private static func values(
        around range: Range<Int>, in text: UnsafeRawBufferPointer, _ engine: PrivacyEngine, _ inspector: TextInspector,
        _ found: (UnsafeRawBufferPointer) -> Void
    ) {
        var lowest = max(0, range.lowerBound - StreamRedactor.Bounds.before)
        while lowest < range.lowerBound, text[lowest] & 0xC0 == 0x80 { lowest += 1 }
        let highest = min(text.count, range.upperBound + StreamRedactor.Bounds.after)
        let window = UnsafeRawBufferPointer(rebasing: text[lowest..<highest])
        let place = range.lowerBound - lowest..<range.upperBound - lowest
        // Where it can't be looked through, the answer is taken out where it could stay.
        for finding in (try? engine.inspect(text: window, with: inspector)) ?? [] where finding.range.overlaps(place) {
            found(UnsafeRawBufferPointer(rebasing: window[finding.range]))
        }
    }

    /// A value without what separates its parts, ASCII letters in lower case: a model writes a card's digits as it likes.
    static func plain(_ value: UnsafeRawBufferPointer) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(value.count)
        for byte in value {
            if let byte = Self.plain(byte) { plain.append(byte) }
        }
        return plain
    }

    /// A byte of a value as it is compared; `nil` if it only separates.
    @inline(__always)
    static func plain(_ byte: UInt8) -> UInt8? {
        guard
            byte >= 0x80 || ByteClass.table[Int(byte)] & ByteClass.alphanumeric != 0 || byte == UInt8(ascii: "@")
        else { return nil }
        return byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
