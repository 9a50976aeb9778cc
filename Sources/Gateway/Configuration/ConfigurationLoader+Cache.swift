/// The section `cache` of `sallyport.yaml`.
extension ConfigurationLoader {
    static func cache(_ section: ConfigurationSection) -> CacheSettings {
        var settings = CacheSettings()
        let store = section.field("store")?.choice(CacheSettings.Store.self) ?? .memory
        let room = section.field("max_bytes")
        if let bytes = room?.bytes(in: (1 << 20)...(1 << 40)) { settings.maximumBytes = bytes }
        let one = section.field("max_answer")
        if let bytes = one?.bytes(in: 1_024...(16 << 20)) { settings.maximumAnswerBytes = bytes }
        // Unless said otherwise a small cache keeps small answers.
        if one == nil { settings.maximumAnswerBytes = min(settings.maximumAnswerBytes, settings.maximumBytes / 4) }
        if store == .memory, let one, settings.maximumAnswerBytes > settings.maximumBytes / 4 {
            one.report("expected at most a quarter of `max_bytes`, which is \(settings.maximumBytes)")
        }
        switch store {
        case .memory:
            if let field = section.field("redis") { field.report("is for `store: redis`") }
        case .redis:
            if let room { room.report("is for `store: memory`: the server's own `maxmemory` bounds it") }
            let server = section.required("redis", "a mapping with the server's `address`")?.section
            settings.redis = server.flatMap { redisServer($0, timeout: 250) }
            server?.finish()
        }
        section.finish()
        return settings
    }
}
