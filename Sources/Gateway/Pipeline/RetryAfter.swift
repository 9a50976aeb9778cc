import Glibc

/// How long a provider asks to be left alone (RFC 9110 §10.2.3).
enum RetryAfter {
    /// Nanoseconds from `retry-after-ms`, or from `retry-after` in either form: seconds, which some servers give as a fraction, or a date;
    /// `nil` where neither can be read.
    static func nanoseconds(milliseconds: String?, value: String?, epochSeconds: Int64) -> UInt64? {
        if let milliseconds, let number = decimal(milliseconds) { return scaled(number, 1e6) }
        guard let value else { return nil }
        if let seconds = decimal(value) { return scaled(seconds, 1e9) }
        guard let date = epoch(of: value) else { return nil }
        return date > epochSeconds ? scaled(Double(date - epochSeconds), 1e9) : 0
    }

    private static func decimal(_ text: String) -> Double? {
        guard (1...20).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E })
        else { return nil }
        return Double(text)
    }

    private static func scaled(_ number: Double, _ unit: Double) -> UInt64 { UInt64(min(number * unit, 1e18)) }

    /// Seconds since 1970 of an HTTP date as it is written today (IMF-fixdate, RFC 9110 §5.6.7).
    private static func epoch(of text: String) -> Int64? {
        // `Sun, 06 Nov 1994 08:49:37 GMT`
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", let day = Int32(parts[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(parts[2])), let year = Int32(parts[3]),
            (1970...9999).contains(year)
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false).map { Int32($0) }
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        var time = tm()
        (time.tm_year, time.tm_mon, time.tm_mday) = (year - 1900, Int32(month), day)
        (time.tm_hour, time.tm_min, time.tm_sec) = (hour, minute, second)
        return Int64(timegm(&time))
    }
}
