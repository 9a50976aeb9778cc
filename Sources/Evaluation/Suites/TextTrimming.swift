extension StringProtocol {
    /// Without white space at both ends.
    var trimmingBlanks: String {
        let scalars = unicodeScalars.drop(while: \.isBlank)
        guard let last = scalars.lastIndex(where: { !$0.isBlank }) else { return "" }
        return String(String.UnicodeScalarView(scalars[...last]))
    }
}

extension Unicode.Scalar {
    /// White space as Python's `str.isspace` has it: Unicode's property, and the four separators of ASCII.
    var isBlank: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}
