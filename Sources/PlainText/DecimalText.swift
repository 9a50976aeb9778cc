/// Numbers with a stated count of decimals.
public enum DecimalText {
    /// The number with so many decimals, 0 to 9, rounded half away from zero and its whole part grouped by threes: `0.914`,
    /// `1,250.50`; `–` for what is not finite or 10¹⁵ and more. A minus is U+2212; nothing reads `−0`.
    public static func fixed(_ value: Double, _ decimals: Int) -> String {
        let decimals = min(max(decimals, 0), 9)
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        var unit = 1.0
        for _ in 0..<decimals { unit *= 10 }
        let whole = abs(value).rounded(.down)
        var fraction = ((abs(value) - whole) * unit).rounded()
        var count = UInt64(whole)
        if fraction >= unit {
            fraction = 0
            count += 1
        }
        let sign = value < 0 && (count > 0 || fraction > 0) ? "−" : ""
        guard decimals > 0 else { return sign + NumberText.grouped(count) }
        let digits = String(UInt64(fraction))
        return sign + NumberText.grouped(count) + "." + String(repeating: "0", count: decimals - digits.utf8.count)
            + digits
    }

    /// With a sign before it: `+0.021`, `−0.021`, `0.000`.
    public static func signed(_ value: Double, _ decimals: Int) -> String {
        let text = fixed(value, decimals)
        return value > 0 && text.utf8.contains { (0x31...0x39).contains($0) } ? "+" + text : text
    }

    /// So many significant digits at least, 1 to 9, and at most nine decimals: `0.00042`, `12.5`, `1,250`.
    public static func significant(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, value != 0 else { return fixed(value, 0) }
        var (size, decimals) = (abs(value), digits - 1)
        while size >= 10, decimals > 0 { (size, decimals) = (size / 10, decimals - 1) }
        while size < 1, decimals < 9 { (size, decimals) = (size * 10, decimals + 1) }
        var text = fixed(value, decimals)
        guard text.contains(".") else { return text }
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}
