/// Text that cannot act on a terminal or a page, whoever chose it.
public enum SafeText {
    /// The text with U+FFFD for everything that acts on terminals or turns the direction of writing: control and format characters,
    /// separators of lines, private and unassigned ones.
    public static func harmless(_ text: some StringProtocol) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return String(text) }
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { safe.append(isHarmless(scalar) ? scalar : "\u{FFFD}") }
        return String(safe)
    }

    /// The same, with the ends of lines (LF, CR LF as LF) and tabs kept: for texts of many lines.
    public static func harmlessLines(_ text: some StringProtocol) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }) { return String(text) }
        var safe = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if scalar == "\n", previous == "\r" { continue }
            if scalar == "\r" || scalar == "\n" {
                safe.append("\n")
            } else {
                safe.append(scalar == "\t" || isHarmless(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return String(safe)
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
