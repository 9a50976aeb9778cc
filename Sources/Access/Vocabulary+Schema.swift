internal import Cedar

extension Vocabulary {
    /// What the gateway supplies, as a schema: `policies/access.cedarschema` must say the same, and may add to it. Where a house has
    /// no schema of its own, this one holds.
    static func schemaText(counted: [String]) -> String {
        let context = """
                classes: Set<String>, counts: Counts, unscannable: Bool, operation: String, dialect: String,
                tools: Set<String>, estimated_tokens: Long, purpose?: String, client_ip?: ipaddr,
                time: datetime, hour: Long, weekday: Long
            """
        let trust = "trust: String, internal: Bool"
        let place = "region?: String, retention?: String"
        return """
            entity User, Service in [Team, Tenant] {
                name: String, tenant: String, method: String, methods: Set<String>, credential: String
            };
            entity Team, Tenant, Alias, Group;
            entity Model in [Provider, Alias, Group] {
                name: String, alias: String, provider: Provider, \(trust), \(place)
            };
            entity Provider in [Group] { \(trust), \(place) };
            entity Gateway { name: String, \(trust) };
            type Counts = { \(counted.map { "\"\($0)\": Long" }.joined(separator: ", ")) };
            type Context = { \(context) };
            type ToolContext = { tool: String, \(context) };
            action list_models, send_raw, send_pseudonymised, send_redacted
                appliesTo { principal: [User, Service], resource: [Model], context: Context };
            action use_tool appliesTo { principal: [User, Service], resource: [Model], context: ToolContext };
            action administer appliesTo { principal: [User, Service], resource: [Gateway], context: Context };
            """
    }
}
