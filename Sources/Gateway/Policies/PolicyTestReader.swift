internal import Access
internal import Inference
internal import Ledger
internal import Privacy
internal import Suggestions

/// Reads cases of `policies/tests/*.yaml` for policies; says everything that is wrong with them, with file, line and column.
public struct PolicyTestReader {
    /// When requests come unless a case says so: a Monday noon, so that tests say the same each day.
    static let usualTime = "2026-01-05T12:00:00Z"

    private let workbench: PolicyWorkbench
    private let reading: ConfigurationReading
    /// Made when a case has a text.
    private var detectors: PrivacyEngine?

    private init(_ workbench: PolicyWorkbench, _ reading: ConfigurationReading) {
        self.workbench = workbench
        self.reading = reading
    }

    /// Reads files, in their order.
    public static func read(
        _ paths: [String], for workbench: PolicyWorkbench
    ) throws -> [PolicyTestCase] {
        try read(paths, for: workbench) { path throws(ConfigurationFileError) in try ConfigurationFiles.read(path) }
    }

    static func read(
        _ paths: [String], for workbench: PolicyWorkbench,
        readFile: @escaping (String) throws(ConfigurationFileError) -> [UInt8]
    ) throws -> [PolicyTestCase] {
        let reading = ConfigurationReading(environment: [:], readFile: readFile)
        var reader = PolicyTestReader(workbench, reading)
        var cases: [PolicyTestCase] = []
        for path in paths { cases += try reader.file(path) }
        try reading.finish()
        return cases
    }

    // MARK: - Files and cases

    private mutating func file(_ path: String) throws -> [PolicyTestCase] {
        let root = reading.document(path)
        let defaults = root.section("defaults")
        for key in Self.keys { _ = defaults.field(key) }
        defaults.finish()
        let list = root.required("cases", "a list of cases")
        root.finish()
        guard let fields = list?.elements(of: "cases") else { return [] }
        var names: Set<String> = []
        var cases: [PolicyTestCase] = []
        for field in fields {
            guard let test = try self.test(field, CaseFields(field.section, defaults)) else { continue }
            if !names.insert(test.name).inserted { field.report("a case is already called `\(test.name)`") }
            cases.append(test)
        }
        return cases
    }

    private static let keys = [
        "principal", "model", "data", "text", "tools", "purpose", "client_ip", "operation", "function",
        "estimated_tokens", "at", "expect",
    ]

    /// A case's fields, with the file's defaults behind them.
    private struct CaseFields {
        let own: ConfigurationSection
        let defaults: ConfigurationSection

        init(_ own: ConfigurationSection, _ defaults: ConfigurationSection) {
            self.own = own
            self.defaults = defaults
        }

        func field(_ key: String) -> ConfigurationField? { own.field(key) ?? defaults.field(key) }

        func required(_ key: String, _ expectation: String) -> ConfigurationField? {
            field(key) ?? own.required(key, expectation)
        }
    }

    private mutating func test(_ field: ConfigurationField, _ fields: CaseFields) throws -> PolicyTestCase? {
        let name = fields.own.required("name", "what the case is called")?.string("what the case is called")
        let sketch = try sketch(fields, usualTime: LedgerTime(Self.usualTime))
        let expect = fields.required("expect", "`{form: raw}`, `{denied: true}` or the like")
        fields.own.finish()
        guard let name, let sketch, let asked = candidates(sketch, fields.field("model")), let expect,
            let expectation = expectation(expect, asked.question, asked.destinations)
        else { return nil }
        return PolicyTestCase(
            source: field.source, position: field.node.position, name: name, sketch: sketch, expectation: expectation)
    }

    private mutating func sketch(
        _ fields: CaseFields, usualTime: LedgerTime?
    ) throws -> RequestSketch? {
        let function = fields.field("function")?.word("a function of the gateway, such as `reload`")
        let question = fields.field("operation").flatMap { self.question($0, function) }
        let model = self.model(fields, question)
        let principal = fields.required("principal", "`{user: name}` or `{service: name}`").flatMap {
            self.principal($0)
        }
        let time = fields.field("at").flatMap { moment($0) } ?? usualTime
        let content = try content(fields)
        let tools = fields.field("tools")?.elements(of: "names")?.compactMap { $0.string("a name") } ?? []
        let purpose = fields.field("purpose").flatMap { self.purpose($0) }
        let address = fields.field("client_ip").flatMap { self.address($0) }
        let tokens = fields.field("estimated_tokens")?.integer(in: 0...1_000_000_000)
        guard let principal, let model, let time else { return nil }
        var sketch = RequestSketch(
            principal: principal, model: model.id, data: content.data, time: time.milliseconds / 1_000)
        sketch.supposed = model.supposed
        sketch.question = question
        sketch.blocked = content.blocked
        sketch.tools = tools
        sketch.purpose = purpose
        if let address { sketch.clientAddress = address }
        sketch.estimatedTokens = tokens ?? content.tokens ?? RequestSketch.usualTokens
        return sketch
    }

    /// Reads a request from the command line, whose words are those of a case; throws what is wrong with them.
    public static func sketch(
        _ words: RequestWords, for workbench: PolicyWorkbench, now: Int64
    ) throws -> RequestSketch {
        let reading = ConfigurationReading(environment: [:]) { _ throws(ConfigurationFileError) in [] }
        var reader = PolicyTestReader(workbench, reading)
        let section = ConfigurationSection(reading, source: "command line", name: "", node: words.node)
        let fields = CaseFields(section, ConfigurationSection(reading, source: "command line"))
        let sketch = try reader.sketch(fields, usualTime: LedgerTime(milliseconds: now * 1_000))
        if let sketch { _ = reader.candidates(sketch, fields.field("model")) }
        try reading.finish()
        guard let sketch else { throw ConfigurationFileError(reason: "no request") }
        return sketch
    }

    private func candidates(
        _ sketch: RequestSketch, _ field: ConfigurationField?
    ) -> (question: RequestSketch.Question, destinations: [Destination])? {
        if let question = sketch.question, case .administer = question { return (question, []) }
        do throws(PolicyWorkbench.Failure) {
            let (question, candidates) = try workbench.candidates(for: sketch)
            return (question, candidates.map(\.destination))
        } catch {
            field?.report(error.description)
            return nil
        }
    }

    // MARK: - The request

    /// The model's name, or a model that is only supposed: a mapping of what policies can see of one.
    private func model(
        _ fields: CaseFields, _ question: RequestSketch.Question?
    ) -> (id: ModelID, supposed: Candidate?)? {
        if case .administer = question {
            // The gateway itself is meant; a model among the defaults is for other cases.
            _ = fields.field("model")
            return (ModelID("-"), nil)
        }
        let what = "an alias, provider/model, or `{trust: internal}` for one that is only supposed"
        guard let field = fields.required("model", what) else { return nil }
        guard case .mapping = field.node.content else { return field.string(what).map { (ModelID($0), nil) } }
        let section = field.section
        let provider = section.field("provider")?.word("a name") ?? "supposed"
        let name = section.field("model")?.string("a name") ?? "model"
        let trust = section.required("trust", "`internal`, `external` or `demo`")
        let region = section.field("region")?.word("a word")
        let retention = section.field("retention")?.word("a word")
        let groups = section.field("groups")?.elements(of: "names")?.compactMap { $0.word("a name") } ?? []
        section.finish()
        guard let trust = trust?.choice(Trust.self) else { return nil }
        let destination = Destination(provider: ProviderID(provider), model: name)
        let supposed = Candidate(
            alias: ModelID(name), destination: destination, trust: trust.rawValue, region: region,
            retention: retention, isInternal: trust == .internal, groups: groups)
        return (ModelID(destination.description), supposed)
    }

    private enum Trust: String, CaseIterable {
        case `internal`
        case external
        case demo
    }

    private func principal(_ field: ConfigurationField) -> Principal? {
        let section = field.section
        let (user, service) = (section.field("user"), section.field("service"))
        let teams = section.field("teams")?.elements(of: "names of teams")?.compactMap { $0.word("a team's name") }
        let tenant = section.field("tenant")?.word("a name")
        let attributes = section.field("attributes")?.section.named.compactMap { attribute($0) }
        let method = section.field("method").flatMap { $0.choice(MethodWord.self) }
        let credential = section.field("credential")?.word("a credential's name")
        section.finish()
        guard let named = user ?? service, user == nil || service == nil else {
            field.report("expected either `user` or `service`")
            return nil
        }
        guard let name = named.string("a name") else { return nil }
        do {
            return try workbench.principal(
                user == nil ? .service : .user, name, teams: teams, tenant: tenant, attributes: attributes,
                method: method?.method ?? .apiKey, credential: credential)
        } catch {
            (section.field("teams") ?? field).report("\(error)")
            return nil
        }
    }

    private enum MethodWord: String, CaseIterable {
        case apiKey = "api_key"
        case certificate
        case token

        var method: Principal.Method? { Principal.Method(rawValue: rawValue) }
    }

    private func attribute(_ field: ConfigurationField) -> PrincipalAttribute? {
        switch field.node.content {
        case .scalar(let text, let isQuoted):
            PrincipalAttribute(field.key, isQuoted ? .string(text) : PrincipalAttribute.Value(unquoted: text))
        case .sequence:
            (field.elements(of: "texts")?.compactMap { $0.string("a text") })
                .map { PrincipalAttribute(field.key, .strings($0)) }
        case .mapping, .null:
            {
                field.report("expected a text, a whole number, `true`, `false` or a list of texts")
                return nil
            }()
        }
    }

    private func moment(_ field: ConfigurationField) -> LedgerTime? {
        let what = "a moment in UTC such as `2026-11-23T10:00:00Z`"
        guard let text = field.string(what) else { return nil }
        if let time = LedgerTime(text) { return time }
        field.report("expected \(what), found `\(text)`")
        return nil
    }

    private func purpose(_ field: ConfigurationField) -> Purpose? {
        guard let text = field.string("a word") else { return nil }
        if let purpose = Purpose(text) { return purpose }
        field.report(
            "expected one word of at most 64 letters, digits and `._:/-`, as the gateway does, found `\(text)`")
        return nil
    }

    private func address(_ field: ConfigurationField) -> String? {
        guard let text = field.string("an IP address") else { return nil }
        if IPAddressText.isAddress(text) { return text }
        field.report("expected an IP address, found `\(text)`")
        return nil
    }

    private func question(_ field: ConfigurationField, _ function: String?) -> RequestSketch.Question? {
        let words = RequestSketch.Question.words
        guard let text = field.string(Spelling.alternatives(words)) else { return nil }
        if let question = RequestSketch.Question(word: text, function: function) { return question }
        field.report(ConfigurationLoader.unknown("operation", text, among: words))
        return nil
    }

    private struct Content {
        var data = DataSummary(counts: [], unscannable: 0, textsScanned: 0)
        var blocked: [DataClass] = []
        var tokens: Int?
    }

    private mutating func content(_ fields: CaseFields) throws -> Content {
        // A case's own words stand for both of the file's.
        let own = (data: fields.own.field("data"), text: fields.own.field("text"))
        let both = own.data == nil && own.text == nil
        let data = both ? fields.defaults.field("data") : own.data
        let text = both ? fields.defaults.field("text") : own.text
        if data != nil, let text {
            text.report("expected either `data` or `text`")
            return Content()
        }
        if let data { return counted(data) }
        if let text { return try inspected(text) }
        return Content()
    }

    private func counted(_ field: ConfigurationField) -> Content {
        var counts: [DataSummary.Count] = []
        var unscannable = 0
        let known = workbench.knownClasses
        for field in field.section.named {
            let dataClass = DataClass(field.key)
            if !workbench.isClass(dataClass) {
                field.reportKey(ConfigurationLoader.unknown("class of data", field.key, among: known.map(\.rawValue)))
            }
            guard let count = field.integer(in: 0...1_000_000_000), count > 0 else { continue }
            if dataClass == .unscannable {
                unscannable = count
            } else {
                counts.append(DataSummary.Count(dataClass: dataClass, place: .user, count: count))
            }
        }
        return Content(
            data: DataSummary(counts: counts, unscannable: unscannable, textsScanned: 1),
            blocked: workbench.blocked(among: counts.map(\.dataClass)))
    }

    /// What the detectors find in a text, as in a user's message.
    private mutating func inspected(_ field: ConfigurationField) throws -> Content {
        guard let text = field.string("a text") else { return Content() }
        if detectors == nil { detectors = try workbench.detectors() }
        guard let detectors else { return Content() }
        let inspected = try InspectedBody(message: text, detectors)
        return Content(data: inspected.data, blocked: inspected.blocked, tokens: inspected.estimatedTokens)
    }

    // MARK: - What is expected

    private func expectation(
        _ field: ConfigurationField, _ question: RequestSketch.Question, _ destinations: [Destination]
    ) -> PolicyTestCase.Expectation? {
        guard case .mapping = field.node.content else { return expected(field, question).map { .each($0) } }
        let section = field.section
        guard let candidates = section.field("candidates") else { return expected(field, question).map { .each($0) } }
        section.finish()
        var some: [Destination: PolicyTestCase.Expected] = [:]
        for field in candidates.section.named {
            guard let destination = destinations.first(where: { $0.description == field.key }) else {
                field.reportKey(
                    ConfigurationLoader.unknown("candidate", field.key, among: destinations.map(\.description)))
                continue
            }
            if let expected = expected(field, question) { some[destination] = expected }
        }
        if candidates.section.named.isEmpty { candidates.report("expected `provider/model: …` for some candidate") }
        return .some(some)
    }

    private func expected(
        _ field: ConfigurationField, _ question: RequestSketch.Question
    ) -> PolicyTestCase.Expected? {
        let words = (question.isSending ? SendingForm.allCases.map(\.rawValue) : ["permitted"]) + ["denied"]
        guard case .mapping = field.node.content else {
            return outcome(field, words).map { .init(outcome: $0, policies: nil, tool: nil) }
        }
        let section = field.section
        let form = section.field("form")
        let denied = section.field("denied")
        let permitted = section.field("permitted")
        let policies = section.field("policies").flatMap { self.policies($0) }
        let tool = section.field("tool")?.string("a tool's name")
        section.finish()
        let outcome: PolicyTestCase.Expected.Outcome?
        switch (form, denied, permitted) {
        case (let form?, nil, nil) where question.isSending:
            outcome = self.outcome(form, words.filter { $0 != "denied" })
        case (nil, let denied?, nil): outcome = isTrue(denied) ? .denied : nil
        case (nil, nil, let permitted?) where !question.isSending:
            outcome = isTrue(permitted) ? .permitted : nil
        default:
            field.report(
                question.isSending
                    ? "expected either `form`, `denied: true` or `candidates`"
                    : "expected either `permitted: true` or `denied: true`")
            return nil
        }
        return outcome.map { PolicyTestCase.Expected(outcome: $0, policies: policies, tool: tool) }
    }

    private func isTrue(_ field: ConfigurationField) -> Bool {
        guard let value = field.bool() else { return false }
        if !value { field.report("expected `true`, or nothing at all") }
        return value
    }

    private func outcome(_ field: ConfigurationField, _ words: [String]) -> PolicyTestCase.Expected.Outcome? {
        guard let text = field.string(Spelling.alternatives(words)) else { return nil }
        guard words.contains(text) else {
            field.report(ConfigurationLoader.unknown("outcome", text, among: words))
            return nil
        }
        switch text {
        case "denied": return .denied
        case "permitted": return .permitted
        default: return SendingForm(rawValue: text).map { .form($0) }
        }
    }

    private func policies(_ field: ConfigurationField) -> Set<String>? {
        let known = workbench.access.policyIDs
        return field.elements(of: "ids of policies").map { fields in
            Set(
                fields.compactMap { field in
                    guard let id = field.string("a policy's id") else { return nil }
                    if !known.contains(id) { field.report(ConfigurationLoader.unknown("policy", id, among: known)) }
                    return id
                })
        }
    }
}
