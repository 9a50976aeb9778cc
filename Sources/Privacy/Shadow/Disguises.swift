/// What had to be undone to read a text as a person or a model reads it.
struct Disguises: OptionSet, Sendable {
    let rawValue: UInt16

    /// Full-width forms, ligatures, superscripts, mathematical letters (Unicode's compatibility mappings), strokes through letters.
    static let compatibility = Disguises(rawValue: 1)
    /// Characters that show nothing: zero-width spaces and joiners, soft hyphens, direction marks, tags.
    static let invisible = Disguises(rawValue: 2)
    /// Digits of other scripts.
    static let digits = Disguises(rawValue: 4)
    /// Letters of other scripts that look like Latin ones.
    static let lookAlikes = Disguises(rawValue: 8)
    /// Spaces, dashes and full stops other than ASCII's.
    static let punctuation = Disguises(rawValue: 16)
    /// `%40`.
    static let percent = Disguises(rawValue: 32)
    /// `&#64;`, `&commat;`.
    static let html = Disguises(rawValue: 64)
    /// `\u0040`, `\x40`.
    static let codeEscape = Disguises(rawValue: 128)
    /// `alice [at] example [dot] com`.
    static let spelledMark = Disguises(rawValue: 256)
    static let base64 = Disguises(rawValue: 512)
    static let hexadecimal = Disguises(rawValue: 1024)

    /// In the order of their bits, for receipts and explanations.
    static let names: [(Disguises, String)] = [
        (.compatibility, "compatibility"), (.invisible, "invisible"), (.digits, "digits"), (.lookAlikes, "look-alikes"),
        (.punctuation, "punctuation"), (.percent, "percent"), (.html, "html"), (.codeEscape, "code-escape"),
        (.spelledMark, "spelled-mark"), (.base64, "base64"), (.hexadecimal, "hex"),
    ]

    /// Those that are in the set.
    var names: [String] { Self.names.filter { contains($0.0) }.map(\.1) }
}

extension Disguises: CustomStringConvertible {
    var description: String { names.joined(separator: ", ") }
}
