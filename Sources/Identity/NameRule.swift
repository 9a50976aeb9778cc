/// Which names principals, teams and tenants may have: they stand in policies, logs and the ledger as they are.
public enum NameRule {
    /// Whether a name has 1 to 128 ASCII letters, digits and `.` `_` `-` `@` `+` `:` `/`.
    public static func allows(_ name: some Collection<UInt8>) -> Bool {
        (1...128).contains(name.count) && name.allSatisfy(allowsLetter)
    }

    /// Whether a letter may stand in a name.
    public static func allowsLetter(_ letter: UInt8) -> Bool {
        Base62.isDigit(letter) || ".-_@+:/".utf8.contains(letter)
    }
}
