import ArgumentParser
import Cedar
import Foundation
import JSONText

struct CedarAuthorize: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorize",
        abstract: "Decide a request, or many; exit with 0 if it is allowed and 2 if it is denied.",
        discussion: """
              sallyport cedar authorize -p policies.cedar --entities entities.json \\
                -l 'User::"alice"' -a 'Action::"view"' -r 'Photo::"p1"' --verbose

            --requests takes a file with one request a line, each as --request-json has it, and exits with 0 whatever the \
            decisions. With --json each answer is a line
            {"decision":"allow","reason":["policy0"],"errors":["policy2"],"messages":["…"]}: the policies that decided, \
            those that failed, and why they failed.
            """)

    @OptionGroup var policies: CedarPoliciesOption
    @OptionGroup var schema: CedarSchemaOption
    @OptionGroup var entities: CedarEntitiesOption
    @OptionGroup var request: CedarRequestOption

    @Option(help: ArgumentHelp("Many requests, one JSON object a line; - for standard input.", valueName: "FILE.jsonl"))
    var requests: String?

    @Flag(help: "One JSON object an answer.")
    var json = false

    @Flag(name: .shortAndLong, help: "Name the policies that decided.")
    var verbose = false

    @Flag(
        name: .shortAndLong,
        help: "Say how long decisions took, on standard error; with --requests each is taken 21 times.")
    var timing = false

    func validate() throws {
        if requests != nil, request.isGiven {
            throw ValidationError("--requests stands for --principal, --action, --resource and --context")
        }
    }

    func run() throws {
        try reporting {
            var inputs = CedarInputs()
            let policySet = try inputs.read(policies.policySet)
            let schema = try inputs.read(self.schema.read) ?? nil
            let hierarchy = try inputs.read { try entities.hierarchy(schema) }
            if let requests {
                try inputs.finish()
                guard let policySet, let hierarchy else { return }
                return try answer(requests, policySet, hierarchy, schema)
            }
            let question = try inputs.read { try request.request(schema) }
            try inputs.finish()
            guard let policySet, let hierarchy, let question else { return }
            let start = ContinuousClock.now
            let response = policySet.isAuthorized(question, entities: hierarchy)
            if timing { complain("decided in \(start.duration(to: .now))") }
            if json { print(Self.line(response)) } else { show(response) }
            if response.decision == .deny { throw CedarExit.denied }
        }
    }

    private func show(_ response: Response) {
        print(response.decision == .allow ? "ALLOW" : "DENY")
        if !response.errors.isEmpty {
            print()
            for error in response.errors { print(error) }
        }
        guard verbose else { return }
        print()
        if response.determining.isEmpty { return print("note: no policies applied to this request") }
        print("note: this decision was due to the following policies:")
        for policy in response.determining { print("  \(policy)") }
    }

    /// Takes decisions again and again, and says how long they took: half of them at most the median.
    private func time(_ questions: [Request], _ policySet: PolicySet, _ hierarchy: Entities) {
        var times: [Duration] = []
        times.reserveCapacity(questions.count * 20)
        for round in 0...20 {
            for question in questions {
                let start = ContinuousClock.now
                _ = policySet.isAuthorized(question, entities: hierarchy)
                // The first round fills caches.
                if round > 0 { times.append(start.duration(to: .now)) }
            }
        }
        guard !times.isEmpty else { return }
        times.sort()
        let (median, late) = (times[times.count / 2], times[times.count * 99 / 100])
        complain("\(times.count) decisions, median \(median / .microseconds(1)) µs, 99 % \(late / .microseconds(1)) µs")
    }

    /// Answers a file of requests; a line that is no request is reported and makes the exit code 1.
    private func answer(_ path: String, _ policySet: PolicySet, _ hierarchy: Entities, _ schema: Schema?) throws {
        let (name, text) = try cedarText(path)
        var output = ""
        var failures = 0
        var questions: [Request] = []
        // By bytes: to Swift, a carriage return and a new line are one character.
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        for (number, line) in lines.enumerated() {
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            let question: Request
            do {
                question = try Request(json: line, source: name, schema: schema)
                try request.check(question, schema)
            } catch {
                failures += 1
                let places = (error as? PolicyErrors)?.errors.map { ":\($0.position.column): \($0.message)" }
                for place in places ?? [": \(error)"] { complain("\(name):\(number + 1)\(place)") }
                output += json ? "{\"error\":\"no request\"}\n" : "ERROR\n"
                continue
            }
            let response = policySet.isAuthorized(question, entities: hierarchy)
            if timing { questions.append(question) }
            output += json ? Self.line(response) : "\(response.decision)".uppercased()
            output += "\n"
        }
        FileHandle.standardOutput.write(Data(output.utf8))
        if timing { time(questions, policySet, hierarchy) }
        if failures > 0 { throw ExitCode.failure }
    }

    private static func line(_ response: Response) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.key("decision")
        json.string(response.decision.rawValue)
        list("reason", response.determining, to: &json)
        list("errors", response.errors.map(\.policy), to: &json)
        list("messages", response.errors.map(\.description), to: &json)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func list(_ name: StaticString, _ texts: [String], to json: inout JSONWriter) {
        json.key(name)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }
}
