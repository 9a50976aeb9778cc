/// What is watched of one request and its answer: numbers and a few words of ours or of the provider's, no text of anybody's.
public struct RequestFeatures: Hashable, Sendable {
    /// When it ended, in milliseconds since 1970.
    public var time: Int64
    /// Which model the provider says it was; a name of at most 64 letters, digits and `.-_:/@+`.
    public var reportedModel: String?
    /// Why the answer ended, in the provider's word.
    public var ending: String?
    /// The data classes that were found, joined by commas; `none` where there were none.
    public var dataClasses: String?
    /// The others by place; NaN where one does not apply.
    private var values = SIMD32<Double>(repeating: .nan)

    /// The words for the languages, by place.
    public static var languages: [String] { Language.allCases.map(\.rawValue) }

    /// Nothing is known yet.
    public init(time: Int64) { self.time = time }

    /// The value of a number, or of a category as its place; `nil` where it does not apply. Names are not here.
    public subscript(_ feature: DriftFeature) -> Double? {
        get {
            let value = values[feature.index]
            return value.isNaN ? nil : value
        }
        set { values[feature.index] = newValue.flatMap { $0.isFinite ? $0 : nil } ?? .nan }
    }

    /// The name of a feature that has one.
    func name(_ feature: DriftFeature) -> String? {
        switch feature {
        case .reportedModel: reportedModel
        case .ending: ending
        case .dataClasses: dataClasses
        default: nil
        }
    }

    /// Says what is known of the prompt's text, by its beginning.
    public mutating func setPrompt(_ text: [UInt8]) {
        guard let sketch = TextSketch(text) else { return }
        self[.promptTopic] = Double(sketch.cluster)
        self[.promptLanguage] = Double(Language.guess(text).place)
    }

    /// Says what is known of the answer's text, by its beginning.
    public mutating func setAnswer(_ text: [UInt8]) {
        guard let sketch = TextSketch(text) else { return }
        self[.answerTopic] = Double(sketch.cluster)
        self[.answerStyle] = sketch.style
        self[.answerLanguage] = Double(Language.guess(text).place)
    }

    /// The name if it is one that can be kept and shown: a peer wrote it.
    public static func name(_ text: String) -> String {
        let isName =
            (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "._-:/@+".utf8.contains(byte)
            }
        return isName ? text : "unprintable"
    }
}
