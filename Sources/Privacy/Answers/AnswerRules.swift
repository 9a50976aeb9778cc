public import Inference
import JSONText

/// What is taken out of the answer to one request: values of some classes that the model added.
///
/// The caller's own values stay, in whatever form they went out, and so do this request's surrogates, which stand for them.
public struct AnswerRules: Sendable, CustomStringConvertible, CustomReflectable {
    /// Classes that are found in text which is still coming by a few words: their values are written with digits or signs, and what decides
    /// about them stands nearby. Where only these are asked for, prose goes out at once; lists of words are as quick.
    public static let immediateClasses = Set(
        SensitiveClass.allCases.filter { !wordy.contains($0) }.map(\.dataClass))

    /// Classes that may be any words, and need what stands around: for them all text waits, up to 512 bytes.
    private static let wordy = SensitiveClassSet([
        .custom, .person, .place, .streetAddress, .postcode, .date, .dateOfBirth, .age, .coordinates,
    ])
    /// Values that people write in parts, `Maria` of `Maria Keller`.
    private static let named = SensitiveClassSet([.person, .place, .streetAddress])

    /// Whether values of a class are taken out of answers where settings ask for it: every class that settings know.
    public static func supports(_ dataClass: DataClass, in settings: PrivacySettings) -> Bool {
        settings.knownClasses.contains(dataClass)
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
    /// Whether any words may be a value.
    let isWordy: Bool
    /// The caller's values, as `plain` gives them.
    private let own: Set<[UInt8]>
    /// Those of them that may be longer than what is held of an answer: private keys, web tokens, long passwords in URLs.
    private let ownLong: [[UInt8]]

    /// The rules for one request; `nil` if nothing is to be taken out.
    ///
    /// `findings` are those that `inspect` gave for this very request.
    public init?(
        engine: PrivacyEngine, request: InferenceRequest, findings: Findings, restoration: RestorationMap
    ) {
        let settings = engine.settings
        var classes = SensitiveClassSet()
        for name in settings.redactedInAnswers {
            if let sensitiveClass = SensitiveClass.named(name) {
                if settings.classes.contains(name) { classes.insert(sensitiveClass) }
            } else if settings.patterns.contains(where: { $0.dataClass == name }) {
                classes.insert(.custom)
            }
        }
        guard classes.bits != 0 || engine.answerTerms != nil else { return nil }
        let inspector = engine.inspector.narrowed(to: classes)
        var own: Set<[UInt8]> = []
        findings.forEachText { items, index in
            let text = request.texts[index]
            request.documents[text.document].json.value(at: text.node).withDecodedUTF8 { bytes in
                for finding in findings.items[items] {
                    let value = UnsafeRawBufferPointer(rebasing: bytes[finding.range])
                    own.insert(Self.plain(value))
                    if Self.named.contains(finding.sensitiveClass) {
                        Self.forEachWord(of: value) { own.insert(Self.plain($0)) }
                    }
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
        ownLong = own.filter {
            $0.count >= StreamRedactor.Bounds.held / 2 || $0.starts(with: "begin".utf8) || $0.starts(with: "eyj".utf8)
        }
        self.restoration = restoration
        var secrets = SensitiveClassSet()
        secrets.insert(.secret)
        isSecretsOnly = classes == secrets
        isWordy = classes.intersects(Self.wordy)
    }

    /// How many values of the caller it knows, and none of them.
    public var description: String { "AnswerRules(\(own.count) own values)" }
    /// Shows no values.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// What is found of the classes in one text.
    func inspect(_ text: UnsafeRawBufferPointer) throws -> [Finding] { try engine.inspect(text: text, with: inspector) }

    func inspect(_ text: [UInt8]) throws -> [Finding] { try text.withUnsafeBytes { try inspect($0) } }

    /// Whether a finding is of a class that is taken out.
    func takes(_ finding: Finding) -> Bool {
        guard classes.contains(finding.sensitiveClass) else { return false }
        // One's own classes are one for the detectors.
        return finding.sensitiveClass != .custom
            || engine.settings.redactedInAnswers.contains(finding.dataClass)
    }

    /// Whether the caller itself sent a value, however it is punctuated; of names and addresses also the parts.
    func isOwn(_ value: UnsafeRawBufferPointer, _ sensitiveClass: SensitiveClass) -> Bool {
        if isOwn(value) { return true }
        guard !own.isEmpty, Self.named.contains(sensitiveClass) else { return false }
        var isOwn = true
        Self.forEachWord(of: value) { isOwn = isOwn && own.contains(Self.plain($0)) }
        return isOwn
    }

    /// The parts of a value between spaces and marks.
    private static func forEachWord(of value: UnsafeRawBufferPointer, _ found: (UnsafeRawBufferPointer) -> Void) {
        var first = 0
        for position in 0...value.count where position == value.count || plain(value[position]) == nil {
            if position > first { found(UnsafeRawBufferPointer(rebasing: value[first..<position])) }
            first = position + 1
        }
    }

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
            if case .found(let end, _, let decoded) = terms.match(scanned, at: position, isEnd: true) {
                own.insert(plain(UnsafeRawBufferPointer(rebasing: text[position..<end])))
                decoded?.withUnsafeBytes { _ = own.insert(plain($0)) }
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
