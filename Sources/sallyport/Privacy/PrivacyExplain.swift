import ArgumentParser
import Foundation
import Inference
import Privacy

struct PrivacyExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a span was or was not taken: its check digits, the words around it, its score.",
        discussion: """
            A finding needs the threshold of its class (`threshold` in privacy.yaml). Each span that some detector considered is \
            shown with what came of it: taken, rejected (its check digits are wrong), below_threshold, outranked (another finding \
            stands there), or allowed (privacy.yaml lists the value).

              echo 'call 415 555 0132' | sallyport privacy explain
            """)

    @OptionGroup var policy: PrivacyPolicyOption

    @Flag(help: "One JSON object a span. Offsets count code points.")
    var json = false

    @Argument(help: "A file; - or none for standard input.")
    var file = "-"

    private struct Line: Encodable {
        let `class`, detector, check, context, outcome: String
        let start, end, score, threshold: Int
    }

    func run() throws {
        try reporting {
            let engine = try policy.engine()
            let text = try InputText.read(file)
            let considered = try text.bytes.withUnsafeBytes { try engine.explain(text: $0) }
            var table = TextTable(["PLACE", "CLASS", "OUTCOME", "SCORE", "CHECK", "CONTEXT", "TEXT"])
            for span in considered {
                var position = TextPosition()
                position.advance(to: span.range.lowerBound, in: text.bytes)
                let start = position
                position.advance(to: span.range.upperBound, in: text.bytes)
                if json {
                    print(
                        try JSONLine.text(
                            Line(
                                class: span.dataClass.rawValue, detector: span.detector, check: span.check,
                                context: span.context, outcome: span.outcome.rawValue, start: start.codePoint,
                                end: position.codePoint, score: span.score, threshold: span.threshold)))
                } else {
                    let bytes = text.bytes[
                        max(0, span.range.lowerBound)..<min(text.bytes.count, span.range.upperBound)]
                    table.add([
                        "\(start.line):\(start.column)", span.dataClass.rawValue, span.outcome.rawValue,
                        "\(span.score) of \(span.threshold)", span.check, span.context, Self.short(bytes),
                    ])
                }
            }
            if !json { print(considered.isEmpty ? "nothing was considered" : table.text) }
        }
    }

    private static func short(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self).unicodeScalars
            .map { $0.properties.generalCategory == .control ? "·" : String($0) }
        return text.count > 40 ? text.prefix(39).joined() + "…" : text.joined()
    }
}
