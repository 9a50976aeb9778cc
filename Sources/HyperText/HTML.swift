internal import PlainText

/// HTML in the making. Every text and every attribute's value is escaped on its way in; names of elements and attributes are our
/// own. There is no way to put markup in from outside.
public struct HTML: Sendable {
    /// What is written so far.
    public private(set) var text = ""

    /// Nothing yet.
    public init() {}

    /// A name and a value of an attribute.
    public typealias Attribute = (StaticString, String)

    /// A text, escaped, without what acts on terminals or turns the direction of writing.
    public mutating func text(_ content: String) { text += Self.escaped(content) }

    /// An element with what `body` puts into it.
    public mutating func element(_ name: StaticString, _ attributes: Attribute?..., body: (inout HTML) -> Void) {
        open(name, attributes)
        body(&self)
        text += "</\(name)>"
    }

    /// An element that holds a text.
    public mutating func element(_ name: StaticString, _ attributes: Attribute?..., text content: String) {
        open(name, attributes)
        text(content)
        text += "</\(name)>"
    }

    /// An element that never holds anything, such as `input`.
    public mutating func empty(_ name: StaticString, _ attributes: Attribute?...) { open(name, attributes) }

    /// An element of SVG that holds nothing.
    public mutating func shape(_ name: StaticString, _ attributes: Attribute?...) {
        open(name, attributes)
        text += "</\(name)>"
    }

    /// Words of our own that are markup already.
    public mutating func own(_ markup: StaticString) { text += markup.description }

    /// A text of many lines, escaped like ``text(_:)`` but for the ends of lines and tabs, which stay.
    public mutating func lines(_ content: String) { text += Self.escapedLines(content) }

    /// The style sheet, which is ours.
    mutating func sheet() { text += PageStyle.sheet }

    private mutating func open(_ name: StaticString, _ attributes: [Attribute?]) {
        text += "<\(name)"
        for case let (name, value)? in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
        text += ">"
    }

    /// The text with `&`, `<`, `>`, `"` and `'` as references.
    public static func escaped(_ content: String) -> String {
        reference(SafeText.harmless(content))
    }

    /// The same for texts of many lines: the ends of lines and tabs stay.
    public static func escapedLines(_ content: String) -> String { reference(SafeText.harmlessLines(content)) }

    /// A number of SVG: with at most one decimal; 0 for what is not finite.
    public static func coordinate(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private static func reference(_ content: String) -> String {
        guard content.utf8.contains(where: { "&<>\"'".utf8.contains($0) }) else { return content }
        var escaped = ""
        escaped.reserveCapacity(content.utf8.count + 16)
        for scalar in content.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
