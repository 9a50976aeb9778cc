public import Inference
import JSONText

/// What is taken out of the answer to one request: values of some classes that the model added.
///
/// The caller's own values stay, in whatever form they went out, and so do this request's surrogates, which stand for them.
public struct AnswerRules: Sendable, CustomStringConvertible, CustomReflectable {
    /// Classes that can be found in text which is still coming: their values are written with digits or signs, and what decides about them
    /// stands nearby. The others (words of one's own, names, places, street addresses, dates and ages) need more of the text.
    public static let supportedClasses = Set(
        SensitiveClass.allCases.filter { !unsupported.contains($0) }.map(\.dataClass))

    private static let unsupported: [SensitiveClass] = [
        .custom, .person, .place, .streetAddress, .postcode, .date, .dateOfBirth, .age, .coordinates,
    ]

    let engine: PrivacyEngine
    let classes: SensitiveClassSet
    let restoration: RestorationMap
    /// Whether secrets are all that is taken out.
    let isSecretsOnly: Bool
    /// The caller's values, as `plain` gives them.
    private let own: Set<[UInt8]>

    /// The rules for one request; `nil` if nothing is to be taken out. Classes of the settings that are not supported are left out.
    ///
    /// `findings` are those that `inspect` gave for this very request.
    public init?(
        engine: PrivacyEngine, request: InferenceRequest, findings: Findings, restoration: RestorationMap
    ) {
        let wanted = engine.settings.redactedInAnswers.intersection(Self.supportedClasses)
        guard !wanted.isEmpty else { return nil }
        var classes = SensitiveClassSet()
        for name in wanted {
            if let sensitiveClass = SensitiveClass.named(name) { classes.insert(sensitiveClass) }
        }
        var own: Set<[UInt8]> = []
        findings.forEachText { items, index in
            let text = request.texts[index]
            request.documents[text.document].json.value(at: text.node).withDecodedUTF8 { bytes in
                for finding in findings.items[items] {
                    own.insert(Self.plain(UnsafeRawBufferPointer(rebasing: bytes[finding.range])))
                }
            }
        }
        self.init(engine: engine, classes: classes, own: own, restoration: restoration)
    }

    init(engine: PrivacyEngine, classes: SensitiveClassSet, own: Set<[UInt8]>, restoration: RestorationMap) {
        self.engine = engine
        self.classes = classes
        self.own = own
        self.restoration = restoration
        var secrets = SensitiveClassSet()
        secrets.insert(.secret)
        isSecretsOnly = classes == secrets
    }

    /// How many values of the caller it knows, and none of them.
    public var description: String { "AnswerRules(\(own.count) own values)" }
    /// Shows no values.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether the caller itself sent this, however it is punctuated.
    func isOwn(_ value: UnsafeRawBufferPointer) -> Bool { !own.isEmpty && own.contains(Self.plain(value)) }

    /// A value without what separates its parts, ASCII letters in lower case: a model writes a card's digits as it likes.
    static func plain(_ value: UnsafeRawBufferPointer) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(value.count)
        for byte in value {
            if byte >= 0x80 || ByteClass.table[Int(byte)] & ByteClass.alphanumeric != 0 || byte == UInt8(ascii: "@") {
                plain.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
            }
        }
        return plain
    }
}
