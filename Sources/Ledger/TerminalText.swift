internal import PlainText

/// Text that cannot act on a terminal, whoever chose it.
public enum TerminalText {
    /// The text with U+FFFD for everything that acts on terminals or turns the direction of writing: control and format characters,
    /// separators of lines, private and unassigned ones.
    public static func harmless(_ text: some StringProtocol) -> String { SafeText.harmless(text) }
}
