internal import LedgerStore

/// An entry as a message of RFC 5424, in the frame of RFC 5425 §4.3: its length in digits, a blank, and the message.
enum SyslogMessage {
    /// The number under which IANA knows no company: RFC 5612 gives it to examples, and who has none of his own uses it.
    static let structuredDataID = "sallyport@32473"

    /// The frame. The message's text is the entry's JSON, whole and without a byte order mark; what tells entries apart
    /// stands in the structured data: the log's name and the entry's index.
    static func frame(_ entry: StreamEntry, facility: Int, hostname: String) -> [UInt8] {
        let message = message(entry, facility: facility, hostname: hostname)
        return Array("\(message.count) ".utf8) + message
    }

    static func message(_ entry: StreamEntry, facility: Int, hostname: String) -> [UInt8] {
        let severity =
            switch entry.severity {
            case .warning: 4
            case .notice: 5
            case .informational: 6
            }
        let time = entry.time.map { "\($0)" } ?? "-"
        var message = Array(
            "<\(facility * 8 + severity)>1 \(time) \(name(hostname, 255)) sallyport - \(name(entry.kind, 32)) "
                .utf8)
        message += Array(
            "[\(structuredDataID) log=\"\(value(entry.origin))\" seq=\"\(entry.position.index)\"] ".utf8)
        return message + entry.json
    }

    /// Visible ASCII without blanks, at most so many characters (RFC 5424 §6.2.4 and after); `-` for nothing.
    private static func name(_ text: String, _ longest: Int) -> String {
        let bytes = text.utf8.prefix(longest).map { $0 > 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "_") }
        return bytes.isEmpty ? "-" : String(decoding: bytes, as: UTF8.self)
    }

    /// A parameter's value (RFC 5424 §6.3.3).
    private static func value(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if character == "\"" || character == "\\" || character == "]" { escaped.append("\\") }
            escaped.append(character)
        }
    }
}
