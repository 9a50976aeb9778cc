import Inference
import Testing

@testable import Routing

func candidate(
    _ provider: String, _ model: String, price: TokenPrice? = nil, window: Int? = nil, output: Int? = nil
) -> RouteCandidate {
    RouteCandidate(
        destination: Destination(provider: ProviderID(provider), model: model), price: price, contextWindow: window,
        maximumOutput: output)
}

struct RoutingTableTests {
    let table = RoutingTable([
        ModelAlias(id: ModelID("demo"), strategy: .ordered, candidates: [candidate("demo", "demo")]),
        ModelAlias(
            id: ModelID("oai/*"), strategy: .ordered, candidates: [candidate("openai", "*"), candidate("b", "fixed")]),
        ModelAlias(id: ModelID("oai/eu-*"), strategy: .cheapest, candidates: [candidate("eu", "*")]),
        ModelAlias(id: ModelID("oai/special"), strategy: .fastest, candidates: [candidate("openai", "x")]),
        ModelAlias(id: ModelID("demo"), strategy: .ordered, candidates: [candidate("other", "other")]),
    ])

    private func destinations(_ model: String) -> [String]? {
        table.resolve(ModelID(model))?.candidates.map { "\($0.destination)" }
    }

    @Test func `a name finds its alias, and the first of two counts`() {
        #expect(destinations("demo") == ["demo/demo"])
        #expect(table.resolve(ModelID("demo"))?.alias == ModelID("demo"))
    }

    @Test func `a pattern takes the rest of the name as the provider's model`() throws {
        #expect(destinations("oai/gpt-5-mini") == ["openai/gpt-5-mini", "b/fixed"])
        #expect(destinations("oai/org/model:7") == ["openai/org/model:7", "b/fixed"])
        let resolved = try #require(table.resolve(ModelID("oai/gpt-5-mini")))
        #expect(resolved.model == ModelID("oai/gpt-5-mini"))
        #expect(resolved.alias == ModelID("oai/*"))
    }

    @Test func `an exact name wins over a pattern, a longer pattern over a shorter`() {
        #expect(destinations("oai/special") == ["openai/x"])
        #expect(destinations("oai/eu-gpt") == ["eu/gpt"])
        #expect(table.resolve(ModelID("oai/eu-gpt"))?.strategy == .cheapest)
    }

    @Test(arguments: ["", "Demo", "demo ", "oai", "oai/", "oai/a b", "oai/a\nb", "oai/\u{7F}", "OAI/x", "x/oai/y"])
    func `any other name finds nothing`(model: String) {
        #expect(table.resolve(ModelID(model)) == nil)
    }

    @Test func `the rest of a name has a longest length`() {
        let rest = String(repeating: "x", count: RoutingTable.longestRest)
        #expect(destinations("oai/" + rest) == ["openai/" + rest, "b/fixed"])
        #expect(destinations("oai/" + rest + "x") == nil)
    }

    @Test func `patterns are not listed`() {
        #expect(table.listed.map(\.model.rawValue) == ["demo", "oai/special"])
    }

    @Test func `a lone star takes every name`() {
        let table = RoutingTable([ModelAlias(id: ModelID("*"), strategy: .ordered, candidates: [candidate("p", "*")])])
        #expect(table.resolve(ModelID("anything"))?.candidates.first?.destination.model == "anything")
        #expect(table.resolve(ModelID("")) == nil)
    }
}
