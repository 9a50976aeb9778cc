public import Ledger

/// What a page's address asks for: pairs behind the `?`, as a form sends them, and links that change some of them.
public struct PageQuery: Hashable, Sendable {
    /// Names and texts, each name once, as they were given; empty texts are left out.
    public private(set) var values: [String: String]

    private enum Bounds {
        /// The longest address that is read.
        static let bytes = 4_096
    }

    /// Names that mean something, in the order in which links have them.
    static let names = ["since", "until", "decision"] + LedgerFilter.Field.allCases.map(\.rawValue)

    /// Nothing asked for.
    public init() { values = [:] }

    /// Reads what stands behind the `?`; `nil` where that is no such thing, or too long.
    public init?(_ query: some StringProtocol) {
        guard query.utf8.count <= Bounds.bytes else { return nil }
        values = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let text = Self.decoded(parts.count > 1 ? parts[1] : "") else {
                return nil
            }
            guard Self.names.contains(name), !text.isEmpty else { continue }
            values[name] = text
        }
    }

    /// The filter that it asks for; a text where it cannot be understood.
    public func filter(now: LedgerTime) -> Result<LedgerFilter, PageProblem> {
        var filter = LedgerFilter()
        for (name, path) in [("since", \LedgerFilter.since), ("until", \LedgerFilter.until)] {
            guard let text = values[name] else { continue }
            guard let time = LedgerFilter.moment(text, now: now) else {
                return .failure(
                    PageProblem("\(name): expected 7d, 12h, 30m, or a date or moment in UTC, found \(text)"))
            }
            filter[keyPath: path] = time
        }
        if let text = values["decision"] {
            guard let decision = LedgerFilter.Decision(rawValue: text) else {
                return .failure(PageProblem("decision: expected permitted or denied, found \(text)"))
            }
            filter.decision = decision
        }
        for field in LedgerFilter.Field.allCases { filter[field] = values[field.rawValue] }
        return .success(filter)
    }

    /// The address with some texts changed; `nil` leaves one out.
    func address(_ path: String = "/exposure", changing changes: [String: String?] = [:]) -> String {
        var values = values
        for (name, text) in changes { values[name] = text }
        let pairs = Self.names.compactMap { name in values[name].map { "\(name)=\(Self.encoded($0))" } }
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// With `%` and two digits for all but letters, digits and `-._~`.
    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return encoded
    }

    private static func decoded(_ text: Substring) -> String? { decoded(text as any StringProtocol) }

    private static func decoded(_ text: any StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 0x2B: bytes.append(0x20)
            case 0x25:
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else {
                    return nil
                }
                rest = rest.dropFirst(2)
                bytes.append(value)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Why a page cannot be given.
public struct PageProblem: Error, Hashable, Sendable {
    /// For whoever asked.
    public let text: String

    /// Puts it together.
    public init(_ text: String) { self.text = text }
}

extension LedgerFilter {
    /// A moment as people write it: `7d`, `12h` or `30m` before now, or a date or moment in UTC; `nil` for anything else.
    public static func moment(_ text: String, now: LedgerTime) -> LedgerTime? {
        if let time = LedgerTime(text) { return time }
        let units: [Character: Int64] = ["d": 86_400_000, "h": 3_600_000, "m": 60_000]
        guard let unit = text.last.flatMap({ units[$0] }), text.count <= 8, let count = Int64(text.dropLast()),
            count > 0
        else { return nil }
        return LedgerTime(milliseconds: now.milliseconds - count * unit)
    }
}
