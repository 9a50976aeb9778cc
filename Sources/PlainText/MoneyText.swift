/// Money as people read it, exactly.
public enum MoneyText {
    /// Nano-USD as dollars with as many places as there are, at least two: `12.50`, `0.000000001`.
    public static func dollars(_ nanoUSD: Int64) -> String {
        let digits = String(nanoUSD.magnitude % 1_000_000_000)
        var fraction = String(repeating: "0", count: 9 - digits.count) + digits
        while fraction.utf8.count > 2, fraction.last == "0" { fraction.removeLast() }
        return "\(nanoUSD < 0 ? "-" : "")\(NumberText.grouped(nanoUSD.magnitude / 1_000_000_000)).\(fraction)"
    }
}

/// Numbers as people read them.
public enum NumberText {
    /// `1,234,567`.
    public static func grouped(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// Microseconds as `870 µs`, `12.3 ms`, `1.25 s`.
    public static func duration(_ microseconds: Int64) -> String {
        switch microseconds {
        case ..<1_000: "\(microseconds) µs"
        case ..<10_000: "\(microseconds / 1_000).\(digits(microseconds % 1_000 / 10)) ms"
        case ..<1_000_000: "\(microseconds / 1_000).\(microseconds % 1_000 / 100) ms"
        default: "\(grouped(microseconds / 1_000_000)).\(digits(microseconds % 1_000_000 / 10_000)) s"
        }
    }

    private static func digits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension MoneyText {
    /// Nano-USD as dollars and cents, rounded half up, for tables where cents are enough; what is less than half a cent and more than
    /// nothing reads `<0.01`.
    public static func rounded(_ nanoUSD: Int64) -> String {
        let cents = nanoUSD.magnitude / 10_000_000 + (nanoUSD.magnitude % 10_000_000 >= 5_000_000 ? 1 : 0)
        if cents == 0, nanoUSD != 0 { return "<0.01" }
        let rest = cents % 100
        return "\(nanoUSD < 0 ? "-" : "")\(NumberText.grouped(cents / 100)).\(rest < 10 ? "0" : "")\(rest)"
    }
}
