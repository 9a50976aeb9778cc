/// Names that somebody outside chose, for messages.
public enum LedgerText {
    /// A text without what acts on terminals or turns the direction of writing.
    public static func harmless(_ text: some StringProtocol) -> String {
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
