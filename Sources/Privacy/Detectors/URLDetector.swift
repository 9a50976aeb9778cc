/// Web addresses (RFC 3986): a scheme and a host with a dot, or a bare domain of a well-known top level.
enum URLDetector {
    private enum Bounds {
        static let scheme = 8
        static let length = 2_048
        static let host = 253
    }

    private enum Score {
        static let scheme = 85
        static let domain = 60
    }

    private static let schemes: Set<String> = ["http", "https", "ftp", "ftps", "sftp", "ws", "wss"]

    /// Top-level domains that bare names are taken with: those that are no endings of files and no common words after a full stop.
    private static let topLevels: Set<String> = Set(
        """
        com org net edu gov mil int info biz dev app io ai co uk de fr es it nl be at ch se no dk fi pt cz hu ro gr ie eu us ca au nz jp \
        cn kr br mx ar cl za ru ua tr il ae sg hk tw th site online shop store blog cloud xyz club page ee lt lv si sk bg hr lu is
        """.split(separator: " ").map(String.init))

    /// Examines `://`; the colon stands at `colon`.
    static func examine(colon: Int, in inspection: inout TextInspection) {
        let text = inspection.text
        guard text.byte(colon + 1) == UInt8(ascii: "/"), text.byte(colon + 2) == UInt8(ascii: "/"),
            inspection.enabled.contains(.url)
        else { return }
        var start = colon
        while start > 0, colon - start < Bounds.scheme, text.has(start - 1, ByteClass.letter) { start -= 1 }
        if text.isEscapeLetter(start), start > 0 { start += 1 }
        let scheme = String(decoding: (start..<colon).map { text.base[$0] | 0x20 }, as: UTF8.self)
        guard schemes.contains(scheme), let host = hostEnd(colon + 3, in: text) else { return }
        inspection.propose(Candidate(.url, start, end(after: host, in: text), score: Score.scheme))
    }

    /// Finds bare domains; one pass over the text, run only where the class is on.
    static func examineDomains(in inspection: inout TextInspection) {
        let text = inspection.text
        guard inspection.enabled.contains(.url) else { return }
        var position = 0
        while position < text.count {
            guard text.base[position] == UInt8(ascii: "."), text.has(position - 1, ByteClass.alphanumeric),
                text.has(position + 1, ByteClass.letter)
            else {
                position += 1
                continue
            }
            var start = position
            let lowest = max(0, position - 63)
            while start > lowest, text.has(start - 1, ByteClass.token) || text.base[start - 1] >= 0x80 { start -= 1 }
            let end = examineDomain(from: start, in: &inspection)
            position = max(end, position + 1)
        }
    }

    private static func examineDomain(from start: Int, in inspection: inout TextInspection) -> Int {
        let text = inspection.text
        var position = start
        var label = start
        let limit = min(text.count, start + Bounds.host)
        while position < limit {
            if text.has(position, ByteClass.token) || text.base[position] >= 0x80 {
                position += 1
            } else if text.base[position] == UInt8(ascii: "."), text.has(position + 1, ByteClass.alphanumeric) {
                position += 1
                label = position
            } else {
                break
            }
        }
        guard label > start, position - label >= 2, position - label <= 8, text.byte(start - 1) != UInt8(ascii: "@"),
            text.byte(start - 1) != UInt8(ascii: "/"), text.byte(position) != UInt8(ascii: "@"),
            text.byte(position) != UInt8(ascii: "("),
            topLevels.contains(String(decoding: (label..<position).map { text.base[$0] | 0x20 }, as: UTF8.self))
        else { return position }
        let hasPath =
            text.byte(position) == UInt8(ascii: "/")
            || text.byte(position) == UInt8(ascii: ":") && text.has(position + 1, ByteClass.digit)
        inspection.propose(
            Candidate(.url, start, hasPath ? end(after: position, in: text) : position, score: Score.domain))
        return position
    }

    /// The end of the host, if it has a dot, or is an address.
    private static func hostEnd(_ start: Int, in text: ScannedText) -> Int? {
        var position = start
        var host = start
        var hasDot = false
        let limit = min(text.count, start + Bounds.host)
        while position < limit {
            let byte = text.base[position]
            if byte == UInt8(ascii: "@") {
                host = position + 1
                hasDot = false
            } else if byte == UInt8(ascii: ".") {
                if position > host, text.has(position + 1, ByteClass.alphanumeric) || text.byte(position + 1) >= 0x80 {
                    hasDot = true
                }
            } else if text.classes[Int(byte)] & ByteClass.token == 0 && byte < 0x80 && byte != UInt8(ascii: ":")
                && byte != UInt8(ascii: "%")
            {
                break
            }
            position += 1
        }
        return hasDot ? position : nil
    }

    /// The end of path, query and fragment, without the punctuation of the sentence around it.
    private static func end(after host: Int, in text: ScannedText) -> Int {
        var position = host
        let limit = min(text.count, host + Bounds.length)
        scan: while position < limit {
            switch text.base[position] {
            case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "`"),
                UInt8(ascii: "{"), UInt8(ascii: "}"),
                UInt8(ascii: "|"), UInt8(ascii: "\\"), UInt8(ascii: "^"):
                break scan
            default: position += 1
            }
        }
        while position > host {
            switch text.base[position - 1] {
            case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "!"),
                UInt8(ascii: "?"),
                UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: ")"), UInt8(ascii: "]"):
                position -= 1
            default: return position
            }
        }
        return position
    }
}
