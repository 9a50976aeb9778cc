internal import PlainText

/// Results of tests in the XML that build servers read (JUnit's): suites of cases, of which each passed, failed, is an error
/// or was left out. Every text is escaped on its way in.
public struct TestDocument: Sendable {
    /// A case.
    public struct Case: Sendable, Hashable {
        /// How it ended.
        public enum Outcome: Sendable, Hashable {
            /// It passed.
            case passed
            /// It failed, and why.
            case failed(String)
            /// It could not be judged, and why.
            case error(String)
            /// It was left out, and why.
            case skipped(String)
        }

        /// Its name.
        public let name: String
        /// What build servers group it under.
        public let group: String
        /// The file that it stands in, and the line from 1; `nil`: none.
        public let place: (file: String, line: Int)?
        /// How long it took, in seconds; `nil`: not measured.
        public let seconds: Double?
        /// How it ended.
        public let outcome: Outcome

        /// Puts a case together.
        public init(
            name: String, group: String, place: (file: String, line: Int)? = nil, seconds: Double? = nil,
            outcome: Outcome
        ) {
            self.name = name
            self.group = group
            self.place = place
            self.seconds = seconds
            self.outcome = outcome
        }

        /// By all members.
        public static func == (left: Case, right: Case) -> Bool {
            left.name == right.name && left.group == right.group && left.place?.file == right.place?.file
                && left.place?.line == right.place?.line && left.seconds == right.seconds
                && left.outcome == right.outcome
        }

        /// By name and group.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(group)
        }
    }

    private var body = ""

    /// A document without suites.
    public init() {}

    /// Adds a suite of cases.
    public mutating func add(suite name: String, _ cases: [Case]) {
        var (failures, errors, skipped) = (0, 0, 0)
        var lines = ""
        for test in cases {
            switch test.outcome {
            case .passed: break
            case .failed: failures += 1
            case .error: errors += 1
            case .skipped: skipped += 1
            }
            Self.write(test, to: &lines)
        }
        body += "  <testsuite name=\"\(Self.escaped(name))\" tests=\"\(cases.count)\" failures=\"\(failures)\""
        if errors > 0 { body += " errors=\"\(errors)\"" }
        if skipped > 0 { body += " skipped=\"\(skipped)\"" }
        body += ">\n\(lines)  </testsuite>\n"
    }

    /// The document.
    public var text: String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n\(body)</testsuites>\n"
    }

    private static func write(_ test: Case, to text: inout String) {
        text += "    <testcase name=\"\(escaped(test.name))\" classname=\"\(escaped(test.group))\""
        if let place = test.place { text += " file=\"\(escaped(place.file))\" line=\"\(place.line)\"" }
        if let seconds = test.seconds, seconds.isFinite {
            text += " time=\"\(DecimalText.fixed(max(seconds, 0), 3).filter { $0 != "," })\""
        }
        switch test.outcome {
        case .passed: text += "/>\n"
        case .failed(let why): text += ">\n      <failure message=\"\(escaped(why))\"/>\n    </testcase>\n"
        case .error(let why): text += ">\n      <error message=\"\(escaped(why))\"/>\n    </testcase>\n"
        case .skipped(let why): text += ">\n      <skipped message=\"\(escaped(why))\"/>\n    </testcase>\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) && !"&<>\"".utf8.contains($0) }
        if isPlain { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // XML 1.0 has no way to write these.
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
