/// Text that cannot act on a terminal, whoever chose it.
public enum TerminalText {
    /// The text with U+FFFD for everything that acts on terminals or turns the direction of writing: control and format characters,
    /// separators of lines, private and unassigned ones.
    public static func harmless(_ text: some StringProtocol) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return String(text) }
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                safe.append("\u{FFFD}")
            default:
                safe.append(scalar)
            }
        }
        return String(safe)
    }
}
