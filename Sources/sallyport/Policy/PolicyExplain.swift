import Access
import ArgumentParser
import Foundation
import Gateway
import Inference
import Ledger
import LedgerStore

struct PolicyExplain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what policies decide about one request, by which rule, and what each rule saw.",
        discussion: """
            The request comes from flags, from a body that the detectors look through (--request), from a case of the tests \
            (--case), or from the ledger (--ledger). For each candidate of the model: every action, the policies that speak of it, \
            whether they apply, and the values they looked at. Of a prompt only counts are seen.

              sallyport policy explain --principal user:alice --team developers --model gpt-5-mini --data email=2
              sallyport policy explain --ledger 41
            """)

    @OptionGroup var policies: PolicyOption
    @OptionGroup var request: RequestOptions

    @Flag(help: "One JSON object a candidate.")
    var json = false

    func run() throws {
        let workbench = try policies.workbench()
        let sketch = try refusing { try request.sketch(workbench) }
        let explanations = try refusing { try workbench.explanations(of: sketch) }
        let report = ExplanationReport(sketch, explanations, workbench, question: try workbench.question(of: sketch))
        print(json ? try report.json() : report.text)
    }
}

/// The request to explain, in one of four ways.
struct RequestOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who asks.", valueName: "user:name or service:name"))
    var principal: String?

    @Option(help: ArgumentHelp("A team of theirs; may repeat.", valueName: "team"))
    var team: [String] = []

    @Option(help: ArgumentHelp("Their tenant; that of the teams unless given.", valueName: "tenant"))
    var tenant: String?

    @Option(help: ArgumentHelp("What is known of them; may repeat.", valueName: "name=value"))
    var attribute: [String] = []

    @Option(help: ArgumentHelp("The model asked for, an alias or provider/model.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("A class of data and how many; may repeat.", valueName: "class=count"))
    var data: [String] = []

    @Option(help: ArgumentHelp("A text to look through instead of --data.", valueName: "text"))
    var text: String?

    @Option(help: ArgumentHelp("A tool that the request defines; may repeat.", valueName: "name"))
    var tool: [String] = []

    @Option(help: ArgumentHelp("What x-sallyport-purpose says.", valueName: "word"))
    var purpose: String?

    @Option(help: ArgumentHelp("The caller's address; 127.0.0.1 unless given.", valueName: "address"))
    var clientIP: String?

    @Option(
        help: ArgumentHelp(
            "chat, responses, completions, embeddings, messages, count_tokens, converse, generate_content … or list_models.",
            valueName: "word"))
    var operation: String?

    @Option(help: ArgumentHelp("Tokens of the prompt; 100 unless given.", valueName: "count"))
    var estimatedTokens: Int?

    @Option(help: ArgumentHelp("When, in UTC; now unless given.", valueName: "moment"))
    var at: String?

    @Option(
        name: .customLong("request"),
        help: ArgumentHelp("A body as an application would send it; - for standard input.", valueName: "file.json"))
    var body: String?

    @Option(
        name: .customLong("case"), help: ArgumentHelp("A case of the tests.", valueName: "file.yaml:name"))
    var testCase: String?

    @Option(
        name: .customLong("ledger"),
        help: ArgumentHelp("A recorded request: req_…, or its entry, LOG/INDEX or INDEX.", valueName: "id or place"))
    var recorded: String?

    func validate() throws {
        guard testCase == nil && recorded == nil else {
            let others = [principal, model, text, purpose, clientIP, operation, at, body].contains { $0 != nil }
            if others || !data.isEmpty || !tool.isEmpty || testCase != nil && recorded != nil {
                throw ValidationError("--case and --ledger stand alone: they say everything of a request")
            }
            return
        }
        if principal == nil { throw ValidationError("--principal is missing: expected user:name or service:name") }
        if model == nil, body == nil {
            throw ValidationError("--model is missing: expected an alias or provider/model")
        }
        if body != nil, text != nil || !data.isEmpty {
            throw ValidationError("--request says what the data is: leave out --data and --text")
        }
    }

    func sketch(_ workbench: PolicyWorkbench) throws -> RequestSketch {
        if let testCase { return try sketch(ofCase: testCase, workbench) }
        if let recorded { return try sketch(ofRecord: recorded, workbench) }
        let bytes = try body.map { try InputText.read($0).bytes }
        let sketch: RequestSketch
        do {
            sketch = try PolicyTestReader.sketch(
                try words(bytes), for: workbench, now: Int64(Date().timeIntervalSince1970))
        } catch let error as ConfigurationErrors {
            throw ValidationError(error.errors.map(\.message).joined(separator: "\n"))
        }
        return try bytes.map { try workbench.sketch(sketch, body: $0) } ?? sketch
    }

    private func words(_ body: [UInt8]?) throws -> RequestWords {
        var who = RequestWords()
        let parts = (principal ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["user", "service"].contains(parts[0]) else {
            throw ValidationError("--principal: expected user:name or service:name, found `\(principal ?? "")`")
        }
        who.say(parts[0], parts[1])
        who.say("teams", all: team)
        who.say("tenant", tenant)
        who.say("attributes", named: try attribute.map { try pair($0, "--attribute", "name=value") })
        var words = RequestWords()
        words.say("principal", who)
        words.say("model", try model ?? body.flatMap { try Self.model(of: $0) })
        words.say("data", named: try data.map { try pair($0, "--data", "class=count") })
        words.say("text", text)
        words.say("tools", all: tool)
        words.say("purpose", purpose)
        words.say("client_ip", clientIP)
        words.say("operation", operation)
        words.say("estimated_tokens", estimatedTokens.map { String($0) })
        words.say("at", at)
        return words
    }

    private static func model(of body: [UInt8]) throws -> String {
        let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any]
        guard let model = object?["model"] as? String else {
            throw FileProblem("--request: expected a JSON object with a text `model`")
        }
        return model
    }

    private func pair(_ text: String, _ option: String, _ form: String) throws -> (name: String, text: String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw ValidationError("\(option): expected \(form), found `\(text)`") }
        return (parts[0], parts[1])
    }

    private func sketch(ofCase text: String, _ workbench: PolicyWorkbench) throws -> RequestSketch {
        guard let end = [".yaml:", ".yml:"].compactMap({ text.range(of: $0) }).first else {
            throw ValidationError("--case: expected file.yaml:name, found `\(text)`")
        }
        let (file, name) = (String(text[..<text.index(before: end.upperBound)]), String(text[end.upperBound...]))
        let cases = try PolicyTestReader.read([file], for: workbench)
        guard let test = cases.first(where: { $0.name == name }) else {
            throw FileProblem(
                "\(file): no case is called `\(name)`: there are "
                    + cases.map { "`\($0.name)`" }.joined(separator: ", "))
        }
        return test.sketch
    }

    private func sketch(ofRecord text: String, _ workbench: PolicyWorkbench) throws -> RequestSketch {
        let reader = try LedgerReader(directory: workbench.configuration.ledger.directory)
        var found: RecordedRequest?
        // A number alone is an index in the log that is written now.
        let index = try UInt64(text).flatMap { index in
            try reader.source.logNumbers().last.map { LedgerPosition(log: $0, index: index) }
        }
        if let position = LedgerPosition(text) ?? index {
            found = try reader.entry(at: position).flatMap { RecordedRequest(line: $0) }
        } else if let marker = LedgerReader.marker(ofRequest: text) {
            try reader.entries(holding: [marker]) { _, line in
                found = RecordedRequest(line: [UInt8](line))
                return found == nil
            }
        }
        guard let found else {
            throw FileProblem(
                "\(workbench.configuration.ledger.directory): no request `\(text)` among intents and denials")
        }
        if !found.gaps.isEmpty {
            complain(
                "note: the entry does not tell everything that policies saw: "
                    + found.gaps.map(\.rawValue).joined(separator: ", "))
        }
        return RequestSketch(recorded: found)
    }
}
