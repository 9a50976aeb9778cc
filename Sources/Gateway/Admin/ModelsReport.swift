public import Inference
internal import JSONText
internal import NIOHTTP1
public import Routing

/// Aliases with their candidates, prices and measurements, and how a request would be routed, as JSON: what the operators' port answers under
/// `/models` and `/models/explain`, and `sallyport models` reads.
public enum ModelsReport {
    /// A question about one alias.
    public struct Question: Hashable, Sendable {
        /// The model's name, as a caller would say it.
        public var model: ModelID
        /// What of the request matters.
        public var query: RouteQuery

        /// Puts a question together.
        public init(model: ModelID, query: RouteQuery) {
            self.model = model
            self.query = query
        }

        /// The question as the query of `/models/explain`.
        public var text: String {
            var parts = ["model=" + Self.escaped(model.rawValue), "input_tokens=\(query.inputTokens)"]
            if let output = query.maximumOutput { parts.append("max_output=\(output)") }
            if !query.needs.isEmpty { parts.append("needs=" + query.needs.words.joined(separator: ",")) }
            if let strategy = query.strategy { parts.append("strategy=" + strategy.rawValue) }
            return parts.joined(separator: "&")
        }

        init?(text: Substring) {
            var model: String?
            query = RouteQuery(inputTokens: 1_000, isDry: true)
            for part in text.split(separator: "&") {
                let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard pair.count == 2, let value = Self.unescaped(pair[1]) else { return nil }
                switch pair[0] {
                case "model": model = value
                case "input_tokens":
                    guard let count = ScalarText.integer(value) else { return nil }
                    query.inputTokens = count
                case "max_output":
                    guard let count = ScalarText.integer(value) else { return nil }
                    query.maximumOutput = count
                case "strategy":
                    guard let strategy = ModelAlias.Strategy(rawValue: value) else { return nil }
                    query.strategy = strategy
                case "needs":
                    for word in value.split(separator: ",") {
                        guard let need = ModelCapabilities(word: String(word)) else { return nil }
                        query.needs.insert(need)
                    }
                default: return nil
                }
            }
            guard let model, !model.isEmpty else { return nil }
            self.model = ModelID(model)
        }

        private static func escaped(_ text: String) -> String {
            let digits = Array("0123456789ABCDEF")
            return text.utf8.reduce(into: "") { result, byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x3A, 0x5F:
                    result.append(Character(Unicode.Scalar(byte)))
                default: result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
                }
            }
        }

        private static func unescaped(_ text: Substring) -> String? {
            var bytes: [UInt8] = []
            var rest = text.utf8[...]
            while let byte = rest.popFirst() {
                guard byte == 0x25 else {
                    bytes.append(byte)
                    continue
                }
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            }
            return String(validating: bytes, as: UTF8.self)
        }
    }

    /// What the files alone say: nothing is measured.
    public static func unmeasured(_ configuration: GatewayConfiguration) -> [UInt8] {
        table(configuration, RoutingBook(), isMeasured: false)
    }

    /// How a request would be routed by the files alone; `nil` where there is no such model.
    public static func unmeasured(_ configuration: GatewayConfiguration, _ question: Question) -> [UInt8]? {
        explanation(configuration, RoutingBook(), question, isMeasured: false)
    }

    static func answer(
        _ path: Substring, _ query: Substring, _ configuration: GatewayConfiguration, _ book: RoutingBook
    ) -> AdminAnswer {
        if path == "/models.html" { return page(configuration, book) }
        guard path == "/models/explain" else { return json(table(configuration, book, isMeasured: true)) }
        guard let question = Question(text: query) else {
            return .text(
                "expected ?model=NAME&input_tokens=1000&max_output=…&needs=vision,tools,json_schema&strategy=…\n",
                status: .badRequest)
        }
        guard let answer = explanation(configuration, book, question, isMeasured: true) else {
            return .text("no such model\n", status: .notFound)
        }
        return json(answer)
    }

    private static func json(_ bytes: [UInt8]) -> AdminAnswer {
        AdminAnswer(type: "application/json", headers: [("cache-control", "no-store")], body: bytes)
    }

    /// `measured`, `prices_as_of?`, `models`: each `alias`, `strategy`, `candidates`.
    private static func table(
        _ configuration: GatewayConfiguration, _ book: RoutingBook, isMeasured: Bool
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("measured")
        json.bool(isMeasured)
        if let date = configuration.prices.date {
            json.key("prices_as_of")
            json.string(date)
        }
        json.key("models")
        json.beginArray()
        var counted: [Destination: ModelID] = [:]
        for alias in configuration.routing.listed {
            json.beginObject()
            json.key("alias")
            json.string(alias.alias.rawValue)
            json.key("strategy")
            json.string(alias.strategy.rawValue)
            json.key("candidates")
            json.beginArray()
            for candidate in alias.candidates {
                let elsewhere = counted[candidate.destination]
                counted[candidate.destination] = elsewhere ?? alias.alias
                write(candidate, book, countedUnder: elsewhere, to: &json)
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// A destination's spending stands once, at its first alias; `countedUnder` names that to the others.
    private static func write(
        _ candidate: RouteCandidate, _ book: RoutingBook, countedUnder alias: ModelID?, to json: inout JSONWriter
    ) {
        let day = Int(Clock.epochSeconds() / 86_400)
        let known = book.statistics(of: candidate.destination, day: day, now: Clock.monotone())
        json.beginObject()
        json.key("provider")
        json.string(candidate.destination.provider.rawValue)
        json.key("model")
        json.string(candidate.destination.model)
        if let price = candidate.price {
            json.key("input_usd_per_million")
            json.double(Double(price.rates.input) / 1e6)
            json.key("output_usd_per_million")
            json.double(Double(price.rates.output) / 1e6)
        }
        if let firstToken = known.firstToken {
            json.key("first_token_p50_ms")
            json.double(Double(firstToken.median / 10_000) / 100)
            json.key("first_token_p95_ms")
            json.double(Double(firstToken.tail / 10_000) / 100)
        }
        if let pace = known.tokensPerSecond {
            json.key("tokens_per_second")
            json.double((pace * 10).rounded(.down) / 10)
        }
        if let rate = known.errorRate {
            json.key("error_rate")
            json.double((rate * 10_000).rounded(.down) / 10_000)
        }
        json.key("under_way")
        json.int(known.underWay)
        json.key("state")
        switch known.condition {
        case .ready: json.string("ready")
        case .trial: json.string("trial")
        case .ejected: json.string("ejected")
        case .resting: json.string("resting")
        }
        if let alias {
            json.key("spent_today_counted_under")
            json.string(alias.rawValue)
        } else {
            json.key("spent_today_nano_usd")
            json.int64(known.spentToday.nanoUSD)
        }
        json.endObject()
    }

    /// `measured`, `model`, `alias`, `strategy`, `candidates` in the order in which they would be tried (`destination`, `reason`,
    /// `expected_nano_usd?`, `expected_ms?`), `hedge?` and `excluded` (`destination`, `reason`). Policies are not asked: they depend on the caller.
    private static func explanation(
        _ configuration: GatewayConfiguration, _ book: RoutingBook, _ question: Question, isMeasured: Bool
    ) -> [UInt8]? {
        guard let alias = configuration.routing.resolve(question.model) else { return nil }
        var (book, query) = (book, question.query)
        query.isDry = true
        let route = Router.route(
            alias, query, permitted: { _ in true }, book: &book, now: Clock.monotone(), random: 0)
        var json = JSONWriter()
        json.beginObject()
        json.key("measured")
        json.bool(isMeasured)
        json.key("model")
        json.string(alias.model.rawValue)
        json.key("alias")
        json.string(alias.alias.rawValue)
        json.key("strategy")
        json.string(route.strategy.rawValue)
        json.key("candidates")
        json.beginArray()
        for step in route.steps {
            json.beginObject()
            json.key("destination")
            json.string(step.destination.description)
            json.key("reason")
            json.string(step.reason.description)
            if let cost = step.expectedCost {
                json.key("expected_nano_usd")
                json.int64(cost.nanoUSD)
            }
            if let time = step.expectedTime {
                json.key("expected_ms")
                json.int64(Int64(clamping: time / 1_000_000))
            }
            json.endObject()
        }
        json.endArray()
        if let hedge = HedgeForecast(alias, route, query, &book) { hedge.write(to: &json) }
        json.key("excluded")
        json.beginArray()
        for exclusion in route.excluded {
            json.beginObject()
            json.key("destination")
            json.string(exclusion.destination.description)
            json.key("reason")
            json.string(exclusion.reason.description)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }
}
