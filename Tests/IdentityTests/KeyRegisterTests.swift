import Cryptography
import Inference
import Testing

@testable import Identity

struct KeyRegisterTests {
    static let digest = String(repeating: "ab", count: 32)
    static let line =
        #"{"v":1,"id":"key_abababababab","digest":"\#(digest)","kind":"service","principal":"bot@acme","#
        + #""teams":["support","ops"],"tenant":"acme","created":1790000000,"expires":1800000000,"revoked":1795000000}"#

    private func register(_ text: String) throws(KeyRegisterError) -> KeyRegister {
        try KeyRegister(parsing: Array(text.utf8), source: "var/keys.jsonl")
    }

    @Test func `a line reads into a record and writes back the same`() throws {
        let register = try register(Self.line + "\n")
        let record = try #require(register.records.first)
        #expect(record.principal == "bot@acme")
        #expect(record.teams == ["support", "ops"])
        #expect(record.kind == .service)
        #expect(record.tenant == "acme")
        #expect(record.created == 1_790_000_000)
        #expect(record.expires == 1_800_000_000)
        #expect(record.revoked == 1_795_000_000)
        #expect(record.digest.hex == Self.digest)
        #expect(String(decoding: register.text, as: UTF8.self) == Self.line + "\n")
    }

    @Test func `empty lines and a last line without end are read`() throws {
        #expect(try register("").records.isEmpty)
        #expect(try register("\n\r\n" + Self.line).records.count == 1)
    }

    @Test func `a file written with many keys reads back the same`() throws {
        var register = KeyRegister()
        for number in 0..<50 {
            let key = try #require(APIKey.make(random: [UInt8](repeating: UInt8(number), count: 24)))
            let record = try APIKeyRecord(
                key: key, kind: .user, principal: "p\(number)", teams: number % 2 == 0 ? [] : ["a", "b", "a"],
                tenant: "t",
                created: 5, expires: number % 3 == 0 ? 6 : nil)
            let (first, second) = (register.add(record), register.add(record))
            #expect(first && !second)
        }
        let again = try KeyRegister(parsing: register.text, source: "x")
        #expect(again.records == register.records)
        #expect(again.text == register.text)
        #expect(again.records[1].teams == ["a", "b"])
    }

    @Test func `the file never holds a key`() throws {
        let key = try #require(APIKey.make(random: APIKeyTests.random))
        var register = KeyRegister()
        _ = register.add(try APIKeyRecord(key: key, kind: .user, principal: "a", teams: [], tenant: "t", created: 0))
        #expect(!String(decoding: register.text, as: UTF8.self).contains("sp_"))
        #expect(register.records[0].id == "key_" + SHA256.hash(key.reveal()).hex.prefix(12))
    }

    @Test func `a key is revoked once, by its name`() throws {
        var register = try register(Self.line.replacing(#","revoked":1795000000"#, with: ""))
        let unknown = register.revoke(id: "key_ab", now: 7)
        #expect(unknown == .unknown)
        guard case .revoked(let record) = register.revoke(id: "key_abababababab", now: 7) else {
            Issue.record("not revoked")
            return
        }
        #expect(record.revoked == 7)
        let again = register.revoke(id: "key_abababababab", now: 8)
        #expect(again == .alreadyRevoked(record))
        #expect(register.records == [record])
    }

    static let broken: [(String, String, String)] = [
        ("\"v\":1,", "", "2: expected version 1 in member `v`"),
        ("\"v\":1,", "\"v\":2,", "2: expected version 1 in member `v`"),
        ("\"v\":1,", "\"v\":1,\"scope\":\"x\",", "2:8: unknown member"),
        ("\"v\":1,", "\"v\":1,\"v\":1,", "2:8: not a JSON object: the same key appears twice in an object"),
        (digest, "abab", "2: expected 64 hexadecimal digits in member `digest`"),
        ("key_abababababab", "key_000000000000", "2: member `id` does not fit member `digest`"),
        ("\"service\"", "\"robot\"", "2: expected `user` or `service` in member `kind`"),
        ("\"bot@acme\"", "7", "2: expected a string in member `principal`"),
        ("bot@acme", "", "2: the name of the principal must have 1 to 128 letters"),
        (
            "bot@acme", "bot acme",
            "2: the name of the principal may have only ASCII letters, digits and `.` `_` `-` `@` `+` `:` `/`"
        ),
        ("[\"support\",\"ops\"]", "\"support\"", "2: expected an array in member `teams`"),
        ("\"ops\"", "null", "2: expected strings in member `teams`"),
        (
            "\"ops\"", "\"o\\u0000ps\"",
            "2: the name of the team may have only ASCII letters, digits and `.` `_` `-` `@` `+` `:` `/`"
        ),
        ("\"created\":1790000000,", "", "2: member `created` is missing"),
        ("1800000000", "\"2027\"", "2: expected seconds since 1970 in member `expires`"),
        ("1800000000", "1790000000", "2: the key would expire before it begins"),
    ]

    @Test(arguments: broken)
    func `a broken line is refused with its place`(old: String, new: String, message: String) {
        #expect { try register("\n" + Self.line.replacing(old, with: new)) } throws: { error in
            #expect("\(error)" == "var/keys.jsonl:" + message)
            return true
        }
    }

    @Test func `a key that stands twice is refused`() {
        #expect { try register(Self.line + "\n" + Self.line) } throws: { error in
            "\(error)" == "var/keys.jsonl:2: the key `key_abababababab` stands here twice"
        }
    }

    @Test func `a line that is no object is refused`() {
        #expect { try register("[]") } throws: { "\($0)" == "var/keys.jsonl:1: expected a JSON object" }
        #expect { try register("{") } throws: { "\($0)".hasPrefix("var/keys.jsonl:1:2: not a JSON object: ") }
    }
}
