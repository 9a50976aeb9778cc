import Cedar
import Testing

@Suite struct TemplateTests {
    private static let text = """
        @id("view") permit (principal == ?principal, action == Action::"view", resource in ?resource)
        when { context.n > 1 };
        @id("team") forbid (principal is User in ?principal, action, resource);
        permit (principal == User::"bob", action, resource);
        """

    private func decide(_ links: [TemplateLink]) throws -> Response {
        try PolicySet(parsing: Self.text, source: "t.cedar").linking(links).isAuthorized(
            Request(principal: World.alice, action: World.view, resource: World.photo, context: World.context),
            entities: World.entities())
    }

    private func failure(_ links: [TemplateLink]) throws -> String? {
        let policies = try PolicySet(parsing: Self.text, source: "t.cedar")
        do {
            _ = try policies.linking(links)
            return nil
        } catch {
            return error.description
        }
    }

    private func link(_ template: String, _ id: String, _ values: [Policy.Slot: EntityUID]) -> TemplateLink {
        TemplateLink(template: template, id: id, values: values)
    }

    private let support = EntityUID(type: "Team", id: "support")

    @Test func `templates alone decide nothing`() throws {
        let policies = try PolicySet(parsing: Self.text, source: "t.cedar")
        #expect(policies.templates.map(\.id) == ["view", "team"])
        #expect(policies.policies.map(\.id) == ["policy2"])
        #expect(try decide([]).determining.isEmpty)
    }

    @Test func `a linked policy decides under the name of its link`() throws {
        let view = link("view", "alice views", [.principal: World.alice, .resource: World.photo])
        #expect(try decide([view]).determining == ["alice views"])
        #expect(try decide([view, link("team", "no support", [.principal: support])]).determining == ["no support"])
        let elsewhere = link("team", "other", [.principal: EntityUID(type: "Team", id: "sales")])
        #expect(try decide([view, elsewhere]).decision == .allow)
    }

    @Test func `many links of one template decide each for itself`() throws {
        let links = (0..<50).map { number in
            link("view", "l\(number)", [.principal: EntityUID(type: "User", id: "u\(number)"), .resource: World.photo])
        }
        let policies = try PolicySet(parsing: Self.text, source: "t.cedar").linking(links)
        #expect(policies.links == links)
        for number in 0..<50 {
            let response = policies.isAuthorized(
                Request(
                    principal: EntityUID(type: "User", id: "u\(number)"), action: World.view, resource: World.photo,
                    context: World.context), entities: try World.entities())
            #expect(response.determining == ["l\(number)"])
        }
    }

    @Test func `a link that does not fit is refused with the reason`() throws {
        #expect(
            try failure([link("veiw", "a", [.principal: World.alice])])
                == "link `a`: unknown template `veiw`, did you mean `view`?")
        #expect(
            try failure([link("view", "a", [.principal: World.alice])])
                == "link `a`: no entity for the slot `?resource` of template `view`")
        #expect(
            try failure([link("team", "a", [.principal: support, .resource: World.photo])])
                == "link `a`: template `team` has no slot `?resource`")
        for taken in ["view", "policy2"] {
            #expect(
                try failure([link("team", taken, [.principal: support])])
                    == "link `\(taken)`: another policy or template has this id already")
        }
        let twice = link("team", "a", [.principal: support])
        #expect(try failure([twice, twice]) == "link `a`: another policy or template has this id already")
        #expect(try failure([link("policy2", "a", [:])])?.hasPrefix("link `a`: unknown template") == true)
    }
}
