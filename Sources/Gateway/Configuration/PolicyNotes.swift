import Access
import Inference
internal import Suggestions

/// What is strange about policies that are sound: names in them that nothing else in the configuration knows.
enum PolicyNotes {
    static func notes(_ access: AccessPolicy, _ configuration: GatewayConfiguration) -> [String] {
        let providers = configuration.providers
        let known: [String: (what: String, names: [String])] = [
            "Team": ("a team of principals.yaml", configuration.principals.tenants.keys.sorted()),
            "Provider": ("a provider of sallyport.yaml", providers.map(\.id.rawValue)),
            "Group": ("a group of a provider in sallyport.yaml", providers.flatMap(\.groups)),
            "Gateway": ("the gateway's name", ["sallyport"]),
        ]
        let strange = access.namedEntities.compactMap { entity -> String? in
            if entity.type == "Model" {
                let provider = String(entity.id.prefix { $0 != "/" })
                guard !entity.id.contains("/") || !providers.contains(where: { $0.id.rawValue == provider }) else {
                    return nil
                }
                return
                    "\(entity.place): `\(entity.id)` is no model: they are called by a provider of sallyport.yaml, `/` and its "
                    + "name of the model; the names that callers use are `Alias::\"…\"`"
            }
            guard let (what, names) = known[entity.type], !names.contains(entity.id) else { return nil }
            let hint = Spelling.question(entity.id, among: names)
            return "\(entity.place): `\(entity.id)` is not \(what)\(hint)"
        }
        let empty = access.policyIDs.isEmpty ? ["access.cedar has no policy, so every request is denied"] : []
        return empty + access.warnings + strange
    }
}
