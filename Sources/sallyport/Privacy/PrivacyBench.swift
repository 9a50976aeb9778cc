import ArgumentParser
import Foundation
import Gateway
import Inference
import Privacy

struct PrivacyBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast texts are looked through, on one core.",
        discussion: """
            Without a file it takes chat text that it makes: prose, orders, code, JSON, with a value to find every few hundred words. \
            Times are the processor's, so other load counts little; each figure is the best of its runs.
            """)

    @OptionGroup var policy: PrivacyPolicyOption

    @Option(help: "Seconds for each figure.")
    var seconds = 1.0

    @Flag(help: "One JSON object.")
    var json = false

    @Option(help: ArgumentHelp("Print that many bytes of the made text, and measure nothing.", valueName: "bytes"))
    var printText: Int?

    @Argument(help: "A file with text of your own, instead of the made one.")
    var file: String?

    private struct Report: Encodable {
        let mixedMbPerS: Double
        let mixedBytes, mixedFindings: Int
        let promptUs: Double
        let promptBytes: Int
        let largeMbPerS: Double?
        let largeBytes: Int?
        let namesMbPerS, evasionMbPerS, restoringMbPerS, redactingMbPerS: Double
    }

    func validate() throws {
        guard seconds > 0, seconds <= 60 else {
            throw ValidationError("--seconds: expected more than 0 and at most 60, found `\(seconds)`")
        }
    }

    func run() throws {
        try reporting {
            if let printText { return print(String(decoding: SampleChat.text(bytes: printText), as: UTF8.self)) }
            let engine = try policy.engine()
            let mixed = try file.map { try InputText.read($0).bytes } ?? SampleChat.text(bytes: 1 << 20)
            guard !mixed.isEmpty else { throw ValidationError("the file is empty") }
            let findings = try mixed.withUnsafeBytes { try engine.inspect(text: $0).count }
            let whole = try best(engine, mixed)
            let prompt = Array(mixed.prefix(2_048))
            let one = try best(engine, prompt)
            var large: (bytes: Int, seconds: Double)?
            if file == nil {
                let text = SampleChat.text(bytes: 50 << 20)
                large = (text.count, try time(engine, text))
            }
            let names = try PrivacyEngineLoader.engine(
                with(policy.settings()) { $0.classes.formUnion([DataClass("person"), DataClass("place")]) })
            let disguised = SampleChat.disguised(mixed)
            let answers = try AnswerBench(policy.settings(), mixed)
            let report = Report(
                mixedMbPerS: Self.megabytes(mixed.count, whole), mixedBytes: mixed.count, mixedFindings: findings,
                promptUs: Self.rounded(one * 1e6), promptBytes: prompt.count,
                largeMbPerS: large.map { Self.megabytes($0.bytes, $0.seconds) }, largeBytes: large?.bytes,
                namesMbPerS: Self.megabytes(mixed.count, try best(names, mixed)),
                evasionMbPerS: Self.megabytes(disguised.count, try best(engine, disguised)),
                restoringMbPerS: Self.megabytes(answers.text.count, try best { try answers.restore() }),
                redactingMbPerS: Self.megabytes(answers.text.count, try best { try answers.redact() }))
            if json { return print(try JSONLine.text(report)) }
            var table = TextTable(["WHAT", "BYTES", "RESULT"])
            table.add(["text, \(findings) findings", "\(mixed.count)", "\(report.mixedMbPerS) MB/s"])
            table.add(["prompt", "\(prompt.count)", "\(report.promptUs) µs"])
            if let large, let speed = report.largeMbPerS {
                table.add(["long text, once", "\(large.bytes)", "\(speed) MB/s"])
            }
            table.add(["text, names and places on", "\(mixed.count)", "\(report.namesMbPerS) MB/s"])
            table.add(["text in disguises", "\(disguised.count)", "\(report.evasionMbPerS) MB/s"])
            table.add(["restoring, 32 bytes at a time", "\(answers.text.count)", "\(report.restoringMbPerS) MB/s"])
            table.add([
                "redacting answers, 32 bytes at a time", "\(answers.text.count)", "\(report.redactingMbPerS) MB/s",
            ])
            print(table.text)
        }
    }

    private func with(_ settings: PrivacySettings, _ change: (inout PrivacySettings) -> Void) -> PrivacySettings {
        var settings = settings
        change(&settings)
        return settings
    }

    /// The shortest time of one inspection, in seconds.
    private func best(_ engine: PrivacyEngine, _ text: [UInt8]) throws -> Double {
        try best { _ = try text.withUnsafeBytes { try engine.inspect(text: $0) } }
    }

    private func best(_ work: () throws -> Void) throws -> Double {
        var best = Double.infinity
        let end = ContinuousClock.now + .seconds(seconds)
        repeat { best = min(best, try time(work)) } while ContinuousClock.now < end
        return best
    }

    private func time(_ engine: PrivacyEngine, _ text: [UInt8]) throws -> Double {
        try time { _ = try text.withUnsafeBytes { try engine.inspect(text: $0) } }
    }

    private func time(_ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    private static func megabytes(_ bytes: Int, _ seconds: Double) -> Double { rounded(Double(bytes) / seconds / 1e6) }
    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

/// Chat text for measuring: the same each time.
enum SampleChat {
    private static let lines = [
        "Can you summarise the meeting notes from last Tuesday and list what everybody promised to do next?",
        "Sure. The team agreed to move the launch by two weeks, since the load test showed 3,200 requests a second at most.",
        "Please draft a reply to %EMAIL% about order 88213-A, which should have arrived on 12 March.",
        "The customer can be reached at %PHONE% between 9:00 and 17:30, but not on Fridays.",
        "for index in 0..<values.count where values[index] > threshold { total += values[index] * 0.25 }",
        "{\"status\": \"shipped\", \"items\": [{\"sku\": \"AX-4410\", \"quantity\": 2, \"price\": 19.90}], \"version\": \"1.12.3\"}",
        "Her card %CARD% was charged twice; the second payment of 42.50 EUR has to go back.",
        "Version 2.4.1 fixes the crash in commit 9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f0e and updates three libraries.",
        "Wie lange dauert die Lieferung nach Österreich, und was kostet sie bei einer Bestellung über 100 Euro?",
        "Le paiement se fait sur le compte %IBAN% avant la fin du mois, s'il vous plaît.",
        "| Region | Q1 | Q2 | Q3 |\n|---|---|---|---|\n| North | 1200 | 1350 | 1410 |\n| South | 980 | 1010 | 1175 |",
        "The server at %IP% answers with status 503 after 30 seconds; the others are fine.",
        "I would rather start with the smaller of the two projects, since the larger one depends on a decision that nobody has made yet.",
        "Could you explain the difference between a process and a thread to somebody who has never written a program?",
        "The garden behind the house was full of apple trees, and in autumn the whole street smelled of cider and wood smoke.",
        "Rewrite the paragraph so that it sounds friendlier, keeps the facts, and is not longer than what I have sent you.",
        "Of course. Here is a version that says the same in fewer words; tell me if the ending is too direct for your taste.",
        "Das Team trifft sich jeden Morgen kurz, danach arbeitet jeder an dem, was am Vortag liegen geblieben ist.",
        "Nous avons relu le texte ensemble et corrigé ce qui n’était pas clair — surtout la fin, qui restait trop vague.",
        "func render(_ node: Node) -> String { node.children.map { render($0) }.joined(separator: \"\\n\") }",
        "Write a short poem about a lighthouse keeper who counts the ships that never come back to the harbour.",
        "If the customer insists on a refund, apologise first, then explain what we can do and by when it will be done.",
        "Thanks, that helped a lot! One more thing: how would you tell a child why the sky is blue without using the word light?",
        "A good summary begins with the result, names what it rests on, and says in the end what is still open.",
        "2026-03-14T09:26:53Z INFO worker=7 job=4410 took 182 ms, retries 0, queue length 12",
    ]

    private static let values = [
        "%EMAIL%": "maria.keller@example.org", "%PHONE%": "+49 30 90182055", "%CARD%": "4242 4242 4242 4242",
        "%IBAN%": "FR14 2004 1010 0505 0001 3M02 606", "%IP%": "203.0.113.77",
    ]

    /// The same text as somebody writes it who does not want it to be read: each line in another disguise.
    static func disguised(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        for (index, line) in text.split(separator: 0x0A).enumerated() {
            switch index % 4 {
            case 0: output += Data(line).base64EncodedData()
            case 1:
                for byte in line {
                    output +=
                        (0x21...0x7E).contains(byte)
                        ? [0xEF, 0xBC + (byte - 0x20) / 64, 0x80 + (byte - 0x20) % 64] : [byte]
                }
            case 2:
                for byte in line { output += (0x30...0x39).contains(byte) ? Array("%3\(byte - 0x30)".utf8) : [byte] }
            default: for byte in line { output += (0x30...0x39).contains(byte) ? [byte, 0xE2, 0x80, 0x8B] : [byte] }
            }
            output.append(0x0A)
        }
        return output
    }

    /// Text of at least that many bytes.
    static func text(bytes: Int) -> [UInt8] {
        let whole = lines.map { line in
            values.reduce(line) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
        }
        var text: [UInt8] = []
        text.reserveCapacity(bytes + 256)
        var state: UInt64 = 88_172_645_463_325_252
        while text.count < bytes {
            // Marsaglia's xorshift: the same order each time.
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            text += whole[Int(state % UInt64(whole.count))].utf8
            text.append(0x0A)
        }
        return text
    }
}
