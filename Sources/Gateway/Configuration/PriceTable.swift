public import Inference
public import Routing

/// List prices of providers' models as of a day: `policies/prices.csv`, which `scripts/prices` makes.
///
/// Lines of comma-separated fields: provider, model, then in US dollars per million tokens input, output, cached_input, cache_write,
/// cache_write_hour, batch_input, batch_output; then above (prompts of more tokens have the rates that follow), above_input, above_output,
/// above_cached_input, above_cache_write, above_cache_write_hour; then context_window and max_output in tokens, and capabilities with `+`
/// between them (`-`: none). An empty field is unknown. Lines that begin with `#` are comments, one of them `# as of YYYY-MM-DD`.
public struct PriceTable: Sendable {
    /// What is known of a model.
    public struct Entry: Hashable, Sendable {
        /// The provider's name in the table.
        public let provider: String
        /// The provider's own name of the model.
        public let model: String
        /// What it costs; `nil`: unknown.
        public let price: TokenPrice?
        /// The most tokens of a prompt; `nil`: unknown.
        public let contextWindow: Int?
        /// The most tokens of an answer; `nil`: unknown.
        public let maximumOutput: Int?
        /// What it can do beyond text; `nil`: unknown.
        public let capabilities: ModelCapabilities?
    }

    private struct Name: Hashable {
        let provider: String
        let model: String
    }

    /// All entries, in the order of the file.
    public let entries: [Entry]
    /// The day as of which the prices are, as the file says it; `nil` where it does not.
    public let date: String?
    private let byName: [Name: Int]

    /// What is wrong with a line.
    struct Problem: Error {
        let line: Int
        let column: Int
        let message: String
    }

    /// No prices.
    init() { (entries, date, byName) = ([], nil, [:]) }

    /// Reads a table; what is wrong with it is added to `problems`.
    init(text: String, problems: inout [Problem]) {
        var entries: [Entry] = []
        var byName: [Name: Int] = [:]
        var date: String?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("#") {
                if line.hasPrefix("# as of ") { date = String(line.dropFirst(8)) }
                continue
            }
            if line.allSatisfy(\.isWhitespace) { continue }
            do throws(Problem) {
                let entry = try Self.entry(line, number: index + 1)
                let name = Name(provider: entry.provider, model: entry.model)
                guard byName.updateValue(entries.count, forKey: name) == nil else {
                    throw Problem(
                        line: index + 1, column: 1, message: "`\(entry.provider)/\(entry.model)` stands here twice")
                }
                entries.append(entry)
            } catch {
                problems.append(error)
            }
        }
        (self.entries, self.date, self.byName) = (entries, date, byName)
    }

    /// The entry of a provider's model.
    public func entry(_ provider: String, _ model: String) -> Entry? {
        byName[Name(provider: provider, model: model)].map { entries[$0] }
    }

    /// `PROVIDER/MODEL` of all entries.
    var names: [String] { entries.map { "\($0.provider)/\($0.model)" } }

    /// Under which name a provider's models stand in the table; `nil` where it is none of the table's, such as a server of one's own
    /// or a deployment, whose name says nothing of its model.
    static func family(_ settings: ProviderSettings) -> String? {
        switch settings.kind {
        case .demo, .azure: return nil
        default: break
        }
        let rest = settings.baseURL.split(separator: "/", omittingEmptySubsequences: true)
        guard rest.count >= 2, rest[0] == "https:" else { return nil }
        let host = rest[1].lowercased()
        if host.hasPrefix("bedrock-runtime"), host.hasSuffix(".amazonaws.com") { return "bedrock" }
        return hosts.first { host == $0.host }?.family
    }

    private static let hosts: [(host: String, family: String)] = [
        ("api.openai.com", "openai"), ("api.anthropic.com", "anthropic"),
        ("generativelanguage.googleapis.com", "gemini"), ("api.mistral.ai", "mistral"),
        ("api.deepseek.com", "deepseek"),
        ("api.x.ai", "xai"), ("api.groq.com", "groq"), ("api.together.xyz", "together_ai"),
        ("api.cohere.ai", "cohere"), ("api.cohere.com", "cohere"),
    ]

    // MARK: - Lines

    private static let columns = 18

    private static func entry(_ line: Substring, number: Int) throws(Problem) -> Entry {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == columns else {
            throw Problem(
                line: number, column: 1,
                message: "expected \(columns) fields with commas between, found \(fields.count)")
        }
        func problem(_ index: Int, _ expected: String) -> Problem {
            let column = fields[..<index].reduce(1) { $0 + $1.unicodeScalars.count + 1 }
            return Problem(line: number, column: column, message: "expected \(expected), found `\(fields[index])`")
        }
        func rate(_ index: Int) throws(Problem) -> Int64? {
            if fields[index].isEmpty { return nil }
            guard let rate = ScalarText.decimal(fields[index], places: 6) else {
                throw problem(index, "US dollars per million tokens with at most six decimal places, or nothing")
            }
            return rate
        }
        func count(_ index: Int) throws(Problem) -> Int? {
            if fields[index].isEmpty { return nil }
            guard let count = ScalarText.integer(fields[index]), (1...1_000_000_000).contains(count) else {
                throw problem(index, "a number of tokens, or nothing")
            }
            return count
        }
        for index in 0..<2 where fields[index].isEmpty { throw problem(index, "a name") }
        var price: TokenPrice?
        if let input = try rate(2), let output = try rate(3) {
            let rates = TokenPrice.Rates(
                input: input, output: output, cachedInput: try rate(4), writtenInput: try rate(5),
                writtenForHour: try rate(6))
            var batch: TokenPrice.Rates?
            if let input = try rate(7), let output = try rate(8) {
                batch = TokenPrice.Rates(input: input, output: output)
            }
            var tiers: [TokenPrice.Tier] = []
            if let above = try count(9) {
                guard let input = try rate(10), let output = try rate(11) else {
                    throw problem(10, "the rates of long prompts")
                }
                tiers.append(
                    TokenPrice.Tier(
                        above: above,
                        rates: TokenPrice.Rates(
                            input: input, output: output, cachedInput: try rate(12), writtenInput: try rate(13),
                            writtenForHour: try rate(14))))
            }
            price = TokenPrice(rates: rates, tiers: tiers, batch: batch)
        }
        var capabilities: ModelCapabilities? = fields[17].isEmpty ? nil : []
        if fields[17] != "-" {
            for word in fields[17].split(separator: "+") {
                guard let capability = ModelCapabilities(word: String(word)) else {
                    throw problem(17, "capabilities such as `vision+tools+json_schema`")
                }
                capabilities?.insert(capability)
            }
        }
        return Entry(
            provider: String(fields[0]), model: String(fields[1]), price: price, contextWindow: try count(15),
            maximumOutput: try count(16), capabilities: capabilities)
    }
}

extension ConfigurationLoader {
    /// The price table, where there is one.
    static func prices(_ section: ConfigurationSection) -> PriceTable {
        let reading = section.reading
        let field = section.field("prices")
        let path = reading.policyFile(
            field?.path() ?? ConfigurationPath.resolve("policies/prices.csv", besides: section.source), isAccess: false)
        guard let text = field == nil ? reading.optionalText(path) : reading.text(path, namedAt: field) else {
            return PriceTable()
        }
        var problems: [PriceTable.Problem] = []
        let table = PriceTable(text: text, problems: &problems)
        for problem in problems.prefix(20) {
            reading.report(path, YAMLNode.Position(line: problem.line, column: problem.column), problem.message)
        }
        return table
    }
}
