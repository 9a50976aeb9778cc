/// A text as a reader sees it, with offsets mapped back.
///
/// Whoever wants to carry data past an inspection writes it so that a program reads something else than a person or a model does:
/// `４１１１…` in full-width digits, `alice%40example.com`, `аlice@…` with a Cyrillic `а`, a zero-width space in the middle. The shadow
/// is the text with that undone; detectors look at it as at any other text, and what they find is mapped back to the bytes as sent.
///
/// Undone in turns, since disguises nest (`%2540`, or an escape in full-width letters), up to `turns`; each turn takes time linear in
/// the text, and no turn makes it more than a small constant longer. Malformed UTF-8 is copied as it is.
struct ShadowText: Sendable {
    /// Two levels of nested escapes and what lies under them.
    private static let turns = 3

    /// From the text to the shadow; only the last one has bytes.
    private var layers: [ShadowLayer]
    /// What was undone.
    private(set) var disguises: Disguises

    /// UTF-8 of the shadow.
    var bytes: [UInt8] { layers.last?.bytes ?? [] }

    /// `nil` if the text is its own shadow.
    static func make(of text: UnsafeBufferPointer<UInt8>, _ survey: TextSurvey? = nil) -> ShadowText? {
        if let survey, survey.signs.isDisjoint(with: [.escape, .outsideASCII]) { return nil }
        var shadow = ShadowText(layers: [], disguises: [])
        for turn in 0..<turns {
            let isUnescaped = shadow.add(over: text) { bytes, disguises in
                EscapeDecoding.rewrite(bytes, turn == 0 ? survey : nil, &disguises)
            }
            guard turn == 0 || isUnescaped else { break }
            if shadow.layers.isEmpty {
                if let survey, survey.signs.isDisjoint(with: .outsideASCII) { return nil }
                let need = CharacterFolding.need(of: text)
                if !need.isFolding {
                    guard need.hasLookAlikes, shadow.add(over: text, LookAlikeWords.rewrite) else { return nil }
                    _ = shadow.add(over: text, CharacterFolding.rewrite)
                    return shadow
                }
            }
            _ = shadow.add(over: text, CharacterFolding.rewrite)
        }
        _ = shadow.add(over: text, LookAlikeWords.rewrite)
        return shadow.layers.isEmpty ? nil : shadow
    }

    /// The text with what is hidden in it decoded in its place, so that the words beside a run speak for what is in it; a range inside
    /// maps to the whole run. `nil` if nothing is hidden. One level: what comes out may hide something in turn.
    static func decodingHidden(in text: UnsafeBufferPointer<UInt8>, _ survey: TextSurvey? = nil) -> ShadowText? {
        let hidden = HiddenText.all(in: text, survey ?? TextSurvey(text))
        guard !hidden.isEmpty else { return nil }
        var builder = ShadowLayerBuilder(text)
        for run in hidden {
            let disguise: Disguises =
                switch run.encoding {
                case .base64: .base64
                case .hexadecimal: .hexadecimal
                case .form: .percent
                }
            run.bytes.withUnsafeBufferPointer { builder.replace(run.range, with: $0, disguise) }
        }
        let disguises = builder.disguises
        return builder.finish().map { ShadowText(layers: [$0], disguises: disguises) }
    }

    /// The bytes of the original from which these were made: whole characters and escapes, and what was stripped between them.
    func originalRange(ofShadow range: Range<Int>) -> Range<Int> {
        var range = range
        for layer in layers.reversed() { range = layer.originalRange(of: range) }
        return range
    }

    /// Whether anything in this part of the shadow differs from the original. If not, whoever looked at the original has seen it.
    func isRewritten(_ range: Range<Int>) -> Bool {
        var range = range
        for layer in layers.reversed() {
            if layer.isRewritten(range) { return true }
            range = layer.originalRange(of: range)
        }
        return false
    }

    private enum Window {
        /// More than words beside a number reach (64 bytes) and values of several words are long; single words are followed to their ends.
        static let margin = 192
        /// How far a word is followed beyond that.
        static let word = 16_384
        /// Shorter texts are looked at whole.
        static let shortestText = 4_096
    }

    /// The parts of the shadow that have to be looked at, given that the original was: those around what was rewritten. A typographic
    /// dash here and there in a long text would else cost a second look at all of it.
    ///
    /// All of it where texts are short or disguises nested, where the parts are most of it, and where a key block may reach further.
    func windows() -> [Range<Int>] {
        let whole = [0..<bytes.count]
        guard layers.count == 1, bytes.count >= Window.shortestText, !holdsKeyBlock else { return whole }
        let windows = layers[0].windows(margin: Window.margin, farthest: Window.word)
        return windows.reduce(0) { $0 + $1.count } * 4 < bytes.count * 3 ? windows : whole
    }

    /// Whether `-----BEGIN` stands in it.
    private var holdsKeyBlock: Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var position = 4
            while position < bytes.count {
                // Of any five bytes in a row one is looked at: five dashes can't be missed.
                if bytes[position] == UInt8(ascii: "-") {
                    var end = position
                    while end < bytes.count, bytes[end] == UInt8(ascii: "-") { end &+= 1 }
                    if end &+ 5 <= bytes.count, bytes[end] == UInt8(ascii: "B"), bytes[end &+ 1] == UInt8(ascii: "E"),
                        bytes[end &+ 2] == UInt8(ascii: "G"), bytes[end &+ 3] == UInt8(ascii: "I"),
                        bytes[end &+ 4] == UInt8(ascii: "N")
                    {
                        return true
                    }
                    position = end &+ 4
                } else {
                    position &+= 5
                }
            }
            return false
        }
    }

    /// Adds a layer over the last one, or over the text.
    private mutating func add(
        over text: UnsafeBufferPointer<UInt8>,
        _ rewrite: (UnsafeBufferPointer<UInt8>, inout Disguises) -> ShadowLayer?
    ) -> Bool {
        var disguises = disguises
        let last = layers.count &- 1
        let layer =
            last < 0
            ? rewrite(text, &disguises) : layers[last].bytes.withUnsafeBufferPointer { rewrite($0, &disguises) }
        guard let layer else { return false }
        if last >= 0 { layers[last].forgetBytes() }
        layers.append(layer)
        self.disguises = disguises
        return true
    }
}

/// Holds what people wrote: it does not print.
extension ShadowText: CustomStringConvertible, CustomReflectable {
    var description: String { "ShadowText(\(bytes.count) bytes, \(disguises))" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
