internal import Ledger

/// HTML in the making. Every text and every attribute's value is escaped on its way in; names of elements and attributes are our
/// own. There is no way to put markup in from outside.
struct HTML {
    private(set) var text = ""

    /// A name and a value of an attribute.
    typealias Attribute = (StaticString, String)

    /// A text, escaped, without what acts on terminals or turns the direction of writing.
    mutating func text(_ content: String) { text += Self.escaped(content) }

    /// An element with what `body` puts into it.
    mutating func element(_ name: StaticString, _ attributes: Attribute?..., body: (inout HTML) -> Void) {
        open(name, attributes)
        body(&self)
        text += "</\(name)>"
    }

    /// An element that holds a text.
    mutating func element(_ name: StaticString, _ attributes: Attribute?..., text content: String) {
        open(name, attributes)
        text(content)
        text += "</\(name)>"
    }

    /// An element that never holds anything, such as `input`.
    mutating func empty(_ name: StaticString, _ attributes: Attribute?...) { open(name, attributes) }

    /// An element of SVG that holds nothing.
    mutating func shape(_ name: StaticString, _ attributes: Attribute?...) {
        open(name, attributes)
        text += "</\(name)>"
    }

    /// Words of our own that are markup already.
    mutating func own(_ markup: StaticString) { text += markup.description }

    /// The style sheet, which is ours.
    mutating func sheet() { text += PageStyle.sheet }

    private mutating func open(_ name: StaticString, _ attributes: [Attribute?]) {
        text += "<\(name)"
        for case let (name, value)? in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
        text += ">"
    }

    /// The text with `&`, `<`, `>`, `"` and `'` as references.
    static func escaped(_ content: String) -> String {
        let content = TerminalText.harmless(content)
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
