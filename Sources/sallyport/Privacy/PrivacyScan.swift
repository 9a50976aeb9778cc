import ArgumentParser
import Foundation
import Inference
import Privacy

struct PrivacyScan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Show the personal data and secrets in files; exit with 3 if there are any.",
        discussion: """
            In a terminal it shows the lines with what was found in colour; elsewhere file, line, column and class, but not the \
            values, so that the log of a pre-commit hook repeats none. `--form redacted` prints the whole text with each value \
            replaced by its class.

              git diff --cached -U0 | sallyport privacy scan -
            """)

    enum Form: String, ExpressibleByArgument, CaseIterable { case findings, redacted }
    enum Colour: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

    @OptionGroup var policy: PrivacyPolicyOption

    @Option(help: "What to print: the findings, or the text with each value replaced by its class.")
    var form = Form.findings

    @Option(name: .customLong("color"), help: "Whether to show the lines in colour: auto means in a terminal.")
    var colour = Colour.auto

    @Flag(help: "One JSON object a finding. Offsets count code points; start_byte and end_byte count bytes.")
    var json = false

    @Argument(help: "Files; - or none for standard input.")
    var files: [String] = []

    func validate() throws {
        if json, form == .redacted { throw ValidationError("--json and --form redacted exclude each other") }
    }

    func run() throws {
        try reporting {
            let engine = try policy.engine()
            var found = 0
            for path in files.isEmpty ? ["-"] : files {
                let text = try InputText.read(path)
                guard !text.isBinary else {
                    complain("\(text.name): not scanned: a binary file")
                    continue
                }
                let findings = try text.bytes.withUnsafeBytes { try engine.inspect(text: $0) }
                found += findings.count
                switch (form, json) {
                case (.redacted, _): printRedacted(text, findings)
                case (_, true): try printJSON(text, findings, engine)
                default: printFindings(text, findings, engine)
                }
            }
            if found > 0 { throw ExitCode(3) }
        }
    }

    private func printRedacted(_ text: InputText, _ findings: [Finding]) {
        var output: [UInt8] = []
        var end = 0
        for finding in findings {
            output += text.bytes[end..<finding.range.lowerBound]
            output += "[\(finding.sensitiveClass.label)]".utf8
            end = finding.range.upperBound
        }
        output += text.bytes[end...]
        FileHandle.standardOutput.write(Data(output))
    }

    private struct Line: Encodable {
        let `class`, detector, place: String
        let start, end, startByte, endByte, line, column, score: Int
    }

    private func printJSON(_ text: InputText, _ findings: [Finding], _ engine: PrivacyEngine) throws {
        var position = TextPosition()
        for finding in findings {
            position.advance(to: finding.range.lowerBound, in: text.bytes)
            let start = position
            position.advance(to: finding.range.upperBound, in: text.bytes)
            print(
                try JSONLine.text(
                    Line(
                        class: finding.dataClass.rawValue, detector: engine.detectorName(of: finding),
                        place: "\(text.name):\(start.line):\(start.column)", start: start.codePoint,
                        end: position.codePoint, startByte: finding.range.lowerBound,
                        endByte: finding.range.upperBound, line: start.line, column: start.column,
                        score: finding.score)))
        }
    }

    private func printFindings(_ text: InputText, _ findings: [Finding], _ engine: PrivacyEngine) {
        let isColoured = colour == .always || colour == .auto && isatty(STDOUT_FILENO) == 1
        if isColoured { return ColouredLines(text, findings).print() }
        var position = TextPosition()
        for finding in findings {
            position.advance(to: finding.range.lowerBound, in: text.bytes)
            print(
                "\(text.name):\(position.line):\(position.column): \(finding.dataClass) "
                    + "(\(engine.detectorName(of: finding)), score \(finding.score))")
        }
    }
}

/// The lines of a text that have findings, with the values in colour and their classes behind them.
private struct ColouredLines {
    private let text: InputText
    private let findings: [Finding]

    init(_ text: InputText, _ findings: [Finding]) {
        self.text = text
        self.findings = findings
    }

    func print() {
        var position = TextPosition()
        var index = 0
        while index < findings.count {
            let first = findings[index].range.lowerBound
            position.advance(to: first, in: text.bytes)
            let start = text.bytes[..<first].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            var line = "\u{1B}[2m\(text.name == "-" ? "" : text.name + ":")\(position.line):\u{1B}[0m "
            var end = start
            // Findings that begin on a line which is shown already belong to the same lines.
            var lineEnd = self.lineEnd(from: first)
            while index < findings.count, findings[index].range.lowerBound < lineEnd {
                let finding = findings[index]
                line += Self.visible(text.bytes[end..<finding.range.lowerBound])
                line += "\u{1B}[1;31m" + Self.visible(text.bytes[finding.range]) + "\u{1B}[0m"
                line += "\u{1B}[36m‹\(finding.dataClass)›\u{1B}[0m"
                end = finding.range.upperBound
                lineEnd = max(lineEnd, self.lineEnd(from: end))
                index += 1
            }
            line += Self.visible(text.bytes[end..<max(end, lineEnd)])
            Swift.print(line)
        }
    }

    private func lineEnd(from offset: Int) -> Int { text.bytes[offset...].firstIndex(of: 0x0A) ?? text.bytes.count }

    /// Without control characters, which could be orders to the terminal.
    private static func visible(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self).unicodeScalars
            .map { $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control ? String($0) : "·" }.joined()
    }
}
