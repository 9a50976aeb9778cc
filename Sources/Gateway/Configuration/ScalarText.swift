/// How durations, sizes, prices and switches are written. Each reader takes the whole text or nothing.
enum ScalarText {
    /// Milliseconds of `500ms`, `30s`, `5m`, `4h`, `90d`.
    static func milliseconds(_ text: String) -> Int? {
        measure(text, units: [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])
    }

    /// Bytes of `512B`, `64KiB`, `32MiB`, `1GiB` (powers of 1,024), `64kB`, `32MB`, `1GB` (powers of 1,000), or of a bare number.
    static func bytes(_ text: String) -> Int? {
        integer(text)
            ?? measure(
                text,
                units: [
                    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1000), ("MB", 1_000_000),
                    ("GB", 1_000_000_000),
                    ("B", 1),
                ])
    }

    /// The number of decimal digits only, of at most 18 of them.
    static func integer(_ text: some StringProtocol) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    /// A decimal number such as `0.25` in units of 10⁻ⁿ, n being `places`, up to a million; `nil` also for one with more places.
    static func decimal(_ text: some StringProtocol, places: Int) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = integer(parts[0]), whole <= 1_000_000 else { return nil }
        let unit = (0..<places).reduce(Int64(1)) { unit, _ in unit * 10 }
        guard parts.count == 2 else { return Int64(whole) * unit }
        var fraction = parts[1][...]
        while fraction.utf8.count > places, fraction.hasSuffix("0") { fraction = fraction.dropLast() }
        guard (1...places).contains(fraction.utf8.count),
            let value = integer(fraction + String(repeating: "0", count: places - fraction.utf8.count))
        else { return nil }
        return Int64(whole) * unit + Int64(value)
    }

    /// `true`, `on`, `yes`, `false`, `off`, `no`.
    static func bool(_ text: String) -> Bool? {
        switch text {
        case "true", "on", "yes": true
        case "false", "off", "no": false
        default: nil
        }
    }

    /// The shortest way to write a number of milliseconds.
    static func text(milliseconds: Int) -> String {
        for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        where milliseconds > 0 && milliseconds % size == 0 { return "\(milliseconds / size)\(unit)" }
        return "\(milliseconds)ms"
    }

    /// The shortest way to write a number of bytes.
    static func text(bytes: Int) -> String {
        for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes > 0 && bytes % size == 0
        {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)B"
    }

    private static func measure(_ text: String, units: [(String, Int)]) -> Int? {
        for (unit, size) in units where text.hasSuffix(unit) {
            guard let number = integer(text.dropLast(unit.count)) else { continue }
            let (product, hasOverflown) = number.multipliedReportingOverflow(by: size)
            return hasOverflown ? nil : product
        }
        return nil
    }
}
