/// What is said of a Redis or Valkey server, whatever it is for.
extension ConfigurationLoader {
    /// Reads the server's address, user, password, prefix and timeout (in milliseconds unless given); its owner reads on and finishes.
    static func redisServer(_ section: ConfigurationSection, timeout: Int) -> RedisServerSettings? {
        let address = section.required("address", "an address such as `127.0.0.1:6379`")
        let user = section.field("user")?.string("a name")
        var password: Secret?
        if let field = section.field("password") {
            switch field.secret() {
            case .present(let secret)?: password = secret
            case .absent(let reason)?: field.report(reason)
            case nil: break
            }
        }
        let prefix = section.field("prefix")?.word("a word")
        let patience = section.field("timeout")?.milliseconds(in: 10...60_000)
        guard let address, let (host, port) = redisAddress(address) else { return nil }
        return RedisServerSettings(
            host: host, port: port, user: user, password: password, prefix: "{\(prefix ?? "sallyport")}:",
            timeoutMilliseconds: patience ?? timeout)
    }

    private static func redisAddress(_ field: ConfigurationField) -> (host: String, port: Int)? {
        guard let text = field.string("an address such as `127.0.0.1:6379`") else { return nil }
        if text.lowercased().hasPrefix("rediss:") || text.lowercased().hasPrefix("tls:") {
            field.report(
                "TLS to Redis is not to be had: the client library (hiredis) of Debian and Ubuntu is built without it; "
                    + "put stunnel or another TLS proxy on this machine, and name its plain address, such as `127.0.0.1:6379`"
            )
            return nil
        }
        if text.lowercased().hasPrefix("redis:") || text.contains("@") {
            field.report(
                "expected an address such as `127.0.0.1:6379`, found one that says more: write host and port alone, and `user` and "
                    + "`password` as keys beside `address`")
            return nil
        }
        let colon = text.lastIndex(of: ":")
        let host = colon.map { text[..<$0].filter { $0 != "[" && $0 != "]" } } ?? ""
        guard let colon, let port = ScalarText.integer(text[text.index(after: colon)...]), (1...65_535).contains(port),
            !host.isEmpty, !host.contains("/")
        else {
            field.report("expected an address such as `127.0.0.1:6379`, found `\(text)`")
            return nil
        }
        return (host, port)
    }
}
