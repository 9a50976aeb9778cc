import RedisClient

extension RedisServerSettings {
    /// The same, as the client takes it.
    var client: RedisClient.Settings {
        RedisClient.Settings(
            host: host, port: port, password: password?.reveal(), user: user, timeoutMilliseconds: timeoutMilliseconds)
    }
}
