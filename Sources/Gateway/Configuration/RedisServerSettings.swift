/// A Redis or Valkey server, as a section of `sallyport.yaml` names it.
public struct RedisServerSettings: Sendable {
    /// Its address or name.
    public let host: String
    /// Its port.
    public let port: Int
    /// Whom we are there; `nil`: the default user.
    public let user: String?
    /// The password; `nil` for none.
    public let password: Secret?
    /// What all keys begin with, its hash tag included.
    public let prefix: String
    /// How long to wait for an answer, in milliseconds.
    public let timeoutMilliseconds: Int
}
