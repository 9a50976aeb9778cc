import Inference
import Routing
import Testing

@testable import Gateway

/// Where answers are kept, and which; and what is said of a Redis.
struct CacheConfigurationTests {
    private static func models(_ cache: String) -> ConfigurationFixture {
        ConfigurationFixture(
            "policies/models.yaml",
            "aliases:\n  demo: { cache: \(cache), candidates: [{ provider: demo, model: demo }] }\n")
    }

    private static func main(_ text: String) -> ConfigurationFixture {
        ConfigurationFixture("sallyport.yaml", ConfigurationFixture.main + text + "\n")
    }

    @Test func `nothing is kept unless an alias says so`() throws {
        let configuration = try ConfigurationFixture().load()
        #expect(configuration.routing.resolve(ModelID("demo"))?.terms.keeping == nil)
        #expect(configuration.cache.maximumBytes == 64 << 20 && configuration.cache.maximumAnswerBytes == 1 << 20)
        #expect(configuration.cache.redis == nil)
    }

    @Test func `an alias says for how long and among whom answers are given again`() throws {
        let alias = try #require(try Self.models("{ for: 90m }").load().routing.resolve(ModelID("demo")))
        #expect(alias.terms.keeping?.milliseconds == 5_400_000 && alias.terms.keeping?.isPerPrincipal == false)
        let own = try Self.models("{ for: 1s, per: principal }").load().routing.resolve(ModelID("demo"))
        #expect(own?.terms.keeping?.isPerPrincipal == true)
    }

    @Test(arguments: [
        ("{ for: 0s }", "2:25: `aliases.demo.cache.for`: expected a duration from 1s to 1d, found `0s`"),
        ("{ for: 2d }", "2:25: `aliases.demo.cache.for`: expected a duration from 1s to 1d, found `2d`"),
        ("{ }", "2:18: `aliases.demo.cache.for` is missing: expected a duration such as `1h`"),
        ("{ for: 1h, pre: tenant }", "2:29: unknown key `pre` in `aliases.demo.cache`, did you mean `per`?"),
        ("{ for: 1h, per: tennant }", "2:34: `aliases.demo.cache.per`: expected `tenant` or `principal`, found"),
        ("1h", "2:18: `aliases.demo.cache`: expected a mapping of keys to values, found `1h`"),
    ])
    func `what is wrong with an alias's cache is told with its place`(_ cache: String, _ message: String) {
        let errors = Self.models(cache).errors
        #expect(errors.contains("etc/policies/models.yaml:" + message), "\(errors)")
    }

    @Test func `a Redis is read with its defaults`() throws {
        let text = "cache: { store: redis, max_answer: 2MiB, redis: { address: \"[::1]:6380\" } }"
        let cache = try Self.main(text).load().cache
        let server = try #require(cache.redis)
        #expect(server.host == "::1" && server.port == 6_380 && server.timeoutMilliseconds == 250)
        #expect(server.prefix == "{sallyport}:" && server.password == nil && cache.maximumAnswerBytes == 2 << 20)
    }

    @Test(arguments: [
        ("cache: { stor: redis }", "7:10: unknown key `stor` in `cache`, did you mean `store`?"),
        ("cache: { store: disk }", "7:17: `cache.store`: expected `memory` or `redis`, found `disk`"),
        ("cache: { store: redis }", "7:8: `cache.redis` is missing: expected a mapping with the server's `address`"),
        ("cache: { redis: { address: a:1 } }", "7:17: `cache.redis`: is for `store: redis`"),
        (
            "cache: { store: redis, max_bytes: 8MiB, redis: { address: a:1 } }",
            "7:35: `cache.max_bytes`: is for `store: memory`: the server's own `maxmemory` bounds it"
        ),
        ("cache: { max_bytes: 1KiB }", "7:21: `cache.max_bytes`: expected a size from 1MiB to 1024GiB, found `1KiB`"),
        (
            "cache: { max_answer: 16MiB, max_bytes: 32MiB }",
            "7:22: `cache.max_answer`: expected at most a quarter of `max_bytes`, which is 33554432"
        ),
        (
            "cache: { store: redis, redis: { address: a:1, passwort: x } }",
            "7:47: unknown key `passwort` in `cache.redis`, did you mean `password`?"
        ),
        (
            "cache: { store: redis, redis: { address: localhost } }",
            "7:42: `cache.redis.address`: expected an address such as `127.0.0.1:6379`, found `localhost`"
        ),
        (
            "cache: { store: redis, redis: { address: \"rediss://cache.example:6379\" } }",
            "7:42: `cache.redis.address`: TLS to Redis is not to be had: the client library (hiredis)"
        ),
        (
            "limit_state: { redis: { address: \"rediss://cache.example:6379\" } }",
            "7:34: `limit_state.redis.address`: TLS to Redis is not to be had: the client library (hiredis)"
        ),
        (
            "limit_state: { redis: { address: \"redis://cache.example:6379\" } }",
            "7:34: `limit_state.redis.address`: expected an address such as `127.0.0.1:6379`, found one that says more: write host"
        ),
        (
            "cache: { store: redis, redis: { address: \"me:secret@cache.example:6379\" } }",
            "7:42: `cache.redis.address`: expected an address such as `127.0.0.1:6379`, found one that says more: write host"
        ),
    ])
    func `what is wrong with the place of kept answers is told with its place`(_ text: String, _ message: String) {
        let errors = Self.main(text).errors
        #expect(errors.contains("etc/sallyport.yaml:" + message), "\(errors)")
    }
}
