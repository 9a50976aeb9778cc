public import Inference
import JSONText

/// Sensitive data found in a text: where and what, never the value.
public struct Finding: Sendable, Hashable {
    /// Index into `InferenceRequest.texts` (0 where a text alone was inspected).
    public let text: Int
    /// Which bytes of the decoded text (UTF-8), at borders of characters.
    public let range: Range<Int>
    /// The detector's class.
    public let sensitiveClass: SensitiveClass
    /// The class as policies know it: the detector's, or a name of the settings' own.
    public let dataClass: DataClass
    /// How sure, from the settings' threshold to 100.
    public let score: Int
    /// Which of the class's forms it has; see `PrivacyEngine.detectorName`.
    let variant: Int
    /// Whether it holds more than a value of its class: what overlapped it was merged into it.
    let isMerged: Bool
    /// What it says, where it was found in disguise; see `Findings.plains`.
    let plain: PlainNumber
}

/// All that inspection found in one request.
public struct Findings: Sendable {
    /// Sorted by text and then by place; no two overlap.
    public let items: [Finding]
    /// What policies and the ledger may know of it.
    public let summary: DataSummary
    /// Classes of findings that gave way to others standing in the same place: policies and treatments that refuse know of them.
    let outranked: Set<DataClass>
    /// What was found and gave way to a finding that covers its place, in the order of texts.
    let beaten: [Beaten]
    /// Values that were found in disguise.
    let plains: PlainValues
    /// The body that was inspected: findings treat no other request.
    let body: JSONDocument

    /// What gave way.
    struct Beaten: Sendable {
        let finding: Finding
        /// Whether `summary` counts it, and its class is among `outranked`.
        let losesClass: Bool
    }

    /// The findings of each text that has some: indices into `items`, and the text's index.
    func forEachText(_ body: (_ items: Range<Int>, _ text: Int) -> Void) {
        var first = 0
        while first < items.count {
            let text = items[first].text
            var end = first + 1
            while end < items.count, items[end].text == text { end += 1 }
            body(first..<end, text)
            first = end
        }
    }

    /// Whether there is nothing to treat.
    public var isEmpty: Bool { items.isEmpty }
}

/// A span that another analyser found in a text: a larger model that somebody runs beside the gateway.
public struct ForeignSpan: Sendable, Hashable {
    /// Which bytes of the decoded text (UTF-8).
    public let range: Range<Int>
    /// The class; one that the catalogue lacks counts as `custom`.
    public let dataClass: DataClass
    /// How sure, 0…100.
    public let score: Int

    /// Puts a span together; ranges outside the text make the inspection fail.
    public init(range: Range<Int>, dataClass: DataClass, score: Int) {
        self.range = range
        self.dataClass = dataClass
        self.score = score
    }
}
