/// What providers seal their thoughts with, carried through a dialect that has another place for it, so that it can go back where it came
/// from: with a mark in front, by which nobody takes another's for its own.
enum GeminiSeal {
    /// Another provider's signature or sealed thoughts, in Gemini's `thoughtSignature`, which has to be base64.
    enum Foreign: Equatable {
        case signature(EscapedText)
        case sealed(EscapedText)

        private static let signatureMark = Array("thinking.".utf8)
        private static let sealedMark = Array("redacted_thinking.".utf8)

        /// As a `thoughtSignature`.
        var text: EscapedText {
            switch self {
            case .signature(let text): Base64Text.encoded(Self.signatureMark + text.decoded())
            case .sealed(let text): Base64Text.encoded(Self.sealedMark + text.decoded())
            }
        }

        /// Reads a `thoughtSignature`; `nil` for one of Gemini's own.
        init?(_ text: EscapedText) {
            guard let bytes = Base64Text.decoded(text) else { return nil }
            if bytes.starts(with: Self.signatureMark) {
                self = .signature(EscapedText(utf8: Array(bytes.dropFirst(Self.signatureMark.count))))
            } else if bytes.starts(with: Self.sealedMark) {
                self = .sealed(EscapedText(utf8: Array(bytes.dropFirst(Self.sealedMark.count))))
            } else {
                return nil
            }
        }
    }

    private static let mark = Array("gemini.".utf8)

    /// Gemini's own `thoughtSignature` as another dialect's signature of thoughts.
    static func carried(_ signature: EscapedText) -> EscapedText {
        EscapedText(escaped: (mark + signature.bytes)[...])
    }

    /// Gemini's own, as it came back; `nil` for another's, or one that was changed on its way.
    static func own(_ signature: EscapedText?) -> EscapedText? {
        guard let signature, signature.bytes.starts(with: mark) else { return nil }
        let own = EscapedText(escaped: signature.bytes.dropFirst(mark.count))
        return Base64Text.decoded(own) == nil ? nil : own
    }

    /// What Google has one say of a call that another model made, or whose signature could not be kept.
    static let none = EscapedText("skip_thought_signature_validator")
}
